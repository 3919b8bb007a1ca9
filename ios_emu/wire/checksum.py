"""The Internet checksum (RFC 1071)."""

from __future__ import annotations


def internet_checksum(data: bytes, initial: int = 0) -> int:
    """The one's complement of the one's complement sum of 16-bit words; an odd byte is padded with zero.

    `initial` is added: the sum of a pseudo header. Over bytes that hold their own right checksum it is 0.
    """
    total = (int.from_bytes(data) << 8 if len(data) & 1 else int.from_bytes(data)) + initial
    # Modulo 0xFFFF is the one's complement sum; only nothing but zeros and 0xFFFF have to be told apart.
    return 0xFFFF - (total % 0xFFFF or (0xFFFF if total else 0))
