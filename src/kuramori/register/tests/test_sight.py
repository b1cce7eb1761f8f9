"""Who sees what, against the rule spelled out: random rows, everybody compared by brute force (SYS-07)."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest

from kuramori.directory.acts.units import project_add, project_join
from kuramori.directory.tests.company import TODAY, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.permissions import Forbidden, Role, Viewer
from kuramori.kernel.search import matching
from kuramori.register.models import NOBODY, Scope, Secret
from kuramori.register.queries import (
    due_for_stocktaking,
    may_edit,
    path_patterns,
    secret_by_number,
    secret_seen,
    secrets_visible_to,
    without_full_proof,
)
from kuramori.register.rules import Audience, Permission
from kuramori.register.tests.conftest import Add

EVERYBODY = ("akari", "botan", "chihiro", "daichi")
DAYS = [TODAY + timedelta(days=n) for n in (-3, -1, 0, 1, 3)]


def names(company: Company, row: Scope, viewer: Viewer) -> bool:
    """Say, word for word as the rule does, whether a row names somebody today."""
    if row.retired_at is not None or row.valid_from > TODAY or (row.valid_to is not None and row.valid_to < TODAY):
        return False
    match Audience(row.audience):
        case Audience.COMPANY:
            return True
        case Audience.UNIT:
            return row.audience_id in viewer.unit_ids
        case Audience.PROJECT:
            return row.audience_id in viewer.project_ids
        case Audience.PERSON:
            return row.audience_id == viewer.person_id
        case Audience.PARTNER:
            return False


def sees(company: Company, secret: Secret, viewer: Viewer) -> bool:
    """Say whether the viewer may know of the secret: his office's, kept by him, or open to him."""
    if viewer.may_everywhere(Permission.SECRET_VIEW_ALL) or secret.keeper_id == viewer.person_id:
        return True
    in_care = secret.unit_id in viewer.units_for(Permission.SECRET_VIEW_ALL)
    return in_care or any(names(company, row, viewer) for row in secret.scopes.all())


def a_row(dice: Random, secret: Secret, whom: dict[Audience, Sequence[UUID]]) -> Scope:
    audience = dice.choice(list(Audience))
    named = dice.choice(whom[audience])
    start = dice.choice(DAYS)
    return Scope(
        secret=secret,
        audience=audience,
        audience_id=named,
        partner="架空化学" if audience is Audience.PARTNER else "",
        valid_from=start,
        valid_to=dice.choice([None, *(day for day in DAYS if day >= start)]),
    )


@pytest.fixture
def whom(company: Company) -> dict[Audience, Sequence[UUID]]:
    people = [getattr(company, who).pk for who in EVERYBODY]
    units = [company.top.pk, company.research.pk, company.materials.pk, company.sales.pk]
    project = project_add(code="P-9", name_ja="電池", name_en="Cell", by=SYSTEM)
    project_join(project=project, person=company.chihiro, starts_on=TODAY, by=SYSTEM)
    return {
        Audience.COMPANY: [NOBODY],
        Audience.PARTNER: [NOBODY],
        Audience.UNIT: [*units, uuid4()],
        Audience.PROJECT: [project.pk, uuid4()],
        Audience.PERSON: [*people, uuid4()],
    }


@pytest.mark.parametrize("seed", range(4))
def test_everybody_sees_exactly_what_the_rule_says(company: Company, add: Add, whom, seed: int) -> None:
    dice = Random(seed)  # noqa: S311  (dice, not keys)
    company.give(company.botan, Role.INFORMATION_MANAGER, unit=company.sales)
    units, keepers = (company.materials, company.sales, company.top), (company.akari, company.chihiro, None)
    made = [add(f"秘密{n}", tier="b", unit=dice.choice(units), keeper=dice.choice(keepers)) for n in range(12)]
    with act("register.scope.open", by=SYSTEM):
        for row in [a_row(dice, secret, whom) for secret in made for _row in range(dice.randrange(3))]:
            row.save()
            if dice.random() < 0.3:
                row.retire()
    for who in EVERYBODY:
        viewer = company.viewer(getattr(company, who))
        expected = {secret.pk for secret in made if sees(company, secret, viewer)}
        assert set(secrets_visible_to(viewer).values_list("pk", flat=True)) == expected, who
        assert {secret.pk for secret in made if secret_seen(viewer, secret.pk)} == expected, who
        assert {secret.pk for secret in made if secret_by_number(viewer, secret.number)} == expected, who
        assert set(matching(secrets_visible_to(viewer), "秘密").values_list("pk", flat=True)) == expected, who


