"""Days as Japanese offices write them, to `datetime.date`. A day has no zone.

Accepted: 2026-04-01, 2026/4/1, 2026.4.1, 20260401, 2026年4月1日, 令和8年4月1日, 令和元年5月1日, R8.4.1, ㋿8.4.1;
full-width digits; a trailing weekday or midnight. Refused as ambiguous: two-digit years without an era, 4/1/2026.
Eras begin on their first days in law: 令和 2019-05-01, 平成 1989-01-08, 昭和 1926-12-25, 大正 1912-07-30; 明治 is taken
from 1873-01-01 only, when Japan went over to the Gregorian calendar.
"""

import re
import unicodedata
from datetime import MAXYEAR, MINYEAR, date, datetime

from django.utils.translation import gettext_noop as _

from kuramori.kernel.imports.cell import RawValue
from kuramori.kernel.imports.errors import Unreadable
from kuramori.kernel.imports.wording import phrase

_ERAS = {
    "令和": (2019, date(2019, 5, 1), date(MAXYEAR, 12, 31)),
    "平成": (1989, date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (1926, date(1926, 12, 25), date(1989, 1, 7)),
    "大正": (1912, date(1912, 7, 30), date(1926, 12, 24)),
    "明治": (1868, date(1873, 1, 1), date(1912, 7, 29)),
}
_LETTERS = {"R": "令和", "H": "平成", "S": "昭和", "T": "大正", "M": "明治"}
_WEEKDAY = r"(?:\s*[(][月火水木金土日](?:曜日?)?[)]|\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*)?"
_REST = rf"{_WEEKDAY}(?:[T\s]+0{{1,2}}:00(?::00(?:\.0+)?)?)?"
_MONTH_AND_DAY = rf"\s*[年./-]\s*(\d{{1,2}})\s*[月./-]\s*(\d{{1,2}})日?{_REST}"
_ERA = re.compile(rf"(令和|平成|昭和|大正|明治|[RHSTM])\s*(元|\d{{1,2}}){_MONTH_AND_DAY}", re.IGNORECASE)
_WESTERN = re.compile(rf"(?:西暦\s*)?(\d{{4}}){_MONTH_AND_DAY}")
_PLAIN = re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){_REST}")
_AMBIGUOUS = re.compile(r"\d{1,2}[年./-]\d{1,2}[月./-]\d{1,4}日?")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))
_EXAMPLE = _("Write it as 2026-04-01 or 令和8年4月1日.")


def day(value: RawValue) -> date:
    """Read a day; raises Unreadable for what is none, does not exist, lies outside its era, or could be two days."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str) and not (isinstance(value, int) and _PLAIN.fullmatch(str(value))):
        raise Unreadable(phrase(_("%(value)s is not a date."), value=value), phrase(_EXAMPLE))
    text = unicodedata.normalize("NFKC", str(value)).translate(_DASHES).strip()
    if found := _WESTERN.fullmatch(text) or _PLAIN.fullmatch(text):
        year, month, number = (int(part) for part in found.groups())
        return _existing(year, month, number, shown=str(value))
    if found := _ERA.fullmatch(text):
        return _in_era(*found.groups(), shown=str(value))
    if _AMBIGUOUS.fullmatch(text):
        raise Unreadable(
            phrase(
                _("%(value)s can mean more than one day: the year stands first, with four digits or an era."),
                value=value,
            ),
            phrase(_EXAMPLE),
        )
    raise Unreadable(phrase(_("%(value)s is not a date."), value=value), phrase(_EXAMPLE))


def _existing(year: int, month: int, number: int, *, shown: str) -> date:
    try:
        if not MINYEAR < year < MAXYEAR:
            raise ValueError  # noqa: TRY301 - 0001 and 9999 stand for "unknown" and "forever" in many systems
        return date(year, month, number)
    except ValueError:
        raise Unreadable(
            phrase(_("The day %(value)s does not exist."), value=shown),
            phrase(_("Correct the date, or empty the cell if there is none.")),
        ) from None


def _in_era(name: str, year: str, month: str, number: str, *, shown: str) -> date:
    era = _LETTERS.get(name.upper(), name)
    first_year, begins, ends = _ERAS[era]
    found = _existing(first_year - 1 + (1 if year == "元" else int(year)), int(month), int(number), shown=shown)
    if begins <= found <= ends:
        return found
    raise Unreadable(
        phrase(_("The day %(value)s lies outside the era %(era)s."), value=shown, era=era),
        phrase(_("Write it with the year of the common era: %(day)s?"), day=found.isoformat()),
    )
