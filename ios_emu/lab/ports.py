"""Which ports the services of a lab used, as the wire shows it: the server's port and the clients' ports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from ios_emu.lab.event_text import SERVICES
from ios_emu.lab.events import Event
from ios_emu.wire.dhcp import CLIENT_PORT, SERVER_PORT
from ios_emu.wire.tcp import ACK, SYN

_MOST_SHOWN = 8


@dataclass(slots=True)
class PortUse:
    """One service at one server. `refused` counts attempts that a RST answered."""

    transport: str
    port: int
    server: IPv4Address
    clients: dict[tuple[IPv4Address, int], None] = field(default_factory=dict)
    opened: int = 0

    @property
    def service(self) -> str:
        """The name of the service that usually has the port."""
        return SERVICES.get(self.port, "?")

    def as_dict(self) -> dict[str, object]:
        """For programs."""
        return {
            "service": self.service,
            "transport": self.transport,
            "port": self.port,
            "server": str(self.server),
            "opened": self.opened,
            "clients": [{"address": str(address), "port": port} for address, port in self.clients],
        }


def ports_used(rows: Iterable[Event]) -> list[PortUse]:
    """What the rows show: TCP by who sent the SYN, UDP by who asked first, DHCP by who answered."""
    uses: dict[tuple[str, int, IPv4Address], PortUse] = {}
    flows: set[tuple[str, IPv4Address, int, IPv4Address, int]] = set()
    for event in rows:
        decoded = event.decoded
        source, target = decoded.source, decoded.destination
        here, there = decoded.source_port, decoded.destination_port
        if decoded.transport is None or source is None or target is None or here is None or there is None:
            continue
        transport = decoded.transport
        if {here, there} == {SERVER_PORT, CLIENT_PORT}:
            # Who asks does not know the server yet: its answer tells.
            if here == SERVER_PORT:
                use = uses.setdefault(("UDP", here, source), PortUse("UDP", here, source))
                use.clients[target, there] = None
                use.opened = len(use.clients)
            continue
        if transport == "TCP" and decoded.flags & SYN:
            if decoded.flags & ACK:
                known = uses.get(("TCP", here, source))
                if known is not None and ("TCP", source, here, target, there) not in flows:
                    flows.add(("TCP", source, here, target, there))
                    known.opened += 1
                continue
        elif transport == "TCP" or ("UDP", target, there, source, here) in flows:
            continue
        else:
            flows.add(("UDP", source, here, target, there))
        use = uses.setdefault((transport, there, target), PortUse(transport, there, target))
        use.clients[source, here] = None
        if transport == "UDP":
            use.opened = len(use.clients)
    return sorted(uses.values(), key=lambda use: (use.transport, use.port, use.server))


def ports_table(uses: list[PortUse]) -> str:
    """The homework's answer, as a table."""
    if not uses:
        return "no TCP or UDP port was used\n"
    text = f"{'Service':<9}{'Transport':<11}{'Port':<7}{'Server':<17}{'Clients':<17}Client ports\n"
    for use in uses:
        by_client: dict[IPv4Address, list[int]] = {}
        for address, port in use.clients:
            by_client.setdefault(address, []).append(port)
        head = f"{use.service:<9}{use.transport:<11}{use.port:<7}{use.server!s:<17}"
        for address, ports in by_client.items():
            shown = ", ".join(map(str, ports[:_MOST_SHOWN])) + (", ..." if len(ports) > _MOST_SHOWN else "")
            closed = "" if use.opened else "  (closed)"
            text += f"{head}{address!s:<17}{shown}{closed}\n"
            head = f"{'':<44}"
    return text
