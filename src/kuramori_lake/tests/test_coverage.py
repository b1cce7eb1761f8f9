"""How well a secret is seen by the logs: since when, by which sources, who touched it, on which days."""

from datetime import date

import pytest

from kuramori_lake.context import Context, ExcludedAccount, Identity, SecretPattern
from kuramori_lake.coverage import Coverage, coverage_of, days_seen, readers_of, secret_by_day
from kuramori_lake.event import Namespace
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO

LONG_AGO = date(2000, 1, 1)
RECIPE = "s-1"
LINE = (
    "<173>Nov {day:02d} {clock}:00 smbd_audit: 2026/11/{day:02d} {clock}:00|{who}|10.1.4.7|pc7|zairyo|create_file|ok|"
    "0x120089|file|open|/srv/zairyo/{file}\n"
)
OPENED = [
    (18, "09:00", "akari", "配合/a.xlsx"),
    (18, "10:00", "akari", "配合/a.xlsx"),
    (18, "23:30", "akari", "配合/b.xlsx"),
    (19, "09:00", "botan", "配合/a.xlsx"),
    (19, "09:01", "botan", "連絡/c.txt"),
    (20, "02:00", "backup", "配合/a.xlsx"),
    (21, "09:00", "stranger", "配合/a.xlsx"),
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("coverage")
    path = folder / "audit.log"
    lines = [LINE.format(day=day, clock=clock, who=who, file=file) for day, clock, who, file in OPENED]
    path.write_text("".join(lines), encoding="utf-8")
    with Lake.open(folder / "lake") as found:
        found.ingest(path, source="samba", instance="fs01", zone=TOKYO)
        found.context.write(
            Context(
                identities=[
                    Identity(namespace=Namespace.AD, raw=name, person_id=f"p-{name}", since=LONG_AGO, until=None)
                    for name in ("akari", "botan")
                ],
                excluded=[ExcludedAccount(namespace=Namespace.AD, raw="backup", reason="夜間", since=LONG_AGO)],
                secrets=[
                    SecretPattern(
                        pattern="/srv/zairyo/配合",
                        secret_id=RECIPE,
                        number="S-1",
                        level="極秘",
                        weight=1.0,
                        since=LONG_AGO,
                    )
                ],
            )
        )
        yield found


def test_a_secret_is_seen_since_its_first_event_by_its_sources(lake):
    seen = coverage_of(lake, RECIPE)
    assert seen.of == {("samba", "fs01")}
    assert (seen.events, seen.people) == (6, 2), "the unread names count as events and as nobody"
    assert (str(seen.first), str(seen.last)) == ("2026-11-18 00:00:00", "2026-11-21 00:00:00"), "UTC"


def test_a_secret_that_no_log_ever_spoke_of_was_never_seen(lake):
    assert coverage_of(lake, "s-2") == Coverage(events=0, people=0, of=frozenset(), first=None, last=None)
    assert readers_of(lake, "s-2", LONG_AGO, date(2026, 12, 1)) == []
    assert secret_by_day(lake, "s-2", LONG_AGO, date(2026, 12, 1)) == {}


def test_readers_stand_by_distinct_documents_and_only_those_who_are_known(lake):
    rows = readers_of(lake, RECIPE, date(2026, 11, 1), date(2026, 11, 30))
    assert [(row["person_id"], row["documents"], row["events"], row["days"]) for row in rows] == [
        ("p-akari", 2, 3, 1),
        ("p-botan", 1, 1, 1),
    ]
    assert rows[0]["last"] == date(2026, 11, 18)


@pytest.mark.parametrize(("since", "until", "people"), [(18, 18, 1), (19, 19, 1), (18, 19, 2), (20, 21, 0)])
def test_both_ends_of_a_range_count(lake, since, until, people):
    assert len(readers_of(lake, RECIPE, date(2026, 11, since), date(2026, 11, until))) == people


def test_documents_by_day_leave_out_service_accounts_and_count_a_document_once_a_day(lake):
    assert secret_by_day(lake, RECIPE, date(2026, 11, 1), date(2026, 11, 30)) == {
        date(2026, 11, 18): 2,
        date(2026, 11, 19): 1,
        date(2026, 11, 21): 1,
    }


def test_a_source_is_heard_on_the_days_of_its_events(lake):
    days = {date(2026, 11, day) for day in (18, 19, 20, 21)}
    assert days_seen(lake, date(2026, 11, 1), date(2026, 11, 30)) == {("samba", "fs01"): days}
    assert days_seen(lake, date(2026, 11, 19), date(2026, 11, 19)) == {("samba", "fs01"): {date(2026, 11, 19)}}
    assert days_seen(lake, date(2026, 12, 1), date(2026, 12, 2)) == {}


def test_kuramoris_own_pages_are_no_documents_and_warn_nobody_who_keeps_the_secret(tmp_path):
    """H3: that somebody of the office opened the page of a secret must not show in what its keeper reads."""
    own, log = tmp_path / "own.jsonl", tmp_path / "audit.log"
    own.write_text(
        '{"id": "e1", "at": "2026-11-18T10:00:00+09:00", "verb": "page", "activity": "read", '
        '"actor": {"name": "A-4"}, "subjects": [{"kind": "register.secret", "id": "s-1"}]}'
    )
    log.write_text(LINE.format(day=18, clock="09:00", who="akari", file="配合/a.xlsx"), encoding="utf-8")
    with Lake.open(tmp_path / "lake") as found:
        found.ingest(own, source="ledger", instance="kuramori", zone=TOKYO)
        found.ingest(log, source="samba", instance="fs01", zone=TOKYO)
        words = {"secret_id": RECIPE, "number": "S-1", "level": "極秘", "weight": 1.0, "since": LONG_AGO}
        found.context.write(
            Context(
                identities=[
                    Identity(namespace=Namespace.EMPLOYEE, raw="A-4", person_id="daichi", since=LONG_AGO),
                    Identity(namespace=Namespace.AD, raw="akari", person_id="akari", since=LONG_AGO),
                ],
                secrets=[
                    SecretPattern(pattern="kuramori:/register.secret/s-1", **words),
                    SecretPattern(pattern="/srv/zairyo/配合", **words),
                ],
            )
        )
        day = date(2026, 11, 18)
        joined = found.query("SELECT person_id FROM joined_events WHERE secret_id = 's-1' ORDER BY 1").to_pylist()
        assert [row["person_id"] for row in joined] == ["akari", "daichi"], "detection sees both"
        assert [row["person_id"] for row in readers_of(found, RECIPE, day, day)] == ["akari"]
        assert secret_by_day(found, RECIPE, day, day) == {day: 1}
        seen = coverage_of(found, RECIPE)
        assert (seen.events, seen.of) == (1, frozenset({("samba", "fs01")}))
        assert days_seen(found, day, day) == {("ledger", "kuramori"): {day}, ("samba", "fs01"): {day}}
