"""A lake of tens of millions of events, made straight into sealed segments: what scale asks for, without the reading.

A company of one person per 10,000 events and year: 40 deeds on a working day, in files, web, mail, doors, printers,
databases and media; everybody has a PC, an area and some sites of his own, and now and then something new.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from kuramori_lake.context import Context, Identity, PersonDays, SecretPattern, Site
from kuramori_lake.event import BUCKETS, Namespace
from kuramori_lake.ingest import Intake, Naming, Received, commit, name_segment, next_batch_id, utc_text
from kuramori_lake.lookback import bucket_of
from kuramori_lake.segments import SegmentWriter
from kuramori_lake.sources.parsed import Options, Reading, Source
from kuramori_lake.stamp import Stamp, stamped
from kuramori_lake.store import Lake
from kuramori_lake.unwatched import shelter_of

ZONE: Final = ZoneInfo("Asia/Tokyo")
YEAR: Final = 2025
NEW_DAY: Final = date(2026, 1, 5)
"""A Monday: the day that comes on top."""
EVENTS_A_PERSON: Final = 10_000
_HOUR: Final = 3_600_000_000
_DAY: Final = 24 * _HOUR
_TOKYO: Final = 9 * _HOUR

_DEEDS: Final = (
    # activity, object, destination, share of all deeds
    ("read", "file", None, 0.46), ("write", "file", None, 0.12), ("create", "file", None, 0.03),
    ("delete", "file", None, 0.02), ("read", "url", "web", 0.18), ("upload", "url", "web", 0.004),
    ("mail_send", "mail", "person", 0.06), ("mail_send", "mail", "external_mail", 0.02),
    ("logon", "account", None, 0.03), ("print", "paper", "printer", 0.012), ("door_in", "door", None, 0.048),
    ("db_read", "db_relation", "db_client", 0.013), ("copy", "file", "removable", 0.003),
)  # fmt: skip
_SHARES: Final = np.array([share for *_, share in _DEEDS]) / sum(share for *_, share in _DEEDS)


def _words(values: Sequence[str | None], where: np.ndarray) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(where))


def _some(text: str, numbers: np.ndarray, mask: np.ndarray) -> pa.Array:
    """`text` with a number in it where the mask holds, else null."""
    unique, where = np.unique(numbers[mask], return_inverse=True)
    index = np.zeros(len(numbers), dtype=np.int64)
    index[mask] = where
    return pa.array([text % n for n in unique] or [""], pa.string()).take(pa.array(index, mask=~mask))


def deeds(people: np.ndarray, days: Sequence[date], dice: np.random.Generator) -> pa.Table:
    """Rows of `event.PARSED` of these people (numbers) on these days, sorted by person and time."""
    busy = 15 + 50 * np.random.default_rng(7).random(100_000)[people]
    counts = dice.poisson(np.outer(busy, np.ones(len(days)))) * (dice.random((len(people), len(days))) < 0.95)
    who = np.repeat(people, counts.sum(axis=1))
    day = np.repeat(np.tile(np.arange(len(days)), len(people)), counts.ravel())
    size = len(who)
    begins = np.array([np.datetime64(one, "us").astype(np.int64) for one in days])[day]
    clock = np.clip(dice.normal(13, 2.5, size), 0, 23.99) * _HOUR
    times = begins + clock.astype(np.int64) - _TOKYO
    order = np.lexsort((times, _rank(who)))
    who, times = who[order], times[order]
    kind = dice.choice(len(_DEEDS), size, p=_SHARES)
    what, whither = (np.array([row[n] for row in _DEEDS], dtype=object)[kind] for n in (1, 2))
    strange = dice.random(size) < 0.002
    nth = (40 * dice.random(size) ** 2).astype(np.int64)
    plain = (what == "file") & (whither == None)  # noqa: E711  # an array's elements
    folder = np.where(strange, dice.integers(0, 4_000, size), who // 8)
    site = np.where(dice.random(size) < 0.01, dice.integers(0, 5_000, size), (who * 7 + nth) % 300)
    client = np.where(strange, dice.integers(0, 1 + who.max(initial=0), size), who)
    table = {
        "row_key": pa.array(dice.integers(0, 2**63, size, dtype=np.uint64)),
        "time_utc": pa.array(times).cast(pa.timestamp("us")),
        "tz_basis": pa.repeat("configured", size),
        "actor_raw": _some("user%d", who, np.ones(size, dtype=bool)),
        "actor_namespace": pa.repeat("ad", size),
        "confidence": pa.repeat("authenticated", size),
        "activity": _words([row[0] for row in _DEEDS], kind),
        "outcome": pa.repeat("ok", size),
        "object_kind": _words([row[1] for row in _DEEDS], kind),
        "path": _paths(plain, folder, who * 40 + nth, what),
        "name": _some("図面%d.dwg", who * 40 + nth, whither == "removable"),
        "bytes": pa.array((1000 * dice.pareto(1.2, size) + 200).clip(0, 1e9).astype(np.int64)),
        "count": pa.array(1 + dice.poisson(4, size), mask=~np.isin(what, ["paper", "db_relation", "mail"])),
        "client": _some("pc-%05d", client, np.isin(what, ["account", "file", "url"])),
        "device": _some("機器%d", np.where(what == "door", nth % 4, who // 30), np.isin(what, ["paper", "door"])),
        "device_serial": _some("SN%06d", who, whither == "removable"),
        "destination_class": _words([row[2] for row in _DEEDS], kind),
        "destination_domain": _some("site%d.example", site, np.isin(whither, ["web", "external_mail"])),
        "raw_row": pa.array(np.arange(1, size + 1)),
        "raw_offset": pa.array(np.arange(size) * 140),
        "raw_length": pa.array(np.full(size, 140, dtype=np.int32)),
    }
    return pa.table(table)


def _rank(who: np.ndarray) -> np.ndarray:
    """Each person's place when their names are sorted as text."""
    unique, where = np.unique(who, return_inverse=True)
    return np.argsort(np.argsort([f"user{n}" for n in unique]))[where]


