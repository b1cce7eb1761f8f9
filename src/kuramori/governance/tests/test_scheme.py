"""Levels in use: their words, what they mean in one unit, when they may go, and how their history reads."""

from dataclasses import replace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.tests.company import Company
from kuramori.governance import queries
from kuramori.governance.acts import handling_set, level_add, level_edit, level_retire, scheme_install
from kuramori.governance.models import HandlingCell, Level, LevelDefinition
from kuramori.governance.registers import level_actions, level_facts
from kuramori.governance.rules import Action, Handling, Ruling, strictest
from kuramori.governance.wording import action_in_words, ruling_in_words, scheme_in_words
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.history import lines
from kuramori.kernel.permissions import Role, Viewer

pytestmark = pytest.mark.django_db
ANYBODY = Viewer(actor=SYSTEM, person_id=None)


def define(level: Level, unit: object, text: str) -> LevelDefinition:
    said = LevelDefinition(level=level, unit=unit, text=text)
    with act("governance.level.edit", by=SYSTEM, subjects=[level]):
        said.save()
    return said


def told(level: Level, viewer: Viewer, language: str) -> list[str]:
    with override(language):
        return [line.sentence for line in lines(level, viewer)[0]]


def bear(level: Level, company: Company) -> Any:
    """Enter a secret that bears the level, past the register's own acts: this room knows only that it is pointed at."""
    kind = apps.get_model("register", "Secret")
    secret = kind(number="S-1", title="配合比", level=level, unit=company.materials, identified_on="2026-11-20")
    with act("register.secret.add", by=SYSTEM):
        secret.save()
    return secret


def test_a_level_that_a_secret_bears_stays_in_use_until_the_secret_bears_another(
    levels: list[Level], company: Company
) -> None:
    secret = bear(levels[1], company)
    with pytest.raises(Refused) as refusal:
        level_retire(level=levels[1], by=SYSTEM, why="統合")
    assert refusal.value.next_step
    with act("register.secret.reclassify", by=SYSTEM):
        secret.level = levels[0]
        secret.save()
    assert level_retire(level=levels[1], by=SYSTEM, why="統合").retired_at is not None


def test_a_secret_that_left_the_register_holds_no_level_in_use(levels: list[Level], company: Company) -> None:
    secret = bear(levels[1], company)
    with act("register.secret.retire", by=SYSTEM, why="公表"):
        secret.retire()
    assert level_retire(level=levels[1], by=SYSTEM, why="統合").retired_at is not None


def test_its_own_cells_and_words_do_not_hold_a_level_in_use(levels: list[Level], company: Company) -> None:
    define(levels[0], company.materials, "配合表")
    assert HandlingCell.objects.filter(level=levels[0]).exists()
    assert level_retire(level=levels[0], by=SYSTEM, why="統合").retired_at is not None


def test_a_retired_level_is_given_to_nothing_new_but_is_still_read(levels: list[Level]) -> None:
    level_retire(level=levels[0], by=SYSTEM, why="統合")
    assert levels[0] not in queries.levels_in_force(ANYBODY)
    assert levels[0] in queries.levels_visible_to(ANYBODY)
    assert [level for level, _cells in queries.matrix(ANYBODY)] == levels[1:]
    assert levels[0].pk in queries.levels_that(ANYBODY, action=Action.SEND)


def test_the_code_and_rank_of_a_retired_level_are_free_again_those_of_a_standing_one_are_not(
    levels: list[Level],
) -> None:
    words = {"code": "top", "rank": 40, "name_ja": "最高機密", "name_en": "Highest"}
    with pytest.raises(ValidationError):
        level_add(by=SYSTEM, **words)
    level_retire(level=levels[0], by=SYSTEM, why="改称")
    assert level_add(by=SYSTEM, **words).rank == 40


@pytest.mark.parametrize("same", [{"code": "top", "rank": 99}, {"code": "other", "rank": 40}], ids=["code", "rank"])
def test_the_database_itself_keeps_standing_levels_apart(levels: list[Level], same: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), act("governance.level.add", by=SYSTEM):
        Level(name_ja="別", name_en="Other", **same).save()


def test_an_edit_changes_what_it_names_and_checks_the_whole(levels: list[Level]) -> None:
    assert level_edit(level=levels[2], stocktaking_months=3, by=SYSTEM).stocktaking_months == 3
    with pytest.raises(ValidationError):
        level_edit(level=levels[2], name_ja="", by=SYSTEM)


@pytest.mark.parametrize(
    ("who", "says"), [("akari", "配合表"), ("botan", "配合表"), ("chihiro", "顧客名簿"), ("daichi", None)]
)
def test_each_reads_what_the_level_means_in_the_own_unit(
    levels: list[Level], company: Company, who: str, says: str | None
) -> None:
    define(levels[0], company.research, "配合表")
    define(levels[0], company.sales, "顧客名簿")
    found = queries.definition(company.viewer(getattr(company, who)), level=levels[0].pk)
    assert (found.text if found else None) == says
    assert queries.definition(company.viewer(company.akari), level=levels[1].pk) is None


