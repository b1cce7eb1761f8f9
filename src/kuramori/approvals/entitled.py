"""Whether somebody may decide now, and in which words he is told that he may not, or that it is over."""

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.approvals.models import Request, StateChoice
from kuramori.approvals.routing import route, seat_for
from kuramori.approvals.rules.routing import Seat as Right
from kuramori.approvals.rules.standing import State, standing_at
from kuramori.kernel.acts import Refused
from kuramori.kernel.permissions import Viewer


def right_to_decide(request: Request, viewer: Viewer) -> Right:
    """Return by which right the viewer decides; Refused, in words that tell why, when by none.

    Read outside an act, so that others may decide between two reads: a vote that bars him is seen only once the end
    that came with it is written. To look at the end again tells him that it is over, and not that he may not.
    """
    right = seat_for(viewer.person_id, route(_waiting(request, viewer)))
    if right is None:
        _waiting(request, viewer)
        raise Refused(_("You cannot decide on this request."), _("Its page says before whom it lies."))
    return right


def _waiting(request: Request, viewer: Viewer) -> Request:
    """Return the request as it stands now. Raises Refused when nobody decides on it any more."""
    found, at = Request.objects.get(pk=request.pk), now()
    if standing_at(State(found.state), expires_at=found.expires_at, at=at) is not State.WAITING:
        raise over(found, at, names=viewer.person_id != found.asked_by_id)
    return found


def over(request: Request, at: datetime, *, names: bool = True) -> Refused:
    """Return the refusal that tells how a request ended and by whom; no names to who asked, whom a kind may blind."""
    state = standing_at(State(request.state), expires_at=request.expires_at, at=at)
    last = request.votes.select_related("person").order_by("-created_at", "-id").first()
    told = {"number": request.number, "state": StateChoice(state).label, "name": last.person.shown if last else ""}
    if names and last is not None and state in {State.APPROVED, State.REFUSED}:
        return Refused(_("%(number)s has been decided already by %(name)s: %(state)s.") % told)
    return Refused(_("Nobody decides on %(number)s now: %(state)s.") % told, _("Ask anew if it is still needed."))
