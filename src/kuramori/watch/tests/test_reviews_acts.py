"""What is done with a review: frozen once, decided on, signed over exactly what was shown, passed on (DET-10)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.utils.translation import override

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.kernel.room import verbs
from kuramori.watch.acts.reviews import review_append, review_call, review_escalate, review_judge, review_sign
from kuramori.watch.models.reviews import Answer, Review, ReviewItem, ReviewKind, ReviewSheet, ReviewSignature
from kuramori.watch.reviews.sheets import is_untouched, shown_digest
from kuramori.watch.rules.reviews import canonical, digest_of
from kuramori.watch.tests.reviewed import BLIND_ROW, SEEN_ROW, decide, kept, line, shown, sign, told, weekend


@pytest.fixture
def review(company: Company) -> Review:
    return weekend(company)


def judge(review: Review, items: list[ReviewItem], company: Company, **words: Any) -> None:
    plain: dict[str, Any] = {"verdict": Answer.ORDINARY, "note": "", "judge": company.daichi, "by": SYSTEM}
    review_judge(review=review, items=items, **(plain | words))


def last(review: Review, verb: str) -> Any:
    return read(entries_about(review.pk).filter(verb=f"watch.review.{verb}"))[0]


# prepared


def test_the_same_review_is_kept_once_and_a_second_try_writes_nothing(company: Company, review: Review) -> None:
    entries = Entry.objects.count()
    again = kept(line(company.akari), told=told(SEEN_ROW))
    assert again == review
    assert Entry.objects.count() == entries
    assert review.sheets.get().items.count() == 2, "what was frozen stays"


def test_what_is_frozen_is_one_text_with_one_digest_that_stands_in_the_ledger(review: Review) -> None:
    sheet = review.sheets.get()
    assert sheet.content == canonical(told())
    assert sheet.digest == digest_of(sheet.content)
    assert is_untouched(sheet)
    entry = last(review, "prepare")
    assert entry.notes["digest"] == sheet.digest
    assert entry.actor_name == SYSTEM.name


def test_numbers_name_the_year_and_no_place_in_a_row(company: Company) -> None:
    """A review that was made because somebody is on the watch list is kept from him: no gap may tell (H3)."""
    first, second, other = kept(key="a"), kept(key="b"), kept(key="c", until=date(2027, 1, 3))
    assert [each.number[:7] for each in (first, second, other)] == ["R-2026-", "R-2026-", "R-2027-"]
    assert len({each.number[7:] for each in (first, second, other)}) == 3


def test_a_review_without_lines_is_a_review_all_the_same(company: Company) -> None:
    """DET-10: signed, also when nothing was found."""
    empty = kept(told=told(SEEN_ROW))
    signature = sign(company, empty, company.daichi, said="何もなし")
    assert (signature.lines, signature.statement) == (0, "何もなし")
    assert empty.sheets.get().signed_at is not None
    assert last(empty, "sign").why == "何もなし"


def test_lines_keep_their_order_and_their_numbers(company: Company, review: Review) -> None:
    items = list(review.sheets.get().items.order_by("rank"))
    assert [(item.rank, item.person) for item in items] == [(1, company.chihiro), (2, company.botan)]
    assert items[0].told["now"] == {"secret_documents": 40}
    assert {item.verdict for item in items} == {Answer.OPEN}
    assert str(items[0]) == str(items[0].sheet) == f"{review.number}/1"


# addenda


def test_an_addendum_is_a_sheet_of_its_own_with_a_signature_of_its_own(company: Company, review: Review) -> None:
    sign(company, review, company.daichi)
    first = review.sheets.get()
    late = review_append(review=review, told=told(SEEN_ROW, late=True), lines=[line(company.akari, documents=9)])
    assert (late.ordinal, late.signed_at) == (2, None)
    first.refresh_from_db()
    assert first.signed_at is not None
    assert last(review, "append").notes["digest"] == late.digest
    assert sign(company, review, company.daichi, ordinal=2).sheet == late
    assert ReviewSignature.objects.count() == 2
    third = review_append(review=review, told=told(BLIND_ROW, late=True), lines=[])
    assert third.ordinal == 3


# verdicts


def test_a_verdict_can_be_changed_until_somebody_signs(company: Company, review: Review) -> None:
    item = review.sheets.get().items.get(rank=1)
    judge(review, [item], company, verdict=Answer.EXPLAINED, note=" 棚卸 ")
    item.refresh_from_db()
    assert (item.verdict, item.note, item.judged_by) == (Answer.EXPLAINED, "棚卸", company.daichi)
    judge(review, [item], company, verdict=Answer.CONCERN, note="棚卸は先週")
    decide(company, review, company.daichi)
    sign(company, review, company.daichi)
    with pytest.raises(Refused, match="署名がある"):
        judge(review, [item], company, verdict=Answer.ORDINARY)
    item.refresh_from_db()
    assert item.verdict == Answer.CONCERN
    assert last(review, "judge").notes == {"verdict": "ordinary", "lines": 1}


@pytest.mark.parametrize("verdict", [Answer.ASK, Answer.CONCERN])
@pytest.mark.parametrize("note", ["", "  ", "\n"])
def test_what_accuses_needs_a_word_on_why(company: Company, review: Review, verdict: Answer, note: str) -> None:
    items = list(review.sheets.get().items.all())
    entries = Entry.objects.count()
    with pytest.raises(Refused, match="理由"):
        judge(review, items, company, verdict=verdict, note=note)
    assert Entry.objects.count() == entries
    assert {item.verdict for item in ReviewItem.objects.all()} == {Answer.OPEN}


@pytest.mark.parametrize("verdict", [Answer.ORDINARY, Answer.EXPLAINED])
def test_what_clears_needs_none(company: Company, review: Review, verdict: Answer) -> None:
    items = list(review.sheets.get().items.all())
    judge(review, items, company, verdict=verdict)
    assert {item.verdict for item in ReviewItem.objects.all()} == {verdict}


def test_nobody_decides_on_himself_not_even_among_others(company: Company, review: Review) -> None:
    items = list(review.sheets.get().items.all())
    with pytest.raises(Refused, match="自分自身"):
        judge(review, items, company, judge=company.botan)
    assert {item.verdict for item in ReviewItem.objects.all()} == {Answer.OPEN}


def test_a_signature_on_one_sheet_leaves_the_other_open_for_verdicts(company: Company, review: Review) -> None:
    sign(company, review, company.daichi)
    late = review_append(review=review, told=told(SEEN_ROW, late=True), lines=[line(company.akari)])
    judge(review, list(late.items.all()), company)
    assert late.items.get().verdict == Answer.ORDINARY


# signatures


def test_the_digest_is_of_the_frozen_sheet_its_lines_verdicts_and_notes(company: Company, review: Review) -> None:
    digests = {shown(company, review, company.daichi).digest}
    item = review.sheets.get().items.get(rank=2)
    for verdict, note in ((Answer.ORDINARY, ""), (Answer.ORDINARY, "当番"), (Answer.EXPLAINED, "当番")):
        judge(review, [item], company, verdict=verdict, note=note)
        digests.add(shown(company, review, company.daichi).digest)
    assert len(digests) == 4
    seen = shown(company, review, company.daichi)
    assert seen.digest == shown_digest(review, seen.sheet, seen.lines)
    assert shown_digest(review, seen.sheet, seen.lines[:1]) != seen.digest
    assert shown_digest(kept(key="x"), seen.sheet, seen.lines) != seen.digest


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_refused_signature_says_why_and_leaves_nothing(company: Company, review: Review, language: str) -> None:
    seen = shown(company, review, company.daichi)
    words: dict[str, Any] = {"review": review, "statement": "", "signer": company.daichi, "by": SYSTEM}
    entries = Entry.objects.count()
    with override(language):
        open_, changed, broken = (
            ("2", "変わりました", "封じた時")
            if language == "ja"
            else ("2 lines", "has changed", "no longer what was frozen")
        )
        with pytest.raises(Refused, match=open_):
            review_sign(seen=seen, digest=seen.digest, **words)
        touched = replace(seen, sheet=_touched(seen.sheet))
        with pytest.raises(Refused) as refused:
            review_sign(seen=touched, digest=seen.digest, **words)
        assert language == "ja" or broken in str(refused.value)
        decide(company, review, company.daichi)
        with pytest.raises(Refused, match=changed):
            review_sign(seen=shown(company, review, company.daichi), digest=seen.digest, **words)
    assert Entry.objects.count() == entries + 1, "the verdicts, nothing else"
    assert not ReviewSignature.objects.exists()


def _touched(sheet: ReviewSheet) -> ReviewSheet:
    other = ReviewSheet.objects.get(pk=sheet.pk)
    other.content = canonical(told(SEEN_ROW))
    return other


def test_a_line_about_the_signer_waits_for_somebody_else(company: Company, review: Review) -> None:
    """DET-06: the sheet is signed when every line was signed by somebody whom it does not concern."""
    sign(company, review, company.botan)
    assert review.sheets.get().signed_at is None
    sign(company, review, company.daichi)
    assert review.sheets.get().signed_at is not None
    with pytest.raises(Refused, match="すでに"):
        sign(company, review, company.botan)
    assert {each.lines for each in ReviewSignature.objects.all()} == {1, 2}


# passed on, and put before the committee


def test_an_unsigned_review_goes_up_one_office_at_a_time_and_stays_with_the_committee(review: Review) -> None:
    climbed = [review_escalate(review=review).office for _step in range(3)]
    assert climbed == [Role.INFORMATION_MANAGER, Role.COMMITTEE_MEMBER, Role.COMMITTEE_MEMBER]
    assert last(review, "escalate").notes["office"] == Role.COMMITTEE_MEMBER
    assert review.escalated_at is not None


def test_the_committee_is_called_for_a_reason_and_each_call_keeps_its_own(company: Company, review: Review) -> None:
    by = actor_of(company.daichi)
    with pytest.raises(Refused, match="理由"):
        review_call(review=review, reason=" \n", by=by)
    assert review.committee_at is None
    first = review_call(review=review, reason=" 日曜の大量閲覧 ", by=by).committee_at
    again = review_call(review=review, reason="二度目", by=by)
    assert again.committee_at == first
    assert again.committee_reason == "日曜の大量閲覧\n二度目"
    assert [entry.why for entry in read(entries_about(review.pk).filter(verb="watch.review.call"))] == [
        "二度目",
        " 日曜の大量閲覧 ",
    ]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("verb", ["append", "call", "escalate", "judge", "prepare", "sign"])
def test_every_verb_reads_as_a_sentence(verb: str, language: str) -> None:
    with override(language):
        sentence = str(verbs()[f"watch.review.{verb}"])
    words = {"by": "佐倉", "subject": "R-2026-0001", "sheet": 1}
    assert {"佐倉", "R-2026-0001"} <= {word for word in words.values() if str(word) in sentence % words}


def test_every_kind_of_review_is_kept_with_its_own_number(company: Company) -> None:
    made = [kept(key=str(kind), kind=kind) for kind in ReviewKind]
    assert len({each.number for each in made}) == len(ReviewKind)
    assert all(each.get_kind_display() for each in made)