def _paths(plain: np.ndarray, folder: np.ndarray, file: np.ndarray, what: np.ndarray) -> pa.Array:
    both = folder * 1_000_000 + file
    pairs, where = np.unique(both[plain], return_inverse=True)
    names = [f"/srv/share/部門{n // 1_000_000 % 40}/案件{n // 1_000_000}/図面{n % 1_000_000}.dwg" for n in pairs]
    relations = [f"sales/public/表{n}" for n in range(200)]
    index = np.zeros(len(plain), dtype=np.int64)
    index[plain] = where
    asks = what == "db_relation"
    index[asks] = len(names) + file[asks] % 200
    return pa.array([*names, *relations], pa.string()).take(pa.array(index, mask=~(plain | asks)))


def _months() -> Iterator[tuple[int, list[date]]]:
    """The working days of each month of the year."""
    for month in range(1, 13):
        first = date(YEAR, month, 1)
        span = [first + timedelta(days=n) for n in range(31)]
        yield month, [day for day in span if day.month == month and day.weekday() < 5]


def fill(lake: Lake, events: int) -> None:
    """A year of the company: a batch a month, each a compacted segment per bucket, sealed and named at once."""
    people = max(events // EVENTS_A_PERSON, 16)
    buckets = np.array([bucket_of(f"user{n}") for n in range(people)])
    for month, days in _months():
        stamp = _stamp(lake, datetime(YEAR, month, 28, tzinfo=UTC) + timedelta(days=5))
        at, placed = 0, []
        for bucket in range(BUCKETS):
            members = np.flatnonzero(buckets == bucket)
            parsed = deeds(members, days, np.random.default_rng(month * 100 + bucket))
            keys = np.asarray(parsed["row_key"])
            with SegmentWriter(lake.root / "segments") as writer:
                writer.write(stamped(parsed, keys, stamp, first_ordinal=at))
                file = writer.finish()
            at += parsed.num_rows
            naming = Naming(batch_id=stamp.batch_id, month=f"{YEAR}-{month:02}", bucket=bucket)
            placed += [(file, naming)] if file else []
        with lake.manifest.transaction() as db:
            told = (stamp.batch_id, "made", "made", f"{month:064}", "made", 0, None, utc_text(stamp.received_utc), 1,
                    ZONE.key, at, at, 0, 0, 0, 0, 0, 0, ZONE.key)  # fmt: skip
            db.execute(f"INSERT INTO batch VALUES ({', '.join('?' * len(told))})", told)
            db.executemany("INSERT OR IGNORE INTO actor VALUES ('ad', ?)", ((f"user{n}",) for n in range(people)))
            for file, naming in placed:
                name_segment(db, lake.root, file, naming)
    lake.context.write(company(people))


def company(people: int) -> Context:
    """Teams of eight in units of forty on two sites; a secret in every fifth of the forty departments."""
    since = date(YEAR - 1, 1, 1)
    return Context(
        identities=[Identity(namespace=Namespace.AD, raw=f"user{n}", person_id=f"p{n}", since=since)
                    for n in range(people)],
        people=[
            PersonDays(person_id=f"p{n}", unit=f"unit{n // 40}", site=f"site{n % 2}", role=f"role{n % 6}", since=since)
            for n in range(people)
        ],
        secrets=[
            SecretPattern(pattern=f"/srv/share/部門{n}", secret_id=f"s{n}", number=f"A-{n}", level="秘", weight=1,
                          since=since)
            for n in range(0, 40, 5)
        ],
        sites=[Site(site=f"site{n}", zone=ZONE.key, holidays=(date(YEAR, 5, 5),)) for n in range(2)],
    )  # fmt: skip


def add_day(lake: Lake, events: int, day: date = NEW_DAY) -> None:
    """A day's events through the intake, as a log received would come: deduplicated, stamped, a segment of its own."""
    people = np.arange(max(events // EVENTS_A_PERSON, 16))
    rows = deeds(people, [day], np.random.default_rng(day.toordinal()))
    source = Source(name="made", version=1, parse=lambda _, __: iter([Reading(events=rows)]), numbered=True)
    stamp = _stamp(lake, datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1))
    intake = Intake(root=lake.root, manifest=lake.manifest, source=source, stamp=stamp, shelter=shelter_of([]))
    taken = intake.run(memoryview(b""), Options(zone=ZONE))
    name = hashlib.sha256(str(day).encode()).hexdigest()
    commit(lake.manifest, lake.root, Received(name="made", sha256=name, bytes=0, kept_path=None), stamp, taken)


def _stamp(lake: Lake, received: datetime) -> Stamp:
    return Stamp(
        batch_id=next_batch_id(lake.manifest), source="made", instance="made", parser_version=1,
        received_utc=received.replace(tzinfo=None), zone=ZONE,
    )  # fmt: skip
