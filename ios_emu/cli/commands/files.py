"""Files of the router: dir, more, delete, rename, mkdir, rmdir, verify, cd and pwd."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator
from datetime import datetime
from typing import Any

from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Kind, Output, Step
from ios_emu.cli.shell import Call
from ios_emu.clock import Signal
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.file_system import LOCAL, Url, parse_url, read_file
from ios_emu.devices.flash import Done
from ios_emu.devices.ios_device import IosDevice
from ios_emu.errors import CommandRefused

NO_FILE = "No such file or directory"
_DUMP_WIDTH = 16
_DATE_WIDTH = 27
# NVRAM's configuration stands behind its other records.
_STARTUP_NUMBER = 238


def stored(write: Callable[[Done], None]) -> Generator[Step, Any, str | None]:
    """Waits until the journal has stored what `write` gives it; returns its problem, or None."""
    done = Signal()
    write(done.fire)
    problem: str | None = yield done
    return problem


def quiet(call: Call) -> bool:
    """Does `file prompt quiet` keep file commands from asking?"""
    return call.config.file_prompt == "quiet"


def find(call: Call, text: str) -> Url:
    """The file that an argument names. Raises CommandRefused where that can't be a file."""
    url = parse_url(text, call.shell.directory)
    if url is None:
        raise CommandRefused(f"%Error opening {text} (Invalid URL or file system)")
    return url


def _argument(files: dict[str, str]) -> str:
    """The one argument that was given, whatever it is called."""
    return next((text for text in files.values() if text), "")


def opening(what: object, why: str) -> str:
    """IOS's line for a file that can't be opened."""
    return f"%Error opening {what} ({why})\n"


# Lists


def dir_(call: Call, all_files: str | None = None, **files: str) -> str:
    """`dir [/all] [URL]`: the directory that one is in, another one, or one file."""
    text = _argument(files) or "flash:"
    url = find(call, text) if files else Url("flash", call.shell.directory)
    if url.system == "nvram":
        return _nvram_directory(call, url)
    if url.system == "system":
        return _system_directory(call)
    if url.system != "flash":
        return opening(text, "Invalid argument" if url.system in LOCAL else "No such device")
    entry = call.device.flash[url.path]
    if entry is None and not call.device.flash.has_folder(url.path):
        return opening(url, NO_FILE)
    rows = call.device.flash.within(url.path)
    if entry is not None and not entry.is_folder:
        rows = [(url.path, entry)]
    numbers = {path: number for number, (path, _) in enumerate(call.device.flash, 1)}
    at_end = "" if not url.path or entry is None or not entry.is_folder else "/"
    text = f"Directory of {url}{at_end}\n\n"
    if not rows:
        text += "No files in directory\n"
    for path, one in rows:
        name = path.rpartition("/")[2]
        mode = "drw-" if one.is_folder else "-rw-"
        text += f"{numbers[path]:>5}  {mode}{one.size:>12}  {_date(call, one.written)}  {name}\n"
    return text + f"\n{call.device.flash.size} bytes total ({call.device.flash.free} bytes free)\n"


def _date(call: Call, written: datetime) -> str:
    local = call.device.time.shown(written.replace(tzinfo=None))
    offset = local.local - local.utc
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    shift = f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    return f"{local.local:%b} {local.local.day} {local.local:%Y %H:%M:%S} {shift}".rjust(_DATE_WIDTH)


def _nvram_directory(call: Call, url: Url) -> str:
    startup, size = call.device.startup, call.device.platform.nvram_bytes
    if url.path and (not url.is_startup or startup is None):
        return opening(url, NO_FILE)
    used = 0 if startup is None else len(startup)
    row = f"{_STARTUP_NUMBER:>5}  -rw-{used:>12}                    <no date>  startup-config\n"
    shown = "" if startup is None else row
    return f"Directory of {url}\n\n{shown}\n{size} bytes total ({size - used} bytes free)\n"


def _system_directory(call: Call) -> str:
    body = read_file(call.device, Url("system", "running-config"))
    assert body is not None
    return (
        "Directory of system:/\n\n"
        f"{1:>5}  -rw-{len(body):>12}                    <no date>  running-config\n\n"
        "No space information available\n"
    )


def _switch_flash(call: Call) -> str:
    text, packet_tracer = "Directory of flash:/\n\n", call.dialect is Dialect.PACKET_TRACER
    for number, (path, one) in enumerate(call.device.flash, 1 if packet_tracer else 2):
        mode = ("drw" if one.is_folder else "-rw") + ("-" if packet_tracer else "x")
        date = "<no date>".rjust(19) if packet_tracer else f" {_date(call, one.written)}"
        text += f"{number:>5}  {mode}{one.size:>12} {date}  {path}\n"
    free = f"{call.device.flash.size} bytes total ({call.device.flash.free} bytes free)"
    return f"{'' if packet_tracer else chr(10)}{text}\n{free}\n"


