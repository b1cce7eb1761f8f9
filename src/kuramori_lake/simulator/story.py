"""The planted story: a die designer who has given notice reads the secret project's drawings on three evenings.

Lent to the project two years ago, the right to its folder never taken back. Reading on Friday night, Saturday and
Monday, copying to a private USB medium on the last two; almost nothing is printed.
"""

from dataclasses import dataclass, field
from datetime import date
from random import Random
from statistics import median
from typing import Any

from kuramori_lake.simulator import samba
from kuramori_lake.simulator.badges import GATE, room
from kuramori_lake.simulator.calendars import DAY, HAMAMATSU
from kuramori_lake.simulator.company import DIE_DESIGN, Person
from kuramori_lake.simulator.dice import dice
from kuramori_lake.simulator.filing import SECRET_FOLDER
from kuramori_lake.simulator.library import Document
from kuramori_lake.simulator.ordinary import HOUR
from kuramori_lake.simulator.stage import Stage

STICK = ("USB大容量記憶装置 ﾘﾑｰﾊﾞﾌﾞﾙ 256GB", "7B1E0294C6A1")
_SHARE_OF_EVENING = (0.37, 0.45, 0.18)
_HOURS = ((20.6, 23.8), (14.2, 19.4), (20.2, 23.4))
_OWN_AREA_SHARE = 0.04
_SINGLE_COPIES = 212
BASELINE_DAYS = 60


@dataclass
class Evening:
    """What was done on one evening; times are local seconds of the day."""

    day: date
    documents: list[Document]
    first: int
    last: int
    opens: int = 0
    copied: int = 0
    printed_pages: int = 0


