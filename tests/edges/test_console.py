"""`ios-emu up` as a person meets it: the real program, in a terminal of its own, typed at and read."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo terminals of this kind"),
]

PATIENCE = 30.0
ESCAPE = b"\x1d"
# What the lab prompt asks a terminal, and every terminal answers.
WHERE_IS_THE_CURSOR = b"\x1b[6n"


class Terminal:
    """A terminal with `ios-emu` in it. What was shown is kept in `shown`; `seen` moves on as it is read."""

    def __init__(self, *arguments: str, wrapper: str | None = None) -> None:
        self.ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(theirs)
        self.theirs = theirs
        program = ["-c", wrapper, *arguments] if wrapper else ["-m", "ios_emu", *arguments]
        self.process = subprocess.Popen(
            [sys.executable, *program],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm"},
        )
        self.shown = b""
        self.seen = 0

    def type(self, text: str | bytes) -> None:
        """Types all of it, and reads what is shown meanwhile, as a terminal does."""
        data = text.encode() if isinstance(text, str) else text
        while data:
            readable, writable, _ = select.select([self.ours], [self.ours], [], PATIENCE)
            assert readable or writable, "the terminal takes nothing"
            if readable:
                self.shown += os.read(self.ours, 65536)
            if writable:
                data = data[os.write(self.ours, data[:1024]) :]

    def expect(self, text: str, patience: float = PATIENCE) -> str:
        """Waits until `text` is shown, behind what was expected before; returns what came up to it."""
        wanted = text.encode()
        deadline = time.monotonic() + patience
        while (at := self.shown.find(wanted, self.seen)) < 0:
            left = deadline - time.monotonic()
            missing = left <= 0 or not self._read(left)
            assert not missing, f"{text!r} is not in {self.shown[self.seen :]!r}"
        start, self.seen = self.seen, at + len(wanted)
        return self.shown[start : self.seen].decode("latin-1")

    def _read(self, patience: float) -> bool:
        readable, _, _ = select.select([self.ours], [], [], patience)
        if not readable:
            return False
        try:
            more = os.read(self.ours, 65536)
        except OSError:
            return False
        self.shown += more
        if WHERE_IS_THE_CURSOR in more:
            os.write(self.ours, b"\x1b[1;1R")
        return bool(more)

    def ended(self) -> int:
        """Waits for the end of the program; returns its exit status."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.shown[-500:]
            self._read(0.02)
        while self._read(0):
            pass
        return self.process.returncode

    def attributes(self) -> list[Any]:
        """How the terminal is set now."""
        return termios.tcgetattr(self.theirs)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


Start = Callable[..., Terminal]


@pytest.fixture
def start() -> Iterator[Start]:
    terminals: list[Terminal] = []

    def make(*arguments: str, wrapper: str | None = None) -> Terminal:
        terminals.append(Terminal(*arguments, wrapper=wrapper))
        return terminals[-1]

    yield make
    for terminal in terminals:
        terminal.close()


def configure(terminal: Terminal, hostname: str, *, save: bool) -> None:
    terminal.type("\r")
    terminal.expect("Router>")
    terminal.type("enable\rconfigure terminal\r")
    terminal.type(f"hostname {hostname}\rend\r")
    terminal.expect(f"{hostname}#")
    if save:
        terminal.type("write memory\r")
        terminal.expect("[OK]")
        terminal.expect(f"{hostname}#")


def test_from_power_on_to_the_first_prompt(start: Start, tmp_path: Path) -> None:
    terminal = start("up", "router", "--state", str(tmp_path / "state"))
    boot = terminal.expect("initial configuration dialog? [yes/no]: ")
    assert "System Bootstrap" in boot
    assert "--- System Configuration Dialog ---" in boot
    terminal.type("no\r")
    terminal.expect("Press RETURN to get started!")
    terminal.type("\r")
    terminal.expect("Router>")


def test_keys_do_what_they_do_at_a_router(start: Start, tmp_path: Path) -> None:
    terminal = start("up", "--quick", "--state", str(tmp_path / "state"))
    terminal.type("\r")
    terminal.expect("Router>")
    terminal.type("sh?")
    assert "show" in terminal.expect("Router>sh")
    terminal.type("\x15ena\t")
    terminal.expect("Router>enable ")
    terminal.type("\rconfigure terminal\rinterface fa0/0\r\x1a")
    terminal.expect("Router#")
    terminal.type("\x10\x10\x10")
    terminal.expect("configure terminal")


def test_the_lab_prompt_and_back(start: Start, tmp_path: Path) -> None:
    terminal = start("up", "ping", "--quick", "--state", str(tmp_path / "state"))
    terminal.type("\r")
    terminal.expect("R1>")
    terminal.type(ESCAPE)
    terminal.expect("lab>")
    terminal.type("help\r")
    assert "End the lab" in terminal.expect("quit") + terminal.expect("\n")
    terminal.expect("lab>")
    terminal.type("devices\r")
    assert "R1" in terminal.expect("PC2")
    terminal.expect("lab>")
    terminal.type("open PC1\r")
    terminal.expect("C:\\>")
    terminal.type("ping 192.168.1.1\r")
    terminal.expect("TTL=255")
    terminal.type(ESCAPE)
    terminal.expect("lab>")
    terminal.type("quit\r")
    assert terminal.ended() == 0
    assert terminal.attributes() == terminal.before


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_it_and_the_terminal_is_put_back(name: str, start: Start, tmp_path: Path) -> None:
    terminal = start("up", "--quick", "--state", str(tmp_path / "state"))
    terminal.type("\r")
    terminal.expect("Router>")
    assert terminal.attributes() != terminal.before
    terminal.process.send_signal(getattr(signal, name))
    assert terminal.ended() == 0
    assert terminal.attributes() == terminal.before
    assert b"Traceback" not in terminal.shown


