"""An ordinary day of everybody: when they come and go, what they open, print and copy.

Opens per day are heavy-tailed around the person's rate; documents come from the month's working set (what one is busy
with), now and then from the rest of the area by popularity (Zipf). Quarter and month ends, first weeks of newcomers,
night shifts and a few week-ends are in it on purpose: they look odd and are not.
"""

from calendar import monthrange
from datetime import date
from random import Random

from kuramori_lake.simulator import samba
from kuramori_lake.simulator.badges import GATE, room
from kuramori_lake.simulator.calendars import HAMAMATSU, KITAKAMI, LUDWIGSBURG
from kuramori_lake.simulator.company import ACCOUNTING, PERSONNEL, Person
from kuramori_lake.simulator.dice import dice, heavy
from kuramori_lake.simulator.library import Area, Document
from kuramori_lake.simulator.stage import ATTENDANCE, Stage

HOUR = 3600
_WEEKEND = 5
_NIGHT_UNITS = {"4100", "4200"}
_WEEKEND_WORK = {"design": 0.018, "software": 0.015, "lab": 0.012, "shop": 0.01}
_PRINTS = {"board": 0.6, "office": 2.0, "sales": 1.6, "design": 0.9, "software": 0.4, "lab": 0.9, "shop": 0.6}
_WEEKDAY = (1.12, 1.05, 1.0, 0.98, 0.88, 0.5, 0.5)
_NEWCOMER_DAYS = 30
_STICK_HOLDERS = 14
_LAST_GATE = 30 * HOUR - 45
"""The 30-hour clock of the door controllers ends at 29:59:59; the night shift is out of the gate by then."""


