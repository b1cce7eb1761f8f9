"""A calendar to take along (RFC 5545): whole days, so that each is that day in every time zone; times in UTC."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LINE_OCTETS = 75
TOP_BITS, GOES_ON = 0xC0, 0x80
"""How an octet of UTF-8 that goes on a letter is told from one that begins it."""
REFRESH = "PT4H"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One whole day in the calendar; `uid` stays the same when the day moves."""

    uid: str
    day: date
    summary: str
    url: str
    changed: datetime


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """Return the file: CRLF at each line's end, long lines folded, no alarm and no time taken from anybody."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kuramori//duties//EN", "CALSCALE:GREGORIAN",
        f"NAME:{escaped(name)}", f"X-WR-CALNAME:{escaped(name)}", f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]  # fmt: skip
    for event in events:
        lines += [
            "BEGIN:VEVENT", f"UID:{escaped(event.uid)}",
            f"DTSTAMP:{event.changed.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{escaped(event.summary)}", f"URL:{event.url}", "TRANSP:TRANSPARENT", "CLASS:PRIVATE",
            "END:VEVENT",
        ]  # fmt: skip
    return b"".join(folded(line) for line in [*lines, "END:VCALENDAR"])


def escaped(text: str) -> str:
    """Return a TEXT value (3.3.11): backslash, semicolon, comma and line ends written so that they end nothing."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    for mark in ("\\", ";", ","):
        plain = plain.replace(mark, f"\\{mark}")
    return "".join(each for each in plain.replace("\n", "\\n") if each >= " ")


def folded(line: str) -> bytes:
    """Return a line of at most 75 octets with its end, the rest on lines that begin with a space (3.1).

    No letter is cut: an octet of UTF-8 that goes on a letter never begins a line.
    """
    octets = line.encode()
    parts: list[bytes] = []
    while octets:
        room = LINE_OCTETS - (1 if parts else 0)
        while len(octets) > room and octets[room] & TOP_BITS == GOES_ON:
            room -= 1
        parts.append(octets[:room])
        octets = octets[room:]
    return b"\r\n ".join(parts) + b"\r\n"
