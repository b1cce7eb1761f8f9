"""Lines of a review: the weightiest first, beside one's own usual and one's colleagues'; who is never left out."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import override

from kuramori.directory.tests.company import Company
from kuramori.kernel.actors import SYSTEM
from kuramori.watch.acts.settings import source_add
from kuramori.watch.lake import lake
from kuramori.watch.reviews import coverage
from kuramori.watch.reviews.coverage import CHANNELS, coverage_of_site
from kuramori.watch.reviews.lines import Compared, Place, lines_of, places_on
from kuramori.watch.reviews.wording import CHANNELS as CHANNEL_WORDS
from kuramori.watch.reviews.wording import NUMBERS, SEEN_MEANS, SEEN_TONES, SEEN_WORDS, TIES, numbers_in_words
from kuramori.watch.rules.reviews import WEIGHTS, Seen, Tie
from kuramori_lake.reviewing import SUMMED, Sums

SUNDAY = date(2026, 11, 22)
AKARI, BOTAN, CHIHIRO, DAICHI = (UUID(int=n) for n in range(1, 5))
LAB, SALES = UUID(int=100), UUID(int=200)
PLACES = {
    AKARI: Place(unit_id=LAB, site_id=None),
    BOTAN: Place(unit_id=LAB, site_id=None),
    CHIHIRO: Place(unit_id=LAB, site_id=None),
    DAICHI: Place(unit_id=SALES, site_id=None),
}


def sums(person: UUID, before: dict[str, int] | None = None, active: int = 0, **now: int) -> Sums:
    return Sums(person_id=str(person), now=now, before=before or {}, active_before=active)


def compared(most: int = 50, **words: Any) -> Compared:
    return Compared(days=[SUNDAY], before=[SUNDAY - timedelta(days=7 * n) for n in range(1, 5)], most=most, **words)


def test_the_weightiest_stands_first_and_those_who_did_nothing_are_not_listed() -> None:
    found, left_out = lines_of(
        [sums(AKARI, logons=9), sums(BOTAN, secret_documents=40)], list(PLACES), PLACES, compared()
    )
    assert [line.person_id for line in found] == [BOTAN, AKARI]
    assert left_out == 0
    assert float(found[0].told["weight"]) > float(found[1].told["weight"]) > 0


def test_the_same_deeds_weigh_less_for_whoever_does_them_every_week() -> None:
    usual = {"secret_documents": 160}
    found, _left = lines_of(
        [sums(AKARI, usual, active=4, secret_documents=40), sums(BOTAN, secret_documents=40)],
        [AKARI, BOTAN], PLACES, compared(),
    )  # fmt: skip
    assert [line.person_id for line in found] == [BOTAN, AKARI]
    assert [line.told["usual"]["secret_documents"] for line in found] == ["0.0", "40.0"]
    assert [line.told["active_before"] for line in found] == [0, 4]


def test_equal_weights_keep_one_order_whatever_the_order_they_came_in() -> None:
    told = [sums(person, documents=3) for person in (CHIHIRO, AKARI, BOTAN)]
    one, _ = lines_of(told, [CHIHIRO, BOTAN, AKARI], PLACES, compared())
    other, _ = lines_of(told[::-1], [AKARI, CHIHIRO, BOTAN], PLACES, compared())
    assert [line.person_id for line in one] == [line.person_id for line in other] == [AKARI, BOTAN, CHIHIRO]


def test_colleagues_are_those_of_the_unit_without_the_person_himself() -> None:
    told = [sums(AKARI, documents=30), sums(BOTAN, documents=6), sums(DAICHI, documents=8)]
    found = {line.person_id: line.told for line in lines_of(told, list(PLACES), PLACES, compared())[0]}
    assert found[AKARI]["peers"] == {"documents": "3.0"}, "six by Botan, none by Chihiro"
    assert found[BOTAN]["peers"] == {"documents": "15.0"}
    assert found[AKARI]["colleagues"] == 2
    assert (found[DAICHI]["peers"], found[DAICHI]["colleagues"]) == ({}, 0), "alone in his unit"


def test_whoever_has_no_place_is_compared_with_nobody() -> None:
    stranger = UUID(int=9)
    (line,) = lines_of([sums(stranger, documents=3)], [stranger], PLACES, compared())[0]
    assert (line.told["peers"], line.told["colleagues"]) == ({}, 0)


@pytest.mark.parametrize(("most", "listed", "left"), [(0, 0, 3), (1, 1, 2), (3, 3, 0), (9, 3, 0)])
def test_what_is_not_listed_is_counted(most: int, listed: int, left: int) -> None:
    told = [sums(person, documents=n + 1) for n, person in enumerate((AKARI, BOTAN, CHIHIRO))]
    found, left_out = lines_of(told, list(PLACES), PLACES, compared(most))
    assert (len(found), left_out) == (listed, left)


def test_a_leaver_and_somebody_drawn_are_never_left_out_not_even_with_nothing_done() -> None:
    """DEV-14, DET-13."""
    ties = {CHIHIRO: Tie.LEAVER, DAICHI: Tie.SAMPLED}
    told = [sums(AKARI, secret_documents=90), sums(CHIHIRO, logons=1)]
    found, left_out = lines_of(told, list(PLACES), PLACES, compared(1, ties=ties))
    assert [(line.person_id, line.told["tie"]) for line in found] == [
        (AKARI, ""),
        (CHIHIRO, "leaver"),
        (DAICHI, "sampled"),
    ]
    assert found[2].told["now"] == {}
    assert left_out == 0


def test_further_facts_put_somebody_on_the_list_and_stand_in_his_line() -> None:
    extra = {BOTAN: {"facts": ["2026-11-22 SN-1"]}}
    found, _left = lines_of([], list(PLACES), PLACES, compared(extra=extra))
    assert [(line.person_id, line.told["facts"]) for line in found] == [(BOTAN, ["2026-11-22 SN-1"])]


def test_without_days_to_compare_with_everything_is_unusual() -> None:
    bare = Compared(days=[SUNDAY], before=[], most=9)
    (line,) = lines_of([sums(AKARI, documents=3)], [AKARI], PLACES, bare)[0]
    assert (line.told["usual"], line.told["days_before"]) == ({"documents": "0.0"}, 0)


def test_another_way_to_weigh_can_be_named() -> None:
    told = [sums(AKARI, documents=9), sums(BOTAN, doors=1)]
    doors_first = compared(weigh=lambda now, _usual: now.get("doors", 0.0))
    assert [line.person_id for line in lines_of(told, [AKARI, BOTAN], PLACES, doors_first)[0]] == [BOTAN, AKARI]


def test_only_people_of_sites_that_may_be_watched_have_a_place(company: Company, charter: Any) -> None:
    """BetrVG § 87, PPC Q&A 5-7."""
    assert set(places_on(SUNDAY)) == {
        each.pk for each in (company.akari, company.botan, company.chihiro, company.daichi)
    }
    assert places_on(date(2026, 3, 31)) == {}, "before the charter"
    assert places_on(SUNDAY)[company.botan.pk] == Place(unit_id=company.materials.pk, site_id=company.tokyo.pk)


# coverage


def test_a_channel_is_blind_until_some_source_of_the_site_sees_it(company: Company) -> None:
    rows = coverage_of_site(None, company.tokyo, [SUNDAY], [])
    assert {row["channel"] for row in rows} == set(CHANNELS)
    source_add(name="監査ログ", kind="evtx", instance="dc", site=company.tokyo, by=SYSTEM)
    after = coverage_of_site(None, company.tokyo, [SUNDAY], [])
    assert {row["channel"] for row in after} - {""} == set(CHANNELS) - {"files", "removable"}
    assert [row["state"] for row in after if row["name"]] == ["blind"], "it has not told anything yet"


def test_a_source_of_the_whole_company_counts_for_each_site_and_one_of_another_site_does_not(company: Company) -> None:
    source_add(name="全社メール", kind="postfix", instance="mx", by=SYSTEM)
    source_add(name="東京プリンタ", kind="cups", instance="p", site=company.tokyo, by=SYSTEM)
    other = company.tokyo.__class__(code="X")
    assert {row["name"] for row in coverage_of_site(None, company.tokyo, [SUNDAY], [])} - {""} == {
        "全社メール", "東京プリンタ",
    }  # fmt: skip
    assert {row["name"] for row in coverage_of_site(None, other, [SUNDAY], [])} - {""} == {"全社メール"}
    assert {row["name"] for row in coverage_of_site(None, None, [SUNDAY], [])} - {""} == {"全社メール", "東京プリンタ"}


def test_what_is_not_seen_stands_first(company: Company, read_log: None) -> None:
    """Three people read on 19 November; the file server has been heard, and of the weekend it has not told yet."""
    with lake() as found:
        seen = coverage_of_site(found, company.tokyo, [date(2026, 11, 18)], [date(2026, 11, 19)])
        late = coverage_of_site(found, company.tokyo, [SUNDAY], [date(2026, 11, 19)])
    states = [row["state"] for row in seen]
    assert states == sorted(states, key=list(Seen).index)
    assert next(row for row in seen if row["name"])["state"] == Seen.SILENT
    server = next(row for row in late if row["name"])
    assert (server["state"], server["events"], server["usual"]) == (Seen.LATE, 0, "4")
    assert server["last"].startswith("2026-11-19T00:00:03")


# words


@pytest.mark.parametrize("words", [CHANNEL_WORDS, NUMBERS, SEEN_WORDS, TIES])
def test_every_word_has_its_japanese(words: Any) -> None:
    for key in words:
        with override("en"):
            english = str(words[key])
        with override("ja"):
            assert str(words[key]) != english, key


def test_every_state_channel_tie_and_number_has_a_word() -> None:
    assert set(SEEN_WORDS) == set(SEEN_TONES) == set(SEEN_MEANS) == set(Seen)
    assert set(CHANNEL_WORDS) == set(CHANNELS)
    assert set(TIES) == set(Tie)
    assert set(SUMMED) | set(WEIGHTS) <= set(NUMBERS)
    assert coverage.CHANNELS["files"] >= {"samba", "evtx"}


def test_numbers_stand_in_the_order_of_their_weight_and_grouped() -> None:
    told = {"now": {"logons": 2, "copied_bytes": 48_000_000, "secret_documents": 40, "unknown": 7},
            "usual": {"logons": "1.5"}, "peers": {}}  # fmt: skip
    with override("en"):
        rows = numbers_in_words(told)
    assert [row["what"] for row in rows] == ["documents of secrets read", "sign-ins", "bytes copied to media"]
    assert [row["now"] for row in rows] == ["40", "2", "48,000,000"]
    assert [row["usual"] for row in rows] == ["0.0", "1.5", "0.0"]
    assert {row["peers"] for row in rows} == {"no colleagues"}
