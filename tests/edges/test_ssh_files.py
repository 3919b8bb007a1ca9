"""Files through the SSH door: `scp` there and back, and who may not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncssh
import pytest

from tests.edges.test_ssh import LOCAL, Door, door

pytestmark = pytest.mark.slow

ENABLED = f"ip scp server enable\n{LOCAL}"


async def copy(opened: Door, source: Path | str, target: Path | str) -> None:
    """Copies in a connection of its own, as `scp` does; a text names a file of the router."""
    async with await opened.connect() as client:
        here_and_there = [(client, end) if isinstance(end, str) else end for end in (source, target)]
        await asyncssh.scp(here_and_there[0], here_and_there[1])


def test_a_file_goes_there_and_back(tmp_path: Path) -> None:
    async def session() -> None:
        new, back = tmp_path / "new.cfg", tmp_path / "back.cfg"
        new.write_text("interface Loopback9\n description by scp\nend\n")
        async with door(tmp_path, ENABLED) as opened:
            await copy(opened, new, "flash:/new.cfg")
            await copy(opened, "flash:/new.cfg", back)
            assert back.read_text() == new.read_text()
            await copy(opened, new, "running-config")
            await copy(opened, "running-config", back)
            assert "interface Loopback9\n description by scp" in back.read_text()
            assert "new.cfg" in opened.device.run("dir")

    asyncio.run(session())


@pytest.mark.parametrize(
    ("configuration", "user", "password", "why"),
    [
        (LOCAL, "admin", "hidden", "Administratively disabled."),
        (ENABLED, "guest", "seen", "Privilege denied."),
    ],
)
def test_who_may_not(tmp_path: Path, configuration: str, user: str, password: str, why: str) -> None:
    async def session() -> None:
        async with door(tmp_path, configuration) as opened, await opened.connect(user, password) as client:
            done = await client.run("scp -f running-config", check=False)
            assert done.exit_status == 1
            assert str(done.stdout).strip() == why

    asyncio.run(session())


def test_what_has_no_room_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    async def session() -> None:
        with (tmp_path / "large").open("wb") as file:
            file.truncate(20_000_000)
        async with door(tmp_path, ENABLED) as opened:
            with pytest.raises(asyncssh.SFTPError, match="No space left on device"):
                await copy(opened, tmp_path / "large", "flash:large")
            with pytest.raises(asyncssh.SFTPError, match="No such file"):
                await copy(opened, "flash:nothing", tmp_path / "nothing")

    asyncio.run(session())
