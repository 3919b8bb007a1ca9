"""What a lab file says of mail: the account of a PC's mail program, and the service of a server.

The rules. A mail account is given whole or not at all. A user's name is what stands before the @, without
the domain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ios_emu.lab.lab_dns import domain_name, is_domain
from ios_emu.lab.lab_keys import KeyReader, within
from ios_emu.lab.lab_values import shown
from ios_emu.services.mail_account import MailAccount

ACCOUNT_KEYS = ("name", "address", "incoming", "outgoing", "user", "password")
MAIL_KEYS = ("domain", "smtp", "pop3", "auth", "users")

_USER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,62}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class MailService:
    """A server's mail: its domain, what of it runs, and the password of each user."""

    domain: str
    smtp: bool = True
    pop3: bool = True
    users: dict[str, str] = field(default_factory=dict)
    auth: bool = False


def mail_account(keys: KeyReader, key: str, value: object) -> MailAccount:
    """A PC's `mail`. Raises LabFileError."""
    table = keys.known_table(key, value, ACCOUNT_KEYS, "a mail account")
    keys.all_of(key, table, ACCOUNT_KEYS, "a mail account")
    given = {
        name: _word(
            keys, within(key, name), table[name], f'write {name} = "..."', blanks=name in ("name", "password")
        )
        for name in ACCOUNT_KEYS
    }
    user, at, domain = given["address"].rpartition("@")
    if not at or not user or "@" in user or not is_domain(domain):
        raise keys.error(
            within(key, "address"),
            f"{shown(given['address'])} is no mail address",
            "it is a user and a domain",
            'write "user1@example.com"',
        )
    for name in ("incoming", "outgoing"):
        if not is_domain(given[name]):
            raise keys.error(
                within(key, name),
                f"{shown(given[name])} is no server",
                "a server has a name or an IPv4 address",
                'write "mail.example.com"',
            )
    return MailAccount(**given)


def mail_service(keys: KeyReader, key: str, value: object) -> MailService:
    """A server's `mail`. Raises LabFileError."""
    table = keys.known_table(key, value, MAIL_KEYS, "a mail service")
    keys.all_of(key, table, ("domain",), "a mail service")
    domain = keys.checked(within(key, "domain"), table["domain"], domain_name)
    why = "a service runs or does not"
    smtp = keys.flag(within(key, "smtp"), table, "smtp", True, why)
    pop3 = keys.flag(within(key, "pop3"), table, "pop3", True, why)
    auth = keys.flag(within(key, "auth"), table, "auth", False, "SMTP offers AUTH or does not")
    users_key, example = within(key, "users"), 'write users = { user1 = "123" }'
    users = keys.table(users_key, table.get("users", {}), "it has a password for each user", example)
    seen: dict[str, str] = {}
    for user, password in users.items():
        if _USER.fullmatch(user) is None:
            raise keys.error(
                within(users_key, user),
                "is no user's name",
                "it has letters, digits, and . _ + - between them, and no domain",
                "choose another name",
            )
        other = seen.setdefault(user.lower(), user)
        if other != user:
            raise keys.error(
                within(users_key, user),
                f"is the name of {other}, too",
                "users differ by more than capitals",
                "rename one",
            )
        _word(keys, within(users_key, user), password, f'write {user} = "..."', blanks=True)
    return MailService(domain, smtp, pop3, dict(users), auth)


def _word(keys: KeyReader, key: str, value: object, remedy: str, *, blanks: bool) -> str:
    """A text that is not empty; `blanks` says whether it may have blanks."""
    text = keys.text(key, value, "it is text, in quotes", remedy)
    if not text.strip():
        raise keys.error(key, "is empty", "it has at least one letter", remedy)
    if not blanks and " " in text:
        raise keys.error(key, f"{shown(text)} has blanks", "it is one word", remedy)
    return text