def test_the_terminal_is_put_back_behind_a_crash(start: Start, tmp_path: Path) -> None:
    crash = (
        "import sys, asyncio\n"
        "from ios_emu.edges import console\n"
        "def wait(*_, **__): raise RuntimeError('the program is broken')\n"
        "console.asyncio.wait = wait\n"
        "from ios_emu.main import main\n"
        "main()\n"
    )
    terminal = start("up", "--quick", "--state", str(tmp_path / "state"), wrapper=crash)
    assert terminal.ended() == 1
    assert b"the program is broken" in terminal.shown
    assert terminal.attributes() == terminal.before


def test_without_a_terminal_it_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ios_emu", "up", "--state", str(tmp_path / "state")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "ios-emu: standard input or output: is not a terminal: `ios-emu up` opens a console to type at; "
        'in a script use `ios-emu run LAB @DEVICE "COMMAND"...`\n'
    )


@pytest.mark.kill
def test_what_was_saved_survives_a_kill_and_nothing_else(start: Start, tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    first = start("up", "--quick", "--state", state)
    configure(first, "Saved", save=True)
    first.type("configure terminal\rhostname Lost\rend\r")
    first.expect("Lost#")
    first.process.kill()
    first.process.wait()
    second = start("up", "--quick", "--state", state)
    second.type("\r")
    second.expect("Saved>")


def test_one_process_at_a_time(start: Start, tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    first = start("up", "--quick", "--state", state)
    first.type("\r")
    first.expect("Router>")
    second = start("up", "--quick", "--state", state)
    assert second.ended() == 2
    lines = second.shown.decode().strip().splitlines()
    assert len(lines) == 1
    assert str(first.process.pid) in lines[0]
    assert state in lines[0]


def test_a_damaged_state_file_is_set_aside(start: Start, tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = start("up", "--quick", "--state", str(state))
    configure(first, "Damaged", save=True)
    first.process.terminate()
    assert first.ended() == 0
    file = state / "R1" / "startup-config"
    file.write_bytes(file.read_bytes().replace(b"Damaged", b"damaged"))
    second = start("up", "--quick", "--state", str(state))
    notice = second.expect("\n")
    assert "R1/startup-config" in notice
    assert [path.name for path in (state / "R1").iterdir() if ".damaged" in path.name]
    second.type("\r")
    second.expect("Router>")


def test_fresh_starts_blank_and_keeps_the_old(start: Start, tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = start("up", "--quick", "--state", str(state))
    configure(first, "Old", save=True)
    first.process.terminate()
    assert first.ended() == 0
    second = start("up", "--quick", "--fresh", "--state", str(state))
    second.type("\r")
    second.expect("Router>")
    assert b"hostname Old" in (state / "previous" / "R1" / "startup-config").read_bytes()


def test_a_configuration_of_ten_thousand_lines_is_pasted_without_loss(start: Start, tmp_path: Path) -> None:
    state = tmp_path / "state"
    terminal = start("up", "--quick", "--state", str(state))
    terminal.type("\r")
    terminal.expect("Router>")
    terminal.type("enable\rconfigure terminal\r")
    terminal.expect("(config)#")
    count = 5000
    lines = [
        f"interface Loopback{n}\rip address 10.{n // 250}.{n % 250}.1 255.255.255.255\r" for n in range(count)
    ]
    terminal.type("".join(lines))
    terminal.type("end\rwrite memory\r")
    terminal.expect("[OK]", patience=120)
    terminal.expect("Router#")
    saved = (state / "R1" / "startup-config").read_text(encoding="latin-1")
    assert len(re.findall(r"^interface Loopback\d+$", saved, re.MULTILINE)) == count
    assert len(re.findall(r"^ ip address 10\.[\d.]+ 255\.255\.255\.255$", saved, re.MULTILINE)) == count
    assert b"% " not in terminal.shown


def test_another_size_of_the_window_does_no_harm(start: Start, tmp_path: Path) -> None:
    terminal = start("up", "--quick", "--state", str(tmp_path / "state"))
    terminal.type("\r")
    terminal.expect("Router>")
    fcntl.ioctl(terminal.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 132, 0, 0))
    os.killpg(terminal.process.pid, signal.SIGWINCH)
    terminal.type("show privilege\r")
    terminal.expect("Current privilege level is 1")


def test_bytes_of_any_kind_do_no_harm(start: Start, tmp_path: Path) -> None:
    terminal = start("up", "--quick", "--state", str(tmp_path / "state"))
    terminal.type("\r")
    terminal.expect("Router>")
    # Without Ctrl-] and the keys that a terminal line itself acts on before raw mode.
    terminal.type(bytes(byte for byte in range(256) if byte != ESCAPE[0]) * 4)
    terminal.type("\x15\r\x15show privilege\r")
    terminal.expect("Current privilege level is 1")
    assert b"Traceback" not in terminal.shown
