"""`tclsh`: the Tcl of IOS, as far as files and loops go. What is no command of Tcl is one of EXEC."""

from __future__ import annotations

from collections.abc import Generator
from types import GeneratorType
from typing import Any

from ios_emu.cli.commands.files import find, stored
from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Output, Say, Step
from ios_emu.cli.loading import load_configuration
from ios_emu.cli.shell import Call, Shell
from ios_emu.cli.tcl import TclError, Word, commands, is_complete, parts
from ios_emu.devices.file_system import Url, read_file, refuses, write_file
from ios_emu.errors import CommandError

_CONTINUED = "+>"
_COMMANDS = ("puts", "open", "close", "set", "foreach", "ios_config", "exec", "read")
_FIRST_CHANNEL = 3
_MOST_NESTED = 30

Result = Generator[Step, Any, str]


def tclsh(call: Call) -> Dialogue:
    """`tclsh`: its prompt, until `tclquit` or `exit`."""
    interpreter = _Interpreter(call)
    while True:
        script = ""
        try:
            script = yield Ask(f"{call.config.hostname}(tcl)#")
            while not is_complete(script):
                script += "\n" + (yield Ask(_CONTINUED))
        except Interrupted:
            continue
        if script.strip() in ("tclquit", "exit"):
            problem = yield from interpreter.close_all()
            return problem
        try:
            result = yield from interpreter.run(list(commands(script)))
        except TclError as error:
            yield Say(f"{error}\n")
            continue
        if result:
            yield Say(f"{result}\n")


class _Interpreter:
    """The variables and the open files of a session of Tcl."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._variables: dict[str, str] = {}
        self._files: dict[str, tuple[Url, str, list[str]]] = {}
        self._next = _FIRST_CHANNEL
        self._depth = 0

    def run(self, script: list[list[Word]]) -> Result:
        """Runs commands; the result is the last one's. Raises TclError."""
        result = ""
        if self._depth > _MOST_NESTED:
            raise TclError("too many nested evaluations (infinite loop?)")
        self._depth += 1
        try:
            for words in script:
                values = []
                for word in words:
                    values.append((yield from self._value(word)))
                result = yield from self._command(values)
        finally:
            self._depth -= 1
        return result

    def close_all(self) -> Result:
        """Writes the files that are open; what goes wrong with them."""
        text = ""
        for channel in list(self._files):
            try:
                yield from self._close(channel)
            except TclError as error:
                text += f"{error}\n"
        return text

    def _value(self, word: Word) -> Result:
        text = ""
        for part in parts(word, self._variables):
            text += part if isinstance(part, str) else (yield from self.run(part))
        return text

    def _command(self, words: list[str]) -> Result:
        match words:
            case ["puts", text]:
                yield Say(f"{text}\n")
            case ["puts", "-nonewline", text]:
                yield Say(text)
            case ["puts", channel, text]:
                self._open(channel)[2].append(f"{text}\n")
            case ["puts", "-nonewline", channel, text]:
                self._open(channel)[2].append(text)
            case ["open", name]:
                return self._opened(name, "r")
            case ["open", name, mode]:
                return self._opened(name, mode)
            case ["close", channel]:
                yield from self._close(channel)
            case ["read", channel]:
                data = read_file(self._call.device, self._open(channel)[0])
                return (data or b"").decode("latin-1")
            case ["set", name]:
                if name not in self._variables:
                    raise TclError(f'can\'t read "{name}": no such variable')
                return self._variables[name]
            case ["set", name, value]:
                self._variables[name] = value
                return value
            case ["foreach", name, items, body]:
                for [item] in ([word] for line in commands(items) for word in line):
                    self._variables[name] = item.text
                    yield from self.run(list(commands(body)))
            case ["ios_config", *lines]:
                self._configure(lines)
            case ["exec", command]:
                return (yield from self._exec(command))
            case [name, *_] if name in (
                "puts",
                "open",
                "close",
                "set",
                "foreach",
                "ios_config",
                "exec",
                "read",
            ):
                raise TclError(f'wrong # args: should be "{name} ..."')
            case _:
                yield from self._show(" ".join(words))
        return ""

    # Files

    def _open(self, channel: str) -> tuple[Url, str, list[str]]:
        if channel not in self._files:
            raise TclError(f'can not find channel named "{channel}"')
        return self._files[channel]

    def _opened(self, name: str, mode: str) -> str:
        device = self._call.device
        try:
            url = find(self._call, name)
        except CommandError:
            raise TclError(f'couldn\'t open "{name}": no such file or directory') from None
        present = read_file(device, url)
        if mode in ("r", "r+") and present is None:
            raise TclError(f'couldn\'t open "{name}": no such file or directory')
        if mode != "r" and refuses(device, url, 0) is not None:
            raise TclError(f'couldn\'t open "{name}": {(refuses(device, url, 0) or "").lower()}')
        before = (present or b"").decode("latin-1") if mode in ("a", "a+", "r+") else ""
        channel = f"file{self._next}"
        self._next += 1
        self._files[channel] = url, mode, [before] if before else []
        return channel

    def _close(self, channel: str) -> Result:
        url, mode, written = self._open(channel)
        del self._files[channel]
        if mode != "r":
            data = "".join(written).encode("latin-1", "replace")
            problem = refuses(self._call.device, url, len(data))
            if problem is None and not url.is_running:
                problem = yield from stored(lambda done: write_file(self._call.device, url, data, done))
            if problem is not None:
                raise TclError(f'error writing "{channel}": {problem}')
        return ""

    # IOS

    def _configure(self, lines: list[str]) -> None:
        shell = Shell(self._call.device, level=15)
        for _ in load_configuration(shell, "\n".join(lines)):
            # As `ios_config` does: a line that can't be read says nothing.
            pass
        self._call.device.network.changed()

    def _exec(self, command: str) -> Result:
        """What a command shows, as the result of `exec`."""
        reply = self._reply(command)
        if isinstance(reply, GeneratorType):
            reply = yield from reply
        if isinstance(reply, Output):
            reply = "\n".join(line for line in reply.lines if line is not None)
        return str(reply)

    def _show(self, command: str) -> Result:
        reply = self._reply(command)
        if isinstance(reply, Output):
            for line in reply.lines:
                if line is not None:
                    yield Say(f"{line}\n")
        elif isinstance(reply, GeneratorType):
            last = yield from reply
            yield Say(last)
        else:
            yield Say(reply)
        return ""

    def _reply(self, command: str) -> Any:
        shell = self._call.shell
        try:
            return shell.execute(command)
        except CommandError as error:
            return shell.explain(error, command)
