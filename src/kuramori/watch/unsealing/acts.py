"""A name shown for a day: alone where the charter allows it, else asked for, decided by a second person (H3, H4).

Each step is an act on the alert, so that the whole trail stands in its history; the person concerned is no subject.
"""

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, viewer_of_system
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.watch.models import Alert, RequestStateChoice, Unsealing, UnsealingRequest
from kuramori.watch.rules.alerts import UNSEALED_FOR
from kuramori.watch.rules.unsealing import WAITS_FOR, RequestState, is_second
from kuramori.watch.unsealing.queries import two_needed


def alert_unseal(*, alert: Alert, person: Person, reason: str, by: Actor) -> Unsealing:
    """Show the name behind an alert to one person for 24 hours; the reason stands in the ledger for good.

    Raises Refused without a reason, and where the charter lets nobody see a name alone.
    """
    if not reason.strip():
        raise Refused(_("A name is shown for a reason only."), _("Write why you have to know who it is."))
    if two_needed(viewer_of_system(), alert, asker=person.pk):
        raise Refused(_("This name is shown only when two agree."), _("Ask for it; a second person decides."))
    with act("watch.alert.unseal", by=by, why=reason, subjects=[alert]):
        unsealing = Unsealing(alert=alert, by=person, reason=reason.strip(), expires_at=now() + UNSEALED_FOR)
        unsealing.save()
    return unsealing


def unsealing_ask(*, alert: Alert, person: Person, reason: str, by: Actor) -> UnsealingRequest:
    """Ask to be shown the name behind an alert; it waits 72 hours for a second person.

    Raises Refused without a reason, while an earlier request of the same person waits, and for the person concerned.
    """
    if not reason.strip():
        raise Refused(_("A name is shown for a reason only."), _("Write why you have to know who it is."))
    if person.pk == alert.person_id:
        raise Refused(_("This person cannot ask for this name."))
    with act("watch.unsealing.ask", by=by, why=reason, subjects=[alert]):
        _take_turns(alert)
        for earlier in UnsealingRequest.objects.filter(alert=alert, by=person, state=RequestState.WAITING):
            if earlier.standing(now()) is RequestState.WAITING:
                raise Refused(
                    _("You have asked for this name already."), _("Wait for the second person, or withdraw it first.")
                )
            earlier.state = RequestStateChoice.LAPSED
            earlier.save()
        asked = UnsealingRequest(alert=alert, by=person, reason=reason.strip(), waits_until=now() + WAITS_FOR)
        asked.save()
    return asked


def unsealing_grant(*, asked: UnsealingRequest, second: Person, reason: str, by: Actor) -> Unsealing:
    """Show the name to who asked, for 24 hours from now. Raises Refused as `unsealing_refuse` does."""
    _demand_answer(reason)
    with act("watch.unsealing.grant", by=by, why=reason, subjects=[asked.alert]) as this:
        current = _decidable(asked, second)
        until = now() + UNSEALED_FOR
        shown = Unsealing(alert=current.alert, by=current.by, second=second, reason=current.reason, expires_at=until)
        shown.save()
        _settle(current, RequestState.GRANTED, second=second, answer=reason, shown=shown)
        this.note("until", until.isoformat(timespec="minutes"), in_clear=True)
    return shown


def unsealing_refuse(*, asked: UnsealingRequest, second: Person, reason: str, by: Actor) -> UnsealingRequest:
    """Leave the name sealed.

    Raises Refused without a reason, for who asked and the person concerned in the same words, and for a request that
    was decided or withdrawn, or for which the time is over.
    """
    _demand_answer(reason)
    with act("watch.unsealing.refuse", by=by, why=reason, subjects=[asked.alert]):
        return _settle(_decidable(asked, second), RequestState.REFUSED, second=second, answer=reason)


def unsealing_withdraw(*, asked: UnsealingRequest, person: Person, reason: str, by: Actor) -> UnsealingRequest:
    """Take a request back that nobody has decided. Raises Refused for anybody but who asked."""
    if person.pk != asked.by_id:
        raise Refused(_("Only who asked can withdraw a request."))
    _demand_answer(reason)
    with act("watch.unsealing.withdraw", by=by, why=reason, subjects=[asked.alert]):
        return _settle(_waiting(asked), RequestState.WITHDRAWN, answer=reason)


def _demand_answer(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("A decision needs a reason."), _("Write one sentence: why, or why not."))


def _take_turns(alert: Alert) -> None:
    """Let two who act on one alert's name at once take turns: the second one sees what the first one did."""
    Alert.objects.select_for_update().get(pk=alert.pk)


def _waiting(asked: UnsealingRequest) -> UnsealingRequest:
    """Return the request as it stands now, if it still waits."""
    _take_turns(asked.alert)
    current: UnsealingRequest = UnsealingRequest.objects.select_related("alert", "by").get(pk=asked.pk)
    standing = current.standing(now())
    if standing is RequestState.LAPSED:
        raise Refused(_("Nobody decided on this request in time."), _("Who still needs the name asks anew."))
    if standing is not RequestState.WAITING:
        raise Refused(_("This request was decided already."), _("Its page says by whom, and why."))
    return current


def _decidable(asked: UnsealingRequest, second: Person) -> UnsealingRequest:
    current = _waiting(asked)
    if not is_second(second.pk, asker=current.by_id, concerned=current.alert.person_id):
        raise Refused(_("You cannot decide on this request."), _("Somebody else of the office decides."))
    return current


def _settle(
    asked: UnsealingRequest,
    state: RequestState,
    *,
    answer: str,
    second: Person | None = None,
    shown: Unsealing | None = None,
) -> UnsealingRequest:
    asked.state, asked.answer = RequestStateChoice(state), answer.strip()
    asked.second, asked.unsealing = second, shown
    asked.save()
    return asked
