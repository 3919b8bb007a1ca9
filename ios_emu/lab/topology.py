"""A lab: its clock, its devices and its cables, built from a lab file.

Read this first in `lab/`. `Lab("router")` is the whole emulator for a program: it runs on its own clock, as
fast as it can, and does nothing between two calls.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from ios_emu.cli.shared import shared_reader
from ios_emu.clock import Clock
from ios_emu.devices.ios_device import IosDevice
from ios_emu.devices.nvram import Journal, MemoryJournal
from ios_emu.devices.router import Router
from ios_emu.errors import LabFileError, UsageError
from ios_emu.lab.console import Console
from ios_emu.lab.device import Device, HostDevice, RouterDevice, SwitchDevice
from ios_emu.lab.lab_file import (
    SWITCH_PORTS,
    DeviceFile,
    End,
    HostFile,
    Link,
    RouterFile,
    SwitchFile,
    find_lab,
    read_lab_file,
)
from ios_emu.lab.lab_links import find_port
from ios_emu.lab.vty import VtyLines
from ios_emu.stack.branch import Branch
from ios_emu.stack.cable import Cable, Port
from ios_emu.stack.cable import Tap as CableTap
from ios_emu.wire.ethernet import MacAddress

if TYPE_CHECKING:
    from ios_emu.devices.host import Host
    from ios_emu.lab.events import Events
    from ios_emu.lab.lab_mail import MailService
    from ios_emu.lab.nat_host import NatHosts
    from ios_emu.services.mail_server import MailServer
    from ios_emu.services.record_journal import RecordJournal

ReadState = Callable[[str], bytes | None]
ListState = Callable[[str], list[str]]
OpenJournal = Callable[[str], "tuple[RecordJournal, bytes]"]
"""Opens what keeps the records of the device of that name; the bytes are what it kept before."""
Tap = Callable[[int, str, bytes], None]
"""Is given each frame that enters a cable: lab time, `DEVICE:PORT` that sent it, the frame."""


class LabCable:
    """A cable of the lab, and the ends that it has there."""

    def __init__(self, link: Link, cable: Cable) -> None:
        self.link = link
        self.cable = cable
        self.ends = (f"{link.a.device}:{link.a.port}", f"{link.b.device}:{link.b.port}")


def _begin_mail(described: MailService, server: MailServer) -> None:
    server.store.domain, server.store.users = described.domain, dict(described.users)
    server.set_smtp(described.smtp)
    server.set_pop3(described.pop3)
    server.offers_auth = described.auth


class Lab:
    """A running lab. `lab` is the name of a built-in lab or the path of a lab file.

    `journal`, `read_state` and `list_state` (the names that begin so) keep NVRAM and flash beyond the
    process; without them they live as long as the lab. So does `leases` with what a router's DHCP server
    leased, and `mail` with messages.
    `now` is the lab time to begin at, in nanoseconds. `report` is given what an event of the lab raises;
    without it, who runs the clock gets it. Raises LabFileError.
    """

    def __init__(
        self,
        lab: str = "router",
        *,
        quick: bool = True,
        journal: Journal | None = None,
        read_state: ReadState | None = None,
        list_state: ListState | None = None,
        leases: OpenJournal | None = None,
        mail: OpenJournal | None = None,
        now: int = 0,
        report: Callable[[Exception], None] | None = None,
    ) -> None:
        self.file = read_lab_file(find_lab(lab))
        self.clock = Clock(now, report)
        self.chance = random.Random(self.file.title)
        self.devices: dict[str, Device] = {}
        self.cables: list[LabCable] = []
        # What each end of a cable is called, as DEVICE:PORT.
        self.ends: dict[Port, str] = {}
        self._taps: list[CableTap] = []
        self._quick = quick
        self._journal = journal or MemoryJournal()
        self._read_state = read_state
        self._list_state = list_state
        self._leases = leases
        self._mail = mail
        for described in self.file.devices:
            self.devices[described.name] = self._device(described)
        for link in self.file.links:
            self._add(LabCable(link, self._cable(link)))
        self._power_on()

    def _device(self, described: DeviceFile) -> Device:
        if isinstance(described, RouterFile):
            return self._router(described)
        if isinstance(described, SwitchFile):
            return self._switch(described)
        return self._host(described)

    def _host(self, described: HostFile) -> HostDevice:
        from ios_emu.devices.host import Host

        chance = self._own_chance(described.name)
        host = Host(described.name, described.kind, self.clock, chance, described.mac)
        if described.dhcp:
            host.use_dhcp()
        else:
            host.configure(described.address, described.gateway, described.dns)
        host.journal = self._journal
        kept = self._mail(described.name) if self._mail is not None else None
        if kept is not None:
            host.open_mail = lambda: kept
        if described.account is not None:
            host.mail.account = described.account
        if described.kind == "server":
            self._start_services(host, described)
            if kept is not None and kept[1]:
                # What was queued goes on by itself.
                assert host.mail_server is not None
        return HostDevice(host)

    def _start_services(self, host: Host, described: HostFile) -> None:
        """The services of a server: as they were saved, else as the lab file says."""
        names, mail = described.dns_service, described.mail_service
        if self._read_state is not None:
            saved = self._read_state(host.services_record)
            if saved is not None:
                from ios_emu.devices.host_services import load_services

                if load_services(host, saved):
                    return
        # Mail first: names use TCP at once, and what waits for its first use would miss it.
        if mail is not None:
            host.serve_mail(partial(_begin_mail, mail))
        if names is not None:
            from ios_emu.devices.host_dns import NameRecord

            host.dns_service.load(NameRecord(one.name, one.type, one.value) for one in names.records)
            host.dns_service.set(names.enabled)

    def _router(self, described: RouterFile) -> RouterDevice:
        chance = random.Random(self.chance.random())
        leases = self._leases
        router = Router(
            described.name,
            self.clock,
            described.dialect,
            chance,
            self._journal,
            leases=partial(leases, described.name) if leases is not None else None,
        )
        self._restore(router, described.config)
        vtys = VtyLines(router, shared_reader)
        return RouterDevice(router, Console(router, shared_reader, self.clock, quick=self._quick), vtys)

    def _switch(self, described: SwitchFile) -> SwitchDevice:
        # A lab without a switch does not wait for what one needs.
        from ios_emu.devices.catalyst import Catalyst
        from ios_emu.stack.switching import Switch

        switch = Switch(described.name, self.clock, SWITCH_PORTS)
        chance = self._own_chance(described.name)
        catalyst = Catalyst(switch, self.clock, described.dialect, chance, self._journal)
        self._restore(catalyst, described.config)
        read = partial(shared_reader, catalyst.model)
        vtys = VtyLines(catalyst, read)
        return SwitchDevice(catalyst, Console(catalyst, read, self.clock, quick=self._quick), vtys)

    def _restore(self, device: IosDevice, config: str | None) -> None:
        """What NVRAM and flash kept, or else the configuration of the lab file."""
        device.startup = config
        if self._read_state is None:
            return
        stored = self._read_state(device.startup_record)
        if stored is not None:
            device.startup = stored.decode("latin-1") or None
        register = self._read_state(device.register.record)
        if register is not None:
            device.register.restore(register)
        private = self._read_state(device.ssh.record)
        if private is not None:
            device.ssh.restore(private)
        if self._list_state is not None:
            records = ((name, self._read_state(name)) for name in self._list_state(device.flash.prefix))
            device.flash.restore((name, record) for name, record in records if record is not None)

    def _cable(self, link: Link) -> Cable:
        a, b = (self.devices[end.device].ports[end.port] for end in (link.a, link.b))
        name = f"{link.a.device}:{link.a.port} -- {link.b.device}:{link.b.port}"
        cable = Cable(
            self.clock,
            a,
            b,
            delay=link.delay,
            bandwidth=link.bandwidth,
            loss=link.loss,
            duplicate=link.duplicate,
            reorder=link.reorder,
            chance=self._own_chance(name),
        )
        if link.down:
            cable.set_up(False)
        return cable

    def _own_chance(self, name: str) -> random.Random:
        """Chance that depends on the name alone: one more device does not change the others."""
        return random.Random(f"{self.file.title}/{name}")

    def _power_on(self) -> None:
        """Boots all devices at once: that their links come up is not news for anybody's log."""
        powered = [one for one in self.devices.values() if isinstance(one, RouterDevice | SwitchDevice)]
        for device in powered:
            device.ios.links_quiet = True
        for device in powered:
            device.console().power_on()
        for device in powered:
            device.ios.links_quiet = False
            device.ios.links_settled()
        for one in self.devices.values():
            if isinstance(one, HostDevice):
                one.host.announces = True

    @cached_property
    def events(self) -> Events:
        """What reaches the devices, from the first time on that somebody asks for it."""
        from ios_emu.lab.events import Events

        return Events(self)

    @cached_property
    def nat_hosts(self) -> NatHosts:
        """What leads to its devices from outside of it."""
        from ios_emu.lab.nat_host import NatHosts

        return NatHosts(self)

    @property
    def first_router(self) -> str:
        """The name of the device that a terminal opens with: the first router, or else the first host."""
        for kind in (RouterDevice, HostDevice):
            for name, device in self.devices.items():
                if isinstance(device, kind):
                    return name
        return next(iter(self.devices))

    @property
    def idle(self) -> bool:
        """Does every console wait for input, with nothing under way?"""
        return self.clock.idle and all(device.waits_for_input for device in self.devices.values())

    def tap(self, listener: Tap) -> Callable[[], None]:
        """Gives every frame on every cable to `listener`; call what is returned to stop that."""

        def listen(time: int, port: Port, frame: bytes) -> None:
            listener(time, self.ends[port], frame)

        self._taps.append(listen)
        for wired in self.cables:
            wired.cable.taps.append(listen)

        def stop() -> None:
            self._taps.remove(listen)
            for wired in self.cables:
                wired.cable.taps.remove(listen)

        return stop

    def _add(self, wired: LabCable) -> None:
        """One more cable: who looks at all of them looks at it, too."""
        self.cables.append(wired)
        self.ends |= zip(wired.cable.ends, wired.ends, strict=True)
        wired.cable.taps += self._taps
        if "events" in self.__dict__:
            self.events.watch(wired)

    def branch(self, name: str, wired: LabCable, mac: MacAddress) -> Port:
        """Joins a station to a cable, between its two ends; returns its port."""
        port = Port(name)
        self.ends[port] = f"{name}:0"
        Branch(wired.cable, port, mac)
        return port

    def attach(self, name: str, device: str, port: str | None = None) -> Port:
        """Plugs a cable without delay into a device; returns the port at its far end.

        `port` is the device's port in any form; without one it is the first that is free. Raises UsageError.
        """
        ports = self[device].ports
        full = find_port(port, tuple(ports)) if port is not None else None
        free = [one for one in ports if ports[one].cable is None]
        if port is not None and full is None:
            raise UsageError(
                f"{device}:{port}", "no such port", f"it has {', '.join(ports)}", "use one of them"
            )
        if not free or (full is not None and full not in free):
            what = "has no free port" if full is None else "has a cable already"
            where = device if full is None else f"{device}:{full}"
            raise UsageError(where, what, "a port takes one cable", "name a port that is free")
        far = Port(name)
        here = full or free[0]
        cable = Cable(self.clock, ports[here], far, delay=0, chance=self._own_chance(name))
        link = Link(End(device, here), End(name, "0"), delay=0)
        self._add(LabCable(link, cable))
        return far

    def __getitem__(self, name: str) -> Device:
        device = self.devices.get(name)
        if device is None:
            names = ", ".join(self.devices)
            raise LabFileError(name, "no such device", f"the lab has {names}", "use one of these names")
        return device
