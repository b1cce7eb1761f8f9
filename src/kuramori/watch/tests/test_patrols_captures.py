"""Captures are hashed, sealed and time-stamped, and erased when their time is over (DET-09, EVD-08, fault L13)."""

import hashlib
import json
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils.timezone import now

from kuramori.directory.api import viewer_of_system
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.evidence.api import hold_add, seal_now, seals
from kuramori.evidence.rules.damage import Damage
from kuramori.evidence.witnessing.sealed_files import check_files
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.ids import uuid7
from kuramori.kernel.models import Entry
from kuramori.watch.models import PatrolFile
from kuramori.watch.patrols.acts import (
    MOST_SEALED,
    hit_attach,
    hits_erase,
    hits_seal,
)
from kuramori.watch.patrols.captures import LARGEST, capture_path, erase, file_path, folder, kept, kind_of, read_capture
from kuramori.watch.patrols.jobs import captures_sweep, run_patrol
from kuramori.watch.patrols.queries import sealing_entry
from kuramori.watch.rules.patrols import HARMLESS_DAYS, HitState
from kuramori.watch.tests.patrolled import Board, look_for, one_hit, taken

PNG, PDF, HTML = b"\x89PNG\r\n\x1a\n0000", b"%PDF-1.7 0", b"\xef\xbb\xbf\n<!DOCTYPE html><p>KCX"


@pytest.fixture(autouse=True)
def board(company: Company, charter: Any) -> Board:
    look_for()
    return Board(company)


def damages() -> list[Damage]:
    return [found.damage for found in check_files(lambda: None)]


def test_a_capture_is_hashed_sealed_by_an_act_and_covered_by_a_signed_head() -> None:
    hit = one_hit()
    assert hit.sha256 == hashlib.sha256(capture_path(hit.pk).read_bytes()).hexdigest()
    assert sealing_entry(viewer_of_system(), hit.pk) is None
    assert run_patrol(None, {}) == {"sealed": 1, "erased": 0, "swept": 0}  # type: ignore[arg-type]
    entry = Entry.objects.get(verb="watch.hit.seal")
    assert json.loads(bytes(entry.body))["notes"]["sha256_000"] == {"open": hit.sha256}
    assert sealing_entry(viewer_of_system(), hit.pk) == entry.id
    seal_now()
    assert seals([entry.id])[entry.id].is_sealed
    assert run_patrol(None, {}) == {"sealed": 0, "erased": 0, "swept": 0}, "once more does nothing"  # type: ignore[arg-type]
    assert Entry.objects.filter(verb="watch.hit.seal").count() == 1


def test_the_nightly_check_finds_a_capture_that_was_changed_or_is_gone() -> None:
    first, second = one_hit(), one_hit(url="https://a.example/2")
    assert damages() == [], "not sealed yet is no damage"
    hits_seal(by=SYSTEM)
    assert damages() == []
    path = capture_path(first.pk)
    path.write_bytes(path.read_bytes().replace(b"X", b"Y", 1))
    capture_path(second.pk).unlink()
    assert sorted(damages()) == sorted([Damage.FILE_DIFFERS, Damage.FILE_MISSING])


def test_many_captures_are_sealed_in_as_many_acts_as_their_digests_need() -> None:
    taken(*({} for _n in range(MOST_SEALED + 3)))
    assert hits_seal(by=SYSTEM) == MOST_SEALED + 3
    acts = Entry.objects.filter(verb="watch.hit.seal").order_by("seq")
    assert [json.loads(bytes(each.body))["notes"]["count"]["open"] for each in acts] == [MOST_SEALED, 3]
    assert damages() == []
    assert hits_seal(by=SYSTEM) == 0


@pytest.mark.parametrize(
    ("content", "kind"), [(PNG, "png"), (b"\xff\xd8\xff\xe0", "jpeg"), (PDF, "pdf"), (HTML, "html")]
)
def test_a_screenshot_page_or_pdf_is_sealed_at_once(content: bytes, kind: str) -> None:
    hit = one_hit()
    file = hit_attach(hit=hit, content=content, by=SYSTEM)
    assert (file.kind, file.size, file.sha256) == (kind, len(content), hashlib.sha256(content).hexdigest())
    assert file_path(hit.pk, file.pk).read_bytes() == content
    entry = Entry.objects.get(verb="watch.hit.attach")
    assert sealing_entry(viewer_of_system(), file.pk) == entry.id
    assert json.loads(bytes(entry.body))["notes"]["sha256"] == {"open": file.sha256}
    assert damages() == []
    file_path(hit.pk, file.pk).write_bytes(content + b"x")
    assert damages() == [Damage.FILE_DIFFERS]


