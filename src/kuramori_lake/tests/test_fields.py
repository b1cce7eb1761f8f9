"""The column `fields` came later: a lake with segments from before it is read and compacted as one."""

from datetime import date

import pyarrow.parquet as pq
import pytest

from kuramori_lake.context import Context, Identity, SecretPattern
from kuramori_lake.event import EVENT, Namespace
from kuramori_lake.segments import SHAPE, rows_of, sha256_of
from kuramori_lake.store import Lake
from kuramori_lake.tests.test_store import lines, take

SINCE = date(2026, 1, 1)


def age(lake: Lake, segment_id: int) -> None:
    """Make a segment one that was written before the column: without it, and named as they were."""
    row = lake.manifest.db.execute("SELECT path FROM segment WHERE id = ?", (segment_id,)).fetchone()
    path = lake.root / row["path"]
    older = path.with_name(path.name.removesuffix(SHAPE) + ".parquet")
    pq.write_table(pq.read_table(path).drop_columns(["fields"]), older, compression="zstd")
    path.unlink()
    found = older.stat()
    lake.manifest.db.execute(
        "UPDATE segment SET path = ?, sha256 = ?, bytes = ?, seen_mtime_ns = ? WHERE id = ?",
        (str(older.relative_to(lake.root)), sha256_of(older), found.st_size, found.st_mtime_ns, segment_id),
    )


@pytest.fixture(params=["older", "mixed", "newer"])
def grown(request, lake, tmp_path):
    """Four segments of which all, the first two, or none are from before the column."""
    for at in range(4):
        take(lake, tmp_path, lines(at * 3, at * 3 + 3), name=f"{at}.log")
    for segment_id in {"older": (1, 2, 3, 4), "mixed": (1, 2), "newer": ()}[request.param]:
        age(lake, segment_id)
    return lake


def test_every_row_has_every_column_in_the_order_of_the_schema_before_and_after_compaction(grown):
    assert grown.verify() == []
    before = grown.query("SELECT * FROM events ORDER BY event_id")
    assert before.column_names == EVENT.names
    assert (before.num_rows, before["fields"].null_count) == (12, 12)
    assert grown.compact().rows == 12
    assert grown.query("SELECT * FROM events ORDER BY event_id").to_pylist() == before.to_pylist()
    assert grown.verify() == []
    live = [row["path"] for row in grown.manifest.db.execute("SELECT path FROM segment WHERE retired_utc IS NULL")]
    assert live
    assert all(path.endswith(SHAPE) and pq.read_schema(grown.root / path).names == EVENT.names for path in live)


def test_known_rows_joins_and_look_back_do_not_mind_the_age_of_a_segment(grown, tmp_path):
    overlap = take(grown, tmp_path, lines(2, 14), name="again.log")
    assert (overlap.counts.accepted, overlap.counts.duplicate) == (2, 10)
    named = {"pattern": "/srv/機密", "secret_id": "s1", "number": "A-1", "level": "A", "weight": 1.0}
    akari = Identity(namespace=Namespace.AD, raw="akari", person_id="p1", since=SINCE)
    grown.context.write(Context(identities=[akari], secrets=[SecretPattern(**named, since=SINCE)]))
    found = grown.lookback("p1", date(2026, 11, 20), date(2026, 11, 20))
    assert (found.total, found.secret_documents) == (14, 14)
    assert found.events["fields"].null_count == 14
    assert grown.stats().events == 14


def test_only_a_lake_with_older_segments_pays_for_binding_by_name():
    assert "union_by_name" not in rows_of(["a-2.parquet", "b-2.parquet"])
    assert "union_by_name" in rows_of(["a.parquet", "b-2.parquet"])
    assert 'NULL::VARCHAR AS "fields"' in rows_of(["a.parquet"])
    assert "'it''s.parquet'" in rows_of(["it's.parquet"])
