"""Logs come in exactly once, and every segment is sealed by one act, whatever is killed in between."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils.translation import override

from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.canonical import canonical
from kuramori.kernel.ledger import read
from kuramori.kernel.merkle import leaf_hash, root_of
from kuramori.kernel.models import Entry
from kuramori.kernel.tests.moments import killed_at
from kuramori.watch.acts.sealing import seal_segments
from kuramori.watch.api import ingest
from kuramori.watch.lake import lake
from kuramori.watch.models import LogSource
from kuramori.watch.segment_rows import COLUMNS, leaves, rows_of, segment_uuid
from kuramori_lake.store import Lake

Log = Callable[..., Path]
pytestmark = pytest.mark.django_db


def entries(verb: str) -> list[Entry]:
    return list(Entry.objects.filter(verb=verb).order_by("seq"))


def test_a_file_comes_in_once_and_its_counts_add_up(log: Log):
    path = log(("akari", "配合/a.xlsx"), ("akari", "配合/b.xlsx"))
    with path.open("a", encoding="utf-8") as file:
        file.write("<173>Nov 19 09:00:09 smbd_audit: broken|line\n")
    first, again = (ingest(source="samba", instance="fs01", paths=[path]) for _ in range(2))
    one = first.files[0]
    assert (one.accepted, one.rows) == (2, one.accepted + one.duplicate + one.ignored + one.rejected)
    assert again.files[0].known
    assert again.total("accepted") == 0
    assert len(entries("watch.source.receive")) == 1


def test_the_report_is_json_for_scripts(log: Log):
    told = json.loads(ingest(source="samba", paths=[log(("akari", "a.xlsx"))]).to_json())
    assert told["accepted"] == 1
    assert told["files"][0]["sha256"]


def test_a_folder_is_taken_in_file_by_file_and_a_missing_file_is_told(log: Log, tmp_path: Path):
    log(("akari", "a.xlsx"))
    report = ingest(source="samba", paths=[tmp_path / "audit.log", tmp_path / "nothing.log"])
    assert [bool(each.error) for each in report.files] == [False, True]
    assert report.failed == 1


def test_an_unknown_kind_of_log_is_refused_with_the_names_there_are(tmp_path: Path):
    with pytest.raises(Refused) as refusal:
        ingest(source="table:nothing", paths=[tmp_path])
    assert "samba" in str(refusal.value.next_step)


def test_the_registered_source_is_the_subject_of_what_it_received(log: Log, source: LogSource):
    ingest(source="samba", instance="fs01", paths=[log(("akari", "a.xlsx"))])
    assert read(entries("watch.source.receive"))[0].subjects[0].id == source.pk


def test_each_segment_is_sealed_by_one_act_over_file_and_rows(log: Log):
    ingest(source="samba", paths=[log(("akari", '配合/"a"\t①.xlsx'), ("akari", "配合/b.xlsx"))])
    notes = read(entries("watch.segment.seal"))[0].notes
    with lake() as found:
        row = found.manifest.db.execute("SELECT * FROM segment").fetchone()
        with found.connect() as db:
            rows = [fields for part in rows_of(db, found.root / row["path"], "true") for fields in part]
            hashed = [leaf for part in leaves(db, found.root / row["path"]) for leaf in part]
    expected = [leaf_hash(canonical(fields)) for fields in [list(COLUMNS), *rows]]
    assert hashed == expected
    assert notes["rows_root"] == root_of(expected).hex()
    assert (notes["sha256"], notes["rows"]) == (row["sha256"], 2)
    assert notes["segment"] == str(segment_uuid(row["path"]))
    assert row["sealed_act"] == str(entries("watch.segment.seal")[0].id)


def test_a_crash_between_act_and_mark_is_repaired_without_a_second_act(log: Log):
    with killed_at(Lake.mark_sealed):
        ingest(source="samba", paths=[log(("akari", "a.xlsx"))])
    with lake() as found:
        assert len(found.unsealed()) == 1
        assert seal_segments(segments_of=found, by=SYSTEM) == 1
        assert found.unsealed() == []
    assert len(entries("watch.segment.seal")) == 1


def test_a_compacted_segment_is_sealed_with_what_it_replaces(log: Log):
    ingest(source="samba", paths=[log(("akari", "a.xlsx"))])
    with lake() as found:
        found.compact()
        seal_segments(segments_of=found, by=SYSTEM)
        assert found.unsealed() == []
    first, second = (entry.notes for entry in read(entries("watch.segment.seal")))
    assert second["replaces"] == [first["sha256"]]


def test_the_report_is_a_line_of_words_for_each_file(log: Log, tmp_path: Path):
    with override("en"):
        told = str(ingest(source="samba", paths=[log(("akari", "a.xlsx")), tmp_path / "nothing.log"]))
    first, second = told.splitlines()
    assert first.endswith("1 rows = 1 taken in + 0 known + 0 skipped + 0 not understood")
    assert second.startswith(str(tmp_path / "nothing.log"))
    assert "No such file" in second


def test_a_name_with_a_control_character_is_hashed_as_rfc_8785_writes_it(log: Log):
    ingest(source="samba", paths=[log(("akari", "配合/a\x1fb.xlsx"))])
    with lake() as found:
        row = found.manifest.db.execute("SELECT path FROM segment").fetchone()
        with found.connect() as db:
            fields = [each for part in rows_of(db, found.root / row["path"], "true") for each in part]
            hashed = [leaf for part in leaves(db, found.root / row["path"]) for leaf in part]
    assert any("\x1f" in text for text in fields[0])
    assert hashed[1:] == [leaf_hash(canonical(each)) for each in fields]


@pytest.mark.parametrize("rows", [1, 3, 4, 7, 10])
def test_a_segment_of_many_batches_has_the_root_of_all_its_rows(log: Log, monkeypatch: pytest.MonkeyPatch, rows: int):
    """With the header in front 3 and 7 rows end with a batch, and nothing is left over."""
    monkeypatch.setattr("kuramori.watch.segment_rows.BATCH", 4)
    ingest(source="samba", paths=[log(*(("akari", f"配合/{n}.xlsx") for n in range(rows)))])
    notes = read(entries("watch.segment.seal"))[0].notes
    with lake() as found, found.connect() as db:
        path = found.root / found.manifest.db.execute("SELECT path FROM segment").fetchone()["path"]
        hashed = [leaf for part in leaves(db, path) for leaf in part]
    assert (notes["rows"], len(hashed)) == (rows, rows + 1)
    assert notes["rows_root"] == root_of(hashed).hex()
