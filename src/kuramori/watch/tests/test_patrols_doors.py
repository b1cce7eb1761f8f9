"""Which doors of patrols open to whom, a file on its way through the pages, and a post's whole life (DET-09)."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.evidence.api import ledger_check, seal_now
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.imports.api import import_file
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.models import ImportRun
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.kernel.room import role_permissions
from kuramori.watch.models import PatrolHit
from kuramori.watch.patrols.acts import hit_attach, hits_erase, hits_seal
from kuramori.watch.patrols.captures import kept, read_capture
from kuramori.watch.patrols.queries import hits_visible_to
from kuramori.watch.patrols.room_parts import MENU
from kuramori.watch.rules.patrols import HitState
from kuramori.watch.tests.patrolled import MATCHING, ROW, Board, fifty, look_for, one_hit

WORKERS = {Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST}
OFFICE = WORKERS | {Role.PRIVACY_OFFICER}
WHO = {
    "watch:hit:view": OFFICE | {Role.HR, Role.LEGAL},
    "watch:hit:oversee": OFFICE,
    "watch:hit:export": OFFICE,
    "watch:hit:decide": WORKERS,
    "watch:hit:import": WORKERS,
    "watch:survey:view": OFFICE | {Role.AUDITOR},
    "watch:survey:export": OFFICE | {Role.AUDITOR},
    "watch:survey:import": WORKERS,
    "watch:term:view": OFFICE | {Role.AUDITOR},
    "watch:term:export": OFFICE | {Role.AUDITOR},
    "watch:term:add": WORKERS,
    "watch:term:edit": WORKERS,
    "watch:term:retire": WORKERS,
}
DOORS = ("hit-list", "survey-list", "term-list")


@pytest.fixture(autouse=True)
def board(company: Company, charter: Any) -> Board:
    look_for()
    return Board(company)


def test_who_may_what_is_what_was_agreed() -> None:
    """An auditor reads what is looked for and counted, and no post: what people write is not his business."""
    for permission, roles in WHO.items():
        assert {role for role, held in role_permissions().items() if permission in held} == roles, permission
    assert Role.EMPLOYEE not in set().union(*WHO.values())


def test_doors_open_by_role_and_the_menu_shows_no_closed_one(company: Company, board: Board, visit: Any) -> None:
    expected = {
        board.first: (200, 200, 200),
        board.privacy: (200, 200, 200),
        board.hr: (200, 403, 403),
        board.legal: (200, 403, 403),
        company.akari: (403, 403, 403),
    }
    for person, codes in expected.items():
        viewer = company.viewer(person)
        assert tuple(visit(viewer, door).status_code for door in DOORS) == codes
        assert tuple(200 if viewer.may(item.permission) else 403 for item in MENU) == codes


def test_only_workers_are_led_to_the_imports(company: Company, board: Board, visit: Any, client: Any) -> None:
    for door, kind in (("hit-list", "patrol-posts"), ("survey-list", "survey-answers")):
        address = reverse("kernel:import-hand-in", args=[kind])
        assert address in visit(company.viewer(board.first), door).content.decode()
        assert client.get(address).status_code == 200
        assert address not in visit(company.viewer(board.privacy), door).content.decode()
        assert client.get(address).status_code == 403


def handed_in(client: Any, content: bytes) -> ImportRun:
    """Hand a file of posts in over the page, accept the columns that the kit proposes, and have it checked."""
    address = reverse("kernel:import-hand-in", args=["patrol-posts"])
    assert client.post(address, {"file": SimpleUploadedFile("posts.jsonl", content)}).status_code == 302
    run = ImportRun.objects.latest("created_at")
    columns = client.get(reverse("kernel:import-columns", args=[run.pk]))
    form = columns.context["form"]
    assert 'name="header_row"' in columns.content.decode()
    chosen = {name: field.initial for name, field in form.fields.items()}
    assert client.post(reverse("kernel:import-columns", args=[run.pk]), chosen).status_code == 302
    run_waiting()
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("language", ["ja", "en"])
def test_json_lines_walk_through_the_pages_onto_the_board(
    company: Company, board: Board, visit: Any, client: Any, language: str
) -> None:
    viewer = replace(company.viewer(board.first), language=language)
    visit(viewer, "hit-list")
    rows = [*fifty(), ROW | {"url": "https://x.example/private", "visibility": "private"}]
    run = handed_in(client, "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode())
    assert (run.read, run.accepted, run.rejected, run.header_row) == (51, 50, 1, 0)
    page = client.get(reverse("kernel:import-run", args=[run.pk])).content.decode()
    assert "51" in page
    with override(language):
        assert ("公開の投稿ではない" in page) is (language == "ja")
    take_in = reverse("kernel:import-take-in", args=[run.pk])
    assert client.post(take_in, {"why": "週次の巡回"}).status_code == 302
    run_waiting()
    assert PatrolHit.objects.count() == len(MATCHING)
    assert Entry.objects.filter(verb="watch.hit.seal").count() == 1, "the job that seals ran after the import"
    listed = visit(viewer, "hit-list", state="new").context["rows"]
    assert len(listed) == len(MATCHING)
    sheet = client.get(reverse("kernel:import-errors", args=[run.pk]))
    assert sheet.status_code == 200
    assert b"".join(sheet.streaming_content).startswith(b"PK")
    sheet.close()


def test_a_line_that_is_no_object_is_answered_with_its_number(company: Company, board: Board, tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps(ROW) + "\nnot json\n", encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        import_file("patrol-posts", path, viewer=company.viewer(board.first))
    for language, words in (("ja", "2行目"), ("en", "Line 2")):
        with override(language):
            assert words in str(refused.value)
    assert list(kept()) == []


def test_a_posts_whole_life_leaves_a_sound_ledger(board: Board, company: Company) -> None:
    """Taken in, sealed, looked at, asked about, cleared, erased: every proof holds, and no word is left."""
    hit = one_hit(text="クラモリ化成の社外秘", author="@nobody")
    hits_seal(by=SYSTEM)
    hit_attach(hit=hit, content=b"%PDF-1.7", by=SYSTEM)
    board.decides(hit, HitState.INQUIRY, about=company.botan)
    board.decides(hit, HitState.NOT_OURS, person=board.second, reason="同名の別会社")
    seal_now()
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        assert hits_erase(today=TODAY + timedelta(days=30), by=SYSTEM) == 1
        assert hits_erase(today=TODAY + timedelta(days=30), by=SYSTEM) == 0
        seal_now()
        assert ledger_check().found == ()
    assert list(kept()) == []
    hit.refresh_from_db()
    assert (hit.state, hit.concerned, hit.erase_on, len(hit.sha256)) == ("not_ours", None, None, 64)


def test_what_came_and_went_before_it_was_sealed_is_not_sealed_any_more(board: Board) -> None:
    board.decides(one_hit(), HitState.NOT_OURS)
    assert hits_erase(today=TODAY + timedelta(days=30), by=SYSTEM) == 1
    assert hits_seal(by=SYSTEM) == 0


def test_who_is_given_a_role_later_still_finds_nothing_about_himself(board: Board, company: Company) -> None:
    hit, other = one_hit(), one_hit(url="https://a.example/2")
    board.decides(hit, HitState.INQUIRY, about=company.botan)
    company.give(company.botan, Role.INFORMATION_MANAGER)
    assert set(hits_visible_to(company.viewer(company.botan))) == {other}
    board.decides(hit, HitState.HARMLESS, person=board.second)
    assert set(hits_visible_to(company.viewer(company.botan))) == {hit, other}, "cleared, it concerns him no more"


def test_an_account_without_a_person_sees_by_its_role_alone(board: Board, company: Company) -> None:
    hit = one_hit()
    assert set(hits_visible_to(replace(company.viewer(board.first), person_id=None))) == {hit}


def test_the_list_and_its_export_hold_no_word_of_a_post(board: Board, company: Company, visit: Any) -> None:
    hit = one_hit(text="KCXの社外秘 隠された言葉", author="@someone")
    viewer = company.viewer(board.first)
    assert read_capture(hit.pk) is not None
    page = visit(viewer, "hit-list").content.decode()
    export = b"".join(visit(viewer, "hit-export", data={"format": "json"}).streaming_content).decode()
    for told in (page, export):
        assert hit.number in told
        assert not any(word in told for word in ("隠された言葉", "@someone", "x.example"))
