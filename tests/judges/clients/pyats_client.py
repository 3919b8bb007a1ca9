"""Connects with unicon, parses with Genie, configures, and prints what came of it."""

from __future__ import annotations

import contextlib
import json
import sys

from pyats.topology import loader


def main() -> None:
    """The request has `testbed`, what pyATS takes; `device`; `commands` to parse; `lines` to configure."""
    request = json.load(sys.stdin)
    # Whatever pyATS says while it works is no part of the answer.
    with contextlib.redirect_stdout(sys.stderr):
        device = loader.load(request["testbed"]).devices[request["device"]]
        device.connect(log_stdout=False, connection_timeout=30)
        parsed = {command: device.parse(command) for command in request["commands"]}
        device.configure(request["lines"])
        shown = device.execute("show running-config | section " + request["lines"][0])
        device.disconnect()
    print(json.dumps({"parsed": parsed, "shown": shown}, default=str))


if __name__ == "__main__":
    main()
