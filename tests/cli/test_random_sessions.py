"""Random but grammatical sessions end without an exception, their configurations read back the same.

A session goes through the modes as a person does: each line is a way through the menus of the mode that it is
in, now and then behind `no`, `default` or `do`, abbreviated, or broken off. IOS_EMU_SESSIONS says how many
there are; a test run takes a small share of the 100,000 that were run once.
"""

from __future__ import annotations

import os
import random
import re
from functools import cache

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ios_emu.cli import modes
from ios_emu.cli.reader import load_reader
from ios_emu.cli.session import Session, State
from ios_emu.cli.shell import Shell
from ios_emu.devices.catalyst import Catalyst
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.ios_device import IosDevice
from ios_emu.devices.lines import LineSettings
from ios_emu.devices.router import Router
from ios_emu.devices.running_config import configuration_body
from ios_emu.devices.vlan_database import FILE
from ios_emu.errors import CommandError
from ios_emu.lab.device import RouterDevice, SwitchDevice
from ios_emu.lab.topology import Lab

SESSIONS = int(os.environ.get("IOS_EMU_SESSIONS", "60"))
LINES = 12
MOST_WORDS = 10
MOST_ANSWERS = 12
ANSWERS = (b"\r", b"yes\r", b"no\r", b"y", b"s\r", b"1\r", b"10.0.0.1\r", b"some text s\r", b"\x1a")
NO_TIMEOUT = LineSettings(exec_timeout=(0, 0))
ARGUMENTS = {
    "A.B.C.D": ("10.1.2.3", "10.1.2.0", "255.255.255.0", "192.168.0.1", "0.0.0.0", "0.0.0.255", "224.0.0.1"),
    "A.B.C.D/nn": ("10.0.0.0/8",),
    "WORD": ("NAME1", "1", "0x2102", "10.0.0.1", "x" * 40, "fa0/0"),
    "LINE": ("some text", "c text c", "x", "ip address", "0/0 - 1"),
    "H.H.H": ("0060.5c2b.3dcc", "ffff.ffff.ffff"),
    "Hex-data": ("0100.605c", "01"),
    "/nn": ("/24", "/33"),
    "hh:mm": ("10:30", "24:00"),
    "hh:mm:ss": ("10:30:00", "99:00:00"),
    "MONTH": ("Mar", "December"),
    "DAY": ("Sun", "monday"),
}
# What leads out of the session, or makes the lab wait for longer than anybody lives.
LEFT_OUT = re.compile(
    r"^(exit|quit|logout|tclsh|reload|telnet|connect|lock|repeat|probe|ttl|timeout|sweep|in|at)\b"
)


