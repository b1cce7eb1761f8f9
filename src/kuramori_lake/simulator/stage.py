"""What every scene needs: the company, its documents, the open logs, and how much of everything there should be."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from kuramori_lake.simulator import badges, endpoints
from kuramori_lake.simulator.badges import BadgeLog
from kuramori_lake.simulator.calendars import HAMAMATSU, KITAKAMI, LUDWIGSBURG, SITES, days
from kuramori_lake.simulator.company import DIE_DESIGN, Company, Person
from kuramori_lake.simulator.database_log import DatabaseLog
from kuramori_lake.simulator.device_log import DeviceLog
from kuramori_lake.simulator.endpoints import EndpointLog
from kuramori_lake.simulator.library import SHARES_OF, Area, Document, Library
from kuramori_lake.simulator.mail_log import MailLog
from kuramori_lake.simulator.moments import Moments
from kuramori_lake.simulator.outputs import MonthlyFile
from kuramori_lake.simulator.print_log import PrintLog
from kuramori_lake.simulator.proxy_log import ProxyLog
from kuramori_lake.simulator.samba import SambaLog
from kuramori_lake.simulator.windows import WindowsLog

ATTENDANCE = 0.94
_SHARES = {"samba": 0.56, "windows": 0.10, "badge": 0.19, "endpoint": 0.05, "service": 0.03}
_MAIL_SHARE, _WEB_SHARE, _DATABASE_SHARE = 0.045, 0.015, 0.01
_LINES_PER_MAIL = 5.4
_CONNECTS = 3.0
_LINES_PER_OPEN = 1.25
_RECORDS_PER_OPEN = 1.75
_MEAN_OF_HEAVY = 1.14
_PLAIN = (
    ("mx01", "mail", "log"),
    ("proxy01", "access", "log"),
    ("print-ktk", "page_log", "log"),
    ("db01", "postgresql", "csv"),
    ("pcs", "devices", "jsonl"),
)


class DayLog(Protocol):
    """A log that is written day by day."""

    def close_day(self, day: date) -> None:
        """Write the day in order of time."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How much happens. Rates are multipliers of a person's own rate, chosen so that all lines add up to the wish."""

    samba: float
    windows: float
    badge_days: float
    inner_doors: float
    prints: float
    service_reads: int
    planted: int
    mails: float = 0.1
    uploads: float = 0.1
    queries: float = 0.1

    @classmethod
    def plan(cls, *, events: int, company: Company, moments: Moments) -> "Budget":
        """Divide the wished number of lines among the sources (they add up within a few percent)."""
        japanese = [p for p in company.people if p.unit.site.country == "JP"]
        german = [p for p in company.people if p.unit.site.country == "DE"]
        days_jp, opens_jp = _expected(japanese, moments)
        days_de, opens_de = _expected(german, moments)
        planted = planted_files(events)
        person_days = days_jp + days_de
        door_lines = _SHARES["badge"] * events / person_days
        samba = _SHARES["samba"] * events - planted * 8.5
        return cls(
            samba=max(0.02, (samba - days_jp * _CONNECTS) / _LINES_PER_OPEN / opens_jp),
            windows=max(0.02, (_SHARES["windows"] * events - days_de * 2) / _RECORDS_PER_OPEN / opens_de),
            badge_days=min(1.0, door_lines / 2),
            inner_doors=max(0.0, min(1.0, door_lines / 2 - 1)),
            prints=_SHARES["endpoint"] * events / person_days,
            service_reads=max(1, int(_SHARES["service"] * events / 4 / (moments.today - moments.start).days)),
            planted=planted,
            mails=_MAIL_SHARE * events / person_days / _LINES_PER_MAIL,
            uploads=_WEB_SHARE * events / person_days,
            queries=_DATABASE_SHARE * events / person_days,
        )


