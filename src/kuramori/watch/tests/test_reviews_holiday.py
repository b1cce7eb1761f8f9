"""The weekly holiday review: coverage first, the weightiest on top, signed over exactly what was shown (DET-10)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils.timezone import now

from kuramori.directory.api import ROLE_WORDS, actor_of
from kuramori.directory.tests.company import Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.jobs import ask
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.permissions import Role
from kuramori.register.api import Secret
from kuramori.watch.acts.reviews import review_call, review_escalate, review_judge, review_sign
from kuramori.watch.acts.settings import source_add
from kuramori.watch.api import ingest
from kuramori.watch.models import Answer, LogSource, Review, ReviewItem, ReviewSheet
from kuramori.watch.queries.reviews import may_sign, reviews_visible_to, sheets_of, waiting_reviews
from kuramori.watch.reviews.duties import review_duties, review_tiles
from kuramori.watch.reviews.holiday import holiday_reviews
from kuramori.watch.reviews.jobs import run_reviews
from kuramori.watch.tests.conftest import PATH

SUNDAY, TUESDAY = date(2026, 11, 22), date(2026, 11, 24)
SEVEN = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
"""Tuesday, 7:00 in Tokyo: Saturday to Monday (a holiday) were days off."""
NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LINE = (
    "<173>Nov {day:02d} {clock} smbd_audit: 2026/11/{day:02d} {clock}|{who}|10.1.4.7|pc7|zairyo|create_file|ok|"
    "0x120089|file|open|{path}\n"
)
Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, source: LogSource) -> Write:
    """Take in what people opened: (day of November 2026, clock, who, how many files of the folder)."""

    def go(*opened: tuple[int, str, str, int], folder: str = "配合") -> None:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.log"
        path.write_text(
            "".join(
                LINE.format(day=day, clock=f"{clock}:{n:02d}", who=who, path=f"{PATH}/{folder}/{n}.xlsx")
                for day, clock, who, count in opened
                for n in range(count)
            ),
            encoding="utf-8",
        )
        with time_machine.travel(SEVEN, tick=False):
            ingest(source="samba", instance="fs01", paths=[path])

    return go


@pytest.fixture
def weekend(write: Write, company: Company, secret: Secret, charter: Any) -> Write:
    """Chihiro reads the secret on Sunday, Botan ordinary papers on Saturday; on Tuesday the server speaks again."""
    write((22, "03:10", "chihiro", 40), (24, "06:00", "akari", 1))
    write((21, "10:00", "botan", 3), folder="連絡")
    source_add(name="入退室", kind="table:badge", instance="gate", site=company.tokyo, by=SYSTEM)
    return write


@pytest.fixture
def review(weekend: Write) -> Review:
    with time_machine.travel(SEVEN, tick=False):
        return holiday_reviews(now())[0]


def sign(company: Company, review: Review, person: Any, ordinal: int = 1, statement: str = "") -> Any:
    viewer = company.viewer(person)
    seen = sheets_of(viewer, review)[ordinal - 1]
    for _who, item in seen.lines:
        if item.verdict == Answer.OPEN:
            words = {"verdict": Answer.ORDINARY, "note": "", "judge": person, "by": actor_of(person)}
            review_judge(review=review, items=[item], **words)
    seen = sheets_of(viewer, review)[ordinal - 1]
    return review_sign(
        review=review, seen=seen, digest=seen.digest, statement=statement, signer=person, by=actor_of(person)
    )


def test_a_planted_sunday_download_stands_first_and_silence_is_not_drawn_as_nothing(
    review: Review, company: Company, visit: Any
) -> None:
    assert (review.since, review.until, review.due_at) == (date(2026, 11, 21), date(2026, 11, 23), NOON)
    seen = sheets_of(company.viewer(company.daichi), review)[0]
    assert [item.person for _who, item in seen.lines] == [company.chihiro, company.botan]
    first = seen.lines[0][1].told
    assert first["now"]["secret_documents"] == 40
    assert set(first["usual"].values()) == {"0.0"}
    assert first["peers"] == {}
    states = {row["name"] or row["channel"]: row["state"] for row in seen.sheet.told["coverage"]}
    nobody = dict.fromkeys(("mail", "print", "removable", "web"), "blind")
    assert states == nobody | {"入退室": "blind", "材料サーバ": "seen"}
    page = visit(company.viewer(company.daichi), "review-detail", review.pk).content.decode()
    assert page.index("入退室") < page.index(seen.lines[0][0]) < page.index(seen.lines[1][0])
    assert "遠山" not in page
    assert "千尋" not in page
    assert visit(company.viewer(company.chihiro), "review-detail", review.pk).status_code == 403


def test_before_seven_nothing_is_ready_and_the_same_review_is_made_once(weekend: Write) -> None:
    with time_machine.travel(SEVEN, tick=False) as clock:
        clock.move_to(datetime(2026, 11, 23, 21, 59, tzinfo=UTC))
        assert holiday_reviews(now()) == []
        clock.move_to(SEVEN)
        assert holiday_reviews(now()) == holiday_reviews(now())
    assert Review.objects.count() == ReviewSheet.objects.count() == 1


def test_a_site_without_a_charter_is_not_looked_at_and_without_a_lake_all_is_blind(
    company: Company, source: LogSource, request: Any
) -> None:
    assert holiday_reviews(SEVEN) == []
    request.getfixturevalue("charter")
    with time_machine.travel(SEVEN, tick=False):
        made = holiday_reviews(now())[0]
    seen = sheets_of(company.viewer(company.daichi), made)[0]
    assert not seen.lines
    assert {row["state"] for row in seen.sheet.told["coverage"]} == {"blind"}


def test_unsigned_at_noon_it_goes_to_the_next_office_as_an_act_of_the_system(review: Review, company: Company) -> None:
    company.give(company.akari, Role.INFORMATION_MANAGER)
    office = company.viewer(company.akari)
    progress: Any = ask("watch.review", viewer=None)
    with time_machine.travel(NOON, tick=False) as clock:
        assert run_reviews(progress, {})["passed_on"] == 0
        assert not may_sign(office, review)
        assert not review_duties(office, TUESDAY)
        clock.shift(60)
        assert run_reviews(progress, {})["passed_on"] == 1
        assert run_reviews(progress, {})["passed_on"] == 0
        review.refresh_from_db()
        assert may_sign(office, review)
        assert may_sign(company.viewer(company.daichi), review)
        assert [duty.urgent for duty in review_duties(office, TUESDAY)] == [True]
        assert review_tiles(office, TUESDAY)[0]["tone"] == "bad"
    entry = entries_about(review.pk).get(verb="watch.review.escalate")
    assert entry.actor_kind == "system"


def test_a_signature_is_bound_to_what_was_shown_and_closes_the_review(review: Review, company: Company) -> None:
    viewer = company.viewer(company.daichi)
    shown = sheets_of(viewer, review)[0]
    words = {"review": review, "statement": "", "signer": company.daichi, "by": actor_of(company.daichi)}
    with pytest.raises(Refused, match="2"):
        review_sign(seen=shown, digest=shown.digest, **words)
    assert [one.pk for one in waiting_reviews(viewer)] == [review.pk]
    deed = {"review": review, "judge": company.daichi, "by": actor_of(company.daichi)}
    with pytest.raises(Refused, match="理由"):
        review_judge(items=[shown.lines[0][1]], verdict=Answer.CONCERN, note=" ", **deed)
    items = [item for _who, item in shown.lines]
    review_judge(items=items, verdict=Answer.ASK, note="上長に確認する", **deed)
    decided = sheets_of(viewer, review)[0]
    with pytest.raises(Refused, match="変わりました"):
        review_sign(seen=decided, digest=shown.digest, **words)
    signature = review_sign(seen=decided, digest=decided.digest, **words)
    assert signature.digest.encode() in bytes(entries_about(review.pk).get(verb="watch.review.sign").body)
    assert waiting_reviews(viewer) == []
    closed = sheets_of(viewer, review)[0]
    assert closed.is_signed
    with pytest.raises(Refused, match="署名がある"):
        review_judge(items=items, verdict=Answer.ORDINARY, note="", **deed)
    with pytest.raises(Refused, match="すでに"):
        review_sign(seen=closed, digest=closed.digest, **words)


def test_nobody_sees_or_signs_the_line_about_himself_and_another_must(
    review: Review, company: Company, visit: Any
) -> None:
    """DET-06, and the person concerned is not tipped off: to him the review is signed and complete."""
    company.give(company.chihiro, Role.SECURITY_ANALYST)
    himself, other = company.viewer(company.chihiro), company.viewer(company.daichi)
    assert [item.person for _who, item in sheets_of(himself, review)[0].lines] == [company.botan]
    about_him = ReviewItem.objects.get(person=company.chihiro)
    with pytest.raises(Refused, match="自分自身"):
        review_judge(
            review=review, items=[about_him], verdict=Answer.EXPLAINED, note="", judge=company.chihiro, by=SYSTEM
        )
    sign(company, review, company.chihiro)
    assert sheets_of(himself, review)[0].is_signed
    assert not waiting_reviews(himself)
    review_escalate(review=review)
    review_call(review=review, reason="日曜の大量閲覧", by=SYSTEM)
    page = visit(himself, "review-detail", review.pk).content.decode()
    assert "日曜の大量閲覧" not in page
    assert str(ROLE_WORDS[Role.SECURITY_ANALYST]) in page
    assert "日曜の大量閲覧" in visit(other, "review-detail", review.pk).content.decode()
    assert not reviews_visible_to(himself).get().is_open
    assert not sheets_of(other, review)[0].is_signed
    assert reviews_visible_to(other).get().is_open


def test_late_data_make_an_addendum_with_a_signature_of_its_own(
    review: Review, weekend: Write, company: Company
) -> None:
    signature = sign(company, review, company.daichi, statement="異常なし")
    before = sheets_of(company.viewer(company.daichi), review)[0]
    weekend((22, "04:00", "botan", 30), folder="配合")
    with time_machine.travel(SEVEN, tick=False) as clock:
        holiday_reviews(now())
        assert review.sheets.count() == 1, "at most one sheet a day"
        clock.shift(86_400)
        holiday_reviews(now())
        holiday_reviews(now())
        clock.shift(86_400)
        holiday_reviews(now())
    frozen, late = sheets_of(company.viewer(company.daichi), review)
    assert frozen.digest == before.digest == signature.digest
    assert frozen.is_signed
    assert not late.is_signed
    assert [item.person for _who, item in late.lines] == [company.botan]
    assert [row["name"] for row in late.sheet.told["coverage"]] == ["材料サーバ"]
    assert [one.pk for one in waiting_reviews(company.viewer(company.daichi))] == [review.pk]


def test_the_committee_sees_what_was_put_before_it(review: Review, company: Company) -> None:
    company.give(company.akari, Role.COMMITTEE_MEMBER)
    member = company.viewer(company.akari)
    assert not reviews_visible_to(member).exists()
    with pytest.raises(Refused, match="理由"):
        review_call(review=review, reason=" ", by=SYSTEM)
    review_call(review=review, reason="日曜の大量閲覧", by=actor_of(company.daichi))
    assert reviews_visible_to(member).get() == review
    assert may_sign(member, review)
    assert [duty.url for duty in review_duties(member, TUESDAY)] == [f"/watch/reviews/{review.pk}/"]


def test_the_pages_take_verdict_signature_and_call(review: Review, company: Company, visit: Any) -> None:
    me = company.viewer(company.daichi)
    lines = sheets_of(me, review)[0].lines
    assert visit(me, "review-history", review.pk).status_code == 403
    step = visit(me, "review-judge", review.pk, lines[0][1].pk, data={"verdict": "concern", "note": "要確認"})
    assert step.status_code == 302
    assert visit(me, "review-judge", review.pk, lines[1][1].pk, data={"verdict": "?"}).status_code == 409
    assert visit(me, "review-judge", review.pk, review.pk, data={"verdict": "ask", "note": "x"}).status_code == 404
    assert visit(me, "review-judge-rest", review.pk, 1, data={"a": ""}).status_code == 302
    assert visit(me, "review-judge-rest", review.pk, 1, data={"a": ""}).status_code == 302
    assert visit(me, "review-sign", review.pk, 2, data={"digest": "0" * 64}).status_code == 404
    assert visit(me, "review-sign", review.pk, 1, data={}).status_code == 409
    digest = sheets_of(me, review)[0].digest
    assert visit(me, "review-sign", review.pk, 1, data={"digest": digest}).status_code == 302
    assert digest in visit(me, "review-detail", review.pk).content.decode()
    assert visit(me, "review-call", review.pk).status_code == 200
    assert visit(me, "review-call", review.pk, data={"reason": "報告"}).status_code == 302
    company.give(company.akari, Role.AUDITOR)
    auditor = company.viewer(company.akari)
    assert visit(auditor, "review-detail", review.pk).status_code == 200
    assert visit(auditor, "review-history", review.pk).status_code == 200
    assert visit(auditor, "review-sign", review.pk, 1, data={"digest": digest}).status_code == 403
    company.give(company.akari, Role.INFORMATION_MANAGER)
    refused = visit(company.viewer(company.akari), "review-judge", review.pk, lines[0][1].pk, data={"verdict": "ask"})
    assert refused.status_code == 409
