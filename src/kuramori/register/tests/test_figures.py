"""The register in figures is what counting by hand gives, of what the viewer may see and nothing else."""

from datetime import date, timedelta
from random import Random

import pytest

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import TODAY, Company
from kuramori.governance.api import Level
from kuramori.kernel.permissions import Viewer
from kuramori.register import acts
from kuramori.register.figures import figures, lacking, recently_changed, registered_by_month
from kuramori.register.models import Secret
from kuramori.register.queries import facts_of, secrets_visible_to
from kuramori.register.rules import Gap, add_months, gaps
from kuramori.register.tests.conftest import Add

NOT_IN_ITS_ROW = {Gap.PLACE, Gap.SCOPE}


@pytest.fixture
def many(company: Company, add: Add, levels: dict[str, Level]) -> list[Secret]:
    """Secrets of every state, drawn with a fixed seed."""
    dice, made = Random(7), []  # noqa: S311  (dice, not keys)
    for n in range(24):
        secret = add(
            f"秘密{n}",
            level=levels[dice.choice(["top", "secret", "internal", "public"])],
            tier=dice.choice("ab"),
            unit=dice.choice([company.materials, company.sales]),
            keeper=company.chihiro if n % 3 else company.akari,
            identified_on=TODAY - timedelta(days=dice.randrange(700)),
            usefulness=dice.choice(["", "受注を左右する"]),
            non_public=dice.choice(["", "社外に出していない"]),
            non_public_checked_on=dice.choice([None, TODAY, add_months(TODAY, -12), add_months(TODAY, -13)]),
        )
        if dice.random() < 0.5:
            acts.secret_value(secret=secret, technical=3, economic=3, legal=3, by=actor_of(company.akari))
        if dice.random() < 0.2:
            acts.secret_retire(secret=secret, by=actor_of(company.akari), why="公表済み")
        made.append(secret)
    return made


def in_sight(viewer: Viewer) -> list[Secret]:
    return list(secrets_visible_to(viewer).filter(retired_at=None))


@pytest.mark.parametrize("who", ["akari", "botan", "chihiro", "daichi"])
def test_the_figures_are_what_counting_by_hand_gives(company: Company, many: list[Secret], who: str) -> None:
    viewer = company.viewer(getattr(company, who))
    mine, found = in_sight(viewer), figures(viewer, today=TODAY)
    due = [each for each in mine if each.next_stocktaking and each.next_stocktaking < TODAY]
    bare = [e for e in mine if e.tier == "a" and set(gaps(facts_of(viewer, e), today=TODAY)) - NOT_IN_ITS_ROW]
    assert (found.total, found.due, found.counted) == (len(mine), len(due), len(mine) - len(due))
    assert (found.tier_a, found.incomplete) == (len([each for each in mine if each.tier == "a"]), len(bare))
    assert {level.code: count for level, count in found.by_level} == {
        code: len([each for each in mine if each.level.code == code])
        for code in ("top", "secret", "internal", "public")
    }


def test_the_condition_of_the_figures_and_the_rule_of_the_page_find_the_same_gaps(
    company: Company, many: list[Secret]
) -> None:
    viewer = company.viewer(company.daichi)
    by_rule = {e.pk for e in many if set(gaps(facts_of(viewer, e), today=TODAY)) - NOT_IN_ITS_ROW}
    assert set(Secret.objects.filter(lacking(TODAY)).values_list("pk", flat=True)) == by_rule


@pytest.mark.parametrize("who", ["akari", "chihiro", "daichi"])
def test_each_month_holds_what_was_registered_in_it(company: Company, many: list[Secret], who: str) -> None:
    viewer = company.viewer(getattr(company, who))
    found = registered_by_month(viewer, today=TODAY)
    assert [month for month, _counts in found] == [add_months(date(2025, 12, 1), n) for n in range(12)]
    for month, counts in found:
        inside = [e for e in secrets_visible_to(viewer) if e.identified_on.replace(day=1) == month]
        assert sum(counts.values()) == len(inside)
        assert all(count == len([e for e in inside if e.level.code == code]) for code, count in counts.items())


def test_what_is_registered_for_a_later_month_is_not_yet_counted(company: Company, add: Add) -> None:
    add(identified_on=date(2027, 1, 5))
    found = registered_by_month(company.viewer(company.akari), today=TODAY, months=3)
    assert [counts for _month, counts in found] == [{}, {}, {}]


def test_last_changed_comes_first_and_only_what_is_in_sight(company: Company, many: list[Secret]) -> None:
    viewer = company.viewer(company.botan)
    expected = sorted(in_sight(viewer), key=lambda each: (each.updated_at, each.pk), reverse=True)
    assert recently_changed(viewer, limit=5) == expected[:5]


def test_of_an_empty_register_everything_is_counted(company: Company, levels: dict[str, Level]) -> None:
    found = figures(company.viewer(company.chihiro), today=TODAY)
    assert (found.total, found.counted_share) == (0, 1.0)
    assert [count for _level, count in found.by_level] == [0, 0, 0, 0]


def test_the_share_is_of_what_is_not_overdue(company: Company, add: Add) -> None:
    add()
    add(identified_on=date(2024, 1, 1))
    assert figures(company.viewer(company.akari), today=TODAY).counted_share == 0.5
