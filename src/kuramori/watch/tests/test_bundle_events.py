"""The events of an evidence bundle: rows of sealed segments about one secret or person, each provable, none beside."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kuramori.directory.api import viewer_of_system
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.api import Order
from kuramori.kernel.acts import Subject
from kuramori.kernel.canonical import canonical
from kuramori.kernel.ids import uuid7
from kuramori.kernel.ledger import read
from kuramori.kernel.merkle import leaf_hash
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import TOKYO
from kuramori.register.api import Secret
from kuramori.watch.bundle_events import collect
from kuramori.watch.lake import folder
from kuramori.watch.segment_rows import COLUMNS
from kuramori_lake.store import Lake


def ordered(about: Any, **words: Any) -> Order:
    plain = {
        "id": uuid7(), "kind": "secret", "subject": about.as_subject(), "ids": frozenset({about.pk}),
        "why": "訴訟", "made_at": NOON + timedelta(minutes=1), "up_to": 0,
    }  # fmt: skip
    return Order(**(plain | words))


def collected(order: Any, viewer: Any) -> list[Any]:
    """Read each extract's text while its segment is open, as a bundle does."""
    return [replace(each, csv=[b"".join(each.csv)]) for each in collect(order, viewer)]


def rows_of(extract: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(extract.csv).decode())))


def test_a_secrets_bundle_holds_the_rows_about_it_and_no_other(secret: Secret, read_log: None):
    (extract,) = collected(ordered(secret), viewer_of_system())
    rows = rows_of(extract)
    assert [row["actor_raw"] for row in rows] == ["akari", "chihiro", "chihiro"]
    assert all("配合" in row["path"] for row in rows)
    assert list(rows[0]) == list(COLUMNS)


def test_a_persons_bundle_holds_what_he_did(company: Company, read_log: None):
    (extract,) = collected(ordered(company.botan, kind="person"), viewer_of_system())
    assert [row["path"] for row in rows_of(extract)] == ["/srv/samba/zairyo/連絡/c.txt"]


def test_each_extract_leads_to_the_act_that_sealed_its_rows(secret: Secret, read_log: None):
    (extract,) = collected(ordered(secret), viewer_of_system())
    entry = Entry.objects.get(id=extract.entry_id)
    told = read([entry])[0]
    assert told.verb == "watch.segment.seal"
    assert told.notes["segment"] == str(extract.segment)
    assert extract.ranges
    header = leaf_hash(canonical(list(COLUMNS)))
    assert len(header) == 32
    assert (extract.first_at, extract.last_at) == (
        datetime(2026, 11, 19, 0, 0, 0, tzinfo=UTC),
        datetime(2026, 11, 19, 0, 0, 2, tzinfo=UTC),
    )
    assert "3" in extract.title_ja
    assert "3 rows" in extract.title_en


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ({"starts_at": datetime(2026, 11, 19, 0, 0, 1, tzinfo=UTC)}, 2),
        ({"ends_at": datetime(2026, 11, 19, 0, 0, 1, tzinfo=UTC)}, 1),
        ({"starts_at": datetime(2026, 11, 20, tzinfo=UTC)}, 0),
    ],
)
def test_a_period_bounds_the_rows(secret: Secret, read_log: None, words: dict[str, Any], count: int):
    extracts = collected(ordered(secret, **words), viewer_of_system())
    assert sum(len(rows_of(each)) for each in extracts) == count


def test_what_was_sealed_after_the_order_is_not_in_its_ledger_and_left_out(secret: Secret, read_log: None):
    early = ordered(secret, made_at=NOON - timedelta(days=1))
    assert collected(early, viewer_of_system()) == []


def test_a_secret_out_of_sight_yields_nothing(company: Company, secret: Secret, read_log: None):
    assert collected(ordered(secret), company.viewer(company.chihiro)) == []
    other = Subject("watch.alert", secret.pk, "x")
    assert collected(ordered(secret, subject=other), viewer_of_system()) == []


def test_a_damaged_segment_proves_nothing_and_is_left_out(secret: Secret, read_log: None):
    for segment in (folder() / "segments").rglob("*.parquet"):
        segment.chmod(0o600)
        segment.write_bytes(b"damaged")
    assert collected(ordered(secret), viewer_of_system()) == []


def test_an_unsealed_segment_is_left_out(secret: Secret, source: Any, log: Callable[..., Path]):
    assert collected(ordered(secret), viewer_of_system()) == [], "no lake yet"
    with Lake.open(folder()) as found:
        found.ingest(log(("akari", "配合/a.xlsx")), source="samba", instance="fs01", zone=TOKYO)
    assert collected(ordered(secret), viewer_of_system()) == []
