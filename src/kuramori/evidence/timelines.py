"""Tables of forensic tools read as timelines (EVD-11): USB history, browser history, prefetch, Plaso.

The layouts are data (`data/timelines.toml`). A cell that is no time is told by its row and column, and the rest stays.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.textfile import open_text

LAYOUTS = Path(__file__).with_name("data") / "timelines.toml"
FORMATS = ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
MICROSECONDS = 6


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One moment of a timeline: when (UTC), what the column says happened, on what, and the row it stands in."""

    at: datetime
    what: str
    on: str
    row: int


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A cell that could not be read: its row as a spreadsheet counts, its column's title, and what stands there."""

    row: int
    column: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """A table as it was read: under which layout ("" for an unknown one), in the order of time."""

    layout: str
    rows: Sequence[Moment] = ()
    faults: Sequence[Fault] = ()


def read_timeline(path: Path, *, name: str) -> Timeline:
    """Read a file as a timeline; one that is no table, or of an unknown tool, gives an empty one."""
    try:
        lines = list(open_text(path, name=name).rows())
    except FileRefused:
        return Timeline(layout="")
    for start, (_number, titles) in enumerate(lines[:5]):
        columns = {title.strip(): place for place, title in enumerate(titles)}
        layout = next((each for each in layouts() if set(each["known_by"]) <= columns.keys()), None)
        if layout is not None:
            return _read(layout, columns, lines[start + 1 :])
    return Timeline(layout="")


@cache
def layouts() -> tuple[Mapping[str, Any], ...]:
    """Return the layouts we know."""
    return tuple(tomllib.loads(LAYOUTS.read_text(encoding="utf-8"))["layout"])


def _read(layout: Mapping[str, Any], columns: Mapping[str, int], lines: Sequence[tuple[int, list[str]]]) -> Timeline:
    zone = ZoneInfo(layout.get("zone", settings.COMPANY_ZONE))
    rows, faults = [], []
    for number, cells in lines:
        words = {title: cells[place].strip() if place < len(cells) else "" for title, place in columns.items()}
        on = " · ".join(words[title] for title in layout["on"] if words.get(title))
        for title in layout["moments"]:
            if not words.get(title):
                continue
            at = moment_of(words[title], zone)
            if at is None:
                faults.append(Fault(row=number, column=title, value=words[title][:100]))
            else:
                rows.append(Moment(at=at, what=title, on=on, row=number))
    return Timeline(layout=layout["name"], rows=sorted(rows, key=lambda each: (each.at, each.row)), faults=faults)


def moment_of(text: str, zone: ZoneInfo) -> datetime | None:
    """Read a time with the year first; None for what is none or could be two (11/1/2026). A zone in it wins."""
    plain = text.replace("/", "-")
    whole, dot, fraction = plain.partition(".")
    digits = len(fraction) - len(fraction.lstrip("0123456789"))
    plain = f"{whole}{dot}{fraction[: min(digits, MICROSECONDS)]}{fraction[digits:]}"
    try:
        found = datetime.fromisoformat(plain)
    except ValueError:
        for form in FORMATS:
            try:
                found = datetime.strptime(plain, form)  # noqa: DTZ007  (the zone is given below)
                break
            except ValueError:
                continue
        else:
            return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
