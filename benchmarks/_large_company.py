"""A company of 100,000 people and 1,000,000 secrets, written straight into the tables in a few minutes.

The guards are lifted for it and set again: what is measured afterwards runs under them, and nobody measures acts here.
Rows hold text, numbers and None only, so that the same rows go to SQLite (executemany) and PostgreSQL (COPY).
Everything follows from the sizes: two runs build the same company, but for ids and the day.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count as count_from
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import BigAutoField, Model

from kuramori.directory.models import Assignment, Engagement, Person, Site, Unit
from kuramori.governance.api import Level, scheme_install
from kuramori.kernel import guards
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.models import SearchText
from kuramori.kernel.search import bigrams
from kuramori.register.models import Kind, Place, Scope, Secret
from kuramori.register.rules import path_pattern

SECTIONS = 15  # in each division
DIVISIONS = 20
SHARED = 0.3  # the share of all secrets that the first division shares with all its sections
SMALL = 200  # secrets of the smallest section
CHUNK = 20_000
MATTERS = (
    "電解液",
    "正極材",
    "金型",
    "鋳造条件",
    "塗装工程",
    "原価表",
    "顧客名簿",
    "試験成績",
    "制御ソフト",
    "量産計画",
)
FORMS = (
    "配合比",
    "図面一式",
    "条件表",
    "解析結果",
    "見積書",
    "交渉記録",
    "改訂案",
    "手順書",
    "設計書",
    "比較表",
    "評価報告",
)
FAMILIES = ("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤")
GIVEN = ("灯里", "牡丹", "千尋", "大地", "拓也", "直子", "誠")
RARE = "翡翠"  # in one title of ten thousand
Row = dict[str, Any]


# Who looks, by employee number: one who will see all, one who sees 30 %, one a section's secrets, one few.
LAST = DIVISIONS * SECTIONS - 1
WHO = {"manager": "E000000", "sharing": "E000001", "section": f"E{LAST - 1:06d}", "everyday": f"E{LAST:06d}"}


def ids(kind: int) -> Iterator[str]:
    """Ids in ascending order, as those made one after the other are, in the form both databases take."""
    return (f"01980000{kind:04x}7000{n:016x}" for n in count_from(1))


def build(*, people: int, secrets: int) -> None:
    """Fill an empty, migrated database."""
    scheme_install(scheme="four", by=SYSTEM)
    guards.lift()
    try:
        with transaction.atomic():
            sections = _units()
            staff = _people(people, sections)
            _secrets(secrets, sections, staff)
    finally:
        guards.install()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _units() -> list[str]:
    """Make a top unit, its divisions and their sections; return the sections' ids, division by division."""
    moment, key, site = moment_built(), ids(1), next(ids(9))
    write(Site, [{"id": site, "code": "TYO", "name_ja": "東京", "country": "JP", "zone_name": "Asia/Tokyo"}], moment)
    top = next(key)
    rows = [_unit(top, "0", "", site)]
    sections = []
    for division in range(DIVISIONS):
        above = next(key)
        rows.append(_unit(above, f"{division}", f"{top}/", site, parent=top))
        for section in range(SECTIONS):
            below = next(key)
            rows.append(_unit(below, f"{division}-{section}", f"{top}/{above}/", site, parent=above))
            sections.append(below)
    write(Unit, rows, moment)
    return sections


def _unit(pk: str, code: str, above: str, site: str, parent: str | None = None) -> Row:
    names = {"code": f"U{pk[-4:]}{code}", "name_ja": f"第{code}部", "name_en": f"Unit {code}"}
    return {"id": pk, **names, "parent": parent, "site": site, "path": f"{above}{pk}/"}


def _people(count: int, sections: Sequence[str]) -> list[str]:
    """Spread people over the sections; return their ids, person n works in section n modulo their number."""
    moment, key, lines, works = moment_built(), ids(2), ids(3), ids(4)
    staff = list(islice(key, count))
    site = next(ids(9))
    write(Person, (_person(n, pk) for n, pk in enumerate(staff)), moment)
    write(SearchText, (_found(pk, Person, f"E{n:06d}", _name(n)) for n, pk in enumerate(staff)), moment)
    start = (moment - timedelta(days=2000)).date().isoformat()
    dated = {"recorded_from": as_text(moment), "source": "feed"}
    employed = list(islice(lines, count))
    rows = ({"id": e, "line": e, "person": p, "start": start, "engagement_kind": "regular", **dated}
            for p, e in zip(staff, employed, strict=True))  # fmt: skip
    write(Engagement, rows, moment)
    rows = ({"id": w, "line": w, "person": p, "engagement_line": e, "unit": sections[n % len(sections)], "site": site,
             "starts_on": start, "is_main": True, **dated}
            for n, (p, e, w) in enumerate(zip(staff, employed, works, strict=False)))  # fmt: skip
    write(Assignment, rows, moment)
    return staff


def _name(n: int) -> str:
    return f"{FAMILIES[n % 10]} {GIVEN[n // 10 % 7]}{n // 70}"


