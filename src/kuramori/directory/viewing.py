"""From a person to his Viewer: today's engagements, assignments, roles and projects in two or three queries."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import CharField, DateField, F, Q, UUIDField, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.timezone import now

from kuramori.directory.models import (
    Account,
    Assignment,
    Engagement,
    Person,
    ProjectMember,
    RoleAssignment,
    SignInPolicy,
    Unit,
)  # fmt: skip
from kuramori.directory.rules.engagements import OUTSIDE_KINDS
from kuramori.directory.rules.permissions import RoleScope, implied_roles
from kuramori.kernel.actors import SYSTEM, Actor, ActorKind
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.room import role_permissions

EMPTY = Value("", output_field=CharField())
NO_DAYS = (Value(None, output_field=DateField()), Value(None, output_field=DateField()))


@dataclass(kw_only=True)
class Standing:
    """What a person is at one moment: read in one query, before permissions are worked out."""

    zone: ZoneInfo
    is_engaged: bool = False
    unit_ids: set[UUID] = field(default_factory=set)
    projects: set[UUID] = field(default_factory=set)
    given: list[tuple[Role, RoleScope, UUID | None]] = field(default_factory=list)
    headed: list[UUID] = field(default_factory=list)
    mfa_roles: frozenset[str] = frozenset()
    has_second_factor: bool = False

    @property
    def needs_second_factor(self) -> bool:
        """Say whether a role asks for a second factor that has not been set up."""
        return not self.has_second_factor and bool(self.roles & self.mfa_roles)

    @property
    def roles(self) -> frozenset[Role]:
        """Return the roles given and implied; none without a running engagement."""
        if not self.is_engaged:
            return frozenset()
        given = {role for role, _scope, _place in self.given}
        return frozenset(given) | implied_roles(given, heads_a_unit=bool(self.headed))


def actor_of(person: Person) -> Actor:
    """Return the person as the one who acts."""
    return Actor(kind=ActorKind.PERSON, id=person.pk, name=person.name)


def actor_for(account: Account) -> Actor:
    """Return who acts when an account acts: its person."""
    person = account.person
    return actor_of(person) if person else Actor(kind=ActorKind.PERSON, id=account.pk, name=account.email)


def standing_of(person_id: UUID, at: datetime) -> Standing:
    """Read what a person is at that moment, in one query over all dated facts about him.

    His days are those of the site where he works: what ends today ends at its midnight, wherever the company sits.
    """
    default = ZoneInfo(settings.COMPANY_ZONE)
    rows = list(_facts(person_id, at.astimezone(default).date()))
    zones = [(ZoneInfo(word), first, last) for what, _place, word, _more, first, last in rows if what == "zone"]
    zone = max(zones, key=lambda each: _nearness(at, *each), default=(default,))[0]
    standing = Standing(zone=zone, mfa_roles=frozenset(settings.MFA_REQUIRED_ROLES))
    today = at.astimezone(zone).date()
    for what, place, word, more, first, last in rows:
        if not _holds(today, first, last):
            continue
        if what == "engaged":
            standing.is_engaged = True
        elif what == "works":
            standing.unit_ids.update(UUID(step) for step in more.split("/") if step)  # with all above
        elif what == "project":
            standing.projects.add(place)
        elif what == "role":
            standing.given.append((Role(word), RoleScope(more), place))
        elif what == "heads":
            standing.headed.append(place)
        elif what == "policy":
            standing.mfa_roles = frozenset(json.loads(word))
        elif what == "factor":
            standing.has_second_factor = True
    return standing


def _nearness(at: datetime, zone: ZoneInfo, first: date, last: date | None) -> tuple[bool, date]:
    """Order places of work: today's before that of the day that has just ended, which still says when it ended."""
    return _holds(at.astimezone(zone).date(), first, last), last or date.max


