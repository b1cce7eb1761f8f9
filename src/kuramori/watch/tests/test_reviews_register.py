"""The register of reviews holds what every register holds; its list says what waits and who answers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils.translation import override

from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.registers.tests.suite import RegisterSuite
from kuramori.watch.acts.reviews import review_escalate
from kuramori.watch.models.reviews import Review, ReviewKind
from kuramori.watch.queries.reviews import reviews_visible_to
from kuramori.watch.reviews.register import reviews
from kuramori.watch.reviews.wording import state_of, who_answers
from kuramori.watch.tests.reviewed import kept, line, sign


class TestReviews(RegisterSuite):
    register = reviews
    filtered = {"kind": ("holiday", 3), "waits": ("yes", 3)}

    @pytest.fixture(autouse=True)
    def noon(self) -> Iterator[None]:
        """Let the clock run: entries of a record must differ in their time."""
        with time_machine.travel(NOON):
            yield

    @pytest.fixture(autouse=True)
    def _people(self, company: Company) -> None:
        company.give(company.daichi, Role.AUDITOR)
        self.company = company
        self.insider = company.viewer(company.daichi)
        self.stranger = self.without_oversight(self.insider)

    @staticmethod
    def without_oversight(viewer: Viewer) -> Viewer:
        """Somebody with the register's permissions whom no review asks for anything."""
        held = frozenset(f"watch:review:{action}" for action in ("view", "audit", "export"))
        return replace(viewer, permissions=held, company_wide=held, roles=frozenset())

    def make(self, count: int) -> list[Any]:
        first = date(2026, 11, 21)
        made = [
            kept(
                line(self.company.chihiro),
                key=f"holiday:{n}",
                site=self.company.tokyo,
                since=first - timedelta(days=7 * n),
                until=first - timedelta(days=7 * n - 1),
            )
            for n in range(count)
        ]
        self.searched = (made[0].number, 1)
        return made


@pytest.fixture
def several(company: Company) -> list[Review]:
    """A weekend, a department's week, and the media of a month, which is signed."""
    found = [
        kept(line(company.chihiro), site=company.tokyo),
        kept(line(company.botan), key="u", kind=ReviewKind.UNIT, unit=company.materials, reviewer=company.akari),
        kept(line(company.botan, copies=3), key="m", kind=ReviewKind.MEDIA, until=date(2026, 10, 31)),
    ]
    sign(company, found[2], company.daichi)
    return found


def numbers(answer: Any) -> set[str]:
    return {row["pk"] for row in answer.context["rows"]}


def test_filters_narrow_by_kind_and_by_what_waits_for_the_viewer(
    company: Company, several: list[Review], visit: Any
) -> None:
    me = company.viewer(company.daichi)
    weekend, unit, media = (each.pk for each in several)
    assert numbers(visit(me, "review-list")) == {weekend, unit, media}
    assert numbers(visit(me, "review-list", kind="media")) == {media}
    assert numbers(visit(me, "review-list", waits="yes")) == {weekend, unit}
    assert numbers(visit(me, "review-list", waits="no")) == {media}
    assert numbers(visit(me, "review-list", kind="sample")) == set()
    assert numbers(visit(me, "review-list", kind="'; DROP TABLE", waits="maybe")) == {weekend, unit, media}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", {"署名待ち", "期限超過", "署名済み"}),
        ("en", {"waits for a signature", "not signed in time", "signed"}),
    ],
)
def test_a_state_is_said_in_words(company: Company, several: list[Review], language: str, words: set[str]) -> None:
    review_escalate(review=several[1])
    viewer = company.viewer(company.daichi)
    with override(language):
        assert {str(state_of(each, viewer).word) for each in reviews_visible_to(viewer)} == words


def test_who_answers_is_the_person_then_the_office_and_in_the_end_who_was_asked_first(
    company: Company, several: list[Review]
) -> None:
    seen = {each.pk: each for each in reviews_visible_to(company.viewer(company.daichi))}
    weekend, unit, media = (seen[each.pk] for each in several)
    with override("en"):
        assert [who_answers(each) for each in (weekend, unit, media)] == [
            "security analyst", company.akari.shown, "security analyst",
        ]  # fmt: skip
        review_escalate(review=several[0])
        review_escalate(review=several[1])
        seen = {each.pk: each for each in reviews_visible_to(company.viewer(company.daichi))}
        assert {who_answers(seen[each.pk]) for each in several[:2]} == {"information manager"}
        sign(company, several[0], company.daichi)
        signed = reviews_visible_to(company.viewer(company.daichi)).get(pk=several[0].pk)
        assert who_answers(signed) == "security analyst"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_list_of_somebody_who_is_asked_for_nothing_teaches_what_it_is_for(
    company: Company, several: list[Review], visit: Any, language: str
) -> None:
    company.give(company.botan, Role.UNIT_HEAD, unit=company.sales)
    head = replace(company.viewer(company.botan), language=language)
    page = visit(head, "review-list")
    assert numbers(page) == set()
    with override(language):
        assert str(reviews.why) in page.content.decode()
    assert not any(each.number in page.content.decode() for each in several)
