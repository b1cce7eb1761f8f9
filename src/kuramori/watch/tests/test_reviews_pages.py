"""A review's page: coverage first, sealed lines, verdicts and signature; said in the reader's language (DET-10)."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override, pgettext

from kuramori.directory.api import ROLE_WORDS
from kuramori.directory.tests.company import TODAY, Company
from kuramori.kernel.permissions import Role, Viewer
from kuramori.watch.acts.reviews import review_append, review_escalate
from kuramori.watch.models.reviews import Answer, Review, ReviewItem, ReviewKind, ReviewSignature
from kuramori.watch.reviews.duties import review_duties, review_tiles
from kuramori.watch.tests.reviewed import BLIND_ROW, SEEN_ROW, kept, line, shown, sign, told, weekend

LANGUAGES = ("ja", "en")
LEFT_OUT = (
    "%(counter)s person with less weight is not listed.", "%(counter)s persons with less weight are not listed."
)  # fmt: skip
WAITING = (
    "%(counter)s line waits for a verdict; then you can sign.",
    "%(counter)s lines wait for a verdict; then you can sign.",
)


@pytest.fixture
def review(company: Company) -> Review:
    return weekend(company)


@pytest.fixture(params=LANGUAGES)
def reader(request: pytest.FixtureRequest, company: Company) -> Viewer:
    """Daichi of the office, in Japanese, then in English."""
    return replace(company.viewer(company.daichi), language=request.param)


def said(viewer: Viewer, english: str, context: str = "") -> str:
    """A word of the page in the reader's language."""
    with override(viewer.language):
        found = pgettext(context, english) if context else gettext(english)
    assert (found == english) is (viewer.language == "en"), f"not translated: {english}"
    return found


def tells(page: str, sentence: str) -> bool:
    """Say whether all words of a sentence with places to fill are there."""
    return all(part.strip() in page for part in re.split(r"%\(\w+\)s", sentence))


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


# what is shown


def test_coverage_stands_before_the_findings_and_names_what_is_blind(
    reader: Viewer, review: Review, visit: Any
) -> None:
    page = text(visit(reader, "review-detail", review.pk))
    blind, source = said(reader, "mail: no log source"), "材料サーバ"
    assert page.index(blind) < page.index('id="line-')
    assert page.index(source) < page.index('id="line-')
    assert said(reader, "unknown") in page, "the events of a blind channel are not nought"
    assert "1,200" in page
    assert "2026-11-21 – 2026-11-23" in page
    assert said(reader, "documents of secrets read") in page


@pytest.mark.parametrize(
    ("rows", "unseen"), [([SEEN_ROW], 0), ([SEEN_ROW, BLIND_ROW], 1), ([BLIND_ROW, BLIND_ROW | {"channel": "web"}], 2)]
)
def test_an_empty_list_says_whether_anybody_looked(
    reader: Viewer, company: Company, visit: Any, rows: list[dict[str, Any]], unseen: int
) -> None:
    empty = kept(told=told(*rows))
    page = text(visit(reader, "review-detail", empty.pk))
    silent = said(reader, "Nothing is known to have happened; %(count)s sources or channels did not tell.")
    heard = said(reader, "All sources were heard, and nothing happened that would have to be looked at.")
    assert (silent % {"count": unseen} if unseen else heard) in page
    assert (heard in page) is not bool(unseen), "silence is no sign that nothing happened"
    assert said(reader, "Sign that nothing was found") in page
    assert 'id="line-' not in page


@pytest.mark.parametrize("count", [1, 2, 50])
def test_one_two_and_many_lines_are_shown_in_their_order(
    reader: Viewer, company: Company, visit: Any, count: int
) -> None:
    many = kept(*[line(company.chihiro, documents=n + 1) for n in range(count)], told=told(left_out=count))
    page = text(visit(reader, "review-detail", many.pk))
    places = [page.index(f'id="line-{item.pk}"') for item in many.sheets.get().items.order_by("rank")]
    assert places == sorted(places)
    assert len(places) == count
    with override(reader.language):
        for one, more in (LEFT_OUT, WAITING):
            assert ngettext(one, more, count) % {"counter": count} in page
    assert "<textarea" not in page, "before every line has a verdict there is nothing to sign"


@pytest.mark.parametrize(
    ("tie", "word"), [("leaver", "leaves"), ("sampled", "drawn"), ("watched", "on the watch list")]
)
def test_why_somebody_stands_there_without_numbers_is_said(
    reader: Viewer, company: Company, visit: Any, tie: str, word: str
) -> None:
    quiet = kept(line(company.chihiro, tie, ("2026-11-18 SN-2",), connects=0))
    page = text(visit(reader, "review-detail", quiet.pk))
    assert said(reader, word) in page
    assert "2026-11-18 SN-2" in page


