"""ios-emu: a Cisco 2811 and the small network around it, in one process.

Read `ios_emu/lab/topology.py` first: it builds a lab, and everything else is what a lab is built of.
Importing this package loads nothing of it: `Lab`, `serve` and `__version__` come when they are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ios_emu.edges.library import serve
    from ios_emu.lab.topology import Lab

__version__: str

__all__ = ["Lab", "__version__", "serve"]


def __getattr__(name: str) -> object:
    """`Lab`, `serve`, and the version that is installed (raises PackageNotFoundError when none is)."""
    if name == "Lab":
        from ios_emu.lab.topology import Lab

        return Lab
    if name == "serve":
        from ios_emu.edges.library import serve

        return serve
    if name == "__version__":
        from importlib.metadata import version

        return version("ios-emu")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
