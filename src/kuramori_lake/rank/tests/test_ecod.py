"""ECOD against numbers worked out by hand, and what holds of it for any table."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.rank.ecod import tails

WHOLE = st.integers(min_value=-1_000, max_value=1_000)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(WHOLE, min_size=width, max_size=width), min_size=1, max_size=12)
).map(lambda rows: np.array(rows, dtype=float))  # fmt: skip


def test_shares_are_counted_by_hand_with_ties_and_oneself():
    found = tails(np.array([[1.0], [2.0], [2.0], [9.0]]))
    assert found.left[:, 0].tolist() == [0.25, 0.75, 0.75, 1]
    assert found.right[:, 0].tolist() == [1, 0.75, 0.75, 0.25]
    assert found.leans.tolist() == [False]


def test_score_is_the_largest_of_three_sums_worked_out_by_hand():
    """Column one has its long tail to the right, column two to the left; the last row lies far out in both."""
    found = tails(np.array([[1.0, 9], [2, 8], [3, 8], [20, -20]]))
    assert found.leans.tolist() == [False, True]
    right = [log(4), log(4 / 3) + log(4 / 3), log(4 / 2) + log(4 / 3), log(4)]
    both = [0, log(4 / 3) + log(4 / 3), log(2) + log(4 / 3), 2 * log(4)]
    left = [log(4), log(4 / 2) + log(4 / 3), log(4 / 3) + log(4 / 3), log(4)]
    # right: of 9 there is one as large, of 8 three, of -20 four
    assert np.allclose(found.sums, [right, both, left])
    assert np.allclose(found.scores, np.maximum(np.maximum(right, both), left))
    assert found.scores.argmax() == 3


def test_each_side_says_which_columns_are_of_the_left():
    found = tails(np.array([[1.0, 9], [2, 8], [3, 8], [20, -20]]))
    assert [is_left.tolist() for _, is_left in found.sides] == [[False, False], [False, True], [True, True]]
    assert found.sides[1][0][3].tolist() == [0.25, 0.25]


def test_column_without_a_longer_tail_looks_to_the_right():
    """The paper's choice where the skewness is 0; an even column, whatever rounding makes of its mean."""
    assert not tails(np.array([[0.1], [0.2], [0.3]])).leans[0]
    assert not tails(np.array([[-1e9], [0.0], [1e9]])).leans[0]


@pytest.mark.parametrize(
    "rows",
    [np.empty((0, 3)), np.array([1.0, 2.0]), np.array([[1.0, np.nan]]), np.array([[np.inf]])],
    ids=["no rows", "no table", "a gap", "endless"],
)
def test_what_is_no_table_of_numbers_is_refused(rows):
    with pytest.raises(ValueError, match="not a table of finite numbers"):
        tails(rows)


def test_one_row_alone_is_like_everybody():
    assert tails(np.array([[5.0, 7.0]])).scores.tolist() == [0]


@given(TABLES)
def test_shares_are_never_nothing_and_never_more_than_all(rows):
    found = tails(rows)
    for shares in (found.left, found.right):
        assert (shares >= 1 / len(rows)).all()
        assert (shares <= 1).all()
    assert (found.left + found.right >= 1 + 1 / len(rows) - 1e-12).all()
    assert (found.scores >= 0).all()


@given(TABLES)
def test_tails_do_not_change_with_a_feature_that_is_stretched_in_order(rows):
    """Logarithms, squares, ranks: whatever keeps the order keeps the shares, and with them two of the three sums."""
    found, stretched = tails(rows), tails(np.cbrt(rows) + rows**3 / 7)
    assert (found.left == stretched.left).all()
    assert (found.right == stretched.right).all()
    assert np.allclose(found.sums[[0, 2]], stretched.sums[[0, 2]])


@given(TABLES, st.integers(1, 50), WHOLE)
def test_unit_and_zero_of_a_feature_do_not_matter(rows, times, more):
    """Bytes or kilobytes: the longer tail stays on its side, so the whole score is the same."""
    assert (tails(rows).scores == tails(rows * times + more).scores).all()


@given(TABLES)
def test_mirror_image_changes_the_sides(rows):
    found, mirrored = tails(rows), tails(-rows)
    assert (found.left == mirrored.right).all()
    assert (found.right == mirrored.left).all()
    assert not (found.leans & mirrored.leans).any()


@given(TABLES, st.randoms())
def test_order_of_rows_does_not_matter(rows, chance):
    order = list(range(len(rows)))
    chance.shuffle(order)
    assert (tails(rows[order]).scores == tails(rows).scores[order]).all()


@given(TABLES, st.randoms())
def test_order_of_columns_does_not_matter(rows, chance):
    order = list(range(rows.shape[1]))
    chance.shuffle(order)
    assert (tails(rows[:, order]).scores == tails(rows).scores).all()


@given(TABLES, WHOLE)
def test_constant_column_gives_nothing(rows, same):
    wider = np.column_stack([rows, np.full(len(rows), float(same))])
    assert (tails(wider).scores == tails(rows).scores).all()


@given(TABLES)
def test_row_that_is_at_the_top_everywhere_scores_at_least_as_all_right_tails(rows):
    """Nobody who has the most of everything is told as ordinary."""
    top = np.vstack([rows, rows.max(axis=0) + 1])
    found = tails(top)
    assert found.scores[-1] >= round(rows.shape[1] * log(len(top)), 9)
    assert found.scores[-1] == found.scores.max()
