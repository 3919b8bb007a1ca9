"""RSA keys: the size of the product, its two primes, and the form in which the public half is shown."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.devices.rsa import EXPONENT, new_modulus, public_key_info


def made(bits: int, seed: int) -> tuple[int, int]:
    """A modulus, and how often others could go first while it was looked for."""
    search = new_modulus(bits, random.Random(seed))
    breaths = 0
    while True:
        try:
            next(search)
        except StopIteration as found:
            return found.value, breaths
        breaths += 1


@pytest.mark.property
@given(bits=st.integers(360, 520), seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=20)
def test_it_has_exactly_as_many_bits_and_two_factors(bits: int, seed: int) -> None:
    modulus, _ = made(bits, seed)
    assert modulus.bit_length() == bits
    assert modulus % 2 == 1
    # The product of two primes is none itself.
    assert pow(2, modulus - 1, modulus) != 1
    assert made(bits, seed)[0] == modulus
    assert made(bits, seed + 1)[0] != modulus


def test_the_public_half_in_der() -> None:
    modulus, _ = made(512, 1)
    data = public_key_info(modulus)
    assert data[:4].hex() == "305c300d"
    assert len(data) == 0x5C + 2
    assert data.endswith(EXPONENT.to_bytes(3, "big"))
    assert modulus.to_bytes(64, "big") in data
    # A length of more than 127 bytes is written with the number of its bytes in front.
    longer, breaths = made(1024, 1)
    assert public_key_info(longer)[:3].hex() == "30819f"
    assert breaths > 0
