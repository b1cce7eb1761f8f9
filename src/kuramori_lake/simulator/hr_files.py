"""The files of the personnel department: people, units, sites, projects, roles, service accounts.

`people.csv` is CP932 with CRLF, as HR systems export; the rest is UTF-8 with a byte order mark, as Excel
saves "CSV UTF-8".
Dates are `YYYY/MM/DD`.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO
from pathlib import Path

from kuramori_lake.simulator.calendars import SITES
from kuramori_lake.simulator.company import BOARD, LEGAL, PERSONNEL, STAFFED, SYSTEMS, UNITS, Company, Person

PEOPLE_HEADER = (
    "社員番号",
    "氏名",
    "カナ",
    "氏名ローマ字",
    "メール",
    "アカウント(AD)",
    "所属コード",
    "所属",
    "役職",
    "雇用区分",
    "入社日",
    "退職届受理日",
    "最終出社日",
    "退職予定日",
    "上司社員番号",
    "拠点",
    "兼務1",
    "兼務2",
    "職種",
)
Row = Sequence[str]


def write(out: Path, *, company: Company) -> None:
    """Write all six files into `out`."""
    _file(out / "people.csv", PEOPLE_HEADER, map(_person, company.people), "cp932")
    _file(
        out / "units.csv", ("所属コード", "所属名", "英語名", "上位コード", "拠点", "部門長社員番号"), _units(company)
    )
    _file(out / "sites.csv", ("拠点コード", "拠点名", "英語名", "国", "地域", "時間帯"), _sites())
    projects = (
        "案件コード",
        "案件名",
        "英語名",
        "所管コード",
        "開始日",
        "終了日",
        "責任者社員番号",
        "メンバー社員番号",
    )
    _file(out / "projects.csv", projects, _projects(company))
    _file(out / "roles.csv", ("社員番号", "役割", "範囲"), _roles(company))
    accounts = ((a.account, a.purpose, a.host, a.ip, a.keeper) for a in company.service_accounts)
    _file(out / "service_accounts.csv", ("アカウント", "用途", "ホスト", "IPアドレス", "管理者社員番号"), accounts)


def write_events(out: Path, events: Iterable[tuple[str, str, date]]) -> None:
    """What the personnel department came to know of single people: severance offers, returns from leave, notices."""
    rows = sorted((_day(day), person, what) for person, what, day in events)
    if rows:
        _file(out / "hr_events.csv", ("日付", "社員番号", "事象"), rows)


def _file(path: Path, header: Row, rows: Iterable[Row], encoding: str = "utf-8-sig") -> None:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def _person(person: Person) -> Row:
    career, second = person.career, (*person.concurrent, "", "")
    name = person.name
    return (
        person.number,
        name.in_cp932,
        name.kana,
        name.romaji,
        person.mail,
        name.account,
        person.unit.code,
        person.unit.name,
        person.position,
        person.kind,
        _day(career.joined),
        _day(career.notice),
        _day(career.last_day),
        _day(career.leaves),
        person.boss,
        person.unit.site.code,
        second[0],
        second[1],
        person.job,
    )


def _units(company: Company) -> Iterable[Row]:
    for unit in UNITS.values():
        yield unit.code, unit.name, unit.name_en, unit.parent, unit.site.code, company.head(unit.code).number


def _sites() -> Iterable[Row]:
    for site in SITES:
        yield site.code, site.name, site.name_en, site.country, site.region, site.zone


def _projects(company: Company) -> Iterable[Row]:
    for project in company.projects:
        members = ";".join(project.members)
        yield (
            project.code,
            project.name,
            project.name_en,
            project.unit.code,
            _day(project.start),
            _day(project.end),
            project.leader,
            members,
        )


def _roles(company: Company) -> Iterable[Row]:
    """Who has which role and where: 全社, or the code of a unit with everything below it."""
    legal, personnel, systems = (_steady(company, code) for code in (LEGAL, PERSONNEL, SYSTEMS))
    board = company.staff(BOARD)
    everywhere = (
        ("information_manager", legal[0]),
        ("ip", legal[-1]),
        ("legal", legal[:2][-1]),
        ("privacy_officer", legal[-1]),
        ("committee_member", legal[0]),
        ("committee_member", board[0]),
        ("executive", board[0]),
        ("auditor", board[-1]),
        ("hr", personnel[0]),
        ("hr", personnel[-1]),
        ("leaver_team", personnel[0]),
        ("leaver_team", systems[0]),
        ("leaver_team", legal[:2][-1]),
        ("hotline_officer", personnel[-1]),
        ("reception", personnel[-1]),
        ("it", systems[0]),
        ("system_administrator", systems[0]),
        ("security_analyst", systems[-1]),
        ("investigator", systems[-1]),
    )
    for role, person in everywhere:
        yield person.number, role, "全社"
    for unit in STAFFED:
        staff = _steady(company, unit.code)
        yield staff[0].number, "unit_head", unit.code
        steady = [p for p in staff[1:] if p.kind == "正社員"] or staff[1:] or staff
        yield steady[0].number, "promoter", unit.code
    for person in company.people:
        yield person.number, "employee", person.unit.code


def _steady(company: Company, code: str) -> list[Person]:
    """Those of a unit who stay; its head is one of them."""
    return [person for person in company.staff(code) if person.career.notice is None and person.kind != "出向中"]


def _day(day: date | None) -> str:
    return f"{day:%Y/%m/%d}" if day else ""
