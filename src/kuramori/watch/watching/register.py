"""The register of the watch list, declared. It names nobody: that does an entry's own page, whose looks are logged."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Filter, FilterKind, Link, Mark, Register
from kuramori.watch.models.watching import EntryStateChoice, WatchEntry
from kuramori.watch.queries.watching import (
    entries_visible_to,
    may_renew,
    may_withdraw,
    office_for,
)
from kuramori.watch.rules.watching import Standing
from kuramori.watch.watching.standing import company_day, is_standing

TONES = {"waiting": "warn", "active": "bad", "ended": "", "refused": "", "withdrawn": "", "lapsed": ""}


def entry_mark(entry: WatchEntry, _viewer: Viewer) -> Mark:
    """Return where an entry stands now, as a mark."""
    standing = entry.standing(now(), company_day())
    return Mark(word=EntryStateChoice(standing).label, tone=TONES[standing])


def entry_actions(entry: WatchEntry, viewer: Viewer) -> Sequence[Link]:
    """Lead to what this viewer can do now."""
    links = []
    if office_for(viewer, entry) is not None:
        links.append(Link(text=_("Decide on it"), url=reverse("watch:entry-decide", args=[entry.pk])))
    if may_renew(viewer, entry):
        links.append(Link(text=_("Renew it"), url=f"{reverse('watch:entry-ask')}?renews={entry.pk}"))
    if may_withdraw(viewer, entry):
        links.append(Link(text=_("Take it back"), url=reverse("watch:entry-withdraw", args=[entry.pk])))
    return links


entries = Register(
    name="watch:entry",
    path="watch-list",
    title=_("Watch list"),
    title_one=_("entry of the watch list"),
    why=_(
        "Somebody is looked at more closely only for a reason, for 90 days at most, and when HR and the lawyers both "
        "agree. It ends by itself; who wants it longer asks anew. Every look at a name is logged."
    ),
    example=_("For instance: a head expects that an engineer will leave; 30 days; copying out counts a quarter more."),
    model=WatchEntry,
    columns=(
        Column(name="number", label=_("number"), kind=ColumnKind.LINK),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=entry_mark),
        Column(
            name="asked_by",
            label=_("asked by"),
            kind=ColumnKind.PERSON,
            value=lambda entry, _viewer: entry.asked_by.shown,
        ),
        Column(name="created_at", label=_("asked at"), kind=ColumnKind.DATETIME, sort="created_at"),
        Column(name="starts_on", label=_("from"), kind=ColumnKind.DATE),
        Column(name="ends_on", label=_("until"), kind=ColumnKind.DATE),
        Column(name="days", label=_("days"), kind=ColumnKind.NUMBER),
    ),
    filters=(
        Filter(
            name="state",
            label=_("state"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: EntryStateChoice.choices,
            apply=lambda rows, value, _viewer: is_standing(rows, Standing(value)),
        ),
        Filter(
            name="mine",
            label=pgettext_lazy("request", "asked by me"),
            kind=FilterKind.YES_NO,
            apply=lambda rows, value, viewer: (
                rows.filter(asked_by=viewer.person_id) if value == "yes" else rows.exclude(asked_by=viewer.person_id)
            ),
        ),
    ),
    visible_to=entries_visible_to,
    state=entry_mark,
    actions=entry_actions,
    withheld=lambda _viewer: frozenset({"person", "reason", "milder", "signals", "ended_reason"}),
    order="-created_at",
    practices="DET-08",
    icon="list-checks",
)
