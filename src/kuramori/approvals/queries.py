"""Every read of requests: one's own, those one may decide on or has decided on; all of them for who runs it."""

from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import now

from kuramori.approvals.models import Deputy, Request, Seat, Vote
from kuramori.approvals.offices import company_day, numbers_of
from kuramori.approvals.routing import Routed, route, seat_for, standing_of
from kuramori.approvals.rules.permissions import Permission
from kuramori.approvals.rules.routing import Seat as Right
from kuramori.approvals.rules.standing import State
from kuramori.kernel.permissions import Viewer

FEW = 2_000


def requests_visible_to(viewer: Viewer) -> QuerySet[Request]:
    """Return what he asked, what lies or at its end lay before him, what he decided on; all for who runs requests."""
    rows: QuerySet[Request] = Request.objects.select_related("asked_by", "concerned")
    if viewer.may_everywhere(Permission.REQUEST_VIEW_ALL):
        return rows
    if viewer.person_id is None:
        return rows.none()
    seats = Seat.objects.standing().filter(person__in={viewer.person_id, *principals_of(viewer)})
    votes = Vote.objects.filter(person=viewer.person_id).values_list("request_id")
    own = Request.objects.filter(asked_by=viewer.person_id).values_list("pk")
    ids = own.union(seats.values_list("request_id"), votes, all=True)
    few = {pk for (pk,) in ids[: FEW + 1]}
    if len(few) <= FEW:
        return rows.filter(pk__in=few)
    lay = Exists(seats.filter(request=OuterRef("pk")))
    decided = Exists(Vote.objects.filter(request=OuterRef("pk"), person=viewer.person_id))
    return rows.filter(Q(asked_by=viewer.person_id) | lay | decided)


def waiting_for(viewer: Viewer) -> QuerySet[Request]:
    """Return what waits for the viewer's decision, also as a deputy, the soonest to expire first; never his own.

    One query, because every page counts it. As it was laid last; the decision itself asks the directory (`right_of`).
    """
    if viewer.person_id is None:
        return Request.objects.none()
    himself = numbers_of([viewer.person_id])
    own = Seat.objects.standing().filter(person=viewer.person_id)
    lies = Q(pk__in=own.values("request_id")) | Q(pk__in=_seats_of_absent(viewer).values("request_id"))
    voices = Vote.objects.filter(Q(person__in=himself) | Q(on_behalf_of__in=himself), request=OuterRef("pk"))
    rows = Request.objects.select_related("asked_by", "concerned").filter(lies, ~Exists(voices), state=State.WAITING)
    others = Q(concerned=None) | ~Q(concerned__in=himself)
    return rows.filter(others, expires_at__gt=now()).exclude(asked_by__in=himself).order_by("expires_at", "id")


def _seats_of_absent(viewer: Viewer) -> QuerySet[Seat]:
    """Return where the viewer may speak for somebody absent: who asks did not name him, and nobody has spoken there."""
    rows = _deputy_rows(viewer)
    named = rows.filter(Q(named_by=F("person")) | ~Q(named_by=OuterRef("request__asked_by")), person=OuterRef("person"))
    spoken = Vote.objects.filter(request=OuterRef("request")).filter(
        Q(person=OuterRef("person")) | Q(on_behalf_of=OuterRef("person"))
    )
    seats: QuerySet[Seat] = Seat.objects.standing().filter(person__in=rows.values("person"))
    return seats.filter(Exists(named), ~Exists(spoken))


def asked_by(viewer: Viewer) -> QuerySet[Request]:
    """Return the viewer's own requests, the newest first."""
    own = Request.objects.filter(asked_by=viewer.person_id) if viewer.person_id else Request.objects.none()
    return own.order_by("-created_at", "-id")


def principals_of(viewer: Viewer) -> frozenset[UUID]:
    """Return for whom the viewer stands in today."""
    return frozenset(_deputy_rows(viewer).values_list("person_id", flat=True))


def _deputy_rows(viewer: Viewer) -> QuerySet[Deputy]:
    today = company_day()
    rows: QuerySet[Deputy] = Deputy.objects.standing().filter(starts_on__lte=today, ends_on__gte=today)
    return rows.filter(deputy=viewer.person_id) if viewer.person_id else rows.none()


def right_of(viewer: Viewer, asking: Request, routed: Routed | None = None) -> Right | None:
    """Return by which right the viewer may decide on a request in his sight now; None when by none."""
    if standing_of(asking) is not State.WAITING:
        return None
    return seat_for(viewer.person_id, routed or route(asking))


def may_withdraw(viewer: Viewer, asking: Request) -> bool:
    """Say whether the viewer may take a request back now."""
    return viewer.person_id == asking.asked_by_id and standing_of(asking) is State.WAITING


def sees_content(viewer: Viewer, asking: Request) -> bool:
    """Say whether the viewer may be shown what deciders are shown; who asked sees what he typed (A2).

    Before whom it lies or lay when it ended, who decided, and who runs requests; never who asked, whatever else he is.
    """
    if viewer.person_id == asking.asked_by_id:
        return False
    if viewer.may_everywhere(Permission.REQUEST_VIEW_ALL):
        return True
    return _is_seated(viewer, asking) or asking.votes.filter(person=viewer.person_id).exists()


def lies_before(viewer: Viewer, asking: Request) -> bool:
    """Say whether a request waits for the viewer's decision, as it was laid last: cheap, as `waiting_for` is."""
    is_other = viewer.person_id != asking.asked_by_id
    return is_other and standing_of(asking) is State.WAITING and waiting_for(viewer).filter(pk=asking.pk).exists()


def _is_seated(viewer: Viewer, asking: Request) -> bool:
    seated = frozenset(asking.seats.standing().values_list("person_id", flat=True))
    return viewer.person_id in seated or bool(seated and seated & principals_of(viewer))


def votes_on(viewer: Viewer, asking: Request) -> QuerySet[Vote]:
    """Return what was said on a request the viewer was given, in order."""
    del viewer  # he was given the request through `requests_visible_to`
    rows: QuerySet[Vote] = asking.votes.select_related("person", "on_behalf_of").order_by("created_at", "id")
    return rows


def seats_on(viewer: Viewer, asking: Request) -> QuerySet[Seat]:
    """Return before whom a request lies that the viewer was given."""
    del viewer  # he was given the request through `requests_visible_to`
    rows: QuerySet[Seat] = asking.seats.standing().select_related("person").order_by("person__kana", "id")
    return rows


def without_deciders(viewer: Viewer) -> QuerySet[Request]:
    """Return what waits and lies before nobody: what the office has to mend."""
    rows: QuerySet[Request] = Request.objects.filter(state=State.WAITING, expires_at__gt=now())
    if not viewer.may_everywhere(Permission.REQUEST_VIEW_ALL):
        return rows.none()
    return rows.filter(~Exists(Seat.objects.filter(request=OuterRef("pk"), retired_at=None))).order_by("created_at")


def deputies_visible_to(viewer: Viewer) -> QuerySet[Deputy]:
    """Return who stands in for whom: one's own rows on either side, all for who runs requests."""
    rows: QuerySet[Deputy] = Deputy.objects.select_related("person", "deputy", "named_by")
    if viewer.may_everywhere(Permission.DEPUTY_VIEW_ALL):
        return rows
    own = Q(person=viewer.person_id) | Q(deputy=viewer.person_id)
    return rows.filter(own) if viewer.person_id else rows.none()
