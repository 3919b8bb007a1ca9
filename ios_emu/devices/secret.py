"""A password as the configuration keeps it: clear text (type 0), MD5-crypt (5) or obfuscated (7)."""

from __future__ import annotations

import hmac
import random
from dataclasses import dataclass

from ios_emu.devices import passwords


@dataclass(frozen=True, slots=True)
class Secret:
    """`type` is IOS's number for how `text` is kept."""

    type: int
    text: str

    @classmethod
    def hashed(cls, password: str, chance: random.Random) -> Secret:
        """Type 5, as `enable secret` keeps it."""
        return cls(5, passwords.md5_crypt(password, passwords.new_salt(chance)))

    def obfuscated(self, chance: random.Random) -> Secret:
        """Type 7 of a type 0 password, as `service password-encryption` keeps it; others stay."""
        if self.type != 0:
            return self
        return Secret(7, passwords.encrypt_type7(self.text, chance.randrange(16)))

    def matches(self, typed: str) -> bool:
        """Is this the password that was typed?"""
        if self.type == 5:
            return passwords.verify_type5(typed, self.text)
        expected = passwords.decrypt_type7(self.text) if self.type == 7 else self.text
        return hmac.compare_digest(expected.encode(), typed.encode())

    @property
    def clear_text(self) -> str:
        """The password, where it can be turned back: not of type 5, which gives an empty text."""
        if self.type == 5:
            return ""
        return passwords.decrypt_type7(self.text) if self.type == 7 else self.text

    @property
    def configuration(self) -> str:
        """As it stands in the running configuration: no number before clear text."""
        return f"{self.type} {self.text}" if self.type else self.text
