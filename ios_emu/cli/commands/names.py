"""How the router's commands take a destination: an address, or a name that has to be looked up."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ios_emu.cli.arguments import TYPES
from ios_emu.cli.dialogue import Interrupted, Say
from ios_emu.cli.questions import Asking
from ios_emu.cli.shell import Call, Shell
from ios_emu.devices.dialect import Dialect
from ios_emu.errors import CommandRefused
from ios_emu.stack.interface_name import InterfaceName

if TYPE_CHECKING:
    from ios_emu.services.resolver import Lookup

BAD_NAME = "% Bad IP address or host name\n"
_UNRECOGNIZED = {
    Dialect.IOS: "% Unrecognized host or address, or protocol not running.",
    Dialect.PACKET_TRACER: "% Unrecognized host or address or protocol not running.",
}

_BAD_SOURCE = (
    "% Invalid source. Must use same-VRF IP address or full interface name without spaces (e.g. Serial0/1)"
)


class Target(NamedTuple):
    """A destination: its addresses, the name that it was found by, and where `telnet` goes at it."""

    addresses: tuple[IPv4Address, ...]
    name: str | None = None
    port: int | None = None

    @property
    def address(self) -> IPv4Address:
        """The address that is tried first."""
        return self.addresses[0]


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


def resolve(shell: Shell, name: str) -> Asking[Target | None]:
    """A destination: an address, a name of the host table, or one that is looked up, with what IOS prints.

    None when there is no such host. Raises Interrupted at Ctrl-Shift-6.
    """
    address = read_address(name)
    if address is not None:
        return Target((address,))
    own = known_host(shell, name)
    if own is not None or not shell.config.domain_lookup:
        return own
    return (yield from translate(shell, name))


def known_host(shell: Shell, name: str) -> Target | None:
    """What the host table has of a name."""
    # A router without a host table does not load its resolver for that.
    entry = shell.device.dns.host(name) if shell.config.names.hosts else None
    return None if entry is None else Target(entry.addresses, entry.name, entry.port)


def translate(shell: Shell, name: str, *, once: bool = False) -> Asking[Target | None]:
    """Looks a name up and names the servers that are asked, each one `once` or as often as is configured.

    Raises Interrupted at Ctrl-Shift-6.
    """
    resolver = shell.device.dns.resolver
    settings = resolver.settings
    if once:
        settings = settings._replace(timeouts=settings.timeouts[:1])
    lookup = resolver.begin(name, settings=settings)
    if lookup.answer is None:
        yield Say(f'Translating "{name}"...domain server')
        try:
            yield from _wait(lookup)
        except Interrupted:
            lookup.cancel()
            raise
        yield Say(" [OK]\n" if lookup.answer is not None and lookup.answer.found else "\n")
    answer = lookup.answer
    if answer is None or not answer.found:
        return None
    return Target(answer.addresses, name)


def _wait(lookup: Lookup) -> Asking[None]:
    asked: set[int] = set()
    while True:
        for step in lookup.take_steps():
            if step.what == "asked" and step.server not in asked:
                asked.add(step.server)
                yield Say(f" ({IPv4Address(step.server)})")
        if lookup.answer is not None:
            return
        yield lookup.progress()


def translate_word(shell: Shell, word: str) -> Asking[Target | None]:
    """A single word that is no command: a 2811 looks it up three times, and says so each time."""
    if shell.dialect is Dialect.PACKET_TRACER:
        return (yield from translate(shell, word))
    found = yield from translate(shell, word, once=True)
    if found is not None:
        return found
    yield Say(f"\n{BAD_NAME}")
    found = yield from translate(shell, word, once=True)
    if found is not None:
        return found
    servers = shell.device.dns.resolver.settings.servers
    yield Say(f" ({IPv4Address(servers[0])})\n" if servers else "")
    found = yield from translate(shell, word, once=True)
    if found is None:
        yield Say("\n")
    return found


def source_address(call: Call, text: str | IPv4Address | InterfaceName) -> int:
    """The own address that a command is to send from. Raises CommandRefused in IOS's words."""
    node = call.device.network.node
    if isinstance(text, str):
        text = read_address(text) or _interface(text)
    if isinstance(text, IPv4Address):
        if not node.is_local(int(text)):
            raise CommandRefused("% Invalid source address- IP address not on any of our up interfaces")
        return int(text)
    interface = call.device.network.interface(text)
    if interface is None or not interface.up or interface.primary is None:
        raise CommandRefused("% Invalid source interface - IP not enabled or interface is down")
    return interface.primary


def _interface(text: str) -> InterfaceName:
    try:
        return InterfaceName.read(text)
    except ValueError:
        raise CommandRefused(_BAD_SOURCE) from None
