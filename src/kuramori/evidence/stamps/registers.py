"""The registers of time stamps: whom we ask, and what they answered."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.evidence.models import Authority, Stamp
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.stamps import acts
from kuramori.evidence.stamps.credentials import CLIENT, PASSWORD, kept
from kuramori.evidence.stamps.forms import AuthorityForm
from kuramori.evidence.stamps.queries import authorities_visible_to, stamps_visible_to
from kuramori.evidence.stamps.wording import PROBLEMS, STANDINGS, state_of
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


def authority_mark(authority: Authority, _viewer: Viewer) -> Mark:
    """Say how an authority stands."""
    return STANDINGS[state_of(authority, now())]


def authority_facts(authority: Authority, _viewer: Viewer) -> Sequence[Fact]:
    """Return what the page of an authority says: how it is reached, how it does, what its replies must lead to."""
    shown, there = vars(authority), kept(authority)
    facts = [
        Fact(label=_("address"), value=authority.url, kind=ColumnKind.CODE),
        Fact(label=_("stands in our own network"), value=authority.is_inside, kind=ColumnKind.BOOL),
        Fact(label=_("user name"), value=authority.username or None),
        Fact(label=_("password is kept"), value=PASSWORD in there, kind=ColumnKind.BOOL),
        Fact(label=_("client certificate is kept"), value=CLIENT in there, kind=ColumnKind.BOOL),
        Fact(label=_("policy"), value=authority.policy or None, kind=ColumnKind.CODE),
        Fact(label=_("last time stamp"), value=shown["last_at"], kind=ColumnKind.DATETIME),
        Fact(label=_("distance of the clocks (ms)"), value=shown["last_difference_ms"], kind=ColumnKind.NUMBER),
        Fact(label=_("its certificate ends"), value=shown["last_not_after"], kind=ColumnKind.DATETIME),
        Fact(label=_("waiting"), value=shown["waiting"] or 0, kind=ColumnKind.NUMBER),
    ]
    if problem := shown["problem"]:
        facts.append(Fact(label=_("no good answer since"), value=shown["failing_since"], kind=ColumnKind.DATETIME))
        facts.append(Fact(label=_("what went wrong"), value=PROBLEMS[problem], help=shown["problem_detail"]))
    facts.append(
        Fact(
            label=_("fingerprint of the root (SHA-256)"),
            value=authority.root_sha256,
            kind=ColumnKind.CODE,
            help=_("Compare it with what the authority publishes, on another way than the file came."),
        )
    )
    return facts


def authority_actions(authority: Authority, viewer: Viewer) -> Sequence[Link]:
    """Lead to its replies, and to asking now."""
    replies = Link(text=_("Its time stamps"), url=f"{reverse('evidence:stamp-list')}?authority={authority.slug}")
    if authority.retired_at or not viewer.may(Permission.AUTHORITY_EDIT):
        return (replies,)
    return (Link(text=_("Ask now"), url=reverse("evidence:stamps-ask")), replies)


authorities = Register(
    name="evidence:authority",
    path="authorities",
    title=_("Time-stamp authorities"),
    title_one=_("time-stamp authority"),
    why=_(
        "Our own clock convinces nobody else. An authority signs that the ledger's head existed at a time: whatever "
        "stands in the ledger was there by then, and cannot be dated back. Two are asked, each hour and for each "
        "bundle, so that one may fall away."
    ),
    example=_("For instance: a service that the Ministry of Internal Affairs and Communications has accredited."),
    model=Authority,
    columns=(
        Column(name="name", label=_("name"), value=lambda each, _viewer: str(each), kind=ColumnKind.LINK),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=authority_mark),
        Column(name="last_at", label=_("last time stamp"), kind=ColumnKind.DATETIME),
        Column(name="waiting", label=_("waiting"), kind=ColumnKind.NUMBER, value=lambda each, _v: each.waiting or 0),
        Column(name="last_difference_ms", label=_("distance of the clocks (ms)"), kind=ColumnKind.NUMBER),
        Column(name="last_not_after", label=_("its certificate ends"), kind=ColumnKind.DATETIME, is_default=False),
        Column(name="updated_at", label=_("changed"), kind=ColumnKind.DATETIME, sort="updated_at", is_default=False),
    ),
    form=AuthorityForm,
    visible_to=authorities_visible_to,
    add=acts.authority_add,
    edit=acts.authority_edit,
    retire=acts.authority_retire,
    facts=authority_facts,
    state=authority_mark,
    actions=authority_actions,
    practices="EVD-08",
    icon="stamp",
)


def stamp_mark(stamp: Stamp, _viewer: Viewer) -> Mark:
    """Say whether a reply counts."""
    return Mark(word=_("refused"), tone="bad") if stamp.refusal else Mark(word=_("good"), tone="ok")


def stamp_facts(stamp: Stamp, _viewer: Viewer) -> Sequence[Fact]:
    """Return what the page of a reply says."""
    facts = [
        Fact(label=_("authority"), value=stamp.authority),
        Fact(label=_("stamped"), value=str(stamp)),
        Fact(label=_("time stamped"), value=stamp.gen_time, kind=ColumnKind.DATETIME),
        Fact(label=_("received, by our clock"), value=stamp.received_at, kind=ColumnKind.DATETIME),
        Fact(label=_("distance of the clocks (ms)"), value=stamp.difference_ms, kind=ColumnKind.NUMBER),
        Fact(label=_("serial number (hex)"), value=stamp.serial or None, kind=ColumnKind.CODE),
        Fact(label=_("its certificate ends"), value=stamp.not_after, kind=ColumnKind.DATETIME),
        Fact(label=_("SHA-256 of what was stamped"), value=stamp.content_sha256, kind=ColumnKind.CODE),
    ]
    if stamp.refusal:
        facts.append(Fact(label=_("why it was refused"), value=PROBLEMS[stamp.refusal], help=stamp.detail))
    return facts


def stamp_actions(stamp: Stamp, _viewer: Viewer) -> Sequence[Link]:
    """Lead to the files and the commands that check them."""
    return (Link(text=_("Check it with OpenSSL"), url=reverse("evidence:stamp-check", args=[stamp.pk])),)


def _authority_choices(viewer: Viewer) -> Choices:
    return [(each.slug, str(each)) for each in authorities_visible_to(viewer).order_by("slug")]


def _by_state(rows: QuerySet[Stamp], value: str, _viewer: Viewer) -> QuerySet[Stamp]:
    return rows.exclude(refusal="") if value == "refused" else rows.filter(refusal="")


stamps = Register(
    name="evidence:stamp",
    path="stamps",
    title=_("Time stamps"),
    title_one=_("time stamp"),
    why=_(
        "Every reply of an authority is kept as it came: the good ones prove, the refused ones show what was tried. "
        "A newer token over the ledger renews the older ones, because their digests stand in it."
    ),
    model=Stamp,
    columns=(
        Column(name="what", label=_("stamped"), value=lambda each, _viewer: str(each), kind=ColumnKind.LINK),
        Column(name="authority", label=_("authority"), value=lambda each, _viewer: str(each.authority)),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=stamp_mark),
        Column(name="gen_time", label=_("time stamped"), kind=ColumnKind.DATETIME),
        Column(name="received_at", label=_("received, by our clock"), kind=ColumnKind.DATETIME, sort="received_at"),
        Column(name="difference_ms", label=_("distance of the clocks (ms)"), kind=ColumnKind.NUMBER),
        Column(name="serial", label=_("serial number (hex)"), kind=ColumnKind.CODE, is_default=False),
        Column(name="not_after", label=_("its certificate ends"), kind=ColumnKind.DATETIME, is_default=False),
    ),
    filters=(
        Filter(
            name="authority",
            label=_("authority"),
            kind=FilterKind.CHOICE,
            choices=_authority_choices,
            apply=lambda rows, value, _viewer: rows.filter(authority__slug=value),
        ),
        Filter(
            name="state",
            label=_("state"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: [("good", _("good")), ("refused", _("refused"))],
            apply=_by_state,
        ),
    ),
    visible_to=stamps_visible_to,
    order="-received_at",
    facts=stamp_facts,
    state=stamp_mark,
    actions=stamp_actions,
    practices="EVD-08",
    icon="stamp",
)
