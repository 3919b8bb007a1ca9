"""The shell: modes, levels, and how a sub-mode falls back to global configuration."""

from __future__ import annotations

import pytest

from ios_emu.cli import modes
from ios_emu.cli.loading import load_configuration
from ios_emu.cli.shell import Shell
from ios_emu.clock import Clock
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.router import Router
from ios_emu.errors import AmbiguousCommand, CommandRefused, InvalidInput


@pytest.fixture
def shell() -> Shell:
    return Shell(Router("R1", Clock()), level=15)


def test_the_prompt_says_where_one_is(shell: Shell) -> None:
    prompts = [shell.prompt]
    for line in (
        "configure terminal",
        "interface fa0/0",
        "interface lo7",
        "line con 0",
        "ip dhcp pool P",
        "end",
    ):
        shell.execute(line)
        prompts.append(shell.prompt)
    assert prompts == [
        "Router#",
        "Router(config)#",
        "Router(config-if)#",
        "Router(config-if)#",
        "Router(config-line)#",
        "Router(dhcp-config)#",
        "Router#",
    ]


def test_a_global_command_in_a_sub_mode_leaves_it(shell: Shell) -> None:
    shell.enter(modes.CONFIG)
    shell.execute("interface fa0/0")
    shell.execute("hostname R9")
    assert shell.prompt == "R9(config)#"


def test_do_leaves_the_mode_as_it_is(shell: Shell) -> None:
    shell.enter(modes.CONFIG)
    shell.execute("interface fa0/0")
    shell.execute("do show clock")
    assert shell.mode is modes.INTERFACE


def test_the_error_is_of_the_mode_that_understood_more(shell: Shell) -> None:
    shell.enter(modes.CONFIG)
    shell.execute("interface fa0/0")
    with pytest.raises(InvalidInput) as error:
        shell.execute("ip route 10.0.0.0 255.0.0.0 nowhere")
    assert error.value.column > len("ip route 10.0.0.0 ")


def test_a_user_has_no_configuration(shell: Shell) -> None:
    shell.level = 1
    with pytest.raises((InvalidInput, AmbiguousCommand)):
        shell.execute("configure terminal")


def test_a_known_word_says_that_it_is_missing(shell: Shell) -> None:
    with pytest.raises(
        CommandRefused, match=r"^% mrinfo: this command of a 2811 is not implemented in ios-emu$"
    ):
        shell.execute("mrinfo")


@pytest.mark.parametrize("line", ["", "   ", "! a comment", "\t"])
def test_nothing_is_nothing(shell: Shell, line: str) -> None:
    assert shell.execute(line) == ""


def test_a_configuration_is_read_to_its_end_with_its_faults() -> None:
    shell = Shell(Router("R1", Clock()), level=15)
    text = (
        "hostname A\nnonsense here\nbanner motd #\nhello\n#\n"
        "interface lo0\n ip address 10.0.0.1 255.255.255.255\nend\nhostname B"
    )
    faults = [(number, line) for number, line, _ in load_configuration(shell, text)]
    assert faults == [(2, "nonsense here")]
    assert (shell.config.hostname, shell.mode) == ("A", modes.EXEC)
    assert shell.config.banner_motd is not None
    assert "hello" in shell.config.banner_motd


def test_help_and_completion_know_global_words_in_a_sub_mode(shell: Shell) -> None:
    shell.enter(modes.CONFIG)
    shell.execute("interface fa0/0")
    assert "secret" in shell.help("enable ", 80)
    assert shell.complete("hostn") == "hostname"
    assert shell.help("xyzzy ", 80) == "% Unrecognized command\n"


def test_packet_tracer_puts_a_tab_behind_the_caret() -> None:
    shell = Shell(Router("R1", Clock(), Dialect.PACKET_TRACER), level=15)
    with pytest.raises(InvalidInput) as error:
        shell.execute("show verzion x")
    assert shell.explain(error.value, "show verzion x") == (
        "            ^\n% Invalid input detected at '^' marker.\n\t\n"
    )


def test_exit_leads_one_level_up(shell: Shell) -> None:
    shell.enter(modes.CONFIG)
    prompts = []
    for line in (
        "ip dhcp pool P",
        "network 10.0.0.0 /24",
        "network 10.0.1.0 /24 secondary",
        "exit",
        "class C",
        "exit",
        "exit",
        "ip dhcp class C",
        "relay agent information",
        "exit",
        "exit",
    ):
        shell.execute(line)
        prompts.append(shell.prompt.removeprefix("Router"))
    assert prompts == [
        "(dhcp-config)#",
        "(dhcp-config)#",
        "(config-dhcp-subnet-secondary)#",
        "(dhcp-config)#",
        "(config-dhcp-pool-class)#",
        "(dhcp-config)#",
        "(config)#",
        "(config-dhcp-class)#",
        "(config-dhcp-class-relayinfo)#",
        "(config-dhcp-class)#",
        "(config)#",
    ]


def test_a_command_of_the_mode_around_works_on_what_is_configured_there(shell: Shell) -> None:
    shell.enter(modes.CONFIG)
    for line in ("ip dhcp pool P", "network 10.0.1.0 /24 secondary", "domain-name example.net"):
        shell.execute(line)
    assert shell.mode is modes.DHCP
    assert shell.config.dhcp.pools["P"].settings == {"domain-name": "example.net"}


def test_a_command_of_global_configuration_leaves_all_modes_between(shell: Shell) -> None:
    shell.enter(modes.CONFIG)
    for line in ("ip dhcp pool P", "network 10.0.1.0 /24 secondary", "hostname R9", "ip dhcp pool Q", "exit"):
        shell.execute(line)
    assert shell.mode is modes.CONFIG


def test_tab_and_help_know_the_modes_around(shell: Shell) -> None:
    shell.enter(modes.CONFIG)
    for line in ("ip dhcp pool P", "network 10.0.1.0 /24 secondary"):
        shell.execute(line)
    assert shell.complete("overr") == "override"
    assert shell.complete("netbios-node") == "netbios-node-type"
    assert shell.complete("hostn") == "hostname"
    assert "Domain name" in shell.help("domain-name ", 80)


def test_a_class_that_another_session_removed_can_still_be_configured(shell: Shell) -> None:
    other = Shell(shell.device, level=15)
    for one, lines in (
        (shell, ("ip dhcp pool P", "class C")),
        (other, ("ip dhcp pool P", "no class C")),
        (shell, ("address range 10.0.0.1 10.0.0.9",)),
    ):
        if one.mode is modes.EXEC:
            one.enter(modes.CONFIG)
        for line in lines:
            one.execute(line)
    assert list(shell.config.dhcp.pools["P"].classes) == ["C"]
