"""Types at a router with pexpect, through Linux's telnet or OpenSSH's ssh, and prints what it shows."""

from __future__ import annotations

import json
import sys

import pexpect


def main() -> None:
    """The request has `words`, what to run, and `steps`: what to wait for (a pattern), and what to send."""
    request = json.load(sys.stdin)
    program, *arguments = request["words"]
    child = pexpect.spawn(program, arguments, encoding="latin-1", timeout=60, env=request["environment"])
    shown = []
    for pattern, line in request["steps"]:
        child.expect(pattern)
        shown.append(child.before + child.after)
        if line is not None:
            child.send(line)
    child.close()
    print(json.dumps(shown))


if __name__ == "__main__":
    main()
