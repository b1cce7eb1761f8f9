"""Days at the calendar's ends, texts that are too long, the same said twice: what a register meets after some years."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.acts.units import unit_add
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import TODAY, Company
from kuramori.governance.acts import level_edit, level_retire
from kuramori.governance.api import Level
from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role
from kuramori.register import acts
from kuramori.register.audience import audience_names
from kuramori.register.models import Scope, Secret
from kuramori.register.queries import facts_of, secret_seen
from kuramori.register.rules import Audience, Facts, Gap, Tier, add_months, gaps, next_stocktaking, proposed_rank
from kuramori.register.tests.conftest import Add, Open

YESTERDAY = TODAY - timedelta(days=1)
WHOLE = Facts(
    tier=Tier.A, has_keeper=True, has_place=True, has_scope=True, usefulness="x", non_public="x",
    non_public_checked_on=TODAY, next_stocktaking=TODAY, is_valued=True,
)  # fmt: skip


@pytest.fixture
def by(company: Company) -> Actor:
    return actor_of(company.akari)


@pytest.fixture
def secret(add: Add) -> Secret:
    return add("電解液の配合比")


@pytest.fixture
def clerk(company: Company, signed_in: Open) -> Any:
    """Daichi's browser, who enters secrets for the whole company."""
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    return signed_in("daichi")


