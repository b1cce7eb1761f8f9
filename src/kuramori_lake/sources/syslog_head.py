"""The head of a syslog line in the forms that files have, and the year that the oldest form leaves out.

RFC 3164 (`Nov 23 03:31:26 mx postfix/qmgr[277]: `, also what Postfix's own maillog_file has), rsyslog's file format
(`2026-11-23T03:31:26.5+09:00 mx postfix/qmgr[277]: `) and RFC 5424 (`<22>1 2026-11-23T… mx postfix/qmgr 277 - - `).
"""

from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kuramori_lake import clock
from kuramori_lake.event import TimeBasis
from kuramori_lake.sources.lines import split
from kuramori_lake.sources.parsed import Options

SPLIT: Final = """
unprefixed AS (
    SELECT *, CASE WHEN starts_with(line, '<') THEN substr(line, strpos(line, '>') + 1) ELSE line END AS headed
    FROM found
), versioned AS (
    SELECT *, starts_with(headed, '1 ') AS is_5424, CASE WHEN is_5424 THEN substr(headed, 3) ELSE headed END AS dated
    FROM unprefixed
), timed AS (
    SELECT *, CASE WHEN dated[1] BETWEEN '0' AND '9' THEN split_part(dated, ' ', 1) ELSE left(dated, 15) END AS stamp,
        substr(dated, length(stamp) + 2) AS after_time
    FROM versioned
), placed AS (
    SELECT *, split_part(after_time, ' ', 1) AS host, substr(after_time, strpos(after_time, ' ') + 1) AS tail FROM timed
), syslog AS (
    SELECT * EXCLUDE (headed, dated, after_time),
        CASE WHEN is_5424 THEN split_part(tail, ' ', 1)
            ELSE split_part(split_part(tail, ': ', 1), '[', 1) END AS program,
        CASE WHEN is_5424 THEN ltrim(regexp_extract(tail, '^\\S+ \\S+ \\S+ (?:-|\\[.*?\\]) (.*)$', 1), chr(65279))
            ELSE substr(tail, strpos(tail, ': ') + 2) END AS message,
        try_strptime('2000 ' || replace(stamp, '  ', ' 0'), '%Y %b %d %H:%M:%S') AS yearless,
        CASE WHEN yearless IS NULL THEN epoch_us(try_cast(stamp AS TIMESTAMPTZ)) END AS zoned
    FROM placed
)"""
"""Common table expressions from `found` (column `line`) to `syslog`: host, program, message, and its time.

`yearless` is on the local clock in the year 2000, `zoned` microseconds in UTC; both null: not a syslog line.
"""

_LEAP_START: Final = 946_684_800_000_000  # 2000-01-01, microseconds
_TAIL: Final = 65_536
_HALF_YEAR: Final = 183 * 86_400 * 1_000_000
Ints = npt.NDArray[np.int64]


def _in_year(year: Ints, into: Ints) -> Ints:
    """Local microseconds since 1970 of a moment of a leap year, put into each year (29 February becomes 1 March)."""
    leap = np.datetime64("2000-01-01T00:00:00", "us") + into.astype("timedelta64[us]")
    month = leap.astype("datetime64[M]")
    day = leap.astype("datetime64[D]") - month.astype("datetime64[D]")
    of_day = leap - leap.astype("datetime64[D]")
    months = (year - 1970) * 12 + month.astype(np.int64) % 12
    start = months.astype("datetime64[M]").astype("datetime64[D]")
    found: Ints = ((start + day).astype("datetime64[us]") + of_day).astype(np.int64)
    return found


class Years:
    """Counts the years of a log whose lines have none: a jump back by half a year is a new year."""

    def __init__(self, year: int, first: int) -> None:
        """`first`: microseconds into the year of the first line, which is of `year`."""
        self._year = year
        self._last = first

    def local(self, into: Ints) -> Ints:
        """Local microseconds since 1970 of lines in the order of the file; goes on where the last call ended."""
        steps = np.diff(into, prepend=np.int64(self._last))
        turns = np.cumsum((steps < -_HALF_YEAR).astype(np.int64) - (steps > _HALF_YEAR).astype(np.int64))
        years = self._year + turns
        if len(into):
            self._year, self._last = int(years[-1]), int(into[-1])
        return _in_year(years, into)


class Times:
    """Turns the times of a file's lines into UTC, chunk by chunk."""

    def __init__(self, years: Years | None, options: Options) -> None:
        """`years` None: nothing tells the year; lines without one stay unknown."""
        self._years = years
        self._options = options

    @classmethod
    def near(cls, found: pa.Table, known: int, anchor: int, options: Options) -> Self:
        """By one line of the file (`known`, year 2000) whose local moment `anchor` is known by other means."""
        into = _into(found)
        year = year_near(known - _LEAP_START, anchor)
        first = int(into[0])
        return cls(Years(year - (first - (known - _LEAP_START) > _HALF_YEAR), first), options)

    @classmethod
    def before(cls, found: pa.Table, end: pa.Table, options: Options) -> Self:
        """By the time the file was written, which its last lines (`end`) are not after."""
        into, last = _into(found), _into(end)
        if options.written is None or not len(into) or not len(last):
            return cls(None, options)
        written = int(clock.to_local(np.array([clock.micros(options.written)]), options.zone)[0])
        year = year_of_last(int(last[-1]), written)
        return cls(Years(year - (int(into[0]) > int(last[-1])), int(into[0])), options)

    def of(self, found: pa.Table) -> tuple[Ints, "npt.NDArray[np.object_]", "npt.NDArray[np.bool_]"]:
        """Microseconds in UTC, the basis of the zone, and whether the time is known at all, line by line."""
        is_zoned = np.asarray(found["zoned"].is_valid())
        is_yearless = np.asarray(found["yearless"].is_valid())
        utc = np.asarray(pc.fill_null(found["zoned"], 0)).astype(np.int64)
        if self._years is not None:
            utc[is_yearless] = clock.to_utc(self._years.local(_into(found)), self._options.zone)
            is_zoned = is_zoned | is_yearless
        basis = np.where(is_yearless, str(self._options.basis), str(TimeBasis.EXPLICIT))
        return utc, basis, is_zoned


def _into(found: pa.Table) -> Ints:
    """Microseconds into the year of all lines that have no year."""
    times = found["yearless"].drop_null().cast(pa.timestamp("us")).cast(pa.int64())
    return np.asarray(times).astype(np.int64) - _LEAP_START


def last_line_of(data: memoryview) -> pa.Table:
    """The last lines of a file as a table of lines."""
    at = max(len(data) - _TAIL, 0)
    table = [chunk.table for chunk in split(data[at:])]
    return pa.concat_tables(table).slice(1 if at else 0).combine_chunks() if table else table


def year_near(into: int, known: int) -> int:
    """The year in which a line's time comes nearest to a moment that is known by other means (local microseconds)."""
    guess = clock.moment(known).year
    return min(
        (guess - 1, guess, guess + 1),
        key=lambda year: abs(int(_in_year(np.array([year]), np.array([into]))[0]) - known),
    )


def year_of_last(into: int, written: int) -> int:
    """The year of a file's last line: the latest in which it lies no more than a day after the file was written."""
    year = clock.moment(written).year + 1
    while int(_in_year(np.array([year]), np.array([into]))[0]) > written + 86_400_000_000:
        year -= 1
    return year
