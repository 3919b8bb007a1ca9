"""The lab prompt, behind Ctrl-]: commands about the lab as a whole, read by the same grammar engine."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from ios_emu.cli.shared import shared_reader
from ios_emu.errors import AmbiguousCommand, CommandError, IncompleteCommand, UserError
from ios_emu.lab.device import ConsoleDevice
from ios_emu.lab.event_filter import read_filter
from ios_emu.lab.events import Event, Listener, event_line, events_table
from ios_emu.lab.lab_values import ValueProblem, chance_of, duration
from ios_emu.lab.output import Output
from ios_emu.lab.ports import ports_table, ports_used

if TYPE_CHECKING:
    from ios_emu.lab.topology import Lab, LabCable

MODE = "lab"
_OFF = "off"
# Of what happens while nobody looks, the newest is told.
_MOST_NOTICES = 500
_NO_WALL_CLOCK = "lab time does not follow a clock here: it passes as fast as it can\n"


class Control(Protocol):
    """What the lab prompt asks of whoever drives the lab. Each answers with a line, or with nothing."""

    def set_speed(self, speed: float) -> str:
        """Lab seconds for each wall second."""

    def pause(self) -> str:
        """Stops lab time."""

    def resume(self) -> str:
        """Lets it go on."""

    def step(self) -> str:
        """Runs the next event alone."""

    def capture(self, path: str | None) -> str:
        """Writes all frames to a file; None ends that. Raises UsageError."""


class FastControl:
    """A lab that no wall clock drives, and no disk is near."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def set_speed(self, speed: float) -> str:
        """There is no speed to set."""
        return _NO_WALL_CLOCK

    def pause(self) -> str:
        """Between two lines lab time stands still anyway."""
        return _NO_WALL_CLOCK

    def resume(self) -> str:
        """Nothing was paused."""
        return _NO_WALL_CLOCK

    def step(self) -> str:
        """Runs the next event alone."""
        return "" if self._lab.clock.step() else "nothing is going to happen\n"

    def capture(self, path: str | None) -> str:
        """There is nowhere to write to."""
        return "a capture is written by 'ios-emu up', 'serve' and 'run'\n"


class LabPrompt:
    """Reads a line and answers it. `opened` is the device that `open` asked for, `quitting` says `quit`."""

    prompt = "lab> "

    def __init__(self, lab: Lab, control: Control | None = None) -> None:
        self.lab = lab
        self.control: Control = control or FastControl(lab)
        self.opened: str | None = None
        self.quitting = False
        # Is called when there is something new to take.
        self.on_notice: Callable[[], None] = lambda: None
        self._notices: deque[str] = deque(maxlen=_MOST_NOTICES)
        self._live: Listener | None = None
        # From now on: an event that nobody watched for is gone.
        self._rows = lab.events
        self._handlers: dict[str, Callable[..., str]] = {
            "lab_capture": self._capture,
            "lab_devices": self._devices,
            "lab_events_all": self._all_events,
            "lab_events_clear": self._clear_events,
            "lab_events_live": self._live_events,
            "lab_events_show": self._show_event,
            "lab_events_some": self._events,
            "lab_graph": self._graph,
            "lab_help": self._help,
            "lab_link": self._link,
            "lab_links": self._links,
            "lab_open": self._open,
            "lab_ports": self._ports,
            "lab_pause": lambda: self.control.pause(),
            "lab_quit": self._quit,
            "lab_resume": lambda: self.control.resume(),
            "lab_save": self._save,
            "lab_sequence": self._sequence,
            "lab_speed": self._speed,
            "lab_step": self._step,
        }

    @property
    def handlers(self) -> dict[str, Callable[..., str]]:
        """The functions behind the grammar's names."""
        return self._handlers

    def words(self) -> list[str]:
        """What a line can begin with, for completion."""
        return [entry.name for entry in shared_reader().menu("", MODE).entries]

    def execute(self, line: str) -> str:
        """The answer to a line, with its line end; empty for an empty line."""
        line = line.rstrip("? ") + "?" * line.rstrip().endswith("?")
        if not line.strip():
            return ""
        if line.endswith("?"):
            return self._help()
        try:
            command = shared_reader().read(line, MODE)
            return self._handlers[command.handler](**command.arguments)
        except AmbiguousCommand as error:
            return f"{line.strip()} could be {' or '.join(error.words)}\n"
        except IncompleteCommand:
            return f"{line.strip()} wants more; 'help' tells what\n"
        except CommandError:
            return f"{line.strip()} is not a command of the lab prompt; 'help' lists them\n"
        except UserError as error:
            return f"{error}\n"

    def take_notices(self) -> str:
        """What has become known since: how saving went."""
        notices = "".join(self._notices)
        self._notices.clear()
        return notices

    def _devices(self) -> str:
        return "".join(f"{name:<16}{device.kind}\n" for name, device in self.lab.devices.items())

    def _help(self) -> str:
        entries = shared_reader().menu("", MODE).entries
        width = max(len(entry.name) for entry in entries)
        return "".join(f"  {entry.name:<{width}}  {entry.text}\n" for entry in entries)

    def _open(self, device: str) -> str:
        found = self.lab[device]
        found.console()
        self.opened = found.name
        return ""

    def _quit(self) -> str:
        self.quitting = True
        return ""

    # The wire

    def _all_events(self) -> str:
        return self._events("")

    def _events(self, event_filter: str) -> str:
        test = read_filter(event_filter, self.lab.devices)
        return events_table([event for event in self._rows if test(event)])

    def _show_event(self, event_number: int) -> str:
        event = self._rows.find(event_number)
        if event is None:
            return f"there is no event {event_number}: 'events' lists them\n"
        from ios_emu.lab.event_detail import event_detail

        return event_detail(self.lab, event)

    def _clear_events(self) -> str:
        self._rows.clear()
        return ""

    def _live_events(self, event_filter: str = "") -> str:
        if self._live is not None:
            self._rows.listeners.remove(self._live)
            self._live = None
        if event_filter.strip() == _OFF:
            return ""
        test = read_filter(event_filter, self.lab.devices)

        def tell(event: Event) -> None:
            if test(event):
                self._notices.append(event_line(event))
                self.on_notice()

        self._live = tell
        self._rows.listeners.append(tell)
        return ""

    def _ports(self) -> str:
        return ports_table(ports_used(self._rows))

    def _graph(self) -> str:
        from ios_emu.lab.picture import picture_text

        return picture_text(self.lab)

    def _sequence(self, event_filter: str = "") -> str:
        from ios_emu.lab.sequence import DEFAULT_FILTER, messages, sequence_text

        test = read_filter(event_filter or DEFAULT_FILTER, self.lab.devices)
        return sequence_text(messages(self.lab, (event for event in self._rows if test(event))))

    def _step(self) -> str:
        """One event of the lab, and the frames that reached a device by it."""
        before = self._rows.last_number
        answer = self.control.step()
        new = [self._rows.find(number) for number in range(before + 1, self._rows.last_number + 1)]
        return "".join(event_line(event) for event in new if event is not None) + answer

    # Cables

    def _links(self) -> str:
        lines = []
        for wired in self.lab.cables:
            a, b = wired.ends
            state = ", ".join(_condition(wired))
            lines.append(f"{a} -- {b}  {state}\n")
        return "".join(lines) or "the lab has no cables\n"

    def _link(
        self,
        end_a: str,
        end_b: str,
        cut: str | None = None,
        mend: str | None = None,
        loss: str | None = None,
        delay: str | None = None,
        duplicate: str | None = None,
        reorder: str | None = None,
    ) -> str:
        found = [wired for wired in self.lab.cables if _joins(wired, end_a, end_b)]
        if len(found) != 1:
            what = "no cable" if not found else f"{len(found)} cables: name a port, as in R1:Fa0/0"
            return f"between {end_a} and {end_b} there {'is' if not found else 'are'} {what}\n"
        cable = found[0].cable
        try:
            if cut is not None:
                cable.set_up(False)
            elif mend is not None:
                cable.set_up(True)
            elif loss is not None:
                cable.loss = _share(loss)
            elif duplicate is not None:
                cable.duplicate = _share(duplicate)
            elif reorder is not None:
                cable.reorder = _share(reorder)
            elif delay is not None:
                cable.delay = duration(delay)
        except ValueProblem as problem:
            return f"{problem.what}: {problem.why}; {problem.remedy}\n"
        return ""

    # Time, files

    def _speed(self, speed: str) -> str:
        try:
            return self.control.set_speed(float(speed))
        except ValueError:
            return f"{speed} is no speed: it is a number above zero; write speed 10\n"

    def _capture(self, capture: str) -> str:
        return self.control.capture(None if capture == _OFF else capture)

    def _save(self) -> str:
        for device in self.lab.devices.values():
            if isinstance(device, ConsoleDevice):
                device.ios.save(partial(self._saved, device.name))
        return ""

    def _saved(self, name: str, problem: str | None) -> None:
        self._notices.append(f"{name}: saved\n" if problem is None else f"{name}: not saved: {problem}\n")


