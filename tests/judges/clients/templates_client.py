"""Says which of ntc-templates' templates for IOS is for each of some commands, or null."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import ntc_templates
from textfsm.clitable import CliTable


def main() -> None:
    """The request is a list of commands."""
    folder = Path(ntc_templates.__file__).parent / "templates"
    index = CliTable("index", str(folder)).index
    found = []
    for command in json.load(sys.stdin):
        row = index.GetRowMatch({"Platform": "cisco_ios", "Command": command})
        found.append(index.index[row]["Template"] if row else None)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
