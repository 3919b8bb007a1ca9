"""The local users: `username NAME ...`, for `login local` and for who does what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ios_emu.devices.secret import Secret

USER_LEVEL = 1


@dataclass(slots=True)
class User:
    """A user. `secret` is of type 5 behind the word `secret`, of 0 or 7 behind `password`.

    `open_` is `nopassword`: the name is enough. `kept` are settings without effect, by their first word.
    """

    name: str
    level: int = USER_LEVEL
    secret: Secret | None = None
    open_: bool = False
    kept: dict[str, str] = field(default_factory=dict)

    def admits(self, password: str) -> bool:
        """Is this the user's password?"""
        return self.open_ or (self.secret is not None and self.secret.matches(password))

    def configuration(self) -> Iterator[str]:
        """The lines of the running configuration."""
        words = [f"username {self.name}"]
        if self.level != USER_LEVEL:
            words.append(f"privilege {self.level}")
        if self.open_:
            words.append("nopassword")
        elif self.secret is not None:
            word = "secret" if self.secret.type == 5 else "password"
            words.append(f"{word} {self.secret.type} {self.secret.text}")
        yield " ".join(words)
        yield from (f"username {self.name} {setting}" for setting in self.kept.values())
