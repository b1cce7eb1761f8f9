"""A day laid out on top of kept days has the numbers that laying out all days gives it, row for row (DET-05)."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import duckdb
import pytest

from kuramori_lake.rank import sql_days, sql_on_top, tables
from kuramori_lake.rank.kept import BY_WEEK, Kept, monday
from kuramori_lake.rank.tests.test_nights import SMALL, STAFF, WEEKS, begun, ordinary
from kuramori_lake.retention import Term, carry_out, choose, plan_purge
from kuramori_lake.store import Lake


def rows(lake, day):
    """What is kept for a run of that day: the rows of each table. A number that nobody has may be 0 or left out."""
    kept, oldest = Kept.read(lake), tables.Asked(since=day, until=day, settings=SMALL).oldest
    found = {}
    with duckdb.connect() as db:
        for name in BY_WEEK:
            asked = kept.days(name, oldest[name], date.max)
            table = db.execute(asked).to_arrow_table().to_pylist() if asked else []
            found[name] = sorted(sorted((key, n) for key, n in row.items() if n) for row in table)
    return found


def night(company):
    return company.night(), rows(company.lake, max(company.told))


def from_nothing(company, folder):
    reviews = company.from_nothing(folder)
    with Lake.open(folder) as copy:
        return reviews, rows(copy, max(company.told))


def merged(company, n):
    """It turns out that two accounts are one person's."""
    one, other = STAFF[n % 6], STAFF[(n + 1) % 6]
    names = [replace(name, person_id=one) if name.raw == other else name for name in company.context.identities]
    company.tell(identities=names)


def outlived(company, n):
    """The first days' events were kept for as long as they may be."""
    lake = company.lake
    source, instance = lake.manifest.db.execute("SELECT source, instance FROM batch").fetchone()
    before = datetime.combine(WEEKS[1 + n % 3], datetime.min.time())
    with lake.writing(), lake.connect() as db:
        assert choose(db, [Term(source=source, instance=instance, before=before)], f"{before:%Y-%m}")
        carry_out(lake, plan_purge(lake, db, [], files=False))


def changed(company, change, n):
    changes = {"merged": merged, "outlived": outlived}
    changes[change](company, n) if change in changes else getattr(company, change)(n)


@pytest.mark.parametrize(
    "story",
    [
        ["day_came", "late", "day_came"],
        ["day_came", "merged", "moved"],
        ["leaver", "erased", "day_came", "outlived"],
        ["flow", "day_came", "excluded", "secret", "holiday"],
    ],
    ids=" ".join,
)
def test_numbers_first_times_and_deviations_are_those_of_a_run_from_nothing(tmp_path, story):
    """Each night builds on the one before it; the last is compared, so that no error of the earlier ones may last."""
    with Lake.open(tmp_path / "lake") as lake:
        company = begun(lake)
        company.night()
        for n, change in enumerate(story):
            changed(company, change, 2 + n)
            company.night()
        reviews, kept = night(company)
        assert (reviews, kept) == from_nothing(company, tmp_path / "copy")
        assert all(kept.values())


def test_new_day_reads_no_event_day_of_the_far_past_and_adds_a_file_a_week(tmp_path):
    """What a night costs does not grow with the years: files of earlier weeks stay as they are."""
    with Lake.open(tmp_path / "lake") as lake:
        company = begun(lake)
        company.night()
        before = Kept.read(lake).files
        company.day_came(0)
        company.night()
        after = Kept.read(lake).files
        (new,) = {monday(max(company.told))}
        same = {key for key in before if before[key] == after.get(key)}
        assert {key for key in after if " " in key} - same == {f"{name} {new}" for name in BY_WEEK}
        assert {f"{name} {monday(WEEKS[0])}" for name in ("wide", "news")} <= same


