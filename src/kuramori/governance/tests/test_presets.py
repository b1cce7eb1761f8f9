"""The shipped schemes are whole: each level with its words in both languages, and a stricter level is never freer."""

from itertools import pairwise

import pytest

from kuramori.governance.models import ApproverChoice, Colour
from kuramori.governance.presets import INTERNAL, PUBLIC, SCHEMES, SECRET, TIER_A, TIER_B, TOP
from kuramori.governance.rules import STRICTNESS, Action, LevelPreset, Ruling, SchemePreset

LEVELS = [level for scheme in SCHEMES.values() for level in scheme.levels]
ALL_SCHEMES = pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
ALL_LEVELS = pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.code)


def strictness(level: LevelPreset, action: Action) -> int:
    ruling, _approver = level.handling.get(action, (Ruling.FREE, None))
    return STRICTNESS[ruling]


def test_there_are_four_levels_three_levels_and_the_two_tiers() -> None:
    assert {code: len(scheme.levels) for code, scheme in SCHEMES.items()} == {"four": 4, "three": 3, "ab": 2}


@ALL_SCHEMES
def test_a_scheme_has_a_name_in_both_languages_and_stands_under_its_own_code(scheme: SchemePreset) -> None:
    assert SCHEMES[scheme.code] is scheme
    assert scheme.name_ja
    assert scheme.name_en


@ALL_SCHEMES
def test_the_levels_of_a_scheme_stand_strictest_first_and_no_two_share_rank_or_code(scheme: SchemePreset) -> None:
    ranks = [level.rank for level in scheme.levels]
    assert ranks == sorted(set(ranks), reverse=True)
    assert len({level.code for level in scheme.levels}) == len(ranks)


@ALL_SCHEMES
@pytest.mark.parametrize("action", Action)
def test_a_stricter_level_is_never_freer_in_any_action(scheme: SchemePreset, action: Action) -> None:
    for upper, lower in pairwise(scheme.levels):
        assert strictness(upper, action) >= strictness(lower, action)


@ALL_LEVELS
def test_a_level_says_in_both_languages_what_it_is_called_and_what_belongs_in_it(level: LevelPreset) -> None:
    assert all((level.name_ja, level.name_en, level.meaning_ja, level.meaning_en))
    assert bool(level.mark_ja) is bool(level.mark_en)
    assert level.colour in Colour.values


@ALL_LEVELS
def test_a_level_that_must_be_marked_has_a_mark(level: LevelPreset) -> None:
    assert level.mark_ja or not level.needs_marking


@ALL_LEVELS
def test_an_approval_names_an_approver_that_a_page_can_offer_and_nothing_else_does(level: LevelPreset) -> None:
    for ruling, approver in level.handling.values():
        assert (approver is not None) is (ruling is Ruling.APPROVAL)
        assert approver is None or approver.value in ApproverChoice.values


def test_taking_out_what_is_top_secret_is_forbidden_and_what_is_public_is_free_in_everything() -> None:
    assert TOP.handling[Action.TAKE_OUT] == (Ruling.FORBIDDEN, None)
    assert PUBLIC.handling == {}


def test_the_stricter_of_two_levels_is_counted_at_least_as_often() -> None:
    assert (TOP.stocktaking_months, SECRET.stocktaking_months, INTERNAL.stocktaking_months) == (6, 12, 12)
    assert (PUBLIC.stocktaking_months, TIER_A.stocktaking_months, TIER_B.stocktaking_months) == (0, 12, 0)


def test_tier_a_is_handled_as_secret_and_tier_b_as_internal() -> None:
    assert (TIER_A.handling, TIER_B.handling) == (SECRET.handling, INTERNAL.handling)
