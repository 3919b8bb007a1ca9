"""`python -m ios_emu` is the command `ios-emu`."""

from __future__ import annotations

from ios_emu.main import main

if __name__ == "__main__":
    main()