def test_things_seen_on_two_new_days_are_new_on_the_first_and_known_to_the_others_on_the_second(tmp_path):
    """DET-02: the more others had used it before, the less it says; also of days that come together."""
    with Lake.open(tmp_path / "lake") as lake:
        company = begun(lake)
        company.night()
        works, (first, second) = ordinary(WEEKS[11], 1), WEEKS[11:13]
        works.rows += ordinary(second, 1).rows
        works.prints("p00", first, 3, device="plotter").prints("p01", second, 3, device="plotter")
        works.prints("p00", second, 3, device="plotter").prints("p04", second, 1, device="printer 1")
        company.told += [first, second]
        company.receive(works)
        _, kept = night(company)
        news = [dict(row) for row in kept["news"]]
        plotter = {(row["person_id"], row["day"], row.get("others", 0)) for row in news if row["thing"] == "plotter"}
        assert plotter == {("p00", first, 0), ("p01", second, 1)}
        assert not [row for row in news if row["thing"] == "printer 1" and row["day"] in {first, second}]


def test_weeks_that_no_later_run_can_need_leave(tmp_path):
    with Lake.open(tmp_path / "lake") as lake:
        company = begun(lake)
        company.night()
        later = WEEKS[10] + timedelta(days=40)
        company.receive(ordinary(later, 1))
        company.told.append(later)
        found = night(company)
        oldest = tables.Asked(since=later, until=later, settings=SMALL).oldest
        days = {key.split()[0]: key.split()[1] for key in sorted(Kept.read(lake).files, reverse=True) if " " in key}
        assert "odd" not in days, "nobody did anything odd on the one day that is left"
        assert date.fromisoformat(days["wide"]) >= monday(oldest["wide"])
        assert days["news"] == str(monday(WEEKS[0])), "what was used once is never new again"
        assert found == from_nothing(company, tmp_path / "copy")


def test_numbers_that_nobody_had_when_a_week_was_kept_were_none():
    """A sum that had no full window yet stays nothing, which is not 0."""
    columns = sql_on_top.old(
        {"day", "age", "pages"}, ["day", "pages", "pages_7", "odd_hours_30", "copies"], [("pages", 7)]
    )
    with duckdb.connect() as db:
        db.execute(
            "CREATE TABLE kept AS SELECT DATE '2026-08-03' + n::INTEGER AS day, n AS age, 1.5 AS pages"
            " FROM range(5, 31) r(n)"
        )
        found = db.execute(f"SELECT {columns} FROM kept ORDER BY day").fetchall()
    assert [row[1:] for row in found[:2]] == [(1.5, None, None, 0.0), (1.5, 0.0, None, 0.0)]
    assert found[-1] == (date(2026, 9, 2), 1.5, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("weights", [[0.1] * 10, [0.3, 1e6, 0.7, 1e-6], [1 / 3, 2 / 3, 1e5 + 0.1]])
def test_weights_sum_to_the_same_in_any_order(weights):
    """Doubles do not: 0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1. A moving window adds in an order of its own."""
    with duckdb.connect() as db:
        parts = [db.execute(f"SELECT {sql_days.whole('weight')} FROM (SELECT {w}::DOUBLE AS weight) r").fetchone()[0]
                 for w in weights]  # fmt: skip
    assert sum(parts) == sum(reversed(parts)) == sum(sorted(parts))
    assert sum(parts) == pytest.approx(sum(weights), abs=1e-5)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 11, 23), date(2026, 11, 23)),
        (date(2026, 11, 29), date(2026, 11, 23)),
        (date(2027, 1, 1), date(2026, 12, 28)),
        (date.min, date.min),
    ],
)
def test_a_week_begins_on_monday(day, first):
    assert monday(day) == first


def test_days_of_a_table_are_read_from_its_weeks_only(tmp_path):
    kept = Kept(
        folder=tmp_path, files={"people": "p", "wide 2026-11-16": "a", "wide 2026-11-23": "b", "odd 2026-11-23": "c"}
    )
    assert "'" + str(tmp_path / "a") + "', '" + str(tmp_path / "b") in kept.days(
        "wide", date(2026, 11, 22), date(2026, 11, 24)
    )
    assert str(tmp_path / "a") not in kept.days("wide", date(2026, 11, 23), date(2026, 11, 24))
    assert str(tmp_path / "b") not in kept.days("wide", date(2026, 11, 16), date(2026, 11, 23))
    assert kept.days("wide", date(2026, 11, 30), date(2026, 12, 1)) is None
    assert kept.days("news", date.min, date.max) is None
