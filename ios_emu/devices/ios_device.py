"""What every IOS device is: configuration, NVRAM, clock and log, and what its interfaces are doing.

Read this first in `devices/`. A device is a state with a lab clock; what runs above it is given to it:
`journal` stores NVRAM, `read_config` turns start-up text into configuration. `router` and `catalyst` say what
a 2811 and a 2960 have besides.
"""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, ClassVar

from ios_emu.clock import MILLISECOND, Clock
from ios_emu.devices.archive import RouterArchive
from ios_emu.devices.cdp import DeviceCdp
from ios_emu.devices.config_register import ConfigRegister
from ios_emu.devices.configuration import Configuration
from ios_emu.devices.debugging import Debugging
from ios_emu.devices.device_links import DeviceLinks
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.flash import Flash
from ios_emu.devices.line_sessions import LineSessions
from ios_emu.devices.network import DeviceNetwork
from ios_emu.devices.nvram import Journal, MemoryJournal
from ios_emu.devices.platform import CdpIdentity, Platform
from ios_emu.devices.reload_schedule import ReloadSchedule, Scheduled
from ios_emu.devices.ssh import RouterSsh
from ios_emu.devices.syslog import Syslog
from ios_emu.devices.syslog_hosts import send_to_hosts
from ios_emu.devices.system_clock import SystemClock
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.routing import Route, StaticRoute

if TYPE_CHECKING:
    from ios_emu.devices.router_dns import RouterDns

POWER_ON = "power-on"
_LOG_DELAY = 250 * MILLISECOND
_MICROSECOND = 1000
# Bit 6 of the configuration register.
_IGNORE_NVRAM = 0x0040

ReadConfig = Callable[["IosDevice", str], None]


def read_nothing(device: IosDevice, text: str) -> None:
    """Stands where no reader of configurations was given."""


