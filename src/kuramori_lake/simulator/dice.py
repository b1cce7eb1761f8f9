"""Seeded chance: every part of the simulated company draws from its own stream.

A stream is named, so that a new draw in one part never shifts the draws of another. Nothing here is meant to be secret.
"""

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

T = TypeVar("T")


def dice(seed: int, *names: object) -> Random:
    """A stream of chance for one named part; the same seed and names give the same draws on every machine."""
    return Random(":".join(map(str, (seed, *names))))  # noqa: S311 - a simulation must be repeatable, not unguessable


def zipf(size: int, exponent: float = 1.0) -> list[float]:
    """Cumulative popularity of `size` documents, the first one most popular; for `Random.choices(cum_weights=)`."""
    return list(accumulate((rank + 2.0) ** -exponent for rank in range(size)))


def heavy(rng: Random, median: float, spread: float = 0.55) -> int:
    """A heavy-tailed count (log-normal) around its median; never negative."""
    return int(median * rng.lognormvariate(0.0, spread) + rng.random())


def some(rng: Random, pool: Sequence[T], count: int) -> list[T]:
    """Up to `count` different members of the pool, in random order."""
    return rng.sample(pool, min(count, len(pool)))
