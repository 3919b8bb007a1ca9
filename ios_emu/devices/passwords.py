"""How IOS keeps passwords: type 5, MD5-crypt (`enable secret`), and type 7, obfuscated
(`service password-encryption`).

The rules. A password is Latin-1 text, as the terminal's bytes are, so that every byte can be typed; text
beyond that raises UnicodeEncodeError, which is a ValueError. Type 5 can't be turned back. Type 7 hides a
password from a glance over the shoulder and from nothing else. Chance is handed in.
"""

from __future__ import annotations

import hashlib
import hmac
import random
import re

_CRYPT_DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MAGIC = b"$1$"
_ROUNDS = 1000
_SALT_LENGTH = 4
_SALT = re.compile(r"[./0-9A-Za-z]{1,8}")
_TYPE5 = re.compile(rf"\$1\$([./0-9A-Za-z]{{{_SALT_LENGTH}}})\$[./0-9A-Za-z]{{22}}")
# The order in which MD5-crypt writes the digest's bytes, three at a time; byte 11 comes last, alone.
_DIGEST_ORDER = ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5))

_XLAT = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_SEEDS = 16
_TYPE7 = re.compile(r"([0-9]{2})((?:[0-9A-Fa-f]{2})+)")


def new_salt(random: random.Random) -> str:
    """A salt of the length that IOS uses, four characters."""
    return "".join(random.choices(_CRYPT_DIGITS, k=_SALT_LENGTH))


def is_type5(text: str) -> bool:
    """Does `text` have the form that `enable secret 5` takes: `$1$`, a salt of four, `$`, a hash of 22?"""
    return _TYPE5.fullmatch(text) is not None


def md5_crypt(password: str, salt: str) -> str:
    """`$1$salt$hash`: MD5-crypt as Poul-Henning Kamp wrote it for FreeBSD, IOS's type 5.

    The salt has one to eight characters of `./0-9A-Za-z` (IOS uses four). Raises ValueError for another.
    """
    if _SALT.fullmatch(salt) is None:
        raise ValueError(f"{salt!r} is not a salt: 1 to 8 characters of ./0-9A-Za-z")
    secret, grains = password.encode("latin-1"), salt.encode("ascii")
    inner = _md5(secret + grains + secret)
    start = secret + _MAGIC + grains + (inner * (len(secret) // len(inner) + 1))[: len(secret)]
    bits = len(secret)
    while bits:
        start += b"\0" if bits & 1 else secret[:1]
        bits >>= 1
    digest = _md5(start)
    for number in range(_ROUNDS):
        first, last = (secret, digest) if number % 2 else (digest, secret)
        digest = _md5(first + (grains if number % 3 else b"") + (secret if number % 7 else b"") + last)
    hashed = [
        _base64(digest[high] << 16 | digest[middle] << 8 | digest[low], 4)
        for high, middle, low in _DIGEST_ORDER
    ]
    return f"$1${salt}${''.join(hashed)}{_base64(digest[11], 2)}"


def verify_type5(password: str, hashed: str) -> bool:
    """Is this the password of a type 5 hash? Takes the same time whether it is near or far.

    False for a text that is no such hash, and for a password that no terminal can send.
    """
    match = _TYPE5.fullmatch(hashed)
    if match is None:
        return False
    try:
        expected = md5_crypt(password, match[1])
    except UnicodeEncodeError:
        return False
    return hmac.compare_digest(expected, hashed)


def encrypt_type7(password: str, seed: int) -> str:
    """Type 7: two decimal digits for `seed` (0 to 15), then two hexadecimal digits a character.

    Raises ValueError for another seed and for an empty password, which IOS does not know.
    """
    if not 0 <= seed < _SEEDS:
        raise ValueError(f"{seed} is not a type 7 seed: 0 to {_SEEDS - 1}")
    if not password:
        raise ValueError("an empty password can't be kept")
    return f"{seed:02}{_translate(password.encode('latin-1'), seed).hex().upper()}"


def decrypt_type7(text: str) -> str:
    """The password that a type 7 text hides. Raises ValueError for a text that is none."""
    match = _TYPE7.fullmatch(text)
    if match is None or int(match[1]) >= _SEEDS:
        raise ValueError(
            f"{text!r} is not a type 7 password: a seed of 00 to 15, then pairs of hexadecimal digits"
        )
    return _translate(bytes.fromhex(match[2]), int(match[1])).decode("latin-1")


def _translate(data: bytes, seed: int) -> bytes:
    """Vigenere's way: each byte with the next of the table, from the place `seed` on. Undoes itself."""
    return bytes(byte ^ _XLAT[(seed + place) % len(_XLAT)] for place, byte in enumerate(data))


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _base64(value: int, digits: int) -> str:
    """MD5-crypt's own base 64: the lowest six bits first."""
    return "".join(_CRYPT_DIGITS[value >> 6 * place & 0x3F] for place in range(digits))
