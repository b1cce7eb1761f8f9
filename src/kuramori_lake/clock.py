"""Local clocks and UTC, for whole columns at once. Zone rules come from the system's time zone database."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from kuramori_lake.event import NIGHT_FROM, NIGHT_UNTIL

Micros = npt.NDArray[np.int64]
"""Microseconds since 1970-01-01, in UTC or on a local clock as the name of the variable says."""

_QUARTER: Final = 900_000_000
_HOUR: Final = 3_600_000_000
_DAY: Final = 24 * _HOUR
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  # naive UTC on purpose, as stored
_EPOCH_UTC: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FIRST: Final = datetime(1, 1, 3)  # noqa: DTZ001
_LAST: Final = datetime(9999, 12, 29)  # noqa: DTZ001


def _offset(quarter: int, zone: ZoneInfo, *, local: bool) -> int:
    """Microseconds that `zone` is ahead of UTC in that quarter of an hour; zones change on quarters only."""
    moment = min(max(_EPOCH + timedelta(microseconds=quarter * _QUARTER), _FIRST), _LAST)
    aware = moment.replace(tzinfo=zone) if local else moment.replace(tzinfo=UTC).astimezone(zone)
    offset = aware.utcoffset() or timedelta()
    return round(offset.total_seconds() * 1_000_000)


def _offsets(times: Micros, zone: ZoneInfo, *, local: bool) -> Micros:
    quarters, where = np.unique(times // _QUARTER, return_inverse=True)
    known = np.array([_offset(int(quarter), zone, local=local) for quarter in quarters], dtype=np.int64)
    return known[where] if len(known) else times[:0]


def to_utc(local: Micros, zone: ZoneInfo) -> Micros:
    """UTC of a local clock; in the doubled hour of autumn the first pass is taken."""
    return local - _offsets(local, zone, local=True)


def to_local(utc: Micros, zone: ZoneInfo) -> Micros:
    """What the clock at the site showed."""
    return utc + _offsets(utc, zone, local=False)


def hour_and_day(local: Micros) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
    """Hour of the day and days since 1970-01-01 of a local clock."""
    return (local % _DAY // _HOUR).astype(np.int8), (local // _DAY).astype(np.int32)


def is_night(hour: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Late-night hours on the local clock."""
    return (hour >= NIGHT_FROM) | (hour < NIGHT_UNTIL)


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of a datetime; a naive one is taken as it stands."""
    naive = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return (naive - _EPOCH) // timedelta(microseconds=1)


def iso_micros(text: str) -> int:
    """Microseconds since 1970 of an ISO time; one without a zone is UTC, as Windows' shippers write it.

    Raises:
        ValueError: not a time.
    """
    found = datetime.fromisoformat(text)
    return (found - (_EPOCH_UTC if found.tzinfo else _EPOCH)) // _MICROSECOND


def moment(utc: int) -> datetime:
    """The aware datetime of microseconds since 1970."""
    return (_EPOCH + timedelta(microseconds=utc)).replace(tzinfo=UTC)
