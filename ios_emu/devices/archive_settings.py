"""The settings of `archive`: where copies of the running configuration are kept, and when they are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

DEFAULT_MAXIMUM = 10


@dataclass(slots=True)
class ArchiveSettings:
    """`archive`: `path` is a URL, `time_period` in minutes. `log` are the lines of `log config`, in order."""

    path: str | None = None
    maximum: int = DEFAULT_MAXIMUM
    time_period: int | None = None
    write_memory: bool = False
    log: dict[str, str] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """Its lines in the running configuration."""
        if self == ArchiveSettings():
            return
        yield "archive"
        if self.log:
            yield " log config"
            yield from (f"  {line}" for line in self.log.values())
        if self.path is not None:
            yield f" path {self.path}"
        if self.maximum != DEFAULT_MAXIMUM:
            yield f" maximum {self.maximum}"
        if self.write_memory:
            yield " write-memory"
        if self.time_period is not None:
            yield f" time-period {self.time_period}"
