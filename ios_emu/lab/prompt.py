"""The lab prompt, behind Ctrl-]: commands about the lab as a whole, read by the same grammar engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ios_emu.cli.shell import shared_reader
from ios_emu.errors import AmbiguousCommand, CommandError, IncompleteCommand, UserError

if TYPE_CHECKING:
    from ios_emu.lab.topology import Lab

MODE = "lab"


class LabPrompt:
    """Reads a line and answers it. `opened` is the device that `open` asked for, `quitting` says `quit`."""

    prompt = "lab> "

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.opened: str | None = None
        self.quitting = False
        self._handlers: dict[str, Callable[..., str]] = {
            "lab_devices": self._devices,
            "lab_help": self._help,
            "lab_open": self._open,
            "lab_quit": self._quit,
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

    def _devices(self) -> str:
        return "".join(f"{name:<16}{device.kind}\n" for name, device in self.lab.devices.items())

    def _help(self) -> str:
        entries = shared_reader().menu("", MODE).entries
        width = max(len(entry.name) for entry in entries)
        return "".join(f"  {entry.name:<{width}}  {entry.text}\n" for entry in entries)

    def _open(self, device: str) -> str:
        self.opened = self.lab[device].name
        return ""

    def _quit(self) -> str:
        self.quitting = True
        return ""


class LabPromptConsole:
    """The lab prompt as something to type at, for transcripts: bytes in, bytes out, no editing."""

    def __init__(self, lab: Lab) -> None:
        self._prompt = LabPrompt(lab)
        self._listeners: list[Callable[[bytes], None]] = []
        self._typed = ""

    def attach(self, listener: Callable[[bytes], None]) -> Callable[[], None]:
        """Gives the output to `listener`; call what is returned to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def receive(self, data: bytes) -> None:
        """Takes keys: text, Enter, and `?`, which answers at once and keeps the line."""
        for key in data.decode("latin-1"):
            if key == "\r":
                line, self._typed = self._typed, ""
                self._send("\n" + self._prompt.execute(line) + self._prompt.prompt)
            elif key == "?":
                self._send(f"?\n{self._prompt.execute('?')}{self._prompt.prompt}{self._typed}")
            else:
                self._typed += key
                self._send(key)

    def _send(self, text: str) -> None:
        data = text.replace("\n", "\r\n").encode("latin-1", "replace")
        for listener in list(self._listeners):
            listener(data)
