"""The small company of the tests: Akari owns, Botan is in her department, Chihiro is a stranger, Daichi audits."""

from datetime import UTC, date, datetime
from typing import Any

from kuramori.directory.acts import people, roles, units
from kuramori.directory.models import Engagement, Person, Site, Unit
from kuramori.directory.viewing import viewer_of
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.tests.once import once

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # 12:00 in Tokyo
FOUNDED = date(2020, 4, 1)


class Company:
    """One site, a tree of four units, and a few people with roles."""

    def __init__(self) -> None:
        self.__dict__ = once("company", self._found)

    def _found(self) -> dict[str, Any]:
        self.tokyo: Site = units.site_add(code="TYO", name_ja="東京", name_en="Tokyo", by=SYSTEM)
        self.top = self.unit("0000", "会社")
        self.research = self.unit("1000", "研究所", self.top)
        self.materials = self.unit("1100", "材料課", self.research)
        self.sales = self.unit("2000", "営業部", self.top)
        self.akari = self.person("A-1", "佐倉 灯里", "サクラ アカリ", "Akari Sakura", self.materials)
        self.botan = self.person("A-2", "牧野 牡丹", "マキノ ボタン", "Botan Makino", self.materials)
        self.chihiro = self.person("A-3", "遠山 千尋", "トオヤマ チヒロ", "Chihiro Toyama", self.sales)
        self.daichi = self.person("A-4", "大地 監査", "ダイチ カンサ", "Daichi Kansa", self.top)
        return self.__dict__

    def unit(self, code: str, name: str, parent: Unit | None = None) -> Unit:
        return units.unit_add(
            code=code, name_ja=name, name_en=f"Unit {code}", parent=parent, site=self.tokyo, by=SYSTEM
        )

    def person(  # noqa: PLR0917
        self, number: str, name: str, kana: str, romaji: str, unit: Unit, start: date = FOUNDED
    ) -> Person:
        mail = f"{romaji.split(maxsplit=1)[0].lower()}@example.jp"
        person = people.person_add(number=number, name=name, kana=kana, romaji=romaji, mail=mail, by=SYSTEM)
        engagement = people.engagement_add(person=person, kind="regular", start=start, by=SYSTEM)
        people.assignment_add(
            engagement=engagement, unit=unit, site=self.tokyo, starts_on=start, today=TODAY, by=SYSTEM
        )
        return person

    def give(self, person: Person, role: Role, **where: object) -> None:
        roles.role_give(person=person, role=role, starts_on=FOUNDED, by=SYSTEM, **where)

    def viewer(self, person: Person, at: datetime = NOON) -> Viewer:
        return viewer_of(person, at)

    def engagement(self, person: Person) -> Engagement:
        return Engagement.objects.known().get(person=person)
