"""What a number in a workbook is: its style decides whether 46113 is a count, 1 April 2026, or employee 046113.

Sources: ECMA-376 part 1, 18.8.30 (number formats, with the Japanese ids 27–36 and 50–58) and 18.17.4 (dates).
"""

import re
from datetime import date, datetime, time, timedelta

_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOISE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|E[+-]', re.IGNORECASE)
_DATE_LETTERS = re.compile(r"[ymdhsge]", re.IGNORECASE)
_ZEROS = re.compile(r"0{2,}")
_LAST_SERIAL = 2_958_465  # 9999-12-31
_LEAP_BUG = 60  # the 1900 system counts a 29 February 1900 that never was (18.17.4.1)


def is_date(format_id: int, code: str | None) -> bool:
    """Tell whether a number format shows dates or times; `code` is the workbook's own format, if it defines one."""
    if code is None:
        return format_id in _BUILT_IN_DATES
    first = _NOISE.sub("", code.split(";")[0])
    return first.strip().lower() != "general" and bool(_DATE_LETTERS.search(first))


def padding(code: str | None) -> int:
    """Give the digits of a format such as `00000`, by which offices keep the leading zeros of employee numbers."""
    return len(code) if code is not None and _ZEROS.fullmatch(code) else 0


def from_serial(serial: float, *, epoch_1904: bool) -> date | datetime | time | None:
    """Turn a spreadsheet's serial number into a day, a time or both, in no zone; None when it is no date at all."""
    if not 0 <= serial <= _LAST_SERIAL:
        return None
    if serial < 1 and serial > 0:
        return (datetime(2000, 1, 1) + _seconds(serial)).time()  # noqa: DTZ001 - a spreadsheet knows no zone
    if epoch_1904:
        start = datetime(1904, 1, 1)  # noqa: DTZ001
    elif serial == 0 or int(serial) == _LEAP_BUG:
        return None
    else:
        start = datetime(1899, 12, 31 if serial < _LEAP_BUG else 30)  # noqa: DTZ001
    try:
        moment = start + timedelta(days=int(serial)) + _seconds(serial % 1)
    except OverflowError:
        return None
    return moment.date() if serial == int(serial) else moment


def _seconds(fraction: float) -> timedelta:
    return timedelta(seconds=round(fraction * 86_400))
