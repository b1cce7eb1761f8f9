"""A small office whose every day is known: Akari and eight colleagues design, Chihiro is a stranger in sales.

On every working day of the ten weeks before Friday 20 November 2026 each of them reads a handful of papers of his own
department between nine and five. Whatever else happens is written down by the test.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kuramori_lake.context import Context, Identity, PersonDays, SecretPattern, Site
from kuramori_lake.event import Namespace
from kuramori_lake.simulator.endpoints import HEADER
from kuramori_lake.simulator.outputs import MONTHS
from kuramori_lake.store import Lake

TOKYO = ZoneInfo("Asia/Tokyo")
TODAY = date(2026, 11, 20)
START = TODAY - timedelta(days=75)
LONG_AGO = date(2000, 1, 1)
CULTURE_DAY = date(2026, 11, 3)
COLLEAGUES = ("akari", "botan", "daiki", "eri", "fumi", "gen", "hana", "ichiro", "jun", "kei")
EVERYBODY = (*COLLEAGUES, "chihiro")
OWN = "/srv/samba/gijutsu/金型設計課/図面"
SALES = "/srv/samba/eigyo/国内営業部/見積"
PROJECT = "/srv/samba/gijutsu/プロジェクト/PJ-2403_蒼穹"


def working_days():
    days = (START + timedelta(days=n) for n in range((TODAY - START).days + 1))
    return [day for day in days if day.weekday() < 5 and day != CULTURE_DAY]


def papers(folder, count, since=0):
    return [f"{folder}/2026/K-{number:05d}.dwg" for number in range(since, since + count)]


@dataclass
class Diary:
    """What happened, to be written as native logs."""

    shares: list[tuple[date, int, str]] = field(default_factory=list)
    endpoints: list[str] = field(default_factory=list)

    def reads(self, who, day, paths, *, hour=10):
        for number, path in enumerate(paths):
            text = f"{who}|10.1.0.9|pc-{who}|gijutsu|create_file|ok|0x120089|file|open|{path}"
            self.shares.append((day, hour * 3600 + number, text))
        return self

    def makes(self, who, day, paths, *, hour=11):
        for number, path in enumerate(paths):
            text = f"{who}|10.1.0.9|pc-{who}|gijutsu|create_file|ok|0x12019f|file|create|{path}"
            self.shares.append((day, hour * 3600 + number, text))
        return self

    def copies(self, who, day, names, *, serial="7B1E", hour=12):
        utc = f"{day:%Y/%m/%d} {hour - 9:02d}"
        for number, name in enumerate(names):
            clock = f"{number // 60:02d}:{number % 60:02d}"
            self.endpoints.append(
                f"FALSE,{day:%Y/%m/%d} {hour:02d}:{clock},{utc}:{clock},GMT+09:00,PC-{who},KURA\\{who},"
                f"外部メディア操作,ファイルコピー,{name},USBメモリ,{serial},1000000,\r\n"
            )
        return self

    def ordinary(self, people=EVERYBODY, days=None):
        for place, who in enumerate(people):
            folder = SALES if who == "chihiro" else OWN
            for day in days or working_days():
                count = 4 + (day.day + place) % 4
                for number, path in enumerate(papers(folder, count, since=(day.day * 3 + place) % 40)):
                    self.reads(who, day, [path], hour=9 + (number + place) % 8)
        return self

    def into(self, lake: Lake, tmp: Path, name="first"):
        """Take everything in as files called `name`."""
        lines = [_line(day, _clock(second), text) for day, second, text in sorted(self.shares)]
        if lines:
            log = tmp / f"{name}.log"
            log.write_text("".join(lines), encoding="utf-8")
            lake.ingest(log, source="samba", instance="fs01", zone=TOKYO)
        if self.endpoints:
            table = tmp / f"{name}.csv"
            table.write_bytes((HEADER + "".join(self.endpoints)).encode("cp932"))
            lake.ingest(table, source="table:jp1_itdm2", instance="pcs", zone=TOKYO, encoding="cp932")


def _line(day, clock, text):
    return f"<173>{MONTHS[day.month - 1]} {day.day:2d} {clock} smbd_audit: {day:%Y/%m/%d} {clock}|{text}\n"


def _clock(second):
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def person(who, **more):
    unit, role = ("2100", "営業") if who == "chihiro" else ("3210", "設計")
    plain = {"person_id": who, "unit": unit, "site": "HMM", "role": role, "since": LONG_AGO}
    return PersonDays(**plain | more)


def secret(pattern=PROJECT, number="SR-0001", level="極秘", weight=1.0):
    return SecretPattern(
        pattern=pattern, secret_id=f"id-{number}", number=number, level=level, weight=weight, since=LONG_AGO
    )


def context(*, people=(), secrets=(), **more):
    """The office's context; `people` replace those of the same name."""
    others = {one.person_id: one for one in map(person, EVERYBODY)} | {one.person_id: one for one in people}
    identities = [Identity(namespace=Namespace.AD, raw=who, person_id=who, since=LONG_AGO) for who in others]
    return Context(
        identities=identities,
        people=list(others.values()),
        secrets=[secret(), *secrets],
        sites=[Site(site="HMM", zone="Asia/Tokyo", holidays=(CULTURE_DAY,))],
        **more,
    )
