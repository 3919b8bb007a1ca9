"""Telnet: what a stream of bytes holds, and what is answered."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.services import telnet
from ios_emu.services.telnet import (
    AYT,
    BRK,
    DO,
    DONT,
    ECHO,
    IAC,
    IP,
    NOP,
    SB,
    SE,
    SUPPRESS_GO_AHEAD,
    TERMINAL_TYPE,
    WILL,
    WINDOW_SIZE,
    WONT,
    Signal,
    Telnet,
)

LINEMODE, NEW_ENVIRON = 34, 39
LINUX = bytes.fromhex(
    "fffd01 fffd03 fffb18 fffb1f fffb20 fffb21 fffb22 fffb27 fffd05 fffa1f00500018fff0 fffa1800585445524dfff0"
)
"""What a Linux client says at once: DO ECHO, DO SGA, WILL TTYPE, WILL NAWS and more, its window, its type."""


class End:
    """One end, and what it answered."""

    def __init__(self, kind: str = "server") -> None:
        self.answers: list[bytes] = []
        make = telnet.server if kind == "server" else telnet.client
        self.telnet: Telnet = make(self.answers.append)

    def feed(self, *parts: int | bytes) -> list[bytes | Signal]:
        data = b"".join(bytes((part,)) if isinstance(part, int) else part for part in parts)
        return self.telnet.feed(data).events


def take(end: End, pieces: Iterable[bytes]) -> tuple[list[bytes | Signal], object, object]:
    """All events of a stream, with neighbouring data joined, and the last window and type."""
    events: list[bytes | Signal] = []
    window: tuple[int, int] | None = None
    terminal: str | None = None
    for piece in pieces:
        received = end.telnet.feed(piece)
        for event in received.events:
            last = events[-1] if events else None
            if isinstance(event, bytes) and isinstance(last, bytes):
                events[-1] = last + event
            else:
                events.append(event)
        window = received.window or window
        terminal = terminal if received.terminal is None else received.terminal
    return events, window, terminal


def test_a_server_says_four_things_and_no_more() -> None:
    assert telnet.GREETING.hex(" ", 3) == "fffb01 fffb03 fffd18 fffd1f"
    assert telnet.GREETING.count(IAC) <= 8


def test_data_flows_before_any_negotiation() -> None:
    end = End()
    assert end.feed(b"show version\r\n") == [b"show version\r\n"]
    assert end.feed(b"") == []
    assert end.answers == []


@pytest.mark.parametrize("enter", [b"\r\n", b"\r\0", b"\r", b"\n"])
def test_an_enter_is_left_as_it_came(enter: bytes) -> None:
    assert End().feed(b"x", enter) == [b"x" + enter]


def test_a_linux_client_is_understood_and_its_first_other_options_are_refused_once() -> None:
    end = End()
    for _ in range(2):
        received = end.telnet.feed(LINUX + b"enable\r\0")
        assert (received.data, received.signals) == (b"enable\r\0", [])
        assert (received.window, received.terminal) == ((80, 24), "XTERM")
    assert end.answers == [
        bytes((IAC, SB, TERMINAL_TYPE, 1, IAC, SE)),
        bytes((IAC, DONT, 32)),
        bytes((IAC, DONT, 33)),
    ]
    assert b"".join(end.answers).count(IAC) + telnet.GREETING.count(IAC) == 8


def test_who_offers_its_type_when_all_is_said_is_not_asked() -> None:
    end = End()
    for option in (90, 91, 92):
        end.feed(IAC, WILL, option)
    assert end.feed(IAC, WILL, TERMINAL_TYPE, b"x") == [b"x"]
    assert end.answers == [bytes((IAC, DONT, option)) for option in (90, 91, 92)]


def test_options_without_end_cost_little_and_hide_nothing() -> None:
    end = End()
    flood = bytes(
        byte for option in range(256) for command in (WILL, DO, WONT, DONT) for byte in (IAC, command, option)
    )
    assert end.feed(flood, b"en", flood, b"able", flood + b"\xff\xff\r") == [b"enable\xff\r"]
    assert b"".join(end.answers).count(IAC) == telnet.MOST_ANSWERS


def test_a_client_that_refuses_all_gets_no_answer() -> None:
    end = End()
    refusal = bytes((IAC, DONT, ECHO, IAC, DONT, SUPPRESS_GO_AHEAD, IAC, WONT, TERMINAL_TYPE))
    assert end.feed(refusal, IAC, WONT, WINDOW_SIZE, b"en\n") == [b"en\n"]
    assert end.answers == []


def test_a_server_answers_an_offer_to_suppress_go_ahead_once() -> None:
    end = End()
    for _ in range(3):
        assert end.feed(IAC, WILL, SUPPRESS_GO_AHEAD) == []
    assert end.answers == [bytes((IAC, DO, SUPPRESS_GO_AHEAD))]


def test_a_client_lets_the_server_echo_and_refuses_the_rest() -> None:
    end = End("client")
    assert end.feed(telnet.GREETING, telnet.GREETING, b"Username: ") == [b"Username: "]
    assert end.answers == [
        bytes((IAC, DO, ECHO)),
        bytes((IAC, DO, SUPPRESS_GO_AHEAD)),
        bytes((IAC, WONT, TERMINAL_TYPE)),
        bytes((IAC, WONT, WINDOW_SIZE)),
    ]


def test_a_server_and_a_client_come_to_rest() -> None:
    server, client = End(), End("client")
    client.feed(telnet.GREETING)
    for _ in range(3):
        said, client.answers[:] = b"".join(client.answers), []
        assert server.feed(said) == []
        said, server.answers[:] = b"".join(server.answers), []
        assert client.feed(said) == []
    assert (server.answers, client.answers) == ([], [])


@pytest.mark.parametrize(
    ("command", "signal"),
    [(BRK, Signal.BREAK), (IP, Signal.INTERRUPT), (AYT, Signal.ARE_YOU_THERE)],
)
def test_a_signal_stays_between_the_keys_where_it_was_sent(command: int, signal: Signal) -> None:
    assert End().feed(b"ab", IAC, command, b"cd") == [b"ab", signal, b"cd"]
    received = End().telnet.feed(bytes((65, IAC, command, 66)))
    assert (received.data, received.signals) == (b"AB", [signal])


@pytest.mark.parametrize("command", [NOP, SE, 242, 245, 247, 248, 249, 0, 65, 239])
def test_a_command_without_a_meaning_here_is_swallowed(command: int) -> None:
    end = End()
    assert end.feed(b"a", IAC, command, b"b") == [b"ab"]
    assert end.answers == []


def test_a_doubled_iac_is_a_byte_of_data_and_escape_doubles_it() -> None:
    assert End().feed(b"a", IAC, IAC, b"b") == [b"a\xffb"]
    assert telnet.escape(b"a\xff\xffb") == b"a\xff\xff\xff\xffb"


@pytest.mark.parametrize(
    ("content", "window"),
    [
        (bytes((WINDOW_SIZE, 0, 132, 0, 43)), (132, 43)),
        (bytes((WINDOW_SIZE, 0, 13, 0, 10)), (13, 10)),
        (bytes((WINDOW_SIZE, 1, IAC, IAC, 2, 0)), (511, 512)),
        (bytes((WINDOW_SIZE, 0, 80, 0)), None),
        (bytes((WINDOW_SIZE, 0, 80, 0, 24, 0)), None),
        (b"", None),
        (bytes((NEW_ENVIRON,)) + bytes(500), None),
    ],
)
def test_a_subnegotiation_is_swallowed_and_a_window_read(
    content: bytes, window: tuple[int, int] | None
) -> None:
    end = End()
    received = end.telnet.feed(bytes((IAC, SB)) + content + bytes((IAC, SE)) + b"x")
    assert (received.data, received.window, received.terminal) == (b"x", window, None)
    assert not end.telnet.unfinished


def test_a_terminal_type_is_kept_up_to_the_cap() -> None:
    received = End().telnet.feed(bytes((IAC, SB, TERMINAL_TYPE, 0)) + b"V" * 100 + bytes((IAC, SE)))
    assert received.terminal == "V" * 62


def test_no_terminal_type_is_read_from_a_request_for_one() -> None:
    assert End().telnet.feed(bytes((IAC, SB, TERMINAL_TYPE, 1, IAC, SE))).terminal is None


@pytest.mark.parametrize("enter", [b"\r", b"\n"])
@pytest.mark.parametrize(
    "opening", [bytes((NEW_ENVIRON,)), bytes((WINDOW_SIZE, 0, 80, 0, 24)), bytes((1, IAC))]
)
def test_an_enter_ends_a_subnegotiation_that_was_never_closed(opening: bytes, enter: bytes) -> None:
    end = End()
    assert end.feed(IAC, SB, opening, enter, b"enable") == [enter + b"enable"]
    assert not end.telnet.unfinished


def test_a_command_inside_a_subnegotiation_does_not_end_it() -> None:
    assert End().feed(IAC, SB, TERMINAL_TYPE, IAC, NOP, b"xx", IAC, SE, b"y") == [b"y"]


def test_a_subnegotiation_that_never_ends_is_given_up() -> None:
    end = End()
    assert end.feed(b"a", IAC, SB, NEW_ENVIRON, b"endless" * 1000) == [b"a"]
    assert end.telnet.unfinished
    end.telnet.give_up()
    assert not end.telnet.unfinished
    assert end.feed(b"show", IAC, SE, b"\r") == [b"show\r"]


def test_giving_up_is_nothing_when_nothing_is_open() -> None:
    end = End()
    end.feed(IAC, WILL)
    end.telnet.give_up()
    assert end.feed(LINEMODE, b"x") == [b"x"]
    assert end.answers == [bytes((IAC, DONT, LINEMODE))]


# Properties

telling = st.sampled_from(
    [IAC, IAC, IAC, SB, SE, WILL, WONT, DO, DONT, BRK, IP, AYT, NOP, 13, 10, 31, 24, 0, 1, 65]
)
streams = st.one_of(st.binary(max_size=300), st.lists(telling, max_size=60).map(bytes))
kinds = st.sampled_from(["server", "client"])


@pytest.mark.property
@settings(deadline=None, max_examples=400)
@given(stream=streams, cuts=st.lists(st.integers(0, 300), max_size=8), kind=kinds)
def test_any_bytes_are_taken_and_the_cuts_make_no_difference(
    stream: bytes, cuts: list[int], kind: str
) -> None:
    whole, cut, single = End(kind), End(kind), End(kind)
    places = sorted({0, len(stream), *(min(place, len(stream)) for place in cuts)})
    result = take(whole, [stream])
    assert take(cut, [stream[a:b] for a, b in pairwise(places)]) == result
    assert take(single, [stream[at : at + 1] for at in range(len(stream))]) == result
    assert b"".join(whole.answers) == b"".join(cut.answers) == b"".join(single.answers)


@pytest.mark.property
@settings(deadline=None, max_examples=200)
@given(stream=streams, kind=kinds)
def test_each_option_is_answered_at_most_once(stream: bytes, kind: str) -> None:
    end = End(kind)
    end.feed(stream, stream)
    assert len(end.answers) == len(set(end.answers))
    sides = [(answer[1] in (DO, DONT), answer[2]) for answer in end.answers]
    assert len(sides) == len(set(sides))
    assert all(len(answer) == 3 and answer[0] == IAC for answer in end.answers)


@pytest.mark.property
@settings(deadline=None, max_examples=200)
@given(data=st.binary(max_size=200), pieces=st.integers(1, 20))
def test_what_is_escaped_is_read_back(data: bytes, pieces: int) -> None:
    stream = telnet.escape(data)
    parts = [stream[at : at + pieces] for at in range(0, len(stream), pieces)]
    events, _, _ = take(End(), parts)
    assert events == ([data] if data else [])
