"""Messages out of a stream (RFC 6587): counted octets (`<length> <message>`) or one message a line.

What a message may not hold in a file of lines is written as rsyslog writes it, `#` and three octal digits: nobody
forges a second line with CR or LF, and NUL cuts nothing off.
"""

import re
from typing import Final

LONGEST: Final = 64 * 1024
_COUNT: Final = re.compile(rb"([1-9]\d{0,9}) ")
_MAY_COUNT: Final = re.compile(rb"[1-9]\d{0,9}\Z")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def as_line(message: bytes) -> bytes:
    """One line of a file, with its line feed; longer ones are cut."""
    plain = message[:LONGEST].rstrip(b"\r\n")
    return _CONTROL.sub(lambda found: b"#%03o" % found[0][0], plain) + b"\n"


class Frames:
    """Takes bytes as they come, gives messages; holds no more than one message of the longest kind."""

    def __init__(self) -> None:
        """Nothing has come."""
        self._rest = b""
        self._skip = 0
        self._to_line_feed = False
        self.cut = 0
        """Messages that were longer than may be; their beginning was kept."""
        self.torn = 0
        """Counted messages whose end never came: the sender hung up, and will send them again."""

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are complete now."""
        self._rest += data
        found: list[bytes] = []
        while self._rest:
            taken = self._skipped() or self._next(found)
            if not taken:
                break
        return found

    def end(self) -> list[bytes]:
        """What the sender left without an end when it hung up."""
        rest, self._rest = self._rest, b""
        self.torn += bool(_COUNT.match(rest) or self._skip)
        return [] if not rest.strip() or self._to_line_feed or self._skip or _COUNT.match(rest) else [rest]

    def _skipped(self) -> bool:
        """Drop the tail of a message that was too long; true when there is more to look at."""
        if self._skip:
            dropped = min(self._skip, len(self._rest))
            self._skip, self._rest = self._skip - dropped, self._rest[dropped:]
            return bool(dropped)
        if self._to_line_feed:
            _, feed, self._rest = self._rest.partition(b"\n")
            self._to_line_feed = not feed
            return True
        return False

    def _next(self, found: list[bytes]) -> bool:
        counted = _COUNT.match(self._rest)
        if counted:
            return self._counted(found, int(counted[1]), counted.end())
        if _MAY_COUNT.match(self._rest):
            return False
        line, feed, after = self._rest.partition(b"\n")
        if not feed and len(self._rest) <= LONGEST:
            return False
        if len(line) > LONGEST:
            self.cut += 1
            self._to_line_feed = not feed
        if line.strip():
            found.append(line[:LONGEST])
        self._rest = after
        return True

    def _counted(self, found: list[bytes], length: int, at: int) -> bool:
        kept = min(length, LONGEST)
        if len(self._rest) < at + kept:
            return False
        found.append(self._rest[at : at + kept])
        self.cut += length > LONGEST
        self._rest, self._skip = self._rest[at + kept :], length - kept
        return True
