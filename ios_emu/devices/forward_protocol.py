"""`ip forward-protocol udp`: the services whose broadcasts go to the helper addresses of an interface."""

from __future__ import annotations

from collections.abc import Iterator

SERVICES = {
    "biff": 512,
    "bootpc": 68,
    "bootps": 67,
    "discard": 9,
    "dnsix": 195,
    "domain": 53,
    "echo": 7,
    "isakmp": 500,
    "mobile-ip": 434,
    "nameserver": 42,
    "netbios-dgm": 138,
    "netbios-ns": 137,
    "netbios-ss": 139,
    "ntp": 123,
    "pim-auto-rp": 496,
    "rip": 520,
    "snmp": 161,
    "snmptrap": 162,
    "sunrpc": 111,
    "syslog": 514,
    "tacacs": 49,
    "talk": 517,
    "tftp": 69,
    "time": 37,
    "who": 513,
    "xdmcp": 177,
}
"""The names that IOS has for UDP ports."""
_NAMES = {port: name for name, port in SERVICES.items()}

FORWARDED = frozenset(
    SERVICES[name]
    for name in ("time", "tacacs", "domain", "bootps", "bootpc", "tftp", "netbios-ns", "netbios-dgm")
)
"""The ports that are forwarded unless it is said otherwise."""


def forward_protocol_lines(ports: frozenset[int]) -> Iterator[str]:
    """What the configuration says of the ports that are forwarded: what is unlike the default."""
    for port in sorted(FORWARDED - ports):
        yield f"no ip forward-protocol udp {_NAMES.get(port, port)}"
    for port in sorted(ports - FORWARDED):
        yield f"ip forward-protocol udp {_NAMES.get(port, port)}"
