"""From a person to his Viewer: today's engagements, assignments, roles and projects in two or three queries."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import CharField, DateField, F, Q, UUIDField, Value
from django.db.models.functions import Cast, Coalesce

from kuramori.directory.models import (
    Account,
    Assignment,
    Engagement,
    Person,
    ProjectMember,
    RoleAssignment,
    SignInPolicy,
    Unit,
)
from kuramori.directory.rules.engagements import OUTSIDE_KINDS, ends_at
from kuramori.directory.rules.permissions import RoleScope, implied_roles
from kuramori.kernel.actors import SYSTEM, Actor, ActorKind
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.room import role_permissions


@dataclass(kw_only=True)
class Standing:
    """What a person is at one moment: read in one query, before permissions are worked out."""

    zone: ZoneInfo
    is_engaged: bool = False
    line_ups: list[str] = field(default_factory=list)
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
    def unit_ids(self) -> frozenset[UUID]:
        """Return the units he works in with all above them, read off the paths."""
        return frozenset(UUID(step) for path in self.line_ups for step in path.split("/") if step)

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
    """Read what a person is at that moment, in one query over all dated facts about him."""
    default = ZoneInfo(settings.COMPANY_ZONE)
    rows = list(_facts(person_id, at.astimezone(default).date()))
    zone = next((ZoneInfo(word) for what, _place, word, _more, _ends in rows if what == "zone" and word), default)
    standing = Standing(zone=zone, mfa_roles=frozenset(settings.MFA_REQUIRED_ROLES))
    today = at.astimezone(zone).date()
    for what, place, word, more, ends in rows:
        if what == "engaged":
            standing.is_engaged |= ends is None or at < ends_at(ends, zone)
        elif ends is not None and ends < today:
            continue
        elif what == "works":
            standing.line_ups.append(more)
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


def viewer_of(person: Person, at: datetime, *, language: str = "ja", standing: Standing | None = None) -> Viewer:
    """Return the viewer a person is at that moment; without permissions when no engagement runs."""
    now = standing or standing_of(person.pk, at)
    held = _Held()
    scoped: list[tuple[Role, RoleScope, UUID]] = [(Role.UNIT_HEAD, RoleScope.UNIT, unit) for unit in now.headed]
    for role, scope, place in now.given if now.is_engaged else []:
        if place is None:
            held.everywhere(role)
        else:
            scoped.append((role, scope, place))
    for role in now.roles & {Role.EMPLOYEE}:
        held.everywhere(role)
    if now.is_engaged and scoped:
        _expand(held, scoped)
    return Viewer(
        actor=actor_of(person),
        person_id=person.pk,
        permissions=frozenset(held.company) | frozenset(held.units),
        company_wide=frozenset(held.company),
        units={permission: frozenset(units) for permission, units in held.units.items()},
        unit_ids=now.unit_ids if now.is_engaged else frozenset(),
        project_ids=frozenset(now.projects) if now.is_engaged else frozenset(),
        roles=now.roles,
        language=language,
        zone=now.zone,
    )


def viewer_for(account: Account, at: datetime) -> Viewer:
    """Return the viewer an account signs in as; an account without a person sees nothing."""
    if account.person is None:
        return Viewer(actor=actor_for(account), person_id=None)
    return viewer_of(account.person, at, language=account.language)


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
    """Return rows (what, place, word, more, ends) of everything dated about a person: one UNION query."""
    works = Assignment.objects.known().on(day).filter(person=person_id)
    factors = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    roles = RoleAssignment.objects.known().on(day).filter(person=person_id)
    parts = [
        _rows(works, "works", F("unit_id"), more=F("unit__path"), ends=F("ends_on")),
        _rows(works.filter(is_main=True, site__isnull=False), "zone", F("site_id"), word=F("site__zone_name")),
        _rows(
            ProjectMember.objects.known().on(day).filter(person=person_id),
            "project",
            F("project_id"),
            ends=F("ends_on"),
        ),
        _rows(
            roles,
            "role",
            Coalesce("unit_id", "site_id", output_field=UUIDField()),
            word=Cast("role", CharField()),
            more=Cast("scope", CharField()),
            ends=F("ends_on"),
        ),
        _rows(Unit.objects.standing().filter(head=person_id), "heads", F("pk")),
        _rows(SignInPolicy.objects.all(), "policy", F("pk"), word=Cast("mfa_roles", CharField())),
        _rows(factors.filter(user__person=person_id), "factor", F("user_id")),
    ]
    engaged = (
        Engagement.objects.known().filter(person=person_id, start__lte=day).exclude(engagement_kind__in=OUTSIDE_KINDS)
    )
    last = Coalesce("end_actual", "end_planned", output_field=DateField())
    return _rows(engaged, "engaged", Value(None, output_field=UUIDField()), ends=last).union(*parts, all=True)


def _text(value: str) -> Value:
    return Value(value, output_field=CharField())


def _rows(found: Any, what: str, place: Any, *, word: Any = None, more: Any = None, ends: Any = None) -> Any:
    columns = {
        "a_what": _text(what),
        "a_place": place,
        "a_word": word or _text(""),
        "a_more": more or _text(""),
        "a_ends": ends or Value(None, output_field=DateField()),
    }
    return found.order_by().annotate(**columns).values_list(*columns)
