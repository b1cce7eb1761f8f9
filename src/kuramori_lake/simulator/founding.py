"""Founds the company: hires, plans careers, casts the people of the story, and starts the projects."""

from dataclasses import replace
from datetime import date, timedelta

from kuramori_lake.simulator import names
from kuramori_lake.simulator.calendars import months_before
from kuramori_lake.simulator.company import (
    ADVANCED_DEVELOPMENT,
    DIE_DESIGN,
    PROTOTYPES,
    SYSTEMS,
    TESTING,
    UNITS,
    Company,
    Person,
    Project,
    ServiceAccount,
)
from kuramori_lake.simulator.dice import dice, some
from kuramori_lake.simulator.hiring import hire, leave
from kuramori_lake.simulator.moments import Moments
from kuramori_lake.simulator.unplayable import Unplayable

SECRET_PROJECT = "PJ-2403"  # noqa: S105 - a project code
_PROJECTS = (
    (SECRET_PROJECT, "蒼穹（大型一体ダイカスト金型）", "Sokyu, giga-casting die", ADVANCED_DEVELOPMENT, 31),
    ("PJ-2501", "翠嵐（薄肉放熱筐体）", "Suiran, thin-wall heat sink housing", ADVANCED_DEVELOPMENT, 20),
    ("PJ-2307", "次期ハイブリッド用変速機ケース", "Transmission case for hybrids", DIE_DESIGN, 38),
    ("PJ-2502", "量産金型の寿命延長", "Longer life of production dies", PROTOTYPES, 16),
    ("PJ-2404", "高熱伝導合金 SR-7", "High-conductivity alloy SR-7", "3300", 28),
    ("PJ-2503", "鋳造機制御ソフト 第4世代", "Casting cell control software, 4th generation", "3400", 14),
    ("PJ-2405", "北上第二ライン自動化", "Automation of Kitakami line 2", "4300", 24),
    ("PJ-2504", "欧州顧客向け電池筐体", "Battery housing for a European customer", "5100", 12),
    ("PJ-2601", "中期経営計画 2027", "Mid-term plan 2027", "1100", 7),
    ("PJ-2505", "新規顧客開拓（北米）", "New customers in North America", "2200", 11),
)
LEAVERS_PER_YEAR = 1 / 28


def found(*, seed: int, people: int, moments: Moments) -> Company:
    """The company as of the demo day, the same for the same seed, size and dates.

    Raises:
        ValueError: too few people for the units, or for the parts that have to be played.
    """
    staff = {p.number: p for p in hire(dice(seed, "hire"), people=people, start=moments.start, today=moments.today)}
    design, testing = _of(staff, DIE_DESIGN), _of(staff, TESTING)
    culprit, retiree, successor = design[2], testing[1], testing[2]
    staff[culprit.number] = replace(
        leave(culprit, notice=moments.notice, leaves=moments.leaves, used_up=13), rate=15.0, concurrent=(), habit=600
    )
    handover_end = moments.handover[1]
    staff[retiree.number] = leave(
        retiree, notice=handover_end - timedelta(days=74), leaves=handover_end + timedelta(days=14), used_up=14
    )
    exporter = _of(staff, PROTOTYPES)[1].number
    cast = {culprit.number, retiree.number, successor.number, exporter}
    leavers = _plan_leavers(seed, staff, cast, moments)
    newcomers = _plan_newcomers(seed, staff, cast | set(leavers), moments)
    married, mover = _plan_changes(seed, staff, cast | set(leavers) | set(newcomers), moments)
    ordered = tuple(staff.values())
    return Company(
        people=ordered,
        projects=tuple(_projects(seed, ordered, culprit.number, moments)),
        service_accounts=_service_accounts(_of(staff, SYSTEMS)[0].number),
        culprit=culprit.number,
        retiree=retiree.number,
        successor=successor.number,
        newcomers=newcomers,
        leavers=leavers,
        renamed=married,
        role_changer=mover,
        batch_exporter=exporter,
    )


def _of(staff: dict[str, Person], code: str) -> list[Person]:
    return [person for person in staff.values() if person.unit.code == code]


