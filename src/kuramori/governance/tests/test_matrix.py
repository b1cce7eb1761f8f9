"""The matrix is data: changing one cell is an act and changes behaviour at once (CLS-01)."""

import pytest
from django.db import IntegrityError

from kuramori.governance.acts import handling_set, level_add, scheme_install
from kuramori.governance.models import HandlingCell, Level
from kuramori.governance.presets import SCHEMES
from kuramori.governance.queries import handling, levels_that, matrix
from kuramori.governance.rules import Action, Handling, Ruling, strictest
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role, Viewer

pytestmark = pytest.mark.django_db
ANYBODY = Viewer(actor=SYSTEM, person_id=None)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_shipped_scheme_sets_up_its_levels_strictest_first(scheme: str) -> None:
    scheme_install(scheme=scheme, by=SYSTEM)
    rows = matrix(ANYBODY)
    assert [level.code for level, _cells in rows] == [shipped.code for shipped in SCHEMES[scheme].levels]
    assert all(level.name_ja and level.name_en for level, _cells in rows)


def test_a_scheme_in_force_is_not_swapped(levels: list[Level]) -> None:
    with pytest.raises(Refused):
        scheme_install(scheme="ab", by=SYSTEM)
    assert Level.objects.count() == 4


def test_changing_a_cell_changes_the_answer_at_once_and_the_history_says_who_and_why(levels: list[Level]) -> None:
    top = levels[0]
    assert handling(ANYBODY, level=top.pk, action=Action.TAKE_OUT).ruling is Ruling.FORBIDDEN
    handling_set(
        level=top,
        action=Action.TAKE_OUT,
        ruling=Ruling.APPROVAL,
        approver=Role.EXECUTIVE,
        by=SYSTEM,
        why="客先審査のため",
    )
    answer = handling(ANYBODY, level=top.pk, action=Action.TAKE_OUT)
    assert (answer.ruling, answer.approver, answer.is_open) == (Ruling.APPROVAL, Role.EXECUTIVE, False)
    entry = read(entries_about(top.pk))[0]
    assert (entry.why, entry.notes["before"], entry.notes["after"]) == ("客先審査のため", "forbidden", "approval")


def test_a_cell_that_was_never_set_is_free_also_for_a_level_of_the_company_s_own(levels: list[Level]) -> None:
    own = level_add(by=SYSTEM, code="own", rank=15, name_ja="部外秘", name_en="Unit only")
    assert handling(ANYBODY, level=own.pk, action=Action.SEND).is_open
    assert levels_that(ANYBODY, action=Action.SEND)[levels[0].pk].approver is Role.INFORMATION_MANAGER


@pytest.mark.parametrize(
    ("ruling", "approver", "why"), [(Ruling.APPROVAL, None, "x"), (Ruling.FREE, None, "  ")], ids=["approver", "reason"]
)
def test_an_approval_without_approver_and_a_change_without_reason_are_refused(
    levels: list[Level], ruling: Ruling, approver: Role | None, why: str
) -> None:
    with pytest.raises(Refused):
        handling_set(level=levels[0], action=Action.VIEW, ruling=ruling, approver=approver, by=SYSTEM, why=why)


def test_the_database_itself_refuses_an_approval_without_approver(levels: list[Level]) -> None:
    with pytest.raises(IntegrityError), act("governance.handling.set", by=SYSTEM):
        HandlingCell(level=levels[3], action=Action.VIEW, ruling=Ruling.APPROVAL).save()


def test_the_strictest_part_rules_the_whole() -> None:
    answers = [Handling(action=Action.COPY, ruling=ruling) for ruling in (Ruling.NOTIFY, Ruling.FORBIDDEN, Ruling.FREE)]
    assert strictest(answers).ruling is Ruling.FORBIDDEN
