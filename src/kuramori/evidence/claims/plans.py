"""The evidence plan of a secret as it stands, and the readiness drill that puts it to the test (EVD-01, EVD-12)."""

import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kuramori.evidence.bundles.asking import SECRET, write_bundle
from kuramori.evidence.claims.acts import drill_keep
from kuramori.evidence.claims.known import DEFAULT, known_claims
from kuramori.evidence.claims.matrix import exhibits_of
from kuramori.evidence.claims.planning import Held, Line, default_proofs, percent_proven, plan_lines
from kuramori.evidence.claims.queries import plan_of
from kuramori.evidence.claims.reading import Claim
from kuramori.evidence.models import Drill
from kuramori.kernel.acts import Subject
from kuramori.kernel.permissions import Viewer


@dataclass(frozen=True, kw_only=True)
class PlanStanding:
    """A plan as it stands: its lines in the claim's order; `is_decided` is False while only the proposal counts."""

    claim: Claim
    lines: tuple[Line, ...]
    is_decided: bool

    @property
    def percent(self) -> int:
        """Return how much of it stands, weighed by priority."""
        return percent_proven(self.lines)

    @property
    def gaps(self) -> list[Line]:
        """Return what is missing or broken, the most urgent first."""
        lacking = [line for line in self.lines if line.kept in {Held.MISSING, Held.BROKEN}]
        return sorted(lacking, key=lambda line: -line.priority)


def plan_standing(subject: Subject, viewer: Viewer, *, tier: str, today: date, claim: str = DEFAULT) -> PlanStanding:
    """Return what is planned for a secret of tier "a" or "b" and how it stands; without a decision, the proposal."""
    chosen = known_claims().named(claim)
    decided = plan_of(viewer, subject.id, chosen.code)
    found = exhibits_of(subject, viewer, today)
    lines = plan_lines(
        chosen,
        decided.proofs if decided else default_proofs(chosen, tier=tier),
        tier=tier,
        shown=[(each.element, each.source) for each in found if not each.is_gap],
        gaps=[(each.element, each.source) for each in found if each.is_gap],
    )
    return PlanStanding(claim=chosen, lines=tuple(lines), is_decided=decided is not None)


def drill(subject: Subject, viewer: Viewer, *, tier: str) -> Drill:
    """Pretend a leak: make the bundle of a secret on trial, throw it away, keep how long it took and what it lacked."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        made = write_bundle(
            viewer, kind=SECRET, subject=subject, out=Path(folder) / "drill", why=_("Readiness drill (EVD-12)")
        )
    milliseconds = round((time.monotonic() - started) * 1000)
    standing = plan_standing(subject, viewer, tier=tier, today=localdate(timezone=viewer.zone))
    language = get_language() or "ja"
    return drill_keep(
        about=subject,
        bundle=made.bundle,
        milliseconds=milliseconds,
        percent=standing.percent,
        missing=[line.proof.title.of(language) for line in standing.gaps],
        by=viewer.actor,
    )
