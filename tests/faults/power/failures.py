"""A failing disk: each kind of work meets EIO at a random call, is refused in words, and goes on (L6)."""

import random
from collections.abc import Iterator, Sequence
from time import monotonic

from tests.faults.power.campaign import KINDS, Ground, Point
from tests.faults.power.disk import loaded, written
from tests.faults.power.failing import GROUPS, MANY

WHAT = "EIO"
WORDS = "storage of the ledger is full or cannot be written"
STAYS_BROKEN = 3  # of so many points one has a disk that fails until the process has ended


def failures(ground: Ground, _kind: str, numbers: Sequence[int], seed: int) -> Iterator[Point]:
    """Let the disk fail at a random call, so many times: kinds of work and groups of calls in turn."""
    for number in numbers:
        kind, group = KINDS[number % len(KINDS)], sorted(GROUPS)[number // len(KINDS) % len(GROUPS)]
        chance = random.Random(f"{seed} {WHAT} {number}")  # noqa: S311  (moments, not keys)
        count = MANY if number % STAYS_BROKEN == STAYS_BROKEN - 1 else 1
        yield failure(ground, kind, group, count, chance, number=number)


def failure(ground: Ground, kind: str, group: str, count: int, chance: random.Random, *, number: int = 0) -> Point:
    """Count the calls of a group that the work asks for, then let one of the first half of them fail, and judge."""
    began = monotonic()
    calls, _said = _work(ground, kind, group, 0, 0)
    first = chance.randrange(max(1, calls // 2))
    _seen, said = _work(ground, kind, group, first, count)
    findings = list(_unclear(said, is_once=count == 1))
    failed = {line.split(" ")[1] for line in said if line.startswith("failed ")}
    told = [line for line in said if line.split(" ")[0] in {"act", "head", "due", "token", "asked", "made"}]
    findings += ground.judge(
        [line for line in told if not (line.startswith("asked ") and line.split(" ")[2] in failed)]
    )
    manner = f"{kind}, {group} fails {'once' if count == 1 else 'from then on'}"
    return Point(
        kind=WHAT, number=number, manner=manner, cut=first, calls=calls, at=group, said=len(told), findings=findings,
        seconds=monotonic() - began,
    )  # fmt: skip


def _work(ground: Ground, kind: str, group: str, first: int, count: int) -> tuple[int, list[str]]:
    """Do the work twice on a fresh disk; return how many calls of the group it asked for, and what it said."""
    written(loaded(ground.base), ground.ground)
    file = ground.folder / "seen"
    work = ground.smithy.run("failing", file, group, first, count, kind)
    return int(file.read_text()), work.said


def _unclear(said: Sequence[str], *, is_once: bool) -> Iterator[str]:
    """Yield what was not told in words, and refusals although the disk was well again."""
    for line in said:
        word, _space, rest = line.partition(" ")
        if word == "raised" or (word in {"refused", "failed"} and WORDS not in rest):
            yield f"unclear: {rest}"
        if word == "refused" and is_once and rest.startswith("1100 "):
            yield f"stuck: the disk was well again, and still: {rest}"
