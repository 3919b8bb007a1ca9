"""Connects with NAPALM's driver for IOS, calls the methods that it is told to, and prints what they say."""

from __future__ import annotations

import json
import sys
from typing import Any

from napalm import get_network_driver


def main() -> None:
    """The request has `device`, what the driver takes, and `calls`: method and keywords.

    `prepare` are lines that a person configures first. An exception is returned as its name and text.
    """
    request = json.load(sys.stdin)
    device = get_network_driver("ios")(**request["device"])
    device.open()
    if request["prepare"]:
        device.device.send_config_set(request["prepare"])
    answers: list[Any] = []
    for name, keywords in request["calls"]:
        try:
            answers.append(getattr(device, name)(**keywords))
        except Exception as error:
            answers.append({"raised": type(error).__name__, "text": str(error)})
    device.close()
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