class IosDevice(DeviceLinks):
    """A device that runs IOS. `clock` is the lab's; `chance` makes salts; `journal` keeps NVRAM.

    `model` is what the lab file calls its kind: the commands that it has are those of its model.
    """

    model: ClassVar[str]

    def __init__(
        self,
        name: str,
        clock: Clock,
        platform: Platform,
        dialect: Dialect = Dialect.IOS,
        chance: random.Random | None = None,
        journal: Journal | None = None,
        read_config: ReadConfig = read_nothing,
    ) -> None:
        self.name = name
        self.clock = clock
        self.dialect = dialect
        self.chance = chance or random.Random(name)
        self.journal: Journal = journal or MemoryJournal()
        self.read_config = read_config
        self.line_sessions = LineSessions()
        self.reload_requested: Callable[[], None] = self.boot_again
        self.platform = platform
        self.startup: str | None = None
        self.register = ConfigRegister(name, self.journal, self.platform.configuration_register)
        self.reloads = ReloadSchedule(clock, self._tell_all, self._scheduled_reload)
        software = platform.software
        self.flash = Flash(name, self.journal, software.image, platform.flash_bytes, software.image_bytes)
        self.config: Configuration = self.factory_configuration()
        self.time = SystemClock(clock, lambda: self.config.clock)
        self.log = Syslog(lambda: self.config.logging, partial(send_to_hosts, self))
        self.booted_at = clock.now
        self.reload_reason = POWER_ON
        self.reading_nvram = False
        self.reloading = False
        self.links_quiet = False
        self._protocols_up = set()
        self.cdp = DeviceCdp(self)
        self.network = self._make_network()
        self._dns: RouterDns | None = None
        self.network.on_change(self._apply_services)
        self.debugging = Debugging(self)
        self.ssh = RouterSsh(self)
        self.archive = RouterArchive(self)
        # What was read or saved last; None is how it comes from the box.
        self._saved: str | None = None

    @abstractmethod
    def factory_configuration(self) -> Configuration:
        """How it is configured fresh from the box."""

    @property
    @abstractmethod
    def factory_kept(self) -> Mapping[str, str]:
        """The kept lines that it has fresh from the box, by key."""

    @abstractmethod
    def _make_network(self) -> DeviceNetwork:
        """Its side of the wire."""

    @abstractmethod
    def blank(self) -> IosDevice:
        """A device like this one, fresh from the box, on a clock of its own: nothing reaches it."""

    # Time

    @property
    def now(self) -> datetime:
        """The device's own clock, in UTC."""
        return self.time.now

    @property
    def uptime(self) -> timedelta:
        """Time since the last boot."""
        return timedelta(microseconds=(self.clock.now - self.booted_at) // _MICROSECOND)

    # Boot and NVRAM

    def boot(self, reason: str = POWER_ON) -> None:
        """Starts from NVRAM, as after power-on or `reload`: what was not saved is gone."""
        self.config = self.factory_configuration()
        self.booted_at = self.clock.now
        self.time.restart()
        self.log.restart()
        self.reload_reason = reason
        self.reloads.restart()
        self.platform = replace(self.platform, configuration_register=self.register.value)
        if self.boots_configured:
            assert self.startup is not None
            self.reading_nvram = True
            try:
                self.read_config(self, self.startup)
            finally:
                self.reading_nvram = False
        self.reloading = False
        self._saved = self.configuration_text if self.boots_configured else None
        quiet, self.links_quiet = self.links_quiet, True
        self._restart_services()
        self.network.restart()
        self.debugging.set_all(False)
        self.links_quiet = quiet
        self.links_settled()
        self.ssh.restart()
        self.archive.restart()

    @property
    def boots_configured(self) -> bool:
        """Does a boot read a configuration: is there one, and does the register not say to ignore it?"""
        return self.startup is not None and not self.platform.configuration_register & _IGNORE_NVRAM

    @property
    def asks_for_setup(self) -> bool:
        """Does a boot without a configuration offer the dialogue that makes one?"""
        return True

    def boot_again(self) -> None:
        """What `reload` does to a device without a console: it boots."""
        self.boot("reload")

    def request_reload(self) -> None:
        """Boots at the next event, when the session that asked for it has ended."""
        self.reloading = True
        self.clock.call_soon(self.reload_requested)

    def _tell_all(self, text: str) -> None:
        for session in list(self.line_sessions):
            session.show(text)

    def _scheduled_reload(self, scheduled: Scheduled) -> None:
        text = f"Reload requested by {scheduled.by}. Reload Reason: {scheduled.reason}."
        self.log.emit("SYS-5-RELOAD", text, self.config.timestamps_log, self.time.moment, self.uptime)
        self.request_reload()

    @property
    def modified(self) -> bool:
        """Was the configuration changed since it was read or saved?"""
        saved = self._saved
        if saved is None:
            saved = self._text(self.factory_configuration())
        return self.configuration_text != saved

    @property
    def configuration_text(self) -> str:
        """The running configuration, from the first `!` to `end`."""
        return self._text(self.config)

    def _text(self, config: Configuration) -> str:
        # Loaded when a configuration is printed: a device from the box boots without.
        from ios_emu.devices.running_config import configuration_body

        return configuration_body(config)

    @property
    def startup_record(self) -> str:
        """The name under which the journal keeps the start-up configuration."""
        return f"{self.name}/startup-config"

    def save(self, done: Callable[[str | None], None]) -> None:
        """Writes the running configuration to NVRAM, then calls `done(None)` or `done(reason)`."""
        body = self.configuration_text

        def stored(problem: str | None) -> None:
            if problem is None:
                self._saved = body
                self.ssh.save(done)
            else:
                done(problem)

        self.store_startup(body, stored)

    def store_startup(self, text: str, done: Callable[[str | None], None]) -> None:
        """Writes a configuration to NVRAM, or empties it; then calls `done(None)` or `done(reason)`.

        The record of an empty one stays: an erased device is not one that the lab file configures anew.
        """

        def stored(problem: str | None) -> None:
            if problem is None:
                self.startup = text or None
            done(problem)

        self.journal.write(self.startup_record, text.encode("latin-1", "replace"), stored)

    # Names

    @property
    def dns(self) -> RouterDns:
        """The resolver and the name server, made when they are first needed."""
        if self._dns is None:
            from ios_emu.devices.router_dns import RouterDns

            self._dns = RouterDns(self)
        return self._dns

    @property
    def name_servers(self) -> list[IPv4Address]:
        """The name servers that it asks."""
        return list(dict.fromkeys(self.config.name_servers))

    def _apply_services(self) -> None:
        """The configuration may have changed: what looks at it does so."""
        if self._dns is not None or self.config.names.server:
            self.dns.apply()
        self.cdp.apply()

    def _restart_services(self) -> None:
        """A boot: what the services learnt is forgotten."""
        if self._dns is not None:
            self._dns.restart()
        self.cdp.restart()

    # What CDP tells

    @property
    def cdp_identity(self) -> CdpIdentity:
        """What it is."""
        return CdpIdentity(f"cisco {self.platform.model}", 0, self.platform.software.lines())

    def cdp_addresses(self, port: InterfaceName) -> list[IPv4Address]:
        """Its addresses, as a neighbour behind that port may use them."""
        address = self.config.interfaces[port].address
        return [] if address is None else [address.ip]

    def cdp_native_vlan(self, _: InterfaceName) -> int | None:
        """The VLAN of untagged frames behind that port; None where it says nothing of it."""
        return None

    # Routing and log

    def routes(self) -> list[Route]:
        """The routing table, in the order of the addresses, the default route last."""
        return self.network.routing.in_order()

    def connected_routes(self) -> Iterator[tuple[IPv4Network, InterfaceName]]:
        """The networks of the interfaces whose line protocol is up."""
        for name, interface in sorted(self.config.interfaces.items()):
            if self.protocol_up(interface):
                for network in interface.networks:
                    yield network, name

    def static_routes(self) -> list[StaticRoute]:
        """The routes that do not come from its interfaces or from a routing protocol."""
        return list(self.config.routes.values())

    def route_ages(self, network: IPv4Network) -> dict[IPv4Address, int]:  # noqa: ARG002
        """When a learnt route was told of last, by next hop, in lab time; nothing for other routes."""
        return {}

    def hears_rip(self, interface: str) -> bool:  # noqa: ARG002
        """Does RIP version 2 run on an interface?"""
        return False

    def report(self, name: str, text: str, delay: int = _LOG_DELAY) -> None:
        """Logs `%NAME: text` after `delay` nanoseconds, as a background event."""
        self.clock.call_later(delay, self._emit, name, text, background=True)

    def report_debug(self, text: str) -> None:
        """Shows a line of `debug` at once."""
        self.log.debug(text, self.config.timestamps_debug, self.time.moment, self.uptime)

    def _emit(self, name: str, text: str) -> None:
        self.log.emit(name, text, self.config.timestamps_log, self.time.moment, self.uptime)