def test_other_files_too_large_ones_and_the_same_again_are_refused_and_leave_nothing() -> None:
    hit = one_hit()
    hit_attach(hit=hit, content=PNG, by=SYSTEM)
    for content in (b"", b"MZ\x00", b"plain text", b"PK\x03\x04", PNG, PDF + bytes(LARGEST)):
        with pytest.raises(Refused):
            hit_attach(hit=hit, content=content, by=SYSTEM)
    assert PatrolFile.objects.count() == 1
    assert len(list(capture_path(hit.pk).parent.iterdir())) == 2
    assert kind_of(b"<script>") is None


def over(board: Board, days: int, erased: int) -> dict[str, int]:
    with time_machine.travel(NOON + timedelta(days=days), tick=False):
        count = hits_erase(today=TODAY + timedelta(days=days), by=SYSTEM)
    assert count == erased, days
    return {"left": len(list(kept()))}


def test_what_is_not_ours_goes_after_thirty_days_and_a_harmless_post_with_the_raw_logs(board: Board) -> None:
    theirs, harmless, ours, new = (one_hit(url=f"https://a.example/{n}") for n in range(4))
    board.decides(theirs, HitState.NOT_OURS)
    board.decides(harmless, HitState.HARMLESS)
    board.decides(ours, HitState.INQUIRY)
    hit_attach(hit=theirs, content=PNG, by=SYSTEM)
    hits_seal(by=SYSTEM)
    over(board, 29, 0)
    over(board, 30, 1)
    theirs.refresh_from_db()
    assert theirs.erased_at is not None
    assert read_capture(theirs.pk) is None
    assert set(kept()) == {harmless.pk, ours.pk, new.pk}
    over(board, HARMLESS_DAYS, 1)
    over(board, 5000, 0)
    assert set(kept()) == {ours.pk, new.pk}
    entry = Entry.objects.filter(verb="watch.hit.erase").order_by("seq")[0]
    notes = json.loads(bytes(entry.body))["notes"]
    assert (notes["count"], notes["days"]) == ({"open": 1}, {"open": 30})
    assert damages() == [], "what was erased is not missed"
    with pytest.raises(Refused):
        board.decides(theirs, HitState.INQUIRY)
    with pytest.raises(Refused):
        hit_attach(hit=theirs, content=PDF, by=SYSTEM)


def test_after_the_erasure_the_same_post_does_not_come_back_and_no_word_is_left(board: Board) -> None:
    hit = board.decides(one_hit(url="https://a.example/1"), HitState.NOT_OURS)
    over(board, 40, 1)
    assert [each.action.value for each in taken({"url": "https://a.example/1"})] == ["unchanged"]
    assert not (folder() / str(hit.pk)).exists()


def test_an_installation_sets_its_own_days_and_a_changed_mind_sets_the_day_anew(board: Board, settings: Any) -> None:
    settings.PATROL_DAYS = 7
    hit = board.decides(one_hit(), HitState.NOT_OURS)
    assert hit.erase_on == date(2026, 11, 27)
    assert board.decides(hit, HitState.INQUIRY).erase_on is None
    over(board, 400, 0)


def test_what_has_to_be_kept_waits_for_the_end_of_the_hold(board: Board) -> None:
    hit = board.decides(one_hit(), HitState.NOT_OURS)
    hold_add(held=[], by=SYSTEM, why="訴訟", matter="損害賠償")
    over(board, 40, 0)
    assert read_capture(hit.pk) is not None


def test_who_dies_between_act_and_erasure_leaves_the_files_to_the_sweep(board: Board) -> None:
    hit = board.decides(one_hit(), HitState.NOT_OURS)
    content = capture_path(hit.pk).read_bytes()
    over(board, 31, 1)
    capture_path(hit.pk).parent.mkdir()
    capture_path(hit.pk).write_bytes(content)
    with time_machine.travel(NOON + timedelta(days=31), tick=False):
        assert captures_sweep() == 1
    assert list(kept()) == []


def test_files_of_an_import_that_may_still_run_are_left(board: Board) -> None:
    live, stray = one_hit(), uuid7()
    (folder() / str(stray)).mkdir()
    (folder() / str(stray) / "capture.json").write_text("{}")
    assert captures_sweep() == 0
    with time_machine.travel(now() + timedelta(hours=25), tick=False):
        assert captures_sweep() == 1
    assert list(kept()) == [live.pk]
    erase(stray)


def test_without_a_folder_there_is_nothing_to_do() -> None:
    assert run_patrol(None, {}) == {"sealed": 0, "erased": 0, "swept": 0}  # type: ignore[arg-type]
    assert not folder().exists()
    assert not Entry.objects.filter(verb__startswith="watch.hit").exists()
