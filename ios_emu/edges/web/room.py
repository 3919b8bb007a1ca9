"""What all viewers of the page share: the lab, its gait, the plan, the consoles, the errands, the news.

News are gathered while the lab runs and told to the viewers a few times a second: however much happens, a
viewer has one update at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from ios_emu.clock import SECOND
from ios_emu.edges.control import ProcessControl
from ios_emu.errors import StateError
from ios_emu.lab.device import HostDevice
from ios_emu.lab.errand import Errands
from ios_emu.lab.event_filter import QUIET
from ios_emu.lab.events import Event
from ios_emu.lab.floor_plan import FloorPlan
from ios_emu.lab.prompt import LabPrompt

if TYPE_CHECKING:
    from ios_emu.edges.doors import Site

_BEAT = 0.05
# How often a viewer sees lab time go on while nothing happens.
_LOOK = 0.5
# What somebody who opens a console late is shown of it.
_MOST_SHOWN = 65536
# A step ends with a frame at a device, or after so much lab time in which there was none.
_MOST_STEPS = 20_000
_LONGEST_STEP = 5 * SECOND
_RECORD = "web/plan"
_MOST_NEWS = 400
# Of ISO 8859-1, which a device's lines are made of.
_LAST_LETTER = 0xFF
_MOST_LETTERS = 5


class Viewer(Protocol):
    """A browser that looks at the room."""

    def show_events(self, events: Sequence[Event]) -> None:
        """These have reached devices."""

    def show_cleared(self) -> None:
        """The event list begins anew."""

    def show_time(self) -> None:
        """Lab time went on, or its gait is another."""

    def show_plan(self) -> None:
        """Devices or cables are other than before."""

    def show_move(self, name: str) -> None:
        """A device was moved on the plan."""

    def show_typed(self, line: str) -> None:
        """That is the command which a click amounted to."""

    def show_services(self) -> None:
        """Addresses, services, accounts or mail may be other than before."""


class ConsoleHub:
    """A console that several viewers see: its output goes to all, and what was shown to who comes late."""

    def __init__(self, room: Room, name: str) -> None:
        self._room = room
        self._console = room.lab[name].console()
        self._shown = bytearray()
        self._listeners: list[Callable[[bytes], None]] = []
        self.detach = self._console.attach(self._show)

    def join(self, listener: Callable[[bytes], None]) -> Callable[[], None]:
        """Shows a viewer what there is, and all that comes; returns what ends that."""
        listener(bytes(self._shown))
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def type(self, data: bytes) -> None:
        """Takes keys of a viewer."""
        self._room.drive.wake(lambda: self._console.receive(data))

    def _show(self, data: bytes) -> None:
        self._shown += data
        del self._shown[:-_MOST_SHOWN]
        for listener in list(self._listeners):
            listener(data)


class Room:
    """The room of one lab."""

    def __init__(self, site: Site) -> None:
        self.lab, self.drive, self._state = site.lab, site.drive, site.state
        self.control = ProcessControl(self.lab, self.drive)
        self.prompt = LabPrompt(self.lab, self.control)
        self.plan = FloorPlan(self.lab, None if self._state is None else self._state.read(_RECORD))
        self.viewers: list[Viewer] = []
        self.playing = False
        self.pace = 2.0
        self._consoles: dict[str, ConsoleHub] = {}
        self._errands: dict[str, Errands] = {}
        self._news: list[Event] = []
        self._seen: object = None
        self._services: object = None
        self._next_step = self._next_look = 0.0
        self._beat = asyncio.get_running_loop().create_task(self._tell())
        self.lab.events.listeners.append(self._news.append)

    async def close(self) -> None:
        """Nobody is told anything any more."""
        self._beat.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._beat
        for hub in self._consoles.values():
            hub.detach()
        self.lab.events.listeners.remove(self._news.append)

    @property
    def simulating(self) -> bool:
        """Does the lab only go on by steps? The lab prompt of a terminal may have paused it, too."""
        return self.drive.paused

    # What viewers do

    def console(self, name: str) -> ConsoleHub:
        """The console of a device."""
        hub = self._consoles.get(name)
        if hub is None:
            hub = self._consoles[name] = ConsoleHub(self, name)
        return hub

    def do(
        self,
        name: str,
        command: str,
        done: Callable[[str], None] = lambda text: None,
        answers: Sequence[str] = (),
        shown: str | None = None,
    ) -> None:
        """Types a command at a host, and tells all which one; `shown` hides a password in it."""
        device = self.lab[name]
        assert isinstance(device, HostDevice)
        foreign = _foreign(command, *answers)
        if foreign:
            done(f"Nothing was typed: the prompt does not take {foreign}.")
            return
        self._tell_typed(f"{name} C:\\>{shown or command}")
        errands = self._errands.get(name)
        if errands is None:
            errands = self._errands[name] = Errands(device)
        self.drive.wake(lambda: errands.do(command, done, answers))

    def ask_lab(self, command: str) -> str:
        """Types a command at the lab prompt, and tells all which one."""
        self._tell_typed(f"lab> {command}")
        said: list[str] = []
        self.drive.wake(lambda: said.append(self.prompt.execute(command)))
        return said[0]

    def toggle_cable(self, number: int) -> None:
        """Cuts a cable, or mends it."""
        cables = self.plan.cables()
        if 0 <= number < len(cables):
            a, b = cables[number]["ends"]
            self.ask_lab(f"link {a} {b} {'down' if cables[number]['up'] else 'up'}")

    def move(self, name: str, x: float, y: float) -> None:
        """Puts a device somewhere else; the state folder keeps it."""
        self.plan.move(name, x, y)
        if self._state is not None:
            with contextlib.suppress(StateError):
                self._state.write(_RECORD, self.plan.record())
        self._each(lambda viewer: viewer.show_move(name))

    def simulate(self, simulating: bool) -> None:
        """Real time, or simulation: then the lab only goes on by steps."""
        self.playing = False
        self.ask_lab("pause" if simulating else "resume")
        self._changed()

    def play(self, playing: bool) -> None:
        """In simulation: step after step, or not."""
        self.playing = playing and self.simulating
        self._changed()

    def step(self) -> None:
        """In simulation: on to the next frame that reaches a device."""
        if not self.simulating:
            self.playing = False
            return
        clock, before, steps = self.lab.clock, len(self._news), 0
        last = clock.now + _LONGEST_STEP
        while steps < _MOST_STEPS and all(event.kind in QUIET for event in self._news[before:]):
            upcoming = clock.next_event
            if upcoming is None or upcoming > last:
                break
            self.control.step()
            steps += 1
        times = f" ({steps} times, to the next frame)" if steps > 1 else ""
        self._tell_typed(f"lab> step{times}")
        self._changed()

    # What they are told

    def tell_cleared(self) -> None:
        """The event list begins anew."""
        self._each(lambda viewer: viewer.show_cleared())

    def _each(self, tell: Callable[[Viewer], None]) -> None:
        """Tells all; one who can't be told is reported, and keeps nothing from the others."""
        for viewer in list(self.viewers):
            try:
                tell(viewer)
            except Exception as error:
                problem = {"message": "a viewer of the page was not told", "exception": error}
                asyncio.get_running_loop().call_exception_handler(problem)

    def _tell_typed(self, line: str) -> None:
        self._each(lambda viewer: viewer.show_typed(line))

    def _changed(self) -> None:
        self._each(lambda viewer: viewer.show_time())

    async def _tell(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_BEAT)
            self._go_on(loop.time())

    def _go_on(self, now: float) -> None:
        if self.playing and now >= self._next_step:
            self._next_step = now + 1 / self.pace
            self.step()
        if self.viewers and now >= self._next_look:
            self._next_look = now + _LOOK
            self.drive.wake()
            self._changed()
        self._tell_news()

    def _tell_news(self) -> None:
        news = self._news[-_MOST_NEWS:]
        self._news.clear()
        if not self.viewers:
            return
        plan = (self.plan.devices(), self.plan.cables())
        services = [_services_of(device) for device in self.lab.devices.values()]
        is_new, self._seen = plan != self._seen, plan
        differ, self._services = services != self._services, services

        def tell(viewer: Viewer) -> None:
            if is_new:
                viewer.show_plan()
            if news:
                viewer.show_events(news)
            if differ:
                viewer.show_services()

        self._each(tell)


def _services_of(device: object) -> object:
    """What of a host a viewer may look at, to see whether it is still so."""
    if not isinstance(device, HostDevice):
        return None
    host = device.host
    seen: list[object] = [host.address, host.gateway, host.dns_server, host.dhcp is None]
    seen += [[message.number for message in host.mail.inbox], host.mail.account]
    if device.kind == "server":
        mail = host.mail_server
        # The log is full at some time: then its length tells nothing.
        log = (len(mail.log), mail.log[-1] if mail.log else "")
        seen += [mail.smtp, mail.pop3, mail.store.domain, dict(mail.store.users), log]
        names = host.dns_service
        seen += [names.enabled, tuple(names.records), names.log.number]
    return seen


def _foreign(*texts: str) -> str:
    """The letters that a device's prompt does not take, if any."""
    letters = dict.fromkeys(letter for text in texts for letter in text if ord(letter) > _LAST_LETTER)
    return " ".join(list(letters)[:_MOST_LETTERS])
