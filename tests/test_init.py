"""What `import ios_emu` gives, and that it costs nothing."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

import ios_emu

LOADED = """
import sys
import ios_emu
print(*sorted(name for name in sys.modules if name.partition(".")[0] in {"ios_emu", "lark", "click", "rich"}))
"""


def test_the_version_is_the_installed_one() -> None:
    assert ios_emu.__version__ == importlib.metadata.version("ios-emu")


def test_lab_is_that_of_the_topology() -> None:
    from ios_emu.lab.topology import Lab

    assert ios_emu.Lab is Lab


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError) as raised:
        ios_emu.__getattr__("Lba")
    assert str(raised.value) == "module 'ios_emu' has no attribute 'Lba'"


@pytest.mark.slow
def test_to_import_the_package_loads_nothing_else_of_it() -> None:
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == ["ios_emu"]
