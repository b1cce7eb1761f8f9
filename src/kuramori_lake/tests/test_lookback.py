"""A look-back reads few files and says what reading all of them says."""

from collections import Counter
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.context import Context, Identity, SecretPattern
from kuramori_lake.event import BUCKETS, Namespace
from kuramori_lake.lookback import bucket_of
from kuramori_lake.store import Lake
from kuramori_lake.tests.test_store import LINE, take

LONG_AGO = date(2000, 1, 1)
FIRST = date(2026, 9, 1)
PEOPLE = ("akari", "botan", "chihiro", "KURA\\daichi")


def is_whose(raw, person, since=LONG_AGO, until=None):
    return Identity(namespace=Namespace.AD, raw=raw, person_id=person, since=since, until=until)


SECRET = {"pattern": "/srv/機密/1?.txt", "secret_id": "s1", "number": "A-1", "level": "極秘", "weight": 3.0} | {
    "since": LONG_AGO
}
IDENTITIES = [
    is_whose("akari", "p-akari", until=date(2026, 9, 30)),
    is_whose("akari", "p-botan", since=date(2026, 10, 1)),  # the account went to somebody else
    is_whose("botan", "p-botan"),
    is_whose("daichi", "p-daichi"),
]


@contextmanager
def half_compacted(folder, *, days, rows, minutes, documents):
    """A lake with four people's rows over some days, the first half of both compacted, and all its joined events."""
    with Lake.open(folder / "lake") as lake:
        for part in range(2):
            lines = []
            for n in range(rows // 2):
                when = FIRST + timedelta(days=part * days // 2 + n % (days // 2))
                text = LINE.format(day=when.day, minute=n % minutes, who=PEOPLE[n % 4], n=n % documents)
                lines.append(text.replace("2026/11", f"2026/{when.month:02}"))
            take(lake, folder, "".join(lines), name=f"{part}.log")
            if part == 0:
                lake.compact()
        lake.context.write(Context(identities=IDENTITIES, secrets=[SecretPattern(**SECRET)]))
        yield lake, lake.query("SELECT * FROM joined_events").to_pylist()


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A hundred days of four people, half of it compacted."""
    with half_compacted(tmp_path_factory.mktemp("lookback"), days=100, rows=400, minutes=60, documents=30) as filled:
        yield filled


@settings(max_examples=12, deadline=None)
@given(
    person=st.sampled_from(["p-akari", "p-botan", "p-daichi", "p-nobody"]),
    start=st.integers(-10, 110),
    length=st.integers(0, 60),
    limit=st.integers(1, 50),
)
def test_look_back_equals_brute_force(company, person, start, length, limit):
    lake, everything = company
    since, until = FIRST + timedelta(days=start), FIRST + timedelta(days=start + length)
    found = lake.lookback(person, since, until, limit=limit)
    mine = [row for row in everything if row["person_id"] == person and since <= row["local_date"] <= until]
    mine.sort(key=lambda row: (row["time_utc"], row["event_id"]), reverse=True)
    assert found.events.to_pylist() == mine[:limit]
    assert found.total == len(mine)
    assert found.by_activity == Counter(row["activity"] for row in mine)
    assert found.by_day == Counter(row["local_date"] for row in mine)
    assert found.secret_documents == len({row["path"] for row in mine if row["secret_id"]})


def test_account_that_changed_hands_is_seen_from_both_sides(company):
    lake, _ = company
    first = lake.lookback("p-akari", FIRST, FIRST + timedelta(days=100))
    assert max(first.by_day) <= date(2026, 9, 30)
    second = lake.lookback("p-botan", FIRST, FIRST + timedelta(days=100))
    assert {row["actor_raw"] for row in second.events.to_pylist()} == {"akari", "botan"}


def test_night_belongs_to_the_local_day_not_to_the_utc_day(lake, tmp_path):
    take(lake, tmp_path, LINE.format(day=20, minute=0, who="akari", n=1).replace("10:00", "01:00"))
    lake.context.write(Context(identities=[is_whose("akari", "p1")]))
    assert lake.lookback("p1", date(2026, 11, 20), date(2026, 11, 20)).total == 1
    assert lake.lookback("p1", date(2026, 11, 19), date(2026, 11, 19)).total == 0


def test_look_back_survives_a_damaged_segment_of_its_own(lake, tmp_path):
    take(lake, tmp_path, LINE.format(day=20, minute=0, who="akari", n=1))
    take(lake, tmp_path, LINE.format(day=21, minute=0, who="akari", n=1), name="b.log")
    lake.context.write(Context(identities=[is_whose("akari", "p1")]))
    (lake.root / lake.unsealed()[0].path).write_bytes(b"PAR1")
    assert lake.lookback("p1", date(2026, 11, 1), date(2026, 11, 30)).total == 1


def test_buckets_share_the_names_out_evenly():
    counts = Counter(bucket_of(f"user{n}") for n in range(3200))
    assert set(counts) == set(range(BUCKETS))
    assert min(counts.values()) > 140
