"""The registers of the directory hold what every register must hold."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
import time_machine

from kuramori.directory.acts import people as people_acts
from kuramori.directory.models import Person, Project, RoleAssignment, Site, Unit
from kuramori.directory.registers import people, person_enter, projects, roles, sites, units
from kuramori.directory.rules.permissions import Permission
from kuramori.directory.tests.company import NOON
from kuramori.directory.viewing import viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.tests.suite import RegisterSuite

EVERYTHING = frozenset(str(each) for each in Permission)
START = date(2020, 4, 1)


def insider() -> Viewer:
    return replace(viewer_of_system(), person_id=uuid4(), permissions=EVERYTHING, company_wide=EVERYTHING)


class Suite(RegisterSuite):
    """The stranger holds every permission, but nowhere."""

    @pytest.fixture(autouse=True)
    def _viewers(self, db: None) -> None:  # noqa: ARG002  (asks for the database)
        self.insider = insider()
        self.stranger = replace(self.insider, company_wide=frozenset())


class OpenSuite(Suite):
    """People, units and sites are known to everybody inside; a stranger may look at them and change nothing."""

    def test_out_of_scope_it_is_not_found_by_any_door(self) -> None:
        record = self.make(1)[0]
        for page in ("edit", "retire"):
            if getattr(self.register, page):
                assert self.get(page, record, by=self.stranger).status_code == 403
                assert self.post(page, record, {"why": "x"}, by=self.stranger).status_code == 403

    def test_out_of_scope_neither_list_count_search_nor_export_betrays_it(self) -> None:
        self.make(1)
        outside = replace(self.stranger, permissions=frozenset())
        assert self.get("list", by=outside).status_code == 403
        assert self.post("export", data={"format": "json"}, by=outside).status_code == 403
        assert not self.register.visible_to(outside).exists()


class TestSites(OpenSuite):
    register = sites
    entered = {"code": "X1", "name_ja": "名古屋", "name_en": "Nagoya", "country": "JP", "zone_name": "Asia/Tokyo"}
    changed = entered | {"name_ja": "大阪", "zone_name": "Asia/Tokyo"}
    required = ("code", "name_ja", "zone_name")

    def make(self, count: int) -> list[Site]:
        with act("directory.site.add", by=SYSTEM, why="test"):
            made = [Site(code=f"S{n:03d}", name_ja=f"拠点{n}") for n in range(count)]
            for each in made:
                each.save()
        return made


class TestUnits(OpenSuite):
    register = units
    entered = {"code": "X1", "name_ja": "新規事業部", "name_en": "New business"}
    changed = entered | {"name_ja": "改革室"}
    required = ("code", "name_ja")
    searched = ("組織1", 1)

    @pytest.fixture(autouse=True)
    def _site(self, _viewers: None) -> None:
        with act("directory.site.add", by=SYSTEM):
            self.site = Site(code="TYO", name_ja="東京")
            self.site.save()
        self.filtered = {"site": (str(self.site.pk), 1)}

    def make(self, count: int) -> list[Unit]:
        from kuramori.directory.acts import units as acts

        with act("directory.unit.add", by=SYSTEM, why="test"):
            return [
                acts.unit_add(
                    code=f"U{n:03d}", name_ja=f"組織{n}", site=self.site if n == 0 else None, by=SYSTEM, why="test"
                )
                for n in range(count)
            ]


class TestProjects(Suite):
    register = projects
    entered = {"code": "X1", "name_ja": "新型", "starts_on": "2026-04-01"}
    changed = entered | {"name_ja": "次期型", "ends_on": "2027-03-31"}
    required = ("code", "name_ja")

    def make(self, count: int) -> list[Project]:
        with act("directory.project.add", by=SYSTEM, why="test"):
            made = [Project(code=f"P{n:03d}", name_ja=f"案件{n}") for n in range(count)]
            for each in made:
                each.save()
        return made


class TestPeople(OpenSuite):
    register = people
    changed = {"number": "E9", "name": "田中 花子", "kana": "タナカ ハナコ"}
    required = ("number", "name", "start", "unit")
    searched = ("社員1", 1)

    @pytest.fixture(autouse=True)
    def _places(self, _viewers: None) -> None:
        with act("directory.unit.add", by=SYSTEM):
            self.site = Site(code="TYO", name_ja="東京")
            self.site.save()
            self.unit = Unit(code="10", name_ja="総務部")
            self.unit.path = Unit.path_under(None, self.unit.pk)
            self.unit.save()
        self.entered = {
            "number": "E9", "name": "田中 花子", "mail": "hanako@example.jp", "kind": "regular",
            "start": "2020-04-01", "unit": str(self.unit.pk),
        }  # fmt: skip
        self.filtered = {"unit": (str(self.unit.pk), 3), "site": (str(self.site.pk), 3), "state": ("here", 3)}

    def make(self, count: int) -> list[Person]:
        with act("directory.person.add", by=SYSTEM, why="test"):
            return [
                person_enter(
                    by=SYSTEM, why="test", number=f"E{n:03d}", name=f"社員{n}", kana=f"シャイン{n}",
                    kind="regular", start=START, end_planned=None, sponsor=None, unit=self.unit, site=self.site,
                    position="",
                )
                for n in range(count)
            ]  # fmt: skip


class TestRoles(Suite):
    register = roles
    required = ("person", "role", "starts_on")
    filtered = {"role": ("hr", 1)}

    @pytest.fixture(autouse=True)
    def _person(self, _viewers: None) -> Iterator[None]:
        with time_machine.travel(NOON):  # one and the same day in Tokyo and in UTC
            self.person = people_acts.person_add(number="E1", name="佐倉 灯里", joined_on=START, by=SYSTEM)
            self.entered = {"person": "E1", "role": "hr", "starts_on": "2030-04-01"}
            yield

    def make(self, count: int) -> list[RoleAssignment]:
        from django.utils.timezone import localdate

        names = ["hr", "legal", "ip", "it", "auditor"]
        with act("directory.role.add", by=SYSTEM, why="test"):
            made = [
                RoleAssignment(person=self.person, role=names[n % 5], scope="company", starts_on=localdate())
                for n in range(count)
            ]
            for each in made:
                each.save()
        return made
