"""Names at prompts, with lab times: tries that are lost, breaks, the cable that comes back, what is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from scapy.layers.dns import DNS
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from ios_emu.clock import MILLISECOND, SECOND
from ios_emu.devices.router import Router
from ios_emu.lab.device import HostDevice, RouterDevice
from ios_emu.lab.topology import Lab

ROOT = Path(__file__).resolve().parents[2]
NAMES = ROOT / "transcripts" / "dns" / "labs" / "names.toml"
BREAK = "\x1e"


class Terminal:
    """A terminal at a device of the lab of names."""

    def __init__(self, lab: Lab, device: str) -> None:
        self.lab = lab
        self.frames: list[tuple[int, str, Ether]] = []
        self._heard: list[bytes] = []
        self._console = lab[device].console()
        self._console.attach(self._heard.append)
        lab.tap(lambda time, end, frame: self.frames.append((time, end, Ether(frame))))

    def type(self, keys: str) -> None:
        self._heard.clear()
        self._console.receive(keys.encode("latin-1"))

    def say(self, line: str) -> str:
        """Types a line, and returns what is shown until nothing is under way."""
        self.type(f"{line}\r")
        self.lab.clock.run_until_idle()
        return self.heard

    def at(self, time: int) -> str:
        """What has been shown up to a lab time since the last keys."""
        self.lab.clock.run_until(time)
        return self.heard

    @property
    def heard(self) -> str:
        return b"".join(self._heard).decode("latin-1").replace("\r\n", "\n")

    def questions(self, end: str) -> list[tuple[float, str, str, int]]:
        """The DNS messages that left a device's port: when, to whom, for what, from which port."""
        return [
            (time / SECOND, frame[IP].dst, frame[DNS].qd[0].qname.decode(), frame[UDP].sport)
            for time, sender, frame in self.frames
            if sender == end and DNS in frame and not frame[DNS].qr
        ]


@pytest.fixture
def lab() -> Lab:
    return Lab(str(NAMES))


@pytest.fixture
def pc(lab: Lab) -> Terminal:
    return Terminal(lab, "PC1")


@pytest.fixture
def router(lab: Lab) -> Terminal:
    terminal = Terminal(lab, "R1")
    terminal.say("")
    terminal.say("enable")
    terminal.lab.clock.run_until(5 * SECOND)
    return terminal


def cut(lab: Lab, end: str, up: bool) -> None:
    [cable] = [wired.cable for wired in lab.cables if end in wired.ends]
    cable.set_up(up)


def config_of(lab: Lab) -> Router:
    device = lab["R1"]
    assert isinstance(device, RouterDevice)
    return device.router


def test_a_try_that_is_lost_and_one_that_is_answered(lab: Lab, pc: Terminal) -> None:
    pc.say("ping 192.168.1.20 -n 1")
    began = lab.clock.now
    cut(lab, "Names:FastEthernet0", False)
    pc.type("nslookup univ.example\r")
    assert pc.at(began + 14 * SECOND).endswith("\nServer: [192.168.1.20]\nAddress:  192.168.1.20\n")
    cut(lab, "Names:FastEthernet0", True)
    lab.clock.run_until_idle()
    assert lab.clock.now < began + 16 * SECOND
    assert pc.heard == (
        "nslookup univ.example\n"
        "\nServer: [192.168.1.20]\nAddress:  192.168.1.20\n"
        "DNS request timed out.\n\ttimeout was 15000 milli seconds.\n"
        "\nServer: [192.168.1.20]\nAddress:  192.168.1.20\n"
        "\nNon-authoritative answer:\nName:   univ.example\nAddress:   192.168.1.10\n"
        "\nC:\\>"
    )


@pytest.mark.parametrize("keys", [BREAK, "\x03"])
@pytest.mark.parametrize("command", ["ping", "tracert", "telnet", "nslookup"])
def test_a_host_does_not_wait_for_a_name_when_told_so(
    lab: Lab, pc: Terminal, command: str, keys: str
) -> None:
    cut(lab, "Names:FastEthernet0", False)
    pc.type(f"{command} univ.example\r")
    pc.at(lab.clock.now + SECOND)
    pc.type(keys)
    assert pc.heard == "\nC:\\>"
    began = lab.clock.now
    lab.clock.run_until_idle()
    # A frame of ARP may still be under way.
    assert lab.clock.now < began + MILLISECOND
    device = lab["PC1"]
    assert isinstance(device, HostDevice)
    assert device.host.node.udp.ports == []


def test_leaving_interactive_nslookup(pc: Terminal) -> None:
    assert pc.say("nslookup").endswith("\n> ")
    pc.type("\x03")
    assert pc.heard.endswith("C:\\>")


def test_a_host_asks_again_after_one_and_two_seconds(lab: Lab, pc: Terminal) -> None:
    pc.say("ping 192.168.1.20 -n 1")
    began = lab.clock.now / SECOND
    cut(lab, "Names:FastEthernet0", False)
    assert pc.say("ping univ.example").endswith(
        "could not find host univ.example. Please check the name and try again.\n\nC:\\>"
    )
    asked = pc.questions("PC1:FastEthernet0")
    assert [round(time - began, 3) for time, *_ in asked] == [0, 1, 3]
    assert {(to, name) for _, to, name, _ in asked} == {("192.168.1.20", "univ.example.")}
    # All from one port: a late answer counts.
    assert len({port for *_, port in asked}) == 1
    assert round(lab.clock.now / SECOND - began, 3) == 7


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("ping nobody", 'Translating "nobody"...domain server (192.168.1.99)'),
        ("traceroute nobody", 'Translating "nobody"...domain server (192.168.1.99)'),
        ("telnet nobody", 'Translating "nobody"...domain server (192.168.1.99)'),
        ("nonsense", 'Translating "nonsense"...domain server (192.168.1.99)'),
    ],
)
def test_the_escape_sequence_ends_a_translation(lab: Lab, router: Terminal, command: str, shown: str) -> None:
    router.say("configure terminal\rip name-server 192.168.1.99\rend")
    lab.clock.run_until(lab.clock.now + SECOND)
    began = lab.clock.now
    router.type(f"{command}\r")
    assert router.at(began + 2 * SECOND) == f"{command}\n{shown}"
    router.type(BREAK)
    assert router.heard == "\nR1#"
    lab.clock.run_until_idle()
    assert lab.clock.now == began + 2 * SECOND
    assert config_of(lab).network.node.udp.ports == []


