"""ECOD: how far out a row lies in many columns at once, by the share of rows that lie as far in each (Li et al. 2022).

Z. Li, Y. Zhao, X. Hu, N. Botta, C. Ionescu, G. H. Chen: "ECOD: Unsupervised Outlier Detection Using Empirical
Cumulative Distribution Functions", IEEE TKDE 2022, algorithm 1. No parameter, no chance, no history: each column's
share of rows with as little (left) and with as much (right), the negative logarithms summed over the columns, and of
three sums the largest: all left, all right, and each column on the side of its longer tail. Columns count as if they
were independent of each other, so two numbers of the same deed count twice.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Tails:
    """Of each row and column, the share of rows that lie as far out, the row itself among them: above 0, at most 1."""

    left: Numbers
    """Share of rows with as little or less."""
    right: Numbers
    """Share of rows with as much or more."""
    leans: npt.NDArray[np.bool_]
    """By column: whether its longer tail is the left one (negative skewness)."""

    @property
    def sides(self) -> tuple[tuple[Numbers, npt.NDArray[np.bool_]], ...]:
        """Three choices of a side: the shares, and by column whether they are those of the left."""
        none = np.zeros_like(self.leans)
        return (
            (self.right, none),
            (np.where(self.leans, self.left, self.right), self.leans),
            (self.left, ~none),
        )

    @property
    def sums(self) -> Numbers:
        """The negative logarithms summed over the columns: a line for each of `sides`, a column for each row."""
        return np.stack([-np.log(shares).sum(axis=1) for shares, _ in self.sides])

    @property
    def scores(self) -> Numbers:
        """The largest of the three sums, of each row: 0 and more. Rounded: the order of columns says nothing."""
        return np.asarray(self.sums.max(axis=0).round(9), dtype=np.float64)


def tails(rows: Numbers) -> Tails:
    """The shares of a table of finite numbers: a line for each row, at least one.

    Raises:
        ValueError: no rows, no table, or a number is not finite.
    """
    if rows.ndim != 2 or not len(rows) or not np.isfinite(rows).all():  # noqa: PLR2004  # rows by columns
        raise ValueError("not a table of finite numbers with at least one row")
    many = len(rows)
    left, right = np.empty(rows.shape), np.empty(rows.shape)
    for n, column in enumerate(rows.T):
        ordered = np.sort(column)
        left[:, n] = np.searchsorted(ordered, column, side="right") / many
        right[:, n] = (many - np.searchsorted(ordered, column, side="left")) / many
    return Tails(left=left, right=right, leans=_lean_left(rows))


def _lean_left(rows: Numbers) -> npt.NDArray[np.bool_]:
    """Whether the third central moment is below 0: clearly, so that rounding of an even column decides nothing."""
    off = rows - rows.mean(axis=0)
    widest = np.abs(off).max(axis=0)
    off = off / np.where(widest > 0, widest, 1)
    return np.asarray((off**3).mean(axis=0) < -1e-9, dtype=np.bool_)  # noqa: PLR2004
