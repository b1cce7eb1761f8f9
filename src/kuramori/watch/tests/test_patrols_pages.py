"""The pages of patrols: looking at a post, deciding, putting a file to it; refusals in both languages (DET-09)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import gettext, override

from kuramori.directory.tests.company import Company
from kuramori.evidence.api import seal_now
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import verbs
from kuramori.watch.acts.settings import charter_retire
from kuramori.watch.models import PatrolFile, PatrolHit, PatrolVerdict
from kuramori.watch.patrols.acts import hit_attach, hits_erase, hits_seal
from kuramori.watch.patrols.captures import LARGEST, file_path
from kuramori.watch.patrols.room_parts import VERBS
from kuramori.watch.rules.patrols import HitState
from kuramori.watch.tests.patrolled import Board, look_for, one_hit

PNG = b"\x89PNG\r\n\x1a\n0000"
pytestmark = pytest.mark.usefixtures("charter")


@pytest.fixture
def board(company: Company) -> Board:
    look_for()
    return Board(company)


@pytest.fixture(params=["ja", "en"])
def analyst(request: pytest.FixtureRequest, company: Company, board: Board) -> Viewer:
    return replace(company.viewer(board.first), language=request.param)


def said(viewer: Viewer, english: str) -> str:
    with override(viewer.language):
        found = gettext(english)
    assert (found == english) is (viewer.language == "en"), f"not translated: {english}"
    return found


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_post_is_looked_at_decided_on_and_sealed(analyst: Viewer, board: Board, company: Company, visit: Any) -> None:
    hit = one_hit(text="KCXの社外秘 <script>alert(1)</script>", author="@<b>")
    page = text(visit(analyst, "hit-detail", hit.pk))
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert 'href="https://x.example' not in page, "no link: who opens it leaves a trace there"
    for words in ("waits to be sealed, within the hour", "Nobody has decided yet.", "What the post says"):
        assert said(analyst, words) in page
    assert hit.sha256 in page
    hits_seal(by=SYSTEM)
    assert said(analyst, "waits for the next signed head") in text(visit(analyst, "hit-detail", hit.pk))
    seal_now()
    assert said(analyst, "covered by a signed head since") in text(visit(analyst, "hit-detail", hit.pk))
    asked = text(visit(analyst, "hit-decide", hit.pk))
    assert "KCXの社外秘" in asked
    assert "checked" not in asked, "nothing is chosen beforehand"
    answer = visit(analyst, "hit-decide", hit.pk, data={"state": "inquiry", "reason": "図面", "concerned": "A-2"})
    assert answer["Location"] == reverse("watch:hit-detail", args=[hit.pk])
    assert PatrolHit.objects.get().concerned == company.botan
    page = text(visit(analyst, "hit-detail", hit.pk))
    assert "図面" in page
    assert "牧野 牡丹" in page or "Botan Makino" in page
    said_so = "The person concerned sees nothing of this and is told nothing here. Tell nobody either."
    assert said(analyst, said_so) in page


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"state": ""}, "state"),
        ({"state": "discipline"}, "state"),
        ({"state": "new"}, "state"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 1001}, "reason"),
        ({"concerned": "A-99"}, "concerned"),
        ({"concerned": "A-4"}, "concerned"),
        ({"state": "harmless", "concerned": "A-2"}, "concerned"),
    ],
)
def test_a_decision_that_lacks_something_is_refused_and_what_was_typed_stays(
    company: Company, board: Board, visit: Any, changed: dict[str, str], field: str
) -> None:
    hit = one_hit()
    for language in ("ja", "en"):
        viewer = replace(company.viewer(board.first), language=language)
        data = {"state": "inquiry", "reason": "確認", "concerned": ""} | changed
        answer = visit(viewer, "hit-decide", hit.pk, data=data)
        assert answer.status_code == 422
        words = " ".join(str(each) for each in answer.context["form"].errors[field])
        assert words.isascii() is (language == "en")
    assert not PatrolVerdict.objects.exists()


def test_unknown_unwatched_and_oneself_are_refused_in_the_same_words(
    company: Company, board: Board, visit: Any, charter: Any
) -> None:
    """H3: nobody learns by this form how somebody stands."""
    hit, viewer = one_hit(), company.viewer(board.first)

    def refusal(number: str) -> str:
        answer = visit(viewer, "hit-decide", hit.pk, data={"state": "inquiry", "reason": "x", "concerned": number})
        return str(answer.context["form"].errors["concerned"])

    words = {refusal("A-99"), refusal("A-4"), refusal("daichi@example.jp")}
    charter_retire(charter=charter, by=SYSTEM, why="廃止")
    words.add(refusal("A-2"))
    assert len(words) == 1


def test_a_person_is_found_by_mail_address_too(company: Company, board: Board, visit: Any) -> None:
    hit = one_hit()
    data = {"state": "inquiry", "reason": "x", "concerned": "Botan@example.jp"}
    assert visit(company.viewer(board.first), "hit-decide", hit.pk, data=data).status_code == 302
    assert PatrolHit.objects.get().concerned == company.botan


def test_what_an_act_refuses_is_said_on_the_form(analyst: Viewer, board: Board, company: Company, visit: Any) -> None:
    hit = board.decides(one_hit(), HitState.INQUIRY)
    answer = visit(analyst, "hit-decide", hit.pk, data={"state": "discipline", "reason": "x", "concerned": "A-2"})
    assert answer.status_code == 422
    assert said(analyst, "Whoever opened the inquiry does not hand it to discipline.") in text(answer)
    nobody = replace(analyst, person_id=None)
    answer = visit(nobody, "hit-decide", hit.pk, data={"state": "harmless", "reason": "x"})
    assert answer.status_code == 422
    assert said(analyst, "Only a person can ask this or decide on it.") in text(answer)


def test_a_file_is_put_to_a_post_sealed_and_handed_out_to_be_saved(analyst: Viewer, visit: Any) -> None:
    hit = one_hit()
    assert "multipart/form-data" in text(visit(analyst, "hit-attach", hit.pk))
    upload = SimpleUploadedFile("../../画面.png", PNG, "image/png")
    assert visit(analyst, "hit-attach", hit.pk, data={"file": upload}).status_code == 302
    file = PatrolFile.objects.get()
    page = visit(analyst, "hit-detail", hit.pk)
    address = reverse("watch:hit-file", args=[hit.pk, file.pk])
    assert address in text(page)
    answer = visit(analyst, "hit-file", hit.pk, file.pk)
    assert b"".join(answer.streaming_content) == PNG
    answer.close()
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert page.client.post(address).status_code == 405


def test_a_saved_page_is_never_drawn(company: Company, board: Board, visit: Any) -> None:
    hit = one_hit()
    file = hit_attach(hit=hit, content=b"<html><script>alert(1)</script>", by=SYSTEM)
    answer = visit(company.viewer(board.first), "hit-file", hit.pk, file.pk)
    answer.close()
    assert (answer["Content-Type"], answer["Content-Disposition"][:11]) == ("application/octet-stream", "attachment;")


@pytest.mark.parametrize("content", [b"MZ\x00", b"", b"PK\x03\x04", PNG + bytes(LARGEST)])
def test_a_wrong_file_is_answered_and_not_kept(company: Company, board: Board, visit: Any, content: bytes) -> None:
    hit = one_hit()
    answer = visit(company.viewer(board.first), "hit-attach", hit.pk, data={"file": SimpleUploadedFile("a", content)})
    assert answer.status_code == 422
    assert not PatrolFile.objects.exists()


def test_a_file_of_another_post_and_one_that_is_gone_are_not_found(company: Company, board: Board, visit: Any) -> None:
    viewer, first, second = company.viewer(board.first), one_hit(), one_hit(url="https://a.example/2")
    file = hit_attach(hit=first, content=PNG, by=SYSTEM)
    assert visit(viewer, "hit-file", second.pk, file.pk).status_code == 404
    file_path(first.pk, file.pk).unlink()
    assert visit(viewer, "hit-file", first.pk, file.pk).status_code == 404


def test_an_erased_post_says_so_and_offers_nothing(analyst: Viewer, board: Board, visit: Any) -> None:
    hit = board.decides(one_hit(text="KCXの社外秘"), HitState.NOT_OURS)
    file = hit_attach(hit=hit, content=PNG, by=SYSTEM)
    assert hits_erase(today=date(2027, 1, 1), by=SYSTEM) == 1
    page = text(visit(analyst, "hit-detail", hit.pk))
    assert said(analyst, "The post was erased. Its digest stays in the ledger and says nothing any more.") in page
    assert "KCXの社外秘" not in page
    assert reverse("watch:hit-decide", args=[hit.pk]) not in page
    assert visit(analyst, "hit-file", hit.pk, file.pk).status_code == 404
    assert visit(analyst, "hit-decide", hit.pk, data={"state": "inquiry", "reason": "x"}).status_code == 422


def test_hr_reads_what_was_handed_on_and_decides_nothing(company: Company, board: Board, visit: Any) -> None:
    hit, hr = one_hit(), company.viewer(board.hr)
    assert visit(hr, "hit-detail", hit.pk).status_code == 404
    board.decides(hit, HitState.INQUIRY, about=company.botan)
    page = text(visit(hr, "hit-detail", hit.pk))
    assert reverse("watch:hit-decide", args=[hit.pk]) not in page
    for name in ("hit-decide", "hit-attach"):
        assert visit(hr, name, hit.pk).status_code == 403
    assert visit(company.viewer(company.akari), "hit-detail", hit.pk).status_code == 403


def test_other_posts_of_an_account_are_shown_in_an_inquiry_alone(company: Company, board: Board, visit: Any) -> None:
    viewer, first, second = company.viewer(board.first), one_hit(), one_hit(url="https://a.example/2")
    assert second.number not in text(visit(viewer, "hit-detail", first.pk))
    board.decides(first, HitState.INQUIRY)
    assert second.number in text(visit(viewer, "hit-detail", first.pk))


def test_a_post_costs_the_same_whatever_was_decided(
    company: Company, board: Board, visit: Any, django_assert_max_num_queries: Any
) -> None:
    viewer, plain, full = company.viewer(board.first), one_hit(), one_hit(url="https://a.example/2")
    for state in (HitState.HARMLESS, HitState.NOT_OURS, HitState.HARMLESS, HitState.INQUIRY):
        board.decides(full, state)
    hits_seal(by=SYSTEM)
    for hit in (plain, full):
        visit(viewer, "hit-detail", hit.pk)
        with django_assert_max_num_queries(20):
            assert visit(viewer, "hit-detail", hit.pk).status_code == 200


def test_every_verb_reads_as_a_sentence() -> None:
    words = {"by": "佐倉", "subject": "P-1", "count": 3, "queued": 2, "answers": 9}
    for language in ("ja", "en"):
        with override(language):
            for verb in VERBS:
                sentence = str(verbs()[verb]) % words
                assert "佐倉" in sentence
                assert sentence.replace("佐倉", "").isascii() is (language == "en")


def test_the_histories_of_a_post_name_nobody(company: Company, board: Board, visit: Any) -> None:
    hit = board.decides(one_hit(), HitState.INQUIRY, about=company.botan)
    page = text(visit(company.viewer(board.privacy), "hit-history", hit.pk))
    assert hit.number in page
    assert not any(word in page for word in ("牡丹", str(company.botan.pk), hit.mark))
