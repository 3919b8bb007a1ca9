"""The bytes of a console as letters, for a terminal in a browser."""

from __future__ import annotations

import codecs


def _one_by_one(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("ios-emu-console", _one_by_one)


class Letters:
    """Terminals read UTF-8; a byte that is none is a letter of its own (ISO 8859-1), as within the lab."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("ios-emu-console")

    def read(self, data: bytes) -> str:
        """The letters that are complete by now."""
        return self._decoder.decode(data)
