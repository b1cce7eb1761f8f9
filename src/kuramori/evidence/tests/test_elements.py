"""The legal elements of a subject: what shows them, since when, sealed or not, and what is missing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from kuramori.directory.api import viewer_of_system
from kuramori.evidence.api import exhibits_of, proof_of, seal_now, sequence_all
from kuramori.evidence.bundles.order import BundleSource
from kuramori.evidence.claims.known import default_claims
from kuramori.evidence.claims.matrix import ClaimMatrix, Element, State, claim_matrix
from kuramori.evidence.claims.reading import Stage, read_claim
from kuramori.kernel.acts import Subject
from kuramori.kernel.room import Exhibit, ExhibitKind, Strength
from kuramori.kernel.tests.above import room_above

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 3, tzinfo=UTC)
TODAY = NOON.date()
ALWAYS = [each for each in default_claims()[0].requirements if each.stage is Stage.ALWAYS]
SUBJECT = Subject("above.thing", UUID(int=5), "配合比")  # only the room above has anything to show for it


def exhibit(element: str = "usefulness", **values: object) -> Exhibit:
    return Exhibit(**({"element": element, "title": "棚卸し", "statement": "毎年"} | values | {"element": element}))


@pytest.fixture
def shown():
    """Let rooms offer these exhibits; returns the elements by code."""

    def offer(*exhibits: Exhibit, language: str = "en") -> dict[str, Element]:
        source = BundleSource(collect=lambda _order, _viewer: iter(()))
        above = room_above(exhibits=(lambda *_asked: list(exhibits), source))
        with above, override(language), time_machine.travel(NOON, tick=False):
            return {each.code: each for each in proof_of(SUBJECT, viewer_of_system(), today=TODAY)}

    return offer


def test_every_element_of_the_law_is_there_even_when_nothing_shows_it(shown) -> None:
    found = shown()
    assert list(found) == [each.code for each in ALWAYS]
    assert {each.state for each in found.values()} == {State.MISSING}
    assert all(each.absent and each.law and each.explanation for each in found.values())


@pytest.mark.parametrize(
    ("exhibits", "state"),
    [
        ([], State.MISSING),
        ([exhibit(is_gap=True)], State.MISSING),
        ([exhibit()], State.COMPLETE),
        ([exhibit(), exhibit(is_gap=True)], State.PARTIAL),
        ([exhibit("access")], State.MISSING),
    ],
)
def test_something_and_no_gap_is_complete_something_and_a_gap_is_partial(shown, exhibits, state: State) -> None:
    assert shown(*exhibits)["usefulness"].state == state


def test_exhibits_come_newest_first_and_those_without_a_date_last(shown) -> None:
    days = [exhibit(title=str(n), at=NOON - timedelta(days=n)) for n in (3, 1, 2)]
    found = shown(exhibit(title="?"), *days)["usefulness"]
    assert [each.title for each in found.exhibits] == ["1", "2", "3", "?"]
    assert [each.age for each in found.exhibits] == [1, 2, 3, None]


def test_age_counts_days_of_the_reader_s_zone(shown) -> None:
    just_before_midnight = datetime(2026, 11, 19, 14, 59, tzinfo=UTC)  # 23:59 in Tokyo
    assert shown(exhibit(at=just_before_midnight))["usefulness"].exhibits[0].age == 1
    assert shown(exhibit(at=just_before_midnight + timedelta(minutes=1)))["usefulness"].exhibits[0].age == 0


def test_an_exhibit_is_sealed_once_a_head_covers_its_entry(shown, write) -> None:
    entry = write()
    assert shown(exhibit(entry_id=entry.id))["usefulness"].exhibits[0].seal is None
    sequence_all()
    placed = shown(exhibit(entry_id=entry.id))["usefulness"].exhibits[0].seal
    assert (placed.index, placed.is_sealed) == (0, False)
    seal_now()
    assert shown(exhibit(entry_id=entry.id))["usefulness"].exhibits[0].seal.is_sealed


def test_many_exhibits_ask_for_their_seals_once(shown, write, django_assert_num_queries) -> None:
    write(5)
    sequence_all()
    ids = [entry.id for entry in type(write()).objects.all()]
    with CaptureQueriesContext(connection) as for_one:
        shown(exhibit(entry_id=ids[0]))
    with django_assert_num_queries(len(for_one)):
        shown(*(exhibit(entry_id=each) for each in ids))


@pytest.mark.parametrize("requirement", ALWAYS, ids=lambda each: each.code)
def test_every_element_speaks_both_languages(shown, requirement) -> None:
    english, japanese = shown(language="en")[requirement.code], shown(language="ja")[requirement.code]
    for part in ("title", "law", "explanation", "absent"):
        assert getattr(english, part) == getattr(requirement, part).en
        assert getattr(japanese, part) == getattr(requirement, part).ja
        assert not getattr(japanese, part).isascii()
    assert "不正競争防止法" in japanese.law
    assert "Unfair Competition Prevention Act" in english.law


@pytest.mark.parametrize("language", ["de", "fr", "en-gb"])
def test_whoever_reads_another_language_gets_english(shown, language: str) -> None:
    assert shown(language=language)["usefulness"].title == "Usefulness"


def test_an_offer_gets_subject_viewer_and_day() -> None:
    asked = []

    def offer(*given: object) -> list[Exhibit]:
        asked.append(given)
        return []

    viewer = viewer_of_system()
    with room_above(exhibits=(offer, offer)):
        assert exhibits_of(SUBJECT, viewer, TODAY) == []
    assert asked == [(SUBJECT, viewer, TODAY)] * 2


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_s_part_shows_exhibits_gaps_and_the_way_to_close_them(shown, write, language: str) -> None:
    entry = write()
    sequence_all()
    seal_now()
    found = shown(
        exhibit(title="棚卸し", statement="2026年に実施", at=NOON, entry_id=entry.id, practice="CLS-05"),
        exhibit(title="未封印", statement="x", at=NOON - timedelta(days=40)),
        exhibit("access", title="範囲がない", statement="決める", is_gap=True, fix_url="/fix/"),
        language=language,
    )
    with override(language):
        page = render_to_string("evidence/parts/elements.html", {"elements": found.values()})
    assert "CLS-05" in page
    assert 'href="/fix/"' in page
    assert page.count("<section") == len(ALWAYS)
    assert {"ja": "40日前", "en": "40 days ago"}[language] in page


def test_words_of_an_exhibit_are_never_markup(shown) -> None:
    found = shown(exhibit(title="<script>alert(1)</script>", statement='"><img src=x onerror=alert(1)>'))
    page = render_to_string("evidence/parts/elements.html", {"elements": found.values()})
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def matrix_of(*exhibits: Exhibit, extra: tuple[Exhibit, ...] = ()) -> ClaimMatrix:
    with room_above(exhibits=(lambda *_asked: list(exhibits),)), override("en"):
        (found,) = claim_matrix(SUBJECT, viewer_of_system(), default_claims(), TODAY, extra=extra)
    return found


def test_the_matrix_counts_kinds_of_proof_and_says_what_rests_on_conclusions_alone() -> None:
    """EVD-07: elements backed only by circumstantial items stand out; a statement is more than a conclusion."""
    conclusion = exhibit(kind=ExhibitKind.CIRCUMSTANTIAL)
    alone = matrix_of(conclusion, exhibit("access", kind=ExhibitKind.TESTIMONY))
    by_code = {each.code: each for each in alone.elements}
    assert by_code["usefulness"].rests_on_conclusions
    assert dict(by_code["usefulness"].kinds) == {"direct": 0, "testimony": 0, "circumstantial": 1}
    assert not by_code["access"].rests_on_conclusions
    assert not by_code["recognition"].rests_on_conclusions, "nothing at all is missing, not circumstantial"
    both = matrix_of(conclusion, exhibit())
    assert not next(each for each in both.elements if each.code == "usefulness").rests_on_conclusions


def test_percent_counts_what_can_be_shown_today_and_halves_what_has_gaps() -> None:
    assert matrix_of().percent == 0
    assert matrix_of(exhibit(), exhibit("access"), exhibit("access", is_gap=True)).percent == 30
    assert matrix_of(exhibit("intent")).percent == 17, "what a case has brought counts from then on"


def test_elements_of_a_case_wait_until_something_speaks_for_them(shown) -> None:
    assert {each.code for each in matrix_of().elements if each.state is State.LATER} == {"fault", "damage"}
    found = matrix_of(extra=(exhibit("intent", title="深夜"),))
    assert [each.title for each in found.elements[5].exhibits] == ["深夜"]
    assert found.elements[5].state is State.COMPLETE
    assert {"fault", "damage"}.isdisjoint(shown())
    assert "fault" in shown(exhibit("intent"))


@pytest.mark.parametrize(
    ("offered", "values", "strength"),
    [
        (Strength.STRONG, {"at": NOON, "entry_id": UUID(int=9)}, Strength.STRONG),
        (Strength.STRONG, {"at": NOON}, Strength.FAIR),
        (Strength.STRONG, {}, Strength.WEAK),
        (Strength.WEAK, {}, Strength.WEAK),
    ],
)
def test_what_nothing_dates_and_no_entry_holds_carries_less(shown, offered, values, strength) -> None:
    assert shown(exhibit(strength=offered, **values))["usefulness"].exhibits[0].strength is strength


def test_rooms_are_asked_once_for_all_claims_and_an_exhibit_serves_each_that_takes_it() -> None:
    calls = []

    def offer(*_asked: object) -> list[Exhibit]:
        calls.append(1)
        return [exhibit()]

    twice = [*default_claims(), *default_claims()]
    with room_above(exhibits=(offer,)):
        found = claim_matrix(SUBJECT, viewer_of_system(), twice, TODAY)
    assert [bool(each.elements[1].exhibits) for each in found] == [True, True]
    assert calls == [1]


def test_a_claim_whose_elements_all_wait_for_a_case_is_at_nothing_and_fails_on_nothing() -> None:
    waiting = read_claim(ONLY_A_CASE, file="x.toml")
    assert claim_matrix(SUBJECT, viewer_of_system(), [waiting], TODAY)[0].percent == 0


ONLY_A_CASE = """
code = "x"
order = 1
country = "jp"
title = { ja = "件", en = "x" }
law = { ja = "法", en = "x" }
note = { ja = "注", en = "x" }
[[element]]
code = "harm"
nature = "factual"
stage = "case"
takes = ["loss"]
title = { ja = "害", en = "x" }
law = { ja = "法", en = "x" }
explanation = { ja = "説", en = "x" }
absent = { ja = "無", en = "x" }
[[element.proof]]
source = "evidence.loss"
of = "secret"
kind = "direct"
cost = 1
tier = "a"
title = { ja = "表", en = "x" }
"""
