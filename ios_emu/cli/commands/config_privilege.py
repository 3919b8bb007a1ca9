"""`privilege`, `alias` and `show aliases`: what commands need and what they may be called."""

from __future__ import annotations

from ios_emu.cli.aliases import DEFAULT_ALIASES
from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.privileges import MODES, Rule
from ios_emu.devices.running_config import ALIAS_MODES
from ios_emu.errors import CommandError, CommandRefused, InvalidInput

_MODE_TITLES = {
    "exec": "Exec mode aliases",
    "config": "Configure mode aliases",
    "interface": "Interface configuration mode aliases",
    "line": "Line configuration mode aliases",
}


def _is_named(name: str, words: dict[str, object]) -> bool:
    """Is the mode of that name among the words of a command? Some terminals are called `..._mode`."""
    return name in words or f"{name}_mode" in words


def privilege(
    call: Call,
    command: str,
    user_level: int | None = None,
    reset: str | None = None,
    whole: str | None = None,
    **mode: object,
) -> str:
    """`privilege MODE [all] level N COMMAND`, `privilege MODE reset COMMAND`, and `no`."""
    name = next(name for name in MODES if _is_named(name, mode))
    try:
        words = tuple(word.lower() for word in call.shell.spelled_out(command, MODES[name][0]))
    except InvalidInput as error:
        raise call.invalid("command", error.column) from None
    except CommandError as error:
        raise CommandRefused(f"% {error}") from None
    rules = call.config.privileges
    if call.no or reset is not None:
        rules.reset(name, words)
    else:
        assert user_level is not None
        rules.set(name, words, Rule(user_level, whole is not None))
    return ""


def alias(call: Call, alias: str | None = None, command: str | None = None, **mode: object) -> str:
    """`alias MODE NAME COMMAND`; `no alias MODE [NAME]`."""
    start = next(start for start, name in ALIAS_MODES.items() if _is_named(name, mode))
    aliases = call.config.aliases
    if call.no:
        if alias is None:
            aliases.pop(start, None)
        else:
            aliases.get(start, {}).pop(alias, None)
        if not aliases.get(start):
            aliases.pop(start, None)
        return ""
    assert alias is not None
    assert command is not None
    aliases.setdefault(start, {})[alias] = command
    return ""


def show_aliases(call: Call, **mode: object) -> str:
    """`show aliases [MODE]`: those that IOS has from the box among them."""
    found = {start: dict(names) for start, names in call.config.aliases.items()}
    if call.dialect is Dialect.IOS:
        found["exec"] = {**DEFAULT_ALIASES, **found.get("exec", {})}
    texts = []
    for start, name in ALIAS_MODES.items():
        if start in found and (not mode or _is_named(name, mode)):
            rows = "".join(f"  {alias:<22}{text}\n" for alias, text in sorted(found[start].items()))
            texts.append(f"{_MODE_TITLES[start]}:\n{rows}")
    return "\n".join(texts)
