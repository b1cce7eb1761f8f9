"""A folder in the CERT insider-threat layout: which files to take in, and whom the LDAP snapshots tell of.

Snapshots are monthly: what one says holds from the first to the last day of its month, and of the newest on. Nothing is
concluded from a later month about an earlier day. `psychometric.csv` is not taken: no tests of character in the lake.
"""

import calendar
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from kuramori_lake.context import Context, Identity, PersonDays
from kuramori_lake.event import Namespace
from kuramori_lake.sources.cert_sql import LAYOUTS
from kuramori_lake.store import Lake

NAME: Final = "cert"
LONG_AGO: Final = date(1970, 1, 1)
_NEEDED: Final = ("user_id", "role")
_UNIT: Final = ("business_unit", "functional_unit", "department", "team")
_SNAPSHOT: Final = re.compile(r"(\d{4})-(\d{2})\.csv\Z")
_WRITTEN: Final = "cert_context"


class FolderError(ValueError):
    """The folder is not of this layout; the message says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What became of the LDAP snapshots."""

    people: int
    snapshots: int
    kept_other: bool
    """The lake has a context from elsewhere, so nothing was written."""


def files_of(folder: Path) -> list[tuple[Path, str]]:
    """The files of the layout that are there, each with the name of its source.

    Raises:
        FolderError: there is none, or it is no folder.
    """
    if not folder.is_dir():
        raise FolderError(f"{folder} is not a folder")
    found = [(folder / f"{kind}.csv", f"{NAME}:{kind}") for kind in LAYOUTS if (folder / f"{kind}.csv").is_file()]
    if not found:
        raise FolderError(f"{folder} has none of {', '.join(f'{kind}.csv' for kind in LAYOUTS)}")
    return found


def tell_context(lake: Lake, folder: Path) -> Told:
    """Write people and accounts into the lake's context, unless somebody else wrote one.

    Accounts without a snapshot are people of their own name, so that a folder without LDAP can be ranked too.

    Raises:
        FolderError: a snapshot lacks a column.
    """
    snapshots = _snapshots(folder)
    version = lake.context.version
    if version is not None and version != lake.manifest.value(_WRITTEN):
        return Told(people=0, snapshots=len(snapshots), kept_other=True)
    people = list(_people(snapshots))
    accounts = {row["actor_raw"] for row in lake.query(_ACCOUNTS).to_pylist()} | {one.person_id for one in people}
    identities = [
        Identity(namespace=Namespace.AD, raw=account, person_id=account, since=LONG_AGO) for account in sorted(accounts)
    ]
    version = lake.context.write(Context(identities=identities, people=people))
    with lake.manifest.transaction() as db:
        db.execute("INSERT OR REPLACE INTO lake VALUES (?, ?)", (_WRITTEN, version))
    return Told(people=len({one.person_id for one in people}), snapshots=len(snapshots), kept_other=False)


_ACCOUNTS: Final = "SELECT DISTINCT actor_raw FROM events WHERE starts_with(source, 'cert:') AND actor_raw IS NOT NULL"


def _snapshots(folder: Path) -> dict[date, list[dict[str, str]]]:
    """Rows of each month's file, by the first day of the month, oldest first."""
    found = {}
    for path in sorted((folder / "LDAP").glob("*.csv")):
        if match := _SNAPSHOT.search(path.name):
            found[date(int(match[1]), int(match[2]), 1)] = _rows(path)
    return dict(sorted(found.items()))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        names = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
        if missing := [name for name in _NEEDED if name not in names]:
            raise FolderError(f"{path}: no column {', '.join(missing)}")
        reader.fieldnames = names
        return [{name: (value or "").strip() for name, value in row.items() if name} for row in reader]


def _people(snapshots: Mapping[date, Sequence[Mapping[str, str]]]) -> Iterator[PersonDays]:
    """One span for each run of months in which nothing about a person changed."""
    open_spans: dict[str, PersonDays] = {}
    newest = max(snapshots, default=None)
    for month, rows in snapshots.items():
        ids = {row.get("employee_name", ""): row["user_id"] for row in rows}
        last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        until = None if month == newest else last
        present = {row["user_id"]: _standing(row, ids, month, until) for row in rows if row["user_id"]}
        for person, now in present.items():
            before = open_spans.get(person)
            same = before is not None and _same(before, now)
            if before is not None and not same:
                yield before
            open_spans[person] = replace(now, since=before.since) if before is not None and same else now
        for person in [one for one in open_spans if one not in present]:
            yield open_spans.pop(person)
    yield from open_spans.values()


def _same(before: PersonDays, now: PersonDays) -> bool:
    return replace(before, since=now.since, until=now.until) == now


def _standing(row: Mapping[str, str], ids: Mapping[str, str], month: date, until: date | None) -> PersonDays:
    projects: Any = row.get("projects", "")
    return PersonDays(
        person_id=row["user_id"],
        unit=" / ".join(row[name] for name in _UNIT if row.get(name)),
        site="",
        role=row["role"],
        since=month,
        until=until,
        projects=tuple(sorted(filter(None, (one.strip() for one in projects.split(";"))))),
        supervisor=ids.get(row.get("supervisor", ""), ""),
    )
