"""Real logs shuffled, cut short and doubled: every row is accounted for and no event is stored twice (I6, EVD-04)."""

import itertools
import random

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import SAMPLES, TOKYO

LOGS = {
    "samba": ["samba417_full_audit_syslog_raw.txt", "samba417_minimal_syslog_raw.txt"],
    "sshd": ["plaso_syslog_ssh.log"],
    "cups": ["cups24_page_log_real.log"],
    "squid": ["squid57_access_kura_format_real.log", "squid57_access_real.log"],
    "vsftpd": ["plaso_vsftpd.log"],
    "auditd": ["plaso_audit_enriched.log"],
    "postfix": ["postfix37_content_filter_and_milter_real.log"],
}
HEAD = 40
INSTANCES = (f"server {number}" for number in itertools.count())
QUICK = settings(max_examples=3, deadline=None)  # each example writes and syncs files


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One lake for all examples, each of a source instance of its own."""
    with Lake.open(tmp_path_factory.mktemp("sources") / "lake") as lake:
        yield lake


def head(name):
    return (SAMPLES / name).read_bytes().splitlines(keepends=True)[:HEAD]


def take(lake, source, instance, content):
    path = lake.root.parent / "received.log"
    path.write_bytes(content)
    report = lake.ingest(path, source=source, instance=instance, zone=TOKYO)
    counts = report.counts
    assert counts.rows == counts.accepted + counts.duplicate + counts.rejected + counts.ignored
    assert min(counts.accepted, counts.duplicate, counts.rejected, counts.ignored, counts.derived) >= 0
    assert len(lake.quarantine(batch_id=report.batch_id)) == counts.rejected
    return report


def stored(lake, instance):
    rows = lake.manifest.db.execute("SELECT path FROM segment WHERE instance = ?", (instance,))
    return sum(pq.read_metadata(lake.root / row["path"]).num_rows for row in rows)


EACH = [(source, name) for source, names in LOGS.items() for name in names]


@pytest.mark.parametrize("log", EACH, ids="-".join)
@QUICK
@given(seed=st.integers(0, 99), cut=st.integers(0, 200), doubled=st.booleans())
def test_rows_of_a_mangled_log_add_up_and_come_in_once(shared, log, *, seed, cut, doubled):
    source, rows, instance = log[0], head(log[1]), next(INSTANCES)
    random.Random(seed).shuffle(rows)  # noqa: S311  # an order, no secret
    content = b"".join(rows * (1 + doubled))
    content = content[: len(content) - cut]
    first = take(shared, source, instance, content)
    again = take(shared, source, instance, content)
    assert again.known
    assert (again.counts.accepted, again.counts.rows) == (0, first.counts.rows)
    assert stored(shared, instance) == first.counts.accepted + first.counts.derived


@pytest.mark.parametrize(("source", "name"), EACH)
def test_a_log_that_grew_brings_in_only_what_is_new(shared, source, name):
    """Rotated and copied logs overlap: the part that was there is known, whatever stands behind it."""
    rows, instance = head(name), next(INSTANCES)
    half = take(shared, source, instance, b"".join(rows[: len(rows) // 2]))
    whole = take(shared, source, instance, b"".join(rows))
    alone = take(shared, source, next(INSTANCES), b"".join(rows))
    assert whole.counts.rows == alone.counts.rows >= half.counts.rows
    assert whole.counts.duplicate >= half.counts.accepted
    assert whole.counts.rejected == alone.counts.rejected


@pytest.mark.parametrize("source", sorted(LOGS))
@pytest.mark.parametrize(
    "content", [b"", b"\n\n\n", b"\x00" * 64, b"\xff\xfe\x00\n", b"x" * 5000, "日本語\r\n".encode()]
)
def test_a_file_that_is_no_log_brings_in_nothing_and_every_row_is_told(shared, source, content):
    report = take(shared, source, next(INSTANCES), content)
    assert report.counts.accepted == 0
    assert report.counts.rows == report.counts.rejected + report.counts.ignored
