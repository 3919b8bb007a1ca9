"""Errands: lines typed at a prompt of their own while the lab goes on."""

from __future__ import annotations

import pytest

from ios_emu.lab.device import HostDevice, RouterDevice
from ios_emu.lab.errand import Errands
from ios_emu.lab.topology import Lab


def errands(lab: Lab, name: str) -> Errands:
    device = lab[name]
    assert isinstance(device, HostDevice | RouterDevice)
    return Errands(device)


def test_they_wait_for_each_other_and_tell_what_was_printed() -> None:
    lab = Lab("lab5")
    said: list[str] = []
    desk = errands(lab, "user1-pc")
    desk.do("ping 192.168.1.2 -n 1", said.append)
    desk.do("mail configure", said.append, ["A B", "user1@univ-djelfa.com", "mail", "mail", "user1", "123"])
    assert said == []
    lab.clock.run_until_idle()
    assert "Reply from 192.168.1.2" in said[0]
    assert said[1].endswith("The mail account is saved.")
    assert "123" not in said[1]


def test_a_question_without_an_answer_ends_as_with_ctrl_c() -> None:
    lab = Lab("lab5")
    said: list[str] = []
    errands(lab, "user1-pc").do("mail configure", said.append, ["A B"])
    lab.clock.run_until_idle()
    assert said[0].endswith("Nothing was changed.")


@pytest.mark.parametrize("command", ["hostname?", "show run?\x03", "\x1a\r\nreload\r", "é ✓"])
def test_no_text_is_a_key(command: str) -> None:
    lab = Lab("lab5")
    said: list[str] = []
    desk = errands(lab, "R1")
    desk.do(command, said.append)
    desk.do("show privilege", said.append)
    lab.clock.run_until_idle()
    assert len(said) == 2
    assert said[1] == "Current privilege level is 15"