def test_a_project_s_row_opens_to_its_members_while_they_are_members(company: Company, add: Add) -> None:
    project = project_add(code="P-1", name_ja="次世代電池", name_en="Next cell", by=SYSTEM)
    secret = add("配合比")
    with act("register.scope.open", by=SYSTEM):
        Scope(secret=secret, audience="project", audience_id=project.pk, valid_from=TODAY).save()
    chihiro = company.viewer(company.chihiro)
    assert secret_seen(chihiro, secret.pk) is None
    project_join(project=project, person=company.chihiro, starts_on=TODAY, by=SYSTEM)
    assert secret_seen(company.viewer(company.chihiro), secret.pk) == secret


def test_nobody_sees_a_secret_that_is_not_there(company: Company, add: Add) -> None:
    add("配合比")
    assert secret_seen(company.viewer(company.daichi), uuid4()) is None


@pytest.mark.parametrize(("who", "may"), [("akari", True), ("botan", False), ("chihiro", False), ("daichi", False)])
def test_the_keeper_changes_a_secret_whoever_else_sees_it_does_not(
    company: Company, add: Add, who: str, may: bool
) -> None:
    assert may_edit(company.viewer(getattr(company, who)), add("配合比")) is may


def test_a_viewer_without_a_person_keeps_nothing_even_where_nobody_keeps_it(company: Company, add: Add) -> None:
    secret = add("配合比", tier="b", keeper=None)
    nobody = Viewer(actor=SYSTEM, person_id=None)
    assert not may_edit(nobody, secret)


def test_due_are_the_viewer_s_own_the_most_overdue_first_and_none_that_was_retired(company: Company, add: Add) -> None:
    late = [add(f"秘密{n}", identified_on=day) for n, day in enumerate((date(2025, 1, 1), date(2024, 1, 1)))]
    add("営業の秘密", keeper=company.chihiro, identified_on=date(2024, 1, 1))
    gone = add("公表済み", identified_on=date(2024, 1, 1))
    with act("register.secret.retire", by=SYSTEM):
        gone.retire()
    assert list(due_for_stocktaking(company.viewer(company.akari), TODAY)) == late[::-1]


def test_without_full_proof_are_the_tier_a_secrets_in_sight_that_lack_a_word_or_a_value(
    company: Company, add: Add
) -> None:
    bare = add("配合比")
    add("別件", tier="b", keeper=None, places=[])
    add("顧客名簿", unit=company.sales, keeper=company.chihiro)
    assert list(without_full_proof(company.viewer(company.akari))) == [bare]


def test_a_viewer_without_a_person_sees_what_is_open_to_everybody_and_nothing_more(company: Company, add: Add) -> None:
    add("配合比", tier="b", keeper=None)
    open_to_all = add("社内報")
    with act("register.scope.open", by=SYSTEM):
        Scope(secret=open_to_all, audience="company", audience_id=NOBODY, valid_from=TODAY).save()
    assert list(secrets_visible_to(Viewer(actor=SYSTEM, person_id=None))) == [open_to_all]


def test_the_paths_of_all_secrets_are_for_whom_sees_every_secret(company: Company, add: Add) -> None:
    add("配合比")
    with pytest.raises(Forbidden):
        path_patterns(company.viewer(company.akari))
    assert path_patterns(company.viewer(company.daichi)).get().pattern == "//fs01/材料/配合"
