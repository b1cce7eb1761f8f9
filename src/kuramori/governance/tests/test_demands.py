"""Who may change what a level demands, what a wrong word is told, and what stands in the ledger afterwards (CLS-01)."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from kuramori.directory.tests.company import Company
from kuramori.governance import queries
from kuramori.governance.acts import handling_set, level_add, level_edit, level_retire
from kuramori.governance.forms import HandlingForm, LevelForm
from kuramori.governance.models import HandlingCell, Level
from kuramori.governance.room import ROOM
from kuramori.governance.rules import Action, Handling, Permission, Ruling, strictest
from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import Refused
from kuramori.kernel.history import lines
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role, Viewer

pytestmark = pytest.mark.django_db
OWN = {"code": "own", "rank": 25, "name_ja": "部外秘", "name_en": "Unit only", "stocktaking_months": 6}
ENTERED = OWN | {"colour": "amber"}
CHANGES = {Permission.LEVEL_ADD, Permission.LEVEL_EDIT, Permission.LEVEL_RETIRE, Permission.HANDLING_EDIT}
READS = {Permission.LEVEL_VIEW, Permission.HANDLING_VIEW}


@pytest.fixture
def office(company: Company) -> Viewer:
    return company.viewer(company.daichi)


@pytest.fixture
def by(office: Viewer) -> Actor:
    return office.actor


def told(level: Level, viewer: Viewer, language: str) -> str:
    with override(language):
        return str(lines(level, viewer)[0][0].sentence)


def test_the_information_manager_alone_changes_levels_and_the_auditor_takes_them_along() -> None:
    held = {role: {what for what, roles in ROOM.permissions.items() if role in roles} for role in Role}
    assert {role for role, may in held.items() if may & CHANGES} == {Role.INFORMATION_MANAGER}
    assert held[Role.INFORMATION_MANAGER] == set(Permission)
    assert held[Role.AUDITOR] == READS | {Permission.LEVEL_EXPORT}
    assert held[Role.EMPLOYEE] == READS


@pytest.mark.parametrize("role", [Role.PARTNER_CONTACT, Role.CUSTOMER_AUDITOR, Role.SYSTEM_ADMINISTRATOR])
def test_who_does_not_work_with_secrets_holds_nothing_here(role: Role) -> None:
    assert not [what for what, roles in ROOM.permissions.items() if role in roles]


def test_akari_reads_the_scheme_and_changes_nothing_of_it(company: Company, levels: list[Level]) -> None:
    akari = company.viewer(company.akari)
    assert [level.code for level in queries.levels_in_force(akari)] == ["top", "secret", "internal", "public"]
    assert not [what for what in CHANGES if akari.may(what)]


@pytest.mark.parametrize("ruling", [Ruling.FREE, Ruling.NOTIFY, Ruling.FORBIDDEN])
def test_an_approver_is_kept_only_where_there_is_something_to_approve(
    levels: list[Level], by: Actor, office: Viewer, ruling: Ruling
) -> None:
    cell = handling_set(
        level=levels[0], action=Action.SEND, ruling=ruling, approver=Role.LEGAL, by=by, why="法務の助言"
    )
    assert (cell.ruling, cell.approver) == (ruling, "")
    assert queries.handling(office, level=levels[0].pk, action=Action.SEND).approver is None


def test_one_cell_changes_and_no_other(levels: list[Level], by: Actor, office: Viewer) -> None:
    before = {level.pk: cells for level, cells in queries.matrix(office)}
    handling_set(level=levels[1], action=Action.PRINT, ruling=Ruling.FORBIDDEN, by=by, why="紙の流出")
    changed = [
        (level.code, now.action)
        for level, cells in queries.matrix(office)
        for then, now in zip(before[level.pk], cells, strict=True)
        if then != now
    ]
    assert changed == [("secret", Action.PRINT)]


def test_a_refused_change_leaves_no_trace(levels: list[Level], by: Actor) -> None:
    entries, cells = entries_about(levels[0].pk).count(), HandlingCell.objects.count()
    for wrong in ({"ruling": Ruling.APPROVAL, "why": "審査"}, {"ruling": Ruling.FREE, "why": "\n "}):
        with pytest.raises(Refused) as refusal:
            handling_set(level=levels[0], action=Action.VIEW, by=by, **wrong)
        assert refusal.value.next_step
    assert (entries_about(levels[0].pk).count(), HandlingCell.objects.count()) == (entries, cells)


def test_a_cell_that_was_never_set_was_free_before(levels: list[Level], by: Actor) -> None:
    handling_set(level=levels[3], action=Action.SEND, ruling=Ruling.NOTIFY, by=by, why="広報へ")
    entry = read(entries_about(levels[3].pk))[0]
    assert (entry.notes["before"], entry.notes["after"], entry.notes["action"]) == ("free", "notify", "send")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "部外秘"}, "code"),
        ({"code": "two words"}, "code"),
        ({"code": ""}, "code"),
        ({"rank": -1}, "rank"),
        ({"rank": "high"}, "rank"),
        ({"name_ja": "  "}, "name_ja"),
        ({"name_en": "n" * 41}, "name_en"),
        ({"colour": "pink"}, "colour"),
        ({"stocktaking_months": -6}, "stocktaking_months"),
        ({"stocktaking_months": ""}, "stocktaking_months"),
        ({"mark_ja": "印" * 81}, "mark_ja"),
    ],
)
def test_a_wrong_word_of_a_level_is_named_at_its_field(wrong: dict[str, object], field: str) -> None:
    assert LevelForm(ENTERED).is_valid()
    form = LevelForm(ENTERED | wrong)
    assert not form.is_valid()
    assert list(form.errors) == [field]


@pytest.mark.parametrize("same", [{"code": "top"}, {"rank": 40}], ids=["code", "rank"])
def test_a_twin_of_a_standing_level_is_refused_in_words_before_the_database_must(
    levels: list[Level], same: dict[str, object]
) -> None:
    assert list(LevelForm(ENTERED | same).errors) == list(same)
    with pytest.raises(ValidationError):
        level_add(by=SYSTEM, **OWN | same)
    assert Level.objects.count() == 4


def test_a_level_may_keep_its_own_code_and_rank_when_it_is_edited(levels: list[Level]) -> None:
    entered = ENTERED | {"code": "top", "rank": 40}
    assert LevelForm(entered, instance=levels[0]).is_valid()
    assert level_edit(level=levels[0], by=SYSTEM, name_ja="最高機密", code="top", rank=40).name_ja == "最高機密"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_form_asks_for_the_approver_in_the_reader_s_language(language: str) -> None:
    with override(language):
        form = HandlingForm({"ruling": "approval", "why": "審査"})
        said = {"ja": "誰が承認するかを選んでください", "en": "Choose who approves"}[language]
        assert said in str(form.errors["approver"])


def test_the_form_forgets_an_approver_whom_nobody_asked_for() -> None:
    form = HandlingForm({"ruling": "notify", "approver": "legal", "why": "周知"})
    assert form.is_valid()
    assert form.cleaned_data["approver"] == ""


def test_an_empty_form_names_what_it_needs() -> None:
    assert set(HandlingForm({}).errors) == {"ruling", "why"}


def test_a_new_level_stands_where_its_rank_puts_it_and_is_free_in_everything(
    levels: list[Level], by: Actor, office: Viewer
) -> None:
    level_add(by=by, **OWN)
    codes = [level.code for level in queries.levels_in_force(office)]
    assert codes == ["top", "secret", "own", "internal", "public"]
    own = next(cells for level, cells in queries.matrix(office) if level.code == "own")
    assert {cell.ruling for cell in own} == {Ruling.FREE}


def test_raising_a_rank_moves_the_level_up_and_its_answers_with_it(
    levels: list[Level], by: Actor, office: Viewer
) -> None:
    level_edit(level=levels[1], rank=50, by=by)
    upper, cells = queries.matrix(office)[0]
    assert upper == levels[1]
    assert cells == queries.handling_of(office, level=levels[1].pk)


LIVES: dict[str, tuple[Callable[[Level, Actor], object], str, str]] = {
    "add": (
        lambda level, by: None,
        "大地 監査 が区分 部外秘 を追加しました",
        "大地 監査 added the level 部外秘",
    ),
    "edit": (
        lambda level, by: level_edit(level=level, stocktaking_months=3, by=by),
        "大地 監査 が区分 部外秘 を変更しました",
        "大地 監査 changed the level 部外秘",
    ),
    "retire": (
        lambda level, by: level_retire(level=level, why="統合", by=by),
        "大地 監査 が区分 部外秘 を廃止しました",
        "大地 監査 took the level 部外秘 out of use",
    ),
}


@pytest.mark.parametrize("step", LIVES)
def test_each_step_of_a_level_s_life_is_told_in_both_languages(by: Actor, office: Viewer, step: str) -> None:
    with override("ja"):
        level = level_add(by=by, **OWN)
        LIVES[step][0](level, by)
    assert (told(level, office, "ja"), told(level, office, "en")) == LIVES[step][1:]


def test_a_retired_level_says_why_and_when(levels: list[Level], by: Actor) -> None:
    level_retire(level=levels[3], why="公開は台帳に載せない", by=by)
    entry = read(entries_about(levels[3].pk))[0]
    assert (entry.verb, entry.why) == ("governance.level.retire", "公開は台帳に載せない")
    assert levels[3].retired_at is not None


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([Ruling.FREE, Ruling.FREE], Ruling.FREE),
        ([Ruling.FREE, Ruling.NOTIFY], Ruling.NOTIFY),
        ([Ruling.APPROVAL, Ruling.NOTIFY], Ruling.APPROVAL),
        ([Ruling.FORBIDDEN, Ruling.APPROVAL], Ruling.FORBIDDEN),
    ],
)
def test_a_container_follows_the_strictest_of_its_parts_in_any_order(parts: list[Ruling], whole: Ruling) -> None:
    answers = [Handling(action=Action.COPY, ruling=ruling) for ruling in parts]
    assert strictest(answers).ruling is strictest(reversed(answers)).ruling is whole


@pytest.mark.parametrize(("ruling", "is_open"), list(zip(Ruling, (True, True, False, False), strict=True)))
def test_only_what_is_free_or_told_afterwards_goes_ahead_at_once(ruling: Ruling, is_open: bool) -> None:
    assert Handling(action=Action.VIEW, ruling=ruling).is_open is is_open


def test_an_answer_of_the_matrix_cannot_be_changed_in_passing() -> None:
    answer = Handling(action=Action.VIEW, ruling=Ruling.FORBIDDEN)
    with pytest.raises(FrozenInstanceError):
        answer.ruling = Ruling.FREE  # type: ignore[misc]
