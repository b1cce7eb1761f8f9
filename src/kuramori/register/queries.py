"""Every read of the register, through the viewer: outside a secret's scope not even its title is found."""

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from kuramori.kernel.permissions import Forbidden, Viewer
from kuramori.register.models import NOBODY, Place, PlaceKind, Scope, Secret, TierChoice
from kuramori.register.rules import Audience, Facts, Permission

FEW, SOME = 2_000, 20_000


def secrets_visible_to(viewer: Viewer) -> QuerySet[Secret]:
    """Return the secrets the viewer may know of today: kept by him, open to him, or in the care of his office.

    How many are they, roughly? A few are named by id; some are looked up and sorted; a viewer who sees many is
    answered by walking the list's index. So the first page costs about the same over a million secrets.
    """
    rows: QuerySet[Secret] = Secret.objects.select_related("level", "keeper", "unit")
    if viewer.may_everywhere(Permission.SECRET_VIEW_ALL):
        return rows
    today = localdate(timezone=viewer.zone)
    visible = _visible_ids(viewer, today)
    few = list(visible[: FEW + 1])  # one secret may be named twice: what is counted is the work, not the secrets
    if len(few) <= FEW:
        return rows.filter(pk__in=set(few))
    if visible[: SOME + 1].count() <= SOME:
        return rows.filter(pk__in=visible)
    return rows.filter(_in_sight(viewer, today))


def secret_seen(viewer: Viewer, pk: UUID) -> Secret | None:
    """Return one secret by its id if the viewer may know of it today, in one query."""
    rows: QuerySet[Secret] = Secret.objects.select_related("level", "keeper", "unit").filter(pk=pk)
    if not viewer.may_everywhere(Permission.SECRET_VIEW_ALL):
        rows = rows.filter(_in_sight(viewer, localdate(timezone=viewer.zone)))
    return rows.first()


def _in_sight(viewer: Viewer, today: date) -> Q:
    """Return the need to know as a condition on each secret: kept by him, in his office's care, open to him."""
    return _kept_by(viewer) | Q(unit_id__in=_offices(viewer)) | Q(Exists(_open_to(viewer, today)))


def _kept_by(viewer: Viewer) -> Q:
    """Return the condition that he keeps it; asked for None, the database would give what nobody keeps."""
    return Q(keeper_id=viewer.person_id) if viewer.person_id else Q(pk__in=())


def _visible_ids(viewer: Viewer, today: date) -> QuerySet[Any, UUID]:
    by_scope: QuerySet[Any, UUID] = _scopes(viewer, today).values_list("secret_id", flat=True)
    by_keeper = Secret.objects.filter(_kept_by(viewer)).values_list("pk", flat=True)
    by_office = Secret.objects.filter(unit_id__in=_offices(viewer)).values_list("pk", flat=True)
    return by_scope.union(by_keeper, by_office, all=True)


def _offices(viewer: Viewer) -> frozenset[UUID]:
    return viewer.units_for(Permission.SECRET_VIEW_ALL)


def _open_to(viewer: Viewer, today: date) -> QuerySet[Scope]:
    return _scopes(viewer, today).filter(secret=OuterRef("pk"))


def _scopes(viewer: Viewer, today: date) -> QuerySet[Scope]:
    """Return the scope rows that are open today and name the viewer: himself, his units, his projects, everybody.

    Partners' rows carry the nil id as the company's do, so the audience is compared as well.
    """
    named = {NOBODY, *viewer.unit_ids, *viewer.project_ids}
    if viewer.person_id is not None:
        named.add(viewer.person_id)
    is_open = Q(valid_to=None) | Q(valid_to__gte=today)
    rows: QuerySet[Scope] = Scope.objects.filter(is_open, retired_at=None, audience_id__in=named, valid_from__lte=today)
    return rows.exclude(audience=Audience.PARTNER)


def secret_by_number(viewer: Viewer, number: str) -> Secret | None:
    """Return the secret with this number if the viewer may see it."""
    return secrets_visible_to(viewer).filter(number=number).first()