def show_flash(call: Call) -> str:
    """`show flash:`: all that is on the CompactFlash, and what is free. A switch shows it as a directory."""
    if call.device.model == "2960":
        return _switch_flash(call)
    flash = call.device.flash
    rows = list(enumerate(flash, 1))
    if call.dialect is Dialect.PACKET_TRACER:
        text = "\nSystem flash directory:\nFile  Length   Name/status\n"
        text += "".join(f"{number:>3}   {entry.size:<8} {path}\n" for number, (path, entry) in rows)
        text += f"[{flash.used} bytes used, {flash.free} available, {flash.size} total]\n"
        return (
            text
            + f"{call.device.platform.flash_kbytes}K bytes of processor board System flash (Read/Write)\n\n"
        )
    text = "-#- --length-- -----date/time------ path\n"
    for number, (path, entry) in rows:
        text += f"{number:<5} {entry.size:>8} {_date(call, entry.written)} {path}\n"
    return text + f"\n{flash.free} bytes available ({flash.used} bytes used)\n\n"


# Contents


def more(call: Call, more_ascii: str | None = None, **files: str) -> str | Output:
    """`more [/ascii] URL`: the text of a file, or its bytes."""
    url = find(call, _argument(files))
    data = read_file(call.device, url)
    if data is None:
        return opening(url, NO_FILE)
    if b"\0" in data[:1024] and more_ascii is None:
        return Output(_dump(data))
    return data.decode("latin-1").replace("\r\n", "\n").rstrip("\n") + "\n"


def _dump(data: bytes) -> Iterator[str | None]:
    for start in range(0, len(data), _DUMP_WIDTH):
        part = data[start : start + _DUMP_WIDTH]
        words = " ".join(part[at : at + 4].hex().upper() for at in range(0, len(part), 4))
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        yield f"{start:08X}: {words:<35}    {letters}"
        if not start % 4096:
            yield None


