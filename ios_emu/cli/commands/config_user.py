"""`username ...`: the local users that `login local` asks for."""

from __future__ import annotations

from ios_emu.cli.commands.config_global import HOW_TO_ENTER_SECRET, entered
from ios_emu.cli.shell import Call
from ios_emu.devices import passwords
from ios_emu.devices.secret import Secret
from ios_emu.devices.users import User

_BOTH = "ERROR: Can not have both a user password and a user secret.\nPlease choose one or the other.\n"


def username(
    call: Call,
    username: str,
    user_level: int | None = None,
    nopassword: str | None = None,
    user_password: str | None = None,
    user_secret: str | None = None,
    clear: str | None = None,
    hidden: str | None = None,
    hash: str | None = None,
) -> str:
    """`username NAME [privilege N] [nopassword | password [0|7] TEXT | secret [0|5] TEXT]`.

    Each line adds to what is known of the user; `no username NAME` removes the user whole.
    """
    users = call.config.users
    if call.no:
        if users.pop(username, None) is None:
            return f"%User {username} does not exist\n" if call.command.negated else ""
        return ""
    user = users.get(username) or User(username)
    secret = None
    if user_password is not None:
        secret = entered(call, clear, hidden)
    elif user_secret is not None:
        if hash is not None and not passwords.is_type5(hash):
            return f"ERROR: The secret you entered is not a valid encrypted secret.\n{HOW_TO_ENTER_SECRET}"
        if hash is not None:
            secret = Secret(5, hash)
        else:
            assert clear is not None
            secret = Secret.hashed(clear, call.device.chance)
    if secret is not None:
        if user.secret is not None and (user.secret.type == 5) != (secret.type == 5):
            return _BOTH
        user.secret, user.open_ = secret, False
    if nopassword is not None:
        user.secret, user.open_ = None, True
    if user_level is not None:
        user.level = user_level
    users[username] = user
    return ""


def user_kept(call: Call, username: str, **arguments: object) -> str:
    """`username NAME access-class N`, `autocommand TEXT` and their like: kept."""
    users = call.config.users
    setting = call.command.text.split(None, 2)[2]
    key = setting.split()[0]
    if call.no:
        if username in users:
            users[username].kept.pop(key, None)
        return ""
    users.setdefault(username, User(username)).kept[key] = setting
    return ""