def planted_files(events: int) -> int:
    """Files read in the story and handed over by the retiree: 5,000, fewer where the whole log is small."""
    return max(60, min(5_000, events // 60))


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The running simulation.

    `stays_until` overrides when a person leaves the building on a day (local second); whoever is `away` on a day does
    not come; `spoken_for` are people who play a part that nothing else may disturb.
    """

    seed: int
    company: Company
    library: Library
    moments: Moments
    budget: Budget
    samba: dict[str, SambaLog]
    windows: WindowsLog
    badges: dict[str, BadgeLog]
    endpoints: EndpointLog
    mail: MailLog
    proxy: ProxyLog
    printing: PrintLog
    database: DatabaseLog
    devices: DeviceLog
    files: dict[str, MonthlyFile]
    stays_until: dict[tuple[str, date], int] = field(default_factory=dict)
    away: set[tuple[str, date]] = field(default_factory=set)
    spoken_for: set[str] = field(default_factory=set)
    designers_read: dict[str, dict[date, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def server_of(self, document: Document) -> SambaLog:
        """The Japanese file server that holds a document."""
        return self.samba["fs02" if document[0] in SHARES_OF["fs02"] else "fs01"]

    def areas_of(self, person: Person, day: date) -> tuple[Area, list[Area]]:
        """A person's own area on that day, and those of the projects on the same file servers."""
        own = self.library.areas[person.unit_on(day).code]
        german = person.unit.site is LUDWIGSBURG
        begun = [p for p in self.company.projects if person.number in p.members and p.start <= day]
        projects = [self.library.areas[project.code] for project in begun]
        return own, [area for area in projects if (area.host == "FSDE01") is german]

    def is_away(self, person: Person, day: date) -> bool:
        """Does this person not come to the own site on that day?"""
        return (person.number, day) in self.away

    def remember(self, person: Person, day: date, path: str) -> None:
        """Count what the die designers read, for the numbers that the truth promises."""
        if person.unit.code == DIE_DESIGN:
            self.designers_read[person.number][day].add(path)

    def close_day(self, day: date) -> None:
        """Write the day of every log but the Samba servers, whose traps close them."""
        plain: tuple[DayLog, ...] = (
            self.windows, self.endpoints, self.mail, self.proxy, self.printing, self.database, self.devices,
        )  # fmt: skip
        for log in (*plain, *self.badges.values()):
            log.close_day(day)


def set_up(out: Path, *, seed: int, company: Company, library: Library, moments: Moments, budget: Budget) -> Stage:
    """Open every log below `out/logs`."""
    logs = out / "logs"
    files = {
        "fs01": MonthlyFile(logs / "fs01", stem="fs01-audit", ending="log"),
        "fs02": MonthlyFile(logs / "fs02", stem="fs02-audit", ending="log"),
        "fsde01": MonthlyFile(logs / "fsde01", stem="fsde01-security", ending="jsonl"),
        "endpoint": MonthlyFile(
            logs / "endpoint", stem="operations", ending="csv", encoding="cp932", header=endpoints.HEADER
        ),
    }
    for key, stem, ending in _PLAIN:
        files[key] = MonthlyFile(logs / key, stem=stem, ending=ending)
    for site in SITES:
        key = f"badge-{site.code.lower()}"
        files[key] = MonthlyFile(logs / key, stem=key, ending="csv", encoding="cp932", header=badges.HEADER)
    return Stage(
        seed=seed,
        company=company,
        library=library,
        moments=moments,
        budget=budget,
        samba={host: SambaLog(host, files[host]) for host in ("fs01", "fs02")},
        windows=WindowsLog(files["fsde01"], LUDWIGSBURG),
        badges={site.code: BadgeLog(site, files[f"badge-{site.code.lower()}"]) for site in SITES},
        endpoints=EndpointLog(files["endpoint"]),
        mail=MailLog(files["mx01"], HAMAMATSU),
        proxy=ProxyLog(files["proxy01"]),
        printing=PrintLog(files["print-ktk"], KITAKAMI),
        database=DatabaseLog(files["db01"]),
        devices=DeviceLog(files["pcs"]),
        files=files,
    )


def _expected(people: list[Person], moments: Moments) -> tuple[float, float]:
    """Person-days of presence, and opens if every rate were as it stands."""
    present = 0.0
    opens = 0.0
    calendar = {site.code: [d for d in days(moments.start, moments.today) if site.works_on(d)] for site in SITES}
    for person in people:
        here = ATTENDANCE * sum(1 for day in calendar[person.unit.site.code] if person.employed_on(day))
        present += here
        opens += here * person.rate * _MEAN_OF_HEAVY
    return max(present, 1.0), max(opens, 1.0)
