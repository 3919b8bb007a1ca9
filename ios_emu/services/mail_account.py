"""What a mail program is told of its user."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailAccount:
    """The fields of the mail program; `incoming` and `outgoing` are names or addresses of servers."""

    name: str
    address: str
    incoming: str
    outgoing: str
    user: str
    password: str
