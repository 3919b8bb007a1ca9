"""Connects with Netmiko, calls the methods that it is told to, and prints what they return."""

from __future__ import annotations

import json
import sys

from netmiko import ConnectHandler


def main() -> None:
    """The request has `device`, what ConnectHandler takes, and `calls`: method, arguments, keywords."""
    request = json.load(sys.stdin)
    connection = ConnectHandler(**request["device"])
    answers = [
        getattr(connection, name)(*arguments, **keywords) for name, arguments, keywords in request["calls"]
    ]
    connection.disconnect()
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
