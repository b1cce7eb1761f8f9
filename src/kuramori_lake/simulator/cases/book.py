"""What happened in each case, as data: how much, by which channel, in how many days, how long before leaving.

Sums and channels are those of the study's cases (practices CASE-01 to CASE-11); where a case tells no number, the
comment says what was assumed. Nippon Steel (CASE-02) is the control: nothing of it is in any log.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from kuramori_lake.simulator.company import DIE_DESIGN, Trade
from kuramori_lake.simulator.unplayable import Unplayable

Way = Literal["removable", "files", "db", "print", "web", "mail", "none"]
_SLOW_DAYS = 60
_TENTH = 10


class Strength(StrEnum):
    """How much of the case is played, and how fast."""

    REPORTED = "reported"
    TENTH = "tenth"
    SLOW = "slow"
    """A tenth over 60 days, or over the case's own days if those are more."""


STRENGTHS: Final = tuple(Strength)
DRAWINGS, RESEARCH, PLANS, CUSTOMERS = "PJ-9101", "PJ-9102", "PJ-9103", "PJ-9104"
VAULTS: Final[Mapping[str, tuple[str, str, str, int]]] = {
    DRAWINGS: ("図面庫", "Drawing vault", DIE_DESIGN, 20_500),
    RESEARCH: ("研究データ庫", "Research data", "3300", 4_200),
    PLANS: ("商品企画", "Product plans", "1100", 5_300),
    CUSTOMERS: ("顧客別価格", "Prices by customer", "2200", 1_600),
}
"""Stocks of secret documents that only companies with cases have: name, English name, unit, number of documents."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case. Days are days of the person's site; `tail` are calendar days from the last deed to the last day."""

    id: str
    firm: str
    amount: int
    """Documents, or rows of a database."""
    way: Way
    vaults: tuple[str, ...]
    window: int
    """Calendar days from the first to the last deed if `spread`, else working days in a row."""
    tail: int
    trades: tuple[Trade, ...]
    spread: bool = False
    member: bool = False
    """The person works with the vault anyway: own ground, the hard kind."""
    contractor: bool = False
    evening: bool = False
    copies_every: int = 1
    """Copied out on every n-th day of deeds, all that was read since."""
    notice_before: int | None = None
    """HR knows (notice, severance offer) this many days before the last day; None: nobody knew."""
    hr_event: str = ""
    away_before: int = 0
    """Days of leave that end on the day before the first deed."""
    contact: str = ""
    """Domain of whoever gets it: mails and uploads go there."""

    @property
    def detectable(self) -> bool:
        """Is there anything of it in logs?"""
        return self.way != "none"

    @property
    def channels(self) -> tuple[str, ...]:
        """Every way in which it shows, the main one first: rows left on a phone, papers went along with a mail."""
        also = {"db": "removable", "removable": "mail" if self.contact else ""}.get(self.way, "")
        return (self.way, also) if also else (self.way,)

    def amount_in(self, strength: Strength) -> int:
        """Documents (rows) of that strength."""
        return self.amount if strength is Strength.REPORTED else max(1, self.amount // _TENTH)

    def window_in(self, strength: Strength) -> tuple[int, bool]:
        """Length, and whether it counts calendar days."""
        if strength is not Strength.SLOW:
            return self.window, self.spread
        return (max(self.window, _SLOW_DAYS) if self.spread else _SLOW_DAYS), True

    @property
    def reach(self) -> int:
        """Calendar days from the first deed to the last day, at most, in any strength."""
        return max(_SLOW_DAYS, self.window * (1 if self.spread else 2)) + self.tail


CASES: Final = (
    Case(id="CASE-01", firm="Toshiba / SanDisk", amount=3_000, way="removable", vaults=(RESEARCH,), window=5, tail=1,
         trades=("design", "lab"), contractor=True, hr_event="partner_leaves", notice_before=3),
    Case(id="CASE-02", firm="Nippon Steel", amount=0, way="none", vaults=(), window=1, tail=1, trades=("lab", "design"),
         notice_before=40),
    Case(id="CASE-03", firm="Yamazaki Mazak", amount=20_000, way="files", vaults=(DRAWINGS,), window=13, tail=5,
         trades=("design", "sales", "software"), notice_before=26, hr_event="notice"),
    # Some 48.58 million records left in all; one replay is 5 million rows (practice CASE-04), here on four days.
    Case(id="CASE-04", firm="Benesse", amount=5_000_000, way="db", vaults=(), window=4, tail=20,
         trades=("software", "office"), contractor=True),
    Case(id="CASE-05", firm="Nissan", amount=5_000, way="removable", vaults=(PLANS,), window=30, tail=3, spread=True,
         trades=("office", "sales"), member=True, copies_every=5, evening=True, notice_before=10, hr_event="notice"),
    # 60 a day on the working days of twelve weeks.
    Case(id="CASE-06", firm="Denso", amount=3_600, way="removable", vaults=(RESEARCH,), window=84, tail=10, spread=True,
         trades=("lab", "design"), member=True, copies_every=5),
    Case(id="CASE-07", firm="Yoshitsuka Seiki", amount=258, way="removable", vaults=(DRAWINGS,), window=2, tail=45,
         trades=("design", "shop", "lab"), notice_before=17, hr_event="notice", contact="qingshan-press.example"),
    Case(id="CASE-08", firm="General Motors", amount=16_000, way="removable", vaults=(DRAWINGS,), window=3, tail=10,
         trades=("design", "software", "lab"), notice_before=17, hr_event="severance_offer"),
    Case(id="CASE-09", firm="Motorola", amount=300, way="print", vaults=(RESEARCH,), window=3, tail=2,
         trades=("design", "software", "lab"), evening=True, hr_event="leave_return", away_before=60),
    # The report tells of months and of formulas and sales data, not of a number: 1,200 in 60 days is assumed.
    Case(id="CASE-10", firm="Valspar", amount=1_200, way="removable", vaults=(RESEARCH, CUSTOMERS), window=60, tail=4,
         spread=True, trades=("lab", "sales"), copies_every=5, notice_before=4, hr_event="notice"),
    Case(id="CASE-11", firm="Ford", amount=4_000, way="removable", vaults=(DRAWINGS,), window=2, tail=0,
         trades=("design", "software"), notice_before=14, hr_event="notice"),
)  # fmt: skip

OTHERS: Final = (
    Case(id="MADE-WEB", firm="made up: upload", amount=400, way="web", vaults=(RESEARCH,), window=4, tail=9,
         trades=("software", "sales", "design"), notice_before=16, hr_event="notice", contact="hako-share.example"),
    Case(id="MADE-MAIL", firm="made up: mail home", amount=240, way="mail", vaults=(CUSTOMERS,), window=6, tail=12,
         trades=("sales",), member=True, notice_before=20, hr_event="notice", contact="gmail.com"),
)  # fmt: skip
"""Two ways that the study's cases did not take, for the demo; benchmarks leave them out."""


def chosen(text: str, seed: int) -> dict[str, Strength]:
    """Which cases in which strength: `all` (strengths go round with the seed), `none`, or `CASE-03,CASE-07:tenth`.

    `all` are the study's; `OTHERS` come by name, as they are written unless a strength is named.

    Raises:
        Unplayable: no such case or strength.
    """
    if text == "none":
        return {}
    turn = {case.id: STRENGTHS[(seed + place) % len(STRENGTHS)] for place, case in enumerate(CASES)}
    named = turn | {case.id: Strength.REPORTED for case in OTHERS}
    return turn if text == "all" else dict(_named(text.split(","), named))


def _named(words: Iterable[str], turn: Mapping[str, Strength]) -> Iterable[tuple[str, Strength]]:
    for word in words:
        name, _, strength = word.strip().partition(":")
        if name not in turn:
            raise Unplayable("no such case: %(case)s", case=name)
        if strength and strength not in STRENGTHS:
            raise Unplayable("no such strength: %(strength)s", strength=strength)
        yield name, Strength(strength) if strength else turn[name]
