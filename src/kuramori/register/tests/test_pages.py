"""The pages of a secret that are written by hand: who may open them, what they do, what they say of wrong input."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.urls import reverse

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import Company
from kuramori.governance.api import Action, Level, Ruling, handling_set
from kuramori.governance.models import LevelDefinition
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role
from kuramori.register import acts
from kuramori.register.models import Secret
from kuramori.register.queries import secrets_visible_to
from kuramori.register.rules import Audience
from kuramori.register.tests.conftest import Add, Open

STEPS = ("level", "value", "confirm", "non-public", "scope")


@pytest.fixture
def secret(add: Add) -> Secret:
    return add("電解液の配合比")


@pytest.fixture
def entered(company: Company, levels: dict[str, Level]) -> Mapping[str, Mapping[str, Any]]:
    """A valid entry for each step."""
    return {
        "level": {"level": levels["top"].pk, "why": "他社が類似品を開発"},
        "value": {"technical": 5, "economic": 4, "legal": 2, "why": "定期評価"},
        "confirm": {"why": "棚卸し"},
        "non-public": {"why": "特許検索、該当なし"},
        "scope": {"audience": "person", "person": "A-3", "why": "営業同行"},
    }


def address(name: str, secret: Secret, *more: Any) -> str:
    return reverse(f"register:secret-{name}", args=[secret.pk, *more])


@pytest.mark.parametrize(
    ("step", "verb"),
    [
        ("level", "register.secret.reclassify"),
        ("value", "register.secret.value"),
        ("confirm", "register.secret.confirm"),
        ("non-public", "register.secret.check_non_public"),
        ("scope", "register.scope.open"),
    ],
)
def test_each_step_of_the_keeper_is_one_act_with_his_reason(  # noqa: PLR0917
    signed_in: Open, secret: Secret, entered, company: Company, step: str, verb: str
) -> None:
    akari = signed_in("akari")
    assert akari.get(address(step, secret)).status_code == 200
    answer = akari.post(address(step, secret), entered[step])
    assert answer["location"] == address("scope" if step == "scope" else "detail", secret)
    entry = read(entries_about(secret.pk)[:1])[0]
    assert (entry.verb, entry.why, entry.actor_id) == (verb, entered[step]["why"], company.akari.pk)
    assert akari.get(answer["location"]).status_code == 200


@pytest.mark.parametrize("step", STEPS)
def test_who_may_know_a_secret_may_not_therefore_change_it(signed_in: Open, secret: Secret, entered, step: str) -> None:
    botan, before = signed_in("botan"), entries_about(secret.pk).count()
    assert [
        botan.get(address(step, secret)).status_code,
        botan.post(address(step, secret), entered[step]).status_code,
    ] == [
        403,
        403,
    ]
    assert entries_about(secret.pk).count() == before


@pytest.mark.parametrize("step", [*STEPS, "proof", "detail", "history"])
def test_out_of_scope_no_page_of_it_exists(signed_in: Open, secret: Secret, entered, step: str) -> None:
    chihiro = signed_in("chihiro")
    assert chihiro.get(address(step, secret)).status_code == 404
    assert chihiro.post(address(step, secret), entered.get(step, {})).status_code in {404, 405}


@pytest.mark.parametrize(
    ("step", "wrong", "fields"),
    [
        ("level", {"level": "", "why": "量産開始"}, {"level"}),
        ("level", {"level": "00000000-0000-7000-8000-000000000000", "why": "量産開始"}, {"level"}),
        ("value", {"technical": 6, "economic": 4, "why": "量産開始"}, {"technical", "legal"}),
        ("confirm", {"why": "  "}, {"why"}),
        ("non-public", {"why": ""}, {"why"}),
        ("scope", {"audience": "", "why": "量産開始"}, {"audience"}),
        ("scope", {"audience": "unit", "why": "量産開始"}, {"unit"}),
        ("scope", {"audience": "unit", "partner": "架空化学", "why": "量産開始"}, {"unit"}),
        ("scope", {"audience": "project", "project": "zzz", "why": "量産開始"}, {"project"}),
        ("scope", {"audience": "person", "person": "Z-9", "why": "量産開始"}, {"person"}),
        ("scope", {"audience": "partner", "partner": " ", "why": "量産開始"}, {"partner"}),
        ("scope", {"audience": "company", "until": "2026-13-01", "why": "量産開始"}, {"until"}),
        ("scope", {"audience": "company", "until": "2026-11-19", "why": "量産開始"}, {"__all__"}),
    ],
)
def test_wrong_input_is_named_at_its_field_and_nothing_typed_is_lost(
    signed_in: Open, secret: Secret, step: str, wrong, fields: set[str]
) -> None:
    before = entries_about(secret.pk).count()
    answer = signed_in("akari").post(address(step, secret), wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == fields
    assert wrong["why"].strip() in answer.content.decode()
    assert entries_about(secret.pk).count() == before


@pytest.mark.parametrize("step", STEPS)
def test_what_was_taken_out_of_the_register_stays_as_it_was(
    signed_in: Open, secret: Secret, entered, company: Company, step: str
) -> None:
    acts.secret_retire(secret=secret, by=actor_of(company.akari), why="公表済み")
    assert signed_in("akari").post(address(step, secret), entered[step]).status_code == 409
    detail = signed_in("akari").get(address("detail", secret))
    assert [str(link) for link in detail.context["actions"]] == ["法的立証"]


@pytest.mark.parametrize(
    ("audience", "names", "who_sees"),
    [
        ("company", {}, ["akari", "botan", "chihiro", "daichi"]),
        ("unit", {"unit": "sales"}, ["akari", "botan", "chihiro", "daichi"]),
        ("person", {"person": "chihiro@example.jp"}, ["akari", "botan", "chihiro", "daichi"]),
        ("partner", {"partner": "架空化学"}, ["akari", "botan", "daichi"]),
    ],
)
def test_each_audience_opens_the_secret_to_exactly_whom_it_names(  # noqa: PLR0917
    signed_in: Open, secret: Secret, company: Company, audience: str, names, who_sees: list[str]
) -> None:
    unit = {"unit": company.sales.pk} if "unit" in names else {}
    signed_in("akari").post(address("scope", secret), {"audience": audience, "why": "案件", **names, **unit})
    everybody = ("akari", "botan", "chihiro", "daichi")
    seen = [who for who in everybody if secrets_visible_to(company.viewer(getattr(company, who))).exists()]
    assert seen == who_sees


def test_narrowing_asks_for_a_reason_says_whom_it_concerns_and_keeps_the_row(
    signed_in: Open, secret: Secret, company: Company
) -> None:
    row = acts.scope_open(
        secret=secret, audience=Audience.UNIT, audience_id=company.sales.pk, by=actor_of(company.akari)
    )
    akari, here = signed_in("akari"), address("scope-close", secret, row.pk)
    assert "部署：営業部" in akari.get(here).content.decode()
    assert akari.post(here, {"why": ""}).status_code == 422
    assert akari.post(here, {"why": "案件の終了"})["location"] == address("scope", secret)
    assert not secrets_visible_to(company.viewer(company.chihiro)).exists()
    rows = akari.get(address("scope", secret)).context["rows"]
    assert [bool(each.retired_at) for each, _words, _is_open in rows] == [False, True]
    assert akari.get(here).status_code == 404, "it is closed already"


def test_a_row_of_another_secret_is_not_found_here(signed_in: Open, secret: Secret, add: Add) -> None:
    other = add("正極材").scopes.get()
    assert signed_in("akari").post(address("scope-close", secret, other.pk), {"why": "x"}).status_code == 404


def test_the_level_page_says_what_the_level_means_here_what_the_value_proposes_and_what_it_demands(
    signed_in: Open, secret: Secret, company: Company, levels: dict[str, Level]
) -> None:
    acts.secret_value(secret=secret, technical=5, economic=5, legal=1, by=actor_of(company.akari))
    with act("governance.level.edit", by=SYSTEM):
        LevelDefinition(level=levels["secret"], unit=company.research, text="配合と焼成条件", examples="電解液").save()
    handling_set(level=levels["secret"], action=Action.SEND, ruling=Ruling.FORBIDDEN, by=SYSTEM, why="監査の指摘")
    page = signed_in("akari").get(address("level", secret))
    assert page.context["proposal"] == levels["top"]
    assert page.context["definition"].text == "配合と焼成条件"
    assert ("送信", "禁止", "") in page.context["handling"]
    assert signed_in("akari").get(address("level", secret)).context["form"].initial["level"] == levels["secret"]


def test_the_stocktaking_page_lists_the_places_to_look_at(signed_in: Open, secret: Secret) -> None:
    assert signed_in("akari").get(address("confirm", secret)).context["places"] == [r"\\FS01\材料\配合"]


@pytest.mark.parametrize(("missing", "field"), [("keeper", "keeper"), ("places", "places")])
def test_the_form_asks_for_what_tier_a_needs(
    signed_in: Open, company: Company, levels: dict[str, Level], missing: str, field: str
) -> None:
    company.give(company.akari, Role.PROMOTER)
    whole = {
        "number": "S-1", "title": "電解液", "kind": "other", "level": levels["secret"].pk, "tier": "a",
        "keeper": "A-1", "unit": company.materials.pk, "places": "書庫3", "medium": "paper", "origin": "own",
        "managed_in": "JP",
    }  # fmt: skip
    akari = signed_in("akari")
    answer = akari.post(reverse("register:secret-add"), whole | {missing: ""})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "電解液" in answer.content.decode()
    assert akari.post(reverse("register:secret-add"), whole).status_code == 302
    assert Secret.objects.get().places.get().kind == "cabinet"


def test_a_number_given_twice_is_refused_at_its_field(
    signed_in: Open, company: Company, levels: dict[str, Level], secret: Secret
) -> None:
    company.give(company.akari, Role.PROMOTER)
    same = {"number": secret.number, "title": "別件", "kind": "other", "level": levels["secret"].pk, "tier": "b"}
    same |= {"unit": company.materials.pk, "medium": "paper", "origin": "own", "managed_in": "JP"}
    answer = signed_in("akari").post(reverse("register:secret-add"), same)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["number"])
