"""The register of secrets, declared."""

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, OuterRef, Q, QuerySet, Subquery, Value
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from kuramori.directory.api import people_visible_to, unit_choices, unit_subtree
from kuramori.governance.api import levels_in_force
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
    Text,
)
from kuramori.kernel.room import Duty
from kuramori.kernel.search import matching
from kuramori.register import acts, queries
from kuramori.register.audience import audience_names
from kuramori.register.figures import lacking
from kuramori.register.forms import SecretForm
from kuramori.register.models import Kind, Medium, Origin, Secret, TierChoice
from kuramori.register.rules import gaps

MANY = 2_000  # people of one name


def _level_choices(viewer: Viewer) -> Choices:
    return [(str(level.pk), level.name) for level in levels_in_force(viewer)]


def _unit_choices(viewer: Viewer) -> Choices:
    return [(str(pk), name) for pk, name in unit_choices(viewer)]


def _in_unit(found: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
    return found.filter(unit_id__in=unit_subtree(viewer, value))  # type: ignore[arg-type]


def _kept_by(found: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
    """Narrow to what is kept by the person with this number, else by all who bear the name or a part of it.

    Not many bear it: they are named by id. A name that thousands bear is looked for in the rows as they are walked.
    """
    asked, known = value.strip(), people_visible_to(viewer)
    bearers = dict(known.filter(Q(number=asked) | Q(name__contains=asked)).values_list("pk", "number")[: MANY + 1])
    numbered = [pk for pk, number in bearers.items() if number == asked]
    if len(bearers) <= MANY:
        return found.filter(keeper__in=numbered or bearers)
    bears = known.filter(pk=OuterRef("keeper"), name__contains=asked).values(yes=Value(value=True))
    return found.filter(Subquery(bears[:1], output_field=BooleanField()))


def _with_gaps(found: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
    gap = lacking(localdate(timezone=viewer.zone))
    return found.filter(gap) if value == "yes" else found.exclude(gap)


def keeper_link(secret: Secret, viewer: Viewer) -> Link | None:
    """Return the keeper's name in the letters of the page's language, with the way to whom the viewer may look up."""
    if secret.keeper is None:
        return None
    may_look = viewer.may("directory:person:view")
    page = reverse("directory:person-detail", args=[secret.keeper.pk]) if may_look else ""
    return Link(text=secret.keeper.shown, url=page)


def secret_facts(secret: Secret, viewer: Viewer) -> Sequence[Fact]:
    """Return what the page of a secret says."""
    places = [place.text for place in queries.places_of(viewer, secret) if place.valid_to is None]
    value = None
    if secret.valued_on:
        value = f"{secret.value_technical} / {secret.value_economic} / {secret.value_legal}"
    return (
        Fact(label=pgettext_lazy("secret", "number"), value=secret.number),
        Fact(label=_("level"), value=secret.level, kind=ColumnKind.LEVEL, help=secret.level.mark),
        Fact(label=_("tier"), value=secret.get_tier_display()),
        Fact(label=_("kind"), value=secret.get_kind_display()),
        Fact(label=_("keeper"), value=keeper_link(secret, viewer), kind=ColumnKind.PERSON),
        Fact(label=_("responsible unit"), value=secret.unit.name),
        Fact(label=_("places"), value="\n".join(places) or None),
        Fact(label=_("medium"), value=secret.get_medium_display()),
        Fact(label=_("origin"), value=secret.received_from or secret.get_origin_display()),
        Fact(label=_("usefulness"), value=secret.usefulness or None),
        Fact(label=_("non-public nature"), value=secret.non_public or None),
        Fact(label=_("technical / economic / legal value"), value=value),
        Fact(label=_("registered on"), value=secret.identified_on, kind=ColumnKind.DATE),
        Fact(label=_("last stocktaking"), value=secret.stocktaken_on, kind=ColumnKind.DATE),
        Fact(label=_("next stocktaking"), value=secret.next_stocktaking, kind=ColumnKind.DATE),
        Fact(label=_("protected until"), value=secret.protect_until, kind=ColumnKind.DATE),
        Fact(label=_("kept until"), value=secret.retain_until, kind=ColumnKind.DATE),
        Fact(label=_("note"), value=secret.note or None),
    )


def secret_state(secret: Secret, viewer: Viewer) -> Mark | None:
    """Return how complete a secret's entry is, as a mark."""
    if secret.retired_at:
        return Mark(word=_("taken out of the register"))
    missing = gaps(queries.facts_of(viewer, secret), today=localdate(timezone=viewer.zone))
    if not missing:
        return Mark(word=_("complete"), tone="ok")
    return Mark(word=ngettext("%(count)s gap", "%(count)s gaps", len(missing)) % {"count": len(missing)}, tone="warn")


def secret_duty(secret: Secret, viewer: Viewer) -> Duty | None:
    """Return the next stocktaking as a duty of its keeper."""
    if secret.next_stocktaking is None or secret.retired_at or not queries.may_edit(viewer, secret):
        return None
    return Duty(
        title=_("Stocktaking"), url=reverse("register:secret-confirm", args=[secret.pk]), due=secret.next_stocktaking
    )


def secret_audience(secret: Secret, viewer: Viewer) -> Sequence[Text]:
    """Return who may see the secret today, in words."""
    today = localdate(timezone=viewer.zone)
    rows = [row for row in queries.scopes_of(viewer, secret) if row.is_open_on(today)]
    return audience_names(viewer, rows)


def secret_actions(secret: Secret, viewer: Viewer) -> Sequence[Link]:
    """Return the further steps open to this viewer."""
    links = [Link(text=_("Legal proof"), url=reverse("register:secret-proof", args=[secret.pk]))]
    if secret.retired_at is None and queries.may_edit(viewer, secret):
        for name, text in ACTIONS:
            links.append(Link(text=text, url=reverse(f"register:secret-{name}", args=[secret.pk])))
    return links


ACTIONS = (
    ("level", _("Change level")),
    ("scope", _("Scope of disclosure")),
    ("value", _("Valuation")),
    ("confirm", _("Stocktaking")),
    ("non-public", _("Check non-public nature")),
)

secrets = Register(
    name="register:secret",
    path="secrets",
    title=_("Register of secrets"),
    title_one=_("secret"),
    why=_(
        "What is not known to be secret cannot be protected, in practice or in court: the law protects information "
        "that is managed as secret, useful, and not publicly known (Unfair Competition Prevention Act, art. 2(6))."
    ),
    example=_(
        "For instance: “Mixing ratio of electrolyte B”, level Top secret, kept by the head of materials research."
    ),
    model=Secret,
    columns=(
        Column(name="level", label=_("level"), kind=ColumnKind.LEVEL),
        Column(name="number", label=pgettext_lazy("secret", "number"), kind=ColumnKind.CODE, sort="number"),
        Column(name="title", label=_("title"), kind=ColumnKind.LINK, sort="title"),
        Column(name="kind", label=_("kind"), value=lambda secret, _viewer: Kind(secret.kind).label),
        Column(name="keeper", label=_("keeper"), kind=ColumnKind.PERSON, value=keeper_link),
        Column(name="keeper.number", label=_("keeper's number"), is_default=False),
        Column(name="unit.name", label=_("responsible unit")),
        Column(name="tier", label=_("tier"), value=lambda secret, _viewer: secret.tier.upper(), is_default=False),
        Column(name="next_stocktaking", label=_("next stocktaking"), kind=ColumnKind.DATE, sort="next_stocktaking"),
        Column(name="origin", label=_("origin"), value=lambda s, _viewer: Origin(s.origin).label, is_default=False),
        Column(name="medium", label=_("medium"), value=lambda s, _viewer: Medium(s.medium).label, is_default=False),
        Column(name="identified_on", label=_("registered on"), kind=ColumnKind.DATE, is_default=False),
        Column(name="protect_until", label=_("protected until"), kind=ColumnKind.DATE, is_default=False),
        Column(name="usefulness", label=_("usefulness"), is_default=False),
        Column(name="non_public", label=_("non-public nature"), is_default=False),
        Column(name="updated_at", label=_("changed"), kind=ColumnKind.DATETIME, sort="updated_at"),
    ),
    filters=(
        Filter(
            name="level",
            label=_("level"),
            kind=FilterKind.CHOICE,
            choices=_level_choices,
            apply=lambda found, value, _viewer: found.filter(level_id=value),
        ),
        Filter(name="unit", label=_("responsible unit"), kind=FilterKind.CHOICE, choices=_unit_choices, apply=_in_unit),
        Filter(
            name="kind",
            label=_("kind"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: Kind.choices,
            apply=lambda found, value, _viewer: found.filter(kind=value),
        ),
        Filter(
            name="tier",
            label=_("tier"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: TierChoice.choices,
            apply=lambda found, value, _viewer: found.filter(tier=value),
        ),
        Filter(name="keeper", label=_("keeper"), kind=FilterKind.TEXT, apply=_kept_by),
        Filter(
            name="due",
            label=_("stocktaking due by"),
            kind=FilterKind.DATE_TO,
            apply=lambda found, value, _viewer: found.filter(next_stocktaking__lte=value),
        ),
        Filter(name="gaps", label=_("with gaps"), kind=FilterKind.YES_NO, apply=_with_gaps),
    ),
    form=SecretForm,
    visible_to=queries.secrets_visible_to,
    may_edit=queries.may_edit,
    add=acts.secret_add,
    edit=acts.secret_edit,
    retire=acts.secret_retire,
    search=matching,
    import_kind="secrets",
    facts=secret_facts,
    state=secret_state,
    next_duty=secret_duty,
    who_may_see=secret_audience,
    actions=secret_actions,
    practices="CLS-03 CLS-04 CLS-08 SYS-15",
    icon="book-lock",
)
