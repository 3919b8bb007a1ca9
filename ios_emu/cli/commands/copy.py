"""`copy`: from one file to another, with the questions that IOS asks, and `write` to a file."""

from __future__ import annotations

from ios_emu.cli import screens
from ios_emu.cli.commands.files import NO_FILE, asked, confirmed, find, opening, quiet, stored
from ios_emu.cli.commands.nvram import save_configuration
from ios_emu.cli.dialogue import Dialogue, Say
from ios_emu.cli.loading import load_configuration
from ios_emu.cli.shell import Call, Shell
from ios_emu.clock import MILLISECOND, SECOND
from ios_emu.devices.file_system import RUNNING, STARTUP, Url, read_file, refuses, write_file
from ios_emu.errors import CommandRefused

# What a 2811 takes for a copy: some time to begin, and so many bytes a second behind that.
_BEGINNING = 80 * MILLISECOND
_BYTES_A_SECOND = 250_000
_OVERWRITE = "%Warning:There is a file already existing with this name \nDo you want to over write? [confirm]"
_LOCAL = ("flash", "nvram", "system", "null")


def copy_file(call: Call, **files: str) -> Dialogue:
    """`copy FROM TO`: asks for the name of the copy, and before it writes over a file."""
    source = _named(call, files, "from_")
    target = _named(call, files, "to_")
    for url in (source, target):
        if url.system not in _LOCAL:
            raise CommandRefused(f"% copy {url.system}: this command of a 2811 is not implemented in ios-emu")
    if source.is_running and target.is_startup:
        if not quiet(call):
            name = (yield from asked(f"Destination filename [{STARTUP}]? ")).strip()
            if name not in ("", STARTUP):
                return opening(f"nvram:/{name}", f"only {STARTUP} is kept in this NVRAM")
        return (yield from save_configuration(call.device))
    if not source.path and source.system != "null":
        name = "" if quiet(call) else (yield from asked("Source filename []? ")).strip()
        source = Url(source.system, name)
    proposed = _proposed(call, source, target)
    if not quiet(call) and target.system != "null":
        name = (yield from asked(f"Destination filename [{proposed}]? ")).strip()
        proposed = name or proposed
    target = find(call, proposed if ":" in proposed else f"{target.system}:{proposed}")
    data = read_file(call.device, source)
    if data is None:
        return opening(source, NO_FILE)
    if target == source:
        return f"%Error copying {source} (Source and destination are the same)\n"
    there = target.system == "flash" and call.device.flash[target.path] is not None
    if there and not quiet(call) and not (yield from confirmed(_OVERWRITE)):
        return ""
    why = refuses(call.device, target, len(data))
    if why is not None:
        return opening(target, why)
    return (yield from _copy(call, source, target, data))


def _named(call: Call, files: dict[str, str], prefix: str) -> Url:
    text = next(text for name, text in files.items() if name.startswith(prefix))
    return find(call, text)


def _proposed(call: Call, source: Url, target: Url) -> str:
    """The name that IOS proposes: that of the target, or else of the source, in the target's directory."""
    path = target.path
    if target.system == "flash" and call.device.flash.has_folder(path):
        path = f"{path}/{source.name}" if path else source.name
    if target.system in ("nvram", "system"):
        path = path or {"nvram": STARTUP, "system": RUNNING}[target.system]
    return path


def _copy(call: Call, source: Url, target: Url, data: bytes) -> Dialogue:
    duration = _BEGINNING + len(data) * SECOND // _BYTES_A_SECOND
    text = ""
    if target.is_running:
        merged = merge(call, data.decode("latin-1").replace("\r\n", "\n"))
        if merged:
            yield Say(merged)
        origin = "memory" if source.is_startup else source.short
        call.device.report("SYS-5-CONFIG_I", f"Configured from {origin} by {call.shell.who}")
    else:
        problem = yield from stored(lambda done: write_file(call.device, target, data, done))
        if problem is not None:
            return opening(target, problem)
        text = "[OK]\n" if target.is_startup else ""
    yield duration
    speed = len(data) * SECOND // duration
    return f"{text}\n{len(data)} bytes copied in {duration / SECOND:.3f} secs ({speed} bytes/sec)\n"


def merge(call: Call, text: str) -> str:
    """Types the lines of a configuration; what IOS shows of those that it can't take."""
    shell = Shell(call.device, level=15)
    shown = ""
    for _, line, error in load_configuration(shell, text):
        shown += f"{line}\n{screens.error(error, line, 0, shell.dialect)}"
    return shown
