"""Who sees a review, and what the person it concerns never sees nor can infer (DET-06, SYS-07)."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.utils.timezone import now

from kuramori.directory.tests.company import TODAY, Company
from kuramori.kernel.permissions import Role, Viewer
from kuramori.watch.acts.reviews import review_call, review_escalate
from kuramori.watch.models.reviews import Answer, Review, ReviewItem, ReviewKind
from kuramori.watch.queries.reviews import (
    is_concerned,
    line_of,
    may_sign,
    open_reviews,
    overdue_reviews,
    reviews_visible_to,
    sheets_of,
    unit_standing,
    waiting_reviews,
)
from kuramori.watch.reviews.duties import review_duties, review_tiles
from kuramori.watch.reviews.pages import state_words
from kuramori.watch.reviews.register import NEVER_TOLD
from kuramori.watch.tests.reviewed import DUE, kept, line, shown, sign, weekend

SIGNERS = {Role.COMMITTEE_MEMBER, Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST, Role.UNIT_HEAD}
SEES_ALL = {Role.AUDITOR, Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST}
NAMES = ("千尋", "遠山", "chihiro", "Chihiro", "牡丹", "牧野", "botan", "Botan")


@pytest.fixture
def review(company: Company) -> Review:
    return weekend(company)


@pytest.fixture
def concerned(company: Company, review: Review) -> Viewer:
    """Chihiro, who stands first on the list, works in the office herself."""
    company.give(company.chihiro, Role.SECURITY_ANALYST)
    return company.viewer(company.chihiro)


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_what_its_office_asks_for_and_no_more(company: Company, review: Review, role: Role) -> None:
    company.give(company.akari, role)
    viewer = company.viewer(company.akari)
    assert reviews_visible_to(viewer).exists() is (role in SEES_ALL)
    assert may_sign(viewer, review) is (role is Role.SECURITY_ANALYST)
    assert bool(waiting_reviews(viewer)) is (role is Role.SECURITY_ANALYST)
    assert bool(review_tiles(viewer, TODAY)) is (role in SIGNERS | {Role.AUDITOR})


@pytest.mark.parametrize(("climbs", "asked"), [
    (0, {Role.SECURITY_ANALYST}),
    (1, {Role.SECURITY_ANALYST, Role.INFORMATION_MANAGER}),
    (2, {Role.SECURITY_ANALYST, Role.INFORMATION_MANAGER, Role.COMMITTEE_MEMBER}),
])  # fmt: skip
def test_what_is_passed_on_stays_with_those_who_were_asked(
    company: Company, review: Review, climbs: int, asked: set[Role]
) -> None:
    for _step in range(climbs):
        review_escalate(review=review)
    viewer = replace(company.viewer(company.daichi), person_id=company.akari.pk)
    can = {role for role in SIGNERS if may_sign(replace(viewer, roles=frozenset({role})), review)}
    assert can == asked


def test_a_review_asked_of_one_person_is_his_until_it_is_late(company: Company) -> None:
    company.give(company.akari, Role.UNIT_HEAD, unit=company.materials)
    company.give(company.chihiro, Role.UNIT_HEAD, unit=company.sales)
    own = kept(line(company.botan), kind=ReviewKind.UNIT, unit=company.materials, reviewer=company.akari)
    head, other, office = map(company.viewer, (company.akari, company.chihiro, company.daichi))
    assert [may_sign(each, own) for each in (head, other, office)] == [True, False, False]
    assert reviews_visible_to(head).get() == own
    assert not reviews_visible_to(other).exists()
    assert waiting_reviews(office) == []
    assert reviews_visible_to(office).get() == own, "the office oversees, and is not asked yet"
    review_escalate(review=own)
    company.give(company.botan, Role.INFORMATION_MANAGER)
    assert [may_sign(each, own) for each in (head, other, office)] == [True, False, True]
    assert may_sign(company.viewer(company.botan), own)


def test_a_viewer_without_a_person_may_look_and_never_sign(company: Company, review: Review) -> None:
    nobody = replace(company.viewer(company.daichi), person_id=None)
    assert not may_sign(nobody, review)
    assert reviews_visible_to(nobody).get() == review
    bare = replace(nobody, company_wide=frozenset())
    assert not reviews_visible_to(bare).exists()


def test_the_wrong_role_is_refused_and_a_stranger_finds_nothing(company: Company, review: Review, visit: Any) -> None:
    item = review.sheets.get().items.first()
    doors: list[tuple[Any, ...]] = [
        ("review-detail", review.pk), ("review-history", review.pk), ("review-units",), ("review-call", review.pk),
    ]  # fmt: skip
    sent: list[tuple[Any, ...]] = [
        ("review-judge", review.pk, item.pk), ("review-judge-rest", review.pk, 1), ("review-sign", review.pk, 1),
        ("review-call", review.pk),
    ]  # fmt: skip
    employee = company.viewer(company.botan)
    assert {visit(employee, *door).status_code for door in doors} == {403}
    assert {visit(employee, *door, data={"a": ""}).status_code for door in sent} == {403}
    company.give(company.akari, Role.UNIT_HEAD, unit=company.materials)
    head = company.viewer(company.akari)
    assert visit(head, "review-detail", review.pk).status_code == 404
    assert visit(head, "review-call", review.pk).status_code == 404
    assert {visit(head, *door, data={"digest": "0" * 64, "verdict": "ask"}).status_code for door in sent} == {404}
    assert review.number not in text(visit(head, "review-list"))
    assert ReviewItem.objects.get(pk=item.pk).verdict == Answer.OPEN


def test_reading_doors_are_not_opened_by_asking_and_steps_not_by_looking(company: Company, visit: Any) -> None:
    review = weekend(company)
    item = review.sheets.get().items.first()
    me = company.viewer(company.daichi)
    for door in (
        ("review-judge", review.pk, item.pk),
        ("review-judge-rest", review.pk, 1),
        ("review-sign", review.pk, 1),
    ):
        assert visit(me, *door).status_code == 405, door


# the person concerned


def test_the_person_concerned_does_not_find_her_line_by_any_door(
    company: Company, review: Review, concerned: Viewer, visit: Any
) -> None:
    about_her = ReviewItem.objects.get(person=company.chihiro)
    assert line_of(concerned, review, about_her.pk) is None
    assert line_of(company.viewer(company.daichi), review, about_her.pk) == about_her
    page = text(visit(concerned, "review-detail", review.pk))
    assert str(about_her.pk) not in page
    assert page.count('id="line-') == 1
    step = visit(concerned, "review-judge", review.pk, about_her.pk, data={"verdict": "explained", "note": "x"})
    assert step.status_code == 404
    assert visit(concerned, "review-history", review.pk).status_code == 403


def test_to_her_the_review_is_complete_once_she_signed_and_once_another_did(
    company: Company, review: Review, concerned: Viewer, visit: Any
) -> None:
    sign(company, review, company.chihiro)
    after_own = text(visit(concerned, "review-detail", review.pk))
    assert not open_reviews(concerned).exists()
    assert "署名済" in text(visit(concerned, "review-list"))
    review_escalate(review=review)
    review_call(review=review, reason="大量閲覧", by=company.viewer(company.daichi).actor)
    sign(company, review, company.daichi)
    assert _without_tokens(text(visit(concerned, "review-detail", review.pk))) == _without_tokens(after_own)
    assert [each.by for each in shown(company, review, company.chihiro).signatures] == [company.chihiro]


def _without_tokens(page: str) -> str:
    return re.sub(r'(value=|X-CSRFToken": )"\w{64}"', "", page)


def test_what_the_committee_was_called_for_changes_nothing_she_sees(
    company: Company, review: Review, concerned: Viewer, visit: Any
) -> None:
    before = text(visit(concerned, "review-detail", review.pk))
    duties, tiles = review_duties(concerned, TODAY), review_tiles(concerned, TODAY)
    review_call(review=review, reason="大量閲覧", by=company.viewer(company.daichi).actor)
    after = text(visit(concerned, "review-detail", review.pk))
    assert _without_tokens(before) == _without_tokens(after)
    assert review_duties(concerned, TODAY) == duties
    assert review_tiles(concerned, TODAY) == tiles
    assert state_words(concerned, reviews_visible_to(concerned).get())["committee"] == ""
    assert "大量閲覧" in text(visit(company.viewer(company.daichi), "review-detail", review.pk))
    again = visit(concerned, "review-call", review.pk, data={"reason": "私も気になる"})
    assert again.status_code == 302, "a refusal would tell her that the committee knows"


def test_a_member_of_the_committee_is_not_shown_a_review_that_was_called_for_about_himself(
    company: Company, review: Review
) -> None:
    for person in (company.akari, company.botan):
        company.give(person, Role.COMMITTEE_MEMBER)
    akari, botan = map(company.viewer, (company.akari, company.botan))
    review_call(review=review, reason="大量閲覧", by=akari.actor)
    assert reviews_visible_to(akari).get() == review
    assert may_sign(akari, review)
    assert not reviews_visible_to(botan).exists()
    assert not may_sign(botan, review)
    assert waiting_reviews(botan) == []


def test_who_signed_over_whom_does_not_tell_others_who_is_on_the_list(
    company: Company, review: Review, concerned: Viewer, visit: Any
) -> None:
    """Two signatures, or a name beside all verdicts but one, would say whom the other line is about."""
    sign(company, review, company.chihiro)
    office = company.viewer(company.daichi)
    half = text(visit(office, "review-detail", review.pk))
    assert not any(name in half for name in NAMES)
    seen = shown(company, review, company.daichi)
    assert (seen.signatures, seen.is_signed) == ((), False)
    about_her, about_botan = (item for _who, item in seen.lines)
    assert seen.settled == {about_botan.pk}
    with time_machine.travel(DUE, tick=False):
        sign(company, review, company.daichi)
    whole = text(visit(office, "review-detail", review.pk))
    assert not any(name in whole for name in NAMES)
    assert [each.by for each in shown(company, review, company.daichi).signatures] == [company.daichi]
    company.give(company.akari, Role.AUDITOR)
    assert [each.by for each in shown(company, review, company.akari).signatures] == [company.daichi]
    about_her.refresh_from_db()
    assert about_her.judged_by == company.daichi


def test_no_name_stands_in_page_list_export_or_history(company: Company, review: Review, visit: Any) -> None:
    company.give(company.akari, Role.AUDITOR)
    for viewer in (company.viewer(company.daichi), company.viewer(company.akari)):
        for door in (("review-list",), ("review-detail", review.pk)):
            page = text(visit(viewer, *door))
            assert review.number in page
            assert not any(name in page for name in NAMES), door
        export = visit(viewer, "review-export", data={"format": "json", "why": "監査"})
        rows = b"".join(export.streaming_content).decode()
        assert not any(name in rows for name in NAMES)
        assert not {"key", "seed", "population"} & set(json.loads(rows)[0])
    history = text(visit(company.viewer(company.akari), "review-history", review.pk))
    assert review.number in history
    assert not any(name in history for name in NAMES)
    assert {"key", "seed", "committee_reason"} <= NEVER_TOLD


def test_a_persons_pseudonym_holds_within_a_review_and_not_beyond(company: Company, review: Review) -> None:
    other = kept(line(company.chihiro), key="another")
    here, there = (shown(company, each, company.daichi).lines[0][0] for each in (review, other))
    assert here == shown(company, review, company.daichi).lines[0][0]
    assert here != there


def test_the_page_asks_whether_a_line_concerns_the_viewer(company: Company, review: Review) -> None:
    viewers = {person: company.viewer(person) for person in (company.akari, company.botan, company.chihiro)}
    assert {person: is_concerned(viewer, review) for person, viewer in viewers.items()} == {
        company.akari: False, company.botan: True, company.chihiro: True,
    }  # fmt: skip


# what waits


def test_what_waits_is_asked_with_the_most_urgent_first(company: Company, review: Review) -> None:
    earlier = kept(key="earlier", due_at=now())
    office = company.viewer(company.daichi)
    assert waiting_reviews(office) == [earlier, review]
    assert [duty.urgent for duty in review_duties(office, TODAY)] == [False, False]
    review_escalate(review=review)
    assert [duty.urgent for duty in review_duties(office, TODAY)] == [False, True]
    sign(company, earlier, company.daichi)
    assert waiting_reviews(office) == [review]
    assert review_duties(company.viewer(company.akari), TODAY) == []


def test_only_what_nobody_signed_in_time_and_nobody_above_was_asked_for_is_overdue(
    company: Company, review: Review
) -> None:
    office = company.viewer(company.daichi)
    late, signed, passed_on = (kept(key=key, due_at=now().replace(day=19)) for key in ("late", "signed", "passed"))
    sign(company, signed, company.daichi)
    review_escalate(review=passed_on)
    assert list(overdue_reviews(office)) == [late]
    assert not overdue_reviews(company.viewer(company.botan)).exists()


def test_the_review_of_the_reviewers_is_for_those_who_oversee(company: Company) -> None:
    own = kept(line(company.botan), kind=ReviewKind.UNIT, unit=company.materials, reviewer=company.akari)
    for key in ("1", "2"):
        sign(company, kept(key=key, kind=ReviewKind.UNIT), company.daichi)
    assert unit_standing(company.viewer(company.botan)) == []
    rows = unit_standing(company.viewer(company.daichi))
    assert {(row.unit, row.open, row.last_signed) for row in rows} == {
        (company.materials, 1, None), (None, 0, own.until),
    }  # fmt: skip


def test_sheets_of_a_review_cost_three_queries_however_many_there_are(
    company: Company, review: Review, django_assert_num_queries: Any
) -> None:
    viewer = company.viewer(company.daichi)
    with django_assert_num_queries(3):
        assert len(sheets_of(viewer, review)) == 1
    many = kept(*[line(company.chihiro)] * 60, key="many")
    with django_assert_num_queries(3):
        assert len(sheets_of(viewer, many)[0].lines) == 60