@dataclass
class Story:
    """The plan, played day by day, and the expectation that a detection must meet."""

    stage: Stage
    culprit: Person
    evenings: list[Evening] = field(default_factory=list)

    def happen(self, day: date) -> None:
        """The evening, if it is one of the three."""
        for number, evening in enumerate(self.evenings):
            if evening.day == day:
                rng = dice(self.stage.seed, "story", day)
                self._read(rng, evening)
                if number:
                    self._copy_out(rng, evening, archives=number == 1)
                if not HAMAMATSU.works_on(day):
                    self._through_the_gate(evening)

    def _read(self, rng: Random, evening: Evening) -> None:
        who = samba.who(self.culprit.account_on(evening.day), self.culprit.ip, self.culprit.pc)
        entries = self.stage.samba["fs01"].entries
        seconds = sorted(rng.randrange(evening.first, evening.last) for _ in evening.documents)
        share = evening.documents[0][0]
        entries.append((evening.first - 20, samba.connected(who, share)))
        folder = ""
        for second, document in zip(seconds, evening.documents, strict=True):
            if document[1].rpartition("/")[0] != folder:
                folder = document[1].rpartition("/")[0]
                entries.append((second, samba.listed(who, document)))
            entries.append((second, samba.opened(who, document)))
            entries.append((second, samba.fetched(who, document)))
            self.stage.remember(self.culprit, evening.day, document[1])
            evening.opens += 1
        entries.append((evening.last + 30, samba.disconnected(who, share)))

    def _copy_out(self, rng: Random, evening: Evening, *, archives: bool) -> None:
        log, day, second = self.stage.endpoints, evening.day, evening.last + 120
        names = ["写真まとめ1.zip", "写真まとめ2.zip", "写真まとめ3.zip"] if archives else []
        singles = min(_SINGLE_COPIES, len(evening.documents) // 2)
        names += [] if archives else [d[1].rpartition("/")[2] for d in rng.sample(evening.documents, singles)]
        log.plugged(day, second, self.culprit, STICK, known=False)
        for place, name in enumerate(names):
            size = rng.randrange(2_400_000_000, 3_900_000_000) if archives else rng.randrange(800_000, 9_000_000)
            at = second + 30 + place * (240 if archives else 3)
            log.copied(day, at, self.culprit, name, size=size, stick=STICK, known=False)
        evening.copied = len(names)
        log.unplugged(day, second + 900, self.culprit, STICK)
        if not archives:
            log.printed(day, second + 60, self.culprit, "引継書.docx", pages=3, printer="H-MFP3")
            evening.printed_pages = 3

    def _through_the_gate(self, evening: Evening) -> None:
        log = self.stage.badges["HMM"]
        log.passed(evening.first - 900, self.culprit, GATE, inwards=True)
        log.passed(evening.first - 780, self.culprit, room(self.culprit), inwards=True)
        log.passed(evening.last + 1500, self.culprit, GATE, inwards=False)

    def expected(self) -> dict[str, Any]:
        """What truth.json says: days, sums, and the person's own and the team's usual numbers."""
        secret_root = self.stage.library.secret.root
        seen = {document for evening in self.evenings for document in evening.documents}
        inside = {document for document in seen if document[1].startswith(secret_root)}
        return {
            "person": self.culprit.number,
            "name": self.culprit.name.written,
            "account": self.culprit.name.account,
            "unit": self.culprit.unit.code,
            "notice": self.stage.moments.notice.isoformat(),
            "last_working_day": str(self.culprit.career.last_day),
            "leaves": str(self.culprit.career.leaves),
            "secret_project": self.stage.library.secret.key,
            "secret_path": self.stage.library.secret.main_folder,
            "evenings": [_told(evening) for evening in self.evenings],
            "opens": sum(evening.opens for evening in self.evenings),
            "distinct_documents": len(seen),
            "distinct_secret_documents": len(inside),
            "outside_own_area": round(len(inside) / len(seen), 4),
            "usb": {"device": STICK[0], "serial": STICK[1], "files_copied": sum(e.copied for e in self.evenings)},
            "printed_pages": sum(evening.printed_pages for evening in self.evenings),
            "usual": self._usual(),
        }

    def _usual(self) -> dict[str, Any]:
        """Distinct documents per active day over the 60 days before the first evening, own and team's."""
        first = self.evenings[0].day
        team = {p.number for p in self.stage.company.staff(DIE_DESIGN)} - {self.culprit.number}

        def counts(number: str) -> list[int]:
            read = self.stage.designers_read.get(number, {})
            return [len(paths) for day, paths in read.items() if first - BASELINE_DAYS * DAY <= day < first]

        own, others = counts(self.culprit.number), [count for number in sorted(team) for count in counts(number)]
        return {
            "days": BASELINE_DAYS,
            "until": first.isoformat(),
            "own_median_a_day": median(own or [0]),
            "own_most_a_day": max(own, default=0),
            "team_median_a_day": median(others or [0]),
            "team_most_a_day": max(others, default=0),
            "team_size": len(team),
        }


def plan(stage: Stage) -> Story:
    """Share the drawings out over the evenings, folder by folder as one works through a tree."""
    culprit = stage.company.person(stage.company.culprit)
    rng = dice(stage.seed, "story")
    drawings = sorted(rng.sample(stage.library.secret.below(SECRET_FOLDER), stage.budget.planted))
    own = stage.areas_of(culprit, stage.moments.today)[0]
    story = Story(stage=stage, culprit=culprit)
    start = 0
    for number, day in enumerate(stage.moments.evenings):
        is_last = number == len(_SHARE_OF_EVENING) - 1
        end = len(drawings) if is_last else start + int(len(drawings) * _SHARE_OF_EVENING[number])
        documents = drawings[start:end]
        documents += own.pick(rng, max(1, int(len(documents) * _OWN_AREA_SHARE)))
        first, last = (int(hour * HOUR) for hour in _HOURS[number])
        story.evenings.append(Evening(day=day, documents=documents, first=first, last=last))
        stage.stays_until[culprit.number, day] = last + 1500
        start = end
    return story


def _told(evening: Evening) -> dict[str, Any]:
    clock = "{:02d}:{:02d}"
    return {
        "day": evening.day.isoformat(),
        "from": clock.format(evening.first // HOUR, evening.first % HOUR // 60),
        "until": clock.format(evening.last // HOUR, evening.last % HOUR // 60),
        "opens": evening.opens,
        "distinct_documents": len(set(evening.documents)),
        "copied_to_usb": evening.copied,
    }
