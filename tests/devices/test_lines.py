"""Terminal lines: which there are, and how they are printed together."""

from __future__ import annotations

from ios_emu.devices.lines import Lines, LineSettings
from ios_emu.devices.secret import Secret


def groups(lines: Lines) -> list[tuple[int, int]]:
    return [(first, last) for first, last, _ in lines.vty_groups()]


def test_there_are_five_virtual_terminals_until_more_are_made() -> None:
    lines = Lines()
    assert groups(lines) == [(0, 4)]
    lines.vty_range(5, 15)
    assert groups(lines) == [(0, 4), (5, 15)]
    lines.remove_vtys(0)
    assert groups(lines) == [(0, 4)]


def test_neighbours_that_are_set_alike_are_one_group() -> None:
    lines = Lines()
    for settings in lines.vty_range(1, 2):
        settings.password = Secret(0, "x")
    assert groups(lines) == [(0, 0), (1, 2), (3, 4)]


def test_what_is_printed_of_a_line_in_each_dialect() -> None:
    settings = LineSettings(password=Secret(0, "cisco"), exec_timeout=(0, 30), logging_synchronous=True)
    assert list(settings.configuration(packet_tracer=False, is_vty=False)) == [
        "exec-timeout 0 30",
        "password cisco",
        "logging synchronous",
    ]
    assert "no login" in list(settings.configuration(packet_tracer=True, is_vty=False))
    settings.login = "local"
    assert list(settings.configuration(packet_tracer=True, is_vty=False))[-1] == "login local"


def test_a_vty_says_that_it_asks_for_no_password() -> None:
    assert list(LineSettings().configuration(packet_tracer=False, is_vty=True)) == ["no login"]
    assert list(LineSettings().configuration(packet_tracer=False, is_vty=False)) == []
