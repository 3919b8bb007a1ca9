"""Mail addresses (RFC 5321, 4.1.2), as far as they are taken: `user@domain`, and `user` of the own domain.

Nothing that could end a line, begin a header or be a path is an address.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_PATH = re.compile(r"(?:<([^<>]*)>|([^<>\s]+))(?:\s+(.*))?")
_LONGEST_LOCAL, _LONGEST_DOMAIN = 64, 255


class MailAddress(NamedTuple):
    """An address. The domain is in lower case, and empty where none was given."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}" if self.domain else self.local


def read_address(text: str) -> MailAddress | None:
    """The address that a text is; None for anything else."""
    local, at, domain = text.rpartition("@")
    if not at:
        local, domain = text, ""
    if _LOCAL.fullmatch(local) is None or len(local) > _LONGEST_LOCAL:
        return None
    if at and (_DOMAIN.fullmatch(domain) is None or len(domain) > _LONGEST_DOMAIN):
        return None
    return MailAddress(local, domain.lower())


def read_path(word: str, argument: str) -> tuple[str, list[str]] | None:
    """The address and the parameters behind `FROM:` or `TO:`; None when that is not what stands there.

    Brackets may be missing, as Postfix allows. A source route (RFC 5321, appendix C) is left out.
    """
    if argument[: len(word)].upper() != word:
        return None
    match = _PATH.fullmatch(argument[len(word) :].strip())
    if match is None:
        return None
    bracketed, bare, parameters = match.groups()
    path = bracketed if bracketed is not None else bare
    if path.startswith("@") and ":" in path:
        path = path.partition(":")[2]
    return path, (parameters or "").split()