def verify(call: Call, verify_md5: str | None = None, md5_sum: str | None = None, **files: str) -> str:
    """`verify [/md5] URL [SUM]`: the checksum of a file."""
    url = find(call, _argument(files))
    data = read_file(call.device, url)
    if data is None:
        return opening(url, NO_FILE)
    if verify_md5 is None:
        if url == Url("flash", call.device.platform.software.image):
            return "File system hash verification successful.\n"
        return f"%Error verifying {url} (Not an image file)\n"
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    dots = "." * (1 + len(data) // 2_000_000)
    if md5_sum is None:
        return f"{dots}Done!\nverify /md5 ({url}) = {digest}\n\n"
    if md5_sum.lower() == digest:
        return f"{dots}Done!\nVerified ({url}) = {digest}\n\n"
    return (
        f"{dots}Done!\n%Error verifying {url}\n"
        f"Computed signature  = {digest}\nSubmitted signature = {md5_sum}\n"
    )


# Changes


def delete_file(
    call: Call, delete_force: str | None = None, delete_recursive: str | None = None, **files: str
) -> Dialogue:
    """`delete [/force] [/recursive] URL`: asks for the name, then whether it is meant."""
    url = find(call, _argument(files))
    silent = delete_force is not None or quiet(call)
    if not silent:
        name = (yield from asked(f"Delete filename [{url.path}]? ")).strip()
        if name:
            url = Url(url.system, find(call, f"{url.system}:{name}").path)
        if not (yield from confirmed(f"Delete {url.short}? [confirm]")):
            return ""
    if url.system != "flash":
        return f"%Error deleting {url} (Permission denied)\n"
    flash = call.device.flash
    entry = flash[url.path]
    if entry is None:
        return f"%Error deleting {url} ({NO_FILE})\n"
    if entry.is_folder:
        if delete_recursive is None:
            return f"%Error deleting {url} (Is a directory)\n"
        below = [path for path, _ in flash if path.startswith(f"{url.path}/")]
        for path in sorted(below, key=len, reverse=True):
            yield from stored(lambda done, path=path: flash.remove(path, done))  # type: ignore[misc]
    problem = yield from stored(lambda done: flash.remove(url.path, done))
    return "" if problem is None else f"%Error deleting {url} ({problem})\n"


def rename(call: Call, **files: str) -> Dialogue:
    """`rename URL [URL]`: asks for the new name where it is not given."""
    source = find(call, files.get("old_flash") or files.get("old_file") or "")
    given = files.get("new_flash") or files.get("new_file")
    if given is None or not quiet(call):
        proposed = find(call, given).path if given is not None else source.path
        answer = (yield from asked(f"Destination filename [{proposed}]? ")).strip()
        given = answer or f"flash:/{proposed}"
    target = find(call, given)
    flash = call.device.flash
    entry = flash[source.path] if source.system == "flash" else None
    if entry is None or entry.is_folder:
        return f"%Error renaming {source} ({NO_FILE})\n"
    refused = "Permission denied" if target.system != "flash" else flash.refuses(target.path, 0)
    if flash[target.path] is not None:
        refused = "File exists"
    if entry.image_size:
        refused = "Text file busy"
    if refused is not None:
        return f"%Error renaming {source} ({refused})\n"
    problem = yield from stored(lambda done: flash.write(target.path, entry.read(), entry.written, done))
    if problem is None:
        problem = yield from stored(lambda done: flash.remove(source.path, done))
    return "" if problem is None else f"%Error renaming {source} ({problem})\n"


def make_directory(call: Call, **files: str) -> Dialogue:
    """`mkdir [URL]`: asks for the name."""
    url = yield from _directory(call, files, "Create directory filename")
    if url is None:
        return ""
    device = call.device
    why = "Permission denied" if url.system != "flash" else device.flash.refuses(url.path, 0)
    if url.system == "flash" and device.flash[url.path] is not None:
        why = "Unknown error 17" if why == "Is a directory" else "File exists"
    if why is not None:
        return f"%Error Creating dir {url.short} ({why})\n"
    problem = yield from stored(lambda done: device.flash.make_folder(url.path, _now(device), done))
    return (
        f"Created dir {url.short}\n" if problem is None else f"%Error Creating dir {url.short} ({problem})\n"
    )


def remove_directory(call: Call, **files: str) -> Dialogue:
    """`rmdir [URL]`: asks for the name, then whether it is meant."""
    url = yield from _directory(call, files, "Remove directory filename")
    if url is None or not (quiet(call) or (yield from confirmed(f"Delete {url.short}? [confirm]"))):
        return ""
    flash = call.device.flash
    entry = flash[url.path] if url.system == "flash" else None
    if entry is None or not entry.is_folder:
        return f"%Error Removing dir {url.short} ({NO_FILE if entry is None else 'Not a directory'})\n"
    if flash.within(url.path):
        return f"%Error Removing dir {url.short} (Directory not empty)\n"
    problem = yield from stored(lambda done: flash.remove(url.path, done))
    return (
        f"Removed dir {url.short}\n" if problem is None else f"%Error Removing dir {url.short} ({problem})\n"
    )


def _directory(call: Call, files: dict[str, str], question: str) -> Generator[Step, Any, Url | None]:
    given = _argument(files)
    url = find(call, given) if given else None
    if url is None or not quiet(call):
        answer = (yield from asked(f"{question} [{'' if url is None else url.path}]? ")).strip()
        url = find(call, f"flash:/{answer}" if ":" not in answer else answer) if answer else url
    return url


def _now(device: IosDevice) -> datetime:
    return device.now.replace(microsecond=0)


def asked(question: str) -> Generator[Step, Any, str]:
    """The answer to a question. Ctrl-C ends the command: raises CommandRefused without a text."""
    try:
        answer: str = yield Ask(question)
    except Interrupted:
        raise CommandRefused("") from None
    return answer


def confirmed(question: str) -> Generator[Step, Any, bool]:
    """Is it meant? One key answers."""
    try:
        key = yield Ask(question, Kind.KEY)
    except Interrupted:
        return False
    return key.lower() in ("", "y")


# Questions


def file_prompt(call: Call) -> str:
    """`file prompt alert|noisy|quiet`: which questions file commands ask; `alert` is what nobody sets."""
    call.config.file_prompt = "alert" if call.no else call.command.text.rpartition(" ")[2]
    return ""


# Where one is


def change_directory(call: Call, cd_flash: str | None = None, cd_file: str | None = None) -> str:
    """`cd [URL]`: without one, back to the outermost."""
    url = find(call, cd_flash or cd_file or "flash:/")
    if url.system != "flash" or not call.device.flash.has_folder(url.path):
        return f"%Error changing directory to {url} ({NO_FILE})\n"
    call.shell.directory = url.path
    return ""


def print_directory(call: Call) -> str:
    """`pwd`: where one is."""
    folder = call.shell.directory
    return f"flash:/{folder}/\n" if folder else "flash:\n"
