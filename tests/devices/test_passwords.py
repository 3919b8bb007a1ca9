"""Type 5 against OpenSSL's MD5-crypt, type 7 against vectors that everybody knows."""

from __future__ import annotations

import random
import shutil
import string
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.devices.passwords import (
    decrypt_type7,
    encrypt_type7,
    is_type5,
    md5_crypt,
    new_salt,
    verify_type5,
)

OPENSSL = shutil.which("openssl")
passwords = st.text(st.characters(codec="latin-1", exclude_characters="\0\r\n"), min_size=1, max_size=80)
salts = st.text(string.ascii_letters + string.digits + "./", min_size=4, max_size=4)


def openssl_hashes(chosen: list[str], salt: str) -> list[str]:
    """What OpenSSL makes of the passwords, with one salt."""
    assert OPENSSL is not None
    command = [OPENSSL, "passwd", "-1", "-salt", salt, "-stdin"]
    lines = "".join(f"{password}\n" for password in chosen).encode("latin-1")
    return subprocess.run(command, input=lines, capture_output=True, check=True).stdout.decode().splitlines()


@pytest.mark.skipif(OPENSSL is None, reason="the witness, the program openssl, is not installed")
@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(st.lists(passwords, min_size=1, max_size=20), salts)
def test_type_5_is_what_openssl_makes(chosen: list[str], salt: str) -> None:
    assert [md5_crypt(password, salt) for password in chosen] == openssl_hashes(chosen, salt)


@pytest.mark.skipif(OPENSSL is None, reason="the witness, the program openssl, is not installed")
@pytest.mark.property
def test_type_5_is_what_openssl_makes_at_every_length() -> None:
    chosen = ["x" * length for length in range(1, 100)]
    assert [md5_crypt(password, "mERr") for password in chosen] == openssl_hashes(chosen, "mERr")


@pytest.mark.parametrize(
    ("password", "salt", "expected"),
    [
        ("cisco", "mERr", "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0"),
        ("0.s0.l33t", "deadbeef", "$1$deadbeef$0Huu6KHrKLVWfqa4WljDE0"),
    ],
)
def test_type_5_makes_the_public_vectors(password: str, salt: str, expected: str) -> None:
    assert md5_crypt(password, salt) == expected


@pytest.mark.parametrize("salt", ["", "abcdefghi", "a$bc", "a bc", "äbcd", "abcd\n"])
def test_a_bad_salt_is_refused(salt: str) -> None:
    with pytest.raises(ValueError, match=r"is not a salt: 1 to 8 characters of \./0-9A-Za-z$"):
        md5_crypt("cisco", salt)


@settings(deadline=None, max_examples=30)
@given(passwords, passwords, salts)
def test_only_the_password_itself_is_accepted(password: str, other: str, salt: str) -> None:
    hashed = md5_crypt(password, salt)
    assert is_type5(hashed)
    assert verify_type5(password, hashed)
    assert verify_type5(other, hashed) == (other == password)


def test_an_empty_password_is_one_like_others() -> None:
    hashed = md5_crypt("", "mERr")
    assert verify_type5("", hashed)
    assert not verify_type5(" ", hashed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cisco",
        "$1$mERr$hx5rVt7rPNoS4wqbXKX7m",
        "$1$mERr$hx5rVt7rPNoS4wqbXKX7m00",
        "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0\n",
        "$1$mER$hx5rVt7rPNoS4wqbXKX7m0",
        "$1$deadbeef$0Huu6KHrKLVWfqa4WljDE0",
        "$2$mERr$hx5rVt7rPNoS4wqbXKX7m0",
        "$1$mERr$hx5rVt7rPNoS4wqbXKX7é0",
    ],
)
def test_what_is_no_type_5_hash_matches_nothing(text: str) -> None:
    assert not is_type5(text)
    assert not verify_type5("cisco", text)


def test_a_password_that_no_terminal_can_send_is_refused() -> None:
    assert not verify_type5("€", md5_crypt("?", "mERr"))
    with pytest.raises(ValueError, match="latin-1"):
        md5_crypt("€", "mERr")
    with pytest.raises(ValueError, match="latin-1"):
        encrypt_type7("€", 0)


def test_salts_have_four_characters_and_come_from_the_chance_given() -> None:
    drawn = [new_salt(random.Random(7)) for _ in range(2)]
    assert drawn[0] == drawn[1]
    chance = random.Random(7)
    several = {new_salt(chance) for _ in range(100)}
    assert len(several) == 100
    assert all(is_type5(f"$1${salt}${'.' * 22}") for salt in several)


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("0822455D0A16", "cisco"),
        ("110A1016141D", "cisco"),
        ("02050D480809", "cisco"),
        ("0822455d0a16", "cisco"),
    ],
)
def test_type_7_reads_the_public_vectors(text: str, password: str) -> None:
    assert decrypt_type7(text) == password
    assert encrypt_type7(password, int(text[:2])) == text.upper()


@settings(deadline=None)
@given(st.text(st.characters(codec="latin-1"), min_size=1), st.integers(0, 15))
def test_type_7_can_be_turned_back(password: str, seed: int) -> None:
    text = encrypt_type7(password, seed)
    assert text[:2] == f"{seed:02}"
    assert text == text.upper()
    assert len(text) == 2 + 2 * len(password)
    assert decrypt_type7(text) == password


@pytest.mark.parametrize(
    "text", ["", "08", "0", "0822455D0A1", "1622", "9922", "082G", "08 2", "0x22", "0822\n", "\u0660\u066822"]
)
def test_what_is_no_type_7_text_is_refused(text: str) -> None:
    with pytest.raises(
        ValueError, match="is not a type 7 password: a seed of 00 to 15, then pairs of hexadecimal"
    ):
        decrypt_type7(text)


@pytest.mark.parametrize("seed", [-1, 16])
def test_type_7_has_sixteen_seeds(seed: int) -> None:
    with pytest.raises(ValueError, match=f"^{seed} is not a type 7 seed: 0 to 15$"):
        encrypt_type7("cisco", seed)


def test_type_7_knows_no_empty_password() -> None:
    with pytest.raises(ValueError, match=r"^an empty password can't be kept$"):
        encrypt_type7("", 8)
