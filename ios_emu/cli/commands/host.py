"""The commands of a host's prompt: ipconfig, ping, tracert, arp, netstat, telnet, help."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface

from ios_emu.cli.commands.host_names import host_address
from ios_emu.cli.dialogue import Dialogue, Interrupted, Linger, Say
from ios_emu.clock import MILLISECOND, SECOND, Signal
from ios_emu.devices.host import Host
from ios_emu.errors import CommandRefused
from ios_emu.services.ping import Outcome, Pinger
from ios_emu.stack.icmp import IcmpReport
from ios_emu.stack.tcp_connection import TcpState
from ios_emu.wire import icmp

_LABEL = 33
_WINDOWS_PATTERN = bytes(range(ord("a"), ord("w") + 1))
_BETWEEN = SECOND
_TRACE_TIMEOUT = 4 * SECOND
_HOPS = 30
_PROBES = 3
_ANY = IPv4Address(0)
_UNREACHABLE = {
    icmp.NET_UNREACHABLE: "net",
    icmp.PROTOCOL_UNREACHABLE: "protocol",
    icmp.PORT_UNREACHABLE: "port",
}
# As netstat spells the states of a connection.
_STATES = {
    TcpState.CLOSED: "CLOSED",
    TcpState.LISTEN: "LISTENING",
    TcpState.SYN_SENT: "SYN_SENT",
    TcpState.SYN_RECEIVED: "SYN_RECEIVED",
    TcpState.ESTABLISHED: "ESTABLISHED",
    TcpState.FIN_WAIT_1: "FIN_WAIT_1",
    TcpState.FIN_WAIT_2: "FIN_WAIT_2",
    TcpState.CLOSE_WAIT: "CLOSE_WAIT",
    TcpState.CLOSING: "CLOSING",
    TcpState.LAST_ACK: "LAST_ACK",
    TcpState.TIME_WAIT: "TIME_WAIT",
}


_REQUEST_FAILED = "DHCP request failed. \n"
_NOT_A_CLIENT = "The address of this port is static: ipconfig /dhcp makes the host a DHCP client.\n"

# How Packet Tracer shows an address that nobody set.
_NONE = IPv4Address(0)


def ipconfig(host: Host, details: str | None = None) -> str:
    """`ipconfig [/all]`: the settings of the port."""
    lines = list(_settings(host, details is not None))
    return f"\n{host.port.name} Connection:(default port)\n\n" + "".join(f"{line}\n" for line in lines)


def _settings(host: Host, everything: bool) -> Iterator[str]:
    address = host.address
    dhcp = host.dhcp
    lease = None if dhcp is None else dhcp.lease
    automatic = dhcp is not None and dhcp.autoconfigured
    yield _line("Connection-specific DNS Suffix", host.domain)
    if everything:
        yield _line("Physical Address", host.mac.dotted_upper())
    yield _line("Link-local IPv6 Address", "::")
    yield _line("IPv6 Address", "::")
    label = "Autoconfiguration IPv4 Address" if automatic else "IPv4 Address"
    yield _line(label, str(_ANY if address is None else address.ip))
    yield _line("Subnet Mask", str(_ANY if address is None else address.netmask))
    yield _line("Default Gateway", "::")
    yield f"{'':{_LABEL + 4}}{host.gateway or _ANY}"
    if everything:
        yield _line("DHCP Servers", str(_ANY if lease is None else IPv4Address(lease.server)))
        yield _line("DNS Servers", "::")
        yield f"{'':{_LABEL + 4}}{host.dns_server or _ANY}"


def _line(label: str, value: str) -> str:
    return f"   {label:.<{_LABEL - 1}}: {value}"


def ipconfig_renew(host: Host) -> Dialogue:
    """`ipconfig /renew`: asks for the address again, or for one."""
    if host.dhcp is None:
        return _NOT_A_CLIENT
    finished = Signal()
    host.dhcp.renew(finished.fire)
    leased: bool = yield finished
    return _leased(host) if leased else _REQUEST_FAILED


def ipconfig_release(host: Host) -> Dialogue:
    """`ipconfig /release`: gives the address back."""
    if host.dhcp is None:
        return _NOT_A_CLIENT
    released = Signal()
    host.dhcp.release(released.fire)
    yield released
    return _leased(host)


def ipconfig_dhcp(host: Host) -> Dialogue:
    """`ipconfig /dhcp`: the host leases its settings from now on."""
    host.use_dhcp()
    return ipconfig_renew(host)


def _leased(host: Host) -> str:
    address = host.address
    settings = (
        ("IP Address", None if address is None else address.ip),
        ("Subnet Mask", None if address is None else address.netmask),
        ("Default Gateway", host.gateway),
        ("DNS Server", host.dns_server),
    )
    return "\n" + "".join(f"{_line(label, str(value or _ANY))}\n" for label, value in settings)


def ipconfig_set(
    host: Host,
    address: IPv4Address,
    netmask: IPv4Address,
    gateway: IPv4Address | None = None,
    dns: IPv4Address | None = None,
) -> str:
    """`ipconfig ADDRESS MASK [GATEWAY] [DNS]`: sets them, in place of what was set; 0.0.0.0 is none."""
    try:
        entered = IPv4Interface(f"{address}/{netmask}")
        if entered.netmask != netmask or not 0 < entered.network.prefixlen < 32:
            raise ValueError(netmask)
    except ValueError:
        raise CommandRefused("Invalid Subnet Mask.") from None
    first = int(address) >> 24
    network = entered.network
    if first in (0, 127) or first >= 224 or (network.prefixlen < 31 and address in (network[0], network[-1])):
        raise CommandRefused("Invalid IP Address.")
    if gateway == _NONE:
        gateway = None
    if gateway is not None and (gateway not in network or gateway == address):
        raise CommandRefused("Invalid Default Gateway: it is not another device of this network.")
    server = host.dns_server if dns is None else dns
    host.configure(entered, gateway, None if server == _NONE else server)
    return ""


def ping(
    host: Host,
    host_target: str,
    ping_count: int = 4,
    forever: str | None = None,
    ping_length: int = 32,
    ping_ttl: int | None = None,
    ping_wait: int = 4000,
) -> Dialogue:
    """`ping TARGET [-n COUNT] [-t] [-l LENGTH] [-i TTL] [-w MILLISECONDS]`."""
    try:
        address = yield from host_address(host, host_target)
    except Interrupted:
        return ""
    if address is None:
        return f"Ping request could not find host {host_target}. Please check the name and try again.\n"
    yield Say(f"\nPinging {address} with {ping_length} bytes of data:\n\n")
    pinger = Pinger(host.node)
    times: list[int] = []
    sent = 0
    try:
        while forever is not None or sent < ping_count:
            if sent:
                yield Linger(_BETWEEN) if forever is not None else _BETWEEN
            sent += 1
            outcome: Outcome = yield pinger.probe(
                int(address),
                sent,
                ping_wait * MILLISECOND,
                size=ping_length,
                payload=_WINDOWS_PATTERN,
                ttl=ping_ttl,
            )
            if outcome.replied:
                times.append(outcome.elapsed // MILLISECOND)
            yield Say(f"{_answer(outcome, ping_length)}\n")
    except Interrupted:
        pass
    finally:
        pinger.close()
    return _statistics(address, sent, times)


def _answer(outcome: Outcome, length: int) -> str:
    report = outcome.report
    if report is None:
        return "Request timed out."
    source = IPv4Address(report.source)
    if report.is_reply:
        milliseconds = outcome.elapsed // MILLISECOND
        time = f"={milliseconds}ms" if milliseconds else "<1ms"
        return f"Reply from {source}: bytes={length} time{time} TTL={report.ttl}"
    message = report.message
    if message.type == icmp.TIME_EXCEEDED:
        return f"Reply from {source}: TTL expired in transit."
    if message.type != icmp.DESTINATION_UNREACHABLE:
        return f"Reply from {source}: ICMP type {message.type}, code {message.code}."
    if message.code == icmp.FRAGMENTATION_NEEDED:
        return "Packet needs to be fragmented but DF set."
    return f"Reply from {source}: Destination {_what(report)} unreachable."


def _what(report: IcmpReport) -> str:
    return _UNREACHABLE.get(report.message.code, "host")


def _statistics(address: IPv4Address, sent: int, times: list[int]) -> str:
    lost = sent - len(times)
    percent = 100 * lost // sent if sent else 0
    text = (
        f"\nPing statistics for {address}:\n"
        f"    Packets: Sent = {sent}, Received = {len(times)}, Lost = {lost} ({percent}% loss),\n"
    )
    if times:
        average = sum(times) // len(times)
        text += (
            "Approximate round trip times in milli-seconds:\n"
            f"    Minimum = {min(times)}ms, Maximum = {max(times)}ms, Average = {average}ms\n"
        )
    return text


def tracert(host: Host, host_target: str) -> Dialogue:
    """`tracert TARGET`: the routers on the way."""
    try:
        address = yield from host_address(host, host_target)
    except Interrupted:
        return ""
    if address is None:
        return f"Unable to resolve target system name {host_target}.\n"
    yield Say(f"\nTracing route to {address} over a maximum of {_HOPS} hops: \n\n")
    pinger = Pinger(host.node)
    sequence = 0
    try:
        for ttl in range(1, _HOPS + 1):
            yield Say(f"{ttl:>3}   ")
            source: int | None = None
            arrived = False
            for _ in range(_PROBES):
                sequence += 1
                outcome: Outcome = yield pinger.probe(
                    int(address), sequence, _TRACE_TIMEOUT, size=64, ttl=ttl
                )
                cell = "*"
                report = outcome.report
                if report is not None:
                    source = report.source
                    arrived |= outcome.replied
                    if report.message.type == icmp.DESTINATION_UNREACHABLE:
                        yield Say(
                            f"{IPv4Address(source)}  reports: Destination {_what(report)} unreachable.\n"
                        )
                        return "\nTrace complete.\n"
                    cell = f"{outcome.elapsed // MILLISECOND} ms"
                yield Say(f"{cell:<10}")
            yield Say("Request timed out.\n" if source is None else f"{IPv4Address(source)}\n")
            if arrived:
                break
    except Interrupted:
        return "\n"
    finally:
        pinger.close()
    return "\nTrace complete.\n"


def arp_list(host: Host) -> str:
    """`arp -a`: the neighbours whose MAC address is known."""
    entries = sorted((entry.address, entry.mac) for entry in host.node.arp if entry.mac is not None)
    if not entries:
        return "No ARP Entries Found\n"
    rows = [f"  {IPv4Address(address)!s:<22}{mac!s:<22}dynamic\n" for address, mac in entries]
    return f"  {'Internet Address':<22}{'Physical Address':<22}Type\n{''.join(rows)}"


def arp_delete(host: Host, arp_address: IPv4Address | None = None) -> str:
    """`arp -d [ADDRESS]`: forgets one neighbour, or all."""
    host.node.arp.forget(address=None if arp_address is None else int(arp_address))
    return ""


def netstat(host: Host) -> str:
    """`netstat`: the ports that listen, and the TCP connections."""
    tcp = host.node.tcp
    rows = [_netstat_row(f"0.0.0.0:{listener.port}", "0.0.0.0:0", "LISTENING") for listener in tcp.listeners]
    rows += [
        _netstat_row(
            f"{IPv4Address(one.local)}:{one.local_port}",
            f"{IPv4Address(one.remote)}:{one.remote_port}",
            _STATES[one.state],
        )
        for one in tcp.connections
    ]
    header = f"  {'Proto':<5}  {'Local Address':<21}  {'Foreign Address':<21}  State\n"
    return f"\nActive Connections\n\n{header}{''.join(rows)}"


def _netstat_row(local: str, foreign: str, state: str) -> str:
    return f"  {'TCP':<5}  {local:<21}  {foreign:<21}  {state}\n"


def help_(host: Host) -> str:
    """`help`: says where help is to be had."""
    return "Type ? for a list of the commands, and ? behind a command for what it takes.\n"
