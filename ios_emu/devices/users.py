"""The local users: `username NAME ...`, for `login local` and for who does what."""

from __future__ import annotations

from dataclasses import dataclass

from ios_emu.devices.secret import Secret

USER_LEVEL = 1


@dataclass(slots=True)
class User:
    """A user. `secret` is of type 5 behind the word `secret`, of 0 or 7 behind `password`.

    `open_` is `nopassword`: the name is enough.
    """

    name: str
    level: int = USER_LEVEL
    secret: Secret | None = None
    open_: bool = False

    def admits(self, password: str) -> bool:
        """Is this the user's password?"""
        return self.open_ or (self.secret is not None and self.secret.matches(password))

    @property
    def configuration(self) -> str:
        """The line of the running configuration."""
        words = [f"username {self.name}"]
        if self.level != USER_LEVEL:
            words.append(f"privilege {self.level}")
        if self.open_:
            words.append("nopassword")
        elif self.secret is not None:
            word = "secret" if self.secret.type == 5 else "password"
            words.append(f"{word} {self.secret.type} {self.secret.text}")
        return " ".join(words)
