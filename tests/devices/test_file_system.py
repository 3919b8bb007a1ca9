"""How files are named: file systems, folders, keywords that are shortened."""

from __future__ import annotations

import pytest

from ios_emu.devices.file_system import Url, parse_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("flash:a.cfg", Url("flash", "a.cfg")),
        ("flash:/a.cfg", Url("flash", "a.cfg")),
        ("FLASH0://a//b/./c", Url("flash", "a/b/c")),
        ("flash:a/../../b", Url("flash", "b")),
        ("a.cfg", Url("flash", "configs/a.cfg")),
        ("/a.cfg", Url("flash", "a.cfg")),
        ("../a.cfg", Url("flash", "a.cfg")),
        ("running-config", Url("system", "running-config")),
        ("run", Url("system", "running-config")),
        ("start", Url("nvram", "startup-config")),
        ("ru", Url("flash", "configs/ru")),
        ("system:/running-config", Url("system", "running-config")),
        ("system:run", Url("system", "running-config")),
        ("nvram:startup-config", Url("nvram", "startup-config")),
        ("null:", Url("null", "")),
        ("tftp://10.0.0.1/a", Url("tftp", "//10.0.0.1/a")),
    ],
)
def test_a_name_is_a_file(text: str, url: Url) -> None:
    assert parse_url(text, "configs") == url


def test_an_unknown_file_system_is_none() -> None:
    assert parse_url("floppy:a.cfg") is None


def test_how_a_file_is_printed() -> None:
    assert str(Url("flash", "a/b.cfg")) == "flash:/a/b.cfg"
    assert str(Url("system", "running-config")) == "system:running-config"
    assert Url("flash", "a/b.cfg").short == "flash:a/b.cfg"
    assert Url("flash", "a/b.cfg").name == "b.cfg"
