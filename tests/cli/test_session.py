"""A session as a conversation: bytes from a terminal, bytes to it, and lab times."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.cli.pager import MORE
from ios_emu.clock import MINUTE, SECOND
from ios_emu.lab.device import RouterDevice
from ios_emu.lab.screen import Screen
from ios_emu.lab.topology import Lab


class Conversation:
    """A terminal at the console of a fresh router."""

    def __init__(self, quick: bool = True) -> None:
        self.lab = Lab("router", quick=quick)
        device = self.lab["R1"]
        assert isinstance(device, RouterDevice)
        self.router = device.router
        self._heard: list[bytes] = []
        self._console = self.lab["R1"].console()
        self._console.attach(self._heard.append)

    def say(self, keys: str | bytes) -> str:
        """Types keys, lets the lab run until it is idle, and returns what the terminal got."""
        self._heard.clear()
        self._console.receive(keys if isinstance(keys, bytes) else keys.encode("latin-1"))
        self.lab.clock.run_until_idle()
        return self.heard

    def wait(self, duration: int) -> str:
        """Lets lab time pass; returns what came meanwhile."""
        self._heard.clear()
        self.lab.clock.wait(duration)
        return self.heard

    @property
    def heard(self) -> str:
        return b"".join(self._heard).decode("latin-1")


@pytest.fixture
def terminal() -> Conversation:
    opened = Conversation()
    assert opened.say("\r") == "\r\nRouter>"
    return opened


@pytest.fixture
def configuring(terminal: Conversation) -> Conversation:
    terminal.say("enable\rconfigure terminal\r")
    return terminal


@pytest.mark.parametrize("enter", ["\r", "\n", "\r\n", "\r\0"])
def test_every_form_of_enter_is_one(terminal: Conversation, enter: str) -> None:
    assert terminal.say(f"enable{enter}{enter}") == "enable\r\nRouter#\r\nRouter#"


def test_the_prompt_is_the_last_that_is_sent(terminal: Conversation) -> None:
    assert terminal.say("show privilege\r") == "show privilege\r\nCurrent privilege level is 1\r\nRouter>"


def test_an_error_stands_under_the_line(configuring: Conversation) -> None:
    assert configuring.say("ip adress\r") == (
        f"ip adress\r\n{' ' * 20}^\r\n% Invalid input detected at '^' marker.\r\n\r\nRouter(config)#"
    )


def test_help_comes_at_once_and_the_line_goes_on(terminal: Conversation) -> None:
    assert terminal.say("sh cl?") == "sh cl?\r\nclass-map  clns  clock\r\n\r\nRouter>sh cl"
    assert terminal.say("ock\r").startswith("ock\r\n*00:00:00.000 UTC Fri Mar 1 2002\r\n")


def test_tab_writes_the_word_on_a_new_line(terminal: Conversation) -> None:
    assert terminal.say("ena\t") == "ena\r\nRouter>enable "
    assert terminal.say("\r") == "\r\nRouter#"


def test_tab_behind_what_is_not_one_word_shows_the_line_again(terminal: Conversation) -> None:
    assert terminal.say("e\t") == "e\r\nRouter>e"


def test_the_pager_stops_and_goes_on(terminal: Conversation) -> None:
    terminal.say("enable\rterminal length 5\r")
    first = terminal.say("show running-config\r")
    assert first.count("\r\n") == 5
    assert first.endswith(f"!\r\n{MORE}")
    erased = "\b" * 9 + " " * 8 + "\b" * 9
    assert terminal.say("\r") == f"{erased}version 12.4\r\n{MORE}"
    assert terminal.say(" ").count("\r\n") == 4
    assert terminal.say("q") == f"{erased}Router#"


def test_keys_that_come_while_it_waits_are_kept(terminal: Conversation) -> None:
    heard = terminal.say("nonsense\rshow privilege\r")
    assert heard.index("Unknown command") < heard.index("Current privilege level is 1")
    assert terminal.lab.clock.now == 9 * SECOND


def test_ctrl_shift_6_ends_a_lookup(terminal: Conversation) -> None:
    console = terminal.lab["R1"].console()
    console.receive(b"nonsense\rlost")
    assert not terminal.lab.idle
    assert terminal.say(b"\x1e") == "\r\nRouter>"
    assert terminal.lab.clock.now == 0


def test_ctrl_z_does_what_was_typed_and_leaves(configuring: Conversation) -> None:
    assert configuring.say("hostname R1\x1a") == "hostname R1^Z\r\nR1#"


def test_ctrl_c_drops_the_line_and_leaves(configuring: Conversation) -> None:
    assert configuring.say("hostname R1\x03") == "hostname R1^C\r\nRouter#"


def test_a_password_is_not_shown(configuring: Conversation) -> None:
    configuring.say("enable secret hush\rend\rdisable\r")
    assert configuring.say("enable\r") == "enable\r\nPassword: "
    assert configuring.say("hush?") == ""
    assert configuring.say("\x7f\r") == "\r\nRouter#"


def test_a_log_line_leaves_no_prompt(configuring: Conversation) -> None:
    configuring.say("end\r")
    assert configuring.say("sho") == "sho"
    log = "*Mar  1 00:00:00.250: %SYS-5-CONFIG_I: Configured from console by console"
    assert configuring.wait(SECOND) == f"\r\n{log}\r\n"
    assert configuring.say("w priv\r").endswith("Current privilege level is 15\r\nRouter#")


def test_a_synchronous_log_line_brings_the_line_back(configuring: Conversation) -> None:
    configuring.say("line con 0\rlogging synchronous\rend\r")
    configuring.say("show pri")
    log = "*Mar  1 00:00:00.250: %SYS-5-CONFIG_I: Configured from console by console"
    assert configuring.wait(SECOND) == f"\r\n{log}\r\nRouter#show pri"


def test_nobody_types_for_ten_minutes(terminal: Conversation) -> None:
    assert terminal.wait(10 * MINUTE - 1) == ""
    assert "Router con0 is now available" in terminal.wait(1)
    assert terminal.say("\r") == "\r\nRouter>"


def test_a_key_keeps_the_session_alive(terminal: Conversation) -> None:
    terminal.wait(9 * MINUTE)
    terminal.say("x")
    assert terminal.wait(9 * MINUTE) == ""


def test_the_boot_asks_for_the_setup_dialogue() -> None:
    booted = Conversation(quick=False)
    assert booted.say("perhaps\r") == (
        "perhaps\r\n% Please answer 'yes' or 'no'.\r\n"
        "Would you like to enter the initial configuration dialog? [yes/no]: "
    )
    assert booted.say("no\r").endswith("Press RETURN to get started!\r\n\r\n\r\n")
    assert booted.say("x") == ""
    assert booted.say("\r") == "\r\nRouter>"


def test_a_pasted_configuration_arrives_whole(configuring: Conversation) -> None:
    count = 1000
    lines = [
        f"interface Loopback{number}\r description Number {number}\r"
        f" ip address 10.{number >> 8}.{number & 255}.1 255.255.255.255\r"
        for number in range(count)
    ]
    data = "".join(lines).encode()
    for start in range(0, len(data), 1000):
        configuring.say(data[start : start + 1000])
    interfaces = [
        one for name, one in configuring.router.config.interfaces.items() if name.kind == "Loopback"
    ]
    assert [one.description for one in interfaces] == [f"Number {number}" for number in range(count)]
    assert all(one.address is not None for one in interfaces)


PLACES = {
    "at the prompt": "",
    "in configuration": "enable\rconfigure terminal\r",
    "on an interface": "enable\rconfigure terminal\rinterface fa0/0\r",
    "at a question": "enable\rcopy running-config startup-config\r",
    "at a confirmation": "enable\rerase startup-config\r",
    "at a password": "enable\rconfigure terminal\renable secret x\rend\rdisable\renable\r",
    "in the pager": "enable\rterminal length 3\rshow running-config\r",
    "in a banner": "enable\rconfigure terminal\rbanner motd #\r",
    "at the setup question": "enable\rreload\rno\r\r",
}


@pytest.mark.property
@pytest.mark.parametrize("place", PLACES)
@settings(deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_anywhere_leave_a_session_that_answers(place: str, junk: bytes) -> None:
    terminal = Conversation()
    terminal.say("\r")
    terminal.say(PLACES[place])
    terminal.say(junk)
    # A last Esc must not swallow what follows, nor a question or a page be in the way.
    for _ in range(4):
        terminal.say(b"q\x15\x03\x1e\r")
    heard = ""
    for _ in range(4):
        heard = terminal.say(b"\x03\r")
    assert heard.endswith(("#", ">", "Password: ")), heard


@pytest.mark.property
@given(st.lists(st.binary(min_size=1, max_size=5), max_size=12))
def test_how_the_bytes_are_cut_makes_no_difference_on_the_screen(parts: list[bytes]) -> None:
    # Without Enter: a command that waits is done before the next part comes, but not within one.
    parts = [part.replace(b"\r", b"a").replace(b"\n", b"b") for part in parts]
    screens = []
    for cut in (parts, [b"".join(parts)]):
        terminal, screen = Conversation(), Screen()
        terminal.say("\r")
        for part in cut:
            screen.feed(terminal.say(part).encode("latin-1"))
        screens.append((screen.take_lines(), screen.unfinished))
    assert screens[0] == screens[1]