# days


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
        (date(9999, 12, 31), 1, date.max),
        (date(2026, 1, 1), 12 * 9999, date.max),
        (date(1, 1, 1), -1, date.min),
    ],
)
def test_months_are_counted_to_the_ends_of_the_calendar_and_no_further(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then


def test_the_last_stocktaking_counts_and_without_one_the_day_of_registration() -> None:
    first, last = date(2025, 1, 1), date(2026, 6, 30)
    assert next_stocktaking(last=last, registered=first, months=6) == date(2026, 12, 30)
    assert next_stocktaking(last=None, registered=first, months=6) == date(2025, 7, 1)
    assert next_stocktaking(last=last, registered=first, months=0) is None


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_at_the_end_of_the_calendar_can_be_entered(clerk: Any, whole: dict[str, Any], day: str) -> None:
    answer = clerk.post(reverse("register:secret-add"), {**whole, "identified_on": day})
    assert answer.status_code == 302
    assert Secret.objects.get().next_stocktaking is not None


@pytest.mark.parametrize(
    ("changed", "gap"),
    [
        ({"next_stocktaking": TODAY}, None),
        ({"next_stocktaking": YESTERDAY}, Gap.STOCKTAKING_DUE),
        ({"next_stocktaking": None}, None),
        ({"non_public_checked_on": date(2025, 11, 20)}, None),
        ({"non_public_checked_on": date(2025, 11, 19)}, Gap.NON_PUBLIC_CHECK_OLD),
        ({"non_public_checked_on": None}, Gap.NON_PUBLIC_CHECK_OLD),
        ({"usefulness": " \n"}, Gap.USEFULNESS),
        ({"is_valued": False}, Gap.VALUATION),
        ({"is_valued": False, "tier": Tier.B}, None),
        ({"has_scope": False}, Gap.SCOPE),
    ],
)
def test_a_gap_opens_the_day_after_and_not_on_the_day(changed: Mapping[str, Any], gap: Gap | None) -> None:
    assert gaps(Facts(**{**vars(WHOLE), **changed}), today=TODAY) == ([gap] if gap else [])


def test_without_a_word_on_its_non_public_nature_the_missing_check_is_no_second_gap() -> None:
    facts = Facts(**{**vars(WHOLE), "non_public": "", "non_public_checked_on": None})
    assert gaps(facts, today=TODAY) == [Gap.NON_PUBLIC]


@pytest.mark.parametrize(
    ("ranks", "axes", "rank"),
    [((10,), (5, 5, 5), 10), ((10, 20), (1, 1, 5), 20), ((40, 10, 20), (5, 5, 5), 40), ((10, 20), (3, 3, 1), 20)],
)
def test_a_proposal_stays_among_the_levels_in_force(
    ranks: tuple[int, ...], axes: tuple[int, int, int], rank: int
) -> None:
    technical, economic, legal = axes
    assert proposed_rank(technical=technical, economic=economic, legal=legal, ranks=ranks) == rank


def test_a_level_s_new_interval_holds_from_the_next_stocktaking_on(
    secret: Secret, levels: dict[str, Level], by: Actor
) -> None:
    level_edit(level=levels["secret"], stocktaking_months=6, by=SYSTEM)
    secret = Secret.objects.get()
    assert acts.secret_confirm(secret=secret, by=by).next_stocktaking == date(2027, 5, 20)


# places


def test_a_place_that_is_written_twice_is_one_place(add: Add, by: Actor) -> None:
    twice = [{"kind": "cabinet", "text": "書庫3"}, {"kind": "cabinet", "text": " 書庫3 "}]
    secret = add("配合", places=twice)
    assert [place.text for place in secret.places.all()] == ["書庫3"]
    acts.secret_edit(secret=secret, places=twice, by=by)
    assert secret.places.count() == 1


@pytest.mark.parametrize(("kind", "text"), [("path", "x" * 501), ("cave", "x"), ("zone", " ")])
def test_a_place_that_is_none_is_refused_and_nothing_is_kept(add: Add, secret: Secret, kind: str, text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        add("別件", places=[{"kind": kind, "text": text}])
    assert list(refusal.value.message_dict) == ["places"]
    assert Secret.objects.count() == 1


def test_a_place_that_is_too_long_is_named_on_the_page(clerk: Any, whole: dict[str, Any]) -> None:
    answer = clerk.post(reverse("register:secret-add"), {**whole, "places": "書庫3\n" + "棚" * 501})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["places"]
    assert "501" in answer.content.decode()
    assert not Secret.objects.exists()


def test_a_place_that_ended_may_begin_again(add: Add, by: Actor) -> None:
    secret = add("配合", places=[{"kind": "cabinet", "text": "書庫3"}])
    acts.secret_edit(secret=secret, places=[{"kind": "cabinet", "text": "書庫4"}], by=by)
    acts.secret_edit(secret=secret, places=[{"kind": "cabinet", "text": "書庫3"}], by=by)
    places = {(place.text, place.valid_to is None) for place in secret.places.all()}
    assert places == {("書庫3", False), ("書庫4", False), ("書庫3", True)}


# scope


def ended(secret: Secret, company: Company, last: date = YESTERDAY) -> Scope:
    """A row for Chihiro whose last day has passed, as time leaves it."""
    with act("register.scope.open", by=SYSTEM, subjects=[secret]):
        row = Scope(
            secret=secret, audience=Audience.PERSON, audience_id=company.chihiro.pk, valid_from=date(2026, 1, 1),
            valid_to=last,
        )  # fmt: skip
        row.save()
    return row


def test_closing_a_row_that_has_ended_does_not_make_it_last_longer(secret: Secret, company: Company, by: Actor) -> None:
    row = acts.scope_close(scope=ended(secret, company), by=by, why="整理")
    assert row.valid_to == YESTERDAY, "who could see it, and until when, is what a court asks"
    later = acts.scope_open(secret=secret, audience=Audience.COMPANY, until=date(2027, 1, 1), by=by)
    assert acts.scope_close(scope=later, by=by).valid_to == TODAY


def test_a_secret_that_nobody_is_named_for_any_more_has_that_gap(secret: Secret, company: Company, by: Actor) -> None:
    viewer = company.viewer(company.akari)
    assert Gap.SCOPE not in gaps(facts_of(viewer, secret), today=TODAY)
    acts.scope_close(scope=secret.scopes.get(), by=by)
    ended(secret, company)
    assert Gap.SCOPE in gaps(facts_of(viewer, secret), today=TODAY)
    assert secret_seen(company.viewer(company.botan), secret.pk) is None
    assert secret_seen(viewer, secret.pk) == secret, "its keeper does not lose it"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_row_with_an_end_says_so_in_both_languages(
    secret: Secret, company: Company, by: Actor, language: str
) -> None:
    named = {"audience": Audience.PARTNER, "partner": "架空化学", "until": date(2026, 12, 31)}
    row = acts.scope_open(secret=secret, by=by, **named)
    with override(language):
        (said,) = audience_names(company.viewer(company.akari), [row])
    assert (said.startswith("partner: 架空化学"), said.endswith(" until 2026-12-31")) == ((language == "en"),) * 2
    assert ("架空化学" in said, "2026-12-31" in said) == (True, True)


def test_a_unit_and_a_person_that_the_reader_may_not_know_show_as_their_kind_only(
    secret: Secret, company: Company, by: Actor
) -> None:
    hidden = unit_add(code="9000", name_ja="極秘準備室", name_en="Hidden", parent=company.top, by=SYSTEM)
    row = acts.scope_open(secret=secret, audience=Audience.PROJECT, audience_id=hidden.pk, by=by)
    assert audience_names(company.viewer(company.chihiro), [row]) == [str(row.get_audience_display())]


# the pages


def test_a_level_that_was_taken_out_of_use_meanwhile_is_refused_on_the_page(
    signed_in: Open, secret: Secret, levels: dict[str, Level]
) -> None:
    level_retire(level=levels["top"], by=SYSTEM, why="統合")
    answer = signed_in("akari").post(
        reverse("register:secret-level", args=[secret.pk]), {"level": levels["top"].pk, "why": "格上げ"}
    )
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["level"]


@pytest.mark.parametrize("why", ["", "   "])
def test_a_bundle_without_a_reason_is_asked_for_one(clerk: Any, secret: Secret, why: str) -> None:
    answer = clerk.post(reverse("register:secret-bundle", args=[secret.pk]), {"why": why}, follow=True)
    assert answer.redirect_chain == [(reverse("register:secret-proof", args=[secret.pk]), 302)]
    assert not entries_about(secret.pk).filter(verb__startswith="evidence").exists()


@pytest.mark.parametrize(("who", "status"), [("akari", 403), ("botan", 403), ("chihiro", 404)])
def test_who_may_not_take_proof_out_of_the_house_is_refused_and_a_stranger_finds_nothing(
    company: Company, signed_in: Open, secret: Secret, who: str, status: int
) -> None:
    company.give(getattr(company, who), Role.IP, unit=company.sales)
    answer = signed_in(who).post(reverse("register:secret-bundle", args=[secret.pk]), {"why": "訴訟準備"})
    assert answer.status_code == status


def test_what_an_act_refuses_on_a_step_stands_on_the_form_with_what_was_typed(
    signed_in: Open, secret: Secret, company: Company
) -> None:
    entered = {"audience": "person", "person": "A-3", "until": YESTERDAY.isoformat(), "why": "同行"}
    answer = signed_in("akari").post(reverse("register:secret-scope", args=[secret.pk]), entered)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert YESTERDAY.isoformat() in page
    assert "同行" in page
    assert secret.scopes.count() == 1


def test_a_fault_that_only_the_act_finds_is_told_and_not_a_crash(signed_in: Open, secret: Secret) -> None:
    """The secret was written by a release that knew another tier: nothing of this form is wrong."""
    with act("register.secret.edit", by=SYSTEM, subjects=[secret]):
        secret.tier = "z"
        secret.save()
    answer = signed_in("akari").post(
        reverse("register:secret-value", args=[secret.pk]), {"technical": 3, "economic": 3, "legal": 3}
    )
    assert answer.status_code == 422
    (told,) = answer.context["form"].non_field_errors()
    assert "z" in told
    assert Secret.objects.get(pk=secret.pk).value_legal != 3


LIVES: dict[str, tuple[Callable[..., object], dict[str, Any]]] = {
    "register.secret.edit": (acts.secret_edit, {"note": "x"}),
    "register.secret.value": (acts.secret_value, {"technical": 1, "economic": 1, "legal": 1}),
    "register.secret.confirm": (acts.secret_confirm, {}),
    "register.secret.check_non_public": (acts.non_public_confirm, {"why": "検索"}),
    "register.scope.open": (acts.scope_open, {"audience": Audience.COMPANY}),
    "register.secret.retire": (acts.secret_retire, {"why": "公表"}),
}


@pytest.mark.parametrize("verb", LIVES)
def test_each_step_of_a_secret_s_life_is_one_entry_about_it_by_who_did_it(secret: Secret, by: Actor, verb: str) -> None:
    do, words = LIVES[verb]
    do(secret=secret, by=by, **words)
    assert entries_about(secret.pk).count() == 2, "it was entered, and then this"
    entry = read(entries_about(secret.pk)[:1])[0]
    assert (entry.verb, entry.actor_name, entry.why) == (verb, "佐倉 灯里", words.get("why", ""))


def test_an_act_that_is_refused_half_way_leaves_the_secret_as_it_was(secret: Secret, by: Actor) -> None:
    before = entries_about(secret.pk).count()
    with pytest.raises(ValidationError):
        acts.secret_edit(secret=secret, title="改題", places=[{"kind": "zone", "text": "x" * 501}], by=by)
    with pytest.raises(Refused):
        acts.scope_open(secret=secret, audience=Audience.PARTNER, partner=" ", by=by)
    assert (Secret.objects.get().title, entries_about(secret.pk).count()) == ("電解液の配合比", before)
