"""What the IP stack counted and what it listens to: `show ip traffic`, `show ip sockets`, `show tcp`."""

from __future__ import annotations

from ipaddress import IPv4Address

from ios_emu.cli.shell import Call
from ios_emu.clock import MILLISECOND
from ios_emu.stack.counters import IpCounters
from ios_emu.stack.tcp_connection import TcpSocket
from ios_emu.wire import icmp as wire

_BRIEF = "TCB       Local Address               Foreign Address             (state)\n"
_SOCKETS = "Proto    Remote      Port      Local       Port  In Out Stat TTY OutputIF\n"
_TELNET = 23
_UDP = 17
# The kinds of options (RFC 791, 1108, 2113; the registry of IP option numbers), in the order of `_options`.
_KNOWN_OPTIONS = (130, 133, 131, 68, 7, 136, 137, 148, 134, 152)


def show_ip_traffic(call: Call) -> str:
    """`show ip traffic`: what the router itself received, sent and dropped since the boot."""
    node = call.device.network.node
    ip, udp, tcp, arp, icmp = (
        node.counters,
        node.udp.counters,
        node.tcp.counters,
        node.arp.counters,
        node.icmp,
    )
    received, sent = icmp.received, icmp.sent

    def count(counter: dict[tuple[int, int], int], *types: int) -> int:
        return sum(number for (kind, _), number in counter.items() if kind in types)

    return f"""\
IP statistics:
  Rcvd:  {ip.received} total, {ip.delivered} local destination
         0 format errors, {ip.malformed} checksum errors, {ip.bad_hop_count} bad hop count
         {ip.unknown_protocol} unknown protocol, {ip.not_for_us} not a gateway
         0 security failures, {ip.options_refused} bad options, {ip.with_options} with options
{_options(ip)}
  Frags: {ip.reassembled} reassembled, {node.reassembly.timeouts} timeouts, \
{node.reassembly.failures} couldn't reassemble
         {ip.fragmented} fragmented, {ip.could_not_fragment} couldn't fragment
  Bcast: {ip.broadcasts_received} received, {ip.broadcasts_sent} sent
  Mcast: {ip.multicasts_received} received, {ip.multicasts_sent} sent
  Sent:  {ip.sent} generated, {ip.forwarded} forwarded
  Drop:  {ip.encapsulation_failed} encapsulation failed, 0 unresolved, 0 no adjacency
         {ip.no_route} no route, 0 unicast RPF, 0 forced drop
         0 options denied, 0 source IP address zero

ICMP statistics:
  Rcvd: 0 format errors, {icmp.malformed} checksum errors, {count(received, wire.REDIRECT)} redirects, \
{count(received, wire.DESTINATION_UNREACHABLE)} unreachable
        {count(received, wire.ECHO_REQUEST)} echo, {count(received, wire.ECHO_REPLY)} echo reply, \
0 mask requests, 0 mask replies, 0 quench
        0 parameter, 0 timestamp, 0 info request, {count(received, wire.TIME_EXCEEDED)} other
        0 irdp solicitations, 0 irdp advertisements
  Sent: {count(sent, wire.REDIRECT)} redirects, {count(sent, wire.DESTINATION_UNREACHABLE)} unreachable, \
{count(sent, wire.ECHO_REQUEST)} echo, {count(sent, wire.ECHO_REPLY)} echo reply
        0 mask requests, 0 mask replies, 0 quench, 0 timestamp
        0 info reply, {count(sent, wire.TIME_EXCEEDED)} time exceeded, 0 parameter problem
        0 irdp solicitations, 0 irdp advertisements

UDP statistics:
  Rcvd: {udp.received} total, {udp.malformed} checksum errors, {udp.no_port} no port
  Sent: {udp.sent} total, 0 forwarded broadcasts

TCP statistics:
  Rcvd: {tcp.received} total, {tcp.malformed} checksum errors, {tcp.no_port} no port
  Sent: {tcp.sent} total

ARP statistics:
  Rcvd: {arp.requests_received} requests, {arp.replies_received} replies, 0 reverse, 0 other
  Sent: {arp.requests_sent} requests, {arp.replies_sent} replies ({arp.proxy_replies_sent} proxy), 0 reverse
"""


