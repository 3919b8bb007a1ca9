"""What a browser's terminal makes of a console's bytes."""

from __future__ import annotations

from ios_emu.edges.web.letters import Letters


def test_utf_8_is_read_wherever_it_is_cut() -> None:
    letters = Letters()
    data = "Router>é \u0633".encode()
    assert "".join(letters.read(data[at : at + 1]) for at in range(len(data))) == "Router>é \u0633"


def test_bytes_that_are_no_utf_8_are_letters_of_their_own() -> None:
    assert Letters().read(b"caf\xe9, na\xefve \xff\r\n") == "caf\xe9, na\xefve \xff\r\n"
