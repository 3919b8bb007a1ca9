"""A configuration as text: its lines in their sections, and how two of them differ.

The rules. A line with more blanks in front belongs to the line above. Lines with `!`, and `end`, say nothing.
The text of a banner, and the bytes of a certificate, belong to the line that begins them, as they are. Two
lines are the same when their words are, in sections that are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ios_emu.devices.kept import is_said

_BANNER = re.compile(r"(banner \S+|menu \S+ title) (\^C|\S)(.*)")
_CERTIFICATE = "certificate "
_LINES = "line "
# Of what is below these, the order means something.
_ORDERED = ("ip access-list ", "ipv6 access-list ")


@dataclass(slots=True)
class Line:
    """A line without the blanks in front, and what belongs to it; `raw` follows it as it is."""

    text: str
    children: list[Line] = field(default_factory=list)
    raw: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """What makes it the same line as another."""
        return self.text, self.raw


@dataclass(frozen=True, slots=True)
class Step:
    """A line to type at a depth: 0 is global configuration. `raw` are its answers."""

    depth: int
    text: str
    raw: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([" " * self.depth + self.text, *self.raw])


def sections(text: str) -> list[Line]:
    """Takes a configuration apart."""
    root = Line("")
    around: list[tuple[int, Line]] = [(-1, root)]
    lines = iter(text.splitlines())
    for line in lines:
        stripped = line.strip()
        if not stripped or stripped.startswith("!") or stripped == "end":
            continue
        indent = len(line) - len(line.lstrip())
        while around[-1][0] >= indent:
            around.pop()
        made = Line(" ".join(stripped.split()) if not _BANNER.match(stripped) else stripped)
        made.raw = _raw(stripped, lines)
        around[-1][1].children.append(made)
        around.append((indent, made))
    return root.children


def _raw(line: str, lines: Iterator[str]) -> tuple[str, ...]:
    """The lines behind one that belong to it as they are."""
    banner = _BANNER.match(line)
    last = None
    if banner is not None and banner[2] not in banner[3]:
        last = banner[2]
    elif line.startswith(_CERTIFICATE) and not line.endswith(".cer"):
        last = "quit"
    if last is None:
        return ()
    raw = []
    for following in lines:
        raw.append(following)
        if last in following:
            break
    return tuple(raw)


def additions(old: Sequence[Line], new: Sequence[Line], depth: int = 0) -> Iterator[Step]:
    """The lines of `new` that are not in `old`, with the lines around them."""
    known = {line.key: line for line in old}
    for line in new:
        present = known.get(line.key)
        inside = list(additions(present.children if present is not None else (), line.children, depth + 1))
        if present is None or inside:
            yield Step(depth, line.text, line.raw)
            yield from inside


def removals(old: Sequence[Line], new: Sequence[Line], depth: int = 0) -> Iterator[Step]:
    """What to type so that the lines of `old` go that are not in `new`."""
    kept = {line.key: line for line in new}
    beginnings = [line.text.split() for line in new]
    for line in old:
        present = kept.get(line.key)
        if present is not None:
            inside = list(removals(line.children, present.children, depth + 1))
            if inside:
                yield Step(depth, line.text, line.raw)
                yield from inside
        elif is_said(line.text.removeprefix("no ")):
            yield Step(depth, f"default {line.text.removeprefix('no ')}")
        elif not line.text.startswith("no "):
            if line.text.startswith(_LINES):
                # Some lines are always there: then what was set on them goes.
                yield Step(depth, line.text)
                yield from removals(line.children, (), depth + 1)
            yield Step(depth, f"no {line.text}")
        else:
            # `no ip address` gives way by itself to the line that says which.
            words = line.text.split()[1:]
            if words not in (one[: len(words)] for one in beginnings):
                yield Step(depth, " ".join(words))


def rebuilt(
    old: Sequence[Line], new: Sequence[Line], depth: int = 0, *, ordered: bool = False
) -> Iterator[Step]:
    """What to type where the same lines stand in another order: those of one kind go, and come again.

    A kind are lines with the same first word; where they are `ordered`, all are of one kind.
    """

    def kind_of(line: Line) -> str:
        return "" if ordered else line.text.split()[0]

    kinds = {kind_of(line) for line in [*old, *new]}
    for kind in sorted(kinds):
        before = [line for line in old if kind_of(line) == kind]
        after = [line for line in new if kind_of(line) == kind]
        if [line.key for line in before] != [line.key for line in after]:
            yield from removals(before, (), depth)
            yield from additions((), after, depth)
        else:
            for one, other in zip(before, after, strict=True):
                in_order = one.text.startswith(_ORDERED)
                inside = list(rebuilt(one.children, other.children, depth + 1, ordered=in_order))
                if inside:
                    yield Step(depth, one.text, one.raw)
                    yield from inside


def contextual_differences(old: Sequence[Line], new: Sequence[Line]) -> str:
    """`show archive config differences`: what `new` has more, then what `old` has more."""
    text = "!Contextual Config Diffs:\n"
    shown = "".join(_marked("+", old, new)) + "".join(_marked("-", new, old))
    return text + (shown or "!No changes were found\n")


def _marked(sign: str, old: Sequence[Line], new: Sequence[Line], depth: int = 0) -> Iterator[str]:
    known = {line.key: line for line in old}
    for line in new:
        present = known.get(line.key)
        inside = list(
            _marked(sign, present.children if present is not None else (), line.children, depth + 1)
        )
        if present is None:
            yield f"{' ' * depth}{sign}{line.text}\n"
            for raw in line.raw:
                yield f"{sign}{raw}\n"
        elif inside:
            yield f"{' ' * depth}{line.text}\n"
        yield from inside
