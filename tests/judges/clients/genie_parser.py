"""Parses what was shown with Genie's parsers for IOS, and prints the result."""

from __future__ import annotations

import contextlib
import json
import sys

from genie.conf.base import Device


def main() -> None:
    """The request has `shown`: texts by the commands that gave them."""
    request = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):
        device = Device("R1", os="ios")
        device.custom = {"abstraction": {"order": ["os"]}}
        parsed = {command: device.parse(command, output=text) for command, text in request["shown"].items()}
    print(json.dumps(parsed, default=str))


if __name__ == "__main__":
    main()
