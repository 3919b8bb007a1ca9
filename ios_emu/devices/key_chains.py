"""Key chains: the keys that the kept lines of `key chain NAME` say."""

from __future__ import annotations

from ios_emu.devices.kept_blocks import Block, BlockLines
from ios_emu.devices.passwords import decrypt_type7
from ios_emu.services.rip_settings import Key

_TYPE_7 = "7 "
_TYPE_0 = "0 "


def key_chain(blocks: BlockLines, name: str) -> tuple[Key, ...]:
    """The keys of a chain that have a string, the lowest number first; none where there is no such chain.

    Lifetimes are only kept: a key is always good.
    """
    chain = blocks.get(f"key chain {name}")
    if not isinstance(chain, Block):
        return ()
    keys = []
    for inner in chain.lines.values():
        if not isinstance(inner, Block):
            continue
        for line in inner.lines.values():
            if isinstance(line, str) and line.startswith("key-string "):
                text = _plain(line.removeprefix("key-string "))
                keys.append(Key(int(inner.header.split()[1]), text.encode("latin-1", "replace")))
    return tuple(sorted(keys))


def _plain(text: str) -> str:
    if text.startswith(_TYPE_7):
        try:
            return decrypt_type7(text.removeprefix(_TYPE_7))
        except ValueError:
            return text
    return text.removeprefix(_TYPE_0)
