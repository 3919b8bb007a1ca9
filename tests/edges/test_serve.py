"""`ios-emu serve`: its doors, what it says of them, and how it ends."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

pytestmark = pytest.mark.slow

PATIENCE = 30


class Served:
    """A served lab."""

    def __init__(self, state: Path, *arguments: str) -> None:
        command = [sys.executable, "-m", "ios_emu", "serve", *arguments, "--quick", "--state", str(state)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def said(self) -> list[str]:
        """The lines up to the one that says it is ready."""
        assert self.process.stdout is not None
        lines = [self.process.stdout.readline().rstrip()]
        while lines[-1] and "ready" not in lines[-1]:
            lines.append(self.process.stdout.readline().rstrip())
        return lines

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Ends it; exit status and standard error."""
        self.process.send_signal(how)
        _, error = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, error

    def failed(self) -> tuple[int, str]:
        """Waits for its end; exit status and standard error."""
        _, error = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, error


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    served: list[Served] = []

    def make(*arguments: str, state: Path | None = None) -> Served:
        served.append(Served(state or tmp_path / f"state{len(served)}", *arguments))
        return served[-1]

    yield make
    while Client.opened:
        Client.opened.pop().close()
    for one in served:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


class Client:
    """A telnet client that takes part in nothing: it drops all negotiation."""

    opened: ClassVar[list[socket.socket]] = []

    def __init__(self, where: str) -> None:
        host, _, port = where.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=PATIENCE)
        self.opened.append(self.socket)
        self.raw = b""

    def expect(self, text: str) -> str:
        while text.encode() not in self.raw:
            more = self.socket.recv(65536)
            assert more, self.raw
            self.raw += more
        shown, self.raw = self.raw, b""
        return re.sub(rb"\xff[\xfb-\xfe].", b"", shown).decode("latin-1")

    def type(self, text: str) -> None:
        self.socket.sendall(text.encode())


def door(line: str) -> str:
    return line.split()[-1]


def test_without_options_every_device_has_a_console(serve: Serve) -> None:
    served = serve("ping")
    lines = served.said()
    names = [line.split()[:2] for line in lines[:-1]]
    assert names == [["console", name] for name in ("R1", "SW1", "SW2", "PC1", "PC2")]
    assert lines[-1] == "ready"
    client = Client(door(lines[3]))
    client.expect("C:\\>")
    client.type("ping 192.168.1.1 -n 1\r")
    assert "TTL=255" in client.expect("Average")
    assert served.end() == (0, "")


@pytest.mark.parametrize("enter", ["\r", "\n", "\r\n", "\r\0"])
def test_every_form_of_enter_is_one(enter: str, serve: Serve) -> None:
    served = serve("router", "--console", "127.0.0.1:0=R1")
    client = Client(door(served.said()[0]))
    client.type(enter)
    client.expect("Router>")
    client.type(f"show privilege{enter}")
    assert client.expect("Router>").count("Router>") == 1


def test_two_clients_see_the_same_and_one_that_goes_does_no_harm(serve: Serve) -> None:
    served = serve("router", "--console", "127.0.0.1:0=R1")
    where = door(served.said()[0])
    first, second = Client(where), Client(where)
    second.expect("\x1f")
    first.type("\rshow privilege\r")
    assert "Current privilege level is 1" in first.expect("level is 1")
    assert "Current privilege level is 1" in second.expect("level is 1")
    first.socket.close()
    second.type("show clock\r")
    second.expect("2002")
    assert served.end(signal.SIGINT) == (0, "")


def test_a_client_that_sends_rubbish_is_heard_afterwards(serve: Serve) -> None:
    served = serve("router", "--console", "127.0.0.1:0=R1")
    client = Client(door(served.said()[0]))
    client.socket.sendall(
        b"\xff\xfa\x1f" + b"x" * 500 + b"\r\xff\xff\xff\xfd\x01\xff\xf4\xff\xf6\r" + bytes(range(254))
    )
    client.type("\x15\r\x15show privilege\r")
    client.expect("Current privilege level is")
    assert served.end() == (0, "")


def test_programs_read_json(serve: Serve) -> None:
    served = serve("router", "--json", "--console", "127.0.0.1:0=R1")
    [line] = served.said()
    said = json.loads(line)
    assert said["ready"] is True
    [opened] = said["doors"]
    assert (opened["door"], opened["device"]) == ("console", "R1")
    Client(opened["where"]).type("\r")


def test_what_was_saved_is_there_again(serve: Serve, tmp_path: Path) -> None:
    for hostname in ("Router", "Kept"):
        served = serve("router", "--console", "127.0.0.1:0=R1", state=tmp_path / "kept")
        client = Client(door(served.said()[0]))
        client.type("\r")
        client.expect(f"{hostname}>")
        client.type("enable\rconfigure terminal\rhostname Kept\rend\rwrite memory\r")
        client.expect("[OK]")
        assert served.end() == (0, "")


BAD = {
    "no device": (["--console", "127.0.0.1:0"], "is not understood: it is HOST:PORT=DEVICE"),
    "no port": (["--console", "127.0.0.1=R1"], "is not understood: it is HOST:PORT=DEVICE"),
    "an unknown device": (["--console", "127.0.0.1:0=R9"], "R9: no such device: the lab has R1"),
    "an address of others": (["--console", "192.0.2.1:0=R1"], "can't listen at 192.0.2.1:0"),
    "no TAP": (["--tap", "tap0"], "is not understood: it is IFNAME=DEVICE[:PORT]"),
    "a TAP's name": (["--tap", "a-name-that-is-too-long=R1"], "is no interface name"),
    "a TAP's port": (["--tap", "tap9=R1:Fa7/0"], "R1:Fa7/0: no such port"),
    "a capture": (["--capture", "/nowhere/x.pcapng"], "/nowhere/x.pcapng: can't be written"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_door_that_can_not_be_is_told_in_one_line(name: str, serve: Serve) -> None:
    arguments, message = BAD[name]
    status, error = serve("router", *arguments).failed()
    assert status == 2
    assert message in error
    assert error.count("\n") == 1
