"""How the router's commands take a destination: an address, or a name that has to be looked up."""

from __future__ import annotations

from ipaddress import IPv4Address

from ios_emu.cli.arguments import TYPES
from ios_emu.cli.dialogue import Dialogue, Say
from ios_emu.cli.questions import Asking
from ios_emu.cli.shell import Call, Shell
from ios_emu.clock import SECOND
from ios_emu.devices.dialect import Dialect
from ios_emu.errors import CommandRefused
from ios_emu.stack.interface_name import InterfaceName

LOOKUP_TIME = 3 * SECOND
BAD_NAME = "% Bad IP address or host name\n"
_UNRECOGNIZED = {
    Dialect.IOS: "% Unrecognized host or address, or protocol not running.",
    Dialect.PACKET_TRACER: "% Unrecognized host or address or protocol not running.",
}

_BAD_SOURCE = (
    "% Invalid source. Must use same-VRF IP address or full interface name without spaces (e.g. Serial0/1)"
)


def read_address(text: str) -> IPv4Address | None:
    """The address that a word is, as IOS reads one; None for a name."""
    try:
        address = TYPES["IP"](text, 0, 0)
    except ValueError:
        return None
    assert isinstance(address, IPv4Address)
    return address


def unrecognized(dialect: Dialect) -> str:
    """What `ping` and `traceroute` say of a name that has no address."""
    return f"{_UNRECOGNIZED[dialect]}\n\n"


def resolve(shell: Shell, name: str) -> Asking[IPv4Address | None]:
    """The address of a host, looked up if need be, with what IOS prints meanwhile."""
    address = read_address(name)
    if address is None and shell.config.domain_lookup:
        yield from look_up(shell, name)
    return address


def look_up(shell: Shell, name: str) -> Dialogue:
    """Asks and waits in vain: nobody serves names yet. Raises Interrupted at Ctrl-Shift-6."""
    servers = shell.config.name_servers
    server = str(servers[0]) if servers else "255.255.255.255"
    translating = f'Translating "{name}"...domain server ({server})\n'
    yield Say(translating)
    yield LOOKUP_TIME
    if shell.dialect is Dialect.IOS:
        yield Say(f"\n{BAD_NAME}{translating}")
        yield LOOKUP_TIME
        yield Say(f" ({server})\n{translating}")
        yield LOOKUP_TIME
        yield Say("\n")
    return ""


def source_address(call: Call, text: str | IPv4Address | InterfaceName) -> int:
    """The own address that a command is to send from. Raises CommandRefused in IOS's words."""
    node = call.router.network.node
    if isinstance(text, str):
        text = read_address(text) or _interface(text)
    if isinstance(text, IPv4Address):
        if not node.is_local(int(text)):
            raise CommandRefused("% Invalid source address- IP address not on any of our up interfaces")
        return int(text)
    interface = call.router.network.interface(text)
    if interface is None or not interface.up or interface.primary is None:
        raise CommandRefused("% Invalid source interface - IP not enabled or interface is down")
    return interface.primary


def _interface(text: str) -> InterfaceName:
    try:
        return InterfaceName.read(text)
    except ValueError:
        raise CommandRefused(_BAD_SOURCE) from None
