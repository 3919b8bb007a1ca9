"""Replays: transcripts against the real router, what differs, and what `--update` makes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ios_emu.cli.shared import shared_reader
from ios_emu.errors import TranscriptError
from ios_emu.lab.replay import Difference, Result, replay, transcripts_at

TWO_ROUTERS = '[devices.R1]\ntype = "2811"\n[devices.R2]\ntype = "2811"\n'
CONFIGURE = "Enter configuration commands, one per line.  End with CNTL/Z.\n"

Replayed = Callable[[str], Result]


@pytest.fixture(scope="module", autouse=True)
def _grammar() -> None:
    """The grammar is read once, and no test is charged for it."""
    shared_reader()


@pytest.fixture
def replayed(tmp_path: Path) -> Replayed:
    """Replays a text, in a folder with a lab of two routers."""
    (tmp_path / "two.toml").write_text(TWO_ROUTERS)

    def run(text: str) -> Result:
        path = tmp_path / "a.transcript"
        path.write_text(text, encoding="utf-8")
        return replay(path)

    return run


def found(result: Result) -> list[tuple[int, str, list[str], list[str]]]:
    return [(one.line, one.command, one.expected, one.actual) for one in result.differences]


# What replays without a difference

GOOD = {
    "nothing": "",
    "a prompt that is only shown": "Router>\n",
    "a command": "Router>enable\nRouter#show privilege\nCurrent privilege level is 15\nRouter#\n",
    "a bare enter": "Router>\nRouter>enable\nRouter#\nRouter#\n",
    "comments anywhere": (
        "@# at the top\nRouter>enable\n@# before a prompt\nRouter#show history\n@# before the output\n"
        "  enable\n@# within it\n  show history\n@# behind it\nRouter#\n@# at the end\n"
    ),
    "patterns": (
        "Router>enable\nRouter#show clock\n*{*} UTC Fri Mar {*}\nRouter#show history\n{...}\nRouter#\n"
    ),
    "a pattern between lines": (
        "Router>enable\nRouter#terminal length 0\nRouter#show version\nCisco IOS Software{*}\n{...}\n"
        "Configuration register is {*}\n\nRouter#show privilege\nCurrent privilege level is 15\n"
    ),
    "help keeps the line": (
        "Router>enable\nRouter#show privilege ?\n  |     Output modifiers\n  <cr>\n\n"
        "Router#show privilege \nCurrent privilege level is 15\n"
    ),
    "a question": (
        "Router>enable\nRouter#copy running-config startup-config\nDestination filename [startup-config]? \n"
        "Building configuration...\n[OK]\nRouter#\n"
    ),
    "a question mark is text in an answer": (
        "Router>enable\nRouter#copy running-config startup-config\n"
        "Destination filename [startup-config]? what?\n{...}\nRouter#\n"
    ),
    "confirm takes one key": (
        "Router>enable\nRouter#reload\nProceed with reload? [confirm]yes\n{...}\n@keys Enter\nRouter>\n"
    ),
    "the pager": (
        "Router>enable\nRouter#show running-config\nBuilding configuration...\n{...}\n --More-- \n"
        "@keys Enter\n!\n --More-- \n@keys Space\n{...}\n --More-- \n@# enough\n@keys q\n"
        "Router#show privilege\nCurrent privilege level is 15\n"
    ),
    "a page begins with its first line": (
        "Router>enable\nRouter#terminal length 3\nRouter#show history\n  enable\n  terminal length 3\n"
        " --More-- \n@keys Space\n  show history\nRouter#\n"
    ),
    "hidden text": (
        f"Router>enable\nRouter#configure terminal\n{CONFIGURE}Router(config)#enable secret a b\n"
        "Router(config)#end\n{...}\nRouter#disable\nRouter>enable\nPassword: \n@hidden x\nPassword: \n"
        "@hidden a b\nRouter#show privilege\nCurrent privilege level is 15\n"
    ),
    "keys": (
        f"Router>enable\nRouter#configure terminal\n{CONFIGURE}Router(config)#\n@keys h o s t ^C\n"
        "{...}\nRouter#\n@keys s h Tab\nRouter#show privilege\nCurrent privilege level is 15\n"
    ),
    "text where no prompt shows": (
        f"Router>enable\nRouter#configure terminal\n{CONFIGURE}Router(config)#banner motd #\n"
        "Enter TEXT message.  End with the character '#'.\n@type @home?\n@type bye#\nRouter(config)#\n"
    ),
    "a line that is wider than the screen": (
        f"Router>enable\nRouter#configure terminal\n{CONFIGURE}Router(config)#interface fa0/0\n"
        f"Router(config-if)#description {'wide ' * 30}\nRouter(config-if)#\n"
    ),
    "reload": ("Router>enable\nRouter#reload\nProceed with reload? [confirm]\n{...}\n@keys Enter\nRouter>\n"),
    "a wait": (
        "Router>enable\nRouter#show clock\n*00:00:00.{*}\nRouter#\n@wait 1m30s\n"
        "Router#show clock\n*00:01:30.{*}\n"
    ),
    "the end of an idle session": (
        "Router>enable\nRouter#\n@wait 10m\n{...}\nPress RETURN to get started.\n{...}\n"
        "@keys Enter\nRouter>\n"
    ),
    "the boot": (
        "@boot\n{...}\nWould you like to enter the initial configuration dialog? [yes/no]: no\n{...}\n"
        "Press RETURN to get started!\n{...}\n@keys Enter\nRouter>\n"
    ),
    "a dialect": "@dialect packet-tracer\nRouter>enable\nRouter#show clock\n{*}:0.000 UTC{*}\n",
    "two devices": (
        f"@lab two.toml\nRouter>enable\nRouter#configure terminal\n{CONFIGURE}Router(config)#hostname A\n"
        "A(config)#\n@device R2\nRouter>\n@device R1\nA(config)#hostname B\nB(config)#\n@device R2\nRouter>\n"
    ),
    "another device first": "@lab two.toml\n@device R2\n@dialect packet-tracer\nRouter>\n",
    "the lab prompt": "@lab two.toml\n@device lab\nlab> devices\nR1{*}\nR2{*}\nlab> \n",
    "windows line ends": "Router>enable\r\nRouter#show privilege\r\nCurrent privilege level is 15\r\n",
    "no line end at the end": "Router>enable\nRouter#",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_a_session_as_the_terminal_shows_it(text: str, replayed: Replayed) -> None:
    result = replayed(text)
    assert [one.render() for one in result.differences] == []
    assert result.lines == text.replace("\r\n", "\n").removesuffix("\n").split("\n")[: len(result.lines)]
    assert len(result.lines) == len(text.splitlines())


# Differences


@pytest.mark.parametrize(
    ("text", "differences", "updated"),
    [
        pytest.param(
            "Router>enable\nRouter#show privilege\nCurrent privilege level is 1\nRouter#\n",
            [
                (
                    2,
                    "Router#show privilege",
                    ["Current privilege level is 1"],
                    ["Current privilege level is 15"],
                )
            ],
            "Router>enable\nRouter#show privilege\nCurrent privilege level is 15\nRouter#\n",
            id="another line",
        ),
        pytest.param(
            "Router>enable\nRouter#show privilege\nRouter#show history\n  enable\n  show\n",
            [
                (2, "Router#show privilege", [], ["Current privilege level is 15"]),
                (
                    3,
                    "Router#show history",
                    ["  enable", "  show"],
                    ["  enable", "  show privilege", "  show history"],
                ),
            ],
            "Router>enable\nRouter#show privilege\nCurrent privilege level is 15\n"
            "Router#show history\n  enable\n  show privilege\n  show history\n",
            id="a line is missing",
        ),
        pytest.param(
            "Router>enable\nlost\nRouter#\n",
            [(1, "Router>enable", ["lost"], [])],
            "Router>enable\nRouter#\n",
            id="a line too many",
        ),
        pytest.param(
            "Router>enable\nRouter#show clock\n*{*} UTC\n*{*} 2002\n@# why\nnothing\nRouter#\n",
            [
                (
                    2,
                    "Router#show clock",
                    ["*{*} UTC", "*{*} 2002", "nothing"],
                    ["*00:00:00.000 UTC Fri Mar 1 2002"],
                )
            ],
            "Router>enable\nRouter#show clock\n*{*} 2002\n@# why\nRouter#\n",
            id="patterns and comments stay",
        ),
        pytest.param(
            "Router>enable\nRouter#show privilege \nCurrent privilege level is 15 \nRouter#\n",
            [
                (
                    2,
                    "Router#show privilege ",
                    ["Current privilege level is 15 "],
                    ["Current privilege level is 15"],
                )
            ],
            "Router>enable\nRouter#show privilege \nCurrent privilege level is 15\nRouter#\n",
            id="a blank at the end counts",
        ),
        pytest.param(
            f"Router>enable\nRouter#configure terminal\n{CONFIGURE}Router(config)#hostname A\n"
            "Router(config)#interface fa0/0\nRouter(config-if)#\n",
            [
                (4, "Router(config)#hostname A", ["Router(config)#"], ["A(config)#"]),
                (5, "Router(config)#interface fa0/0", ["Router(config-if)#"], ["A(config-if)#"]),
            ],
            f"Router>enable\nRouter#configure terminal\n{CONFIGURE}Router(config)#hostname A\n"
            "A(config)#interface fa0/0\nA(config-if)#\n",
            id="a wrong prompt loses no command",
        ),
        pytest.param(
            "Router>enable\nRouter#reload\nProceed with reload? [confirm]\n{...}\nRouter>enable\nRouter#\n",
            None,
            "Router>enable\nRouter#reload\nProceed with reload? [confirm]\n{...}\n@type enable\nRouter>\n",
            id="no prompt at all",
        ),
        pytest.param(
            "Router>enable\nPassword: \n@hidden x\nRouter#\n",
            [
                (1, "Router>enable", ["Password: "], ["Router#"]),
                (3, "@hidden x", [], ['% Ambiguous command:  "x"']),
            ],
            None,
            id="a question that is not asked",
        ),
        pytest.param(
            "Router>enable\nRouter#show privilege\n@keys ^Z\nRouter#\n",
            [(2, "Router#show privilege", [], ["Current privilege level is 15"])],
            "Router>enable\nRouter#show privilege\nCurrent privilege level is 15\n@keys ^Z\nRouter#\n",
            id="output before a directive",
        ),
        pytest.param(
            "@lab two.toml\n@device R2\nRouter>show privilege\n@device R1\nRouter>\n",
            [(3, "Router>show privilege", [], ["Current privilege level is 1"])],
            "@lab two.toml\n@device R2\nRouter>show privilege\nCurrent privilege level is 1\n"
            "@device R1\nRouter>\n",
            id="output of the device that is left",
        ),
    ],
)
def test_what_differs_and_its_update(
    text: str,
    differences: list[tuple[int, str, list[str], list[str]]] | None,
    updated: str | None,
    replayed: Replayed,
) -> None:
    result = replayed(text)
    assert result.differences
    if differences is not None:
        assert found(result)[: len(differences)] == differences
    lines = "".join(f"{line}\n" for line in result.lines)
    if updated is not None:
        assert lines == updated
    assert found(replayed(lines)) == []


def test_what_another_device_printed_is_compared_when_one_comes_back(replayed: Replayed) -> None:
    start = "@lab two.toml\nRouter>enable\nRouter#\n@device R2\n@wait 10m\n"
    silent = replayed(start)
    assert [(one.expected, one.actual[-5:-4]) for one in silent.differences] == [
        ([], ["Press RETURN to get started."])
    ]
    assert silent.lines[5] == "@device R1"
    back = start + "@device R1\n{...}\nPress RETURN to get started.\n{...}\n"
    assert found(replayed(back)) == []


def test_a_difference_is_shown_with_its_place() -> None:
    expected = ["same", "{*} 1", "{...}", "old", "blank "]
    actual = ["same", "number 1", "x", "y", "new", "blank"]
    shown = Difference(Path("t/a.transcript"), 12, "R1#show x", expected, actual).render()
    assert shown == (
        "t/a.transcript:12: R1#show x\n"
        "  @@ -1,5 +1,5 @@\n"
        "   same\n"
        "   {*} 1\n"
        "   {...}\n"
        "  -old\n"
        "  -blank   <- blanks at its end: 1\n"
        "  +new\n"
        "  +blank\n"
    )
    assert Difference(Path("a"), 1, "", ["x"], []).render() == (
        "a:1: at the beginning\n  @@ -1 +0,0 @@\n  -x\n"
    )


# Transcripts that ask for what can't be


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Router>\n@lab two.toml\n",
            ":2: @lab two.toml comes too late: the lab is running already; put it at the top",
        ),
        ("@lab nowhere\n", ":1: @lab nowhere can't be opened: no such lab; use one of {labs}, or a path"),
        (
            "@lab two.toml\n@device R3\n",
            ":2: @device R3 no such device: the lab has R1, R2; use one of these names",
        ),
        (
            "Router>\n@dialect ios\n",
            ":2: @dialect ios comes too late: the device is in use; put it before anything is typed",
        ),
        (
            "@device lab\n@boot\n",
            ":2: @boot can't be done: the lab prompt has no power switch; name a @device first",
        ),
        ("Router>\u2192\n", ":1: \u2192 can't be typed: a console takes Latin-1; write another character"),
    ],
)
def test_what_can_not_be_is_told_in_one_line(text: str, message: str, tmp_path: Path) -> None:
    from ios_emu.lab.lab_file import built_in_labs

    (tmp_path / "two.toml").write_text(TWO_ROUTERS)
    path = tmp_path / "a.transcript"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TranscriptError) as caught:
        replay(path)
    assert str(caught.value) == f"{path}{message.replace('{labs}', ', '.join(built_in_labs()))}"


def test_the_transcripts_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError) as caught:
        list(transcripts_at(tmp_path))
    assert str(caught.value) == (
        f"{tmp_path}: holds no transcript: their names end in .transcript; name another folder"
    )
    (tmp_path / "below").mkdir()
    for name in ("b.transcript", "below/a.transcript", "notes.txt"):
        (tmp_path / name).touch()
    assert list(transcripts_at(tmp_path)) == [
        tmp_path / "b.transcript",
        tmp_path / "below" / "a.transcript",
    ]
    assert list(transcripts_at(tmp_path / "x")) == [tmp_path / "x"]


LINES = st.sampled_from(
    [
        "Router>enable",
        "Router#show privilege",
        "Router#show privilege ?",
        "Router#configure terminal",
        "Router(config)#hostname A",
        "A(config)#end",
        "Router#",
        "Current privilege level is 15",
        "{...}",
        "{*}",
        "",
        "@# note",
        "@keys ^C",
        "@keys s h Tab",
        "@keys Enter",
        "@hidden x",
        "@type exit",
        "@wait 11m",
        "@boot",
    ]
)


@pytest.mark.property
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    lines=st.lists(
        LINES | st.text(st.characters(max_codepoint=0x2FFF, exclude_categories=["Cs"]), max_size=8)
    )
)
def test_any_text_replays_or_is_refused_and_its_update_replays(lines: list[str], replayed: Replayed) -> None:
    try:
        result = replayed("".join(f"{line}\n" for line in lines))
    except TranscriptError:
        return
    again = replayed("".join(f"{line}\n" for line in result.lines))
    assert found(again) == []
    assert again.lines == result.lines
