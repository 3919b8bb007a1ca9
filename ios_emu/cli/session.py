"""A terminal session: bytes from a terminal in, bytes to it out, a shell behind.

The session is always in one of six states: at the prompt, at a question of a dialogue, in the pager,
waiting (a dialogue sleeps or waits for something), connected to another device, or closed. Keys that come
while it waits stay in the key reader until it listens again; Ctrl-Shift-6 alone is looked for at once.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from types import GeneratorType

from ios_emu.cli.dialogue import (
    BREATH,
    Ask,
    Departure,
    Dialogue,
    EndedText,
    Interrupted,
    Kind,
    Linger,
    Output,
    Relay,
    Say,
    TimedOut,
)
from ios_emu.cli.editor import Break, Complete, Editor, End, Event, Help, Interrupt, Line
from ios_emu.cli.idle import IdleWatch
from ios_emu.cli.interpreter import Interpreter
from ios_emu.cli.keys import Key, KeyKind, KeyReader
from ios_emu.cli.pager import Pager
from ios_emu.cli.relay import RelayKeys
from ios_emu.clock import SECOND, Clock, Signal, Timer
from ios_emu.devices.dialect import Dialect
from ios_emu.errors import CommandError


class State(Enum):
    """What the session does with the next key."""

    PROMPT = auto()
    QUESTION = auto()
    PAGER = auto()
    WAITING = auto()
    CONNECTED = auto()
    CLOSED = auto()


_CTRL_C, _BREAK = b"\x03", b"\x1e"
_DEAF = (State.WAITING, State.CONNECTED, State.CLOSED)


class Session:
    """A session on a line. `write` gets what the terminal shows; `ended` is called when it is over."""

    def __init__(
        self,
        shell: Interpreter,
        clock: Clock,
        write: Callable[[bytes], None],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self.shell = shell
        self.clock = clock
        self.state = State.CLOSED
        self._write = write
        self._ended = ended
        self._out: list[str] = []
        self._at_line_start = True
        self._keys = KeyReader()
        self._editor = Editor(self._out.append, shell.terminal.width)
        self._dialogue: Dialogue | None = None
        self._question: Ask | None = None
        self._sleep: Timer | None = None
        self._patience: Timer | None = None
        self._waiting = 0
        self._pager = Pager()
        self._after_pages: Callable[[], None] = self._prompt
        self._relay: RelayKeys | None = None
        self._pumping = False
        self._leaving = False
        self._idle = IdleWatch(clock, lambda: shell.exec_timeout, self._nobody_types)

    # What the session's owner calls

    def start(self, dialogue: Dialogue | None = None) -> None:
        """Opens the session: with a dialogue first (a login), or at the prompt."""
        self._idle.start()
        if dialogue is None:
            self._prompt()
        else:
            self._run(dialogue)
        self._flush()

    def receive(self, data: bytes) -> None:
        """Takes the bytes of the keys that were typed."""
        self._idle.key_typed()
        if self._relay is not None:
            # What is typed behind the escape is for this session again.
            data = self._relay.feed(data)
        if self.state is State.WAITING and self.shell.ctrl_c_breaks:
            data = data.replace(_CTRL_C, _BREAK)
        self._keys.feed(data)
        if self.state is State.WAITING and self._keys.take_break():
            self._interrupt_wait()
        self._pump()
        self._flush()

    def show_log(self, message: str) -> None:
        """Prints a log message between whatever is on the screen, as the line's settings ask."""
        if self.state is State.CLOSED:
            return
        packet_tracer = self.shell.dialect is Dialect.PACKET_TRACER
        synchronous = self.shell.logging_synchronous
        if not self._line_is_empty():
            self._print("\r\n")
        self._print(message.replace("\n", "\r\n") + "\r\n" + ("\r\n" if packet_tracer else ""))
        if synchronous and self._asks_for_key():
            self._print(self._question.prompt if self._question is not None else "")
        elif synchronous and self.state in (State.PROMPT, State.QUESTION):
            self._editor.redraw()
        self._flush()

    def show_text(self, text: str) -> None:
        """Prints what somebody else sends to this terminal, and the unfinished line again below it."""
        if self.state is State.CLOSED:
            return
        self._print_lines(text)
        if self.state is State.PROMPT:
            self._editor.redraw()
        self._flush()

    @property
    def type_ahead(self) -> int:
        """How many bytes were typed that it has not come to yet."""
        return self._keys.waiting

    @property
    def question(self) -> str:
        """What it asks at this moment, such as `Password: `; empty at a command prompt."""
        return self._question.prompt if self._question is not None else ""

    @property
    def idle_time(self) -> int:
        """The nanoseconds since the last key."""
        return self._idle.time

    def close(self) -> None:
        """Ends the session where it stands, without calling `ended`."""
        self.state = State.CLOSED
        self._relay = None
        self._stop_dialogue()
        self._pager.stop()
        self._idle.stop()

    def set_size(self, length: int, width: int) -> None:
        """Gives the terminal another size, in lines and columns; 0 is no limit."""
        self.shell.terminal.length, self.shell.terminal.width = length, width
        self._editor.width = width

    @property
    def waits_for_input(self) -> bool:
        """Does nothing happen before somebody types?"""
        return self.state is not State.WAITING

    def _nobody_types(self) -> None:
        """`exec-timeout` has passed. A command at work is let finish; who waits for Enter was never there."""
        waits_for_return = self._question is not None and self._question.kind is Kind.RETURN
        if self.state is not State.WAITING and not waits_for_return:
            self._end()

    # Keys

    def _pump(self) -> None:
        """Handles the keys that are there, until none is left or the session stops listening."""
        if self._pumping:
            return
        self._pumping = True
        try:
            while self.state not in _DEAF:
                single = self.state is State.PAGER or self._asks_for_key()
                key = self._keys.next(single)
                if key is None:
                    return
                self._take(key)
        finally:
            self._pumping = False

    def _take(self, key: Key) -> None:
        if self.state is State.PAGER:
            self._turn_page(key)
        elif self._asks_for_key():
            self._take_answer_key(key)
        else:
            event = self._editor.press(key)
            if event is not None:
                self._take_event(event)

    def _take_event(self, event: Event) -> None:
        if self.state is State.QUESTION:
            self._answer(event)
            return
        match event:
            case Line(text):
                self._enter(text)
            case Help(before):
                self._help(before)
            case Complete(before):
                word = self.shell.complete(before)
                # Where nothing is completed IOS shows the line again as it is.
                self._editor.replace_word(word or before.rpartition(" ")[2], " " if word else "")
            case End(text):
                self._end_of_configuration(text)
            case Interrupt():
                self._print("^C\r\n")
                if self.shell.configuring:
                    self.shell.leave_configuration()
                self._prompt()
            case Break():
                pass

    def _end_of_configuration(self, text: str) -> None:
        """Ctrl-Z: what was typed counts, then configuration is over."""
        if not self.shell.configuring:
            self._prompt()
            return
        self._leaving = True
        self._enter(text)

    # Commands

    def _enter(self, text: str) -> None:
        shell = self.shell
        shell.history.add(text)
        try:
            reply = shell.execute(text)
        except CommandError as error:
            self._print_lines(self._error_text(error, text))
            self._prompt()
            return
        self._editor.width = shell.terminal.width
        if isinstance(reply, GeneratorType):
            self._run(reply)
        elif reply:
            assert isinstance(reply, str | Output)
            self._page(reply, self._prompt)
        else:
            self._prompt()

    def _error_text(self, error: CommandError, text: str) -> str:
        return self.shell.explain(error, text)

    def _help(self, before: str) -> None:
        # The line that `?` was typed on stays on the screen, and comes back below the list.
        typed = self._editor.text
        self._print("?\r\n")
        self._page(self.shell.help(before, self._editor.width), lambda: self._prompt(typed))

    def _prompt(self, text: str = "") -> None:
        if self._leaving:
            self._leaving = False
            if self.shell.configuring:
                self.shell.leave_configuration()
        if self.shell.ended:
            self._end()
            return
        self.state = State.PROMPT
        self._editor.history = self.shell.history
        self._editor.begin(self.shell.prompt, text)

    def _end(self) -> None:
        self.close()
        self._flush()
        self._ended()

    # Dialogues

    def _run(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._step(lambda: next(dialogue))

    def _step(self, advance: Callable[[], object]) -> None:
        """Goes on with the dialogue until it asks, waits or is over."""
        while True:
            try:
                step = advance()
            except (StopIteration, Interrupted, TimedOut, CommandError) as end:
                self._finish_dialogue(end)
                return
            dialogue = self._dialogue
            assert dialogue is not None
            if isinstance(step, Say):
                self._print_lines(step.text)
                advance = dialogue.__next__
                continue
            if isinstance(step, Ask):
                self._ask(step)
            elif isinstance(step, Relay):
                self._connect(step)
            elif isinstance(step, Signal):
                self._wait()
                step.subscribe(partial(self._resume, self._waiting))
            else:
                self._wait()
                duration = step.duration if isinstance(step, Linger) else step
                assert isinstance(duration, int)
                self._sleep = self.clock.call_later(
                    duration, self._resume, self._waiting, None, background=isinstance(step, Linger)
                )
            return

    def _finish_dialogue(self, end: BaseException) -> None:
        self._dialogue = None
        self._question = None
        text = ""
        if isinstance(end, StopIteration):
            text = end.value or ""
        elif isinstance(end, CommandError):
            text = self._error_text(end, "")
        self._page(text, self._prompt)

    def _ask(self, question: Ask) -> None:
        self.state = State.QUESTION
        self._question = question
        if question.patience:
            wait = question.patience * SECOND
            self._patience = self.clock.call_later(wait, self._nobody_answers, question, background=True)
        self._editor.history = None
        if self._asks_for_key():
            # There is nothing to edit, and such a question may be longer than the screen is wide.
            self._print(question.prompt)
        else:
            self._editor.begin(question.prompt, hidden=question.kind is Kind.HIDDEN)

    def _nobody_answers(self, question: Ask) -> None:
        dialogue = self._dialogue
        if self._question is question and dialogue is not None:
            self._print("\r\n")
            self._step(lambda: dialogue.throw(TimedOut()))
            self._pump()
            self._flush()

    def _asks_for_key(self) -> bool:
        question = self._question
        return (
            self.state is State.QUESTION and question is not None and question.kind in (Kind.KEY, Kind.RETURN)
        )

    def _take_answer_key(self, key: Key) -> None:
        if self._question is not None and self._question.kind is Kind.RETURN:
            if key.kind is KeyKind.ENTER:
                self._print("\r\n")
                self._send("")
            return
        if key.kind is KeyKind.CTRL_C:
            self._answer(Interrupt())
            return
        self._print(key.text + "\r\n")
        self._send(key.text)

    def _answer(self, event: Event) -> None:
        dialogue = self._dialogue
        assert dialogue is not None
        match event:
            case Line(text):
                self._send(text)
            case End(text):
                self._send(EndedText(text))
            case Interrupt() | Break():
                self._print("\r\n")
                self._step(lambda: dialogue.throw(Interrupted()))
            case Help():
                # In the answer to a question, a question mark is a letter like any other.
                self._editor.press(Key(KeyKind.TEXT, "?"))
            case Complete():
                pass

    def _send(self, answer: str) -> None:
        dialogue = self._dialogue
        assert dialogue is not None
        self._question = None
        if self._patience is not None:
            self._patience.cancel()
        self._step(lambda: dialogue.send(answer))

    def _wait(self) -> None:
        self.state = State.WAITING
        self._waiting += 1

    def _resume(self, ticket: int, value: object) -> None:
        """The wait with that number is over; one that was broken off comes too late."""
        dialogue = self._dialogue
        if self.state is not State.WAITING or ticket != self._waiting or dialogue is None:
            return
        self._step(lambda: dialogue.send(value))
        self._pump()
        self._flush()

    def _connect(self, step: Relay) -> None:
        """Hands the terminal to another device, until its escape is typed or the connection ends."""
        self.state = State.CONNECTED
        self._waiting += 1
        self._relay = RelayKeys(step.send, partial(self._depart, self._waiting, Departure.SUSPENDED))
        step.attach(self._show_relayed, partial(self._depart, self._waiting, Departure.ENDED))

    def _show_relayed(self, data: bytes) -> None:
        self._at_line_start = data[-1:] in (b"\r", b"\n")
        self._write(data)

    def _depart(self, ticket: int, how: Departure) -> None:
        dialogue = self._dialogue
        if self.state is not State.CONNECTED or ticket != self._waiting or dialogue is None:
            return
        self._relay = None
        self._step(lambda: dialogue.send(how))
        self._pump()
        self._flush()

    def _interrupt_wait(self) -> None:
        dialogue = self._dialogue
        if self._sleep is not None:
            self._sleep.cancel()
        if dialogue is not None:
            self._step(lambda: dialogue.throw(Interrupted()))
        else:
            self._pager.stop()
            self._after_pages()

    def _stop_dialogue(self) -> None:
        if self._sleep is not None:
            self._sleep.cancel()
        if self._patience is not None:
            self._patience.cancel()
        dialogue, self._dialogue, self._question = self._dialogue, None, None
        if dialogue is not None:
            dialogue.close()

    # Output

    def _page(self, text: str | Output, after: Callable[[], None]) -> None:
        """Prints text, a screen at a time where the terminal has a length; then calls `after`."""
        self._after_pages = after
        length = self.shell.terminal.length
        if isinstance(text, Output):
            self._print(self._pager.begin_output(text.lines, length))
        else:
            self._print(self._pager.begin(text, length))
        self._go_on_paging()

    def _turn_page(self, key: Key) -> None:
        self._print(self._pager.turn(key, self.shell.terminal.length))
        self._go_on_paging()

    def _go_on_paging(self) -> None:
        if self._pager.waits:
            self.state = State.PAGER
        elif self._pager.pauses:
            self._wait()
            self._sleep = self.clock.call_later(BREATH, self._resume_output, self._waiting)
        else:
            self._after_pages()

    def _resume_output(self, ticket: int) -> None:
        """The others have had their turn."""
        if self.state is not State.WAITING or ticket != self._waiting:
            return
        self._print(self._pager.go_on())
        self._go_on_paging()
        self._pump()
        self._flush()

    def _print_lines(self, text: str) -> None:
        self._print(text.replace("\n", "\r\n"))

    def _print(self, text: str) -> None:
        if text:
            self._out.append(text)

    def _line_is_empty(self) -> bool:
        written = "".join(self._out)
        return written[-1] in "\r\n" if written else self._at_line_start

    def _flush(self) -> None:
        text = "".join(self._out)
        self._out.clear()
        if not text:
            return
        self._at_line_start = text[-1] in "\r\n"
        self._write(text.encode("latin-1", "replace"))
