"""The router's RIP on the wire of a lab: what is configured decides who learns what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.layers.rip import RIP, RIPAuth, RIPEntry

from ios_emu import Lab
from ios_emu.clock import MINUTE, SECOND
from ios_emu.devices.router import Router
from ios_emu.lab.device import RouterDevice
from ios_emu.stack.udp import UdpSocket

ONE = """\
hostname R1
key chain RIP
 key 1
  key-string secret
interface Loopback0
 ip address 172.16.1.1 255.255.255.0
interface Loopback1
 ip address 172.16.2.1 255.255.255.0
interface FastEthernet0/0
 ip address 10.0.0.1 255.255.255.0
interface FastEthernet0/1
 ip address 10.0.1.1 255.255.255.0
router rip
 version 2
 no auto-summary
 network 10.0.0.0
 network 172.16.0.0
end
"""
TWO = """\
hostname R2
key chain RIP
 key 1
  key-string 7 071C244F5C0C0D
interface FastEthernet0/0
 ip address 10.0.0.2 255.255.255.0
interface FastEthernet0/1
 ip address 10.0.1.2 255.255.255.0
router rip
 version 2
 no auto-summary
 network 10.0.0.0
end
"""


class Pair:
    """R1 and R2, joined by two cables: 10.0.0.0/24 and 10.0.1.0/24."""

    def __init__(self, folder: Path, one: str = ONE, two: str = TWO) -> None:
        (folder / "R1.cfg").write_text(one)
        (folder / "R2.cfg").write_text(two)
        (folder / "lab.toml").write_text(
            'links = ["R1:Fa0/0 -- R2:Fa0/0", "R1:Fa0/1 -- R2:Fa0/1"]\n'
            '[devices.R1]\ntype = "2811"\nconfig = "R1.cfg"\n[devices.R2]\ntype = "2811"\nconfig = "R2.cfg"\n'
        )
        self.lab = Lab(str(folder / "lab.toml"))
        assert self.lab.events.last_number == 0
        self.lab.clock.run_until_idle()

    def router(self, name: str) -> Router:
        device = self.lab.devices[name]
        assert isinstance(device, RouterDevice)
        return device.router

    def configure(self, name: str, *lines: str) -> None:
        for line in ("enable", "configure terminal", *lines, "end"):
            self.lab[name].run(line)
        self.lab.clock.run_until_idle()

    def wait(self, duration: int) -> None:
        self.lab.clock.wait(duration)

    def table(self, name: str, codes: str = "R") -> dict[str, str]:
        """The routes of these sources, with the distance, the metric and the first way."""
        return {
            str(route.network): f"{route.code} {route.distance}/{route.metric} {route.paths[0][0]}"
            for route in self.router(name).routes()
            if route.code in codes
        }

    def updates(self) -> Iterator[tuple[str, Ether]]:
        """Every RIP frame that reached a device, as Scapy reads it."""
        for number in range(1, self.lab.events.last_number + 1):
            event = self.lab.events.find(number)
            if event is not None and event.kind == "RIP":
                yield event.last, Ether(event.frame)


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


LEARNT = {"172.16.1.0/24": "R 120/1 10.0.0.1", "172.16.2.0/24": "R 120/1 10.0.0.1"}


def test_both_ways_are_used_and_one_is_left_when_a_cable_is_cut(pair: Pair) -> None:
    assert pair.table("R2") == LEARNT
    [route, _] = [route for route in pair.router("R2").routes() if route.code == "R"]
    assert [str(hop) for hop, _ in route.paths] == ["10.0.0.1", "10.0.1.1"]
    pair.configure("R1", "interface fa0/0", "shutdown")
    assert set(pair.table("R2").values()) == {"R 120/1 10.0.1.1"}


def test_a_packet_follows_what_was_learnt(pair: Pair) -> None:
    assert "Success rate is 100 percent" in pair.lab["R2"].run("ping 172.16.1.1")
    pair.configure("R1", "interface fa0/0", "shutdown")
    assert "Success rate is 100 percent" in pair.lab["R2"].run("ping 172.16.1.1")


def test_scapy_reads_all_that_is_sent(pair: Pair) -> None:
    pair.configure("R1", "router rip", "no version", "interface fa0/1", "ip rip send version 1 2")
    pair.configure("R2", "interface fa0/0", *LOCKED)
    pair.configure("R1", "interface fa0/0", *LOCKED, "ip rip send version 2")
    pair.wait(2 * MINUTE)
    seen = set()
    for _, frame in pair.updates():
        rip = frame[RIP]
        seen.add((rip.version, frame[IP].dst, frame.haslayer(RIPAuth)))
        assert (frame[IP].ttl, frame[UDP].sport, frame[UDP].dport) == (2, 520, 520)
        rebuilt = Ether(bytes(frame))
        del rebuilt[UDP].chksum, rebuilt[IP].chksum
        assert bytes(rebuilt.__class__(bytes(rebuilt))) == bytes(frame)
        assert rip.haslayer(RIPEntry)
    assert {(1, "255.255.255.255", False), (2, "224.0.0.9", False), (2, "224.0.0.9", True)} <= {
        (version, to, bool(locked)) for version, to, locked in seen
    }


LOCKED = ("ip rip authentication mode md5", "ip rip authentication key-chain RIP")


def test_both_ends_need_the_key(pair: Pair) -> None:
    pair.configure("R2", "interface fa0/1", "shutdown")
    pair.configure("R1", "interface fa0/0", *LOCKED)
    pair.wait(5 * MINUTE)
    assert pair.table("R2") == {}
    # R2 keeps the same key as type 7.
    pair.configure("R2", "interface fa0/0", *LOCKED)
    pair.wait(MINUTE)
    assert pair.table("R2") == LEARNT


def test_a_floating_route_takes_over_and_gives_way(pair: Pair) -> None:
    pair.configure("R2", "ip route 172.16.1.0 255.255.255.0 10.0.1.1 130")
    assert pair.table("R2")["172.16.1.0/24"].startswith("R 120/1")
    pair.configure("R1", "router rip", "passive-interface default")
    pair.wait(185 * SECOND)
    assert pair.table("R2")["172.16.1.0/24"].startswith("R 120/1")
    [route] = [one for one in pair.router("R2").routes() if str(one.network) == "172.16.1.0/24"]
    assert route.down
    pair.wait(MINUTE)
    assert pair.table("R2", "RS")["172.16.1.0/24"] == "S 130/0 10.0.1.1"
    assert "Success rate is 100 percent" in pair.lab["R2"].run("ping 172.16.1.1")
    pair.configure("R1", "router rip", "no passive-interface default")
    pair.wait(MINUTE)
    assert pair.table("R2", "RS")["172.16.1.0/24"].startswith("R 120/1")


def test_a_static_route_hides_and_is_told_of_when_it_is_redistributed(pair: Pair) -> None:
    pair.configure(
        "R1", "ip route 198.51.100.0 255.255.255.0 Null0", "router rip", "redistribute static metric 4"
    )
    assert pair.table("R2")["198.51.100.0/24"] == "R 120/4 10.0.0.1"
    pair.configure("R1", "no ip route 198.51.100.0 255.255.255.0")
    assert "198.51.100.0/24" not in pair.table("R2")
    pair.configure("R2", "ip route 172.16.1.0 255.255.255.0 Null0")
    assert pair.table("R2", "S") == {"172.16.1.0/24": "S 1/0 None"}


def test_a_default_route_is_told_of(pair: Pair) -> None:
    pair.configure("R1", "router rip", "default-information originate")
    assert pair.table("R2")["0.0.0.0/0"] == "R 120/1 10.0.0.1"
    shown = pair.lab["R2"].run("show ip route")
    assert "Gateway of last resort is 10.0.0.1 to network 0.0.0.0" in shown
    assert "R*   0.0.0.0/0 [120/1] via 10.0.0.1, 00:00:0" in shown


def test_an_access_list_filters(pair: Pair) -> None:
    pair.configure(
        "R2", "access-list 7 deny 172.16.1.0 0.0.0.255", "access-list 7 permit any",
        "router rip", "distribute-list 7 in", "offset-list 7 in 5 fa0/1",
    )  # fmt: skip
    pair.lab["R2"].run("clear ip route *")
    pair.lab.clock.run_until_idle()
    assert pair.table("R2") == {"172.16.2.0/24": "R 120/1 10.0.0.1"}
    pair.configure("R2", "router rip", "no distribute-list 7 in", "distribute-list 7 in fa0/1")
    pair.wait(MINUTE)
    assert pair.table("R2") == LEARNT


def test_subnets_are_summed_up_at_the_border_and_by_hand(pair: Pair) -> None:
    pair.configure("R1", "router rip", "auto-summary")
    pair.lab["R2"].run("clear ip route *")
    pair.lab.clock.run_until_idle()
    assert pair.table("R2") == {"172.16.0.0/16": "R 120/1 10.0.0.1"}
    pair.configure("R1", "router rip", "no auto-summary")
    for interface in ("fa0/0", "fa0/1"):
        pair.configure("R1", f"interface {interface}", "ip summary-address rip 172.16.0.0 255.255.252.0")
    pair.lab["R2"].run("clear ip route *")
    pair.lab.clock.run_until_idle()
    assert pair.table("R2") == {"172.16.0.0/22": "R 120/1 10.0.0.1"}


def test_the_distance_decides_the_table(pair: Pair) -> None:
    pair.configure("R2", "router rip", "distance 90")
    pair.lab["R2"].run("clear ip route *")
    pair.lab.clock.run_until_idle()
    assert pair.table("R2")["172.16.1.0/24"].startswith("R 90/1")


def test_the_end_of_rip_gives_the_port_back(pair: Pair) -> None:
    def ports() -> list[int]:
        return pair.router("R2").network.node.udp.ports

    assert 520 in ports()
    pair.configure("R2", "no router rip")
    assert (pair.table("R2"), 520 in ports()) == ({}, False)
    pair.configure("R2", "router rip", "version 2", "network 10.0.0.0")
    assert (set(pair.table("R2")), 520 in ports()) == (set(LEARNT), True)


def test_a_reload_forgets_and_learns_anew(pair: Pair) -> None:
    router = pair.router("R2")
    router.save(lambda problem: None)
    router.boot("reload")
    assert router.rip.engine.learnt == {}
    pair.lab.clock.run_until_idle()
    assert pair.table("R2") == LEARNT


def test_sub_interfaces_speak_in_their_vlans(tmp_path: Path) -> None:
    def tagged(config: str) -> str:
        return config.replace(
            "interface FastEthernet0/0\n",
            "interface FastEthernet0/0\ninterface FastEthernet0/0.10\n encapsulation dot1Q 10\n",
        )

    pair = Pair(tmp_path, tagged(ONE), tagged(TWO))
    [route, _] = [route for route in pair.router("R2").routes() if route.code == "R"]
    assert [str(name) for _, name in route.paths] == ["FastEthernet0/0.10", "FastEthernet0/1"]


def test_what_is_no_rip_at_port_520_is_counted_and_changes_nothing(pair: Pair) -> None:
    node = pair.router("R1").network.node
    interface = pair.router("R1").network.named("FastEthernet0/0")
    engine = pair.router("R2").rip.engine
    for payload in (b"", b"hello", b"\x02\x02\0\0" + bytes(19), b"\x02\x09\0\0" + bytes(20)):
        sender = UdpSocket(node.udp, 520, lambda received: None, None)
        sender.send(0xE0000009, 520, payload, interface=interface)
    pair.lab.clock.run_until_idle()
    assert engine.counters.malformed == 4
    assert pair.table("R2") == LEARNT


def test_debugging_is_off_after_a_boot(pair: Pair) -> None:
    router = pair.router("R2")
    for line in ("enable", "debug ip rip"):
        pair.lab["R2"].run(line)
    assert router.rip.engine.trace is not None
    router.save(lambda problem: None)
    router.boot("reload")
    pair.lab.clock.run_until_idle()
    assert router.rip.engine.trace is None
