"""Casts the cases: who does it and when, who else works with the same vaults, and who leaves without any harm."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from kuramori_lake.simulator.calendars import DAY, HAMAMATSU, days
from kuramori_lake.simulator.cases.book import CASES, OTHERS, VAULTS, Case, Strength
from kuramori_lake.simulator.company import UNITS, Company, Person, Project
from kuramori_lake.simulator.dice import dice, some
from kuramori_lake.simulator.hiring import leave
from kuramori_lake.simulator.moments import Moments
from kuramori_lake.simulator.unplayable import Unplayable

WARM_DAYS = 45
"""No deed before: everybody needs some time to become usual."""
SPAN_LEFT = 4
_INNOCENT_A_YEAR = 0.12
_HOLIDAYS = 9


@dataclass(frozen=True, kw_only=True)
class Part:
    """One case with the person who plays it. `days` are the days of deeds; `last` is the last day at work."""

    case: Case
    strength: Strength
    person: str
    days: tuple[date, ...]
    last: date

    @property
    def amount(self) -> int:
        """Documents, or rows, in all."""
        return self.case.amount_in(self.strength)


def cast(
    company: Company, *, seed: int, wanted: Mapping[str, Strength], moments: Moments, within: int | None = None
) -> tuple[Company, list[Part]]:
    """The company with the people of the wanted cases, the vaults, and more innocent leavers.

    With `within` the last deed of each case lies so many days before today at most, and its person may still be there.

    Raises:
        Unplayable: too few people or too short a history for the cases.
    """
    if not wanted:
        return company, []
    rng = dice(seed, "cases")
    staff = {person.number: person for person in company.people}
    taken = _spoken_for(company)
    parts = []
    for case in (case for case in (*CASES, *OTHERS) if case.id in wanted):
        person = _fitting(rng, staff, taken, case)
        taken.add(person.number)
        last = _last_day(rng, case, moments, within)
        part = _part(person, case, wanted[case.id], last)
        parts.append(part)
        staff[person.number] = _career(person, part, moments.today)
    innocent = _innocent_leavers(rng, staff, taken, moments)
    projects = tuple(_without_culprits(company.projects, {part.person for part in parts}))
    vaults = tuple(_vault(rng, code, staff, parts, moments) for code in VAULTS)
    return replace(
        company,
        people=tuple(staff.values()),
        projects=(*projects, *vaults),
        leavers=(*company.leavers, *innocent),
    ), parts


def _spoken_for(company: Company) -> set[str]:
    named = {company.culprit, company.retiree, company.successor, company.batch_exporter, company.renamed}
    heads = {company.staff(code)[0].number for code in UNITS if company.staff(code)}
    leaders = {project.leader for project in company.projects}
    return {*named, *heads, *leaders, company.role_changer, *company.newcomers, *company.leavers}


def _fitting(rng: Random, staff: Mapping[str, Person], taken: set[str], case: Case) -> Person:
    free = [p for p in staff.values() if p.number not in taken and (p.unit.site is HAMAMATSU or p.unit.trade == "shop")]
    free = [p for p in free if p.kind in {"正社員", "契約社員", "派遣社員", "業務委託"}]
    owners = {VAULTS[code][2] for code in case.vaults}
    for trade in case.trades:
        fit = [p for p in free if p.unit.trade == trade and (p.unit.code in owners) is case.member]
        if fit:
            return rng.choice(fit)
    fit = [p for p in free if p.unit.trade in case.trades]
    if not fit:
        raise Unplayable("%(people)s people are too few to play %(case)s", people=len(staff), case=case.id)
    return rng.choice(fit)


def _last_day(rng: Random, case: Case, moments: Moments, within: int | None) -> date:
    earliest = WARM_DAYS + max(case.reach, case.away_before + 20)
    span = (moments.today - moments.start).days
    if earliest > span - SPAN_LEFT:
        raise Unplayable("the history is too short for %(case)s: %(days)s days", case=case.id, days=span)
    if within is None:
        return moments.start + timedelta(days=rng.randrange(earliest, span - SPAN_LEFT + 1))
    return moments.today - timedelta(days=rng.randrange(SPAN_LEFT, within + 1) - case.tail)


def _part(person: Person, case: Case, strength: Strength, last: date) -> Part:
    while not person.unit.site.works_on(last):
        last -= DAY
    return Part(
        case=case, strength=strength, person=person.number, days=_deeds(person, case, strength, last), last=last
    )


def _deeds(person: Person, case: Case, strength: Strength, last: date) -> tuple[date, ...]:
    """Working days up to `tail` days before the last day; few documents leave days free between them."""
    if not case.detectable:
        return ()
    end, (length, in_calendar) = last - timedelta(days=case.tail), case.window_in(strength)
    begin = end - timedelta(days=length - 1) if in_calendar else end - timedelta(days=3 * length + 20)
    working = [day for day in days(begin, end + DAY) if person.unit.site.works_on(day)]
    if not in_calendar:
        return tuple(working[-length:])
    steps = min(len(working), max(5, case.amount_in(strength) // 3))
    return tuple(working[(place * len(working)) // steps] for place in range(steps))


def _career(person: Person, part: Part, today: date) -> Person:
    """With a last day at work, and a notice if anybody knows of it yet."""
    notice = part.last - timedelta(days=part.case.notice_before or 0)
    gone = leave(person, notice=notice, leaves=part.last + DAY, used_up=1)
    is_known = part.case.notice_before is not None and notice < today
    career = replace(gone.career, last_day=part.last, notice=gone.career.notice if is_known else None)
    return replace(gone, career=career, kind="業務委託" if part.case.contractor else gone.kind)


def _innocent_leavers(rng: Random, staff: dict[str, Person], taken: set[str], moments: Moments) -> tuple[str, ...]:
    """One in eight a year leaves, as people do (lake.md: 10 to 15 %), with notice and without taking anything."""
    span = (moments.today - moments.start).days
    free = [p for p in staff.values() if p.number not in taken and p.kind not in {"役員", "出向中"}]
    gone = some(rng, free, round(len(staff) * _INNOCENT_A_YEAR * span / 365))
    for person in gone:
        leaves = moments.start + timedelta(days=rng.randrange(WARM_DAYS + 15, span + 10))
        notice = leaves - timedelta(days=rng.randrange(30, 62))
        staff[person.number] = leave(person, notice=notice, leaves=leaves, used_up=_HOLIDAYS)
    return tuple(person.number for person in gone)


def _without_culprits(projects: tuple[Project, ...], culprits: set[str]) -> list[Project]:
    return [replace(p, members=tuple(m for m in p.members if m not in culprits)) for p in projects]


def _vault(rng: Random, code: str, staff: Mapping[str, Person], parts: list[Part], moments: Moments) -> Project:
    """A stock of documents that a unit and some of its neighbours work with every day."""
    name, name_en, unit, _ = VAULTS[code]
    culprits = {part.person for part in parts}
    members = {part.person for part in parts if part.case.member and code in part.case.vaults}
    own = [p for p in staff.values() if p.unit.code == unit and p.number not in culprits]
    near = [p for p in staff.values() if p.unit.code[0] == unit[0] and p.number not in culprits and p not in own]
    users = [p.number for p in own] + [p.number for p in some(rng, near, max(2, len(own) // 2))]
    return Project(
        code=code,
        name=name,
        name_en=name_en,
        unit=UNITS[unit],
        start=(moments.start - timedelta(days=1500)).replace(day=1),
        end=None,
        leader=users[0],
        members=(*users, *sorted(members)),
    )
