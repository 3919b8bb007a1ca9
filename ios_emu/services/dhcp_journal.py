"""The lines by which leases last beyond the process, and how they are read again.

The rules. A line is a letter, its fields and a CRC-32 of both, so that a person can read it and a torn one
shows. `L` binds an address to a client, `R` frees it, `C` is a conflict and `E` the end of one; what comes
later counts. Nothing is refused when lines are read: what is damaged is skipped and counted, a last line
without its end is what a power cut leaves, and a line that is there twice says no more than once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple
from zlib import crc32

from ios_emu.services.dhcp_bindings import Conflict, Lease

_LONGEST_KEY = 1 + 1500
_LONGEST_HARDWARE = 16


class StoredLease(NamedTuple):
    """A lease as it was written. `expires` is a lab time, None for never."""

    address: int
    key: bytes
    hardware: bytes
    expires: int | None


@dataclass(slots=True)
class Records:
    """What a journal says, and how many of its lines were damaged, torn or repeated."""

    leases: dict[int, StoredLease] = field(default_factory=dict)
    conflicts: dict[int, Conflict] = field(default_factory=dict)
    lines: int = 0
    damaged: int = 0
    torn: int = 0
    repeated: int = 0


def lease_record(lease: Lease | StoredLease) -> bytes:
    """The line that binds an address."""
    expires = "-" if lease.expires is None else str(lease.expires)
    return _line(f"L {lease.address:08x} {lease.key.hex()} {lease.hardware.hex()} {expires}")


def removal_record(address: int) -> bytes:
    """The line that frees an address."""
    return _line(f"R {address:08x}")


def conflict_record(conflict: Conflict) -> bytes:
    """The line that takes an address away."""
    method = conflict.method.replace(" ", "_")
    return _line(f"C {conflict.address:08x} {method} {conflict.time}")


def conflict_end_record(address: int) -> bytes:
    """The line that gives it back."""
    return _line(f"E {address:08x}")


def read_records(data: bytes) -> Records:
    """Reads a journal from its beginning."""
    records = Records()
    lines = data.split(b"\n")
    if lines.pop():
        records.torn = 1
    before = b""
    for line in lines:
        records.lines += 1
        if line == before:
            records.repeated += 1
            continue
        before = line
        try:
            _read(line, records)
        except ValueError:
            records.damaged += 1
    return records


def _line(text: str) -> bytes:
    body = text.encode("ascii")
    return b"%s %08x\n" % (body, crc32(body))


def _read(line: bytes, records: Records) -> None:
    """Takes over one line. Raises ValueError for one that is not what was written."""
    body, _, checksum = line.rpartition(b" ")
    if checksum != b"%08x" % crc32(body):
        raise ValueError("a wrong checksum")
    kind, *fields = body.decode("ascii").split(" ")
    match kind, fields:
        case "L", [where, key, hardware, expires]:
            lease = StoredLease(
                _address(where),
                _bytes(key, 3, _LONGEST_KEY),
                _bytes(hardware, 1, _LONGEST_HARDWARE),
                None if expires == "-" else _time(expires),
            )
            records.leases.pop(lease.address, None)
            records.leases[lease.address] = lease
        case "R", [where]:
            records.leases.pop(_address(where), None)
        case "C", [where, method, time]:
            conflict = Conflict(_address(where), method.replace("_", " "), _time(time))
            records.conflicts[conflict.address] = conflict
        case "E", [where]:
            records.conflicts.pop(_address(where), None)
        case _:
            raise ValueError("no record that is known")


def _address(text: str) -> int:
    if len(text) != 8:
        raise ValueError("not an address")
    return int(text, 16)


def _bytes(text: str, shortest: int, longest: int) -> bytes:
    data = bytes.fromhex(text)
    if not shortest <= len(data) <= longest:
        raise ValueError("too short or too long")
    return data


def _time(text: str) -> int:
    time = int(text)
    if time < 0:
        raise ValueError("not a time")
    return time
