"""Open vSwitch as the other end of our trunks, over a TAP in a namespace of the test's own.

It runs with its datapath in user space: not every kernel has VLANs.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.judges.served import Served, need_taps

pytestmark = pytest.mark.judge

# The last one is the native VLAN; our end of the trunk does not carry the one before.
VLANS = (10, 20, 30, 99)
ROUTER = """\
hostname R1
interface FastEthernet0/0
 no ip address
interface FastEthernet0/0.10
 encapsulation dot1Q 10
 ip address 10.0.10.1 255.255.255.0
interface FastEthernet0/0.20
 encapsulation dot1Q 20
 ip address 10.0.20.1 255.255.255.0
interface FastEthernet0/0.30
 encapsulation dot1Q 30
 ip address 10.0.30.1 255.255.255.0
interface FastEthernet0/0.99
 encapsulation dot1Q 99 native
 ip address 10.0.99.1 255.255.255.0
line con 0
 exec-timeout 0 0
end
"""
SWITCH = """\
hostname SW1
vlan 10
vlan 20
vlan 30
vlan 99
interface FastEthernet0/1
 switchport access vlan 10
 switchport mode access
interface FastEthernet0/2
 switchport access vlan 20
 switchport mode access
interface FastEthernet0/3
 switchport access vlan 30
 switchport mode access
interface FastEthernet0/4
 switchport access vlan 99
 switchport mode access
interface FastEthernet0/24
 switchport trunk native vlan 99
 switchport mode trunk
interface GigabitEthernet0/1
 switchport trunk native vlan 99
 switchport trunk allowed vlan 10,20,99
 switchport mode trunk
end
"""
HOST = """\
[devices.PC{vlan}]
type = "pc"
address = "10.0.{vlan}.2/24"
"""
STICK = '[devices.R1]\ntype = "2811"\nconfig = "R1.cfg"\n'
SWITCHED = (
    'links = ["R1:Fa0/0 -- SW1:Fa0/24", '
    + ", ".join(f'"PC{vlan} -- SW1:Fa0/{port}"' for port, vlan in enumerate(VLANS, 1))
    + f']\n{STICK}[devices.SW1]\ntype = "switch"\nconfig = "SW1.cfg"\n'
    + "".join(HOST.format(vlan=vlan) for vlan in VLANS)
)


_SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"


class Bridge:
    """An Open vSwitch with a TAP device of the lab as a trunk, and a port of the kernel's in each VLAN."""

    def __init__(self, folder: Path, ip: str, lab: str, end: str) -> None:
        files = {"lab.toml": lab, "R1.cfg": ROUTER, "SW1.cfg": SWITCH}
        self.served = Served(folder, ip, files, [f"tap0={end}"], {})
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Starts the switch, and sets its ports."""
        folder = self._folder
        database, socket = folder / "conf.db", folder / "db.sock"
        self._socket = f"unix:{socket}"
        self._environment = os.environ | {"OVS_RUNDIR": str(folder), "OVS_LOGDIR": str(folder)}
        subprocess.run(["ovsdb-tool", "create", str(database), _SCHEMA], check=True)
        self._processes = [self._start("ovsdb-server", str(database), f"--remote=punix:{socket}")]
        deadline = time.monotonic() + 30
        while not socket.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        self._processes.append(self._start("ovs-vswitchd", self._socket))
        self._configure("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev")
        native, trunks = f"tag={VLANS[-1]}", "trunks=" + ",".join(map(str, VLANS))
        self._configure("add-port", "br0", "tap0", native, trunks, "vlan_mode=native-untagged")
        for vlan in VLANS:
            port = f"v{vlan}"
            internal = ("--", "set", "interface", port, "type=internal")
            self._configure("add-port", "br0", port, f"tag={vlan}", *internal)
            self.served.inside("address", "add", f"10.0.{vlan}.100/24", "dev", port)
            self.served.inside("link", "set", port, "up")

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self.served.enter(), *command],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _configure(self, *words: str) -> None:
        """It waits until the switch has done it."""
        subprocess.run(
            [*self.served.enter(), "ovs-vsctl", f"--db={self._socket}", "--timeout=30", *words],
            check=True,
            capture_output=True,
            env=self._environment,
        )

    def close(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait(timeout=30)
        self.served.close()

    def reaches(self, address: str, *options: str) -> bool:
        """Does a ping of the kernel's get its answers?"""
        command = [*self.served.enter(), "ping", "-c", "3", "-i", "0.2", "-W", "2", *options, address]
        return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0

    def reached(self, address: str) -> bool:
        """Does one of the router's?"""
        return "!!!" in self.served.type(f"ping {address} timeout 1")


MakeBridge = Callable[[str, str], Bridge]


@pytest.fixture
def make_bridge(judge: Callable[[str], str], tmp_path: Path) -> Iterator[MakeBridge]:
    ip = judge("ip")
    for program in ("ovs-vswitchd", "ovs-vsctl", "ping"):
        judge(program)
    need_taps()
    made: list[Bridge] = []

    def make(lab: str, end: str) -> Bridge:
        made.append(Bridge(tmp_path, ip, lab, end))
        made[0].start()
        return made[0]

    yield make
    for one in made:
        one.close()


def test_a_router_on_a_stick_talks_to_each_vlan(make_bridge: MakeBridge) -> None:
    bridge = make_bridge(f"links = []\n{STICK}", "R1:Fa0/0")
    for vlan in VLANS:
        assert bridge.reaches(f"10.0.{vlan}.1")
        assert bridge.reached(f"10.0.{vlan}.100")
    # A full packet has room for its tag.
    assert bridge.reaches("10.0.10.1", "-s", "1472", "-M", "do")
    assert bridge.reaches("10.0.20.1", "-s", "4000")


def test_our_switch_and_another_share_a_trunk(make_bridge: MakeBridge) -> None:
    bridge = make_bridge(SWITCHED, "SW1:Gi0/1")
    for vlan in (10, 20, 99):
        assert bridge.reaches(f"10.0.{vlan}.2"), f"a PC at an access port of VLAN {vlan}"
        assert bridge.reaches(f"10.0.{vlan}.1"), f"the router behind another trunk, in VLAN {vlan}"
        assert bridge.reached(f"10.0.{vlan}.100")
    assert bridge.reaches("10.0.10.2", "-s", "1472", "-M", "do")
    # VLAN 30 is not allowed on our end of the trunk.
    assert not bridge.reaches("10.0.30.2")
    assert not bridge.reached("10.0.30.100")
    assert bridge.reached("10.0.30.2")
