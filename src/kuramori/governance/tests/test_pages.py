"""The handling matrix on its pages: everybody reads it, the office changes it cell by cell, with a reason."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from kuramori.directory.acts.accounts import account_open
from kuramori.directory.tests.company import NOON, Company
from kuramori.governance.acts import level_retire
from kuramori.governance.models import Level
from kuramori.governance.queries import handling
from kuramori.governance.rules import Action, Ruling
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role

Open = Callable[[str], Client]


@pytest.fixture
def signed_in(company: Company) -> Open:
    def of(who: str) -> Client:
        person = getattr(company, who)
        account = get_user_model().objects.filter(person=person).first()
        account = account or account_open(person=person, at=NOON, by=SYSTEM)
        client = Client(headers={"accept-language": "ja"})
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return of


def cell(level: Level, action: str = "take_out") -> str:
    return reverse("governance:cell", args=[level.pk, action])


def test_everybody_reads_what_each_level_says_to_each_action(signed_in: Open, levels: list[Level]) -> None:
    page = signed_in("chihiro").get(reverse("governance:matrix"))
    words = page.content.decode()
    assert [level.code for level, _cells in page.context["rows"]] == ["top", "secret", "internal", "public"]
    assert len(page.context["actions"]) == len(Action)
    assert cell(levels[0]) not in words


def test_before_there_is_a_level_the_page_says_what_to_do(signed_in: Open) -> None:
    assert signed_in("chihiro").get(reverse("governance:matrix")).context["rows"] == []


def test_the_office_changes_a_cell_and_the_next_request_follows_it(
    signed_in: Open, levels: list[Level], company: Company
) -> None:
    daichi = signed_in("daichi")
    assert cell(levels[0]) in daichi.get(reverse("governance:matrix")).content.decode()
    assert daichi.get(cell(levels[0])).context["form"].initial["ruling"] == Ruling.FORBIDDEN
    data = {"ruling": "approval", "approver": "executive", "why": "客先審査のため"}
    assert daichi.post(cell(levels[0]), data)["location"] == reverse("governance:matrix")
    answer = handling(company.viewer(company.botan), level=levels[0].pk, action=Action.TAKE_OUT)
    assert (answer.ruling, answer.approver) == (Ruling.APPROVAL, Role.EXECUTIVE)
    assert read(entries_about(levels[0].pk))[0].why == "客先審査のため"
    assert "<small>役員</small>" in signed_in("chihiro").get(reverse("governance:matrix")).content.decode()


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"ruling": "approval", "approver": "", "why": "客先審査"}, {"approver"}),
        ({"ruling": "never", "approver": "", "why": "客先審査"}, {"ruling"}),
        ({"ruling": "free", "approver": "", "why": " "}, {"why"}),
        ({"ruling": "approval", "approver": "auditor", "why": "客先審査"}, {"approver"}),
    ],
)
def test_wrong_input_is_named_at_its_field_and_changes_nothing(
    signed_in: Open, levels: list[Level], wrong, fields: set[str]
) -> None:
    answer = signed_in("daichi").post(cell(levels[0]), wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == fields
    assert wrong["why"].strip() in answer.content.decode()
    assert entries_about(levels[0].pk).count() == 1


def test_an_approver_without_an_approval_is_forgotten(signed_in: Open, levels: list[Level], company: Company) -> None:
    signed_in("daichi").post(cell(levels[0], "view"), {"ruling": "free", "approver": "legal", "why": "周知のため"})
    assert handling(company.viewer(company.botan), level=levels[0].pk, action=Action.VIEW).approver is None


def test_who_may_only_read_is_refused(signed_in: Open, levels: list[Level]) -> None:
    assert signed_in("chihiro").get(cell(levels[0])).status_code == 403


@pytest.mark.parametrize("action", ["fly", "VIEW"])
def test_an_action_or_level_that_is_none_is_not_found(signed_in: Open, levels: list[Level], action: str) -> None:
    daichi = signed_in("daichi")
    assert daichi.get(cell(levels[0], action)).status_code == 404
    assert daichi.get(reverse("governance:cell", args=[company_id(levels), "view"])).status_code == 404


def company_id(levels: list[Level]) -> str:
    return str(levels[0].pk)[:-4] + "0000"


@pytest.mark.parametrize("same", [{"code": "top"}, {"rank": "40"}], ids=["code", "rank"])
def test_a_twin_of_a_standing_level_is_named_at_its_field_on_the_page(
    signed_in: Open, levels: list[Level], same: dict[str, str]
) -> None:
    entered = {"code": "own", "rank": "25", "name_ja": "部外秘", "name_en": "Unit only", "colour": "amber"}
    answer = signed_in("daichi").post(reverse("governance:level-add"), entered | {"stocktaking_months": "6"} | same)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(same)
    assert "使用中の別の区分がすでにこれを使っています。" in answer.content.decode()
    assert Level.objects.count() == 4


def test_a_level_that_something_bears_is_kept_and_the_page_says_what_to_do(
    signed_in: Open, levels: list[Level], company: Company
) -> None:
    secret = apps.get_model("register", "Secret")(
        number="S-1", title="配合比", level=levels[1], unit=company.materials, identified_on="2026-11-20"
    )
    with act("register.secret.add", by=SYSTEM):
        secret.save()
    answer = signed_in("daichi").post(reverse("governance:level-retire", args=[levels[1].pk]), {"why": "統合"})
    assert answer.status_code == 422
    assert "先に" in answer.content.decode()
    assert levels[1] in Level.objects.standing()


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", ("区分と取扱い", "持出し", "禁止")), ("en", ("Levels and handling", "take out", "forbidden"))],
)
def test_the_matrix_is_read_in_both_languages(
    signed_in: Open, levels: list[Level], language: str, words: tuple[str, ...]
) -> None:
    chihiro = signed_in("chihiro")
    chihiro.cookies["django_language"] = language
    page = chihiro.get(reverse("governance:matrix")).content.decode()
    assert [word for word in words if word not in page] == []


def test_a_retired_level_has_no_cell_to_change(signed_in: Open, levels: list[Level]) -> None:
    level_retire(level=levels[3], by=SYSTEM, why="公開は載せない")
    daichi = signed_in("daichi")
    assert daichi.get(cell(levels[3])).status_code == 404
    assert daichi.post(cell(levels[3]), {"ruling": "free", "why": "x"}).status_code == 404
