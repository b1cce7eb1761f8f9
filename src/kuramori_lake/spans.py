"""Ranges of days that overlap, made disjoint: on any day the best one holds, so that a join never doubles a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Span:
    """What holds from `since` to `until`, both included."""

    since: date
    until: date
    row: dict[str, Any]


def disjoint(ranked: Sequence[tuple[int, dict[str, Any]]]) -> list[Span]:
    """Spans out of rows with `since` and `until`: on each day the highest rank, among equals the latest `since`."""
    if len(ranked) <= 1:
        return [
            Span(since=row["since"], until=row["until"], row=row) for _, row in ranked if row["since"] <= row["until"]
        ]
    starts = {row["since"] for _, row in ranked} | {_after(row["until"]) for _, row in ranked}
    edges = sorted(starts)
    found: list[Span] = []
    for since, following in zip(edges, [*edges[1:], None], strict=True):
        holding = [
            (rank, row["since"], at) for at, (rank, row) in enumerate(ranked) if row["since"] <= since <= row["until"]
        ]
        if not holding or following is None:
            continue
        best = ranked[max(holding)[2]][1]
        until = best["until"] if following == date.max else following - timedelta(days=1)
        if found and found[-1].row is best and _after(found[-1].until) == since:
            found[-1] = Span(since=found[-1].since, until=until, row=best)
        else:
            found.append(Span(since=since, until=until, row=best))
    return found


def _after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)