def test_a_verdict_and_its_note_are_shown_where_they_belong(reader: Viewer, company: Company, visit: Any) -> None:
    review = weekend(company)
    item = review.sheets.get().items.get(rank=1)
    visit(reader, "review-judge", review.pk, item.pk, data={"verdict": "ask", "note": "<b>上長</b>に確認"})
    page = text(visit(reader, "review-detail", review.pk))
    assert said(reader, "has to be asked") in page
    assert "&lt;b&gt;上長&lt;/b&gt;に確認" in page
    assert "<b>上長</b>" not in page


def test_an_addendum_says_that_it_is_one_and_asks_for_its_own_signature(
    reader: Viewer, company: Company, review: Review, visit: Any
) -> None:
    sign(company, review, company.daichi)
    review_append(review=review, told=told(SEEN_ROW, late=True), lines=[line(company.akari, documents=9)])
    page = text(visit(reader, "review-detail", review.pk))
    addendum = "Addendum of %(at)s: this came in after the list above was made. It needs a signature of its own."
    assert tells(page, said(reader, addendum))
    assert page.count('name="verdict"') == 1, "the first sheet is signed; its verdicts stay"
    assert page.index('id="sheet-1"') < page.index('id="sheet-2"')
    assert review_duties(reader, TODAY)[0].url.endswith(f"{review.pk}/")


def test_passed_on_it_says_to_whom_and_the_tile_turns_red(reader: Viewer, company: Company, visit: Any) -> None:
    late = kept(line(company.chihiro), due_at=company.tokyo.created_at - timedelta(hours=1))
    review_escalate(review=late)
    page = text(visit(reader, "review-detail", late.pk))
    passed_on = said(reader, "Not signed in time: passed on to %(asked)s at %(at)s.")
    assert tells(page, passed_on)
    with override(reader.language):
        assert str(ROLE_WORDS[Role.INFORMATION_MANAGER]) in page
        (tile,) = review_tiles(reader, TODAY)
    assert (tile["value"], tile["tone"]) == ("1", "bad")
    assert tile["below"] == said(reader, "of which late: %(count)s") % {"count": 1}


# what is entered


@pytest.mark.parametrize(
    ("verdict", "note"), [("", ""), ("open", ""), ("guilty", "x"), ("ordinary", "x" * 1001), ("'; --", "")]
)
def test_a_verdict_that_is_none_is_refused_in_the_readers_words(
    reader: Viewer, review: Review, visit: Any, verdict: str, note: str
) -> None:
    item = review.sheets.get().items.get(rank=1)
    answer = visit(reader, "review-judge", review.pk, item.pk, data={"verdict": verdict, "note": note})
    assert answer.status_code == 409
    assert said(reader, "Choose one of the verdicts.") in text(answer)
    item.refresh_from_db()
    assert item.verdict == Answer.OPEN


def test_a_concern_without_a_word_is_refused_in_the_readers_words(reader: Viewer, review: Review, visit: Any) -> None:
    item = review.sheets.get().items.get(rank=1)
    answer = visit(reader, "review-judge", review.pk, item.pk, data={"verdict": "concern", "note": ""})
    assert answer.status_code == 409
    assert said(reader, "This verdict needs a word on why.") in text(answer)


@pytest.mark.parametrize("digest", ["", "0" * 63, "0" * 65, "x"])
def test_a_signature_over_nothing_is_refused(reader: Viewer, review: Review, visit: Any, digest: str) -> None:
    answer = visit(reader, "review-sign", review.pk, 1, data={"digest": digest})
    assert answer.status_code == 409
    assert said(reader, "The page did not say what you were shown.") in text(answer)
    assert not ReviewSignature.objects.exists()


def test_a_signature_over_another_text_and_one_too_long_are_refused(
    reader: Viewer, company: Company, visit: Any
) -> None:
    empty = kept(told=told(SEEN_ROW))
    digest = shown(company, empty, company.daichi).digest
    answer = visit(reader, "review-sign", empty.pk, 1, data={"digest": "0" * 64})
    assert answer.status_code == 409
    assert said(reader, "What you were shown has changed in the meantime.") in text(answer)
    long = visit(reader, "review-sign", empty.pk, 1, data={"digest": digest, "statement": "x" * 1001})
    assert long.status_code == 409
    assert not ReviewSignature.objects.exists()


