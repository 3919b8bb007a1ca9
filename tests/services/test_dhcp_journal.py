"""The lines of the journal: what was written is read, and anything else is only counted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.services.dhcp_bindings import Conflict
from ios_emu.services.dhcp_journal import (
    StoredLease,
    conflict_end_record,
    conflict_record,
    lease_record,
    read_records,
    removal_record,
)

leases = st.builds(
    StoredLease,
    st.integers(0, 0xFFFFFFFF),
    st.binary(min_size=3, max_size=256),
    st.binary(min_size=1, max_size=16),
    st.none() | st.integers(0, 2**70),
)


@pytest.mark.property
@settings(deadline=None)
@given(st.lists(leases, max_size=8), st.binary(max_size=60))
def test_what_was_written_is_read_whatever_a_power_cut_left_behind_it(
    written: list[StoredLease], torn: bytes
) -> None:
    records = read_records(b"".join(map(lease_record, written)) + torn.replace(b"\n", b""))
    assert records.leases == {lease.address: lease for lease in written}
    assert records.damaged == 0


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(max_size=200), leases, st.integers(0, 200), st.integers(1, 255))
def test_no_bytes_raise_an_exception_and_a_changed_line_is_not_believed(
    noise: bytes, lease: StoredLease, at: int, change: int
) -> None:
    read_records(noise)
    line = bytearray(lease_record(lease))
    line[at % (len(line) - 1)] ^= change
    assert lease not in read_records(bytes(line)).leases.values()


def test_what_comes_later_counts() -> None:
    first, second = StoredLease(1, b"\0\1a", b"a", 5), StoredLease(1, b"\0\1b", b"b", None)
    assert lease_record(second).startswith(b"L 00000001 000162 62 - ")
    assert read_records(lease_record(first) + lease_record(second)).leases == {1: second}
    assert read_records(lease_record(first) + removal_record(1)).leases == {}
    conflict = Conflict(7, "Gratuitous ARP", 9)
    assert read_records(conflict_record(conflict)).conflicts == {7: conflict}
    assert read_records(conflict_record(conflict) + conflict_end_record(7)).conflicts == {}


def test_a_line_that_is_there_twice_is_counted_and_one_of_another_kind_is_damaged() -> None:
    line = removal_record(1)
    records = read_records(line + line + b"Z 00000001 00000000\n\n")
    assert (records.lines, records.repeated, records.damaged, records.torn) == (4, 1, 2, 0)
