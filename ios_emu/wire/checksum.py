"""The Internet checksum (RFC 1071): one's complement arithmetic done with one long integer."""

from __future__ import annotations

# A long number is halved twice before it is divided: adding is cheaper, and the sum stays the same as long
# as the cuts are between 16-bit words. Two cuts fit a full Ethernet frame; the rest is right for any length.
_LONG = 1000
_FIRST_CUT, _SECOND_CUT = 5952, 2976
_FIRST_HALF = (1 << _FIRST_CUT) - 1
_SECOND_HALF = (1 << _SECOND_CUT) - 1


def internet_checksum(data: bytes, initial: int = 0) -> int:
    """The one's complement of the one's complement sum of 16-bit words; an odd byte is padded with zero.

    `initial` is added: the sum of a pseudo header. Over bytes that hold their own right checksum it is 0.
    """
    total = int.from_bytes(data)
    if len(data) & 1:
        total <<= 8
    if len(data) > _LONG:
        total = (total >> _FIRST_CUT) + (total & _FIRST_HALF)
        total = (total >> _SECOND_CUT) + (total & _SECOND_HALF)
    total += initial
    # Modulo 0xFFFF is the one's complement sum; only nothing but zeros and 0xFFFF have to be told apart.
    rest = total % 0xFFFF
    return 0xFFFF - rest if rest or not total else 0
