"""Writes what HR's file says, inside the kit's one act: newcomers in bulk, changes one by one, nothing overwritten."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kuramori.directory.acts.people import engagement_end, engagement_withdraw
from kuramori.directory.days import company_today
from kuramori.directory.feeds.known import NAMESPACES, KnownPerson, people_known
from kuramori.directory.models import Assignment, Engagement, Identity, Person, Site, Source, Unit
from kuramori.directory.rules.engagements import EngagementKind
from kuramori.kernel.actors import Actor
from kuramori.kernel.imports.mapping import Action, RowOutcome, parts
from kuramori.kernel.records import BATCH, record_many
from kuramori.kernel.search import index_many

DAY = timedelta(days=1)
FACTS = ("name", "kana", "romaji", "mail", "account_name")  # of the person
ENGAGED = ("start", "notice_received_on", "last_working_day", "end_planned", "employer", "host_company")
PLACED = ("unit", "site", "position", "job_role", "boss")


@dataclass(kw_only=True)
class _Writing:
    """What one file needs while it is written: places by code, people's ids by number, and the new rows to come."""

    today: date
    by: Actor
    units: dict[str, Unit]
    sites: dict[str, Site]
    people: dict[str, UUID]
    engagements: list[Engagement] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)

    def write(self) -> None:
        """Insert the new rows that wait."""
        for rows in (self.engagements, self.assignments, self.identities):
            record_many(rows)
            rows.clear()


def apply(outcomes: Iterable[RowOutcome], *, by: Actor, why: str) -> None:  # noqa: ARG001  (it stands in the kit's act)
    """Write the outcomes that change something; of newcomers only number and id stay in memory, however many."""
    today = company_today()
    _found_units(outcomes)
    known = people_known(today)
    writing = _Writing(
        today=today,
        by=by,
        units={unit.code: unit for unit in Unit.objects.standing()},
        sites={site.code: site for site in Site.objects.standing()},
        people={number: each.person.pk for number, each in known.items()},
    )
    for part in parts(outcomes, Action.ADD, BATCH):
        _add_people(part, known, writing)
    for outcome in outcomes:
        if outcome.action is Action.EDIT:
            _change(known[outcome.values["number"]], outcome.values, writing)
        elif outcome.action is Action.END:
            _end(known[outcome.values["number"]], writing)
    for part in parts(outcomes, Action.ADD, BATCH):  # only now: a boss may stand far below
        for outcome in part:
            _engage(outcome.values, writing)
        writing.write()
    writing.write()
    _seat_heads(writing)


def _found_units(outcomes: Iterable[RowOutcome]) -> None:
    """Found the units that a first file names, side by side; HR's file of units gives them their tree later."""
    named = {o.values["unit"]: o.values["founds"] for o in outcomes if "founds" in o.values}
    for unit in Unit.objects.filter(code__in=named, retired_at__isnull=False):
        unit.retired_at = None
        unit.save()
        named.pop(unit.code)
    units = [Unit(code=code, name_ja=name) for code, name in sorted(named.items())]
    for unit in units:
        unit.path = Unit.path_under(None, unit.pk)
    record_many(units)


def _add_people(added: Iterable[RowOutcome], known: Mapping[str, KnownPerson], writing: _Writing) -> None:
    new = []
    for outcome in added:
        told, start = outcome.values, outcome.values["start"]
        former = known.get(told["number"])
        facts = {name: told[name] for name in FACTS if name in told}
        if former is None:
            person = Person(number=told["number"], source=Source.FEED, joined_on=start, **facts)
            writing.people[person.number] = person.pk
            new.append(person)
        else:  # hired again, or back after an undo
            joined_on = min(former.person.joined_on or start, start)
            _write_person(former.person, facts | {"joined_on": joined_on, "left_on": None, "retired_at": None})
    record_many(new)
    index_many([(person, person.found_by) for person in new])


def _engage(told: Mapping[str, Any], writing: _Writing) -> None:
    """Prepare engagement, assignments and identities of a newcomer."""
    person = writing.people[told["number"]]
    engaged: dict[str, Any] = {name: told[name] for name in ENGAGED if name in told}
    engaged["engagement_kind"] = told.get("kind", EngagementKind.REGULAR)
    engagement = Engagement(person_id=person, source=Source.FEED, **engaged)
    writing.engagements.append(engagement)
    _assign(engagement, writing, since=told["start"], **_placed(told, writing))
    for code in told.get("sides", ()):
        _assign(engagement, writing, since=told["start"], is_main=False, unit=writing.units[code])
    for namespace, name in NAMESPACES.items():
        if told.get(name):
            writing.identities.append(_identity(person, namespace, told[name], since=told["start"]))


