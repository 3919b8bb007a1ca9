"""Parses what was shown with the templates of ntc-templates for IOS, and prints the result."""

from __future__ import annotations

import json
import sys

from ntc_templates.parse import parse_output


def main() -> None:
    """The request has `shown`: texts by the commands that gave them."""
    request = json.load(sys.stdin)
    print(
        json.dumps(
            {command: parse_output("cisco_ios", command, text) for command, text in request["shown"].items()}
        )
    )


if __name__ == "__main__":
    main()
