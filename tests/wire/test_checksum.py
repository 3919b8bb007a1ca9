"""The Internet checksum: the RFC's own example, the cases of zero, and Scapy's opinion."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.utils import checksum as scapy_checksum

from ios_emu.wire.checksum import internet_checksum


def test_the_example_of_rfc_1071() -> None:
    """Section 3: the sum of these words is DDF2."""
    assert internet_checksum(bytes.fromhex("0001 f203 f4f5 f6f7")) == 0xFFFF - 0xDDF2


@pytest.mark.parametrize(
    ("data", "checksum"),
    [
        (b"", 0xFFFF),
        (bytes(1), 0xFFFF),
        (bytes(1460), 0xFFFF),
        (b"\xff\xff", 0),
        (b"\xff\xff" * 730, 0),
        (b"\x00\x01\xff\xfe", 0),
        (b"\x01", 0xFEFF),
        (b"\x00\x00\x01", 0xFEFF),
    ],
)
def test_zeros_ones_and_odd_bytes(data: bytes, checksum: int) -> None:
    assert internet_checksum(data) == checksum


def test_the_sum_of_a_pseudo_header_is_added() -> None:
    assert internet_checksum(b"", 0xFFFF) == 0
    assert internet_checksum(b"\x00\x02", 0x0001_0003) == internet_checksum(bytes.fromhex("0002 0001 0003"))
    assert internet_checksum(b"\x01", 0x0002) == 0xFFFF - 0x0102


@pytest.mark.property
@settings(deadline=None)
@given(
    st.one_of(
        st.binary(max_size=80),
        st.integers(990, 4000).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
    )
)
def test_scapy_agrees(data: bytes) -> None:
    assert internet_checksum(data) == scapy_checksum(data)


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(max_size=60), st.sampled_from([0, 995, 1000, 1480, 9000]), st.integers(0, 2**34))
def test_data_with_its_own_checksum_sums_up_to_nothing(head: bytes, more: int, initial: int) -> None:
    data = (head * (more // max(len(head), 1) + 1))[: len(head) + more]
    if len(data) % 2:
        data += b"\0"
    whole = data + internet_checksum(data, initial).to_bytes(2)
    assert internet_checksum(whole, initial) == (0 if any(whole) or initial else 0xFFFF)
