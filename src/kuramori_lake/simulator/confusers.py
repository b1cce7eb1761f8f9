"""Things that look like a leak and are none: backup, indexing, CAD batch export, a retiree who hands over his files."""

from datetime import date
from random import Random

from kuramori_lake.simulator import samba
from kuramori_lake.simulator.calendars import HAMAMATSU, days
from kuramori_lake.simulator.company import TESTING, Person
from kuramori_lake.simulator.dice import dice
from kuramori_lake.simulator.library import Document
from kuramori_lake.simulator.ordinary import HOUR
from kuramori_lake.simulator.stage import Stage

_EXPORT_MONTHS, _EXPORT_DAYS = {2, 5, 8, 11}, range(5, 12)
_SUNDAY = 6
_SUCCESSOR_DAYS = 21


class Confusers:
    """Planted innocent bulk; what it did is kept in `done` for the truth."""

    def __init__(self, stage: Stage) -> None:
        """Plan the handover: which files on which working day."""
        self.stage = stage
        first, last = stage.moments.handover
        self.handover_days = [day for day in (*days(first, last), last) if HAMAMATSU.works_on(day)]
        for day in self.handover_days:
            stage.stays_until[stage.company.retiree, day] = int(17.6 * HOUR)
        self.handover = stage.library.areas[TESTING].documents[: stage.budget.planted]
        self.done: dict[str, int] = {"handover_files": 0, "batch_export_files": 0, "backup_reads": 0, "index_reads": 0}
        self.export_days: list[date] = []

    def happen(self, day: date) -> None:
        """Whatever of it falls on that day."""
        rng = dice(self.stage.seed, "confusers", day)
        self._service_accounts(rng, day)
        if day in self.handover_days:
            self._hand_over(rng, day)
        self._look_through(rng, day)
        if day.month in _EXPORT_MONTHS and day.day in _EXPORT_DAYS and HAMAMATSU.works_on(day):
            self._batch_export(rng, day)

    def _service_accounts(self, rng: Random, day: date) -> None:
        """Backup at night (a full run on Sundays), indexing before dawn, on both Japanese servers."""
        backup, index = self.stage.company.service_accounts
        for host, log in self.stage.samba.items():
            documents = self.stage.library.documents_on(host)
            reads = self.stage.budget.service_reads * (5 if day.weekday() == _SUNDAY else 1)
            for account, hour, count in ((backup, 1, reads), (index, 4, reads // 2)):
                who = samba.who(account.account, account.ip, account.host)
                start = hour * HOUR
                for place, document in enumerate(rng.choices(documents, k=count)):
                    log.entries.append((start + place * 7000 // max(count, 1), samba.opened(who, document)))
                self.done["backup_reads" if account is backup else "index_reads"] += count

    def _hand_over(self, rng: Random, day: date) -> None:
        """The retiree copies his files into a folder for the successor, in working hours, as agreed with the boss."""
        place, total = self.handover_days.index(day), len(self.handover_days)
        files = self.handover[place * len(self.handover) // total : (place + 1) * len(self.handover) // total]
        self._copy(rng, day, self.stage.company.person(self.stage.company.retiree), files, f"引継ぎ_{day.year}")
        self.done["handover_files"] += len(files)

    def _look_through(self, rng: Random, day: date) -> None:
        """For three weeks afterwards the successor opens what was handed over."""
        successor = self.stage.company.person(self.stage.company.successor)
        since = (day - self.handover_days[-1]).days
        if not 0 < since <= _SUCCESSOR_DAYS or not HAMAMATSU.works_on(day) or not successor.employed_on(day):
            return
        who = samba.who(successor.account_on(day), successor.ip, successor.pc)
        for document in rng.choices(self.handover, k=max(2, len(self.handover) // 80)):
            second = rng.randrange(9 * HOUR, 18 * HOUR)
            self.stage.server_of(document).entries.append((second, samba.opened(who, document)))

    def _batch_export(self, rng: Random, day: date) -> None:
        """Once a quarter the drawing office writes out a set of its drawings, on two working days."""
        quarter = [d for d in self.export_days if (d.year, d.month) == (day.year, day.month)]
        if len(quarter) == 2:  # noqa: PLR2004
            return
        person = self.stage.company.person(self.stage.company.batch_exporter)
        own, _ = self.stage.areas_of(person, day)
        if not person.employed_on(day):
            return
        count = min(len(own.documents), self.stage.budget.planted // 9)
        self._copy(rng, day, person, tuple(rng.sample(own.documents, count)), f"出図_{day:%Y%m}")
        self.export_days.append(day)
        self.done["batch_export_files"] += count

    def _copy(self, rng: Random, day: date, person: Person, files: tuple[Document, ...], folder: str) -> None:
        who = samba.who(person.account_on(day), person.ip, person.pc)
        root = self.stage.areas_of(person, day)[0].root
        seconds = sorted(rng.randrange(10 * HOUR, 17 * HOUR) for _ in files)
        for second, document in zip(seconds, files, strict=True):
            target = (document[0], f"{root}/{folder}/{document[1].rpartition('/')[2]}")
            add = self.stage.server_of(document).entries.append
            add((second, samba.opened(who, document)))
            add((second, samba.fetched(who, document)))
            for text in samba.created(who, target):
                add((second + 1, text))
