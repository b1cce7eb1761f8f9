"""When a post was published, as exports write it: with a zone, or by a clock whose zone another column names."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext_noop as _

from kuramori.kernel.imports.cell import RawValue
from kuramori.kernel.imports.cells import text
from kuramori.kernel.imports.errors import Unreadable
from kuramori.kernel.imports.wording import phrase

JST: Final = timezone(timedelta(hours=9))
_NAMED: Final = {"jst": JST, "日本時間": JST, "日本標準時": JST, "utc": UTC, "gmt": UTC, "z": UTC}
_CLOCK: Final = r"(\d{1,2})(?:時|:)(\d{1,2})分?(?::?(\d{1,2})秒?)?"
_TAIL: Final = re.compile(r"\s*\(?([A-Za-z]{1,3}|日本時間|日本標準時)\)?$")
_DAY: Final = r"(\d{4})年(\d{1,2})月(\d{1,2})日"
_JAPANESE: Final = re.compile(rf"{_DAY}\s*{_CLOCK}")
_LOOSE: Final = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})[T ]+(\d{1,2}):(\d{2})(.*)")


def read_moment(value: RawValue) -> datetime:
    """Read a moment: ISO 8601, 2026/11/20 9:05 JST, 2026年11月20日 9時5分, RFC 5322; without a zone it is naive.

    Raises Unreadable for what is none.
    """
    if isinstance(value, datetime):
        return value
    plain = unicodedata.normalize("NFKC", text(value)).strip()
    zone = None
    if (tail := _TAIL.search(plain)) and tail[1].casefold() in _NAMED:
        zone, plain = _NAMED[tail[1].casefold()], plain[: tail.start()]
    found = _parsed(plain)
    if found is None:
        raise Unreadable(
            phrase(_("%(value)s is not a time."), value=value),
            phrase(_("Write it as 2026-04-01T09:30:00+09:00, or as 2026-04-01 09:30 with its zone in another column.")),
        )
    return found.replace(tzinfo=zone) if zone and found.tzinfo is None else found


def _parsed(plain: str) -> datetime | None:
    try:
        if japanese := _JAPANESE.fullmatch(plain):
            return datetime(*(int(part or 0) for part in japanese.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
        if loose := _LOOSE.fullmatch(plain):
            year, month, day, hour, minute, rest = loose.groups()
            plain = f"{year}-{int(month):02}-{int(day):02}T{int(hour):02}:{minute}{rest.replace(' ', '')}"
        return datetime.fromisoformat(plain)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(plain)
    except (ValueError, IndexError):
        return None


def read_zone(value: RawValue) -> str:
    """Read the name of a zone: Asia/Tokyo, JST, UTC. Raises Unreadable for an unknown one."""
    name = text(value)
    if name.casefold() in _NAMED:
        return "UTC" if _NAMED[name.casefold()] is UTC else "Asia/Tokyo"
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unreadable(
            phrase(_("“%(value)s” is no time zone."), value=name), phrase(_("Write it as Asia/Tokyo, JST or UTC."))
        ) from None


def aware(moment: datetime, zone: str | None) -> datetime | None:
    """Return a moment with its zone in UTC, None when neither it nor another column names one."""
    if moment.tzinfo is None:
        if zone is None:
            return None
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC)
