"""The archive of configurations: `archive`, `show archive`, and `configure replace|confirm|revert|memory`."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from ios_emu.cli import modes
from ios_emu.cli.commands.copy import merge
from ios_emu.cli.commands.files import NO_FILE, find, opening
from ios_emu.cli.config_replace import Replacement, replace
from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Say, Step
from ios_emu.cli.shell import Call
from ios_emu.clock import Signal
from ios_emu.devices.archive_settings import DEFAULT_MAXIMUM, ArchiveSettings
from ios_emu.devices.config_text import additions, contextual_differences, sections
from ios_emu.devices.file_system import Url, read_file
from ios_emu.devices.ios_device import IosDevice
from ios_emu.devices.running_config import configuration_body

ARCHIVE_OFF = "%Please turn config archive on before using Rollback Confirmed Change\n"
_NO_PENDING = "%No Rollback Confirmed Change pending\n"
_EXPLANATION = """\
This will apply all necessary additions and deletions
to replace the current running configuration with the
contents of the specified configuration file, which is
assumed to be a complete configuration, not a partial
"""
_QUESTION = "configuration. Enter Y if you are sure you want to proceed. ? [no]: "
_STARS = "********\n"


# Settings


def archive_mode(call: Call) -> str:
    """`archive`: to its settings; `no archive` forgets them."""
    if call.no:
        call.config.archive = ArchiveSettings()
        call.device.archive.apply()
    else:
        call.shell.enter(modes.ARCHIVE)
    return ""


def archive_path(call: Call, archive_path: str | None = None) -> str:
    """`path URL`: where the copies are; `$h` is the host name, `$t` the time."""
    call.config.archive.path = None if call.no else archive_path
    call.device.archive.apply()
    return ""


def archive_maximum(call: Call, archive_maximum: int = DEFAULT_MAXIMUM) -> str:
    """`maximum N`: how many copies there may be."""
    call.config.archive.maximum = DEFAULT_MAXIMUM if call.no else archive_maximum
    return ""


def archive_time_period(call: Call, archive_period: int | None = None) -> str:
    """`time-period MINUTES`: how often a copy is made by itself."""
    call.config.archive.time_period = None if call.no else archive_period
    call.device.archive.apply()
    return ""


def archive_write_memory(call: Call) -> str:
    """`write-memory`: a copy whenever the configuration is saved."""
    call.config.archive.write_memory = not call.no
    return ""


def archive_log_config(call: Call) -> str:
    """`log config`: to the settings of the log of what is configured; they are kept."""
    if call.no:
        call.config.archive.log.clear()
    else:
        call.shell.enter_within(modes.ARCHIVE_LOG, None)
    return ""


def archive_log_kept(call: Call, **arguments: object) -> str:
    """A line of `log config`: kept."""
    head = call.command.head or call.command.text
    if call.no:
        call.config.archive.log.pop(head, None)
    else:
        call.config.archive.log[head] = call.command.text
    return ""


# Copies


def archive_config(call: Call) -> Dialogue:
    """`archive config`: a copy of the running configuration, now."""
    if call.config.archive.path is None:
        return "Archive feature not enabled\n"
    return (yield from store_copy(call.device))


def store_copy(device: IosDevice) -> Dialogue:
    """Stores a copy, and says why where that fails."""
    url, problem = yield from _stored(device)
    return "" if problem is None else opening(url, problem)


def _stored(device: IosDevice) -> Generator[Step, Any, tuple[Url, str | None]]:
    done = Signal()
    device.archive.store(lambda url, problem: done.fire((url, problem)))
    outcome: tuple[Url, str | None] = yield done
    return outcome


def show_archive(call: Call) -> str:
    """`show archive`: the copies that there are."""
    keeper, settings = call.device.archive, call.config.archive
    next_file = keeper.next_file("<timestamp>")
    if next_file is None:
        return "Archive feature not enabled\n"
    copies = keeper.copies
    text = (
        f"The maximum archive configurations allowed is {settings.maximum}.\n"
        f"There are currently {len(copies)} archive configurations saved.\n"
        f"The next archive file will be named {next_file.short}\n"
        " Archive #  Name\n"
    )
    for row in range(1, settings.maximum + 1):
        name = copies[row - 1][1].short if row <= len(copies) else ""
        recent = " <- Most Recent" if row == len(copies) else ""
        text += f"   {row:<9}{name}{recent}".rstrip() + "\n"
    return text


# Differences


def show_archive_differences(
    call: Call, differences_file: str | None = None, differences_other: str | None = None
) -> str:
    """`show archive config differences [FILE [FILE]]`: the running and the start-up one without files."""
    first = "nvram:startup-config" if differences_file is None else differences_file
    second = "system:running-config" if differences_other is None else differences_other
    if differences_file is None:
        first, second = second, first
    texts = []
    for name in (first, second):
        url = find(call, name)
        data = read_file(call.device, url)
        if data is None:
            return opening(url, NO_FILE)
        texts.append(sections(data.decode("latin-1")))
    return contextual_differences(*texts)


def show_archive_incremental(call: Call, incremental_file: str, ignore_case: str | None = None) -> str:
    """`show archive config incremental-diffs FILE [ignorecase]`: what the file would add."""
    url = find(call, incremental_file)
    data = read_file(call.device, url)
    if data is None:
        return opening(url, NO_FILE)
    running, text = configuration_body(call.config), data.decode("latin-1")
    if ignore_case is not None:
        text = _in_the_case_of(running, text)
    steps = list(additions(sections(running), sections(text)))
    listed = "".join(f"{step}\n" for step in steps)
    return f"!List of Commands:\n{listed}end\n" + ("" if steps else "!No changes were found\n")


def _in_the_case_of(running: str, text: str) -> str:
    """The lines of `text` as the running configuration writes them, where only capitals differ."""
    known = {line.strip().lower(): line.strip() for line in running.splitlines()}
    lines = []
    for line in text.splitlines():
        stripped = line.strip()
        indent = line[: len(line) - len(line.lstrip())]
        lines.append(indent + known.get(stripped.lower(), stripped))
    return "\n".join(lines)


# Replacing


def configure_replace(
    call: Call,
    replace_file: str,
    replace_list: str | None = None,
    replace_force: str | None = None,
    replace_nolock: str | None = None,
    revert_trigger: str | None = None,
    revert_error: str | None = None,
    revert_minutes: int | None = None,
) -> Dialogue:
    """`configure replace FILE [list] [force] [nolock] [revert [trigger [error]] [timer N]]`."""
    url = find(call, replace_file)
    data = read_file(call.device, url)
    if data is None:
        return opening(url, NO_FILE)
    reverts = revert_trigger is not None or revert_minutes is not None
    if reverts and call.config.archive.path is None:
        return ARCHIVE_OFF
    text = data.decode("latin-1")
    if not sections(text):
        return "%The input file is not a valid config file.\n"
    if replace_force is None:
        yield Say(_EXPLANATION)
        try:
            answer = yield Ask(_QUESTION)
        except Interrupted:
            return ""
        if answer.strip().lower()[:1] != "y":
            return ""
    original, kept = configuration_body(call.config), None
    if reverts:
        kept, problem = yield from _stored(call.device)
        if problem is not None:
            return opening(kept, problem)
    result = replace(call.device, text)
    shown = _shown(result) if replace_list is not None else ""
    if revert_trigger is not None and not result.done:
        failed = [*result.faulty, *(step.text for step in result.missing)]
        yield Say(
            f"{shown}Failed to apply command {failed[0]}\nAborting Rollback.\n\n"
            f"Rollback failed.Reverting back to the original configuration: {kept}\n"
        )
        return _outcome(replace(call.device, original))
    if revert_minutes is not None:
        assert kept is not None
        _schedule(call, revert_minutes, original, kept)
    return shown + _outcome(result)


def _shown(result: Replacement) -> str:
    text = ""
    for number, steps in enumerate(result.passes, 1):
        text += f"!Pass {number}\n!List of Commands:\n" + "".join(f"{step}\n" for step in steps) + "end\n\n"
    return text


def _outcome(result: Replacement) -> str:
    if result.done:
        return f"Total number of passes: {len(result.passes)}\nRollback Done\n\n"
    missing = "".join(f"{step}\n" for step in result.missing)
    faulty = "".join(f"{line}\n" for line in result.faulty)
    text = "The rollback configlet from the last pass is listed below:\n"
    text += f"{_STARS}!List of Rollback Commands:\n{missing}{faulty}end\n{_STARS}\n\n"
    text += "Rollback aborted after 5 passes\n"
    if faulty:
        text += f"The following commands are failed to apply to the IOS image.\n{_STARS}{faulty}{_STARS}"
    return text + "\n"


def _schedule(call: Call, minutes: int, text: str, file: Url) -> None:
    device = call.device
    user = call.shell.user or call.shell.line_name
    device.archive.schedule(user, minutes, text, str(file), lambda goal: _go_back(device, goal))


def _go_back(device: IosDevice, text: str) -> None:
    replace(device, text)
    device.network.changed()


def configure_terminal_revert(call: Call, minutes: int) -> Generator[Step, Any, str | None]:
    """`configure terminal revert timer N`: what is configured is undone, unless it is confirmed in time."""
    if call.config.archive.path is None:
        return ARCHIVE_OFF
    file, problem = yield from _stored(call.device)
    if problem is not None:
        return opening(file, problem)
    _schedule(call, minutes, configuration_body(call.config), file)
    return None


def configure_confirm(call: Call) -> str:
    """`configure confirm`: what was configured stays."""
    rollback = call.device.archive.cancel()
    if rollback is None:
        return _NO_PENDING
    user = call.shell.user or call.shell.line_name
    call.device.report(
        "ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_CONFIRM", f"User: {user}: Confirm the configuration change"
    )
    return ""


def revert_now(call: Call) -> str:
    """`configure revert now`: goes back without waiting."""
    rollback = call.device.archive.cancel()
    if rollback is None:
        return _NO_PENDING
    return _outcome(replace(call.device, rollback.text))


def revert_timer(call: Call, revert_minutes: int) -> str:
    """`configure revert timer N`: so many minutes from now on."""
    rollback = call.device.archive.rollback
    if rollback is None:
        return _NO_PENDING
    device = call.device
    device.archive.schedule(
        rollback.user, revert_minutes, rollback.text, rollback.file, lambda goal: _go_back(device, goal)
    )
    return ""


def show_archive_timer(call: Call) -> str:
    """`show archive config rollback timer`: the rollback that is to come."""
    rollback = call.device.archive.rollback
    if rollback is None:
        return _NO_PENDING
    moment = call.device.time.shown(rollback.configured)
    when = f"{moment.local:%H:%M:%S} {moment.zone} {moment.local:%a %b} {moment.local.day} {moment.local:%Y}"
    return (
        f"Time configured(or reconfigured): {when}\nTimer type: absolute\n"
        f"Timer value: {rollback.minutes} min\nUser: {rollback.user}\n"
    )


def configure_memory(call: Call) -> str:
    """`configure memory`: types the lines of the start-up configuration."""
    startup = call.device.startup
    if startup is None:
        return "%% Non-volatile configuration memory invalid or not present\n"
    return merge(call, startup)