@cache
def names(model: str, mode: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """What `?` offers behind these words."""
    try:
        menu = load_reader(model).menu("".join(f"{word} " for word in words), mode)
    except CommandError:
        return ()
    return tuple(entry.name for entry in menu.entries)


def typed(name: str, words: list[str], chance: random.Random) -> str:
    """A word for an entry of a menu."""
    if name in ARGUMENTS:
        return chance.choice(ARGUMENTS[name])
    limits = re.fullmatch(r"<(-?\d+) ?- ?(-?\d+)>", name)
    if limits is None:
        return name
    if words and words[-1] == "FastEthernet":
        return chance.choice(("0/0", "0/1", "0/0.10", "0/7"))
    if words and words[-1] == "GigabitEthernet":
        return chance.choice(("0/1", "0/2", "0/3"))
    low, high = int(limits[1]), int(limits[2])
    return str(chance.choice((low, min(high, low + 5), high)))


def sentence(model: str, mode: str, chance: random.Random) -> str:
    """A way through the menus of a mode; most are whole lines."""
    words: list[str] = []
    while len(words) < MOST_WORDS:
        offered = [name for name in names(model, mode, tuple(words)) if not LEFT_OUT.match(name)]
        if not offered or ("<cr>" in offered and chance.random() < 0.4):
            break
        offered = [name for name in offered if name != "<cr>"]
        if not offered:
            break
        words.append(typed(chance.choice(offered), words, chance))
        if chance.random() < 0.01:
            break
    return " ".join(
        word[: chance.randint(2, len(word))] if len(word) > 2 and chance.random() < 0.1 else word
        for word in words
    )


def new_router(dialect: Dialect) -> Router:
    device = Lab("router").devices["R1"]
    assert isinstance(device, RouterDevice)
    if dialect is not device.router.dialect:
        device.set_dialect(dialect.value)
    return device.router


def new_switch(dialect: Dialect) -> Catalyst:
    device = Lab("lab5").devices["SW1"]
    assert isinstance(device, SwitchDevice)
    if dialect is not device.catalyst.dialect:
        device.set_dialect(dialect.value)
    return device.catalyst


class Sessions(RuleBasedStateMachine):
    """One session at a router."""

    def __init__(self) -> None:
        super().__init__()
        self.typed: list[str] = []
        self.begin(Dialect.IOS)

    def new_device(self, dialect: Dialect) -> IosDevice:
        return new_router(dialect)

    def begin(self, dialect: Dialect) -> None:
        self.device = self.new_device(dialect)
        self.shell = Shell(self.device, level=15, line=lambda _: NO_TIMEOUT)
        self.shell.terminal.length = self.shell.terminal.width = 0
        self.session = Session(self.shell, self.device.clock, lambda _: None)
        self.session.start()
        self.send(b"configure terminal\r")

    def send(self, keys: bytes) -> None:
        self.session.receive(keys)
        self.device.clock.run_until_idle()

    def sentence(self, mode: str, chance: random.Random) -> str:
        return sentence(self.device.model, mode, chance)

    def type_line(self, line: str, chance: random.Random) -> None:
        """Types a line, and answers what it asks."""
        self.typed.append(line)
        self.send(line.encode() + b"\r")
        for _ in range(MOST_ANSWERS):
            if self.session.state is not State.QUESTION:
                break
            answer = chance.choice(ANSWERS)
            self.typed.append(f"({answer!r})")
            self.send(answer)
        while self.session.state is State.QUESTION:
            self.send(b"\x03")
        if self.session.state is State.CLOSED:
            self.session.start()

    @initialize(dialect=st.sampled_from(Dialect))
    def of_a_dialect(self, dialect: Dialect) -> None:
        if dialect is not self.device.dialect:
            self.begin(dialect)

    @rule(seed=st.integers(0, 2**32))
    def a_line(self, seed: int) -> None:
        chance = random.Random(seed)
        self.type_line(self.sentence(self.shell.mode.name, chance), chance)

    @rule(seed=st.integers(0, 2**32), word=st.sampled_from(("no", "default", "do")))
    def a_line_behind(self, seed: int, word: str) -> None:
        chance = random.Random(seed)
        mode = self.shell.mode.name
        self.type_line(f"{word} {self.sentence('exec' if word == 'do' else mode, chance)}", chance)

    @rule(seed=st.integers(0, 2**32))
    def a_global_line(self, seed: int) -> None:
        chance = random.Random(seed)
        if self.shell.mode is modes.EXEC:
            self.send(b"configure terminal\r")
        self.type_line(self.sentence("config", chance), chance)

    @rule(seed=st.integers(0, 2**32))
    def a_line_undone(self, seed: int) -> None:
        chance = random.Random(seed)
        line = self.sentence(self.shell.mode.name, chance)
        self.type_line(line, chance)
        self.type_line(f"no {line}", chance)

    @rule()
    def one_mode_up(self) -> None:
        if self.shell.mode is not modes.EXEC:
            self.send(b"exit\r")

    @rule()
    def to_exec(self) -> None:
        self.send(b"\x1a")

    def teardown(self) -> None:
        printed = configuration_body(self.device.config)
        again = self.new_device(self.device.dialect)
        self.hand_on(again)
        again.startup = printed
        again.boot()
        assert configuration_body(again.config) == printed, self.typed
        assert again.config == self.device.config, self.typed

    def hand_on(self, again: IosDevice) -> None:
        """Gives a new device what it keeps besides its configuration."""


class SwitchSessions(Sessions):
    """One session at a switch, whose VLANs are in its flash."""

    def new_device(self, dialect: Dialect) -> IosDevice:
        return new_switch(dialect)

    def hand_on(self, again: IosDevice) -> None:
        assert isinstance(self.device, Catalyst)
        again.flash.write(FILE, self.device.config.database.text(), again.now, lambda problem: None)


@pytest.mark.property
@pytest.mark.parametrize("machine", [Sessions, SwitchSessions])
def test_sessions_end_well(machine: type[Sessions]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=SESSIONS // 2,
            stateful_step_count=LINES,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
