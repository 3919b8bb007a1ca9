"""The quantities of a lab file: times, bandwidths and probabilities, with their units."""

from __future__ import annotations

import re

from ios_emu.clock import MICROSECOND, MILLISECOND, NANOSECOND, SECOND

_QUANTITY = re.compile(r"(\d{1,15}(?:\.\d{1,15})?) ?([A-Za-z/%]+)", re.ASCII)
_TIMES = {"ns": NANOSECOND, "us": MICROSECOND, "ms": MILLISECOND, "s": SECOND}
_BANDWIDTHS = {"bit/s": 1, "kbit/s": 1_000, "mbit/s": 1_000_000, "gbit/s": 1_000_000_000}
_LONGEST_DELAY = 60 * SECOND
_HIGHEST_BANDWIDTH = 1_000_000_000_000
_MOST_SHOWN = 60


class ValueProblem(Exception):
    """A value that can't be: what it is, the rule, and what to write."""

    def __init__(self, what: str, why: str, remedy: str) -> None:
        self.what, self.why, self.remedy = what, why, remedy
        super().__init__(what)


def shown(value: object) -> str:
    """A value of a lab file for a message: on one line, and not long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and value.bit_length() > 64:
        return "a huge number"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."


def duration(value: object) -> int:
    """`5ms`, `100us`, `1s` in nanoseconds; more than nothing, at most 60 s. Raises ValueProblem."""
    why, remedy = "a time has the unit ns, us, ms or s", 'write "5ms"'
    time = round(_quantity(value, _TIMES, why, remedy))
    if not 0 < time <= _LONGEST_DELAY:
        raise ValueProblem(f"{shown(value)} is out of range", "a delay is from 1ns to 60s", remedy)
    return time


def bandwidth(value: object) -> int:
    """`10Mbit/s`, `64kbit/s` in bits per second. Raises ValueProblem."""
    why, remedy = "a bandwidth has the unit bit/s, kbit/s, Mbit/s or Gbit/s", 'write "10Mbit/s"'
    bits = round(_quantity(value, _BANDWIDTHS, why, remedy))
    if not 0 < bits <= _HIGHEST_BANDWIDTH:
        raise ValueProblem(
            f"{shown(value)} is out of range", "a bandwidth is from 1bit/s to 1000Gbit/s", remedy
        )
    return bits


def chance_of(value: object) -> float:
    """`1%` or 0.01 as a probability. Raises ValueProblem."""
    why, remedy = "a chance is a percentage or a number from 0 to 1", 'write "1%"'
    if isinstance(value, int | float) and not isinstance(value, bool):
        chance: float = value
    else:
        chance = _quantity(value, {"%": 1}, why, remedy) / 100
    if not 0 <= chance <= 1:
        raise ValueProblem(f"{shown(value)} is out of range", "a chance is from 0% to 100%", remedy)
    return float(chance)


def _quantity(value: object, units: dict[str, int], why: str, remedy: str) -> float:
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    unit = None if match is None else units.get(match[2].lower())
    if match is None or unit is None:
        raise ValueProblem(f"{shown(value)} is not understood", why, remedy)
    return float(match[1]) * unit
