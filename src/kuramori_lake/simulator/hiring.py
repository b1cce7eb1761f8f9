"""Fills the units with people: kinds of engagement, positions, careers, and the roles that the story needs."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from kuramori_lake.simulator import names
from kuramori_lake.simulator.calendars import months_before
from kuramori_lake.simulator.company import (
    ADVANCED_DEVELOPMENT,
    BOARD,
    DIE_DESIGN,
    PROTOTYPES,
    STAFFED,
    TESTING,
    Career,
    Person,
    Trade,
    Unit,
)
from kuramori_lake.simulator.unplayable import Unplayable

_KINDS = (
    ("正社員", 78),
    ("契約社員", 7),
    ("派遣社員", 8),
    ("業務委託", 3),
    ("出向受入", 2),
    ("出向中", 1),
    ("顧問", 1),
)
_NUMBERS = {"派遣社員": "H", "業務委託": "G", "顧問": "A", "出向受入": "S"}
_POSITIONS = ("主任", "係長", "担当", "担当", "担当", "主任", "担当", "専門職")
_BOARD = ("代表取締役社長", "専務取締役", "常務取締役", "取締役", "監査役", "執行役員")
_JOBS: dict[Trade, str] = {
    "board": "経営",
    "office": "事務",
    "sales": "営業",
    "design": "設計",
    "software": "ソフトウェア",
    "lab": "研究・試験",
    "shop": "製造",
}
_RATES: dict[Trade, float] = {
    "board": 2.5,
    "office": 5.5,
    "sales": 6.0,
    "design": 14.0,
    "software": 9.0,
    "lab": 8.0,
    "shop": 1.6,
}
_KEY_UNITS = {DIE_DESIGN: 4, ADVANCED_DEVELOPMENT: 2, PROTOTYPES: 2, TESTING: 3}


def headcounts(people: int) -> dict[str, int]:
    """People per unit by largest remainder; units of the story get the few that it needs. Adds up exactly."""
    floor = {unit.code: _KEY_UNITS.get(unit.code, 1) for unit in STAFFED}
    spare = people - sum(floor.values())
    if spare < 0:
        raise Unplayable(
            "the company needs at least %(least)s people, not %(people)s", least=sum(floor.values()), people=people
        )
    total = sum(unit.weight for unit in STAFFED)
    wanted = {unit.code: max(0.0, unit.weight * people / total - floor[unit.code]) for unit in STAFFED}
    shrink = spare / (sum(wanted.values()) or 1.0)
    exact = {code: more * shrink for code, more in wanted.items()}
    result = {code: floor[code] + int(more) for code, more in exact.items()}
    by_remainder = sorted(exact, key=lambda code: (int(exact[code]) - exact[code], code))
    for code in by_remainder[: people - sum(result.values())]:
        result[code] += 1
    return result


def hire(rng: Random, *, people: int, start: date, today: date) -> list[Person]:
    """Everybody, unit by unit, heads first; nobody has given notice yet."""
    accounts: set[str] = set()
    staff: list[Person] = []
    counts = headcounts(people)
    for unit in STAFFED:
        first = len(staff)
        for rank in range(counts[unit.code]):
            boss = _boss_of(unit, staff, staff[first].number if rank else "")
            serial = len(staff) + 1
            staff.append(_person(rng, unit, rank=rank, serial=serial, boss=boss, accounts=accounts, start=start))
    return _give_second_duties(rng, staff, today)


def leave(person: Person, *, notice: date, leaves: date, used_up: int = 10) -> Person:
    """The person with a leave planned: the last day at work lies `used_up` days of holiday before the end."""
    last_day = max(notice, leaves - timedelta(days=used_up))
    return replace(person, career=replace(person.career, notice=notice, last_day=last_day, leaves=leaves))


def _person(rng: Random, unit: Unit, *, rank: int, serial: int, boss: str, accounts: set[str], start: date) -> Person:
    kind, position = _engagement(rng, unit, rank)
    german = unit.site.country == "DE"
    name = names.german(rng, accounts) if german else names.japanese(rng, accounts)
    joined = months_before(start, rng.randrange(2, 300 if kind in {"正社員", "役員"} else 36)).replace(day=1)
    third = {"HMM": 1, "KTK": 2, "LUD": 3}[unit.site.code]
    return Person(
        number=f"{_NUMBERS.get(kind, 'E')}{serial:04d}",
        name=name,
        unit=unit,
        position=position,
        kind=kind,
        job=_JOBS[unit.trade],
        career=Career(joined=joined),
        boss=boss,
        concurrent=(),
        card=f"00{12_000_000 + serial * 37:08d}",
        pc=f"pc-{unit.site.prefix.lower()}{serial:04d}",
        ip=f"10.{third}.{10 + serial // 200}.{20 + serial % 200}",
        rate=_RATES[unit.trade] * rng.lognormvariate(0.0, 0.35) * (0.6 if rank == 0 else 1.0),
        habit=rng.randrange(-2700, 2700),
    )


def _engagement(rng: Random, unit: Unit, rank: int) -> tuple[str, str]:
    if unit.code == BOARD:
        return "役員", _BOARD[min(rank, len(_BOARD) - 1)]
    if rank == 0:
        return "正社員", "部長" if unit.name.endswith("部") else "課長"
    if unit.site.country == "DE":
        return "正社員", rng.choice(_POSITIONS)
    if rank < _KEY_UNITS.get(unit.code, 0):
        return "正社員", "主任"
    kind = rng.choices([k for k, _ in _KINDS], [w for _, w in _KINDS])[0]
    return kind, rng.choice(_POSITIONS) if kind in {"正社員", "出向受入", "出向中"} else "担当"


def _boss_of(unit: Unit, staff: list[Person], head: str) -> str:
    """The head of the unit; heads answer to a member of the board, the president to nobody."""
    if head:
        return head
    board = [person for person in staff if person.unit.code == BOARD]
    return board[int(unit.code[0]) % len(board)].number if board else ""


def _give_second_duties(rng: Random, staff: list[Person], today: date) -> list[Person]:
    """About one in twenty-five also works for a second unit (兼務), a few of them for a third."""
    regular = [p for p in staff if p.kind == "正社員" and p.unit.site.country == "JP" and p.career.joined < today]
    chosen = {person.number for person in rng.sample(regular, max(1, len(staff) // 25))}
    codes = [unit.code for unit in STAFFED if unit.site.country == "JP" and unit.code not in {BOARD, DIE_DESIGN}]
    result = []
    for person in staff:
        if person.number in chosen:
            others = rng.sample([c for c in codes if c != person.unit.code], 2 if rng.random() < 0.2 else 1)  # noqa: PLR2004
            result.append(replace(person, concurrent=tuple(others)))
        else:
            result.append(person)
    return result
