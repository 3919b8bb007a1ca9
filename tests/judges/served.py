"""`ios-emu serve` in a network namespace of a test's own, with TAP devices as ends of its cables."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest


def need_taps() -> None:
    """Ends the test where there can be no TAP device."""
    if os.geteuid() or not Path("/dev/net/tun").exists():
        reason = "a TAP device and a network namespace need root on Linux"
        if os.environ.get("IOS_EMU_JUDGES") == "required":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


class Served:
    """A lab that is served: `files` are written beside each other, `lab.toml` among them.

    `taps` are what `--tap` is given, `addresses` maps a TAP device to the address that the kernel has there.
    """

    def __init__(
        self,
        folder: Path,
        ip: str,
        files: Mapping[str, str],
        taps: Sequence[str],
        addresses: Mapping[str, str],
        options: Sequence[str] = (),
    ) -> None:
        self.ip = ip
        self.folder = folder
        self.namespace = f"ios-emu-{os.getpid()}"
        self.capture = folder / "wire.pcapng"
        for name, text in files.items():
            (folder / name).write_text(text)
        self.command("netns", "add", self.namespace)
        self.inside("link", "set", "lo", "up")
        self._taps, self._addresses, self._options = taps, addresses, options
        self.start()

    def start(self) -> None:
        """Starts the process, and gives the kernel its addresses."""
        lab, state = self.folder / "lab.toml", self.folder / "state"
        arguments = ["serve", str(lab), "--quick", "--state", str(state), *self._options]
        for tap in self._taps:
            arguments += ["--tap", tap]
        arguments += ["--console", "127.0.0.1:2001=R1"]
        if not self._options:
            arguments += ["--capture", str(self.capture)]
        self.process = subprocess.Popen(
            [*self.enter(), sys.executable, "-m", "ios_emu", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        said = ""
        while not said.endswith("ready\n"):
            line = self.process.stdout.readline()
            assert line, said
            said += line
        for number, tap in enumerate(self._taps):
            name = tap.partition("=")[0]
            # A device that is made anew would have another address each time.
            self.inside("link", "set", name, "address", f"02:00:00:00:00:{number + 1:02x}")
            if name in self._addresses:
                self.inside("address", "add", self._addresses[name], "dev", name)
            self.inside("link", "set", name, "up")

    def enter(self) -> list[str]:
        """What to put before a command so that it runs in the namespace."""
        return [self.ip, "netns", "exec", self.namespace]

    def command(self, *words: str) -> str:
        return subprocess.run([self.ip, *words], check=True, capture_output=True, text=True).stdout

    def inside(self, *words: str) -> str:
        return self.command("-n", self.namespace, *words)

    def run(self, *words: str) -> str:
        """What a program prints that runs in the namespace."""
        done = subprocess.run(
            [*self.enter(), *words], capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, program: str) -> str:
        """The same of a Python program."""
        return self.run(sys.executable, "-c", textwrap.dedent(program))

    def type(self, *lines: str) -> str:
        """Types lines at the router's console, and returns what it shows until the prompt is back."""
        return self.python(f"""
            import socket
            console = socket.create_connection(("127.0.0.1", 2001), timeout=60)
            shown = b""
            for line in {["", *lines]!r}:
                console.sendall(line.encode() + b"\\r")
                while not shown.endswith((b"R1>", b"R1#", b"R1(config)#")) or line.encode() not in shown:
                    shown += console.recv(65536)
            print(shown.decode("latin-1").replace("\\r", ""))
            """)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout is not None
        rest = self.process.communicate(timeout=30)[0]
        assert (self.process.returncode, rest) == (0, "")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        # Clients that went into the background must not outlive their network.
        pids = self.command("netns", "pids", self.namespace).split()
        subprocess.run(["kill", "-9", *pids], check=False, capture_output=True)
        subprocess.run([self.ip, "netns", "delete", self.namespace], check=False, capture_output=True)
