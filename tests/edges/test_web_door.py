"""`--web` as a door among others: of a program, and only once in a process."""

from __future__ import annotations

import urllib.request

import pytest

from ios_emu import serve
from ios_emu.errors import UsageError


@pytest.mark.slow
def test_a_program_opens_the_page_and_finds_it() -> None:
    with serve("router", web=["127.0.0.1:0"]) as lab:
        [(name, address)] = lab.addresses.items()
        assert name == "web One 2811, fresh from the box"
        with urllib.request.urlopen(f"http://{address}/") as answer:
            assert b"One 2811, fresh from the box" in answer.read()
        with (
            pytest.raises(UsageError, match="NiceGUI has one page for a process"),
            serve("router", web=["127.0.0.1:0"]),
        ):
            pass
