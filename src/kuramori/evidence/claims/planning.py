"""The evidence plan: what is kept before anything happens, how urgently, and how much of it stands (EVD-01)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from kuramori.evidence.claims.reading import Claim, Proof, Requirement, Stage

WORTH = {"direct": 3, "testimony": 2, "circumstantial": 1}
FIRST, SECOND = 3.0, 1.5


class Held(StrEnum):
    """How a planned proof stands: there, there with a gap (old, a silent log), not there, only once it happens."""

    THERE = "there"
    BROKEN = "broken"
    MISSING = "missing"
    LATER = "later"


class Priority(IntEnum):
    """What to secure first; the figure is its weight in the percentage."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True, kw_only=True)
class Line:
    """One planned proof of one element and how it stands."""

    requirement: Requirement
    proof: Proof
    priority: Priority
    kept: Held

    @property
    def code(self) -> str:
        """Return what a plan keeps of it: "secrecy_management/register.scope"."""
        return f"{self.requirement.code}/{self.proof.source}"


def default_proofs(claim: Claim, *, tier: str) -> list[str]:
    """Propose what to keep for a secret of tier "a" or "b": the heavy tier keeps what the light one keeps, and more."""
    return [f"{each.code}/{proof.source}" for each, proof in _proofs(claim) if tier == "a" or proof.tier == "b"]


def priority_of(proof: Proof, *, tier: str) -> Priority:
    """Weigh a proof: what proves directly and costs little comes first, and more so for a secret of tier "a"."""
    worth = WORTH[proof.kind] * (2 if tier == "a" else 1) / proof.cost
    return Priority.HIGH if worth >= FIRST else Priority.MEDIUM if worth >= SECOND else Priority.LOW


def plan_lines(
    claim: Claim,
    planned: Collection[str],
    *,
    tier: str,
    shown: Iterable[tuple[str, str]],
    gaps: Iterable[tuple[str, str]],
) -> list[Line]:
    """Return the planned proofs in the claim's order; `shown` and `gaps` are (element, source) of the exhibits."""
    there, broken = set(shown), set(gaps)
    return [
        Line(
            requirement=each,
            proof=proof,
            priority=priority_of(proof, tier=tier),
            kept=_kept(each, proof, there, broken),
        )
        for each, proof in _proofs(claim)
        if f"{each.code}/{proof.source}" in planned
    ]


def percent_proven(lines: Iterable[Line]) -> int:
    """Return how much of the plan stands, by priority; a proof with a gap counts half, one of a case is not counted."""
    due = [line for line in lines if line.kept is not Held.LATER]
    whole = sum(line.priority for line in due)
    counts = {Held.THERE: 1.0, Held.BROKEN: 0.5, Held.MISSING: 0.0}
    return round(100 * sum(line.priority * counts[line.kept] for line in due) / whole) if whole else 0


def _proofs(claim: Claim) -> Iterator[tuple[Requirement, Proof]]:
    return ((each, proof) for each in claim.requirements for proof in each.proofs)


def _kept(
    asked: Requirement, proof: Proof, shown: Collection[tuple[str, str]], gaps: Collection[tuple[str, str]]
) -> Held:
    found = {(element, proof.source) for element in asked.takes}
    if found.isdisjoint(shown):
        return Held.LATER if asked.stage is Stage.CASE or proof.of == "person" else Held.MISSING
    return Held.THERE if found.isdisjoint(gaps) else Held.BROKEN
