"""OpenSSL judges our type 5 hashes, whose MD5-crypt is its `passwd -1`, and reads our RSA keys."""

from __future__ import annotations

import random
import string
import subprocess
from collections.abc import Callable

import pytest

from ios_emu.devices.passwords import md5_crypt, verify_type5
from ios_emu.lab.topology import Lab

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


def test_openssl_reads_the_public_keys_that_the_router_shows(judge: Callable[[str], str]) -> None:
    router = Lab("router")["R1"]
    for bits in (360, 512, 1024):
        router.run("configure terminal")
        router.run(f"crypto key generate rsa label key{bits} modulus {bits}")
        router.run("end")
        shown = router.run(f"show crypto key mypubkey rsa key{bits}")
        data = bytes.fromhex(shown.partition("Key Data:")[2])
        arguments = [judge("openssl"), "rsa", "-pubin", "-inform", "DER", "-text", "-noout"]
        done = subprocess.run(arguments, input=data, capture_output=True, check=True)
        assert f"Public-Key: ({bits} bit)" in done.stdout.decode()
        assert "Exponent: 65537 (0x10001)" in done.stdout.decode()
