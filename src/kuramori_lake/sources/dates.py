"""Times as Japanese products write them, to microseconds on the clock they mean.

`2026/11/20 9:05`, `26/11/20` (two-digit years are 20xx), full-width digits, 午前/午後, 令和8年11月20日, `R8.11.20`,
and the 30-hour clock: 25:04 on the 20th is 01:04 on the 21st.
"""

import re
import unicodedata
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kuramori_lake import clock

_ERAS: Final = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
_DAY: Final = re.compile(
    r"(?P<era>令和|平成|昭和|[RHS])?\s*(?P<y>\d{1,4}|元)(?:[/.\-]|年)\s*(?P<m>\d{1,2})(?:[/.\-]|月)\s*(?P<d>\d{1,2})日?"
)
_TIME: Final = re.compile(
    r"(?P<half>午前|午後|AM|PM)?\s*(?P<h>\d{1,2})(?::|時)(?P<mi>\d{1,2})(?:(?::|分)(?P<s>\d{1,2})(?:\.(?P<f>\d+))?秒?)?分?"
    r"\s*(?P<late>AM|PM)?",
    re.IGNORECASE,
)
_ZONE: Final = re.compile(r"\s*(?:(?P<utc>Z|UTC)|(?:GMT)?(?P<sign>[+-])(?P<h>\d{2}):?(?P<m>\d{2}))\Z")
_USUAL: Final = re.compile(r"\d{4}([/-])\d\d\1\d\d \d\d:\d\d:\d\d", re.ASCII)
"""What most products write; the clocks beyond 23:59:59 are not it."""
_USUAL_BYTES: Final = 19
_NUMBERS: Final = (range(4), (5, 6), (8, 9), (11, 12), (14, 15), (17, 18))
"""Where year, month, day, hour, minute and second stand in it."""
_SECOND: Final = 1_000_000


class DateError(ValueError):
    """Not a time that we understand; the message shows it."""


def parse(text: str) -> tuple[int, int | None]:
    """Microseconds since 1970 on the clock meant, and the offset from UTC in microseconds if the text names one.

    Raises:
        DateError: not a time.
    """
    if _USUAL.fullmatch(text):
        with suppress(ValueError):
            return clock.iso_micros(text.replace("/", "-")), None
    plain = unicodedata.normalize("NFKC", text).strip()
    day = _DAY.match(plain)
    if not day:
        raise DateError(f"not a date: {text!r}")
    rest = plain[day.end() :].lstrip(" T")
    rest = re.sub(r"^\([日月火水木金土]\)\s*", "", rest)
    found = _TIME.match(rest)
    zone = _ZONE.match(rest[found.end() :]) if found else None
    if found and rest[found.end() :].strip() and not zone:
        raise DateError(f"not a time: {text!r}")
    if rest and not found:
        raise DateError(f"not a time: {text!r}")
    seconds, fraction = _clock(found) if found else (0, 0)
    try:
        midnight = datetime.combine(_day(day), datetime.min.time())
        local = clock.micros(midnight + timedelta(seconds=seconds)) + fraction
    except (ValueError, OverflowError) as error:
        raise DateError(f"no such day: {text!r}") from error
    return local, _offset(zone) if zone else None


def usual(column: pa.Array) -> tuple[clock.Micros, npt.NDArray[np.bool_]]:
    """What `parse` says of many texts at once, and of which: those in the usual form, none of which names an offset."""
    size = np.asarray(pc.fill_null(pc.binary_length(column), 0)) == _USUAL_BYTES
    texts = b"".join(column.view(pa.large_binary()).filter(pa.array(size)).to_pylist())
    letters = np.frombuffer(texts, dtype=np.uint8).reshape(-1, _USUAL_BYTES)
    between = letters[:, 4]
    good = ((between == ord("/")) | (between == ord("-"))) & (letters[:, 7] == between) & (letters[:, 10] == ord(" "))
    good &= (letters[:, 13] == ord(":")) & (letters[:, 16] == ord(":"))
    numbers = []
    for places in _NUMBERS:
        number = np.zeros(len(letters), dtype=np.int64)
        for place in places:
            digit = letters[:, place] - np.uint8(ord("0"))  # what stands before "0" becomes large
            good &= digit <= 9  # noqa: PLR2004
            number = number * 10 + digit
        numbers.append(number)
    year, month, day, hour, minute, second = numbers
    first = ((year - 1970) * 12 + month - 1).astype("M8[M]")
    begin, end = (one.astype("M8[D]").astype(np.int64) for one in (first, first + 1))
    good &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= end - begin)  # noqa: PLR2004
    good &= (hour <= 23) & (minute <= 59) & (second <= 59)  # noqa: PLR2004
    local = np.zeros(len(column), dtype=np.int64)
    local[size] = ((((begin + day - 1) * 24 + hour) * 60 + minute) * 60 + second) * _SECOND
    known = np.zeros(len(column), dtype=bool)
    known[size] = good
    return local, known


def offset_of(text: str) -> int | None:
    """Seconds ahead of UTC of `GMT+09:00`, `+09:00` or `Z`; None if it is none of these."""
    zone = _ZONE.match(unicodedata.normalize("NFKC", text))
    return _offset(zone) // _SECOND if zone else None


def _day(found: re.Match[str]) -> date:
    year = 1 if found["y"] == "元" else int(found["y"])
    if found["era"]:
        year += _ERAS[found["era"]]
    elif len(found["y"]) <= 2:  # noqa: PLR2004  # CCAS writes yy/mm/dd
        year += 2000
    return date(year, int(found["m"]), int(found["d"]))


def _clock(found: re.Match[str]) -> tuple[int, int]:
    """Seconds since midnight, up to 30 hours, and microseconds."""
    hour, minute, second = int(found["h"]), int(found["mi"]), int(found["s"] or 0)
    half = (found["half"] or found["late"] or "").upper()
    if half in {"午後", "PM"} and hour < 12:  # noqa: PLR2004
        hour += 12
    if half in {"午前", "AM"} and hour == 12:  # noqa: PLR2004
        hour = 0
    if hour > 30 or minute > 59 or second > 60:  # noqa: PLR2004
        raise DateError(f"no such time: {found[0]!r}")
    return hour * 3600 + minute * 60 + second, int((found["f"] or "0")[:6].ljust(6, "0"))


def _offset(zone: re.Match[str]) -> int:
    if zone["utc"]:
        return 0
    return int(zone["sign"] + "1") * (int(zone["h"]) * 3600 + int(zone["m"]) * 60) * _SECOND
