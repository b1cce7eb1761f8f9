"""蒼嶺精機株式会社, a maker of dies and castings that does not exist: its units, people and projects as plain data."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kuramori_lake.simulator.calendars import HAMAMATSU, KITAKAMI, LUDWIGSBURG, Site
from kuramori_lake.simulator.names import Name

COMPANY = "蒼嶺精機株式会社"
COMPANY_EN = "Sorei Precision Works Ltd."
MAIL_DOMAIN = "sorei.example"
AD_DOMAIN = "SOREI"

Trade = Literal["board", "office", "sales", "design", "software", "lab", "shop"]

DIE_DESIGN = "3210"
ADVANCED_DEVELOPMENT = "3100"
PROTOTYPES = "3220"
TESTING = "3500"
ACCOUNTING = "1500"
PERSONNEL = "1300"
LEGAL = "1200"
SYSTEMS = "1400"
BOARD = "1010"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """An organisational unit. `weight` is its share of the headcount; units without people only hold others."""

    code: str
    name: str
    name_en: str
    parent: str
    site: Site
    trade: Trade
    weight: int
    share: str


@dataclass(frozen=True, kw_only=True)
class Career:
    """When a person came and goes. Dates are local days; None where nothing is planned."""

    joined: date
    notice: date | None = None
    last_day: date | None = None
    leaves: date | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person of the company, with what the logs show of them: account, PC, address, card."""

    number: str
    name: Name
    unit: Unit
    position: str
    kind: str
    job: str
    career: Career
    boss: str
    concurrent: tuple[str, ...]
    card: str
    pc: str
    ip: str
    rate: float
    habit: int
    former_account: tuple[str, date] | None = None
    moved: tuple[Unit, date] | None = None

    @property
    def mail(self) -> str:
        """The address; it follows the account."""
        return f"{self.name.account}@{MAIL_DOMAIN}"

    def account_on(self, day: date) -> str:
        """The log-in name on that day: whoever married has an older one in older logs."""
        if self.former_account and day < self.former_account[1]:
            return self.former_account[0]
        return self.name.account

    def unit_on(self, day: date) -> Unit:
        """The main unit on that day (before a change of role it was another)."""
        return self.moved[0] if self.moved and day < self.moved[1] else self.unit

    def employed_on(self, day: date) -> bool:
        """Does this person come to work here on that day? Whoever is seconded to another company does not."""
        if self.kind == "出向中":
            return False
        until = self.career.last_day or self.career.leaves
        return self.career.joined <= day and (until is None or day <= until)


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project with its folder on a share; members come from several units."""

    code: str
    name: str
    name_en: str
    unit: Unit
    start: date
    end: date | None
    leader: str
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ServiceAccount:
    """An account without a person, and who answers for it."""

    account: str
    purpose: str
    host: str
    ip: str
    keeper: str


_H, _K, _L = HAMAMATSU, KITAKAMI, LUDWIGSBURG
_TABLE: tuple[tuple[str, str, str, str, Site, Trade, int, str], ...] = (
    ("1000", COMPANY, COMPANY_EN, "", _H, "office", 0, "kanri"),
    (BOARD, "役員室", "Board", "1000", _H, "board", 6, "kanri"),
    ("1100", "経営企画部", "Corporate planning", "1000", _H, "office", 6, "kanri"),
    (LEGAL, "法務知財部", "Legal and intellectual property", "1000", _H, "office", 6, "kanri"),
    (PERSONNEL, "人事総務部", "Personnel and general affairs", "1000", _H, "office", 9, "kanri"),
    (SYSTEMS, "情報システム部", "Information systems", "1000", _H, "software", 8, "kanri"),
    (ACCOUNTING, "経理部", "Accounting", "1000", _H, "office", 8, "kanri"),
    ("2000", "営業本部", "Sales division", "1000", _H, "sales", 0, "eigyo"),
    ("2100", "国内営業部", "Domestic sales", "2000", _H, "sales", 16, "eigyo"),
    ("2200", "海外営業部", "Overseas sales", "2000", _H, "sales", 10, "eigyo"),
    ("2300", "購買部", "Purchasing", "2000", _H, "sales", 8, "eigyo"),
    ("3000", "技術本部", "Engineering division", "1000", _H, "design", 0, "gijutsu"),
    (ADVANCED_DEVELOPMENT, "先行開発部", "Advanced development", "3000", _H, "design", 16, "gijutsu"),
    ("3200", "金型技術部", "Die engineering", "3000", _H, "design", 0, "gijutsu"),
    (DIE_DESIGN, "金型設計課", "Die design", "3200", _H, "design", 20, "gijutsu"),
    (PROTOTYPES, "金型試作課", "Die prototypes", "3200", _H, "design", 12, "gijutsu"),
    ("3300", "材料技術課", "Materials engineering", "3000", _H, "lab", 12, "gijutsu"),
    ("3400", "制御ソフト開発課", "Control software", "3000", _H, "software", 14, "gijutsu"),
    (TESTING, "評価試験課", "Testing", "3000", _H, "lab", 14, "gijutsu"),
    ("4000", "製造本部", "Manufacturing division", "1000", _K, "shop", 0, "seizo"),
    ("4100", "製造一課", "Production 1", "4000", _K, "shop", 31, "seizo"),
    ("4200", "製造二課", "Production 2", "4000", _K, "shop", 27, "seizo"),
    ("4300", "生産技術課", "Production engineering", "4000", _K, "lab", 15, "seizo"),
    ("4400", "品質保証課", "Quality assurance", "4000", _K, "lab", 15, "seizo"),
    ("4500", "工場総務課", "Plant administration", "4000", _K, "office", 7, "seizo"),
    ("5000", "欧州法人", "Sorei Europe GmbH", "1000", _L, "office", 0, "Verwaltung"),
    ("5100", "欧州技術部", "Engineering Europe", "5000", _L, "design", 20, "Entwicklung"),
    ("5200", "欧州営業部", "Sales Europe", "5000", _L, "sales", 13, "Vertrieb"),
    ("5300", "欧州管理部", "Administration Europe", "5000", _L, "office", 7, "Verwaltung"),
)
UNITS: dict[str, Unit] = {
    row[0]: Unit(
        code=row[0], name=row[1], name_en=row[2], parent=row[3], site=row[4], trade=row[5], weight=row[6], share=row[7]
    )
    for row in _TABLE
}
STAFFED = tuple(unit for unit in UNITS.values() if unit.weight)


@dataclass(frozen=True, kw_only=True)
class Company:
    """Everybody and everything that the other parts of the simulator speak of."""

    people: tuple[Person, ...]
    projects: tuple[Project, ...]
    service_accounts: tuple[ServiceAccount, ...]
    culprit: str
    retiree: str
    successor: str
    newcomers: tuple[str, ...]
    leavers: tuple[str, ...]
    renamed: str
    role_changer: str
    batch_exporter: str

    def person(self, number: str) -> Person:
        """The person with that staff number; KeyError if nobody has it."""
        return {person.number: person for person in self.people}[number]

    def head(self, code: str) -> Person:
        """The head of a unit; of a unit without people, the head of the first staffed unit below it."""
        below = [p for p in self.people if code in {p.unit.code, p.unit.parent}] or list(self.people)
        return below[0]

    def staff(self, code: str) -> list[Person]:
        """Everybody whose main unit it is, head first."""
        return [person for person in self.people if person.unit.code == code]
