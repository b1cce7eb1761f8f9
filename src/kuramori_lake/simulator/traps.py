"""Defects of real logs, planted and written down: skew, a silent day, doubled, cut and broken lines, odd names."""

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from kuramori_lake.simulator import samba
from kuramori_lake.simulator.badges import SERVER_ROOM
from kuramori_lake.simulator.calendars import DAY
from kuramori_lake.simulator.company import DIE_DESIGN
from kuramori_lake.simulator.dice import dice
from kuramori_lake.simulator.ordinary import HOUR
from kuramori_lake.simulator.stage import Stage

SKEW_SECONDS = 437
_DOUBLED = 40
_RELAY_LIMIT = 1024
_CUT_LINES = 3
_UNKNOWN_CARD = "0099999999"


@dataclass
class Traps:
    """Plants the defects around each day's end. `rejects` are lines no parser can understand; `cut` lost their end."""

    stage: Stage
    rejects: list[dict[str, Any]] = field(default_factory=list)
    cut: list[dict[str, Any]] = field(default_factory=list)
    doubled: int = 0
    refused_cards: int = 0
    pipe_names: list[str] = field(default_factory=list)

    def close_day(self, day: date) -> None:
        """Plant what belongs to this day, then write the Samba servers' day."""
        moments = self.stage.moments
        rng = dice(self.stage.seed, "traps", day)
        fs01, fs02 = self.stage.samba["fs01"], self.stage.samba["fs02"]
        if day.day == 15:  # noqa: PLR2004
            self._strange_card(rng)
        if day == moments.doubled_day:
            repeated = fs01.entries[:_DOUBLED]
            fs01.entries += repeated
            self.doubled = len(repeated)
        if day == moments.doubled_day + DAY:
            self._pipe_names(day)
        fs01.close_day(day)
        skewed = moments.skewed[0] <= day <= moments.skewed[1]
        fs02.close_day(day, skew=SKEW_SECONDS if skewed else 0, silent=day == moments.silent_day)
        self.stage.close_day(day)
        if day == moments.doubled_day + DAY:
            self._broken_lines(day)

    def _strange_card(self, rng: Random) -> None:
        """Once a month a card that nobody knows is held to a server room's reader."""
        log = self.stage.badges[rng.choice(("HMM", "KTK"))]
        log.unknown(rng.randrange(2 * HOUR, 5 * HOUR), _UNKNOWN_CARD, SERVER_ROOM)
        self.refused_cards += 1

    def _pipe_names(self, day: date) -> None:
        """Two names with the separator of the log in them."""
        person = self.stage.company.staff(DIE_DESIGN)[0]
        own, _ = self.stage.areas_of(person, day)
        who = samba.who(person.account_on(day), person.ip, person.pc)
        for second, name in ((11 * HOUR, "A|B比較.xlsx"), (15 * HOUR, "上型|下型_合わせ面.dwg")):
            path = f"{own.root}/図面/{name}"
            self.stage.samba["fs01"].entries.append((second, samba.opened(who, (own.share, path))))
            self.pipe_names.append(path)

    def _broken_lines(self, day: date) -> None:
        """Lines cut by an old relay at 1,024 bytes (inside a letter), and one line per format that cannot be read."""
        person = self.stage.company.staff(DIE_DESIGN)[0]
        own, _ = self.stage.areas_of(person, day)
        header = f"<173>{day:%b} {day.day:2d} 23:58:00 smbd_audit: {day:%Y/%m/%d} 23:58:00|"
        who = samba.who(person.account_on(day), person.ip, person.pc)
        long_path = own.root + "/とても長い名前のフォルダ" * 40
        whole = f"{header}{samba.opened(who, (own.share, long_path))}".encode()
        for _ in range(_CUT_LINES):
            self._plant("fs01", day, whole[: _RELAY_LIMIT - 1] + b"\n", self.cut, "cut at 1,024 bytes")
        self._plant("fs01", day, f"{header}{who}\n".encode(), self.rejects, "ends before the operation")
        self._plant("fs02", day, f"{header}{who}seizo|create_file|ok|\n".encode(), self.rejects, "no mask and path")
        self._plant("fsde01", day, b'{"@timestamp":"' + day.isoformat().encode() + b"T2\n", self.rejects, "JSON cut")
        row = f"{day:%Y/%m/%d} 23:59:10,{_UNKNOWN_CARD},,".encode("cp932") + b"\x81\x0d\n"
        self._plant("badge-ktk", day, row, self.rejects, "not CP932, too few columns")

    def _plant(self, source: str, day: date, line: bytes, where: list[dict[str, Any]], why: str) -> None:
        file = self.stage.files[source]
        where.append({"source": source, "file": file.name(day), "line": file.write_bytes(day, line), "why": why})

    def told(self) -> dict[str, Any]:
        """What truth.json says of them."""
        moments = self.stage.moments
        renamed = self.stage.company.person(self.stage.company.renamed)
        former = renamed.former_account or ("", moments.renaming)
        return {
            "rejects": self.rejects,
            "cut_lines": self.cut,
            "doubled_lines": {"source": "fs01", "day": moments.doubled_day.isoformat(), "lines": self.doubled},
            "silent_day": {"source": "fs02", "day": moments.silent_day.isoformat()},
            "clock_skew": {
                "source": "fs02",
                "seconds": SKEW_SECONDS,
                "from": moments.skewed[0].isoformat(),
                "until": moments.skewed[1].isoformat(),
            },
            "renamed_account": {
                "person": renamed.number,
                "before": former[0],
                "after": renamed.name.account,
                "since": former[1].isoformat(),
            },
            "unknown_card": {"card": _UNKNOWN_CARD, "times": self.refused_cards},
            "names_with_pipe": self.pipe_names,
        }
