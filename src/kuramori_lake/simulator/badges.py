"""Door logs: a CSV in CP932 per site and month, times local.

The columns are those that door controllers commonly deliver (see HEADER). The controllers count a night shift on past
midnight (25:04 is 01:04 of the next day); card numbers keep their leading zeros.
"""

from collections.abc import Iterator
from datetime import date
from operator import itemgetter

from kuramori_lake.simulator.calendars import Site
from kuramori_lake.simulator.company import Person, Trade
from kuramori_lake.simulator.outputs import MonthlyFile

HEADER = "日時,カード番号,社員番号,氏名,所属,扉コード,扉名,リーダ,方向,結果,理由\r\n"
Door = tuple[str, str]
GATE: Door = ("D-101", "正面玄関")
SERVER_ROOM: Door = ("D-SV1", "サーバ室")
_ROOMS: dict[Trade, Door] = {
    "board": ("D-501", "5F 役員室"),
    "office": ("D-201", "2F 事務室①"),
    "sales": ("D-202", "2F 営業室"),
    "design": ("D-301", "3F 設計室"),
    "software": ("D-302", "3F 開発室"),
    "lab": ("D-111", "1F 試験室"),
    "shop": ("D-121", "1F 工場入口"),
}
_by_second = itemgetter(0)


def room(person: Person) -> Door:
    """The door of a person's own work room."""
    return _ROOMS[person.unit.trade]


class BadgeLog:
    """One site's doors. `entries` takes (second of the working day, rest of the row); the second may exceed a day."""

    def __init__(self, site: Site, out: MonthlyFile) -> None:
        """`site` gives the doors their prefix."""
        self.site, self.out = site, out
        self.entries: list[tuple[int, str]] = []

    def passed(self, second: int, person: Person, door: Door, *, inwards: bool, refused: str = "") -> None:
        """A card at a door: let through, or refused with the reason in Japanese."""
        reader, direction = ("R1", "入室") if inwards else ("R2", "退室")
        result = "拒否" if refused else "許可"
        row = (
            f"{person.card},{person.number},{person.name.in_cp932},{person.unit.name},{self.site.prefix}{door[0]},"
            f"{door[1]},{reader},{direction},{result},{refused}"
        )
        self.entries.append((second, row))

    def unknown(self, second: int, card: str, door: Door) -> None:
        """A card that the controller does not know."""
        row = f"{card},,,,{self.site.prefix}{door[0]},{door[1]},R1,入室,拒否,未登録カード"
        self.entries.append((second, row))

    def close_day(self, day: date) -> None:
        """Write the working day in order of time, the hours after midnight as 24 to 29."""
        today, self.entries = self.entries, []
        today.sort(key=_by_second)
        self.out.write(day, _lines(day, today))


def _lines(day: date, entries: list[tuple[int, str]]) -> Iterator[str]:
    stamp = f"{day:%Y/%m/%d} "
    for second, row in entries:
        minutes, rest = divmod(second, 60)
        yield f"{stamp}{minutes // 60:02d}:{minutes % 60:02d}:{rest:02d},{row}\r\n"
