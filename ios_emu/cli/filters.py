"""IOS's output modifiers: `| include`, `| exclude`, `| begin`, `| section` and `| count`.

The rules. Lines come in and go out without their line ends, one by one as they are asked for, so that the
pager can stop in the middle. `None` between them, where others may go first, is passed on. The regular
expression is read at once, before any output.

A section is a line that matches, at whatever depth, and the lines below it that are indented deeper. So
`show running-config | section ospf` prints `router ospf 1` with all that belongs to it, and an interface's
` ip ospf 1 area 0` without the interface: as the router does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ios_emu.cli.regexp import Regexp
from ios_emu.errors import ProgrammingError

Lines = Iterable[str | None]
LineFilter = Callable[[Lines], Iterator[str | None]]


def parse_filter(kind: str, pattern: str) -> LineFilter:
    """The filter that `| kind pattern` asks for.

    `kind` is `include`, `exclude`, `begin`, `count`, `section`, `section include` or `section exclude`;
    any other raises ProgrammingError. A bad pattern raises CommandRefused.
    """
    if kind not in _FILTERS:
        raise ProgrammingError(f"no output modifier is called {kind!r}")
    regexp, apply = Regexp(pattern), _FILTERS[kind]
    return lambda lines: apply(regexp, lines)


def _include(regexp: Regexp, lines: Lines) -> Iterator[str | None]:
    return (line for line in lines if line is None or regexp.search(line))


def _exclude(regexp: Regexp, lines: Lines) -> Iterator[str | None]:
    return (line for line in lines if line is None or not regexp.search(line))


def _begin(regexp: Regexp, lines: Lines) -> Iterator[str | None]:
    begun = False
    for line in lines:
        begun = begun or (line is not None and regexp.search(line))
        if begun or line is None:
            yield line


def _count(regexp: Regexp, lines: Lines) -> Iterator[str | None]:
    count = 0
    for line in lines:
        if line is None:
            yield None
        else:
            count += regexp.search(line)
    yield f"Number of lines which match regexp = {count}"


def _section_include(regexp: Regexp, lines: Lines) -> Iterator[str | None]:
    return (line for line, within in _sections(regexp, lines) if within or line is None)


def _section_exclude(regexp: Regexp, lines: Lines) -> Iterator[str | None]:
    return (line for line, within in _sections(regexp, lines) if not within)


def _sections(regexp: Regexp, lines: Lines) -> Iterator[tuple[str | None, bool]]:
    """Each line, and whether it is in a section that matches."""
    header: int | None = None
    for line in lines:
        if line is None:
            yield None, False
            continue
        indent = len(line) - len(line.lstrip(" "))
        if header is None or indent <= header:
            header = indent if regexp.search(line) else None
        yield line, header is not None


_FILTERS: dict[str, Callable[[Regexp, Lines], Iterator[str | None]]] = {
    "include": _include,
    "exclude": _exclude,
    "begin": _begin,
    "count": _count,
    "section": _section_include,
    "section include": _section_include,
    "section exclude": _section_exclude,
}
