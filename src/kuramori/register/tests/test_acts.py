"""Each act of the register: what it refuses, what it writes, and what it leaves alone (CLS-03 to CLS-12, EVD-02)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import TODAY, Company
from kuramori.governance.api import Level
from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.search import matching
from kuramori.register import acts
from kuramori.register.models import NOBODY, Place, Scope, Secret
from kuramori.register.rules import Audience
from kuramori.register.tests.conftest import Add


@pytest.fixture
def by(company: Company) -> Actor:
    return actor_of(company.akari)


@pytest.fixture
def secret(add: Add) -> Secret:
    return add("電解液の配合比")


@pytest.mark.parametrize("why", ["", "  ", "\n"])
@pytest.mark.parametrize(
    "do",
    [
        lambda secret, level, by, why: acts.secret_reclassify(secret=secret, level=level, by=by, why=why),
        lambda secret, _level, by, why: acts.non_public_confirm(secret=secret, by=by, why=why),
    ],
    ids=["level", "non-public"],
)
def test_what_a_court_will_ask_about_needs_its_reason_and_the_refusal_says_the_next_step(
    secret: Secret, levels: dict[str, Level], by: Actor, do: Callable[..., object], why: str
) -> None:
    with pytest.raises(Refused) as refusal:
        do(secret, levels["top"], by, why)
    assert refusal.value.next_step
    assert entries_about(secret.pk).count() == 1
    assert Secret.objects.get().level == levels["secret"]


@pytest.mark.parametrize(
    "row",
    [
        {"audience": Audience.UNIT},
        {"audience": Audience.PROJECT},
        {"audience": Audience.PERSON},
        {"audience": Audience.PARTNER},
        {"audience": Audience.PARTNER, "partner": "  "},
        {"audience": Audience.COMPANY, "until": TODAY - timedelta(days=1)},
    ],
)
def test_a_row_that_names_nobody_or_ends_in_the_past_is_refused(secret: Secret, by: Actor, row: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        acts.scope_open(secret=secret, by=by, **row)
    assert refusal.value.next_step
    assert secret.scopes.count() == 1


def test_a_row_may_end_today_and_an_equal_open_row_is_kept(secret: Secret, company: Company, by: Actor) -> None:
    named = {"audience": Audience.PERSON, "audience_id": company.chihiro.pk, "until": TODAY}
    first = acts.scope_open(secret=secret, by=by, **named)
    assert acts.scope_open(secret=secret, by=by, **named) == first
    assert secret.scopes.count() == 2


def test_a_row_that_was_closed_does_not_stand_in_for_a_new_one(secret: Secret, company: Company, by: Actor) -> None:
    named = {"audience": Audience.PERSON, "audience_id": company.chihiro.pk, "until": TODAY}
    first = acts.scope_open(secret=secret, by=by, **named)
    acts.scope_close(scope=first, by=by, why="誤り")
    again = acts.scope_open(secret=secret, by=by, **named)
    assert again != first
    assert again.is_open_on(TODAY)


@pytest.mark.parametrize(
    ("day", "is_open"),
    [(TODAY - timedelta(days=1), False), (TODAY, True), (date(2026, 11, 25), True), (date(2026, 11, 26), False)],
)
def test_a_row_is_open_from_its_first_to_its_last_day(secret: Secret, by: Actor, day: date, is_open: bool) -> None:
    row = acts.scope_open(secret=secret, audience=Audience.COMPANY, until=date(2026, 11, 25), by=by)
    assert row.is_open_on(day) is is_open
    acts.scope_close(scope=row, by=by)
    assert not row.is_open_on(day)


@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": Audience.COMPANY, "audience_id": uuid4()},
        {"audience": Audience.PARTNER, "audience_id": NOBODY, "partner": ""},
        {"audience": Audience.PERSON, "audience_id": NOBODY},
        {"audience": Audience.UNIT, "audience_id": uuid4(), "partner": "架空化学"},
    ],
)
def test_the_database_itself_keeps_a_row_to_one_audience(secret: Secret, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), act("register.scope.open", by=SYSTEM):
        Scope(secret=secret, valid_from=TODAY, **wrong).save()


def test_the_database_itself_refuses_tier_a_without_keeper(secret: Secret) -> None:
    secret.keeper = None
    with pytest.raises(IntegrityError), act("register.secret.edit", by=SYSTEM):
        secret.save()


def test_the_level_is_no_part_of_an_edit(secret: Secret, levels: dict[str, Level], by: Actor) -> None:
    with pytest.raises(TypeError, match="secret_reclassify"):
        acts.secret_edit(secret=secret, level=levels["top"], by=by)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"kind": "rumour"}, "kind"),
        ({"keeper": None}, "keeper"),
        ({"places": []}, "places"),
        ({"managed_in": "JAPAN"}, "managed_in"),
    ],
)
def test_an_edit_checks_the_whole_secret_and_names_the_field(
    secret: Secret, by: Actor, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        acts.secret_edit(secret=secret, by=by, **wrong)
    assert list(refusal.value.message_dict) == [field]
    assert Secret.objects.get().title == "電解液の配合比"


def test_tier_a_that_lacks_both_is_told_both_at_once(add: Add) -> None:
    with pytest.raises(ValidationError) as refusal:
        add(keeper=None, places=[])
    assert set(refusal.value.message_dict) == {"keeper", "places"}


def test_an_edit_that_says_nothing_of_places_leaves_them(secret: Secret, by: Actor) -> None:
    acts.secret_edit(secret=secret, note="確認済み", by=by)
    assert secret.places.get().valid_to is None


@pytest.mark.parametrize("mark", [0, 6, -1])
@pytest.mark.parametrize("axis", ["technical", "economic", "legal"])
def test_a_mark_outside_the_scale_is_refused_on_each_axis(secret: Secret, by: Actor, axis: str, mark: int) -> None:
    with pytest.raises(ValidationError) as refusal:
        acts.secret_value(secret=secret, by=by, **({"technical": 3, "economic": 3, "legal": 3} | {axis: mark}))
    assert list(refusal.value.message_dict) == [f"value_{axis}"]
    assert Secret.objects.get().valued_on is None


def test_a_number_is_given_once(add: Add) -> None:
    add(number="S-1")
    with pytest.raises(ValidationError) as refusal:
        add(number="S-1")
    assert list(refusal.value.message_dict) == ["number"]


def test_a_new_secret_is_open_to_its_unit_from_today_and_found_by_number_and_title(
    secret: Secret, company: Company
) -> None:
    row = secret.scopes.get()
    assert (row.audience, row.audience_id, row.origin) == ("unit", company.materials.pk, "register")
    assert row.valid_from == TODAY
    assert secret.identified_on == TODAY
    for words in (secret.number, "配合"):
        assert matching(Secret.objects.all(), words).get() == secret


def test_a_changed_title_is_found_by_its_new_words_only(secret: Secret, by: Actor) -> None:
    acts.secret_edit(secret=secret, title="正極材の焼成条件", by=by)
    assert matching(Secret.objects.all(), "焼成").get() == secret
    assert not matching(Secret.objects.all(), "配合").exists()


def test_the_stocktaking_begins_the_interval_of_the_level_anew(secret: Secret, by: Actor) -> None:
    acts.secret_edit(secret=secret, identified_on=date(2020, 1, 31), by=by)
    assert secret.next_stocktaking == date(2021, 1, 31)
    acts.secret_confirm(secret=secret, by=by)
    assert (secret.stocktaken_on, secret.next_stocktaking) == (TODAY, date(2027, 11, 20))


def test_a_level_that_asks_for_no_stocktaking_takes_the_day_away(
    secret: Secret, levels: dict[str, Level], by: Actor
) -> None:
    acts.secret_reclassify(secret=secret, level=levels["public"], by=by, why="公表")
    assert secret.next_stocktaking is None
    assert acts.secret_confirm(secret=secret, by=by).next_stocktaking is None


def test_retiring_keeps_the_record_its_places_and_its_scope(secret: Secret, by: Actor) -> None:
    acts.secret_retire(secret=secret, by=by, why="公表済み")
    assert Secret.objects.get().retired_at is not None
    assert (Place.objects.count(), Scope.objects.count()) == (1, 1)
    assert read(entries_about(secret.pk)[:1])[0].why == "公表済み"


def test_a_place_is_named_by_what_it_says_and_a_row_by_whom_it_names(secret: Secret, by: Actor) -> None:
    row = acts.scope_open(secret=secret, audience=Audience.PARTNER, partner="架空化学", by=by)
    assert str(secret.places.get()) == r"\\FS01\材料\配合"
    assert str(row).endswith("架空化学")
    assert str(secret) == f"{secret.number} 電解液の配合比"


def test_a_change_of_places_trims_them_and_a_place_that_is_no_path_joins_no_log(secret: Secret, by: Actor) -> None:
    listed = [{"kind": "cabinet", "text": " 書庫3 "}, {"kind": "path", "text": "/srv/材料/"}]
    acts.secret_edit(secret=secret, places=listed, by=by)
    standing = secret.places.filter(valid_to=None).order_by("kind")
    assert [(place.text, place.pattern) for place in standing] == [("書庫3", ""), ("/srv/材料/", "/srv/材料")]
    acts.secret_edit(secret=secret, places=listed, by=by)
    assert secret.places.count() == 3, "what is there already is not begun again"
