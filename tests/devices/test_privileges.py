"""The rules for privilege levels: what a command needs, and what its beginnings need because of it."""

from __future__ import annotations

from ios_emu.devices.privileges import Privileges, Rule


def test_the_beginnings_of_a_command_get_its_level() -> None:
    rules = Privileges()
    rules.set("exec", ("show", "ip", "route"), Rule(5))
    assert rules.needed("exec", ("show",), 1) == 5
    assert rules.needed("exec", ("show", "ip"), 1) == 5
    assert rules.needed("exec", ("show", "ip", "route"), 1) == 5
    assert rules.needed("exec", ("show", "clock"), 1) == 1


def test_a_rule_for_the_whole_counts_for_all_that_begins_so() -> None:
    rules = Privileges()
    rules.set("exec", ("clear",), Rule(7, whole=True))
    assert rules.needed("exec", ("clear", "counters"), 15) == 7
    assert rules.needed("exec", ("copy",), 15) == 15


def test_in_configuration_modes_what_has_no_rule_needs_the_highest_level() -> None:
    rules = Privileges()
    rules.set("configure", ("ip", "route"), Rule(4))
    assert rules.needed("config", ("hostname",), 0) == 15
    assert rules.needed("config", ("ip", "host"), 0) == 15
    assert rules.needed("config", ("ip", "route"), 0) == 4
    assert rules.needed("config", ("ip", "route", "permanent"), 0) == 0
    assert rules.needed("config", ("exit",), 0) == 0


def test_behind_do_the_rules_of_exec_count() -> None:
    rules = Privileges()
    rules.set("exec", ("show",), Rule(9))
    assert rules.needed("interface", ("do",), 0) == 0
    assert rules.needed("interface", ("do", "show"), 1) == 9


def test_a_reset_removes_the_rule_and_what_it_brought() -> None:
    rules = Privileges()
    rules.set("exec", ("show", "clock"), Rule(5))
    rules.set("exec", ("show", "users"), Rule(5))
    rules.reset("exec", ("show", "clock"))
    assert list(rules.configuration()) == [
        "privilege exec level 5 show users",
        "privilege exec level 5 show",
    ]
    rules.reset("exec", ("show", "users"))
    assert list(rules.configuration()) == []
