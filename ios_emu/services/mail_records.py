"""The lines by which mail lasts beyond the process: JSON, each with a CRC-32, so that a torn one shows.

What is damaged is skipped and counted; nothing is refused when lines are read.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from zlib import crc32


@dataclass(slots=True)
class MailRecords:
    """What a journal says, in order, and how many of its lines were damaged."""

    entries: list[dict[str, object]] = field(default_factory=list)
    damaged: int = 0


def mail_record(**fields: object) -> bytes:
    """One line; bytes among the fields are written in base64."""
    plain = {
        name: b64encode(value).decode() if isinstance(value, bytes) else value
        for name, value in fields.items()
    }
    body = json.dumps(plain, separators=(",", ":")).encode()
    return b"%08x %s\n" % (crc32(body), body)


def read_mail_records(data: bytes) -> MailRecords:
    """Reads a journal from its beginning."""
    records = MailRecords()
    lines = data.split(b"\n")
    # A last line without its end is what a power cut leaves.
    records.damaged += bool(lines.pop())
    for line in lines:
        checksum, _, body = line.partition(b" ")
        try:
            if checksum != b"%08x" % crc32(body):
                raise ValueError("a wrong checksum")
            entry = json.loads(body)
            if not isinstance(entry, dict):
                raise TypeError("no record")
        except (ValueError, TypeError):
            records.damaged += 1
            continue
        records.entries.append(entry)
    return records


def binary(entry: dict[str, object], name: str) -> bytes:
    """A field that was written as bytes. Raises ValueError when it is none."""
    value = entry.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is not there")
    return b64decode(value, validate=True)


def text(entry: dict[str, object], name: str) -> str:
    """A field that is text. Raises ValueError when it is none."""
    value = entry.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is not there")
    return value


def number(entry: dict[str, object], name: str) -> int:
    """A field that is a number. Raises ValueError when it is none."""
    value = entry.get(name)
    if not isinstance(value, int):
        raise ValueError(f"{name} is not there")
    return value


def texts(entry: dict[str, object], name: str) -> list[str]:
    """A field that is a list of texts. Raises ValueError when it is none."""
    value = entry.get(name)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{name} is not there")
    return list(value)
