"""`debug ip rip`, `debug ip rip events`, `debug ip rip database`: what RIP does, in IOS's words.

Packet Tracer has its own blanks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from ipaddress import IPv4Address

from ios_emu.devices.debugging import RIP_DATABASE, RIP_EVENTS, RIP_PROTOCOL
from ios_emu.devices.dialect import Dialect
from ios_emu.services.rip_settings import RipInterface
from ios_emu.services.rip_update import major_network, network_of
from ios_emu.stack.ip_interface import Prefix, prefix_mask
from ios_emu.wire.rip import INFINITY, REQUEST, VERSION_1, Digest, Password, RipEntry, RipMessage


class RipDebug:
    """Writes lines for what is `active` of the subjects that can be debugged."""

    def __init__(self, active: Collection[str], dialect: Dialect, write: Callable[[str], None]) -> None:
        self._active = active
        self._write = write
        packet_tracer = dialect is Dialect.PACKET_TRACER
        self._sending = "sending  " if packet_tracer else "sending "
        self._indent, self._heard = ("      ", "      ") if packet_tracer else ("\t", "     ")
        # Packet Tracer shows what belongs together as one.
        self._joins = packet_tracer

    @property
    def _entries(self) -> bool:
        return RIP_PROTOCOL in self._active

    def _event(self, text: str, *more: str) -> None:
        if RIP_PROTOCOL in self._active or RIP_EVENTS in self._active:
            lines = [f"RIP: {text}", *more]
            for line in ["\n".join(lines)] if self._joins else lines:
                self._write(line)

    def asked(self, interface: str, destination: int) -> None:
        """A request was sent."""
        self._event(f"sending request on {interface} to {IPv4Address(destination)}")

    def told(
        self,
        interface: str,
        prefix: Prefix,
        version: int,
        destination: int,
        flash: bool,
        entries: Sequence[RipEntry],
    ) -> None:
        """An update was sent, or not sent because there was nothing to tell."""
        kind = "flash update" if flash else "update"
        lines = []
        if self._entries:
            null = "" if entries else " - suppressing null update"
            lines.append(f"RIP: build {kind} entries{null}")
            lines += [f"{self._indent}{_sent(entry, version, prefix)}" for entry in entries]
        where = f"via {interface} ({IPv4Address(prefix.address)})"
        self._event(f"{self._sending}v{version} {kind} to {IPv4Address(destination)} {where}", *lines)
        if RIP_EVENTS in self._active and entries:
            self._event(f"Update contains {len(entries)} routes")
            self._event("Update queued")
            self._event(f"Update sent via {interface}")

    def received(self, interface: RipInterface, source: int, message: RipMessage) -> None:
        """A message was taken."""
        where = f"from {IPv4Address(source)} on {interface.name}"
        if message.command == REQUEST:
            self._event(f"received v{message.version} request {where}")
            return
        near = interface.prefix_of(source) or interface.prefixes[0]
        lines = []
        if RIP_EVENTS in self._active:
            lines.append(f"RIP: Update contains {len(message.entries)} routes")
        for entry in message.entries if self._entries else ():
            lost = "  (inaccessible)" if entry.metric >= INFINITY else ""
            network = _heard(entry, message.version, near)
            lines.append(f"{self._heard}{network} in {entry.metric} hops{lost}")
        self._event(f"received v{message.version} update {where}", *lines)

    def ignored(self, interface: str, source: int, version: int | None, reason: str) -> None:
        """A message was not taken: its version is None when it could not be read."""
        address = IPv4Address(source)
        if reason == "bad source":
            self._event(f"ignored v{version} update from bad source {address} on {interface}")
        elif version is None:
            self._event(f"ignored packet from {address} ({reason})")
        else:
            self._event(f"ignored v{version} packet from {address} ({reason})")

    def authenticated(self, message: RipMessage) -> None:
        """A message came with an authentication, which is looked at next."""
        match message.authentication:
            case Digest():
                self._event("received packet with MD5 authentication")
            case Password(text):
                shown = "".join(chr(one) if 32 <= one < 127 else "." for one in text)
                self._event(f"received packet with text authentication {shown}")

    def database(self, text: str) -> None:
        """The database changed."""
        if RIP_DATABASE in self._active:
            self._write(f"RIP-DB: {text}")


def _sent(entry: RipEntry, version: int, prefix: Prefix) -> str:
    address = IPv4Address(entry.network)
    if version == VERSION_1:
        if entry.network == major_network(entry.network)[0]:
            kind = "network"
        else:
            kind = "host" if entry.network & ~prefix_mask(prefix.length) else "subnet"
        return f"{kind} {address} metric {entry.metric}"
    length, next_hop = entry.mask.bit_count(), IPv4Address(entry.next_hop)
    return f"{address}/{length} via {next_hop}, metric {entry.metric}, tag {entry.tag}"


def _heard(entry: RipEntry, version: int, near: Prefix) -> str:
    address = IPv4Address(entry.network)
    if version == VERSION_1:
        return str(address)
    network = network_of(entry, version, near)
    length = entry.mask.bit_count() if network is None else network[1]
    return f"{address}/{length} via {IPv4Address(entry.next_hop)}"