def _movable(staff: dict[str, Person], taken: set[str]) -> list[Person]:
    """People outside the story who are no heads, so that nothing else depends on them."""
    first: dict[str, str] = {}
    for person in staff.values():
        first.setdefault(person.unit.code, person.number)
    heads = set(first.values())
    return [p for p in staff.values() if p.number not in taken | heads and p.kind not in {"役員", "出向中"}]


def _plan_leavers(seed: int, staff: dict[str, Person], taken: set[str], moments: Moments) -> tuple[str, ...]:
    """Some ten others leave over the year without harm; one is still to go after the demo day."""
    rng = dice(seed, "leavers")
    chosen = some(rng, _movable(staff, taken), max(2, round(len(staff) * LEAVERS_PER_YEAR)))
    span = (moments.today - moments.start).days
    for place, person in enumerate(chosen):
        leaves = moments.start + timedelta(days=25 + (span + 20) * place // len(chosen) + rng.randrange(10))
        staff[person.number] = leave(person, notice=leaves - timedelta(days=rng.randrange(32, 62)), leaves=leaves)
    return tuple(person.number for person in chosen)


def _plan_newcomers(seed: int, staff: dict[str, Person], taken: set[str], moments: Moments) -> tuple[str, ...]:
    """New people join in April and October and look around widely in their first weeks."""
    rng = dice(seed, "newcomers")
    chosen = some(rng, _movable(staff, taken), max(1, len(staff) // 40))
    year = moments.today.year
    days = [d for d in (date(year, 4, 1), date(year, 10, 1)) if moments.start <= d < moments.today]
    days = days or [moments.start + timedelta(days=7)]
    for person in chosen:
        staff[person.number] = replace(person, career=replace(person.career, joined=rng.choice(days)))
    return tuple(person.number for person in chosen)


def _plan_changes(seed: int, staff: dict[str, Person], taken: set[str], moments: Moments) -> tuple[str, str]:
    """One person marries and gets a new account; one changes from domestic to overseas sales."""
    rng = dice(seed, "changes")
    free = [person for person in _movable(staff, taken) if person.unit.site.country == "JP"]
    if len(free) < 2:  # noqa: PLR2004
        raise Unplayable("%(people)s people are too few for all parts of the story", people=len(staff))
    married, mover = rng.sample(free, 2)
    new = names.renamed(married.name, "榛葉", "シンバ", "shinba")
    staff[married.number] = replace(married, name=new, former_account=(married.name.account, moments.renaming))
    before = UNITS["2100" if mover.unit.code != "2100" else "2200"]
    staff[mover.number] = replace(mover, moved=(before, moments.role_change))
    return married.number, mover.number


def _projects(seed: int, people: tuple[Person, ...], culprit: str, moments: Moments) -> list[Project]:
    rng = dice(seed, "projects")
    present = [p for p in people if p.number != culprit and p.employed_on(moments.today)]
    result = []
    for code, name, name_en, unit_code, age in _PROJECTS:
        own = [person for person in present if person.unit.code == unit_code]
        outsiders = [p for p in present if p.unit.code[0] in {"3", unit_code[0]} and p.unit.code != unit_code]
        # The die designers have no part in the secret project: the story is that one of them reads it all.
        if code == SECRET_PROJECT:
            outsiders = [person for person in outsiders if person.unit.code != DIE_DESIGN]
        members = own[: max(2, len(own) * 2 // 3)] + some(rng, outsiders, max(1, len(people) // 45))
        result.append(
            Project(
                code=code,
                name=name,
                name_en=name_en,
                unit=UNITS[unit_code],
                start=months_before(moments.today, age).replace(day=1),
                end=None if age < 24 or code == SECRET_PROJECT else moments.today.replace(day=1),  # noqa: PLR2004
                leader=members[0].number,
                members=tuple(person.number for person in members),
            )
        )
    return result


def _service_accounts(keeper: str) -> tuple[ServiceAccount, ...]:
    return (
        ServiceAccount(account="svc-backup", purpose="夜間バックアップ", host="bk01", ip="10.1.0.21", keeper=keeper),
        ServiceAccount(account="svc-index", purpose="全文検索の索引作成", host="srch01", ip="10.1.0.22", keeper=keeper),
    )