def _holds(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def viewer_of(person: Person, at: datetime, *, language: str = "ja", standing: Standing | None = None) -> Viewer:
    """Return the viewer a person is at that moment; without permissions when no engagement runs."""
    held_now = standing or standing_of(person.pk, at)
    held = _Held()
    scoped: list[tuple[Role, RoleScope, UUID]] = [(Role.UNIT_HEAD, RoleScope.UNIT, unit) for unit in held_now.headed]
    for role, scope, place in held_now.given if held_now.is_engaged else []:
        if place is None:
            held.everywhere(role)
        else:
            scoped.append((role, scope, place))
    for role in held_now.roles & {Role.EMPLOYEE}:
        held.everywhere(role)
    if held_now.is_engaged and scoped:
        _expand(held, scoped)
    return Viewer(
        actor=actor_of(person),
        person_id=person.pk,
        permissions=frozenset(held.company) | frozenset(held.units),
        company_wide=frozenset(held.company),
        units={permission: frozenset(units) for permission, units in held.units.items()},
        unit_ids=frozenset(held_now.unit_ids) if held_now.is_engaged else frozenset(),
        project_ids=frozenset(held_now.projects) if held_now.is_engaged else frozenset(),
        roles=held_now.roles,
        language=language,
        zone=held_now.zone,
    )


def viewer_for(account: Account, at: datetime | None = None) -> Viewer:
    """Return the viewer an account signs in as, now when left out; an account without a person sees nothing."""
    if account.person is None:
        return Viewer(actor=actor_for(account), person_id=None)
    return viewer_of(account.person, at or now(), language=account.language)


def viewer_of_person_id(person_id: UUID, at: datetime) -> Viewer:
    """Return the viewer a person is at that moment, by his id: for work that he asked for and that is done later.

    Raises:
        Person.DoesNotExist: nobody has this id.
    """
    account = Account.objects.filter(person=person_id).first()
    person = Person.objects.get(pk=person_id)
    return viewer_of(person, at, language=account.language if account else "ja")


@cache
def viewer_of_system() -> Viewer:
    """Return the viewer of jobs and of the command line: the system itself, which looks everywhere."""
    everything = frozenset().union(*role_permissions().values())
    return Viewer(actor=SYSTEM, person_id=None, permissions=everything, company_wide=everything)


@dataclass(kw_only=True)
class _Held:
    """Permissions as they add up."""

    company: set[str] = field(default_factory=set)
    units: dict[str, set[UUID]] = field(default_factory=dict)

    def everywhere(self, role: Role) -> None:
        self.company |= role_permissions()[role]

    def within(self, role: Role, unit_ids: Iterable[UUID]) -> None:
        ids = set(unit_ids)
        for permission in role_permissions()[role]:
            self.units.setdefault(permission, set()).update(ids)


def _expand(held: _Held, scoped: list[tuple[Role, RoleScope, UUID]]) -> None:
    """Give scoped roles in every unit of their subtree or site, in one query over the paths."""
    tops = {place for _role, scope, place in scoped if scope == RoleScope.UNIT}
    sites = {place for _role, scope, place in scoped if scope == RoleScope.SITE}
    within = Q(site__in=sites)
    for top in tops:
        within |= Q(path__contains=f"{top.hex}/")
    found = list(Unit.objects.filter(within).values_list("pk", "site_id", "path"))
    for role, scope, place in scoped:
        if scope == RoleScope.SITE:
            held.within(role, [pk for pk, site, _path in found if site == place])
        else:
            held.within(role, [pk for pk, _site, path in found if f"{place.hex}/" in path])


def _facts(person_id: UUID, day: date) -> Any:
    """Return rows (what, place, word, more, first day, last day) of everything about a person: one UNION query.

    Around the world it is yesterday or tomorrow as well, so the neighbouring days come along.
    """
    days = (day - timedelta(days=1), day + timedelta(days=1))
    works = Assignment.objects.known().between(*days).filter(person=person_id)
    factors = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    roles = RoleAssignment.objects.known().between(*days).filter(person=person_id)
    projects = ProjectMember.objects.known().between(*days).filter(person=person_id)
    where = Coalesce("unit_id", "site_id", output_field=UUIDField())
    placed = works.filter(is_main=True, site__isnull=False)
    dated = (F("starts_on"), F("ends_on"))
    parts = [
        _rows(works, "works", F("unit_id"), more=F("unit__path"), days=dated),
        _rows(placed, "zone", F("site_id"), word=F("site__zone_name"), days=dated),
        _rows(projects, "project", F("project_id"), days=dated),
        _rows(roles, "role", where, word=Cast("role", CharField()), more=Cast("scope", CharField()), days=dated),
        _rows(Unit.objects.standing().filter(head=person_id), "heads", F("pk")),
        _rows(SignInPolicy.objects.all(), "policy", F("pk"), word=Cast("mfa_roles", CharField())),
        _rows(factors.filter(user__person=person_id), "factor", F("user_id")),
    ]
    engaged = Engagement.objects.known().between(*days).filter(person=person_id)
    engaged = engaged.exclude(engagement_kind__in=OUTSIDE_KINDS)
    held = (F("start"), Coalesce("end_actual", "end_planned", output_field=DateField()))
    return _rows(engaged, "engaged", Value(None, output_field=UUIDField()), days=held).union(*parts, all=True)


def _rows(found: Any, what: str, place: Any, *, word: Any = EMPTY, more: Any = EMPTY, days: Any = NO_DAYS) -> Any:
    columns = {
        "a_what": Value(what, output_field=CharField()), "a_place": place, "a_word": word, "a_more": more,
        "a_first": days[0], "a_last": days[1],
    }  # fmt: skip
    return found.order_by().annotate(**columns).values_list(*columns)
