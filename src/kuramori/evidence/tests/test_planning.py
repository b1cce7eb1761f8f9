"""What is planned and what was lost, decided without a database: proposals, priorities, percentages, routes, sums."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.evidence.claims.losses import Currency, Item, Route, smallest, sums, written
from kuramori.evidence.claims.planning import (
    Held,
    Priority,
    default_proofs,
    percent_proven,
    plan_lines,
    priority_of,
)
from kuramori.evidence.claims.reading import Claim, Proof, read_claim
from kuramori.evidence.tests.test_elements import ONLY_A_CASE

HEAD, ELEMENT = ONLY_A_CASE.split("[[element]]")


def claim_of(*elements: tuple[str, str, list[tuple[str, str, int, str]]]) -> Claim:
    """A claim of (code, stage, [(source, kind, cost, tier)])."""
    text = HEAD
    for code, stage, proofs in elements:
        body, proof = ELEMENT.split("[[element.proof]]")
        text += "[[element]]" + body.replace('"harm"', f'"{code}"').replace('"case"', f'"{stage}"').replace(
            '"loss"', f'"{code}"'
        )
        for source, kind, cost, tier in proofs:
            told = proof.replace('"evidence.loss"', f'"{source}"').replace('"direct"', f'"{kind}"')
            text += "[[element.proof]]" + told.replace("cost = 1", f"cost = {cost}").replace(
                'tier = "a"', f'tier = "{tier}"'
            )
    return read_claim(text, file="test.toml")


CLAIM = claim_of(
    ("secrecy", "always", [("register.scope", "direct", 1, "b"), ("register.stocktaking", "direct", 2, "a")]),
    ("worth", "always", [("register.valuation", "circumstantial", 2, "a")]),
    ("harm", "case", [("evidence.loss", "circumstantial", 3, "a")]),
)
ALL = default_proofs(CLAIM, tier="a")


def kept(*, shown: list[tuple[str, str]], gaps: list[tuple[str, str]] | None = None) -> dict[str, Held]:
    lines = plan_lines(CLAIM, ALL, tier="a", shown=shown, gaps=gaps or [])
    return {line.code: line.kept for line in lines}


def test_the_light_tier_is_proposed_what_costs_little_and_the_heavy_one_all_of_it() -> None:
    """EVD-01: high-impact secrets get full preparation, the others not everything."""
    assert default_proofs(CLAIM, tier="b") == ["secrecy/register.scope"]
    assert len(ALL) == 4


@pytest.mark.parametrize(
    ("kind", "cost", "in_a", "in_b"),
    [
        ("direct", 1, Priority.HIGH, Priority.HIGH),
        ("direct", 2, Priority.HIGH, Priority.MEDIUM),
        ("direct", 3, Priority.MEDIUM, Priority.LOW),
        ("testimony", 3, Priority.LOW, Priority.LOW),
        ("circumstantial", 1, Priority.MEDIUM, Priority.LOW),
        ("circumstantial", 3, Priority.LOW, Priority.LOW),
    ],
)
def test_what_proves_directly_and_costs_little_comes_first(kind: str, cost: int, in_a, in_b) -> None:
    proof = Proof(source="x", of="secret", title=CLAIM.title, kind=kind, cost=cost, tier="b")
    assert (priority_of(proof, tier="a"), priority_of(proof, tier="b")) == (in_a, in_b)


def test_a_proof_is_there_broken_missing_or_waits_for_a_case() -> None:
    found = kept(
        shown=[("secrecy", "register.scope"), ("secrecy", "register.stocktaking")],
        gaps=[("secrecy", "register.stocktaking"), ("worth", "register.valuation")],
    )
    assert list(found.values()) == [Held.THERE, Held.BROKEN, Held.MISSING, Held.LATER]
    assert kept(shown=[("harm", "evidence.loss")])["harm/evidence.loss"] is Held.THERE
    elsewhere = kept(shown=[("worth", "register.scope")])
    assert elsewhere["secrecy/register.scope"] is Held.MISSING, "it serves another element"


def test_what_is_found_for_a_person_waits_for_a_suspect_also_in_an_element_of_every_day() -> None:
    text = ONLY_A_CASE.replace('"case"', '"always"').replace('of = "secret"', 'of = "person"')
    claim = read_claim(text, file="test.toml")
    (line,) = plan_lines(claim, ["harm/evidence.loss"], tier="a", shown=[], gaps=[])
    assert line.kept is Held.LATER


def test_only_what_is_planned_is_listed_and_in_the_order_of_the_law() -> None:
    lines = plan_lines(CLAIM, [ALL[2], ALL[0], "gone/source"], tier="a", shown=[], gaps=[])
    assert [line.code for line in lines] == [ALL[0], ALL[2]]


def test_percent_weighs_by_priority_halves_what_is_broken_and_leaves_cases_out() -> None:
    def percent(shown: list[tuple[str, str]], gaps: list[tuple[str, str]]) -> int:
        return percent_proven(plan_lines(CLAIM, ALL, tier="a", shown=shown, gaps=gaps))

    both = [("secrecy", "register.scope"), ("secrecy", "register.stocktaking")]
    assert percent([], []) == 0
    assert percent(both, []) == 86, "3 + 3 of 7"
    assert percent(both, [("secrecy", "register.stocktaking")]) == 64, "3 + 1.5 of 7"
    assert percent([*both, ("worth", "register.valuation")], []) == 100
    assert percent_proven([]) == 0


@given(
    shown=st.sets(st.sampled_from([tuple(code.split("/")) for code in ALL])),
    broken=st.sets(st.sampled_from([tuple(code.split("/")) for code in ALL])),
)
def test_percent_never_rises_with_a_gap_nor_leaves_its_scale(shown, broken) -> None:
    whole = percent_proven(plan_lines(CLAIM, ALL, tier="a", shown=shown, gaps=[]))
    holed = percent_proven(plan_lines(CLAIM, ALL, tier="a", shown=shown, gaps=broken))
    assert 0 <= holed <= whole <= 100


@pytest.mark.parametrize(
    ("amount", "currency", "units", "words"),
    [
        ("1200000", Currency.JPY, 1_200_000, "1,200,000 JPY"),
        ("1200.50", Currency.USD, 120_050, "1,200.50 USD"),
        ("0", Currency.EUR, 0, "0.00 EUR"),
        ("999999999999999", Currency.CNY, 99_999_999_999_999_900, "999,999,999,999,999.00 CNY"),
    ],
)
def test_amounts_are_whole_yen_and_cents_and_are_written_in_full(amount, currency, units, words) -> None:
    assert smallest(Decimal(amount), currency) == units
    assert written(units, currency) == words


@pytest.mark.parametrize(("amount", "currency"), [("0.5", Currency.JPY), ("1.005", Currency.USD)])
def test_money_is_never_rounded(amount: str, currency: Currency) -> None:
    with pytest.raises(ValueError, match=amount):
        smallest(Decimal(amount), currency)


def test_routes_of_one_loss_stand_beside_each_other_and_currencies_apart() -> None:
    """Unfair Competition Prevention Act, art. 5(1)–(3) are alternatives; development and inquiry are actual loss."""
    found = sums([
        (Item.LOST_SALES, 5, Currency.JPY),
        (Item.INFRINGER_PROFIT, 7, Currency.JPY),
        (Item.LICENCE_VALUE, 9, Currency.JPY),
        (Item.LICENCE_VALUE, 1, Currency.USD),
        (Item.DEVELOPMENT_COST, 2, Currency.JPY),
        (Item.INVESTIGATION_COST, 3, Currency.JPY),
    ])  # fmt: skip
    assert found == {
        Route.LOST_SALES: {Currency.JPY: 5},
        Route.PROFIT: {Currency.JPY: 7},
        Route.LICENCE: {Currency.JPY: 9, Currency.USD: 1},
        Route.ACTUAL: {Currency.JPY: 5},
    }
    assert sums([]) == {route: {} for route in Route}
