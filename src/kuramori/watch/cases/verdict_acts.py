"""Decisions on a kind of reason: written with a reason and an end, withdrawn with a reason."""

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.watch.models import Alert, EffectChoice, Verdict
from kuramori.watch.numbering import drawn
from kuramori.watch.rules.verdicts import LONGEST, SPEAKING, Effect


def verdict_add(
    *,
    alert: Alert,
    codes: list[str],
    effect: Effect,
    for_unit: bool,
    today: date,
    days: int,
    reason: str,
    by: Actor,
) -> list[Verdict]:
    """Decide on kinds of reason of an alert, for its person or for his unit, from today for so many days.

    Raises Refused without a reason, for a kind that the alert does not give, beyond 180 days, by the person
    concerned, and for a unit when the alert knows none.
    """
    if not reason.strip():
        raise Refused(_("A decision needs a reason."), _("Write what was found out, and who confirmed it."))
    if by.id == alert.person_id:
        raise Refused(_("Nobody decides on his own alert."), _("Let somebody else do it."))
    if not codes or not set(codes) <= set(SPEAKING) & {told["code"] for told in alert.told}:
        raise Refused(_("The alert does not give this reason."), _("Choose one of its reasons."))
    if not 0 < days <= LONGEST.days:
        raise Refused(_("A decision holds for 180 days at most."), _("Decide anew when it has run out."))
    if for_unit and alert.unit_id is None:
        raise Refused(_("The unit of this alert is not known."), _("Decide for the person alone."))
    with act("watch.verdict.add", by=by, why=reason, subjects=[alert]) as this:
        this.note("effect", str(effect), in_clear=True)
        names, made = drawn(Verdict, "D", today.year), []
        for code in dict.fromkeys(codes):
            verdict = Verdict(
                number=next(names),
                alert=alert,
                code=code,
                effect=EffectChoice(effect),
                person_id=None if for_unit else alert.person_id,
                unit_id=alert.unit_id if for_unit else None,
                reason=reason.strip(),
                valid_from=today,
                valid_to=today + timedelta(days=days - 1),
            )
            verdict.save()
            this.about(verdict)
            made.append(verdict)
    return made


def verdict_retire(*, verdict: Verdict, by: Actor, why: str) -> Verdict:
    """Withdraw a decision: from the next evaluation on it moves no score. The person concerned cannot."""
    if by.id == verdict.alert.person_id:
        raise Refused(_("Nobody decides on his own alert."), _("Let somebody else do it."))
    with act("watch.verdict.retire", by=by, why=why, subjects=[verdict]):
        verdict.retire()
    return verdict
