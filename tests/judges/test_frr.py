"""FRR's ripd as the other router, over a TAP, in a namespace of the test's own."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.judges.served import Served, need_taps

pytestmark = pytest.mark.judge

DAEMONS = Path("/usr/lib/frr")
LAB = """\
links = ["R1:Fa0/0 -- SW1:Fa0/1"]
[devices.R1]
type = "2811"
config = "R1.cfg"
[devices.SW1]
type = "switch"
"""
CONFIG = """\
hostname R1
key chain RIP
 key 1
  key-string secret
interface Loopback0
 ip address 172.16.1.1 255.255.255.0
interface FastEthernet0/0
 ip address 10.9.0.1 255.255.255.0
{interface}
router rip
{process}
 timers basic 5 20 0 30
 network 10.0.0.0
 network 172.16.0.0
line con 0
 exec-timeout 0 0
end
"""
RIPD = """\
key chain RIP
 key 1
  key-string secret
interface tap0
{interface}
router rip
{process}
 timers basic 5 20 10
 network tap0
 network lan0
"""
# How long the daemons may take to tell each other.
_PATIENCE = 30


class Frr:
    """The served router, and zebra and ripd beside it: their own network is 192.168.77.0/24."""

    def __init__(self, served: Served) -> None:
        self.served = served
        # The daemons run as a user of their own, who has no way into the folder of the test.
        self._folder = Path(tempfile.mkdtemp(prefix="frr-"))
        shutil.chown(self._folder, "frr", "frr")
        self._daemons: list[subprocess.Popen[bytes]] = []

    def start(self, ripd: str) -> None:
        served = self.served
        served.inside("link", "add", "lan0", "type", "veth", "peer", "name", "lan1")
        served.inside("link", "set", "lan1", "up")
        served.inside("address", "add", "192.168.77.1/24", "dev", "lan0")
        served.inside("link", "set", "lan0", "up")
        self._start("zebra", "")
        self._start("ripd", ripd)

    def _start(self, daemon: str, config: str) -> None:
        folder = self._folder
        file = folder / f"{daemon}.conf"
        file.write_text(config)
        own = ["-f", str(file), "-i", str(folder / f"{daemon}.pid"), "-z", str(folder / "zserv.sock")]
        rest = ["--vty_socket", str(folder), "-u", "frr", "-g", "frr", "-A", "127.0.0.1"]
        self._daemons.append(
            subprocess.Popen(
                [*self.served.enter(), str(DAEMONS / daemon), *own, *rest],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        socket = folder / f"{daemon}.vty"
        self.wait_until(socket.exists, f"{daemon} does not start")

    def routes(self) -> str:
        """The kernel's routes that RIP made."""
        return self.served.inside("route", "show", "proto", "rip")

    def table(self) -> str:
        """Our router's routes that RIP made."""
        return self.served.type("show ip route rip")

    def both_learn(self, theirs: str, ours: str) -> None:
        """Waits until both have learnt what the other has."""
        self.wait_until(lambda: theirs in self.routes(), f"ripd has no route to {theirs}")
        self.wait_until(lambda: ours in self.table(), f"R1 has no route to {ours}")

    def wait_until(self, there: Callable[[], bool], problem: str) -> None:
        end = time.monotonic() + _PATIENCE
        while not there():
            assert time.monotonic() < end, problem
            time.sleep(0.3)

    def stop(self) -> None:
        for daemon in self._daemons:
            daemon.kill()
            daemon.wait()
        shutil.rmtree(self._folder)


Start = Callable[[str, str, str, str], Frr]


@pytest.fixture
def start(judge: Callable[[str], str], tmp_path: Path) -> Iterator[Start]:
    ip, made = judge("ip"), []
    judge("vtysh")
    need_taps()

    def serve(process: str, interface: str, ripd_process: str, ripd_interface: str) -> Frr:
        config = CONFIG.format(process=process, interface=interface)
        files = {"R1.cfg": config, "lab.toml": LAB}
        served = Served(tmp_path, ip, files, ["tap0=SW1:Fa0/2"], {"tap0": "10.9.0.2/24"})
        made.append(served)
        frr = Frr(served)
        daemons.append(frr)
        frr.start(RIPD.format(process=ripd_process, interface=ripd_interface))
        return frr

    daemons: list[Frr] = []
    yield serve
    for frr in daemons:
        frr.stop()
    for one in made:
        one.close()


WAYS = {
    "version 2": (" version 2\n no auto-summary", "", " version 2", ""),
    "version 1": (" version 1", "", " version 1", ""),
    "password": (
        " version 2\n no auto-summary",
        " ip rip authentication mode text\n ip rip authentication key-chain RIP",
        " version 2",
        " ip rip authentication mode text\n ip rip authentication key-chain RIP",
    ),
    "digest": (
        " version 2\n no auto-summary",
        " ip rip authentication mode md5\n ip rip authentication key-chain RIP",
        " version 2",
        " ip rip authentication mode md5\n ip rip authentication key-chain RIP",
    ),
    "digest, counted with its head": (
        " version 2\n no auto-summary",
        " ip rip authentication mode md5\n ip rip authentication key-chain RIP",
        " version 2",
        " ip rip authentication mode md5 auth-length old-ripd\n ip rip authentication key-chain RIP",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_routes_are_exchanged(way: str, start: Start, judge: Callable[[str], str]) -> None:
    tshark = judge("tshark")
    frr = start(*WAYS[way])
    summary = "172.16.0.0/16" if way == "version 1" else "172.16.1.0/24"
    frr.both_learn(f"{summary} ", "192.168.77.0/24 [120/1] via 10.9.0.2")
    assert "10.9.0.1" in frr.routes()
    assert " 0% packet loss" in frr.served.run("ping", "-c", "1", "172.16.1.1")
    answer = frr.served.type("ping 192.168.77.1 source loopback 0")
    assert re.search(r"Success rate is (80|100) percent", answer)
    frr.served.stop()
    faults = "rip && (_ws.malformed || _ws.expert.severity >= 0x00600000 || udp.checksum.status == 0)"
    checks = ["-o", "udp.check_checksum:TRUE"]
    capture = str(frr.served.capture)
    found = subprocess.run(
        [tshark, "-r", capture, *checks, "-Y", faults], capture_output=True, text=True, check=True
    )
    assert found.stdout == ""


def test_a_wrong_key_teaches_nothing(start: Start) -> None:
    locked = " ip rip authentication mode md5\n ip rip authentication key-chain RIP"
    frr = start(" version 2\n no auto-summary", locked, " version 2", "")
    time.sleep(8)
    assert frr.routes() == ""
    assert "192.168.77.0" not in frr.table()


def test_a_route_that_goes_is_poisoned_both_ways(start: Start) -> None:
    frr = start(*WAYS["version 2"])
    frr.both_learn("172.16.1.0/24 ", "192.168.77.0/24")
    frr.served.inside("link", "set", "lan0", "down")
    frr.wait_until(lambda: "192.168.77.0/24" not in frr.table(), "R1 keeps what ripd lost")
    frr.served.type("enable")
    frr.served.python("""
        import socket
        console = socket.create_connection(("127.0.0.1", 2001), timeout=60)
        for line in ("enable", "configure terminal", "interface loopback 0", "shutdown", "end"):
            console.sendall(line.encode() + b"\\r")
        shown = b""
        while b"changed state to administratively down" not in shown:
            shown += console.recv(65536)
    """)
    frr.wait_until(lambda: "172.16.1.0/24" not in frr.routes(), "ripd keeps what R1 lost")
