"""What recognised content changes elsewhere: days of the roll-up open again, and `verify` looks at prints."""

from datetime import UTC, date, datetime

import pytest

from kuramori_lake import content
from kuramori_lake.context import Context, Identity, SecretPattern
from kuramori_lake.detect.rollup import days_between, roll_up
from kuramori_lake.event import Namespace
from kuramori_lake.fingerprint.index import PrintIndex
from kuramori_lake.fingerprint.tests.test_index import registered, text
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO, lake  # noqa: F401  # a fixture

LONG_AGO = date(2020, 1, 1)
KEY, NUMBER = "ab" * 32, "A-17"
CHECK = (
    '{{"file": "{name}", "sha256": "{sha}", "size": 9, "time": "2026-11-{day}T03:00:00+00:00", "activity": "upload",'
    ' "actor": "akari", "namespace": "ad", "destinations": ["mega.nz"], "matches": [{{"hits": 9}}]}}\n'
)


def told(weight: float = 2.0) -> Context:
    known = Identity(namespace=Namespace.AD, raw="akari", person_id="p1", since=LONG_AGO)
    place = SecretPattern(pattern="/none", secret_id=NUMBER, number="A-17", level="極秘", weight=weight, since=LONG_AGO)
    return Context(identities=[known], secrets=[place])


def recognised(of: str = NUMBER, hits: int = 9) -> content.Recognised:
    return content.Recognised(keys=(KEY, ""), secret_id=of, document="d", hits=hits, score=0.5)


@pytest.fixture
def uploads(lake: Lake, tmp_path):  # noqa: F811
    """Two uploads on two days; the later one is of a file that may be recognised."""
    path = tmp_path / "checks.jsonl"
    first, second = CHECK.format(name="a", sha="cd" * 32, day=18), CHECK.format(name="b", sha=KEY, day=20)
    path.write_text(first + second)
    lake.ingest(path, source="fingerprint", zone=TOKYO)
    lake.context.write(told())
    return lake


def test_match_that_came_later_opens_the_day_of_its_event_and_no_other(uploads):
    assert roll_up(uploads).rolled == 2
    assert roll_up(uploads).rolled == 0
    content.remember(uploads.manifest, [recognised()])
    after = roll_up(uploads)
    assert after.rolled == 1
    assert {day for day, turn in after.turns.items() if turn == after.turn} == {"2026-11-20"}
    assert roll_up(uploads).rolled == 0


def test_weaker_match_of_the_same_content_changes_nothing_and_a_forgotten_one_opens_the_day_again(uploads):
    content.remember(uploads.manifest, [recognised()])
    roll_up(uploads)
    content.remember(uploads.manifest, [recognised(hits=5)])
    assert roll_up(uploads).rolled == 0
    assert content.forget(uploads.manifest, "A-17") == 1
    assert content.mark(uploads.manifest) == ""
    assert roll_up(uploads).rolled == 1


def test_roll_up_made_before_content_was_looked_at_goes_on_from_there(uploads):
    """An older state names no file of recognised content: nothing was recognised then."""
    state = roll_up(uploads)
    older = {name: file for name, file in state.files.items() if name != f"link {content.TABLE}"}
    type(state)(**(vars(state) | {"files": older})).write(uploads.root / "rollup")
    content.remember(uploads.manifest, [recognised()])
    assert roll_up(uploads).rolled == 1


def test_other_level_of_the_secret_opens_days_of_recognised_content_too(uploads):
    content.remember(uploads.manifest, [recognised()])
    roll_up(uploads)
    uploads.context.write(told(weight=1.0))
    assert roll_up(uploads).rolled == 1
    rows = days_between(uploads, roll_up(uploads), "days", date(2026, 11, 1), date(2026, 11, 30)).to_pylist()
    assert [row["day"].day for row in sorted(rows, key=lambda row: row["day"])] == [18, 20]


