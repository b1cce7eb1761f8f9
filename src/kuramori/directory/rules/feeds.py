"""What a whole HR feed must hold to be believed: no circles of bosses, and not half of the company gone."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

STOP_ABOVE = Fraction(5, 100)


def too_many_end(*, active: int, ending: int) -> bool:
    """Say whether a feed would end more than 5 % of the people who are active now; it then waits for approval."""
    return active > 0 and Fraction(ending, active) > STOP_ABOVE


def cycles(above: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return every circle in a mapping from each to the one above (boss, parent unit), each once, in its own order.

    A circle starts with its smallest member, so that the same file always gives the same report. Linear time.
    """
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in sorted(above):
        way: dict[str, int] = {}
        at = start
        while at in above and at not in done and at not in way:
            way[at] = len(way)
            at = above[at]
        if at in way:
            circle = list(way)[way[at] :]
            turn = circle.index(min(circle))
            found.append((*circle[turn:], *circle[:turn]))
        done.update(way)  # |= with a view would copy the set each time
    return found


def chain_above(code: str, above: Mapping[str, str]) -> list[str]:
    """Return the codes above one, nearest first; stops at a circle."""
    chain: list[str] = []
    at = above.get(code)
    while at is not None and at not in chain and at != code:
        chain.append(at)
        at = above.get(at)
    return chain


def parents_first(codes: Collection[str], above: Mapping[str, str]) -> Sequence[str]:
    """Return the codes so that each stands after the one above it."""
    return sorted(codes, key=lambda code: (len(chain_above(code, above)), code))
