"""Ordinary mail, web, database use and travel of everybody: modest rates, heavy-tailed sizes, the same few partners.

Some innocent people mail home or upload a large file now and then; travellers collect papers the day before and are
seen at another site's gate. All of it looks odd and is not.
"""

from datetime import date, timedelta
from random import Random

from kuramori_lake.simulator import samba
from kuramori_lake.simulator.badges import GATE
from kuramori_lake.simulator.calendars import DAY, HAMAMATSU, KITAKAMI, LUDWIGSBURG
from kuramori_lake.simulator.company import Person
from kuramori_lake.simulator.database_log import TABLES
from kuramori_lake.simulator.dice import dice, heavy
from kuramori_lake.simulator.stage import ATTENDANCE, Stage

HOUR = 3600
PARTNERS = (
    "kaname-parts.example",
    "minato-motor.example",
    "kasumi-alumi.example",
    "yamatsumi.example",
    "nordhain.example",
    "shiramine-u.example",
    "oukirara.example",
    "halvorsen.example",
)
FREE_MAIL = ("gmail.com", "yahoo.co.jp", "outlook.com")
SERVICES = (
    "keihi.cloud.example",
    "kintai.cloud.example",
    "eigyo-crm.example",
    "webmeeting.example",
    "cad-portal.example",
)
_MAIL_RATES = {"board": 2.0, "office": 1.2, "sales": 3.0, "design": 0.7, "software": 0.7, "lab": 0.7, "shop": 0.1}
_QUERY_RATES = {"board": 0.3, "office": 0.6, "sales": 4.0, "design": 0.0, "software": 0.8, "lab": 0.0, "shop": 0.0}
_MAILS_HOME_EVERY = 9
"""One in nine sometimes mails a file to the own private address, which no rule of this company forbids."""


class Traffic:
    """What goes over mail relay, proxy and database on each day."""

    def __init__(self, stage: Stage) -> None:
        """Plan who travels when; nothing else happens before `flow`."""
        self.stage = stage
        self.trips = _plan_trips(stage)

    def flow(self, day: date) -> None:
        """Everybody's day, in a stream of chance of its own."""
        rng = dice(self.stage.seed, "traffic", day)
        for person in self.stage.company.people:
            if not person.employed_on(day):
                continue
            if (person.number, day + DAY) in self.trips:
                self._collect_for_trip(rng, day, person)
            if (person.number, day) in self.trips:
                self._visit(rng, person)
            elif person.unit.site.works_on(day) and rng.random() < ATTENDANCE and not self.stage.is_away(person, day):
                self._mails(rng, day, person)
                self._web(rng, day, person)
                self._queries(rng, day, person)

    def _mails(self, rng: Random, day: date, person: Person) -> None:
        mean = self.stage.budget.mails * _MAIL_RATES[person.unit.trade]
        staff = int(person.number[1:])
        for _ in range(_poisson(rng, mean)):
            partner = PARTNERS[(staff + rng.randrange(3)) % len(PARTNERS)]
            to = [f"{rng.choice(('info', 'sato', 'k.ito', 'tanaka'))}@{partner}" for _ in range(1 + heavy(rng, 0.3))]
            self.stage.mail.mailed(day, _office(rng), person, size=2_000 + heavy(rng, 60_000, 1.3), to=to)
        if staff % _MAILS_HOME_EVERY == 0 and rng.random() < min(0.03, mean / 10):
            home = f"{person.name.account}.home@{FREE_MAIL[staff % len(FREE_MAIL)]}"
            self.stage.mail.mailed(day, _office(rng), person, size=heavy(rng, 400_000, 1.0), to=[home])

    def _web(self, rng: Random, day: date, person: Person) -> None:
        proxy, mean = self.stage.proxy, self.stage.budget.uploads
        for _ in range(_poisson(rng, mean)):
            service = SERVICES[(int(person.number[1:]) + rng.randrange(2)) % len(SERVICES)]
            kind, size = rng.random(), heavy(rng, 30_000, 1.6)
            if kind < 0.3:  # noqa: PLR2004
                proxy.fetched(day, _office(rng), person, f"http://{service}/index.html")
            elif kind < 0.6:  # noqa: PLR2004
                proxy.tunnelled(day, _office(rng), person, service, size)
            else:
                proxy.uploaded(day, _office(rng), person, f"http://{service}/api/files", size)

    def _queries(self, rng: Random, day: date, person: Person) -> None:
        if person.unit.site is LUDWIGSBURG:
            return
        for _ in range(_poisson(rng, self.stage.budget.queries * _QUERY_RATES[person.unit.trade])):
            self.stage.database.queried(day, _office(rng), person, rng.choice(TABLES), heavy(rng, 40, 1.4))

    def _collect_for_trip(self, rng: Random, day: date, person: Person) -> None:
        """The evening before: some thirty papers of one's own, some on the registered stick."""
        own, _ = self.stage.areas_of(person, day)
        who = samba.who(person.account_on(day), person.ip, person.pc)
        for document in own.pick(rng, rng.randrange(15, 40)):
            add, second = self.stage.server_of(document).entries.append, rng.randrange(17 * HOUR, 19 * HOUR)
            add((second, samba.opened(who, document)))
            add((second, samba.fetched(who, document)))

    def _visit(self, rng: Random, person: Person) -> None:
        other = KITAKAMI if person.unit.site is HAMAMATSU else HAMAMATSU
        log = self.stage.badges[other.code]
        log.passed(rng.randrange(9 * HOUR, 10 * HOUR), person, GATE, inwards=True)
        log.passed(rng.randrange(16 * HOUR, 18 * HOUR), person, GATE, inwards=False)


def _plan_trips(stage: Stage) -> set[tuple[str, date]]:
    """About one trip in two weeks for a hundred people, each of two days at the other Japanese site."""
    rng = dice(stage.seed, "trips")
    company, trips = stage.company, set()
    parts = {company.culprit, company.retiree, company.successor, company.batch_exporter, *stage.spoken_for}
    able = [p for p in company.people if p.unit.site is not LUDWIGSBURG and p.number not in parts]
    able = [p for p in able if p.unit.trade in {"design", "lab", "sales", "office"} and p.career.notice is None]
    span = (stage.moments.today - stage.moments.start).days
    for _ in range(len(company.people) * span // 1400):
        person, first = rng.choice(able), stage.moments.start + timedelta(days=1 + rng.randrange(max(1, span - 4)))
        if HAMAMATSU.works_on(first) and HAMAMATSU.works_on(first + DAY):
            trips |= {(person.number, first), (person.number, first + DAY)}
    stage.away.update(trips)
    return trips


def _office(rng: Random) -> int:
    return int(rng.triangular(8.7 * HOUR, 18.2 * HOUR, 14.0 * HOUR))


def _poisson(rng: Random, mean: float) -> int:
    """A small count around its mean; 0 if the mean is."""
    count, left = 0, rng.expovariate(1.0)
    while left < mean:
        count, left = count + 1, left + rng.expovariate(1.0)
    return count
