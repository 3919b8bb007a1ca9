"""The lab's picture and the sequence diagram: complete, well formed, nothing on top of anything else."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple

import pytest

from ios_emu import Lab
from ios_emu.lab.lab_file import built_in_labs
from ios_emu.lab.look import lab_after
from ios_emu.lab.picture import picture_text
from ios_emu.lab.sequence import Message, messages, sequence_mermaid, sequence_svg, sequence_text
from ios_emu.lab.wire_commands import picture_of, sequence_of

SVG = "{http://www.w3.org/2000/svg}"


class Extent(NamedTuple):
    """Where a text stands, by the width that its letters have at most."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: Extent) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def texts(svg: str, letter: float) -> list[Extent]:
    root = ET.fromstring(svg)
    assert root.get("width") == "1000"
    size = float(root.get("font-size") or 0)
    found = []
    for element in root.iter(f"{SVG}text"):
        text, height = element.text or "", float(element.get("font-size") or size)
        width = len(text) * letter * height / size
        x, y = float(element.get("x") or 0), float(element.get("y") or 0)
        found.append(Extent(text, x - width / 2, x + width / 2, y - height, y + 2))
    return found


def assert_apart(found: list[Extent]) -> None:
    for number, one in enumerate(found):
        assert one.left >= 0
        assert one.right <= 1000
        assert [other.text for other in found[number + 1 :] if one.meets(other)] == []


@pytest.mark.parametrize("name", built_in_labs())
def test_no_text_of_a_labs_picture_is_on_another(name: str) -> None:
    lab = lab_after(name)
    svg = picture_of(lab, "svg")
    found = texts(svg, 7.2)
    assert_apart(found)
    shown = {one.text for one in found}
    assert set(lab.devices) <= shown


def test_the_picture_tells_addresses_ports_and_states() -> None:
    lab = lab_after("lab5")
    lab.cables[0].cable.set_up(False)
    text = picture_of(lab, "text")
    assert "user1-pc (pc)\n    192.168.1.1/24\n    Fa0 -- SW1 Fa0/1  (down)\n" in text
    assert "    Fa0/2 -- user2-pc Fa0\n" in text
    svg = picture_of(lab, "svg")
    assert svg.count("stroke-dasharray") == 2
    assert "Fa0 - SW1 Fa0/1 (down)" in svg
    mermaid = picture_of(lab, "mermaid")
    assert mermaid.startswith("graph TD\n")
    assert 'd2["user1-pc<br/>192.168.1.1/24"]' in mermaid
    assert '-.-|"Fa0 - Fa0/1"|' in mermaid


@pytest.fixture(scope="module")
def mailed() -> Lab:
    commands = ["@PC1", "mail send user2@example.org hello", "over there", ".", "@PC2", "mail receive"]
    return lab_after("two-domains", commands=commands)


def test_a_packet_is_one_arrow_from_end_to_end(mailed: Lab) -> None:
    found = messages(mailed, (event for event in mailed.events if "tcp" in event.decoded.layers))
    pairs = {(message.source, message.target) for message in found}
    talkers = (("PC1", "Mail1"), ("Mail1", "Mail2"), ("PC2", "Mail2"))
    assert pairs == {pair for a, b in talkers for pair in ((a, b), (b, a))}
    said = [message.text for message in found if (message.source, message.target) == ("PC1", "Mail1")]
    assert said[0] == "TCP 1025 -> 25 [SYN]"
    assert "SMTP 1025 -> 25 C: EHLO PC1" in said
    assert sum("DATA" in text for text in said) == 1
    assert [message.time for message in found] == sorted(message.time for message in found)


def test_the_drawn_sequence_has_room_for_its_texts(mailed: Lab) -> None:
    svg = sequence_of(mailed, "", "svg")
    found = texts(svg, 6.32)
    assert_apart(found)
    assert {"PC1", "Mail1", "Mail2", "DNS1", "DNS2", "PC2"} <= {one.text for one in found}
    root = ET.fromstring(svg)
    assert len(list(root.iter(f"{SVG}line"))) > 40


def test_the_sequence_as_text_and_mermaid(mailed: Lab) -> None:
    text = sequence_of(mailed, "pop3 and tcp.port == 110", "text")
    head, *rows = text.splitlines()
    assert head.split() == ["PC2", "Mail2"]
    assert all(row.count("|") == 2 for row in rows)
    assert any("POP3 1025 -> 110 C: USER user2" in row for row in rows)
    mermaid = sequence_of(mailed, "pop3", "mermaid").splitlines()
    assert mermaid[:3] == ["sequenceDiagram", "    participant p0 as PC2", "    participant p1 as Mail2"]
    assert all(re.fullmatch(r"    p\d(->>|-x)p\d: .+", line) for line in mermaid[3:])
    assert '"text": "TCP 1025 -> 110 [SYN]"' in sequence_of(mailed, "pop3", "json")


def test_what_is_lost_has_no_arrow_head() -> None:
    lab = lab_after("ping", commands=["@PC1", "ping 192.168.2.2"])
    lab.cables[3].cable.loss = 1.0
    lab.events.clear()
    lab["PC1"].run("ping 192.168.2.2 -n 1")
    (message,) = messages(lab, (event for event in lab.events if event.kind == "ICMP"))
    assert (message.source, message.target, message.lost) == ("PC1", "PC2", True)
    assert sequence_text([message]).splitlines()[1].rstrip().endswith("x|")
    assert "p0-xp1: " in sequence_mermaid([message])


def test_what_is_said_to_a_switch_leads_to_it() -> None:
    address = ["configure terminal", "interface Vlan1", "ip address 192.168.1.50 255.255.255.0", "no shut"]
    lab = lab_after("lab5", commands=["@SW1", "enable", *address, "@user1-pc", "ping -n 1 192.168.1.50"])
    assert "SW1 (switch)\n    Vl1 192.168.1.50/24\n" in picture_text(lab)
    found = messages(lab, (event for event in lab.events if event.kind == "ICMP"))
    ends = [(one.source, one.target) for one in found]
    assert ends == [("user1-pc", "SW1"), ("SW1", "user1-pc")]


def test_hostile_text_is_escaped() -> None:
    hostile = Message(0, "A", "B", '<script>alert("&#;")</script>', lost=False)
    svg = sequence_svg([hostile])
    assert "<script>" not in svg
    assert [one.text for one in texts(svg, 6.3)][-1] == hostile.text
    mermaid = sequence_mermaid([hostile]).splitlines()[-1]
    assert mermaid == '    p0->>p1: #lt;script#gt;alert("&#35;#59;")#lt;/script#gt;'


def test_an_empty_lab_has_a_picture(tmp_path: Path) -> None:
    (tmp_path / "lab.toml").write_text('[devices.R1]\ntype = "2811"\n')
    lab = lab_after(str(tmp_path / "lab.toml"))
    assert "R1" in picture_of(lab, "svg")
    assert sequence_of(lab, "", "text") == "nothing was said\n"
    assert ET.fromstring(sequence_of(lab, "", "svg")).get("width") == "1000"
