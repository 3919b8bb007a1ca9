"""The mechanism PLAIN (RFC 4616), and base64 as SMTP and POP3 use it."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import NamedTuple


class Credentials(NamedTuple):
    """Who a client says it is."""

    user: str
    password: str


def decoded(line: bytes) -> str | None:
    """The text in a base64 answer; None when it is none."""
    try:
        return b64decode(line, validate=True).decode()
    except (Base64Error, ValueError):
        return None


def plain_credentials(line: bytes) -> Credentials | None:
    """What a PLAIN response says; None when it is none."""
    parts = (decoded(line) or "").split("\0")
    return Credentials(parts[1], parts[2]) if len(parts) == 3 else None


def plain_response(user: str, password: str) -> str:
    """The PLAIN response of a client."""
    return b64encode(f"\0{user}\0{password}".encode()).decode()
