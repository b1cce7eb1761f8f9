"""The registers of zones and of permits to enter them."""

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Filter, FilterKind, Mark, Register
from kuramori.watch.models import EntryPermit, SecurityZone
from kuramori.watch.presence import acts
from kuramori.watch.presence.forms import PermitForm, ZoneForm
from kuramori.watch.presence.queries import permits_visible_to, zones_visible_to

zones = Register(
    name="watch:zone",
    path="zones",
    title=_("Security zones"),
    title_one=_("security zone"),
    why=_(
        "Where secrets are within reach, nobody should be alone. What the doors tell of it stands in the weekly "
        "review, with how sure that is; it raises no alert."
    ),
    example=_("For instance: development room, two people at least, told after twenty minutes."),
    model=SecurityZone,
    columns=(
        Column(name="name", label=_("name"), kind=ColumnKind.LINK, sort="name"),
        Column(name="site", label=_("site"), value=lambda zone, _viewer: zone.site.name),
        Column(name="least", label=_("people at least"), kind=ColumnKind.NUMBER),
        Column(name="minutes", label=_("told after (minutes)"), kind=ColumnKind.NUMBER),
        Column(name="by_permit", label=_("entered by permit only"), kind=ColumnKind.BOOL),
        Column(name="doors", label=_("doors that lead into it")),
    ),
    filters=(
        Filter(
            name="permit",
            label=_("entered by permit only"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: [("yes", _("yes")), ("no", _("no"))],
            apply=lambda rows, value, _viewer: rows.filter(by_permit=value == "yes"),
        ),
    ),
    form=ZoneForm,
    visible_to=zones_visible_to,
    add=acts.zone_add,
    edit=acts.zone_edit,
    retire=acts.zone_retire,
    practices="FAC-05 FAC-13",
    icon="door-open",
)


def permit_mark(permit: EntryPermit, _viewer: Viewer) -> Mark:
    """Say whether a permit holds at this moment."""
    if permit.retired_at is not None:
        return Mark(word=_("withdrawn"))
    if permit.ends_at < now():
        return Mark(word=_("over"))
    return Mark(word=_("in force"), tone="ok") if permit.starts_at <= now() else Mark(word=_("to come"), tone="info")


permits = Register(
    name="watch:permit",
    path="entry-permits",
    title=_("Entry permits"),
    title_one=_("entry permit"),
    why=_(
        "A zone that is closed to other departments is entered for a purpose and a time. Entries outside every slot "
        "stand in the weekly review."
    ),
    example=_("For instance: prototype room, inspection of the press, Friday from nine to twelve, escorted."),
    model=EntryPermit,
    columns=(
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=permit_mark),
        Column(name="purpose", label=_("purpose"), kind=ColumnKind.LINK),
        Column(name="zone", label=_("security zone"), value=lambda permit, _viewer: permit.zone.name),
        Column(
            name="person",
            label=_("person"),
            kind=ColumnKind.PERSON,
            value=lambda permit, _viewer: permit.person.shown,
        ),
        Column(
            name="escort",
            label=_("escorted by"),
            kind=ColumnKind.PERSON,
            value=lambda permit, _viewer: permit.escort.shown if permit.escort else None,
        ),
        Column(name="starts_at", label=_("from"), kind=ColumnKind.DATETIME),
        Column(name="ends_at", label=_("until"), kind=ColumnKind.DATETIME, sort="ends_at"),
    ),
    form=PermitForm,
    visible_to=permits_visible_to,
    add=acts.permit_add,
    edit=acts.permit_edit,
    retire=acts.permit_retire,
    state=permit_mark,
    order="-ends_at",
    practices="FAC-13",
    icon="ticket",
)
