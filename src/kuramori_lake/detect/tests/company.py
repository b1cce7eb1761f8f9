"""A lake filled from the simulator, with the context that the system would tell it. For tests and benchmarks."""

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import load_workbook

from kuramori_lake.context import Context, ExcludedAccount, Identity, PersonDays, SecretPattern, Site
from kuramori_lake.event import Namespace
from kuramori_lake.simulator import Truth
from kuramori_lake.simulator.calendars import SITES, days
from kuramori_lake.simulator.ledger_xlsx import HEADER_ROW, SHEET
from kuramori_lake.sources import LOGS
from kuramori_lake.store import Lake

KINDS = {"winlogbeat": "evtx", "table:endpoint": "table:jp1_itdm2"}
WEIGHTS = {"極秘": 1.0, "秘": 0.6, "社外秘": 0.25, "公開": 0.0}
LONG_AGO = date(2000, 1, 1)


def fill(lake: Lake, out: Path, truth: Truth) -> None:
    """Take every log in that there is a parser for, and write the context."""
    for source in truth.sources:
        kind = KINDS.get(source["kind"], source["kind"])
        if not kind.startswith("table:") and kind not in LOGS:
            continue
        for file in source["files"]:
            lake.ingest(
                out / file["path"],
                source=kind,
                instance=source["name"],
                zone=ZoneInfo(source["zone"]),
                encoding=source["encoding"],
            )
    lake.context.write(context_of(out, truth))


def context_of(out: Path, truth: Truth) -> Context:
    """Who is who, who works where, what is secret where: as the system would write it from its own records."""
    people = _rows(out / "people.csv", "cp932")
    return Context(
        identities=[one for row in people for one in _identities(row, truth)],
        people=_people(out, people),
        secrets=list(_secrets(out, truth)),
        sites=[_site(site, truth) for site in SITES],
        excluded=[
            ExcludedAccount(namespace=namespace, raw=one["account"], reason=one["purpose"], since=LONG_AGO)
            for one in truth.service_accounts
            for namespace in (Namespace.AD, Namespace.LOCAL)
        ],
    )


def _rows(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def _day(text: str) -> date | None:
    return datetime.strptime(text, "%Y/%m/%d").date() if text else None  # noqa: DTZ007  # a day has no zone


def _identities(row: dict[str, str], truth: Truth) -> list[Identity]:
    number, account = row["社員番号"], row["アカウント(AD)"]
    renamed = truth.traps["renamed_account"]
    accounts = {account} | ({renamed["before"]} if renamed["person"] == number else set())
    found = [
        Identity(namespace=namespace, raw=name, person_id=number, since=LONG_AGO)
        for name in sorted(accounts)
        for namespace in (Namespace.AD, Namespace.DB)
    ]
    return [*found, Identity(namespace=Namespace.EMPLOYEE, raw=number, person_id=number, since=LONG_AGO)]


def _people(out: Path, people: list[dict[str, str]]) -> list[PersonDays]:
    members: dict[str, list[str]] = {}
    for project in _rows(out / "projects.csv"):
        for number in project["メンバー社員番号"].split(";"):
            members.setdefault(number, []).append(project["案件コード"])
    return [
        PersonDays(
            person_id=row["社員番号"],
            unit=row["所属コード"],
            site=row["拠点"],
            role=row["職種"],
            since=_day(row["入社日"]) or LONG_AGO,
            until=_day(row["退職予定日"]),
            projects=tuple(sorted(members.get(row["社員番号"], []))),
            employment=row["雇用区分"],
            notice_on=_day(row["退職届受理日"]),
            last_day=_day(row["最終出社日"]),
        )
        for row in people
    ]


def _secrets(out: Path, truth: Truth) -> Any:
    shares = {unc: local for source in truth.sources for unc, local in source.get("shares", {}).items()}
    sheet = load_workbook(out / "register.xlsx")[SHEET]
    rows = sheet.iter_rows(min_row=HEADER_ROW, values_only=True)
    header = [str(cell) for cell in next(rows)]
    for row in rows:
        cells = {name: str(cell or "") for name, cell in zip(header, row, strict=True)}
        number, level = cells["管理番号"], cells["区分"]
        for place in (cells["保管場所①"], cells["保管場所②"]):
            if path := _on_server(place, shares):
                yield SecretPattern(
                    pattern=path,
                    secret_id=number,
                    number=number,
                    level=level,
                    weight=WEIGHTS[level],
                    since=LONG_AGO,
                )


def _on_server(place: str, shares: dict[str, str]) -> str | None:
    """The place as the server's own log writes it: the system keeps such mappings with its sources."""
    for unc, local in shares.items():
        if place.casefold().startswith(unc.casefold()):
            below = place[len(unc) :]
            return local + (below if "\\" in local else below.replace("\\", "/"))
    return None


def _site(site: Any, truth: Truth) -> Site:
    span = days(date.fromisoformat(truth.start), date.fromisoformat(truth.today))
    rest = tuple(day for day in span if not site.works_on(day) and day.weekday() < 5)
    return Site(site=site.code, zone=site.zone, holidays=rest)