def test_a_unit_says_once_what_a_level_means_and_may_say_it_anew(levels: list[Level], company: Company) -> None:
    old = define(levels[0], company.research, "配合表")
    with act("governance.level.edit", by=SYSTEM, subjects=[levels[0]]):
        old.retire()
    new = define(levels[0], company.research, "焼成条件")
    assert queries.definition(company.viewer(company.akari), level=levels[0].pk) == new
    assert str(new) == f"{levels[0]} / {company.research}"
    with pytest.raises(IntegrityError):
        define(levels[0], company.research, "第3の意味")


@pytest.mark.parametrize(
    ("language", "name", "mark"), [("ja", "極秘", "極秘・複写厳禁"), ("en", "Top secret", "TOP SECRET – DO NOT COPY")]
)
def test_a_level_is_read_in_the_reader_s_language(levels: list[Level], language: str, name: str, mark: str) -> None:
    with override(language):
        assert (str(levels[0]), levels[0].mark) == (name, mark)
        assert levels[0].meaning == getattr(levels[0], f"meaning_{language}")
        facts = {str(fact.label): fact.value for fact in level_facts(levels[0], ANYBODY)}
        assert mark in facts.values()


@pytest.mark.parametrize(("rank", "tone"), [(0, 0), (10, 0), (20, 2), (30, 3), (40, 5), (90, 5)])
def test_the_seal_of_a_level_is_drawn_the_stronger_the_higher_its_rank(rank: int, tone: int) -> None:
    assert Level(rank=rank).tone == tone


def test_a_level_without_stocktaking_and_mark_shows_neither(levels: list[Level]) -> None:
    facts = [fact.value for fact in level_facts(levels[3], ANYBODY)]
    assert facts.count(None) == 2
    assert [link.url for link in level_actions(levels[3], ANYBODY)] == [reverse("governance:matrix")]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ja", "システム が区分 極秘 の「持出し」の取扱いを変更しました：禁止 → 承認が必要"),
        ("en", "the system changed what 極秘 says to “take out”: forbidden → by approval"),
    ],
)
def test_the_history_of_the_matrix_reads_in_words_not_in_codes(
    levels: list[Level], company: Company, language: str, sentence: str
) -> None:
    handling_set(
        level=levels[0], action=Action.TAKE_OUT, ruling=Ruling.APPROVAL, approver=Role.EXECUTIVE, by=SYSTEM, why="審査"
    )
    assert told(levels[0], company.viewer(company.daichi), language)[0] == sentence


@pytest.mark.parametrize(("language", "scheme"), [("ja", "四区分（標準）"), ("en", "Four levels (default)")])
def test_the_history_names_the_scheme_a_level_came_with(
    levels: list[Level], company: Company, language: str, scheme: str
) -> None:
    assert scheme in told(levels[0], company.viewer(company.daichi), language)[0]


@pytest.mark.parametrize("read", [action_in_words, ruling_in_words, scheme_in_words])
def test_a_code_that_is_used_no_more_reads_as_it_stands(read) -> None:
    assert read("teleport") == "teleport"


@pytest.mark.parametrize("action", Action)
def test_every_answer_of_the_matrix_is_the_same_asked_alone_for_a_level_and_for_an_action(
    levels: list[Level], action: Action
) -> None:
    place = list(Action).index(action)
    for level, cells in queries.matrix(ANYBODY):
        alone = queries.handling(ANYBODY, level=level.pk, action=action)
        assert cells[place] == alone == queries.handling_of(ANYBODY, level=level.pk)[place]
        assert queries.levels_that(ANYBODY, action=action)[level.pk] == alone


def test_the_second_change_of_a_cell_is_the_same_cell(levels: list[Level]) -> None:
    first = handling_set(level=levels[3], action=Action.COPY, ruling=Ruling.NOTIFY, by=SYSTEM, why="周知")
    second = handling_set(level=levels[3], action=Action.COPY, ruling=Ruling.FREE, by=SYSTEM, why="撤回")
    assert first.pk == second.pk
    assert str(second).startswith(str(levels[3]))


def test_a_refused_scheme_leaves_nothing_and_an_unknown_one_does_not_exist(levels: list[Level]) -> None:
    before = HandlingCell.objects.count()
    with pytest.raises(Refused):
        scheme_install(scheme="three", by=SYSTEM)
    with pytest.raises(KeyError):
        scheme_install(scheme="five", by=SYSTEM)
    assert HandlingCell.objects.count() == before


def test_of_nothing_there_is_no_strictest_and_of_one_it_is_that_one() -> None:
    alone = Handling(action=Action.COPY, ruling=Ruling.NOTIFY)
    assert strictest([alone]) == alone
    assert strictest([alone, replace(alone, ruling=Ruling.APPROVAL, approver=Role.KEEPER)]).approver is Role.KEEPER
    with pytest.raises(ValueError, match="max"):
        strictest([])
