"""The text of a message on its way through SMTP (RFC 5321, 4.5.2): its end, its dots, and its line ends."""

from __future__ import annotations

import re

_END = b"\r\n.\r\n"
_MOST_HOPS = 50
_LONE_END = re.compile(rb"\r\n|\r|\n")


class IncomingText:
    """Gathers the text that follows DATA; `largest` is how many bytes are kept of it."""

    def __init__(self, largest: int) -> None:
        self.too_large = False
        self._largest = largest
        # As if a line had just ended: a message may be empty.
        self._text = bytearray(b"\r\n")

    def take(self, buffer: bytearray) -> bytes | None:
        """Takes from `buffer` up to the end; the text without added dots when it is there, else None.

        Only CR LF . CR LF is the end. Lone CRs and LFs become line ends afterwards: nobody behind this
        server may take them for an end.
        """
        text = self._text
        # The end may have begun in what came before.
        start = max(len(text) - len(_END) + 1, 0)
        text += buffer
        buffer.clear()
        end = text.find(_END, start)
        if end < 0:
            # The dot of the end and its CR may have come.
            if len(text) > self._largest + 4:
                self.too_large = True
                del text[: -len(_END) + 1]
            return None
        # However the text was cut on its way: what comes whole is measured, too.
        self.too_large = self.too_large or end > self._largest
        buffer += text[end + len(_END) :]
        lines = bytes(text[2 : end + 2]).split(b"\r\n")
        plain = b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)
        return _LONE_END.sub(b"\r\n", plain)


def flaw_of(text: bytes, longest_line: int) -> str | None:
    """The reply to a message that is not taken for what is in it."""
    if any(len(line) > longest_line for line in text.split(b"\r\n")):
        return "500 5.6.0 Error: line too long"
    # More servers than there are on any way: it goes round in circles (RFC 5321, 6.3).
    head = text.partition(b"\r\n\r\n")[0].lower()
    if head.count(b"\r\nreceived:") + head.startswith(b"received:") > _MOST_HOPS:
        return "554 5.4.0 Error: too many hops"
    return None


def outgoing_text(text: bytes) -> bytes:
    """A message, lines ending in CR LF, with the dots that are added and the end."""
    if text and not text.endswith(b"\r\n"):
        text += b"\r\n"
    stuffed = text.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + b".\r\n"