def test_without_a_name_server_everybody_is_asked_out_of_every_interface(lab: Lab, router: Terminal) -> None:
    began = lab.clock.now / SECOND
    router.say("ping nobody")
    for end in ("R1:FastEthernet0/0", "R1:FastEthernet0/1"):
        asked = router.questions(end)
        assert [(round(time - began, 3), to, name) for time, to, name, _ in asked] == [
            (0, "255.255.255.255", "nobody."),
            (3, "255.255.255.255", "nobody."),
            (6, "255.255.255.255", "nobody."),
        ]
    # Nobody answers what was sent to everybody.
    assert not [frame for _, _, frame in router.frames if DNS in frame and frame[DNS].qr]


def test_a_single_word_takes_nine_seconds(lab: Lab, router: Terminal) -> None:
    began = lab.clock.now
    router.say("nonsense")
    assert lab.clock.now == began + 9 * SECOND
    assert len(router.questions("R1:FastEthernet0/0")) == 3


def test_what_was_learnt_is_gone_after_a_reload(lab: Lab, router: Terminal) -> None:
    router.say("configure terminal\rip name-server 192.168.1.20\rend\rping univ.example")
    assert "univ.example              None  (temp, OK)" in lab["R1"].run("show hosts")
    config_of(lab).boot("reload")
    lab.clock.run_until(lab.clock.now + SECOND)
    assert "univ.example" not in lab["R1"].run("show hosts")
    assert "Name servers are 255.255.255.255" in lab["R1"].run("show hosts")


def test_the_age_of_a_learnt_name_is_in_hours(lab: Lab, router: Terminal) -> None:
    router.say("configure terminal\rip name-server 192.168.1.20\rend\rping univ.example")
    lab.clock.wait(5 * 3600 * SECOND)
    [row] = [line for line in lab["R1"].run("show hosts").splitlines() if line.startswith("univ")]
    assert row == "univ.example              None  (temp, OK)  5   IP    192.168.1.10"


def test_names_of_a_lease_are_asked(tmp_path: Path) -> None:
    (tmp_path / "R1.cfg").write_text(
        "ip dhcp pool LAN\n network 10.0.0.0 255.255.255.0\n dns-server 10.0.0.1\n"
        "ip dns server\nip host printer 10.0.0.30\n"
        "interface FastEthernet0/0\n ip address 10.0.0.1 255.255.255.0\n"
    )
    (tmp_path / "R2.cfg").write_text("interface FastEthernet0/0\n ip address dhcp\n")
    (tmp_path / "lab.toml").write_text(
        'links = ["R1:Fa0/0 -- R2:Fa0/0"]\n'
        '[devices.R1]\ntype = "2811"\nconfig = "R1.cfg"\n'
        '[devices.R2]\ntype = "2811"\nconfig = "R2.cfg"\n'
    )
    lab = Lab(str(tmp_path / "lab.toml"))
    lab.clock.run_until_idle()
    assert "Name servers are 10.0.0.1\n" in lab["R2"].run("show hosts")
    shown = lab["R2"].run("ping printer repeat 1")
    assert shown.startswith('Translating "printer"...domain server (10.0.0.1) [OK]\n\nType escape')
    assert "ip name-server" not in lab["R2"].run("show running-config")


def test_routers_that_ask_each_other_come_to_an_end(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"R{number}.cfg").write_text(
            f"ip dns server\nip name-server 10.0.0.{3 - number}\n"
            f"interface FastEthernet0/0\n ip address 10.0.0.{number} 255.255.255.0\n"
        )
    (tmp_path / "lab.toml").write_text(
        'links = ["R1:Fa0/0 -- R2:Fa0/0"]\n'
        '[devices.R1]\ntype = "2811"\nconfig = "R1.cfg"\n'
        '[devices.R2]\ntype = "2811"\nconfig = "R2.cfg"\n'
    )
    lab = Lab(str(tmp_path / "lab.toml"))
    frames: list[bytes] = []
    lab.tap(lambda time, end, frame: frames.append(frame))
    shown = lab["R1"].run("ping nobody.example")
    assert shown.startswith('Translating "nobody.example"...domain server (10.0.0.2)\n% Unrecognized host')
    assert lab.clock.now < 60 * SECOND
    assert len(frames) < 40


def test_a_name_server_at_the_router_reads_its_configuration_again(lab: Lab) -> None:
    lab["R1"].run("configure terminal")
    for line in ("ip dns server", "ip host printer 192.168.1.30", "end"):
        lab["R1"].run(line)
    pc = lab["PC2"]
    assert "Address:   192.168.1.30" in pc.run("nslookup printer")
    lab["R1"].run("configure terminal")
    for line in ("ip host printer 192.168.1.31", "end"):
        lab["R1"].run(line)
    assert "Address:   192.168.1.31" in pc.run("nslookup printer")
