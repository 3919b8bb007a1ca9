"""`ip forward-protocol udp`: the services whose broadcasts go to the helper addresses of an interface."""

from __future__ import annotations

from collections.abc import Iterator

FORWARDED = frozenset((37, 49, 53, 67, 68, 69, 137, 138))
"""The ports that are forwarded unless it is said otherwise: time, tacacs, domain, bootps, bootpc, tftp,
netbios-ns and netbios-dgm."""


def forward_protocol_lines(ports: frozenset[int]) -> Iterator[str]:
    """What the configuration says of the ports that are forwarded: what is unlike the default."""
    if ports == FORWARDED:
        return
    # The names are many, and few routers say anything here.
    from ios_emu.devices.packet_names import UDP_PORTS, name_of

    for port in sorted(FORWARDED - ports):
        yield f"no ip forward-protocol udp {name_of(port, UDP_PORTS)}"
    for port in sorted(ports - FORWARDED):
        yield f"ip forward-protocol udp {name_of(port, UDP_PORTS)}"
