"""What a terminal line asks for before it lets somebody in: `login` and `login local`."""

from __future__ import annotations

from ios_emu.cli.dialogue import Ask, Interrupted, Kind, Say
from ios_emu.cli.questions import Asking
from ios_emu.cli.shell import Shell

_TRIES = 3
_VERIFICATION = "\nUser Access Verification\n\n"


def log_in(shell: Shell) -> Asking[bool]:
    """Asks as the session's line says; True when the user may come in."""
    settings = shell.line
    login, password = settings.login, settings.password
    if login is None:
        return True
    if login == "password" and password is None:
        yield Say("\nPassword required, but none set\n")
        return False
    yield Say(_VERIFICATION)
    for _ in range(_TRIES):
        try:
            if login == "local":
                yield Ask("Username: ")
            typed = yield Ask("Password: ", Kind.HIDDEN)
        except Interrupted:
            continue
        if login == "password" and password is not None and password.matches(typed):
            return True
        if login == "local":
            yield Say("% Login invalid\n\n")
    if login == "password":
        yield Say("% Bad passwords\n")
    return False
