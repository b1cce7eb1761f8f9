"""When a hard rule would have spoken about a case, and how much of it was out by then."""

from datetime import date, timedelta

import pytest

from benchmarks._quality_streamed import first_words, spoken
from kuramori_lake import sources
from kuramori_lake.context import PersonDays
from kuramori_lake.detect import Limits, Upto, newest, stream
from kuramori_lake.detect.hard_rules import BY_NAME
from kuramori_lake.detect.tests.deeds_made import (
    DAY,
    DEEDS,
    LONG_AGO,
    NOW,
    PATHS,
    context,
    lines,
    phone,
    reading,
    stick,
)
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO

BEFORE = DAY - timedelta(days=1)
SELECTED = {"activity": "db_read", "object_kind": "table", "path": "sales/public/顧客", "actor_raw": "botan"}
LEAVING = PersonDays(
    person_id="akari", unit="u1", site="tokyo", role="設計", since=LONG_AGO, notice_on=DAY - timedelta(days=9),
    last_day=DAY + timedelta(days=9),
)  # fmt: skip
DEEDS_DONE = [
    {"activity": "logon", "day": (DAY - timedelta(days=30)).isoformat(), "actor_raw": "botan"},
    *reading(4, at="10:00", day=BEFORE.isoformat()),
    *(read | {"at": f"11:0{place}"} for place, read in enumerate(reading(6))),
    reading(1)[0] | {"at": "11:30"},
    stick(at="13:00"), stick(at="13:05"), stick(device_serial="REG-1", at="12:00"),
    SELECTED | {"count": 90_000, "at": "14:00"}, SELECTED | {"count": 40, "at": "14:01"},
    phone(actor_raw="botan", at="14:02"), phone(actor_raw="akari", at="15:00"),
    SELECTED | {"count": 10_000, "at": "16:00"},
]  # fmt: skip
RULES = [BY_NAME[name] for name in ("usb_unregistered", "phone_first_seen", "read_after_notice")]
AKARI = {
    "case": "CASE-11", "person": "akari", "unit": "documents", "amount": 10, "vaults": [PATHS],
    "first": BEFORE.isoformat(), "departure": (DAY + timedelta(days=9)).isoformat(),
    "days": [{"day": BEFORE.isoformat(), "amount": 4}, {"day": DAY.isoformat(), "amount": 6}],
}  # fmt: skip
BOTAN = AKARI | {"case": "CASE-04", "person": "botan", "unit": "rows", "amount": 100_000}


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """Akari has given notice, reads and copies; Botan selects customers and has a new phone."""
    folder = tmp_path_factory.mktemp("streamed")
    with pytest.MonkeyPatch.context() as patch, Lake.open(folder / "lake") as opened:
        patch.setitem(sources.LOGS, "deeds", DEEDS)
        opened.context.write(context(people=[LEAVING, *(one for one in context().people if one.person_id != "akari")]))
        (folder / "deeds.log").write_bytes(lines(*DEEDS_DONE))
        opened.ingest(folder / "deeds.log", source="deeds", zone=TOKYO)
        yield opened


@pytest.fixture(scope="module")
def told(lake):
    return list(spoken(lake, Limits(after_notice=5), RULES))


def test_each_rule_speaks_a_minute_after_the_first_event_that_was_enough(told):
    """Local noon is three in the morning UTC."""
    assert [(one["rule"], one["person"], one["day"], one["at"][11:]) for one in told] == [
        ("usb_unregistered", "akari", DAY.isoformat(), "04:01:00"),
        ("phone_first_seen", "botan", DAY.isoformat(), "05:03:00"),
        ("read_after_notice", "akari", DAY.isoformat(), "02:05:00"),
    ]


def test_they_are_the_persons_and_days_that_the_stream_speaks_about(lake, told):
    before = Upto(batch=newest(lake).batch - 1)
    found = stream(lake, after=before, now=NOW, limits=Limits(after_notice=5), rules=RULES).matches
    matches = {(match.rule, match.person_id, match.day.isoformat()) for match in found}
    # A phone is new for a whole day: the stream tells of everybody who connects it then, this of the first one.
    assert matches - {("phone_first_seen", "akari", DAY.isoformat())} == {
        (one["rule"], one["person"], one["day"]) for one in told
    }


@pytest.mark.parametrize(("least", "at"), [(4, "01:01"), (1, "01:01"), (6, "02:06"), (7, None)])
def test_mass_reading_speaks_at_the_document_that_makes_it_one(lake, least, at):
    """The same document again is none more; a day's documents are counted for themselves."""
    found = list(spoken(lake, Limits(after_notice=least), RULES[2:]))
    assert (found[0]["at"][11:16] if found else None) == at
    assert [one["day"] for one in found] == (
        [DAY.isoformat()] if least == 6 else [BEFORE.isoformat(), DAY.isoformat()]
    )[: len(found)]


def test_what_was_out_is_what_had_been_read_or_selected_by_that_instant(lake, told):
    found = {one["case"]: (one["rule"], one["out"]) for one in first_words(lake, [AKARI, BOTAN], told)}
    # The four of the day before are the same documents; the sixth is read within the minute that the rule may take.
    assert found["CASE-11"] == ("read_after_notice", 0.6)
    assert found["CASE-04"] == ("phone_first_seen", 0.9)


@pytest.mark.parametrize(
    ("at", "out"), [("2026-11-18T00:00:00", 0.0), ("2026-11-19T02:00:00", 0.4), ("2027-01-01T00:00:00", 0.6)]
)
def test_only_documents_of_the_vaults_on_the_days_of_the_case_count(lake, at, out):
    (found,) = first_words(lake, [AKARI], [{"person": "akari", "rule": "x", "day": DAY.isoformat(), "at": at}])
    assert found["out"] == out
    elsewhere = AKARI | {"vaults": [r"\\fs01\営業"]}
    (found,) = first_words(lake, [elsewhere], [{"person": "akari", "rule": "x", "day": DAY.isoformat(), "at": at}])
    assert found["out"] == 0.0


def test_more_than_all_is_all(lake, told):
    (found,) = first_words(lake, [BOTAN | {"amount": 50_000}], told)
    assert found["out"] == 1.0


@pytest.mark.parametrize(
    ("day", "is_about_it"),
    [
        (BEFORE - timedelta(days=1), False),
        (BEFORE, True),
        (DAY + timedelta(days=9), True),
        (DAY + timedelta(days=10), False),
    ],
    ids=["before the first deed", "the first day", "the last day", "after the last day"],
)
def test_words_before_the_first_deed_or_after_the_last_day_are_about_something_else(lake, day: date, is_about_it):
    words = [{"person": "akari", "rule": "x", "day": day.isoformat(), "at": f"{day}T08:00:00"}]
    assert bool(list(first_words(lake, [AKARI], words))) is is_about_it
    assert list(first_words(lake, [AKARI], [])) == []
    assert list(first_words(lake, [BOTAN], words)) == []
    assert list(first_words(lake, [AKARI | {"first": None}], words)) == []
