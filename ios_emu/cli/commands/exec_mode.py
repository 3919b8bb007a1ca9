"""EXEC commands that change who one is and where one is: enable, disable, configure, exit."""

from __future__ import annotations

from ios_emu.cli import modes
from ios_emu.cli.commands.names import BAD_NAME, Target, known_host, read_address, translate_word
from ios_emu.cli.commands.telnet import UNKNOWN_HOST, open_connection
from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Kind, Say, TimedOut
from ios_emu.cli.questions import ask_yes
from ios_emu.cli.shell import Call, Shell
from ios_emu.devices.lines import DEFAULT_LOGIN_RESPONSE
from ios_emu.devices.secret import Secret

_TRIES = 3
PRIVILEGED = 15
_USER = 1
_ENTER = "Enter configuration commands, one per line.  End with CNTL/Z.\n"

_SETUP_TITLE = "\n\n         --- System Configuration Dialog ---\n\n"

_HELP = """\
Help may be requested at any point in a command by entering
a question mark '?'.  If nothing matches, the help list will
be empty and you must backup until entering a '?' shows the
available options.
Two styles of help are provided:
1. Full help is available when you are ready to enter a
   command argument (e.g. 'show ?') and describes each possible
   argument.
2. Partial help is provided when an abbreviated argument is entered
   and you want to know what arguments match the input
   (e.g. 'show pr?'.)

"""


def enable(call: Call, privilege: int = PRIVILEGED) -> Dialogue | str:
    """`enable [LEVEL]`: asks for the secret of the level, where one is set.

    The level 15 has the enable secret, or else the enable password. Where nobody set any, only the console
    gets in without; where level 15 has one, no other level is open.
    """
    shell = call.shell
    secret = _secret(call, privilege)
    if privilege <= shell.level:
        return _raise(call, privilege)
    if secret is None and (not shell.trusted or _secret(call, PRIVILEGED) is not None):
        return "% No password set\n"
    if secret is None:
        return _raise(call, privilege)
    return _ask_for_secret(call, privilege)


def _raise(call: Call, privilege: int) -> str:
    """Gives the level; with `logging userinfo` the log says to whom."""
    call.shell.level = privilege
    if call.config.logging.userinfo:
        text = (
            f"Privilege level set to {privilege} by {call.shell.user or 'unknown'} on {call.shell.line_name}"
        )
        call.device.report("SYS-5-PRIV_AUTH_PASS", text)
    return ""


def _secret(call: Call, privilege: int) -> Secret | None:
    config = call.config
    if privilege == PRIVILEGED:
        return config.enable_secret or config.enable_password
    return config.enable_levels.get(privilege)


def _ask_for_secret(call: Call, privilege: int) -> Dialogue:
    for _ in range(_TRIES):
        try:
            typed = yield Ask("Password: ", Kind.HIDDEN, DEFAULT_LOGIN_RESPONSE)
        except Interrupted:
            return ""
        except TimedOut:
            return "% Password:  timeout expired!\n"
        secret = _secret(call, privilege)
        if secret is None or secret.matches(typed):
            return _raise(call, privilege)
    return "% Bad secrets\n\n"


def disable(call: Call, privilege: int = _USER) -> str:
    """`disable [LEVEL]`: gives privileges up."""
    if privilege > call.shell.level:
        return "% Invalid privilege level\n"
    call.shell.level = privilege
    return ""


def configure_terminal(call: Call, revert_minutes: int | None = None) -> str | Dialogue:
    """`configure terminal [revert timer N]`: into global configuration."""
    if revert_minutes is not None:
        return _configure_for_a_time(call, revert_minutes)
    call.shell.enter(modes.CONFIG)
    return _ENTER


def _configure_for_a_time(call: Call, minutes: int) -> Dialogue:
    from ios_emu.cli.commands.archive import configure_terminal_revert

    refused = yield from configure_terminal_revert(call, minutes)
    if refused is not None:
        return refused
    call.shell.enter(modes.CONFIG)
    return _ENTER


def configure(call: Call) -> Dialogue:
    """`configure` alone asks from where."""
    default = "terminal"
    answer = yield Ask(f"Configuring from terminal, memory, or network [{default}]? ")
    wanted = answer.strip().lower() or default
    if default.startswith(wanted):
        call.shell.enter(modes.CONFIG)
        return _ENTER
    if "memory".startswith(wanted):
        from ios_emu.cli.commands.archive import configure_memory

        return configure_memory(call)
    return '?Must be "terminal", "memory" or "network"\n'


def leave(call: Call) -> Dialogue | str:
    """`exit` and `logout` in EXEC: the session is over, and so are its connections."""
    if call.shell.connections.current is not None:
        return _leave_connections(call)
    call.shell.ended = True
    return ""


def _leave_connections(call: Call) -> Dialogue:
    try:
        answer = yield Ask("You have open connections [confirm]", Kind.KEY)
    except Interrupted:
        return ""
    if answer.lower() in ("", "y"):
        call.shell.connections.close_all()
        call.shell.ended = True
    return ""


def setup(call: Call) -> Dialogue:
    """`setup`: the System Configuration Dialog, whenever one likes."""
    from ios_emu.cli.setup_dialogue import set_up

    yield Say(_SETUP_TITLE)
    try:
        wanted = yield from ask_yes("Continue with configuration dialog? [yes/no]: ")
    except Interrupted:
        return ""
    if not wanted:
        return ""
    return (yield from set_up(call.shell))


def help_(call: Call) -> str:
    """`help`: how `?` is used."""
    return _HELP


def end(call: Call) -> str:
    """`end`: from any configuration mode to privileged EXEC."""
    call.shell.leave_configuration()
    return ""


def exit_mode(call: Call) -> str:
    """`exit` in a sub-mode: one level up."""
    call.shell.exit_mode()
    return ""


def unknown_word(shell: Shell, word: str) -> Dialogue | str:
    """One word that is no command: IOS telnets to it, as a name it looks it up, unless told not to."""
    address = read_address(word)
    found = known_host(shell, word) if address is None else Target((address,))
    if found is not None:
        return open_connection(shell, word, found)
    if not shell.config.domain_lookup:
        return BAD_NAME + UNKNOWN_HOST
    return _look_up_word(shell, word)


def _look_up_word(shell: Shell, word: str) -> Dialogue:
    try:
        found = yield from translate_word(shell, word)
    except Interrupted:
        return "\n"
    return UNKNOWN_HOST if found is None else (yield from open_connection(shell, word, found))


def show_privilege(call: Call) -> str:
    """`show privilege`."""
    return f"Current privilege level is {call.shell.level}\n"


def show_history(call: Call) -> str:
    """`show history`: the lines that Ctrl-P brings back, the oldest first."""
    return "".join(f"  {line}\n" for line in call.shell.terminal.exec_history.entries)