class OrdinaryDays:
    """The background of a simulated company, day by day."""

    def __init__(self, stage: Stage) -> None:
        """Nothing happens before `live`."""
        self.stage = stage
        rng = dice(stage.seed, "hours")
        self.office = tuple(_office_second(rng) for _ in range(4096))
        self.night = tuple(rng.randrange(int(20.8 * HOUR), int(28.6 * HOUR)) for _ in range(1024))
        self._working_sets: dict[str, list[Document]] = {}
        self._month = 0

    def live(self, day: date) -> None:
        """Everybody's day."""
        if day.month != self._month:
            self._month = day.month
            self._working_sets.clear()
        rng = dice(self.stage.seed, "day", day)
        works = {site.code: site.works_on(day) for site in (HAMAMATSU, LUDWIGSBURG)} | {
            "KTK": self.stage.badges["KTK"].site.works_on(day)
        }
        for person in self.stage.company.people:
            if not person.employed_on(day):
                continue
            chance = rng.random()
            if self.stage.is_away(person, day):
                continue
            planned = (person.number, day) in self.stage.stays_until
            if works[person.unit.site.code]:
                if chance < ATTENDANCE or planned:
                    self._day_of(rng, day, person)
            elif chance < _WEEKEND_WORK.get(person.unit.trade, 0.0) and person.kind == "正社員" and not planned:
                self._day_of(rng, day, person)

    def _day_of(self, rng: Random, day: date, person: Person) -> None:
        at_night = person.unit.code in _NIGHT_UNITS and (int(person.number[1:]) + day.isocalendar().week) % 3 == 0
        german = person.unit.site is LUDWIGSBURG
        scale = self.stage.budget.windows if german else self.stage.budget.samba
        wanted = heavy(rng, person.rate * scale * _season(person, day), 0.5)
        profile = self.night if at_night else self.office
        seconds = sorted(second + person.habit for second in rng.choices(profile, k=wanted))
        if wanted:
            (self._opens_german if german else self._opens_japanese)(rng, day, person, seconds)
        if person.unit.trade == "design":
            self.stage.devices.seated(day, max(0, seconds[0] - 420) if seconds else int(8.6 * HOUR), person)
        self._doors(rng, day, person, seconds, at_night=at_night)
        self._prints(rng, day, person)
        if has_lent_stick(person) and rng.random() < 0.07:  # noqa: PLR2004
            self._registered_stick(rng, day, person)

    def _opens_japanese(self, rng: Random, day: date, person: Person, seconds: list[int]) -> None:
        stage, usual = self.stage, self._working_set(person, day)
        own, projects = stage.areas_of(person, day)
        who = samba.who(person.account_on(day), person.ip, person.pc)
        known = 0.45 if (day - person.career.joined).days < _NEWCOMER_DAYS else 0.80
        shares: dict[str, Document] = {}
        for second, document in zip(seconds, rng.choices(usual, k=len(seconds)), strict=True):
            draw = rng.random()
            if draw < known:
                stage.server_of(document).entries.append((second, samba.opened(who, document)))
            elif draw < 0.90:  # noqa: PLR2004
                document = _other(rng, own, projects)  # noqa: PLW2901 - looks at something else instead
                add = stage.server_of(document).entries.append
                add((second, samba.opened(who, document)))
                add((second, samba.fetched(who, document)))
            else:
                stage.server_of(document).entries += [(second, text) for text in _change(rng, who, document, draw)]
            stage.remember(person, day, document[1])
            shares.setdefault(document[0], document)
        for share, document in shares.items():
            entries = stage.server_of(document).entries
            entries.append((max(0, seconds[0] - 3), samba.connected(who, share)))
            entries.append((seconds[0] - 1, samba.listed(who, document)))
            entries.append((seconds[-1] + 240, samba.disconnected(who, share)))

    def _opens_german(self, rng: Random, day: date, person: Person, seconds: list[int]) -> None:
        log = self.stage.windows
        session = log.session(person, day)
        log.entries.append((seconds[0] - 2, session.began()))
        for second, document in zip(seconds, rng.choices(self._working_set(person, day), k=len(seconds)), strict=True):
            writes = rng.random() < 0.12  # noqa: PLR2004
            log.entries.append((second, session.checked(document, writes=writes)))
            if document[0] == "Entwicklung":
                log.entries.append((second, session.accessed(document, writes=writes)))
        log.entries.append((seconds[-1] + 600, session.ended()))

    def _working_set(self, person: Person, day: date) -> list[Document]:
        """What this person is busy with this month: mostly the own area, some of the projects, a little common."""
        found = self._working_sets.get(person.number)
        if found is None:
            rng = dice(self.stage.seed, "busy", person.number, day.year, day.month)
            own, projects = self.stage.areas_of(person, day)
            common = self.stage.library.areas["5300" if person.unit.site is LUDWIGSBURG else PERSONNEL]
            found = own.pick(rng, 70) + common.pick(rng, 4)
            for area in projects:
                found += area.pick(rng, 24 // len(projects))
            self._working_sets[person.number] = found
        return found

    def _doors(self, rng: Random, day: date, person: Person, seconds: list[int], *, at_night: bool) -> None:
        budget = self.stage.budget
        leaves_at = self.stage.stays_until.get((person.number, day))
        if leaves_at is None and rng.random() >= budget.badge_days:
            return
        log = self.stage.badges[person.unit.site.code]
        start = (20.2 if at_night else 8.35) * HOUR + person.habit / 2 + rng.randrange(-600, 600)
        end = (28.7 if at_night else 17.9) * HOUR + person.habit / 2 + int(rng.expovariate(1 / 2400))
        first = int(min([start, *(second - 240 for second in seconds[:1])]))
        last = leaves_at or int(max([end, *(second + 500 for second in seconds[-1:])]))
        last = min(last, _LAST_GATE)
        log.passed(first, person, GATE, inwards=True)
        log.passed(last, person, GATE, inwards=False)
        if rng.random() < budget.inner_doors:
            log.passed(first + 95, person, room(person), inwards=True)
            log.passed(last - 110, person, room(person), inwards=False)

    def _prints(self, rng: Random, day: date, person: Person) -> None:
        mean = self.stage.budget.prints * _PRINTS[person.unit.trade] * 1.4
        if person.unit.code == ACCOUNTING and day.day >= monthrange(day.year, day.month)[1] - 1:
            mean *= 6
        for _ in range(int(rng.expovariate(1 / mean)) if mean else 0):
            document = rng.choice(self._working_set(person, day))
            name = document[1].replace("\\", "/").rpartition("/")[2]
            second = rng.choice(self.office) + person.habit
            printer = f"{person.unit.site.prefix}-MFP{1 + int(person.unit.code) % 4}"
            log = self.stage.printing if person.unit.site is KITAKAMI else self.stage.endpoints
            log.printed(day, second, person, name, pages=1 + heavy(rng, 3.0, 0.9), printer=printer)

    def _registered_stick(self, rng: Random, day: date, person: Person) -> None:
        stick = ("貸与USBメモリ ﾘﾑｰﾊﾞﾌﾞﾙ", lent_stick(person))
        second = rng.randrange(9 * HOUR, 16 * HOUR)
        if person.unit.site is LUDWIGSBURG:
            self.stage.devices.disk(day, second, person, "SanDisk Ultra", stick[1])
            return
        self.stage.endpoints.plugged(day, second, person, stick, known=True)
        for place in range(1 + heavy(rng, 2.0)):
            name = rng.choice(self._working_set(person, day))[1].replace("\\", "/").rpartition("/")[2]
            size = heavy(rng, 900_000, 1.2)
            self.stage.endpoints.copied(day, second + 30 + 9 * place, person, name, size=size, stick=stick, known=True)
        self.stage.endpoints.unplugged(day, second + 900, person, stick)


def has_lent_stick(person: Person) -> bool:
    """One in so many has a stick of the company's."""
    return int(person.number[1:]) % _STICK_HOLDERS == 0


def lent_stick(person: Person) -> str:
    """Its serial number."""
    return f"SR{int(person.number[1:]):06d}A"


def _office_second(rng: Random) -> int:
    part = rng.random()
    if part < 0.46:  # noqa: PLR2004
        return int(rng.triangular(8.6 * HOUR, 12.0 * HOUR, 9.8 * HOUR))
    if part < 0.95:  # noqa: PLR2004
        return int(rng.triangular(13.0 * HOUR, 18.0 * HOUR, 15.2 * HOUR))
    return int(rng.triangular(18.0 * HOUR, 20.3 * HOUR, 18.2 * HOUR))


def _season(person: Person, day: date) -> float:
    """Weekday, and the quarter's last days for those who close books and orders."""
    season = _WEEKDAY[day.weekday()]
    closing = day.month % 3 == 0 and day.day >= monthrange(day.year, day.month)[1] - 4
    if closing and (person.unit.code == ACCOUNTING or person.unit.trade == "sales"):
        season *= 2.4
    return season


def _other(rng: Random, own: Area, projects: list[Area]) -> Document:
    area = rng.choice(projects) if projects and rng.random() < 0.2 else own  # noqa: PLR2004
    return area.pick(rng, 1)[0]


def _change(rng: Random, who: str, document: Document, draw: float) -> tuple[str, ...]:
    """Mostly a save; seldom a rename, a deletion, or a refusal."""
    if draw < 0.988:  # noqa: PLR2004
        return samba.overwritten(who, document)
    if draw < 0.993:  # noqa: PLR2004
        stem, _, ending = document[1].rpartition(".")
        return samba.moved(who, document, f"{stem}_旧{rng.randrange(1, 9)}.{ending}")
    if draw < 0.996:  # noqa: PLR2004
        return samba.deleted(who, (document[0], f"{document[1].rpartition('/')[0]}/~作業{rng.randrange(999)}.tmp"))
    return (samba.refused(who, document),)
