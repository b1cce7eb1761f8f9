"""Every write of a case about a secret. The secret is no subject of these acts: its history is read by suspects too."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.timezone import now

from kuramori.directory.api import Person
from kuramori.evidence.models import Bundle, Drill, EvidencePlan, Loss, OpenedTimeline, Statement
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Subject, act
from kuramori.kernel.turns import alone

OPENED_FOR = timedelta(hours=24)
"""As long as watch shows a name for a reason."""


def statement_add(*, about: Subject, recorded_by: Person | None, by: Actor, why: str = "", **values: Any) -> Statement:
    """Record what somebody said or a document shows for an element (EVD-07); `recorded_by` None for the system."""
    statement = Statement(subject_kind=about.kind, subject_id=about.id, recorded_by=recorded_by, **values)
    with act("evidence.statement.add", by=by, why=why, subjects=[statement]):
        statement.full_clean(exclude=["id", "recorded_by"])
        statement.save()
    return statement


def statement_retire(*, statement: Statement, by: Actor, why: str) -> Statement:
    """Take a statement back; it stays in the ledger, and counts for nothing from now on."""
    with act("evidence.statement.retire", by=by, why=why, subjects=[statement]):
        statement.retire()
    return statement


def loss_add(*, about: Subject, by: Actor, why: str = "", **values: Any) -> Loss:
    """Enter a line of the damage worksheet; `amount` in the currency's smallest unit (EVD-05)."""
    loss = Loss(subject_kind=about.kind, subject_id=about.id, **values)
    with act("evidence.loss.add", by=by, why=why, subjects=[loss]):
        loss.full_clean(exclude=["id"])
        loss.save()
    return loss


def loss_retire(*, loss: Loss, by: Actor, why: str) -> Loss:
    """Take a line off the worksheet; what was claimed once stays readable in the ledger."""
    with act("evidence.loss.retire", by=by, why=why, subjects=[loss]):
        loss.retire()
    return loss


def plan_set(*, about: Subject, claim: str, proofs: Sequence[str], by: Actor, why: str = "") -> EvidencePlan:
    """Say what is to be kept for a secret and a claim; what was proposed counts only until then (EVD-01)."""
    with act("evidence.plan.set", by=by, why=why, subjects=[about]) as this:
        alone(f"evidence plan of {about.id} {claim}")
        plan = EvidencePlan.objects.filter(subject_id=about.id, claim=claim).first()
        plan = plan or EvidencePlan(subject_kind=about.kind, subject_id=about.id, claim=claim)
        plan.proofs = sorted(proofs)
        plan.save()
        this.about(plan)
        this.note("proofs", len(plan.proofs), in_clear=True)
    return plan


def drill_keep(
    *, about: Subject, bundle: Bundle, milliseconds: int, percent: int, missing: Sequence[str], by: Actor
) -> Drill:
    """Keep how a readiness drill ended (EVD-12)."""
    drill = Drill(
        subject_kind=about.kind,
        subject_id=about.id,
        bundle=bundle,
        milliseconds=milliseconds,
        percent=percent,
        missing=list(missing),
    )
    with act("evidence.drill.run", by=by, subjects=[drill, about]) as this:
        drill.save()
        this.note("seconds", round(milliseconds / 1000), in_clear=True)
        this.note("percent", percent, in_clear=True)
    return drill


def timeline_open(
    *, person: Person, secret_id: UUID | None, opened_by: Person, noticed_on: date | None, by: Actor, why: str
) -> OpenedTimeline:
    """Open a person's recognition timeline to one viewer for a day; reason, viewer and person stand in the ledger."""
    opened = OpenedTimeline(
        person=person,
        secret_id=secret_id,
        by=opened_by,
        reason=why,
        noticed_on=noticed_on,
        expires_at=now() + OPENED_FOR,
    )
    with act("evidence.timeline.open", by=by, why=why, subjects=[opened]):
        opened.save()
    return opened
