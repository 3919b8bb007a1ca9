"""Names at the router: its host table, its resolver, and the name server that `ip dns server` makes of it."""

from __future__ import annotations

import random
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ios_emu.clock import SECOND
from ios_emu.services.dns_codec import reverse_name
from ios_emu.services.dns_exchange import BROADCAST
from ios_emu.services.dns_listener import DnsListener
from ios_emu.services.dns_wire import NodeWire
from ios_emu.services.resolver import Resolver, Settings

if TYPE_CHECKING:
    from ios_emu.devices.ios_device import IosDevice
    from ios_emu.devices.names_config import HostEntry
    from ios_emu.services.dns_answer import Status
    from ios_emu.services.dns_forwarder import DnsForwarder
    from ios_emu.services.dns_listener import Reply


class RouterDns:
    """The names of `device`, as its configuration is at each moment."""

    def __init__(self, device: IosDevice) -> None:
        self._device = device
        chance = random.Random(f"{device.name}/resolver")
        wire = NodeWire(lambda: device.network.node)
        self.resolver = Resolver(device.clock, wire, chance, self._settings, self._known)
        self._listener: DnsListener | None = None
        self._forwarder: DnsForwarder | None = None

    def restart(self) -> None:
        """The router boots: what it learnt is forgotten."""
        self.resolver.cache.forget()
        self.resolver.trace = None

    def apply(self) -> None:
        """Serves names, or does not, as the configuration says."""
        wanted = self._device.config.names.server
        if wanted and self._listener is None:
            self._listener = DnsListener(self._device.network.node, self._answer)
        elif not wanted and self._listener is not None:
            self._listener.close()
            self._listener = None

    def host(self, name: str) -> HostEntry | None:
        """What the host table has of a name, with the default domain behind it or without."""
        names = self._device.config.names
        name = name.lower().removesuffix(".")
        entry = names.hosts.get(name)
        if entry is None and names.domain is not None:
            entry = names.hosts.get(name.removesuffix(f".{names.domain.lower()}"))
        return entry

    def name_of(self, address: IPv4Address) -> str | None:
        """The name in the host table that has an address."""
        for entry in self._device.config.names.hosts.values():
            if address in entry.addresses:
                return entry.name
        return None

    def trace(self, name: str, kind: int, server: int, status: Status | None) -> None:
        """A line of `debug domain`: a question that was sent, or whether its reply had anything."""
        if status is None:
            text = f"Domain: query for {name} type {kind} to {IPv4Address(server)}"
        else:
            text = f"Reply received {'ok' if status.value == 'found' else 'empty'}"
        self._device.report_debug(text)

    def _settings(self) -> Settings:
        config = self._device.config
        names = config.names
        servers = tuple(map(int, self._device.name_servers)) or (BROADCAST,)
        search = tuple(names.domains) or ((names.domain,) if names.domain is not None else ())
        timeouts = (names.timeout * SECOND,) * (names.retry + 1)
        return Settings(servers if config.domain_lookup else (), search, timeouts, keeps_negative=False)

    def _known(self, name: str, kind: str) -> tuple[str, ...] | None:
        if kind == "A":
            entry = self.host(name)
            return None if entry is None else tuple(map(str, entry.addresses))
        if kind == "PTR":
            for entry in self._device.config.names.hosts.values():
                if any(reverse_name(str(address)) == name.lower() for address in entry.addresses):
                    return (entry.name,)
        return None

    def _answer(self, request: bytes, tcp: bool, reply: Reply, _client: int) -> bool:
        if self._forwarder is None:
            from ios_emu.services.dns_forwarder import DnsForwarder

            self._forwarder = DnsForwarder(self.resolver, self._upstream)
        return self._forwarder.answer(request, tcp, reply)

    def _upstream(self) -> Settings:
        """Whom the router asks for others: the servers that it was given, never everybody."""
        settings = self._settings()._replace(keeps_negative=True)
        return settings if BROADCAST not in settings.servers else settings._replace(servers=())
