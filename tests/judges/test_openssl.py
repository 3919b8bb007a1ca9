"""OpenSSL judges our type 5 hashes: its `passwd -1` is an MD5-crypt of its own."""

from __future__ import annotations

import random
import string
import subprocess
from collections.abc import Callable

import pytest

from ios_emu.devices.passwords import md5_crypt, verify_type5

SEED = 2811
PAIRS = 50
SALT_LETTERS = string.ascii_letters + string.digits + "./"
# What fits on a line: NUL, CR and LF end it.
PASSWORD_LETTERS = "".join(chr(code) for code in range(1, 256) if chr(code) not in "\r\n")


def passwords_and_salts() -> list[tuple[str, str]]:
    """Passwords of 1 to 80 Latin-1 letters with salts of four, the same in each run."""
    chance = random.Random(SEED)
    return [
        (
            "".join(chance.choices(PASSWORD_LETTERS, k=chance.randint(1, 80))),
            "".join(chance.choices(SALT_LETTERS, k=4)),
        )
        for _ in range(PAIRS)
    ]


@pytest.mark.judge
def test_openssl_makes_the_same_type_5_hashes(judge: Callable[[str], str]) -> None:
    openssl = judge("openssl")
    for password, salt in passwords_and_salts():
        witness = subprocess.run(
            [openssl, "passwd", "-1", "-salt", salt, "-stdin"],
            input=f"{password}\n".encode("latin-1"),
            capture_output=True,
            check=True,
        )
        hashed = witness.stdout.decode("ascii").strip()
        assert md5_crypt(password, salt) == hashed, (password, salt)
        assert verify_type5(password, hashed)
