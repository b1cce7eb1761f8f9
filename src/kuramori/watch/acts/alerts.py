"""Every change of an alert: found, looked at, and assigned."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person
from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.records import record_many
from kuramori.watch.models import Alert, AlertComment, AlertSecret, Queue, StateChoice
from kuramori.watch.numbering import drawn
from kuramori.watch.rules.alerts import SETTLED, State, opens_again

EVALUATED = "watch.detection.run"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A finding ready to be kept: `reasons` is JSON text, `secrets` maps a secret's id to its documents touched."""

    key: str
    person_id: UUID
    unit_id: UUID | None
    since: date
    until: date
    as_of: date
    queue: str
    severity: str
    score: Decimal
    channels: tuple[str, ...]
    reasons: str
    secrets: dict[UUID, int]


def alerts_keep(
    *, findings: Sequence[Found], as_of: date, by: Actor = SYSTEM, why: str = "", verb: str = EVALUATED
) -> list[Alert]:
    """Keep what was found as one act, one alert per person and window; return the alerts of the findings in order.

    The same findings once more change nothing and write no entry.
    """
    plans = _plans(findings)
    if not any(plan.is_news for plan in plans):
        return [plan.alert for plan in plans]
    with act(verb, by=by, why=why) as this:
        this.note("as_of", as_of.isoformat(), in_clear=True)
        # how many would tell whoever sees all alerts but those about himself (H3)
        this.note("new", sum(plan.is_new for plan in plans))
        this.note("changed", sum(plan.is_news and not plan.is_new for plan in plans))
        new_numbers = drawn(Alert, "A", as_of.year)
        for plan in plans:
            if plan.is_new:
                plan.alert.number = next(new_numbers)
            plan.alert.save()
            _keep_secrets(plan.alert, plan.found.secrets)
    return [plan.alert for plan in plans]


@dataclass(kw_only=True)
class _Plan:
    found: Found
    alert: Alert
    is_new: bool
    is_news: bool


def _plans(findings: Sequence[Found]) -> list[_Plan]:
    """Return a plan for each finding; no alert goes on with two of them, for the second would overwrite the first."""
    known = {alert.key: alert for alert in Alert.objects.filter(key__in=[found.key for found in findings])}
    taken, plans = {alert.pk for alert in known.values()}, []
    for found in findings:
        plans.append(_plan(found, known.get(found.key) or _overlapping(found, taken)))
        taken.add(plans[-1].alert.pk)
    return plans


def _plan(found: Found, alert: Alert | None) -> _Plan:
    """Set a finding's values in the alert that it belongs to, or begin one; nothing is saved."""
    values: dict[str, Any] = {
        "since": found.since,
        "until": found.until,
        "queue": found.queue,
        "severity": found.severity,
        "score": found.score,
        "channels": list(found.channels),
        "reasons": found.reasons,
        "unit_id": found.unit_id,
    }
    if alert is None:
        alert = Alert(key=found.key, person_id=found.person_id, as_of=found.as_of, **values)
        return _Plan(found=found, alert=alert, is_new=True, is_news=True)
    known = dict(AlertSecret.objects.filter(alert=alert).values_list("secret_id", "documents"))
    is_news = any(getattr(alert, name) != value for name, value in values.items()) or known != found.secrets
    if is_news:
        weighs_more = opens_again(State(alert.state), before=alert.severity, after=found.severity)
        if weighs_more or (found.queue == Queue.HARD_RULE and alert.state in SETTLED):  # the same deed once more
            values["state"] = StateChoice.NEW
        for name, value in (values | {"as_of": found.as_of}).items():
            setattr(alert, name, value)
    return _Plan(found=found, alert=alert, is_new=False, is_news=is_news)


def _overlapping(found: Found, taken: Collection[UUID]) -> Alert | None:
    """Return the same person's open alert whose window meets this one: a story that goes on is one alert.

    A hard rule speaks of one day's deeds: its alert goes on with its own key only, and no evaluation takes it over.
    """
    if found.queue == Queue.HARD_RULE:
        return None
    open_ones = Alert.objects.filter(person=found.person_id, retired_at=None).exclude(state__in=SETTLED)
    open_ones = open_ones.exclude(queue=Queue.HARD_RULE)
    meeting = open_ones.filter(since__lte=found.until, until__gte=found.since).exclude(pk__in=taken)
    return meeting.order_by("since", "id").first()


def _keep_secrets(alert: Alert, secrets: dict[UUID, int]) -> None:
    known = {row.secret_id: row for row in AlertSecret.objects.filter(alert=alert)}
    record_many(
        AlertSecret(alert=alert, secret_id=secret, documents=count)
        for secret, count in secrets.items()
        if secret not in known
    )
    for secret, row in known.items():
        row.documents = secrets.get(secret, 0)
        row.save()


def alert_review(
    *, alert: Alert, state: State, comment: str, assignee: Person | None, author: Person | None, by: Actor
) -> Alert:
    """Move an alert to a state, or only comment on it, and say who goes on with it.

    Raises Refused without a comment, and for `new`: only detection makes an alert new.
    """
    if not comment.strip():
        raise Refused(_("A step needs a word on why."), _("Write one sentence: what you found out, what you decided."))
    if state is State.NEW and alert.state != State.NEW:
        raise Refused(_("Only detection makes an alert new."), _("Choose “in review” to take it up again."))
    with act("watch.alert.review", by=by, why=comment, subjects=[alert]) as this:
        this.note("before", alert.state, in_clear=True)
        this.note("after", str(state), in_clear=True)
        alert.state, alert.assignee = StateChoice(state), assignee
        alert.save()
        AlertComment(alert=alert, author=author, text=comment.strip(), state=StateChoice(state)).save()
    return alert
