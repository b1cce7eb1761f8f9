"""Who holds an office today: bosses, heads up the line, holders of a role; and who is one human under two numbers."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.timezone import localdate

from kuramori.directory.api import Person, Unit
from kuramori.kernel.permissions import Role

PEOPLE: frozenset[UUID] = frozenset()
# What hangs on a person, by the person's own relations.
_HANGS_ON_A_PERSON: list[Any] = [
    Person._meta.get_field(name).related_model  # noqa: SLF001  (Django's own name for it)
    for name in ("assignments", "engagements", "roles")
]
Assignment, Engagement, RoleAssignment = _HANGS_ON_A_PERSON
GONE = ("former", "transferred")
"""Engagements of people who do not work here any more: duties remain, offices do not."""


def company_day() -> date:
    """Return today in the company's zone: the days of offices and deputies are hers."""
    return localdate(timezone=ZoneInfo(settings.COMPANY_ZONE))


def engaged_among(ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return those of the people who work for the company today: nobody else can hold an office."""
    running = Engagement.objects.known().on(company_day()).filter(person__in=set(ids))
    return frozenset(running.exclude(engagement_kind__in=GONE).values_list("person_id", flat=True))


def boss_of(person_id: UUID) -> frozenset[UUID]:
    """Return the boss whom the main assignment names; without one the heads of the units up the line, nearest first.

    Who heads his own unit answers to the head above: nobody is his own boss.
    """
    main = Assignment.objects.known().on(company_day()).filter(person=person_id).select_related("unit")
    place = main.order_by("-is_main", "id").first()
    if place is None:
        return PEOPLE
    if place.boss_id is not None and place.boss_id != person_id:
        return frozenset({place.boss_id})
    return head_above(place.unit_id, but=frozenset({person_id}))


def head_above(unit_id: UUID, *, but: frozenset[UUID] = PEOPLE) -> frozenset[UUID]:
    """Return the head of a unit, or of the nearest unit above it whose head works here and is none of `but`."""
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        return PEOPLE
    line = unit.line_up
    heads = dict(Unit.objects.filter(pk__in=line, head__isnull=False).values_list("pk", "head_id"))
    here = engaged_among(heads.values()) - but
    nearest = next((heads[step] for step in reversed(line) if heads.get(step) in here), None)
    return PEOPLE if nearest is None else frozenset({nearest})


def holders_of(role: Role, unit_id: UUID | None = None) -> frozenset[UUID]:
    """Return who holds a role today for the whole company, or for a unit, those above it and its site."""
    where = Q(scope="company")
    unit = Unit.objects.filter(pk=unit_id).first() if unit_id else None
    if unit is not None:
        where |= Q(unit__in=unit.line_up)
        if unit.site_id:
            where |= Q(site=unit.site_id)
    given = RoleAssignment.objects.known().on(company_day()).filter(where, role=role)
    return engaged_among(given.values_list("person_id", flat=True))


def same_human(ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return the people and whoever bears the same mail address or account name: one human under two numbers (A5)."""
    return frozenset(numbers_of(ids).values_list("pk", flat=True))


def numbers_of(ids: Iterable[UUID]) -> QuerySet[Any]:
    """Return the rows of the same humans, for use in one query with others.

    A union, because two indexes serve its halves: PostgreSQL reads all people for the same asked with OR.
    """
    themselves = Person.objects.filter(pk__in=frozenset(ids))
    mails = themselves.exclude(mail="").annotate(key=Lower("mail")).values("key")
    accounts = themselves.exclude(account_name="").annotate(key=Lower("account_name")).values("key")
    by_mail = Person.objects.annotate(key=Lower("mail")).filter(key__in=mails)
    by_account = Person.objects.annotate(key=Lower("account_name")).filter(key__in=accounts)
    return themselves.values("pk").union(by_mail.values("pk"), by_account.values("pk"))
