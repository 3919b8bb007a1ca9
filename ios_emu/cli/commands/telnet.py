"""`telnet`, `show sessions`, `resume` and `disconnect`: connections to other devices of the lab."""

from __future__ import annotations

from ipaddress import IPv4Address

from ios_emu.cli.commands.host_names import host_address
from ios_emu.cli.commands.names import Target, resolve, source_address
from ios_emu.cli.connections import Connection
from ios_emu.cli.dialogue import Ask, Departure, Dialogue, Interrupted, Kind, Relay, Say
from ios_emu.cli.shell import Call, Shell
from ios_emu.clock import MINUTE
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.host import Host
from ios_emu.services.telnet_client import TELNET_PORT, TelnetClient
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.wire.ipv4 import TCP, Ipv4Packet

FAILURES = {
    "refused": "% Connection refused by remote host",
    "timed out": "% Connection timed out; remote host not responding",
    "unreachable": "% Destination unreachable; gateway or host down",
    "reset": "% Connection reset by remote host",
}
UNKNOWN_HOST = "% Unknown command or computer name, or unable to find computer address\n"
_NOT_PERMITTED = "% Connections to that host not permitted from this terminal\n"
_NO_SESSIONS = "% No connections open\n"
_HEADER = "Conn Host                Address             Byte  Idle Conn Name\n"


def telnet(
    call: Call,
    telnet_host: str,
    telnet_port: int | None = None,
    interface_name: InterfaceName | None = None,
) -> Dialogue:
    """`telnet HOST [PORT] [/source-interface INTERFACE]`."""
    source = None if interface_name is None else source_address(call, interface_name)
    try:
        found = yield from resolve(call.shell, telnet_host)
    except Interrupted:
        return "\n"
    if found is None:
        return UNKNOWN_HOST
    return (yield from open_connection(call.shell, telnet_host, found, telnet_port, source))


def open_connection(
    shell: Shell, typed: str, found: Target, port: int | None = None, source: int | None = None
) -> Dialogue:
    """Opens a connection and stays there until it ends or is suspended.

    `typed` is the host as the user calls it. When it has several addresses they are tried in turn.
    """
    port = port or found.port or TELNET_PORT
    failed = ""
    for address in found.addresses:
        if not _may_go(shell, address):
            return _NOT_PERMITTED
        yield Say(failed + _trying(shell.dialect, address, found.name, port))
        try:
            client = TelnetClient(shell.device.network.node, int(address), port, source)
            connection = shell.connections.add(typed, client)
        except ValueError:
            failed = f"\n{FAILURES['unreachable']}\n"
            continue
        try:
            failure = yield client.opened
        except Interrupted:
            client.close()
            shell.connections.remove(connection)
            return "\n"
        if failure is None:
            yield Say("Open\n")
            return (yield from _stay(shell, connection))
        shell.connections.remove(connection)
        failed = f"\n{FAILURES.get(failure, FAILURES['timed out'])}\n"
    return failed


def _may_go(shell: Shell, address: IPv4Address) -> bool:
    """Does `access-class LIST out` of the user's line let it telnet there? The list is asked for sources."""
    access_class = shell.line.access_classes.get("out")
    if access_class is None:
        return True
    packet = Ipv4Packet(int(address), 0, TCP, bytes(4))
    return shell.device.network.filters.admits(access_class.access_list, packet)


def _trying(dialect: Dialect, address: IPv4Address, name: str | None, port: int) -> str:
    where = str(address) if port == TELNET_PORT else f"{address}, {port}"
    if dialect is Dialect.PACKET_TRACER:
        return f"Trying {where} ..."
    return f"Trying {where} ... " if name is None else f"Trying {name} ({where})... "


def _stay(shell: Shell, connection: Connection) -> Dialogue:
    client = connection.client
    shell.connections.use(connection)
    departure = yield Relay(client.send, client.attach)
    client.detach()
    if departure is Departure.SUSPENDED:
        return "\n"
    shell.connections.remove(connection)
    return f"\n[Connection to {connection.name} closed by foreign host]\n"


def show_sessions(call: Call) -> str:
    """`show sessions`."""
    shell = call.shell
    rows = ""
    for one in shell.connections:
        mark = "*" if one is shell.connections.current else " "
        idle = (call.device.clock.now - one.client.last_input) // MINUTE
        address = str(IPv4Address(one.client.host))
        rows += (
            f"{mark}{one.number:>3} {one.name:<20}{address:<20}{one.client.unseen:>4}  {idle:>4} {one.name}\n"
        )
    return _HEADER + rows if rows else _NO_SESSIONS


def resume(call: Call, connection: str | None = None) -> Dialogue | str:
    """`resume [NUMBER | NAME]`."""
    found = call.shell.connections.find(connection)
    if found is None:
        return "% No such connection\n" if connection is not None else "% No current connection\n"
    return resume_connection(call.shell, found)


def resume_number(call: Call, session: int) -> Dialogue | str:
    """A number alone goes on at that connection."""
    return resume(call, str(session))


def resume_connection(shell: Shell, connection: Connection) -> Dialogue:
    """Goes on at a suspended connection."""
    yield Say(f"[Resuming connection {connection.number} to {connection.name} ... ]\n\n")
    return (yield from _stay(shell, connection))


def disconnect(call: Call, connection: str | None = None) -> Dialogue | str:
    """`disconnect [NUMBER | NAME]`, after a question."""
    found = call.shell.connections.find(connection)
    if found is None:
        return "% No such connection\n" if connection is not None else "% No current connection\n"
    return _disconnect(call.shell, found)


def _disconnect(shell: Shell, connection: Connection) -> Dialogue:
    try:
        answer = yield Ask(f"Closing connection to {connection.name} [confirm]", Kind.KEY)
    except Interrupted:
        return ""
    if answer.lower() in ("", "y"):
        connection.client.close()
        shell.connections.remove(connection)
    return ""


def host_telnet(host: Host, host_target: str, host_port: int = TELNET_PORT) -> Dialogue:
    """`telnet HOST [PORT]` at a host's prompt; Ctrl-Shift-6 x ends it there."""
    try:
        address = yield from host_address(host, host_target)
    except Interrupted:
        return ""
    if address is None:
        return f"Could not find host {host_target}. Please check the name and try again.\n"
    yield Say(f"Trying {address} ...")
    try:
        client = TelnetClient(host.node, int(address), host_port)
    except ValueError:
        return f"\n{FAILURES['timed out']}\n"
    try:
        failure = yield client.opened
    except Interrupted:
        client.close()
        return "\n"
    if failure is not None:
        return f"\n{FAILURES.get(failure, FAILURES['timed out'])}\n"
    yield Say("Open\n")
    departure = yield Relay(client.send, client.attach)
    if departure is Departure.SUSPENDED:
        client.close()
        return "\n"
    return f"\n[Connection to {address} closed by foreign host]\n"