def _options(ip: IpCounters) -> str:
    """The options of the packets that came: by kind, those that are known to IOS."""
    seen = ip.options
    others = seen.total() - sum(seen[kind] for kind in _KNOWN_OPTIONS)
    security, extended, loose, stamp, record, stream, strict, alert, cipso, ump = (
        seen[kind] for kind in _KNOWN_OPTIONS
    )
    return f"""\
  Opts:  0 end, 0 nop, {security} basic security, {loose} loose source route
         {stamp} timestamp, {extended} extended security, {record} record route
         {stream} stream ID, {strict} strict source route, {alert} alert, {cipso} cipso, {ump} ump
         {others} other"""


def show_ip_sockets(call: Call) -> str:
    """`show ip sockets`: the UDP ports that the router listens at."""
    node = call.device.network.node
    addresses = [
        one.primary
        for one in map(call.device.network.interface, sorted(call.config.interfaces))
        if one is not None and one.up and one.primary is not None
    ]
    local = str(IPv4Address(addresses[0])) if addresses else "--any--"
    return _SOCKETS + "".join(
        f"{_UDP:>2} --listen--{'':<10}{local:<15}{port:>5}{0:>4}{0:>4}{0:>5}{0:>4}\n"
        for port in node.udp.ports
    )


def show_tcp_brief(call: Call, all_endpoints: str | None = None) -> str:
    """`show tcp brief [all]`: the connections, and with `all` the ports that take some."""
    tcp = call.device.network.node.tcp
    text = _BRIEF
    for socket in tcp.connections:
        local = f"{IPv4Address(socket.local)}.{socket.local_port}"
        remote = f"{IPv4Address(socket.remote)}.{socket.remote_port}"
        text += f"{_block(socket)}  {local:<28}{remote:<28}{socket.state.value}\n"
    if all_endpoints is not None:
        for number, listener in enumerate(tcp.listeners):
            text += f"{0x65000000 + number * 0x4D4:08X}  {f'*.{listener.port}':<28}{'*.*':<28}LISTEN\n"
    return text


def _block(socket: TcpSocket) -> str:
    """The address of a connection's control block: invented, but its own and always the same."""
    return f"{0x64000000 + (socket.remote_port << 12) + socket.local_port:08X}"


def show_tcp(call: Call) -> str:
    """`show tcp`: each connection at length, with the line that it belongs to."""
    parts = []
    sessions = {one.peer: one for one in call.device.line_sessions if one.peer is not None}
    for socket in call.device.network.node.tcp.connections:
        session = sessions.get(IPv4Address(socket.remote)) if socket.local_port == _TELNET else None
        owner = "Stand-alone TCP connection"
        if session is not None:
            owner = f"tty{session.number}, virtual tty from host {session.peer}"
        parts.append(
            f"{owner}\n"
            f"Connection state is {socket.state.value}, I/O status: 1, "
            f"unread input bytes: {socket.receiver.unread}\n"
            f"Local host: {IPv4Address(socket.local)}, Local port: {socket.local_port}\n"
            f"Foreign host: {IPv4Address(socket.remote)}, Foreign port: {socket.remote_port}\n\n"
            f"{_sequence(socket)}"
        )
    return "\n".join(parts)


def _sequence(socket: TcpSocket) -> str:
    """The sequence numbers, the windows and the timer of a connection."""
    sender, receiver = socket.sender, socket.receiver
    return (
        f"iss: {sender.start - 1:>10}  snduna: {sender.una:>10}  sndnxt: {sender.nxt:>10}"
        f"     sndwnd: {sender.window:>6}\n"
        f"rcvnxt: {receiver.nxt:>10}  rcvwnd: {receiver.buffer_size:>6}\n\n"
        f"RTO: {sender.timeout.value // MILLISECOND} ms, retransmitted: {sender.retransmitted}\n"
        f"Datagrams (max data segment is {sender.mss} bytes)\n"
    )