def _change(known: KnownPerson, told: Mapping[str, Any], writing: _Writing) -> None:
    """Write what differs: facts in place, the engagement as a corrected version, places as moves from today."""
    person, engagement = known.person, _engagement(known)
    facts = {name: told[name] for name in FACTS if name in told}
    if "start" in told:
        facts["joined_on"] = min(told["start"], person.joined_on or told["start"])
    _write_person(person, facts)
    engaged = {name: told[name] for name in ENGAGED if name in told}
    if "kind" in told:
        engaged["engagement_kind"] = told["kind"]
    engagement = engagement.corrected(**engaged)
    if any(name in told for name in PLACED):
        _move(known, engagement, told, writing)
    if "sides" in told:
        _change_sides(known, engagement, told["sides"], writing)
    _rename(known, told, writing)
    if told.get("ends_now"):
        engagement_end(engagement=engagement, last=told["end_planned"], today=writing.today, by=writing.by)


def _move(known: KnownPerson, engagement: Engagement, told: Mapping[str, Any], writing: _Writing) -> None:
    """Let the main assignment end yesterday and a new one begin today; one that begins only today is corrected."""
    former = known.main
    if former is None:
        _assign(engagement, writing, since=max(engagement.start, writing.today), **_placed(told, writing))
        return
    values = _placed(told, writing)
    if former.starts_on >= writing.today:
        former.corrected(**values)
        return
    kept: dict[str, Any] = {"unit": former.unit, "site": former.site, "position": former.position}
    kept |= {"job_role": former.job_role, "boss_id": former.boss_id}
    former.end(writing.today - DAY)
    _assign(engagement, writing, since=writing.today, **(kept | values))


def _change_sides(known: KnownPerson, engagement: Engagement, wanted: list[str], writing: _Writing) -> None:
    held = {side.unit.code: side for side in known.sides}
    for code, side in held.items():
        if code not in wanted:
            side.end(writing.today - DAY)
    for code in wanted:
        if code not in held:
            since = max(engagement.start, writing.today)
            _assign(engagement, writing, since=since, is_main=False, unit=writing.units[code])


def _rename(known: KnownPerson, told: Mapping[str, Any], writing: _Writing) -> None:
    """Let a former mail address or account end yesterday and the new one begin today."""
    for namespace, name in ((space, name) for space, name in NAMESPACES.items() if name in told):
        former = known.identities.get(namespace)
        if former is not None:
            former.end(writing.today - DAY)
        if told[name]:
            writing.identities.append(_identity(known.person.pk, namespace, told[name], since=writing.today))


def _end(known: KnownPerson, writing: _Writing) -> None:
    """End somebody whom HR's file no longer names: on the planned last day, else yesterday; withdraw who never came."""
    engagement = _engagement(known)
    yesterday = writing.today - DAY
    if engagement.start > yesterday:
        engagement_withdraw(engagement=engagement, today=writing.today, by=writing.by)
        return
    last = min(engagement.end_planned or yesterday, yesterday)
    engagement_end(engagement=engagement, last=last, today=writing.today, by=writing.by)


def _engagement(known: KnownPerson) -> Engagement:
    assert known.engagement is not None  # noqa: S101  (who has none is added by the file, not changed or ended)
    return known.engagement


def _write_person(person: Person, facts: dict[str, Any]) -> None:
    if not facts:
        return
    for name, value in facts.items():
        setattr(person, name, value)
    person.save()
    index_many([(person, person.found_by)])


def _placed(told: Mapping[str, Any], writing: _Writing) -> dict[str, Any]:
    """Return the fields of an assignment that the row tells of."""
    values: dict[str, Any] = {name: told[name] for name in ("position", "job_role") if name in told}
    if "unit" in told:
        values["unit"] = writing.units[told["unit"]]
    if "site" in told:
        values["site"] = writing.sites.get(told["site"])
    if "boss" in told:
        values["boss_id"] = writing.people.get(told["boss"])
    return values


def _assign(engagement: Engagement, writing: _Writing, *, since: date, is_main: bool = True, **values: Any) -> None:
    writing.assignments.append(Assignment(
        person_id=engagement.person_id, engagement_line=engagement.line, starts_on=since, is_main=is_main,
        source=Source.FEED, **values,
    ))  # fmt: skip


def _identity(person: UUID, namespace: str, value: str, *, since: date) -> Identity:
    return Identity(person_id=person, namespace=namespace, value=value, starts_on=since, source=Source.FEED)


def _seat_heads(writing: _Writing) -> None:
    """Seat the heads whom HR's file of units named before they had come in."""
    for unit in writing.units.values():
        if unit.head_id is None and unit.head_number in writing.people:
            unit.head_id = writing.people[unit.head_number]
            unit.save()