def _share(text: str) -> float:
    try:
        return chance_of(float(text))
    except ValueError:
        return chance_of(text)


def _condition(wired: LabCable) -> Iterator[str]:
    cable = wired.cable
    if not cable.up:
        yield "down"
    else:
        yield "up" if cable.ends[0].carrier else "up, but a port is shut"
    for name in ("loss", "duplicate", "reorder"):
        share: Any = getattr(cable, name)
        if share:
            yield f"{name} {share:.4g}"


def _joins(wired: LabCable, a: str, b: str) -> bool:
    """Are these its ends? Each is a device, or a device with its port in short or in full."""
    first, second = wired.ends
    return (_is_end(first, a) and _is_end(second, b)) or (_is_end(first, b) and _is_end(second, a))


def _is_end(end: str, text: str) -> bool:
    device, _, port = text.partition(":")
    own_device, _, own_port = end.partition(":")
    if device != own_device:
        return False
    kind = port.rstrip("0123456789/.")
    return not port or (own_port.lower().startswith(kind.lower()) and own_port.endswith(port[len(kind) :]))


class LabPromptConsole:
    """The lab prompt as something to type at, for transcripts: bytes in, bytes out, no editing."""

    def __init__(self, lab: Lab) -> None:
        self._prompt = LabPrompt(lab)
        self._output = Output()
        self._typed = ""

    def attach(self, listener: Callable[[bytes], None]) -> Callable[[], None]:
        """Gives the output to `listener`; call what is returned to stop that."""
        return self._output.attach(listener)

    def receive(self, data: bytes) -> None:
        """Takes keys: text, Enter, and `?`, which answers at once and keeps the line."""
        for key in data.decode("latin-1"):
            if key == "\r":
                line, self._typed = self._typed, ""
                answer = self._prompt.execute(line) + self._prompt.take_notices()
                self._send(f"\n{answer}{self._prompt.prompt}")
            elif key == "?":
                self._send(f"?\n{self._prompt.execute('?')}{self._prompt.prompt}{self._typed}")
            else:
                self._typed += key
                self._send(key)

    def _send(self, text: str) -> None:
        self._output.send(text.replace("\n", "\r\n").encode("latin-1", "replace"))