def test_content_of_two_secrets_is_the_weightier_of_the_day(uploads):
    content.remember(uploads.manifest, [recognised(), recognised("B-1", hits=90)])
    joined = "SELECT secret_id FROM joined_events ORDER BY time_utc"
    assert uploads.query(joined)["secret_id"].to_pylist() == [None, "A-17"]
    uploads.context.write(told(weight=0.5))
    assert uploads.query(joined)["secret_id"].to_pylist() == [None, "B-1"]


def test_mark_is_another_when_a_stronger_match_takes_the_place_of_one(lake, monkeypatch):  # noqa: F811
    assert content.mark(lake.manifest) == ""
    content.remember(lake.manifest, [recognised(hits=5)])
    before = content.mark(lake.manifest)
    monkeypatch.setattr(content, "utc_text", lambda _now: "2099-01-01T00:00:00.000000")
    content.remember(lake.manifest, [recognised(hits=9)])
    assert content.mark(lake.manifest) not in {"", before}


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\x7f"), "other content than was stored"),
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "other content than was stored"),
        (lambda path: path.unlink(), "missing"),
    ],
)
def test_verify_reads_files_of_prints_too(lake, harm, reason):  # noqa: F811
    PrintIndex(lake).add([registered("配合.docx", text(1))])
    assert lake.verify() == []
    (path,) = (lake.root / "prints").iterdir()
    harm(path)
    (damage,) = lake.verify()
    assert (damage.segment_id, damage.path, damage.reason) == (None, f"prints/{path.name}", reason)


def test_file_that_a_merge_replaced_is_no_damage(lake, monkeypatch):  # noqa: F811
    index = PrintIndex(lake)
    monkeypatch.setattr("kuramori_lake.fingerprint.index._FLUSH", 1)
    monkeypatch.setattr("kuramori_lake.fingerprint.index._BATCH", 1)
    index.add(registered(f"{number}", text(number)) for number in range(4))
    retired = lake.manifest.db.execute("SELECT path FROM print_file WHERE retired_utc IS NOT NULL").fetchall()
    assert retired
    for row in retired:
        (lake.root / row["path"]).unlink(missing_ok=True)
    assert lake.verify() == []


def test_what_a_killed_addition_left_goes_though_the_next_one_brings_nothing_new(lake):  # noqa: F811
    index = PrintIndex(lake)
    index.add([registered("配合.docx", text(1))])
    torn = index.folder / "half-digests.tmp"
    torn.write_bytes(b"half")
    added = index.add([registered("配合.docx", text(1))])
    assert (added.added, added.known) == (0, 1)
    assert not torn.exists()


def test_document_of_the_wrong_secret_is_not_taken_for_known(lake):  # noqa: F811
    index = PrintIndex(lake)
    index.add([registered("配合.docx", text(1))])
    (one,) = lake.manifest.db.execute("SELECT secret_id, sha256 FROM print_document").fetchall()
    assert index.knows(one["secret_id"], one["sha256"])
    assert not index.knows("B-1", one["sha256"])
    assert not index.knows(one["secret_id"], "0" * 64)


def test_index_of_a_lake_opened_again_by_another_process_says_the_same(tmp_path):
    with Lake.open(tmp_path / "lake") as first:
        PrintIndex(first).add([registered("配合.docx", text(1))])
        before = PrintIndex(first).check([text(1)[50:300]])
    with Lake.open(tmp_path / "lake") as second:
        again = PrintIndex(second)
        assert again.check([text(1)[50:300]]) == before
        assert before[0][0].secret_id == NUMBER
        assert again.remove("A-17") == 1
        assert again.check([text(1)[50:300]]) == [[]]


def test_found_time_is_utc_of_fixed_width(lake):  # noqa: F811
    content.remember(lake.manifest, [recognised()])
    (row,) = lake.manifest.db.execute("SELECT found_utc FROM content_match").fetchall()
    moment = datetime.fromisoformat(row["found_utc"]).replace(tzinfo=UTC)
    assert len(row["found_utc"]) == 26
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 3600
