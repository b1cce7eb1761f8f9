"""What the directory holds already, read in bulk: ten queries for any number of rows."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kuramori.directory.models import Assignment, Engagement, Identity, Person, Site, Source, Unit

NAMESPACES = {"mail": "mail", "ad": "account_name"}


@dataclass(kw_only=True)
class KnownPerson:
    """One person as the directory holds him today: what a row of the feed is compared with."""

    person: Person
    engagement: Engagement | None = None
    main: Assignment | None = None
    sides: list[Assignment] = field(default_factory=list)
    identities: dict[str, Identity] = field(default_factory=dict)

    @property
    def is_active(self) -> bool:
        """Say whether a feed once brought an engagement that nobody has ended."""
        return self.engagement is not None and self.engagement.source == Source.FEED


def people_known(today: date) -> dict[str, KnownPerson]:
    """Return everybody by employee number, with the engagement that has not ended and what hangs on it."""
    by_id = {person.pk: KnownPerson(person=person) for person in Person.objects.all()}
    for engagement in Engagement.objects.known().filter(end_actual__isnull=True).order_by("start"):
        by_id[engagement.person_id].engagement = engagement
    units, sites = Unit.objects.in_bulk(), Site.objects.in_bulk()
    for assignment in Assignment.objects.known().between(today, date.max).order_by("starts_on"):
        known = by_id[assignment.person_id]
        assignment.unit, assignment.site = units[assignment.unit_id], sites.get(assignment.site_id)
        assignment.boss = by_id[assignment.boss_id].person if assignment.boss_id else None
        if known.engagement is None or assignment.engagement_line != known.engagement.line:
            continue
        if not assignment.is_main:
            known.sides.append(assignment)
        elif assignment.starts_on <= today or known.main is None:
            known.main = assignment
    identities = Identity.objects.known().filter(source=Source.FEED, ends_on__isnull=True)
    for identity in identities:
        by_id[identity.person_id].identities[identity.namespace] = identity
    return {known.person.number: known for known in by_id.values()}


def brought_by_feed() -> int:
    """Return how many people are here because a feed brought them."""
    found = Engagement.objects.known().filter(source=Source.FEED, end_actual__isnull=True)
    return found.values("person").distinct().count()


@dataclass(kw_only=True)
class Places:
    """Units and sites by code and by name; a name that two of them share finds neither."""

    units: dict[str, Unit]
    unit_names: dict[str, str]
    sites: dict[str, Site]
    site_names: dict[str, str]

    def unit_code(self, code: str | None, name: str | None) -> str | None:
        """Return the code of the unit that a code, or without one a name, stands for; None when there is none."""
        if code:
            return code if code in self.units else None
        return self.unit_names.get(name or "")

    def site_code(self, word: str) -> str | None:
        """Return the code of the site that a code or a name stands for."""
        return word if word in self.sites else self.site_names.get(word)


def places_known() -> Places:
    """Return all standing units and sites."""
    units = {unit.code: unit for unit in Unit.objects.standing()}
    sites = {site.code: site for site in Site.objects.standing()}
    return Places(units=units, unit_names=_unambiguous(units), sites=sites, site_names=_unambiguous(sites))


def _unambiguous(named: dict[str, Unit] | dict[str, Site]) -> dict[str, str]:
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for code, thing in named.items():
        for name in (thing.name_ja, thing.name_en):
            codes[name].add(code)
    return {name: next(iter(found)) for name, found in codes.items() if name and len(found) == 1}


def ids_by_number() -> dict[str, UUID]:
    """Return everybody's id by employee number."""
    return dict(Person.objects.values_list("number", "pk"))
