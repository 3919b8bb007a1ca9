"""Every error that ios-emu raises on purpose, by who is to blame.

EmulatorError
├── UserError             who started ios-emu: arguments and files; exit status 2
│   ├── UsageError        the command line of `ios-emu`
│   ├── LabFileError      a lab file, or a lab that does not exist
│   ├── TranscriptError   a transcript that is not one
│   └── StateError        the folder that keeps NVRAM and the like
├── CommandError          who types at a console; IOS answers and the session goes on
│   ├── InvalidInput      a word that fits nowhere: the caret stands under it
│   ├── AmbiguousCommand  a word that two keywords share
│   ├── IncompleteCommand a line that ends too early
│   └── CommandRefused    a line that is well formed and can't be done: IOS says why
├── MalformedPacket       who sent it: bytes that are not what they should be; dropped and counted
└── ProgrammingError      us: grammar and handlers that do not fit each other

A message to a person says where, what, why and what to do. Its wording is tested.
"""

from __future__ import annotations


class EmulatorError(Exception):
    """The root of the tree: catch it to catch whatever ios-emu raises on purpose."""


class UserError(EmulatorError):
    """Bad arguments or a bad file. `str()` is the one line for the person.

    `where` is a file (with `:line`), an option or a key; `what` is the fault, `why` the rule that it
    breaks, and `remedy` what to do about it.
    """

    def __init__(self, where: str, what: str, why: str, remedy: str) -> None:
        self.where = where
        self.what = what
        self.why = why
        self.remedy = remedy
        super().__init__(f"{where}: {what}: {why}; {remedy}")


class UsageError(UserError):
    """The command line of `ios-emu` asks for what can't be."""


class LabFileError(UserError):
    """A lab file that can't be built, or a lab that is not there."""


class TranscriptError(UserError):
    """A transcript with a directive that means nothing, or one that can't be read."""


class StateError(UserError):
    """The state folder can't be used: another process holds it, or it can't be written."""


class CommandError(EmulatorError):
    """A line typed at a console that IOS answers with an error of its own."""


class InvalidInput(CommandError):
    """`% Invalid input detected at '^' marker.`; `column` counts from the first letter of the line."""

    def __init__(self, column: int) -> None:
        self.column = column
        super().__init__(f"invalid input at column {column}")


class AmbiguousCommand(CommandError):
    """`% Ambiguous command:  "..."`; `words` are the keywords that fit the word at `column`."""

    def __init__(self, words: tuple[str, ...], column: int = 0) -> None:
        self.words = words
        self.column = column
        super().__init__(f"ambiguous: {', '.join(words)}")


class IncompleteCommand(CommandError):
    """`% Incomplete command.`, or the hint that `show` and `clear` give instead (`hint`)."""

    def __init__(self, hint: str | None = None) -> None:
        self.hint = hint
        super().__init__(hint or "incomplete command")


class CommandRefused(CommandError):
    """A well-formed command that can't be done; `text` is what IOS prints, without a line end."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text)


class MalformedPacket(EmulatorError):
    """Bytes from the wire, or of a capture file, that break the rules of their protocol."""


class ProgrammingError(EmulatorError):
    """Grammar and code do not fit each other. No user can cause it."""
