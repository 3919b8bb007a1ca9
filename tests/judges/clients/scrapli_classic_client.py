"""Connects with Scrapli 2025.1, configures, shows, and prints what came of it."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from scrapli.driver.core import AsyncIOSXEDriver, IOSXEDriver


def arguments(request: dict[str, Any]) -> dict[str, Any]:
    """What the drivers of both kinds take."""
    names = ("host", "port", "transport", "auth_username", "auth_password", "auth_secondary", "auth_bypass")
    return {name: request[name] for name in names} | {"auth_strict_key": False, "timeout_ops": 20}


def report(prompt: str, configured: Any, shown: list[Any]) -> None:
    """Prints what the driver found."""
    answers = [{"result": one.result, "failed": one.failed} for one in shown]
    print(json.dumps({"prompt": prompt, "configured": not configured.failed, "shown": answers}))


def main(request: dict[str, Any]) -> None:
    """Waits for each answer."""
    with IOSXEDriver(**arguments(request)) as driver:
        prompt = driver.get_prompt()
        configured = driver.send_configs(request["lines"])
        report(prompt, configured, [driver.send_command(one) for one in request["commands"]])


async def amain(request: dict[str, Any]) -> None:
    """The same with asyncio."""
    async with AsyncIOSXEDriver(**arguments(request)) as driver:
        prompt = await driver.get_prompt()
        configured = await driver.send_configs(request["lines"])
        report(prompt, configured, [await driver.send_command(one) for one in request["commands"]])


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    if asked["transport"].startswith("async"):
        asyncio.run(amain(asked))
    else:
        main(asked)