def may_edit(viewer: Viewer, secret: Secret) -> bool:
    """Say whether this secret is the viewer's to change: he keeps it, or his office keeps its unit's register."""
    if secret.keeper_id is not None and secret.keeper_id == viewer.person_id:
        return True
    return viewer.may_everywhere(Permission.SECRET_RECLASSIFY) or secret.unit_id in viewer.units_for(
        Permission.SECRET_RECLASSIFY
    )


def places_of(viewer: Viewer, secret: Secret) -> QuerySet[Place]:
    """Return the places of a secret that the viewer was given, standing ones first."""
    del viewer  # he was given the secret itself through `secrets_visible_to`
    rows: QuerySet[Place] = secret.places.order_by(F("valid_to").asc(nulls_first=True), "kind", "text")
    return rows


def scopes_of(viewer: Viewer, secret: Secret) -> QuerySet[Scope]:
    """Return the rows of a secret's scope, open ones first, newest first."""
    del viewer  # he was given the secret itself through `secrets_visible_to`
    rows: QuerySet[Scope] = secret.scopes.order_by(F("retired_at").asc(nulls_first=True), "-valid_from", "-id")
    return rows


def facts_of(viewer: Viewer, secret: Secret) -> Facts:
    """Return what the rules look at in a secret the viewer was given; one query."""
    today = localdate(timezone=viewer.zone)
    is_open = Q(valid_to=None) | Q(valid_to__gte=today)
    places = Place.objects.filter(secret=OuterRef("pk"), valid_to=None)
    scopes = Scope.objects.filter(is_open, secret=OuterRef("pk"), retired_at=None)
    asked = Secret.objects.filter(pk=secret.pk).annotate(has_place=Exists(places), has_scope=Exists(scopes))
    has_place, has_scope = asked.values_list("has_place", "has_scope").get()
    return secret.facts(has_place=has_place, has_scope=has_scope)


def due_for_stocktaking(viewer: Viewer, today: date) -> QuerySet[Secret]:
    """Return the secrets that the viewer keeps and that should be counted by now, the most overdue first."""
    mine: QuerySet[Secret] = Secret.objects.filter(_kept_by(viewer), retired_at=None, next_stocktaking__lte=today)
    return mine.order_by("next_stocktaking", "id")


def without_full_proof(viewer: Viewer) -> QuerySet[Secret]:
    """Return the tier A secrets in sight that lack a word on usefulness or non-public nature, or a valuation."""
    lacking = Q(usefulness="") | Q(non_public="") | Q(valued_on=None)
    return secrets_visible_to(viewer).filter(lacking, tier=TierChoice.A, retired_at=None)


def rooms_and_scopes(viewer: Viewer) -> list[tuple[Place, list[Scope]]]:
    """Return every zone or room in which a secret is kept, with the rows that say to whom that secret is open.

    For whoever watches the whole company (the system); raises Forbidden for a viewer who does not see every secret.
    """
    if not viewer.may_everywhere(Permission.SECRET_VIEW_ALL):
        raise Forbidden(Permission.SECRET_VIEW_ALL)
    rooms = Place.objects.filter(kind=PlaceKind.ZONE, secret__retired_at=None).select_related("secret").order_by("id")
    scopes: dict[UUID, list[Scope]] = defaultdict(list)
    for row in Scope.objects.filter(retired_at=None, secret__places__in=rooms).distinct().order_by("id"):
        scopes[row.secret_id].append(row)
    return [(room, scopes[room.secret_id]) for room in rooms]


def path_patterns(viewer: Viewer) -> QuerySet[Place]:
    """Return every path place, past ones too, with secret and level: what the lake joins events with.

    For whoever watches the whole company (the system); raises Forbidden for a viewer who does not see every secret.
    """
    if not viewer.may_everywhere(Permission.SECRET_VIEW_ALL):
        raise Forbidden(Permission.SECRET_VIEW_ALL)
    rows: QuerySet[Place] = Place.objects.filter(kind=PlaceKind.PATH).exclude(pattern="")
    return rows.select_related("secret", "secret__level")
