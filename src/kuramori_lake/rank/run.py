"""One run of ranking: who leaves, what the numbers say, whom to review."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from kuramori_lake.rank.choose import choose
from kuramori_lake.rank.settings import DEFAULT, Settings
from kuramori_lake.rank.tables import Asked, Leaving, reasons_by_day
from kuramori_lake.rank.tell import Ranked
from kuramori_lake.store import Lake

ACTOR: Final = "actor:"
"""What stands before an account that no identity names."""


def rank(
    lake: Lake,
    *,
    since: date,
    until: date,
    settings: Settings = DEFAULT,
    leavers: Mapping[str, date] | None = None,
    building: bool = True,
) -> Iterator[Ranked]:
    """The person-days worth a review from `since` to `until`, both included: day by day, most evidence first.

    No event after a day decides what is said of it. `leavers` are last days by person; those that the context knows of
    from the day of their notice on come on top. What earlier nights worked out is used and tonight's is kept, unless
    `building` is false: then all is worked out and the lake's folder `ranked` is left alone.
    """
    leaving = _known(lake, settings) | _given(lake, leavers or {}, settings)
    asked = Asked(since=since, until=until, settings=settings, leaving=tuple(leaving.values()), building=building)
    rows = reasons_by_day(lake, asked)
    yield from choose(rows, asked.leaving, since, settings)


def _known(lake: Lake, settings: Settings) -> dict[str, Leaving]:
    """Leavers of the context, from the day on which HR knew."""
    found = {}
    for row in lake.context.table("people").to_pylist():
        notice, last = row["notice_on"], row["last_day"]
        if notice or last:
            end = last or notice + timedelta(days=settings.history_days)
            begin = notice or last - timedelta(days=settings.leaver_days)
            found[row["person_id"]] = _leaving(row["person_id"], begin, end, settings)
    return found


def _given(lake: Lake, leavers: Mapping[str, date], settings: Settings) -> dict[str, Leaving]:
    """Leavers of a list; a name is a person's id or, where nobody knows the person, an account, in any case."""
    ids = {row["person_id"] for name in ("people", "identities") for row in lake.context.table(name).to_pylist()}
    by_name = {one.casefold(): one for one in ids}
    found = {}
    for name, last in leavers.items():
        person = by_name.get(name.casefold(), ACTOR + name.casefold())
        found[person] = _leaving(person, last - timedelta(days=settings.leaver_days), last, settings)
    return found


def _leaving(person: str, since: date, last: date, settings: Settings) -> Leaving:
    return Leaving(person_id=person, since=since, until=last + timedelta(days=settings.leaver_after), last=last)