def test_what_was_signed_cannot_be_signed_again_by_going_back(reader: Viewer, company: Company, visit: Any) -> None:
    empty = kept(told=told(SEEN_ROW))
    data = {"digest": shown(company, empty, company.daichi).digest, "statement": "異常なし"}
    assert visit(reader, "review-sign", empty.pk, 1, data=data).status_code == 302
    assert visit(reader, "review-sign", empty.pk, 1, data=data).status_code == 409
    page = text(visit(reader, "review-detail", empty.pk))
    assert "異常なし" in page
    assert tells(page, said(reader, "%(name)s signed at %(at)s."))
    assert ReviewSignature.objects.count() == 1


@pytest.mark.parametrize("ordinal", [0, 2, 99])
def test_a_sheet_that_is_not_there_is_not_found(reader: Viewer, review: Review, visit: Any, ordinal: int) -> None:
    for door in ("review-sign", "review-judge-rest"):
        assert visit(reader, door, review.pk, ordinal, data={"digest": "0" * 64}).status_code == 404


def test_a_line_of_another_review_is_not_found(reader: Viewer, company: Company, review: Review, visit: Any) -> None:
    other = kept(line(company.akari), key="other")
    item = other.sheets.get().items.get()
    assert visit(reader, "review-judge", review.pk, item.pk, data={"verdict": "ordinary"}).status_code == 404
    assert ReviewItem.objects.get(pk=item.pk).verdict == Answer.OPEN


def test_the_rest_is_ordinary_in_one_step_and_what_was_decided_stays(
    reader: Viewer, company: Company, review: Review, visit: Any
) -> None:
    first, second = review.sheets.get().items.order_by("rank")
    visit(reader, "review-judge", review.pk, first.pk, data={"verdict": "concern", "note": "要確認"})
    answer = visit(reader, "review-judge-rest", review.pk, 1, data={"a": ""})
    assert answer["Location"].endswith("#sheet-1")
    for item in (first, second):
        item.refresh_from_db()
    assert [first.verdict, second.verdict] == [Answer.CONCERN, Answer.ORDINARY]


def test_the_committee_is_asked_with_what_will_happen_and_not_without_a_reason(
    reader: Viewer, review: Review, visit: Any
) -> None:
    asked = text(visit(reader, "review-call", review.pk))
    assert said(reader, "The members of the committee see this review and may sign it.") in asked
    for reason in ("", "   ", "x" * 1001):
        assert visit(reader, "review-call", review.pk, data={"reason": reason}).status_code == 422
    assert visit(reader, "review-call", review.pk, data={"reason": "大量閲覧"}).status_code == 302
    page = text(visit(reader, "review-detail", review.pk))
    assert "大量閲覧" in page
    assert reverse("watch:review-call", args=[review.pk]) not in page, "once is enough for those who know"


def test_who_sees_a_review_and_is_not_asked_is_told_whom_to_ask(
    reader: Viewer, company: Company, review: Review, visit: Any
) -> None:
    company.give(company.akari, Role.INFORMATION_MANAGER)
    office = replace(company.viewer(company.akari), language=reader.language)
    item = review.sheets.get().items.first()
    answer = visit(office, "review-judge", review.pk, item.pk, data={"verdict": "ordinary"})
    assert answer.status_code == 409
    assert said(reader, "This review is not asked of you.") in text(answer)
    page = text(visit(office, "review-detail", review.pk))
    assert 'name="verdict"' not in page
    assert said(reader, "It waits for a signature.") in page


def test_a_guest_is_sent_to_sign_in(review: Review) -> None:
    for door in ("review-detail", "review-history", "review-call"):
        assert Client().get(reverse(f"watch:{door}", args=[review.pk])).status_code == 302


# how departments keep up


def test_how_departments_keep_up_is_a_table_or_a_word_on_what_will_be_there(
    reader: Viewer, company: Company, visit: Any
) -> None:
    empty = text(visit(reader, "review-units"))
    assert said(reader, "No department has looked yet") in empty
    kept(line(company.botan), kind=ReviewKind.UNIT, unit=company.materials, reviewer=company.akari)
    kept(key="office", kind=ReviewKind.UNIT)
    page = text(visit(reader, "review-units"))
    assert "材料課" in page or "Unit 1100" in page
    assert said(reader, "looked at by the office") in page


def test_pages_cost_the_same_for_one_line_and_for_many(
    company: Company, visit: Any, django_assert_max_num_queries: Any
) -> None:
    me = company.viewer(company.daichi)
    one, many = (kept(*[line(company.chihiro)] * count, key=f"k{count}") for count in (1, 50))
    for review in (one, many):
        visit(me, "review-detail", review.pk)
        with django_assert_max_num_queries(12):
            assert visit(me, "review-detail", review.pk).status_code == 200
    for n in range(30):
        kept(key=f"u{n}", kind=ReviewKind.UNIT, unit=company.materials)
    with django_assert_max_num_queries(12):
        assert visit(me, "review-units").status_code == 200
