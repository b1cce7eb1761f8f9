"""What the register can show for a secret, per legal element, and what it lacks (EVD-02, CLS-08)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, people_visible_to, viewer_of
from kuramori.evidence.api import TIMELINE_VIEW, PersonAsked, PersonSource
from kuramori.governance.api import Ruling, handling_of
from kuramori.kernel.acts import Subject
from kuramori.kernel.ledger import ReadEntry, entries_about, newest_about, read
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Exhibit, ExhibitKind
from kuramori.register import queries
from kuramori.register.audience import audience_names
from kuramori.register.models import Place, Scope, Secret
from kuramori.register.rules import Facts, Gap, gaps

MANAGED = "secrecy_management"
USEFUL = "usefulness"
NOT_PUBLIC = "non_public_nature"
HISTORY_READ = 500
VALUATIONS_SHOWN = 5
VALUES = ("value_technical", "value_economic", "value_legal")
NEVER: tuple[None, None] = (None, None)

MISSING: dict[Gap, tuple[str, str | Promise, str | Promise, str]] = {
    Gap.KEEPER: ("keeper", _("Keeper"), _("Nobody answers for this secret."), "edit"),
    Gap.PLACE: ("place", _("Place of storage"), _("It is not said where the secret is kept."), "edit"),
    Gap.SCOPE: ("scope", _("Scope of disclosure"), _("It is not said who may know the secret."), "scope"),
    Gap.STOCKTAKING_DUE: ("stocktaking", _("Stocktaking"), _("The stocktaking is overdue."), "confirm"),
    Gap.USEFULNESS: ("usefulness", _("Usefulness"), _("It is not written down what the secret is good for."), "edit"),
    Gap.VALUATION: ("valuation", _("Valuation"), _("The secret has not been valued."), "value"),
    Gap.NON_PUBLIC: (
        "non_public",
        _("Non-public nature"),
        _("It is not written down why nobody else knows it."),
        "edit",
    ),
    Gap.NON_PUBLIC_CHECK_OLD: (
        "non_public_check",
        _("Check of non-public nature"),
        _("Nobody has checked for a year whether it has become known."),
        "non-public",
    ),
}

SOURCES: dict[str, tuple[str, ExhibitKind]] = {
    "handling": (MANAGED, ExhibitKind.DIRECT),
    "keeper": (MANAGED, ExhibitKind.DIRECT),
    "level": (MANAGED, ExhibitKind.DIRECT),
    "non_public": (NOT_PUBLIC, ExhibitKind.DIRECT),
    "non_public_check": (NOT_PUBLIC, ExhibitKind.CIRCUMSTANTIAL),
    "place": (MANAGED, ExhibitKind.DIRECT),
    "scope": (MANAGED, ExhibitKind.DIRECT),
    "stocktaking": (MANAGED, ExhibitKind.DIRECT),
    "usefulness": (USEFUL, ExhibitKind.DIRECT),
    "valuation": (USEFUL, ExhibitKind.CIRCUMSTANTIAL),
}
"""What the register keeps, the element it serves, whether it shows that or lets it be concluded (EVD-01, EVD-07)."""


def secret_exhibits(subject: Subject, viewer: Viewer, today: date) -> list[Exhibit]:
    """Return what the register proves of a secret that the viewer may see, then the gaps; nothing of another kind."""
    if subject.kind != Secret.record_kind():
        return []
    secret = queries.secret_seen(viewer, subject.id)
    if secret is None:
        return []
    history = _history(secret)
    places = [place for place in queries.places_of(viewer, secret) if place.valid_to is None]
    rows = [row for row in queries.scopes_of(viewer, secret) if row.is_open_on(today)]
    facts = secret.facts(has_place=bool(places), has_scope=bool(rows))
    return [
        *_managed(viewer, secret, history, places, rows),
        *_useful(secret, history),
        *_not_public(secret, history),
        *_lacking(secret, facts, today),
    ]


def _name_now(person: Person) -> str:
    return str(person.shown)


_name = lazy(_name_now, str)  # a bundle says the same exhibit in both languages


def _history(secret: Secret) -> "_History":
    return _History(read(entries_about(secret.pk).select_related("disclosure")[:HISTORY_READ], about=secret.pk))


class _History:
    """Which entry last set a field of the secret, and what it was worth at any time; entries come newest first."""

    def __init__(self, entries: Iterable[ReadEntry]) -> None:
        self.by_field: dict[str, ReadEntry] = {}
        self.set_by: list[tuple[ReadEntry, dict[str, Any]]] = []
        for entry in entries:
            own = [change.fields for change in entry.changes if change.on == Secret.record_kind()]
            fields = {name: after for each in own for name, (_before, after) in each.items()}
            self.set_by.append((entry, fields))
            for name in fields:
                self.by_field.setdefault(name, entry)

    def of_field(self, name: str) -> tuple[datetime | None, UUID | None]:
        entry = self.by_field.get(name)
        return (entry.at, entry.entry.id) if entry else (None, None)

    def valuations(self) -> list[tuple[ReadEntry, dict[str, int]]]:
        """Return each valuation with the marks as they stood after it, the newest first."""
        marks: dict[str, int] = {}
        found = []
        for entry, fields in reversed(self.set_by):
            marks |= {name: fields[name] for name in VALUES if fields.get(name) is not None}
            if fields.keys() & {"valued_on", *VALUES} and len(marks) == len(VALUES):
                found.append((entry, dict(marks)))
        return found[::-1]


def _shown(
    source: str,
    title: str | Promise,
    statement: str | Promise,
    when: tuple[datetime | None, UUID | None],
    practice: str,
) -> Exhibit:
    return Exhibit(
        element=SOURCES[source][0],
        source=f"register.{source}",
        kind=SOURCES[source][1],
        title=title,
        statement=statement,
        at=when[0],
        entry_id=when[1],
        practice=practice,
    )


def _managed(
    viewer: Viewer, secret: Secret, history: _History, places: Sequence[Place], rows: Sequence[Scope]
) -> list[Exhibit]:
    level = secret.level
    newest = newest_about([level.pk, *(place.pk for place in places), *(row.pk for row in rows)])
    found = [
        _shown(
            "level",
            _("Level"),
            format_lazy(_("Registered as {level}."), level=level),
            history.of_field("level_id"),
            "CLS-01",
        ),
    ]
    if secret.keeper is not None:
        name = _name(secret.keeper)
        found.append(
            _shown(
                "keeper",
                _("Keeper"),
                format_lazy(_("{name} answers for it."), name=name),
                history.of_field("keeper_id"),
                "CLS-03",
            )
        )
    limits = [cell for cell in handling_of(viewer, level=level.pk) if cell.ruling is not Ruling.FREE]
    if limits:
        words = format_lazy(_("The handling matrix limits {count} kinds of use."), count=len(limits))
        found.append(_shown("handling", _("Handling rules"), words, newest.get(level.pk, NEVER), "CLS-13"))
    for place in places:
        words = format_lazy(_("Kept in {place}."), place=place.text)
        found.append(_shown("place", _("Place of storage"), words, newest.get(place.pk, NEVER), "CLS-03"))
    if rows:
        words = format_lazy(_("Open to {count} named audiences only."), count=len(rows))
        found.append(
            _shown(
                "scope",
                _("Scope of disclosure"),
                words,
                newest.get(rows[0].pk, NEVER),
                "SYS-07",
            )
        )
    if secret.stocktaken_on:
        words = format_lazy(_("Found in its place at the stocktaking of {day}."), day=secret.stocktaken_on.isoformat())
        found.append(_shown("stocktaking", _("Stocktaking"), words, history.of_field("stocktaken_on"), "CLS-05"))
    return found


def _useful(secret: Secret, history: _History) -> list[Exhibit]:
    found = []
    if secret.usefulness.strip():
        found.append(_shown("usefulness", _("Usefulness"), secret.usefulness, history.of_field("usefulness"), "EVD-02"))
    return [*found, *_valuations(history)[:VALUATIONS_SHOWN]]


def valuations_of(viewer: Viewer, secret: Secret) -> list[Exhibit]:
    """Return every valuation of a secret that the viewer may see, the newest first (EVD-05)."""
    if queries.secret_seen(viewer, secret.pk) is None:
        return []
    return _valuations(_history(secret))


def _valuations(history: "_History") -> list[Exhibit]:
    found = []
    for entry, value in history.valuations():
        words = format_lazy(
            _("Valued {technical} technically, {economic} economically, {legal} legally, of 5 each."),
            **{name.removeprefix("value_"): mark for name, mark in value.items()},
        )
        found.append(_shown("valuation", _("Valuation"), words, (entry.at, entry.entry.id), "CLS-09"))
    return found


def _not_public(secret: Secret, history: _History) -> list[Exhibit]:
    found = []
    if secret.non_public.strip():
        found.append(
            _shown("non_public", _("Non-public nature"), secret.non_public, history.of_field("non_public"), "EVD-02")
        )
    if secret.non_public_checked_on:
        words = format_lazy(_("Checked on {day}."), day=secret.non_public_checked_on.isoformat())
        when = history.of_field("non_public_checked_on")
        found.append(_shown("non_public_check", _("Check of non-public nature"), words, when, "EVD-02"))
    return found


def _lacking(secret: Secret, facts: Facts, today: date) -> list[Exhibit]:
    found = []
    for gap in gaps(facts, today=today):
        source, title, statement, page = MISSING[gap]
        address = reverse(f"register:secret-{page}", args=[secret.pk])
        found.append(
            Exhibit(
                element=SOURCES[source][0],
                source=f"register.{source}",
                title=title,
                statement=statement,
                is_gap=True,
                fix_url=address,
            )
        )
    return found


def scope_exhibits(asked: PersonAsked, viewer: Viewer) -> list[Exhibit]:
    """Return since when, and by which audience, a secret in sight was open to a person (EVD-03)."""
    secret = queries.secret_seen(viewer, asked.secret.id) if asked.secret else None
    person = people_visible_to(viewer).filter(pk=asked.person.id).first()
    if secret is None or person is None or not viewer.may_everywhere(TIMELINE_VIEW):
        return []
    his = viewer_of(person, datetime.combine(asked.until, time(12), tzinfo=viewer.zone))
    own = {person.pk, *his.unit_ids, *his.project_ids}
    open_to = [row for row in queries.scopes_of(viewer, secret) if row.audience == "company" or row.audience_id in own]
    dated = newest_about(row.pk for row in open_to)
    return [
        Exhibit(
            element="recognition",
            source="register.scope",
            title=_("Scope of disclosure"),
            statement=format_lazy(_("Open to him as: {audience}, level {level}."), audience=words, level=secret.level),
            at=datetime.combine(row.valid_from, time.min, tzinfo=viewer.zone),
            entry_id=dated.get(row.pk, NEVER)[1],
            practice="EVD-03",
        )
        for row, words in zip(open_to, audience_names(viewer, open_to), strict=True)
    ]


SCOPE_OF_PERSON = PersonSource(of_person=scope_exhibits)
