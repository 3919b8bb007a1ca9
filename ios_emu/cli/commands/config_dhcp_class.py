"""Classes of DHCP clients, which part of a pool they get, and what a secondary subnet overrides."""

from __future__ import annotations

import re
from ipaddress import IPv4Address

from ios_emu.cli import modes
from ios_emu.cli.own_words import OwnWords
from ios_emu.cli.shell import Call
from ios_emu.services.dhcp_pool import AddressRange, DhcpClass, OptionPattern, PoolClass, SecondaryNetwork
from ios_emu.wire.dhcp import RELAY_AGENT_INFORMATION

_LONGEST_REMARK = 240
_PATTERN = re.compile(r"(?P<digits>[0-9A-Fa-f]*)(?P<rest>\*?)")

# `ip dhcp class NAME`


def dhcp_class(call: Call, class_name: str) -> str:
    """`ip dhcp class NAME`: into the class, which is made when it is new; `no` removes it."""
    server = call.config.dhcp
    server.touch()
    if call.no:
        if server.classes.pop(class_name, None) is None:
            raise OwnWords.NO_SUCH_CLASS.refusal(name=class_name)
        return ""
    known = server.classes.setdefault(class_name, DhcpClass(class_name))
    call.shell.enter(modes.DHCP_CLASS, known)
    return ""


def remark(call: Call, remark: str | None = None) -> str:
    """`remark TEXT`."""
    call.target(DhcpClass).remark = None if call.no or remark is None else remark[:_LONGEST_REMARK]
    return ""


def option(
    call: Call,
    pattern_code: int,
    hex_pattern: str | None = None,
    anything: str | None = None,
    pattern_mask: str | None = None,
) -> str:
    """`option CODE hex PATTERN[*] [mask MASK]`; `no option CODE` removes all of that option."""
    known = call.target(DhcpClass)
    call.config.dhcp.touch()
    if hex_pattern is None:
        kept = [pattern for pattern in known.patterns if pattern.code != pattern_code]
        if len(kept) == len(known.patterns):
            raise OwnWords.NO_SUCH_PATTERN.refusal()
        known.patterns = kept
        return ""
    if pattern_code == RELAY_AGENT_INFORMATION:
        known.relay_information = True
    return _enter(call, known, _pattern(call, pattern_code, hex_pattern, anything, pattern_mask))


def relay_information(call: Call) -> str:
    """`relay agent information`: any option 82 fits, or one of the patterns that follow."""
    known = call.target(DhcpClass)
    call.config.dhcp.touch()
    known.relay_information = not call.no
    if call.no:
        known.patterns = known.patterns_of(relay=False)
    else:
        call.shell.enter_within(modes.CLASS_RELAY, known)
    return ""


def relay_information_hex(
    call: Call, hex_pattern: str, anything: str | None = None, pattern_mask: str | None = None
) -> str:
    """`relay-information hex PATTERN[*] [bitmask MASK]`."""
    known = call.target(DhcpClass)
    call.config.dhcp.touch()
    return _enter(call, known, _pattern(call, RELAY_AGENT_INFORMATION, hex_pattern, anything, pattern_mask))


def _pattern(call: Call, code: int, text: str, anything: str | None, mask_text: str | None) -> OptionPattern:
    match = _PATTERN.fullmatch(text)
    if match is None or not (match["digits"] or match["rest"]):
        raise call.invalid("hex_pattern")
    mask = ""
    if mask_text is not None:
        mask_match = _PATTERN.fullmatch(mask_text)
        if mask_match is None or mask_match["rest"] or not mask_match["digits"]:
            raise call.invalid("pattern_mask")
        mask = mask_match["digits"]
    digits = match["digits"]
    if len(digits) % 2 or len(mask) % 2:
        raise OwnWords.UNEVEN_PATTERN.refusal()
    if len(mask) > len(digits):
        raise OwnWords.LONGER_MASK.refusal()
    prefix = bool(match["rest"]) or anything is not None
    return OptionPattern(code, bytes.fromhex(digits), bytes.fromhex(mask), prefix)


def _enter(call: Call, known: DhcpClass, pattern: OptionPattern) -> str:
    present = pattern in known.patterns
    if call.no:
        if not present:
            raise OwnWords.NO_SUCH_PATTERN.refusal()
        known.patterns.remove(pattern)
    elif not present:
        known.patterns.append(pattern)
        # As they are printed: what relays say comes last.
        known.patterns.sort(key=lambda one: one.code == RELAY_AGENT_INFORMATION)
    return ""


# `class NAME` of a pool


def pool_class(call: Call, pool_class: str) -> str:
    """`class NAME`: which part of the pool the class gets; `no` removes it."""
    pool = call.pool
    call.config.dhcp.touch()
    if call.no:
        if pool.classes.pop(pool_class, None) is None:
            raise OwnWords.NO_SUCH_CLASS.refusal(name=pool_class)
        return ""
    pool.classes.setdefault(pool_class, [])
    call.shell.enter_within(modes.POOL_CLASS, PoolClass(pool, pool_class))
    return ""


def address_range(
    call: Call, first_address: IPv4Address | None = None, last_address: IPv4Address | None = None
) -> str:
    """`address range FIRST LAST`; `no address range` removes them all."""
    ranges = call.target(PoolClass).ranges
    call.config.dhcp.touch()
    if first_address is None or last_address is None:
        ranges.clear()
        return ""
    entered = AddressRange(first_address, last_address)
    if entered.low > entered.high:
        raise OwnWords.RANGE_UPSIDE_DOWN.refusal()
    if call.no:
        if entered not in ranges:
            raise OwnWords.NO_SUCH_ADDRESS_RANGE.refusal()
        ranges.remove(entered)
    elif entered not in ranges:
        ranges.append(entered)
    return ""


# `network ... secondary`


def override_default_router(call: Call, router: list[IPv4Address] | None = None) -> str:
    """`override default-router A [A ...]`."""
    call.target(SecondaryNetwork).default_router = () if call.no else tuple(router or ())
    call.config.dhcp.touch()
    return ""


def override_kept(call: Call, percent: int | None = None) -> str:
    """`override utilization high|low PERCENT`: kept without effect, the pool's marks count."""
    marks = call.target(SecondaryNetwork).utilization
    which = "high" if " high" in call.command.text else "low"
    if call.no or percent is None:
        marks.pop(which, None)
    else:
        marks[which] = percent
    return ""
