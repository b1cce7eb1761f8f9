"""The register of requests, declared: one's own and those one decides on; all of them for who runs requests."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.approvals.kinds import Text, kinds
from kuramori.approvals.models import OfficeChoice, Request, StateChoice, VerdictChoice
from kuramori.approvals.queries import (
    lies_before,
    may_withdraw,
    requests_visible_to,
    seats_on,
    sees_content,
    votes_on,
    waiting_for,
)
from kuramori.approvals.routing import asked_of, standing_of
from kuramori.approvals.rules.binding import Content
from kuramori.approvals.rules.standing import State
from kuramori.approvals.showing import lines_of
from kuramori.kernel.acts import Refused
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import (
    Choices,
    Column,
    ColumnKind,
    Fact,
    Filter,
    FilterKind,
    Link,
    Mark,
    Register,
)
from kuramori.kernel.wording import moment

WITHHELD = frozenset({"content", "detail", "digest", "escalates_at", "needs", "office", "place", "subject_kind"})
"""Fields that the history leaves out: they would tell who asked what his page does not; the page has the rest."""
TONES = {"waiting": "warn", "approved": "ok", "refused": "bad", "withdrawn": "", "expired": ""}


def kind_title(request: Request) -> Text:
    """Return what is asked, in words; the bare name of a kind that no room offers any more."""
    kind = kinds().get(request.kind)
    return kind.title if kind else request.kind


def request_mark(request: Request, _viewer: Viewer) -> Mark:
    """Say where a request stands now."""
    state = standing_of(request)
    return Mark(word=StateChoice(state).label, tone=TONES[state])


def lines_for(request: Request, *, in_full: bool) -> Content:
    """Return the lines of a request: in full what deciders are shown, else what who asked has typed.

    What has ended shows as it was asked; of what waits, deciders read how it stands now.
    """
    kind = kinds().get(request.kind)
    if kind is None:
        return ()
    if not in_full:
        return kind.told(asked_of(request))
    if request.state != State.WAITING:
        return [(name, value) for name, value in request.content]
    try:
        return lines_of(request)
    except Refused as refusal:
        return [("", str(refusal.message))]


def knows_deciders(request: Request, viewer: Viewer) -> bool:
    """Say whether the viewer may know who decides: of a kind that conceals, who asked only after the approval."""
    kind = kinds().get(request.kind)
    is_concealed = kind is not None and kind.conceals and request.state != State.APPROVED
    return not (is_concealed and request.asked_by_id == viewer.person_id)


def request_facts(request: Request, viewer: Viewer) -> Sequence[Fact]:
    """Return what the page of a request says: what is asked and why, who decides, what was said."""
    kind = kinds().get(request.kind)
    in_full = sees_content(viewer, request)
    lines = [kind.line(name, value) for name, value in lines_for(request, in_full=in_full)] if kind else []
    ended = Fact(label=_("decided at"), value=request.decided_at, kind=ColumnKind.DATETIME)
    until = Fact(label=_("waits until"), value=request.expires_at, kind=ColumnKind.DATETIME)
    return (
        Fact(label=_("what is asked"), value=kind_title(request)),
        *(Fact(label=label, value=words) for label, words in lines),
        Fact(label=_("reason"), value=request.why),
        Fact(label=_("asked by"), value=request.asked_by.shown, kind=ColumnKind.PERSON),
        Fact(label=_("asked at"), value=request.created_at, kind=ColumnKind.DATETIME),
        _deciders(request, viewer),
        ended if request.decided_at else until,
        *_votes(request, viewer),
        *([Fact(label=_("digest of what was asked"), value=request.digest, kind=ColumnKind.CODE)] if in_full else ()),
    )  # fmt: skip


def _deciders(request: Request, viewer: Viewer) -> Fact:
    """Return who decides: the office, by name before whom it lies, and whether it was passed on."""
    if not knows_deciders(request, viewer):
        words = _("whoever may decide by the rules")
        return Fact(label=_("decides"), value=words, help=_("Unanswered for half of its time, it goes further up."))
    names = [seat.person.shown for seat in seats_on(viewer, request)]
    office = str(OfficeChoice(request.office).label) if names else str(_("nobody at the moment"))
    told = []
    if request.place:
        told.append(str(_("It was passed on: nobody before could decide, or nobody answered.")))
    if request.needs > 1:
        told.append(_("%(needs)s of them have to agree.") % {"needs": request.needs})
    return Fact(label=_("decides"), value="\n".join([office, *names]), help=" ".join(told))


def _votes(request: Request, viewer: Viewer) -> list[Fact]:
    """Return each decision as a line: who, as whose deputy; what, when and why."""
    told = []
    for vote in votes_on(viewer, request):
        words = {"name": vote.person.shown, "for": vote.on_behalf_of.shown if vote.on_behalf_of else ""}
        who = _("%(name)s as deputy of %(for)s") % words if vote.on_behalf_of else vote.person.shown
        said = [str(VerdictChoice(vote.verdict).label), moment(vote.created_at, viewer), vote.reason]
        label = who if knows_deciders(request, viewer) else _("decision")
        told.append(Fact(label=label, value="\n".join(filter(None, said))))
    return told


def request_actions(request: Request, viewer: Viewer) -> Sequence[Link]:
    """Lead to what this viewer can do now."""
    links = []
    if lies_before(viewer, request):
        links.append(Link(text=_("Decide on it"), url=reverse("approvals:decide", args=[request.pk])))
    if may_withdraw(viewer, request):
        links.append(Link(text=_("Withdraw it"), url=reverse("approvals:withdraw", args=[request.pk])))
    return links


def is_standing(rows: QuerySet[Any], value: str, _viewer: Viewer) -> QuerySet[Any]:
    """Narrow to where requests stand now: what waits beyond its time has expired."""
    late = Q(state=State.WAITING, expires_at__lte=now())
    if value == State.EXPIRED:
        return rows.filter(late | Q(state=State.EXPIRED))
    return (
        rows.filter(state=State.WAITING, expires_at__gt=now()) if value == State.WAITING else rows.filter(state=value)
    )


def _mine(rows: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
    mine = Q(asked_by=viewer.person_id) if viewer.person_id else Q(pk__in=())
    return rows.filter(mine) if value == "yes" else rows.exclude(mine)


def _to_decide(rows: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
    ids = waiting_for(viewer).order_by().values("pk")
    return rows.filter(pk__in=ids) if value == "yes" else rows.exclude(pk__in=ids)


def _kinds(_viewer: Viewer) -> Choices:
    return [(kind.name, kind.title) for kind in kinds().values()]


requests = Register(
    name="approvals:request",
    path="all",
    title=_("All requests"),
    title_one=_("request"),
    why=_(
        "Who asks does not decide: somebody entitled does, on exactly what he was shown. Each request stands here with "
        "its decision and reason, so that it can be shown later who allowed what, to whom, until when."
    ),
    example=_("For instance: to read a secret of another section until the end of the project; decided by its keeper."),
    model=Request,
    columns=(
        Column(name="number", label=pgettext_lazy("request", "number"), kind=ColumnKind.LINK),
        Column(name="kind", label=_("what is asked"), value=lambda one, _viewer: kind_title(one)),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=request_mark),
        Column(
            name="asked_by",
            label=_("asked by"),
            kind=ColumnKind.PERSON,
            value=lambda one, _viewer: one.asked_by.shown,
        ),
        Column(name="created_at", label=_("asked at"), kind=ColumnKind.DATETIME, sort="created_at"),
        Column(
            name="decides",
            label=_("decides"),
            value=lambda one, viewer: OfficeChoice(one.office).label if knows_deciders(one, viewer) else None,
        ),
        Column(name="expires_at", label=_("waits until"), kind=ColumnKind.DATETIME, is_default=False),
        Column(name="decided_at", label=_("decided at"), kind=ColumnKind.DATETIME),
    ),
    filters=(
        Filter(
            name="state",
            label=_("state"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: StateChoice.choices,
            apply=is_standing,
        ),
        Filter(
            name="kind",
            label=_("what is asked"),
            kind=FilterKind.CHOICE,
            choices=_kinds,
            apply=lambda rows, value, _viewer: rows.filter(kind=value),
        ),
        Filter(name="mine", label=pgettext_lazy("request", "asked by me"), kind=FilterKind.YES_NO, apply=_mine),
        Filter(name="decide", label=_("waits for my decision"), kind=FilterKind.YES_NO, apply=_to_decide),
    ),
    visible_to=requests_visible_to,
    facts=request_facts,
    state=request_mark,
    actions=request_actions,
    withheld=lambda _viewer: WITHHELD,
    order="-created_at",
    practices="CLS-13 SYS-07 EVD-03",
    icon="file-question-mark",
)
