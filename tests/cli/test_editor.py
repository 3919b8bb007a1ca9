"""The line editor: what a person types, what the terminal is sent, and what it then shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.cli.editor import Break, Complete, Editor, End, Event, Help, History, Interrupt, Line
from ios_emu.cli.keys import Key, KeyKind, KeyReader

UP, DOWN, LEFT = b"\x1b[A", b"\x1b[B", b"\x1b[D"


@dataclass
class Terminal:
    """Rows of cells, and a cursor that must stay out of the last column."""

    width: int = 0
    rows: list[str] = field(default_factory=lambda: [""])
    column: int = 0
    bells: int = 0

    def write(self, data: str) -> None:
        for char in data:
            match char:
                case "\r":
                    self.column = 0
                case "\n":
                    self.rows.append("")
                case "\b":
                    assert self.column > 0
                    self.column -= 1
                case "\a":
                    self.bells += 1
                case _:
                    assert " " <= char <= "~" or "\xa0" <= char <= "\xff"
                    assert not self.width or self.column < self.width - 1, "the last column was written"
                    row = self.rows[-1].ljust(self.column)
                    self.rows[-1] = row[: self.column] + char + row[self.column + 1 :]
                    self.column += 1

    @property
    def row(self) -> str:
        return self.rows[-1].rstrip(" ")


class Typist:
    """An editor, its terminal, and hands: `type` gives the echo of some bytes and keeps the events."""

    def __init__(self, prompt: str = "R1#", width: int = 80, history: tuple[str, ...] = ()) -> None:
        self.terminal = Terminal(width)
        self.reader = KeyReader()
        self.events: list[Event] = []
        self.echo = ""
        self.editor = Editor(self.write, width)
        self.editor.history = History()
        for line in history:
            self.editor.history.add(line)
        self.editor.begin(prompt)

    def write(self, data: str) -> None:
        self.terminal.write(data)
        self.echo += data

    def type(self, *chunks: bytes) -> str:
        self.echo = ""
        for chunk in chunks:
            self.reader.feed(chunk)
            while key := self.reader.next():
                if event := self.editor.press(key):
                    self.events.append(event)
        return self.echo

    @property
    def state(self) -> tuple[str, int]:
        return self.editor.text, self.editor.cursor


# Typing and deleting: the bytes of the echo


def test_begin_echoes_prompt_and_text() -> None:
    written: list[str] = []
    Editor(written.append).begin("R1#", "show ")
    assert written == ["R1#show "]


def test_a_run_at_the_end_is_one_echo() -> None:
    written: list[str] = []
    editor = Editor(written.append)
    editor.begin("R1#")
    editor.press(Key(KeyKind.TEXT, "show version"))
    assert written == ["R1#", "show version"]


@pytest.mark.parametrize(
    ("keys", "echo"),
    [
        (b"\x08", "\b \b"),
        (b"\x7f", "\b \b"),
        (b"\x02", "\b"),
        (b"\x02x", "\bxc\b"),
        (b"\x01", "\b\b\b"),
        (b"\x01\x06", "\b\b\ba"),
        (b"\x01\x05", "\b\b\babc"),
        (b"\x02\x08", "\b\bc \b\b"),
        (b"\x02\x04", "\b \b"),
        (b"\x01\x1b[3~", "\b\b\bbc \b\b\b"),
        (b"\x02\x14", "\b\bcb"),
        (b"\x14", "\b\bcb"),
        (b"\x15", "\b\b\b   \b\b\b"),
        (b"\x01\x1bu", "\b\b\bABC"),
        (b"\x0c", "\r\nR1#abc"),
        (b"\x02\x12", "\b\r\nR1#abc\b"),
        (b"\x06", ""),
        (b"\x04", ""),
        (b"\x0b", ""),
        (b"\x19", ""),
        (b"\x1by", ""),
        (b"\x07\x0f\x1bz", ""),
    ],
)
def test_the_echo_of_a_key_behind_abc(keys: bytes, echo: str) -> None:
    typist = Typist()
    typist.type(b"abc")
    assert typist.type(keys) == echo


def test_nothing_rings_or_moves_at_the_start_of_a_line() -> None:
    typist = Typist()
    assert typist.type(b"\x08\x7f\x02\x01\x17\x15\x14\x1bb" + LEFT) == ""


# Text and cursor


@pytest.mark.parametrize(
    ("keys", "text", "cursor"),
    [
        (b"\x1bb", "ip nat inside", 7),
        (b"\x1bb\x1bb\x1bb\x1bb", "ip nat inside", 0),
        (b"\x01\x1bf", "ip nat inside", 2),
        (b"\x01\x1bf\x1bf", "ip nat inside", 6),
        (b"\x01\x1bd", " nat inside", 0),
        (b"\x01\x1bd\x1bd", " inside", 0),
        (b"\x17", "ip nat ", 7),
        (b"\x17\x17", "ip ", 3),
        (b"\x1bb\x0b", "ip nat ", 7),
        (b"\x1bb\x15", "inside", 0),
        (b"\x1bb\x18", "inside", 0),
        (b"\x01\x1bc", "Ip nat inside", 2),
        (b"\x01\x1bf\x1bc", "ip Nat inside", 6),
        (b"\x01\x1bu\x1bu", "IP NAT inside", 6),
        (b"\x01\x1bu\x01\x1bl", "ip nat inside", 2),
        (b"\x01\x06\x14", "pi nat inside", 2),
        (b"\x01\x14", "ip nat inside", 0),
        (b"\x1b[H" + b"\x1b[C" * 3 + b"x", "ip xnat inside", 4),
        (b"\x1b[D\x1b[D\x1b[3~", "ip nat insie", 11),
        (b"\x01\x1b[F!", "ip nat inside!", 14),
    ],
)
def test_a_key_changes_text_and_cursor(keys: bytes, text: str, cursor: int) -> None:
    typist = Typist()
    typist.type(b"ip nat inside", keys)
    assert typist.state == (text, cursor)
    assert typist.terminal.row == f"R1#{text}".rstrip(" ")


def test_case_is_changed_in_ascii_alone() -> None:
    typist = Typist()
    typist.type(b"stra\xdfe \xff \xb5", b"\x01\x1bu\x1bu\x1bu")
    assert typist.editor.text == "STRA\xdfE \xff \xb5"


def test_yank_gives_the_last_kill_and_esc_y_the_ones_before_it_round() -> None:
    typist = Typist()
    typist.type(b"one two three", b"\x17\x17\x17")
    assert typist.state == ("", 0)
    typist.type(b"\x19")
    assert typist.editor.text == "one "
    typist.type(b"\x1by")
    assert typist.editor.text == "two "
    typist.type(b"\x1bY")
    assert typist.editor.text == "three"
    typist.type(b"\x1by")
    assert typist.editor.text == "one "


def test_esc_y_acts_only_right_behind_a_yank() -> None:
    typist = Typist()
    typist.type(b"one two", b"\x17\x17\x19x\x1by")
    assert typist.editor.text == "one x"
    typist.type(b"\x19\x02\x1by")
    assert typist.editor.text == "one xone "


def test_esc_y_counts_what_it_takes_away_when_the_line_is_full() -> None:
    typist = Typist(width=0)
    typist.type(b"abcd\x15efgh\x15", b"x" * 250, b"\x19\x1by")
    assert typist.editor.text == "x" * 250 + "abcd"
    assert typist.terminal.bells == 0


def test_kills_outlive_the_line_and_ten_are_kept() -> None:
    typist = Typist()
    for number in range(12):
        typist.type(b"w%d" % number, b"\x15")
    typist.type(b"\r")
    typist.editor.begin("R1#")
    typist.type(b"\x19", b"\x1by" * 9)
    assert typist.editor.text == "w2"
    typist.type(b"\x1by")
    assert typist.editor.text == "w11"


# Events


def test_enter_gives_the_whole_line_wherever_the_cursor_is() -> None:
    typist = Typist()
    assert typist.type(b"show clock\x01\r") == "show clock" + "\b" * 10 + "\r\n"
    assert typist.events == [Line("show clock")]
    assert typist.state == ("", 0)


def test_question_mark_acts_at_once_and_the_line_goes_on() -> None:
    typist = Typist()
    assert typist.type(b"show ?") == "show "
    assert typist.events == [Help("show ")]
    typist.write("?\r\n  arp   ARP table\r\n\r\n")
    typist.editor.redraw()
    typist.type(b"arp\r")
    assert typist.terminal.rows[-2] == "R1#show arp"
    assert typist.events[-1] == Line("show arp")


def test_help_and_completion_are_told_the_text_up_to_the_cursor() -> None:
    typist = Typist()
    typist.type(b"show arp" + LEFT * 2 + b"?\t")
    assert typist.events == [Help("show a"), Complete("show a")]


@pytest.mark.parametrize("quote", [b"\x16", b"\x1bq", b"\x1bQ"])
def test_a_quoted_question_mark_is_text(quote: bytes) -> None:
    typist = Typist()
    assert typist.type(b"enable secret a" + quote + b"?b") == "enable secret a?b"
    assert typist.events == []
    typist.type(b"?")
    assert typist.events == [Help("enable secret a?b")]


def test_quoting_ends_with_the_next_key() -> None:
    typist = Typist()
    typist.type(b"\x16a?", b"\x16\x02?")
    assert typist.events == [Help("a"), Help("")]


def test_the_other_events() -> None:
    typist = Typist()
    assert typist.type(b"no\x03\x1e") == "no"
    assert typist.events == [Interrupt(), Break()]
    assert typist.type(b"\x1a") == "^Z\r\n"
    assert typist.events[-1] == End("no")


def test_tab_draws_the_completed_line_on_a_new_row() -> None:
    typist = Typist()
    typist.type(b"sh ver\t")
    typist.echo = ""
    typist.editor.replace_word("version", " ")
    assert typist.echo == "\r\nR1#sh version "
    assert typist.state == ("sh version ", 11)


def test_tab_in_the_middle_keeps_the_rest() -> None:
    typist = Typist()
    typist.type(b"sh version", b"\x01\x06\x06\t")
    typist.echo = ""
    typist.editor.replace_word("show", "")
    assert typist.echo == "\r\nR1#show version" + "\b" * 8
    assert typist.state == ("show version", 4)


def test_a_completion_that_is_too_long_rings() -> None:
    typist = Typist(width=0)
    typist.type(b"x" * 250 + b" ver")
    typist.echo = ""
    typist.editor.replace_word("version", " ")
    assert typist.echo == "\a\r\nR1#" + typist.editor.text
    assert typist.editor.text == "x" * 250 + " ver"


# Passwords


def test_a_hidden_line_echoes_its_enter_alone() -> None:
    typist = Typist()
    typist.echo = ""
    typist.editor.begin("Password: ", hidden=True)
    assert typist.echo == "Password: "
    assert typist.type(b"se?cretx\x08\x02\x06\t\x1b[A\x14\x14\r") == "\r\n"
    assert typist.events == [Line("se?cret")]


def test_a_hidden_line_is_neither_kept_nor_shown_again() -> None:
    typist = Typist()
    typist.editor.begin("Password: ", hidden=True)
    assert typist.type(b"secret\x15\x19" + b"x" * 300 + b"\x0c") == "\r\nPassword: "
    typist.type(b"\r")
    typist.editor.begin("R1#")
    assert typist.type(b"\x19") == ""


# History


def test_history_keeps_the_newest_lines() -> None:
    history = History(size=3)
    for line in ("a", "b", "b", "", "  ", "c", "d"):
        history.add(line)
    assert history.entries == ["b", "c", "d"]
    history.size = 2
    assert history.entries == ["c", "d"]
    history.size = 0
    history.add("e")
    assert history.entries == []


@pytest.mark.parametrize("size", [-1, 257])
def test_history_has_a_range(size: int) -> None:
    with pytest.raises(ValueError, match=f"a history keeps 0 to 256 lines, not {size}"):
        History(size)


@pytest.mark.parametrize(("older", "newer"), [(b"\x10", b"\x0e"), (UP, DOWN), (b"\x1bOA", b"\x1bOB")])
def test_up_and_down_walk_the_history_and_the_typed_line_comes_back(older: bytes, newer: bytes) -> None:
    typist = Typist(history=("show arp", "show clock"))
    typist.type(b"conf")
    seen = []
    for key in (older, older, older, newer, newer, newer):
        typist.type(key)
        seen.append((*typist.state, typist.terminal.row, typist.terminal.bells))
    assert seen == [
        ("show clock", 10, "R1#show clock", 0),
        ("show arp", 8, "R1#show arp", 0),
        ("show arp", 8, "R1#show arp", 1),
        ("show clock", 10, "R1#show clock", 1),
        ("conf", 4, "R1#conf", 1),
        ("conf", 4, "R1#conf", 2),
    ]


def test_a_recalled_line_can_be_edited_and_leaves_the_history_as_it_was() -> None:
    typist = Typist(history=("show arp",))
    typist.type(UP, b"x\r")
    assert typist.events == [Line("show arpx")]
    assert typist.editor.history is not None
    assert typist.editor.history.entries == ["show arp"]


def test_without_a_history_up_rings() -> None:
    typist = Typist()
    typist.editor.history = None
    assert typist.type(UP) == "\a"


# The longest line


def test_at_254_characters_the_bell_rings_and_the_rest_is_dropped() -> None:
    typist = Typist(width=0)
    assert typist.type(b"x" * 254) == "x" * 254
    assert typist.type(b"yz") == "\a"
    assert typist.type(b"\x01q") == "\b" * 254 + "\a"
    assert typist.editor.text == "x" * 254
    typist.type(b"\x04ab")
    assert typist.editor.text == "a" + "x" * 253


def test_a_line_of_a_megabyte_is_cut_quickly() -> None:
    typist = Typist(width=0)
    typist.type(b"x" * 1_000_000)
    assert len(typist.editor.text) == 254
    assert len(typist.echo) < 5_000


# Horizontal scrolling

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def test_the_line_shifts_by_ten_when_the_cursor_would_reach_the_last_column() -> None:
    typist = Typist("R1#", 24)
    assert typist.type(ALPHABET[:19].encode()) == ALPHABET[:19]
    assert typist.terminal.row == "R1#abcdefghijklmnopqrs"
    assert typist.terminal.column == 22
    assert typist.type(b"t") == "\rR1#$lmnopqrst" + " " * 9 + "\b" * 9
    assert typist.type(b"uvwxyz") == "uvwxyz"
    assert typist.terminal.row == "R1#$lmnopqrstuvwxyz"


def test_a_line_that_begins_too_long_is_drawn_once_without_a_return() -> None:
    written: list[str] = []
    Editor(written.append, 24).begin("R1#", ALPHABET)
    assert written == ["R1#$lmnopqrstuvwxyz"]


def test_a_dollar_at_the_right_shows_that_text_is_hidden_there() -> None:
    typist = Typist("R1#", 24)
    typist.type(ALPHABET.encode())
    assert typist.type(b"\x01") == "\rR1#abcdefghijklmnopqrs$" + "\b" * 20
    typist.type(b"\x06" * 18)
    assert typist.terminal.row == "R1#abcdefghijklmnopqrs$"
    typist.type(b"\x06")
    assert typist.terminal.row == "R1#$lmnopqrstuvwxyz"
    assert typist.terminal.column == 12


def test_backspace_and_ctrl_b_scroll_back() -> None:
    typist = Typist("R1#", 24)
    typist.type(ALPHABET.encode(), b"\x08" * 15)
    assert typist.terminal.row == "R1#$"
    assert typist.terminal.column == 4
    typist.type(b"\x08")
    assert typist.terminal.row == "R1#abcdefghij"
    typist.type(b"klmnopqrstuvw", b"\x02" * 13)
    assert typist.terminal.row == "R1#abcdefghijklmnopqrs$"


def test_a_run_is_echoed_as_if_typed_one_by_one() -> None:
    line = (ALPHABET * 5).encode()
    slow = Typist("R1#", 40).type(*(bytes([byte]) for byte in line))
    assert Typist("R1#", 40).type(line) == slow


def test_a_recalled_line_that_fits_is_shown_from_its_beginning() -> None:
    typist = Typist("R1#", 24, history=("abcdefghijklmn",))
    typist.type(ALPHABET.encode(), UP)
    assert typist.terminal.row == "R1#abcdefghijklmn"


def test_ctrl_z_in_the_last_columns_stays_out_of_the_last() -> None:
    typist = Typist("R1#", 24)
    typist.type(ALPHABET[:19].encode(), b"\x1a")
    assert typist.terminal.rows == ["R1#abcdefghijklmnopqr^Z", ""]


def test_a_prompt_that_leaves_no_room_loses_its_head() -> None:
    typist = Typist("a-router-with-a-name(config-if)#", 20)
    assert typist.terminal.row == "config-if)#"
    typist.type(ALPHABET.encode())
    assert typist.terminal.row == "config-if)#$vwxyz"


def test_a_new_width_counts_from_the_next_redraw() -> None:
    typist = Typist("R1#", 80)
    typist.type(ALPHABET.encode())
    typist.editor.width = 24
    typist.type(b"\x12")
    assert typist.terminal.row == "R1#$lmnopqrstuvwxyz"
    typist.editor.width = 0
    typist.terminal.width = 0
    typist.type(b"\x12", ALPHABET.encode() * 9)
    assert typist.terminal.row == "R1#" + (ALPHABET * 10)[:254]


def test_the_line_after_a_line_stands_on_an_empty_row() -> None:
    typist = Typist("R1#", 24)
    typist.type(ALPHABET.encode(), b"\r")
    typist.editor.begin("R1(config)#", "no shutdown")
    assert typist.terminal.row == "R1(config)#no shutdown"[:22]


# Properties

HISTORY = ("show running-config", "access-list 101 permit tcp 192.168.1.0 0.0.0.255 any eq smtp" * 2, "end")


def go_on(typist: Typist, event: Event | None, prompt: str) -> None:
    """Does what a session does with an event."""
    match event:
        case Line() | End():
            typist.editor.begin(prompt)
        case Help():
            typist.write("?\r\n help\r\n\r\n")
            typist.editor.redraw()
        case Complete():
            typist.editor.replace_word("completed", " ")
        case Interrupt():
            typist.write("\r\n")
            typist.editor.begin(prompt)


def check_window(typist: Typist, prompt: str, width: int) -> None:
    """The terminal shows what the window claims, and the window is true to text and cursor."""
    editor, terminal = typist.editor, typist.terminal
    row, column = editor.window
    assert terminal.row == row.rstrip(" ")
    assert terminal.column == column <= width - 2
    assert 0 <= editor.cursor <= len(editor.text) <= 254
    head = prompt[-min(len(prompt), width - 9) :]
    assert row.startswith(head)
    visible, place = row[len(head) :], column - len(head)
    offset = editor.cursor - place
    assert offset >= 0
    for index, char in enumerate(visible):
        hidden_left = index == 0 and offset > 0
        hidden_right = index == len(visible) - 1 and offset + len(visible) < len(editor.text)
        if hidden_left or hidden_right:
            assert char == "$"
            assert index != place
        else:
            assert char == editor.text[offset + index]
    fits = len(head) + len(editor.text) < width - 1
    assert row == head + editor.text or offset or not fits
    assert len(row) == width - 1 or offset + len(visible) == len(editor.text)


keys = st.one_of(
    st.sampled_from([key for key in KeyKind if key is not KeyKind.TEXT]).map(Key),
    st.sampled_from([KeyKind.LEFT, KeyKind.BACKSPACE, KeyKind.CTRL_Y, KeyKind.ESC_B, KeyKind.UP]).map(Key),
    st.text(st.sampled_from("abc $\xe9"), min_size=1, max_size=40).map(lambda run: Key(KeyKind.TEXT, run)),
)


@pytest.mark.property
@settings(deadline=None)
@given(
    st.lists(keys, max_size=60),
    st.integers(20, 80),
    st.text(st.sampled_from("Rr1-#"), max_size=90),
)
def test_the_terminal_shows_what_the_window_claims(pressed: list[Key], width: int, prompt: str) -> None:
    typist = Typist(prompt, width, HISTORY)
    check_window(typist, prompt, width)
    for key in pressed:
        go_on(typist, typist.editor.press(key), prompt)
        check_window(typist, prompt, width)


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 80), st.booleans())
def test_any_bytes_never_raise_and_echo_plain_text(data: bytes, width: int, hidden: bool) -> None:
    typist = Typist(width=max(width, 10) if width else 0, history=HISTORY)
    typist.editor.width = width
    typist.write("\r\n")
    typist.editor.begin("R1#", hidden=hidden)
    if hidden:
        typist.terminal.width = 0
    typist.reader.feed(data)
    while key := typist.reader.next():
        go_on(typist, typist.editor.press(key), "R1#")
    allowed = {"\b", "\r", "\n", "\a", *map(chr, range(0x20, 0x7F)), *map(chr, range(0xA0, 0x100))}
    assert set(typist.echo) <= allowed


@pytest.mark.property
@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [b"show ip route", b"?", b"\r", b"\r\n", b"\t", b"\x03", b"\x16", b"\x1e", b"\x17"]
            ),
            st.sampled_from(
                [b"\x1b[A", b"\x1bOB", b"\x1b[3~", b"\x1bf", b"\x1by", b"\x19", b"\x01", b"\x1a"]
            ),
            st.binary(max_size=5),
        ),
        max_size=25,
    ).map(b"".join),
    st.lists(st.integers(0, 200), max_size=6),
)
def test_any_split_of_the_bytes_gives_the_same_events_and_screen(data: bytes, cuts: list[int]) -> None:
    whole, split = Typist(width=30, history=HISTORY), Typist(width=30, history=HISTORY)
    whole.type(data)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    split.type(*(data[start:stop] for start, stop in pairwise(places)))
    assert split.events == whole.events
    assert split.state == whole.state
    assert split.terminal.rows == whole.terminal.rows
    assert split.terminal.column == whole.terminal.column
