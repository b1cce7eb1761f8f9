"""Every change of a case: begun, joined, widened, and each step that a person takes with a reason."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person
from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import Refused, act
from kuramori.watch.models import Alert, AlertComment, Case, CaseAlert, CaseStateChoice, CaseStep, StateChoice
from kuramori.watch.numbering import drawn
from kuramori.watch.rules.alerts import SETTLED as SETTLED_ALERT
from kuramori.watch.rules.alerts import WEIGHT
from kuramori.watch.rules.cases import ALERT_FOLLOWS, SETTLED, UNSETTLED, CaseState, due_by, joins, next_states


def cases_gather(*, today: date, by: Actor = SYSTEM) -> list[Case]:
    """Put every alert that is in no case yet into one, an act each, and bring cases whose alerts went on up to date.

    An alert joins the unsettled case of the same person and way out, else begins one. What is only for the record, and
    what was settled before there were cases, begins none. Again with nothing new, nothing changes.
    """
    waiting = Alert.objects.filter(retired_at=None, membership=None).exclude(state__in=SETTLED_ALERT)
    found = [_join(alert, today, by) for alert in waiting.exclude(severity="note").order_by("since", "id")]
    went_on = Case.objects.filter(state__in=UNSETTLED, members__alert__updated_at__gte=F("updated_at")).distinct()
    for case in went_on.order_by("id"):
        if _span(case, _alerts_of(case)):
            with act("watch.case.widen", by=by, subjects=[case]):
                case.save()
    return found


def _join(alert: Alert, today: date, by: Actor) -> Case:
    case = _unsettled_case(alert.person_id, alert.channels)
    with act("watch.case.join" if case else "watch.case.open", by=by, subjects=[alert]) as this:
        case = case or case_begin(alert=alert, today=today, by=by)
        CaseAlert(case=case, alert=alert).save()
        _span(case, [alert])
        case.save()
        this.about(case)
    return case


def case_begin(*, alert: Alert, today: date, by: Actor) -> Case:
    """Begin a case with an alert's values, kept or not; it follows the same person's latest settled one."""
    values = {name: getattr(alert, name) for name in ("person_id", "unit_id", "since", "until", "severity", "score")}
    with act("watch.case.open", by=by) as this:
        case = Case(
            number=next(drawn(Case, "C", today.year)),
            channels=sorted(alert.channels),
            due_on=due_by(today, alert.severity),
            follows=_settled_before(alert),
            **values,
        )
        case.save()
        this.about(case)
    return case


def case_report(*, found: Alert, today: date, by: Actor) -> Case:
    """Put what others found into the unsettled case to which it belongs, else begin one; `found` is kept nowhere.

    It joins as an alert of ours would: by the same person and way out, so that one question is answered once (DET-15).
    """
    case = _unsettled_case(found.person_id, found.channels)
    if case is None:
        return case_begin(alert=found, today=today, by=by)
    with act("watch.case.widen", by=by, subjects=[case]):
        if _span(case, [found]):
            case.save()
    return case


def _unsettled_case(person_id: UUID, channels: Sequence[str]) -> Case | None:
    """Return the person's oldest unsettled case to which these ways out belong."""
    unsettled = Case.objects.filter(person=person_id, state__in=UNSETTLED, retired_at=None).order_by("id")
    return next((case for case in unsettled if joins(case.channels, channels)), None)


def _settled_before(alert: Alert) -> Case | None:
    settled = Case.objects.filter(person=alert.person_id, state__in=SETTLED).order_by("-until", "-id")
    return next((case for case in settled if joins(case.channels, alert.channels)), None)


def _alerts_of(case: Case) -> list[Alert]:
    return list(Alert.objects.filter(membership__case=case).order_by("since", "id"))


def _span(case: Case, alerts: Iterable[Alert]) -> bool:
    """Let a case reach over alerts and say whether that changed it; it never shrinks, for what was found was found."""
    names = ("since", "until", "score", "severity", "channels")
    before = [getattr(case, name) for name in names]
    for alert in alerts:
        case.since, case.until = min(case.since, alert.since), max(case.until, alert.until)
        case.score = max(case.score, alert.score)
        case.severity = max(case.severity, alert.severity, key=WEIGHT.__getitem__)
        case.channels = sorted({*case.channels, *alert.channels})
    return [getattr(case, name) for name in names] != before


def case_step(
    *,
    case: Case,
    state: CaseState,
    reason: str,
    assignee: Person | None,
    due_on: date,
    author: Person | None,
    by: Actor,
) -> Case:
    """Move a case on, or only write a note on it; its unsettled alerts follow.

    Raises Refused without a reason, for a state that does not follow, for the person concerned, and for taking a
    settled case up again while another one is open on the same ways out.
    """
    before = CaseState(case.state)
    if not reason.strip():
        raise Refused(_("A step needs a word on why."), _("Write one sentence: what you found out, what you decided."))
    if state not in {before, *next_states(before)}:
        raise Refused(_("This state does not follow."), _("A settled case is taken up again first, by “in review”."))
    if {case.person_id} & {by.id, author.pk if author else None, assignee.pk if assignee else None}:
        raise Refused(_("Nobody works on his own case."), _("Choose somebody else."))
    if before in SETTLED and state != before:
        _refuse_second(case)
    with act(_verb(before, state), by=by, why=reason, subjects=[case]) as this:
        this.note("before", str(before), in_clear=True)
        this.note("after", str(state), in_clear=True)
        case.state, case.assignee, case.due_on = CaseStateChoice(state), assignee, due_on
        case.save()
        text, after = reason.strip(), CaseStateChoice(state)
        CaseStep(case=case, author=author, text=text, before=CaseStateChoice(before), state=after).save()
        if state != before and state in ALERT_FOLLOWS:
            _take_along(case, StateChoice(ALERT_FOLLOWS[state]), text, author)
    return case


def _verb(before: CaseState, after: CaseState) -> str:
    if before == after:
        return "watch.case.note"
    return "watch.case.reopen" if before in SETTLED else "watch.case.step"


def _refuse_second(case: Case) -> None:
    other = _unsettled_case(case.person_id, case.channels)
    if other is not None:
        raise Refused(
            _("%(number)s is open on the same person and way out.") % {"number": other.number},
            _("Go on there: it shows this case as the earlier one."),
        )


def _take_along(case: Case, state: StateChoice, text: str, author: Person | None) -> None:
    """Give the case's unsettled alerts the state that follows, with the same words and the same hands."""
    for alert in Alert.objects.filter(~Q(state__in=SETTLED_ALERT), membership__case=case).order_by("id"):
        alert.state, alert.assignee = state, case.assignee
        alert.save()
        AlertComment(alert=alert, author=author, text=text, state=state).save()