def _person(n: int, pk: str) -> Row:
    return {
        "id": pk,
        "number": f"E{n:06d}",
        "name": _name(n),
        "mail": f"e{n}@example.jp",
        "source": "feed",
        "joined_on": "2020-04-01",
    }


def _secrets(count: int, sections: Sequence[str], staff: Sequence[str]) -> None:
    """Make the secrets with one place and their scopes; `_home` says whose they are."""
    moment, day = moment_built(), moment_built().date()
    levels = [level.pk.hex for level in Level.objects.order_by("-rank")]
    own_division = {"audience": "unit", "audience_id": _division_of(sections[0])}
    keys, places, scopes = ids(5), ids(6), ids(7)
    listed = [(n, pk, _home(n, count, len(sections))) for n, pk in enumerate(islice(keys, count))]

    def one(n: int, pk: str, home: int) -> Row:
        changed = moment - timedelta(minutes=n * 7_919 % count)
        level = levels[(1, 2, 2, 2, 1, 2, 0, 2, 2, 3)[n % 10]]
        is_kept = n % 4 != 0
        marks = {f"value_{axis}": n % 5 + 1 for axis in ("technical", "economic", "legal")} if n % 3 else {}
        return {
            "id": pk, "number": f"S-{n:07d}", "title": _title(n), "kind": Kind.values[n % 12], "level": level,
            "tier": "a" if is_kept and n % 5 == 0 else "b", "unit": sections[home],
            "keeper": staff[(home + len(sections) * (n % 29)) % len(staff)] if is_kept else None,
            "medium": "electronic", "origin": "own", "managed_in": "JP",
            "identified_on": (day - timedelta(days=n % 2500)).isoformat(), **marks,
            "valued_on": day.isoformat() if marks else None, "usefulness": "再試験を省く。" if n % 3 else "",
            "non_public": "社外発表なし。" if n % 3 else "", "updated_at": as_text(changed),
            "next_stocktaking": (day + timedelta(days=n % 360 - 20)).isoformat() if n % 10 else None,
            "retired_at": as_text(changed) if n % 50 == 49 else None,
        }  # fmt: skip

    def scope(n: int, pk: str, home: int) -> Iterator[Row]:
        base = {"secret": pk, "valid_from": day.isoformat(), "origin": "register"}
        yield {"id": next(scopes), **base, "audience": "unit", "audience_id": sections[home]}
        if n * 2_654_435_761 % 2**32 < SHARED * 2**32:  # by chance, whatever else the secret is
            yield {"id": next(scopes), **base, **own_division}

    write(Secret, (one(*each) for each in listed), moment)
    write(SearchText, (_found(pk, Secret, f"S-{n:07d}", _title(n)) for n, pk, _home in listed), moment)
    write(Scope, (row for each in listed for row in scope(*each)), moment)
    write(Place, (_place(next(places), pk, n, day.isoformat()) for n, pk, _home in listed), moment)


def _home(n: int, count: int, sections: int) -> int:
    """Return the section a secret belongs to: one has few, the others about as many."""
    return sections - 1 if n % (count // min(SMALL, count)) == 3 else n * 31 % (sections - 1)


def _title(n: int) -> str:
    rare = RARE if n % 10_000 == 17 else ""
    return f"{rare}{MATTERS[n * 7 % 10]}の{FORMS[n * 13 // 10 % 11]} 第{n % 997}版"


def _place(pk: str, secret: str, n: int, day: str) -> Row:
    text = f"\\\\fs{n % 9:02d}\\{MATTERS[n % 10]}\\{n:07d}"
    return {"id": pk, "secret": secret, "kind": "path", "text": text, "pattern": path_pattern(text), "valid_from": day}


def _division_of(section: str) -> str:
    path = Unit.objects.values_list("path", flat=True).get(pk=UUID(section))
    return path.split("/")[1]


def _found(pk: str, model: type[Model], *texts: str) -> Row:
    return {"record_id": pk, "kind": model._meta.label_lower, "grams": " | ".join(bigrams(t) for t in texts)}  # noqa: SLF001


def write(model: type[Model], rows: Any, moment: datetime) -> None:
    """Write rows given by field names; what they leave out has the field's default."""
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, BigAutoField)]  # noqa: SLF001
    usual = {f.name: _usual(f, moment) for f in fields}
    columns = ", ".join(f'"{field.column}"' for field in fields)
    table, names = model._meta.db_table, [field.name for field in fields]  # noqa: SLF001
    stream = (tuple((usual | row)[name] for name in names) for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in stream:
                    copy.write_row(row)
            return
        signs = ", ".join(["%s"] * len(fields))
        while part := list(islice(stream, CHUNK)):
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({signs})", part)


def _usual(field: Any, moment: datetime) -> Any:
    if field.name in {"created_at", "updated_at"}:
        return as_text(moment)
    return field.get_default() if field.has_default() or not field.null else None


def moment_built() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def as_text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") + ("+00" if connection.vendor == "postgresql" else "")
