"""What the forms of a secret give to the acts: each audience exactly what it names, people by number or address."""

from typing import Any

import pytest

from kuramori.directory.acts.units import project_add, project_join
from kuramori.directory.tests.company import TODAY, Company
from kuramori.governance.api import Level
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.register.forms import LevelForm, ScopeForm, SecretForm, ValueForm
from kuramori.register.models import Secret
from kuramori.register.rules import Audience
from kuramori.register.tests.conftest import Add


def scope(company: Company, **data: Any) -> ScopeForm:
    form = ScopeForm(company.viewer(company.akari), {"why": "案件", **data})
    form.is_valid()
    return form


@pytest.mark.parametrize("audience", Audience)
def test_each_audience_gives_the_act_what_it_names_and_forgets_the_rest(company: Company, audience: Audience) -> None:
    project = project_add(code="P-1", name_ja="電池", name_en="Cell", by=SYSTEM)
    project_join(project=project, person=company.akari, starts_on=TODAY, by=SYSTEM)
    filled = {"unit": company.sales.pk, "project": project.pk, "person": "A-3", "partner": "架空化学"}
    form = scope(company, audience=audience.value, **filled)
    named: dict[Audience, dict[str, Any]] = {
        Audience.COMPANY: {},
        Audience.UNIT: {"audience_id": company.sales.pk},
        Audience.PROJECT: {"audience_id": project.pk},
        Audience.PERSON: {"audience_id": company.chihiro.pk},
        Audience.PARTNER: {"partner": "架空化学"},
    }
    assert not form.errors
    assert form.cleaned_data == {"audience": audience, "until": None, "why": "案件", **named[audience]}


@pytest.mark.parametrize("audience", [each for each in Audience if each is not Audience.COMPANY])
def test_an_audience_that_names_nobody_is_asked_at_its_own_field(company: Company, audience: Audience) -> None:
    assert set(scope(company, audience=audience.value).errors) == {audience.value}


def test_a_project_the_viewer_is_not_in_cannot_be_chosen(company: Company) -> None:
    project = project_add(code="P-1", name_ja="極秘計画", name_en="Hidden", by=SYSTEM)
    form = scope(company, audience="project", project=project.pk)
    assert set(form.errors) == {"project"}
    assert "極秘計画" not in str(form)


@pytest.mark.parametrize("named", ["A-1", " A-1 ", "akari@example.jp", "AKARI@example.jp"])
def test_a_keeper_is_named_by_number_or_address(company: Company, whole: dict[str, Any], named: str) -> None:
    form = SecretForm(company.viewer(company.akari), None, whole | {"keeper": named})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["keeper"] == company.akari


def test_somebody_unknown_is_refused_with_the_next_step(company: Company, whole: dict[str, Any]) -> None:
    form = SecretForm(company.viewer(company.akari), None, whole | {"keeper": "Z-9"})
    assert set(form.errors) == {"keeper"}


@pytest.mark.parametrize(("typed", "kept"), [("Ｓ－１", "S-1"), (" S‐1 ", "S-1"), ("s-1", "s-1")])
def test_a_number_is_kept_as_imports_keep_it(company: Company, whole: dict[str, Any], typed: str, kept: str) -> None:
    form = SecretForm(company.viewer(company.akari), None, whole | {"number": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["number"] == kept


def test_each_line_is_a_place_of_the_kind_its_words_suggest(company: Company, whole: dict[str, Any]) -> None:
    lines = "\\\\FS01\\材料\n\n  書庫3 棚2  \n第2実験室\nPDM"
    form = SecretForm(company.viewer(company.akari), None, whole | {"places": lines})
    assert form.is_valid(), form.errors
    assert [(place["kind"], place["text"]) for place in form.cleaned_data["places"]] == [
        ("path", "\\\\FS01\\材料"),
        ("cabinet", "書庫3 棚2"),
        ("zone", "第2実験室"),
        ("system", "PDM"),
    ]


def test_a_secret_that_stands_comes_with_its_keeper_places_and_day_but_without_its_level(
    company: Company, whole: dict[str, Any], add: Add
) -> None:
    secret: Secret = add()
    shown = SecretForm(company.viewer(company.akari), secret, None)
    assert (shown.initial["keeper"], shown.initial["places"]) == ("A-1", r"\\FS01\材料\配合")
    assert "level" not in shown.fields
    changed = SecretForm(company.viewer(company.akari), secret, whole)
    assert changed.is_valid(), changed.errors
    assert changed.cleaned_data["identified_on"] == TODAY
    assert SecretForm(company.viewer(company.akari), add(tier="b", keeper=None), None).initial["keeper"] == ""


def test_only_levels_in_force_can_be_given(company: Company, levels: dict[str, Level]) -> None:
    company.give(company.akari, Role.INFORMATION_MANAGER)
    form = LevelForm(company.viewer(company.akari))
    assert list(form.fields["level"].queryset) == list(levels.values())  # type: ignore[attr-defined]
    assert list(form.fields) == ["level", "why"]


@pytest.mark.parametrize("mark", ["0", "6", "x", ""])
def test_a_mark_outside_the_scale_cannot_be_chosen(mark: str) -> None:
    form = ValueForm({"technical": mark, "economic": "3", "legal": "3"})
    assert set(form.errors) == {"technical"}
