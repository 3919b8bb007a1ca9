"""RSA keys as `crypto key generate rsa` makes them: two primes, and what can be shown of their product.

The rules. Chance is handed in. Making a key is a generator: it yields where others may go first, for a large
key takes a while. The private half is not kept: nothing in the emulated world decrypts or signs with it. The
connections of the SSH door are protected by keys that have nothing to do with these.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from math import gcd, prod

EXPONENT = 65537
_WITNESSES = 20
_SMALL_PRIMES = [n for n in range(3, 1000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]
_SMALL_PRODUCT = prod(_SMALL_PRIMES)
# rsaEncryption, 1.2.840.113549.1.1.1, and its empty parameters.
_ALGORITHM = bytes.fromhex("300d06092a864886f70d0101010500")
_INTEGER, _BIT_STRING, _SEQUENCE = 0x02, 0x03, 0x30


def new_modulus(bits: int, chance: random.Random) -> Generator[None, None, int]:
    """The product of two new primes, of exactly that many bits; yields between two candidates."""
    p = yield from _new_prime(bits - bits // 2, chance)
    while True:
        q = yield from _new_prime(bits // 2, chance)
        if p != q:
            return p * q


def public_key_info(modulus: int) -> bytes:
    """The public key as a SubjectPublicKeyInfo (RFC 5280, RFC 8017), in DER."""
    key = _tagged(_SEQUENCE, _integer(modulus) + _integer(EXPONENT))
    return _tagged(_SEQUENCE, _ALGORITHM + _tagged(_BIT_STRING, b"\0" + key))


def _new_prime(bits: int, chance: random.Random) -> Generator[None, None, int]:
    while True:
        # With its two highest bits set, the product of two has twice as many bits.
        candidate = chance.getrandbits(bits) | 0b11 << (bits - 2) | 1
        if gcd(candidate, _SMALL_PRODUCT) != 1 or (candidate - 1) % EXPONENT == 0:
            continue
        if _is_prime(candidate, chance):
            return candidate
        yield


def _is_prime(candidate: int, chance: random.Random) -> bool:
    """Miller and Rabin's test: wrong once in 4**20 at most."""
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd //= 2
        twos += 1
    for _ in range(_WITNESSES):
        power = pow(chance.randrange(2, candidate - 1), odd, candidate)
        if power in (1, candidate - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % candidate
            if power == candidate - 1:
                break
        else:
            return False
    return True


def _integer(value: int) -> bytes:
    return _tagged(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _tagged(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
