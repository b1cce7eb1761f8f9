"""HR's and general affairs' files of sites and units. Nothing ends here by silence: a unit is closed by hand."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from kuramori.directory.feeds.columns import SITES, UNITS
from kuramori.directory.feeds.comparing import demand_everywhere, no_site, no_unit, outcome_of
from kuramori.directory.feeds.known import ids_by_number
from kuramori.directory.models import Person, Site, Unit
from kuramori.directory.rules.feeds import cycles, parents_first
from kuramori.directory.rules.permissions import Permission
from kuramori.kernel.actors import Actor
from kuramori.kernel.imports.errors import CellError
from kuramori.kernel.imports.mapping import ImportKind, ParsedRow, RowOutcome
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.search import index_many

SITE_FACTS = ("name_ja", "name_en", "country", "subdivision", "zone_name")


def resolve_sites(rows: Collection[ParsedRow], *, viewer: Viewer, today: date) -> Sequence[RowOutcome]:
    """Decide for every site; an unknown time zone keeps it out."""
    del today
    demand_everywhere(viewer, Permission.SITE_IMPORT)
    sites, zones = {site.code: site for site in Site.objects.all()}, available_timezones()
    outcomes = []
    for row in rows:
        zone = row.values.get("zone_name")
        wrong = row.error(
            "zone_name",
            phrase(gettext_noop("There is no time zone “%(zone)s”."), zone=zone),
            phrase(gettext_noop("Write a name like Asia/Tokyo or Europe/Berlin.")),
        )
        known = sites.get(row.values.get("code") or "")
        told = {name: row.values[name] for name in SITE_FACTS if row.values.get(name)}
        outcomes.append(outcome_of(row, told, known, [wrong] if zone and zone not in zones else []))
    return outcomes


def apply_sites(outcomes: Iterable[RowOutcome], *, by: Actor, why: str) -> None:
    """Write sites one by one: there are few."""
    del by, why
    for outcome in outcomes:
        site = outcome.record or Site(code=outcome.values["code"])
        site.retired_at = None
        for name in SITE_FACTS:
            setattr(site, name, outcome.values.get(name, getattr(site, name)))
        site.save()


def resolve_units(rows: Collection[ParsedRow], *, viewer: Viewer, today: date) -> Sequence[RowOutcome]:
    """Decide for every unit; an unknown parent or site, and a circle of parents, keep it out.

    A head who has not come in yet is remembered by number, and seated by the file of people.
    """
    del today
    demand_everywhere(viewer, Permission.UNIT_IMPORT)
    units = {unit.code: unit for unit in Unit.objects.select_related("parent", "site", "head")}
    sites = {site.code: site.code for site in Site.objects.standing()} | {
        name: site.code for site in Site.objects.standing() for name in (site.name_ja, site.name_en) if name
    }
    by_code = {row.values["code"]: row for row in rows if row.values.get("code")}
    above = {code: row.values["parent"] for code, row in by_code.items() if row.values.get("parent")}
    round_ones = {code: circle for circle in cycles(above) for code in circle}
    outcomes = []
    for row in rows:
        code = row.values.get("code") or ""
        errors = _unit_errors(row, {*by_code, *units}, sites)
        if code in round_ones:
            members = " → ".join(f"{c} ({by_code[c].number})" for c in (*round_ones[code], round_ones[code][0]))
            message = phrase(gettext_noop("Units belong to each other in a circle: %(members)s."), members=members)
            errors.append(row.error("parent", message, phrase(gettext_noop("Correct the upper unit of one of them."))))
        outcomes.append(outcome_of(row, _unit_told(row, sites), units.get(code), errors, held=_unit_held))
    return outcomes


def apply_units(outcomes: Iterable[RowOutcome], *, by: Actor, why: str) -> None:
    """Write units from the top down, then the paths of all that moved."""
    del by, why
    units = {unit.code: unit for unit in Unit.objects.all()}
    sites = {site.code: site for site in Site.objects.all()}
    told = {outcome.values["code"]: outcome.values for outcome in outcomes}
    above = {unit.code: parent.code for unit in units.values() if (parent := _parent(unit, units))}
    above |= {code: values["parent"] for code, values in told.items() if values.get("parent")}
    people = ids_by_number()
    for code in parents_first(told.keys(), above):
        unit = units.setdefault(code, Unit(code=code))
        _write_unit(unit, told[code], units, sites, people)
    for code in parents_first(units.keys(), above):
        unit = units[code]
        unit.path = Unit.path_under(_parent(unit, units), unit.pk)
        unit.save()
    index_many([(units[code], (code, units[code].name_ja, units[code].name_en)) for code in told])


def _parent(unit: Unit, units: Mapping[str, Unit]) -> Unit | None:
    if unit.parent_id is None:
        return None
    return next((each for each in units.values() if each.pk == unit.parent_id), None)


def _write_unit(
    unit: Unit,
    told: Mapping[str, Any],
    units: Mapping[str, Unit],
    sites: Mapping[str, Site],
    people: Mapping[str, UUID],
) -> None:
    for name in ("name_ja", "name_en"):
        setattr(unit, name, told.get(name, getattr(unit, name)))
    if "parent" in told:
        unit.parent = units.get(told["parent"])
    if "site" in told:
        unit.site = sites.get(told["site"])
    if "head" in told:
        unit.head_number = told["head"]
        unit.head_id = people.get(told["head"])
    unit.retired_at = None
    unit.path = Unit.path_under(unit.parent, unit.pk)
    unit.save()


def _unit_errors(row: ParsedRow, codes: set[str], sites: Mapping[str, str]) -> list[CellError]:
    errors = []
    parent, site = row.values.get("parent"), row.values.get("site")
    if parent and parent not in codes:
        errors.append(no_unit(row, "parent", parent))
    if site and site not in sites:
        errors.append(no_site(row, site))
    return errors


def _unit_told(row: ParsedRow, sites: Mapping[str, str]) -> dict[str, Any]:
    told = {name: row.values[name] or "" for name in ("name_ja", "name_en", "parent", "head") if name in row.values}
    if "site" in row.values:
        told["site"] = sites.get(row.values["site"] or "", "")
    return told


def _unit_held(unit: Unit) -> dict[str, Any]:
    head: Person | None = unit.head
    return {
        "name_ja": unit.name_ja,
        "name_en": unit.name_en,
        "parent": unit.parent.code if unit.parent else "",
        "site": unit.site.code if unit.site else "",
        "head": head.number if head else unit.head_number,
    }


SITE_FEED = ImportKind(
    name="sites",
    title=_("Sites"),
    why=_("Country and time zone of a site decide its holidays, its last moments and which law speaks."),
    fields=SITES,
    permission=Permission.SITE_IMPORT,
    verb="directory.site.import",
    resolve=resolve_sites,
    apply=apply_sites,
)
UNIT_FEED = ImportKind(
    name="units",
    title=_("Units"),
    why=_("The tree of units decides who may see what, and who is responsible for whom."),
    fields=UNITS,
    permission=Permission.UNIT_IMPORT,
    verb="directory.unit.import",
    resolve=resolve_units,
    apply=apply_units,
)
