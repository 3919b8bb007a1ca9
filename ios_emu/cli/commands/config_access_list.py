"""Access lists: `access-list N ...`, the modes of `ip access-list`, and `ip access-group`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ios_emu.cli import modes
from ios_emu.cli.commands.names import read_address, resolve
from ios_emu.cli.dialogue import Dialogue, Interrupted, Reply
from ios_emu.cli.shell import Call
from ios_emu.devices.access_list import (
    AccessList,
    DuplicateSequence,
    Entry,
    Remark,
    SequenceTooHigh,
    kind_of_number,
)
from ios_emu.devices.access_list_entry import read_extended, read_standard
from ios_emu.devices.kept_blocks import Block
from ios_emu.devices.time_range import is_active
from ios_emu.errors import CommandRefused

_LONGEST_REMARK = 100
_STEP = 10
_INVALID_NAME = "% Invalid access list name."


def numbered_list(call: Call, **arguments: int | str) -> Reply:
    """`access-list N permit|deny|remark ...` adds to the list of that number; `no` removes the whole list."""
    [number] = (value for value in arguments.values() if isinstance(value, int))
    name = str(number)
    if call.no:
        call.config.access_lists.pop(name, None)
        return ""
    access_list = call.config.access_lists.get(name)
    if access_list is None:
        access_list = _new(call, name, extended=kind_of_number(number) == "extended")
    text = call.command.text.split(" ", 2)[2]
    return _with_addresses(call, text, arguments, lambda text: _add(call, access_list, text, None))


def _new(call: Call, name: str, *, extended: bool) -> AccessList:
    """A list whose entries rest while their time ranges of this device do."""
    device = call.device

    def active(range_name: str) -> bool:
        block = device.config.blocks.get(f"time-range {range_name}")
        lines = block.lines.values() if isinstance(block, Block) else ()
        return is_active([line for line in lines if isinstance(line, str)], device.time.moment.local)

    return AccessList(name, extended, active)


def standard_list_mode(
    call: Call,
    standard_number: int | None = None,
    expanded_standard_number: int | None = None,
    list_name: str | None = None,
) -> str:
    """`ip access-list standard N|NAME`: the mode of that list; `no` removes the list."""
    return _mode(call, standard_number or expanded_standard_number or list_name, extended=False)


def extended_list_mode(
    call: Call,
    extended_number: int | None = None,
    expanded_extended_number: int | None = None,
    list_name: str | None = None,
) -> str:
    """`ip access-list extended N|NAME`: the mode of that list; `no` removes the list."""
    return _mode(call, extended_number or expanded_extended_number or list_name, extended=True)


def _mode(call: Call, which: int | str | None, *, extended: bool) -> str:
    name, lists = str(which), call.config.access_lists
    # A name must not be taken for a number.
    if isinstance(which, str) and which[0].isdigit():
        raise CommandRefused(_INVALID_NAME)
    access_list = lists.get(name)
    if access_list is not None and access_list.extended is not extended:
        raise CommandRefused(f"% A named {access_list.kind} IP list with this name already exists")
    if call.no:
        lists.pop(name, None)
        return ""
    if access_list is None:
        access_list = _new(call, name, extended=extended)
        # A list that has a number is there once it has a line.
        if not access_list.numbered:
            lists[name] = access_list
    call.shell.enter(modes.EXTENDED_LIST if extended else modes.STANDARD_LIST, access_list)
    return ""


def list_entry(call: Call, sequence: int | None = None, **hosts: str) -> Reply:
    """`[N] permit|deny ...`, in the mode of a list."""
    text = _behind(call.command.text, sequence)
    return _with_addresses(call, text, hosts, lambda text: _change(call, text, sequence))


def _with_addresses(
    call: Call, text: str, arguments: Mapping[str, object], go_on: Callable[[str], str]
) -> Reply:
    """Goes on with an entry in which hosts that have names have addresses instead."""
    names = [
        key for key, value in arguments.items() if isinstance(value, str) and read_address(value) is None
    ]
    return _look_up(call, text, names, go_on) if names else go_on(text)


def _look_up(call: Call, text: str, names: list[str], go_on: Callable[[str], str]) -> Dialogue:
    for key in names:
        name = str(call.command.arguments[key])
        try:
            found = yield from resolve(call.shell, name)
        except Interrupted:
            return "\n"
        if found is None:
            raise call.invalid(key)
        text = text.replace(f"host {name}", f"host {found.address}", 1)
    answer = go_on(text)
    # The line was done with when the name was known.
    call.device.network.changed()
    return answer


def list_remark(call: Call, sequence: int | None = None) -> str:
    """`[N] remark TEXT`, in the mode of a list."""
    return _change(call, _behind(call.command.text, sequence), sequence)


def list_sequence(call: Call, sequence: int) -> str:
    """`no N`: removes the entry of that sequence number."""
    access_list = call.target(AccessList)
    access_list.remove_sequence(sequence)
    _forget_empty(call, access_list)
    return ""


def _behind(text: str, sequence: int | None) -> str:
    """What stands behind the sequence number, if there is one."""
    return text if sequence is None else text.split(" ", 1)[1]


def _change(call: Call, text: str, sequence: int | None) -> str:
    access_list = call.target(AccessList)
    if not call.no:
        return _add(call, access_list, text, sequence)
    access_list.remove(_line(access_list, text))
    _forget_empty(call, access_list)
    return ""


def _forget_empty(call: Call, access_list: AccessList) -> None:
    """A list that has a number is gone with its last line."""
    lists = call.config.access_lists
    if access_list.numbered and not access_list.lines and lists.get(access_list.name) is access_list:
        del lists[access_list.name]


def _line(access_list: AccessList, text: str) -> Entry | Remark:
    word, rest = text.split(" ", 1)
    if word == "remark":
        return Remark(rest.strip()[:_LONGEST_REMARK])
    read = read_extended if access_list.extended else read_standard
    return read(word == "permit", rest.split())


def _add(call: Call, access_list: AccessList, text: str, sequence: int | None) -> str:
    try:
        access_list.add(_line(access_list, text), sequence)
    except DuplicateSequence:
        raise CommandRefused("% Duplicate sequence number") from None
    except SequenceTooHigh:
        raise CommandRefused("% Exceeded maximum sequence number.") from None
    call.config.access_lists.setdefault(access_list.name, access_list)
    return ""


def resequence_list(
    call: Call,
    first_sequence: int = _STEP,
    sequence_step: int = _STEP,
    resequenced_standard: int | None = None,
    resequenced_extended: int | None = None,
    resequenced_name: str | None = None,
) -> str:
    """`ip access-list resequence LIST FIRST STEP`; `no` gives the numbers that a list has from the box."""
    name = str(resequenced_standard or resequenced_extended or resequenced_name)
    access_list = call.config.access_lists.get(name)
    if access_list is None:
        return ""
    try:
        if call.no:
            access_list.resequence(_STEP, _STEP)
        else:
            access_list.resequence(first_sequence, sequence_step)
    except SequenceTooHigh:
        raise CommandRefused("% Exceeded maximum sequence number.") from None
    return ""


def list_log_threshold(call: Call, log_threshold: int = 0) -> str:
    """`ip access-list log-update threshold N`: a flow is told of anew after so many packets."""
    call.config.access_list_log_threshold = 0 if call.no else log_threshold
    return ""


def access_group(
    call: Call,
    group_number: int | None = None,
    expanded_group_number: int | None = None,
    group_name: str | None = None,
    group_in: str | None = None,
    group_out: str | None = None,
) -> str:
    """`ip access-group LIST in|out`, of an interface."""
    name = str(group_number or expanded_group_number or group_name)
    if group_name is not None and group_name[0].isdigit():
        raise CommandRefused(_INVALID_NAME)
    groups, direction = call.interface.access_groups, str(group_in or group_out)
    if not call.no:
        groups[direction] = name
    elif groups.get(direction) == name:
        del groups[direction]
    return ""
