"""What a terminal line shows and asks before it lets somebody in: banners, `login` and `login local`."""

from __future__ import annotations

from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Kind, Say, TimedOut
from ios_emu.cli.questions import Asking
from ios_emu.cli.shell import Shell
from ios_emu.devices.configuration import Configuration
from ios_emu.devices.lines import LineSettings

_TRIES = 3
_VERIFICATION = "\nUser Access Verification\n\n"


def arrive(shell: Shell) -> Dialogue:
    """Banners and login; a shell that nobody gets into is ended."""
    settings, config = shell.line, shell.config
    if not settings.has_exec:
        shell.ended = True
        return ""
    yield from _message_of_the_day(shell)
    if settings.login is not None:
        yield Say(_banner(shell, config.banners.get("login")))
    shell.level = 1 if settings.privilege is None else settings.privilege
    if not (yield from log_in(shell)):
        shell.ended = True
        return ""
    yield from _exec_banner(shell)
    return ""


def greet(shell: Shell) -> Dialogue:
    """The banners for somebody who is in already, as over SSH: that of the login came before it."""
    yield from _message_of_the_day(shell)
    yield from _exec_banner(shell)
    return ""


def _message_of_the_day(shell: Shell) -> Dialogue:
    settings = shell.line
    if settings.motd_banner and settings.exec_banner:
        yield Say(_banner(shell, shell.config.banner_motd))
    return ""


def _exec_banner(shell: Shell) -> Dialogue:
    if shell.line.exec_banner:
        yield Say(_banner(shell, shell.config.banners.get("exec")))
    return ""


def _banner(shell: Shell, text: str | None) -> str:
    if text is None:
        return ""
    return f"\n{filled_in(text, shell.config, shell.line_number, shell.line)}\n"


def filled_in(banner: str, config: Configuration, line_number: int, line: LineSettings) -> str:
    """A banner, with the words that IOS fills in: `$(hostname)`, `$(domain)`, `$(line)`, `$(line-desc)`."""
    location = line.kept.get("location", "").removeprefix("location ")
    domain = config.names.domain or ""
    tokens = {"hostname": config.hostname, "line": line_number, "domain": domain, "line-desc": location}
    for name, value in tokens.items():
        banner = banner.replace(f"$({name})", str(value))
    return banner


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
                if (yield from ask_for_user(shell)):
                    return True
                continue
            typed = yield from _ask(shell, "Password: ", Kind.HIDDEN)
        except Interrupted:
            continue
        except TimedOut:
            return False
        if password is not None and password.matches(typed):
            return True
    if login == "password":
        yield Say("% Bad passwords\n")
    return False


def _ask(shell: Shell, prompt: str, kind: Kind = Kind.LINE) -> Asking[str]:
    """Asks for the name or the password; raises TimedOut behind what it says when nobody answers."""
    try:
        answer: str = yield Ask(prompt, kind, shell.line.login_response)
    except TimedOut:
        yield Say(f"% {prompt} timeout expired!\n")
        raise
    return answer


def ask_for_user(shell: Shell) -> Asking[bool]:
    """Asks for a name and a password, once; the user of the shell is who gave both. Raises TimedOut."""
    name = ""
    while not name:
        name = (yield from _ask(shell, "Username: ")).strip()
    user = shell.config.users.get(name)
    if user is None or not user.open_:
        typed = yield from _ask(shell, "Password: ", Kind.HIDDEN)
        if user is None or not user.admits(typed):
            yield Say("% Login invalid\n\n")
            return False
    shell.user = name
    if user.level > 1 or shell.line.privilege is None:
        shell.level = user.level
    return True
