"""The look-back at one person: what a leaver's page shows."""

from datetime import date, timedelta
from typing import Any, Final

import duckdb
import pyarrow.compute as pc

from kuramori_lake.detect import sql_report as sql
from kuramori_lake.detect.findings import Area, Channel, Day, Document, LookbackReport, SecretTouched
from kuramori_lake.detect.settings import DEFAULT, Settings
from kuramori_lake.engine import named
from kuramori_lake.lookback import Wanted
from kuramori_lake.store import Lake

_BEGINNING: Final = date(1970, 1, 3)
_WEEKEND: Final = 5
_MIDNIGHT, _LAST_HOUR = 0, 23


def lookback_report(
    lake: Lake, person_id: str, since: date, until: date, *, limit: int = 100, settings: Settings = DEFAULT
) -> LookbackReport:
    """What one person did from `since` to `until` (local days, both included); empty if nothing is known."""
    lake.context.refresh()
    standing = _standing(lake, person_id)
    base_from = since - timedelta(days=settings.baseline_days)
    given: dict[str, Any] = {
        "since": since,
        "until": until,
        "base_from": base_from,
        "notice": standing.get("notice_on"),
        "rest_days": _rest_days(lake, standing.get("site"), base_from, until),
        "limit": limit,
    }
    wanted = Wanted(person_id=person_id, since=_BEGINNING, until=until, limit=limit)
    with lake.found(wanted) as db:
        usual = _rows(db, sql.USUAL, given)[0]
        given["band_from"] = _MIDNIGHT if usual["band_from"] is None else usual["band_from"]
        given["band_until"] = _LAST_HOUR if usual["band_until"] is None else usual["band_until"]
        events = db.execute(sql.TOTAL, {"since": since, "until": until}).fetchall()[0][0]
        return LookbackReport(
            person_id=person_id,
            since=since,
            until=until,
            notice_on=standing.get("notice_on"),
            last_day=standing.get("last_day"),
            usual=usual["on_work_days"],
            events=events,
            days=tuple(_days(_rows(db, sql.DAYS, given), usual, given)) if events else (),
            channels=tuple(
                Channel(**row | {"destinations": tuple(row["destinations"])}) for row in _rows(db, sql.CHANNELS, given)
            ),
            secrets=tuple(SecretTouched(**row) for row in _rows(db, sql.SECRETS, given)),
            new_areas=tuple(Area(**row) for row in _rows(db, sql.AREAS, given)),
            documents=tuple(Document(**row) for row in _rows(db, sql.DOCUMENTS, given)),
        )


def _standing(lake: Lake, person_id: str) -> dict[str, Any]:
    """The person's latest place in the company; empty if the context does not know him."""
    rows = lake.context.table("people").filter(pc.field("person_id") == person_id).to_pylist()
    return max(rows, key=lambda row: row["until"], default={})


def _rest_days(lake: Lake, site: str | None, since: date, until: date) -> list[date]:
    """Weekends and the site's holidays in the range."""
    sites = {row["site"]: set(row["holidays"] or ()) for row in lake.context.table("sites").to_pylist()}
    closed: set[date] = sites.get(site, set())
    days = (since + timedelta(days=n) for n in range((until - since).days + 1))
    return [day for day in days if day.weekday() >= _WEEKEND or day in closed]


def _rows(db: duckdb.DuckDBPyConnection, text: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = db.execute(text, named(text, given)).to_arrow_table().to_pylist()
    return rows


def _days(rows: list[dict[str, Any]], usual: dict[str, Any], given: dict[str, Any]) -> list[Day]:
    """One line for every day of the range from the first with an event on, the silent ones too."""
    seen = {row.pop("day"): row for row in rows}
    rest, notice, first = set(given["rest_days"]), given["notice"], min(seen)
    quiet = dict.fromkeys(rows[0], 0)
    days = (first + timedelta(days=n) for n in range((given["until"] - first).days + 1))
    return [
        Day(
            day=day,
            rest_day=day in rest,
            usual=usual["on_rest_days" if day in rest else "on_work_days"],
            after_notice=notice is not None and day >= notice,
            **seen.get(day, quiet),
        )
        for day in days
    ]
