"""FAC-05, FAC-13: zones and permits hold what every register holds, and refuse what would silently never hold."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from kuramori.directory.acts.units import site_add
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.permissions import Role
from kuramori.watch.models import EntryPermit, SecurityZone
from kuramori.watch.presence.acts import permit_add, permit_edit, permit_retire, zone_add, zone_edit, zone_retire
from kuramori.watch.presence.forms import PermitForm
from kuramori.watch.presence.queries import permits_visible_to, zones_visible_to
from kuramori.watch.presence.registers import permit_mark, permits, zones
from kuramori.watch.rules.presence import names_in
from kuramori.watch.tests.test_registers import OpenToItsReaders

STARTS = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Let the clock run: two changes of a record must differ in their time."""
    with time_machine.travel(NOON):
        yield


def lab(company: Company, **words: Any) -> SecurityZone:
    """The development room behind one door; words change it."""
    plain: dict[str, Any] = {"name": "開発室", "site": company.tokyo, "doors": "3F 開発室"}
    return zone_add(**(plain | words), by=SYSTEM)


def slot(company: Company, zone: SecurityZone, **words: Any) -> EntryPermit:
    """Botan may enter for three hours; words change it."""
    plain: dict[str, Any] = {"zone": zone, "person": company.botan, "purpose": "プレス機の点検", "starts_at": STARTS,
             "ends_at": STARTS + timedelta(hours=3)}  # fmt: skip
    return permit_add(**(plain | words), by=SYSTEM)


class TestZones(OpenToItsReaders):
    register = zones
    required = ("name", "doors", "least", "minutes")
    filtered = {"permit": ("yes", 0)}

    @pytest.fixture(autouse=True)
    def _words(self, company: Company) -> None:
        self.entered = {"name": "試作室", "site": company.tokyo.pk, "doors": "試作室 入口\r\n試作室 非常口",
                        "inner_doors": "試作庫", "least": "2", "minutes": "20"}  # fmt: skip
        self.changed = self.entered | {"name": "試作室（新）", "least": "3", "by_permit": "on"}

    def make(self, count: int) -> list[Any]:
        return [lab(self.company, name=f"区域{n}", doors=f"D-{n}") for n in range(count)]


class TestPermits(OpenToItsReaders):
    register = permits
    required = ("zone", "person", "purpose", "starts_at", "ends_at")

    @pytest.fixture(autouse=True)
    def _words(self, company: Company) -> None:
        self.zone = lab(company)
        self.entered = {"zone": self.zone.pk, "person": "A-1", "purpose": "点検", "escort": "A-4",
                        "starts_at": "2026-11-20T09:00", "ends_at": "2026-11-20T12:00"}  # fmt: skip
        self.changed = self.entered | {"purpose": "再点検", "escort": "", "ends_at": "2026-11-20T13:30"}

    def make(self, count: int) -> list[Any]:
        return [slot(self.company, self.zone, purpose=f"点検{n}", ends_at=STARTS + timedelta(hours=n + 1))
                for n in range(count)]  # fmt: skip


def test_doors_are_written_one_on_a_line() -> None:
    assert names_in(" R1 \r\n\n3F 開発室\nR1") == {"R1", "3F 開発室"}
    assert names_in(" \n") == frozenset()


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"doors": " \n "}, "doors"),
        ({"doors": "D1\nD2", "inner_doors": "D2"}, "inner_doors"),
        ({"least": 0}, "least"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 24 * 60 + 1}, "minutes"),
    ],
)
def test_a_zone_that_could_not_be_told_of_is_refused(company: Company, words: dict[str, Any], field: str) -> None:
    plain: dict[str, Any] = {"name": "開発室", "site": company.tokyo, "doors": "D1"}
    with pytest.raises(ValidationError) as wrong:
        SecurityZone(**(plain | words)).full_clean()
    assert field in wrong.value.message_dict
    with pytest.raises(Refused):
        lab(company, **words)
    assert not SecurityZone.objects.exists()


def test_two_zones_never_share_a_name(company: Company) -> None:
    lab(company)
    with pytest.raises(Refused):
        lab(company)


@pytest.mark.parametrize("words", [{"ends_at": STARTS}, {"ends_at": STARTS - timedelta(minutes=1)}])
def test_a_slot_that_ends_before_it_begins_is_refused_by_the_act_and_by_the_database(
    company: Company, words: dict[str, Any]
) -> None:
    zone = lab(company)
    with pytest.raises(Refused):
        slot(company, zone, **words)
    plain = {"zone": zone, "person": company.botan, "purpose": "点検", "starts_at": STARTS}
    with pytest.raises(IntegrityError), act("watch.permit.add", by=SYSTEM):
        EntryPermit(**(plain | words)).save()


def test_nobody_escorts_himself(company: Company) -> None:
    with pytest.raises(Refused) as refused:
        slot(company, lab(company), escort=company.botan)
    assert "立会人" in str(refused.value)


def test_a_permits_times_are_those_of_the_zones_site_whoever_enters_them(company: Company) -> None:
    """A permit for the plant in Berlin, entered in Tokyo, is shown again as it was entered."""
    berlin = site_add(code="BER", name_ja="ベルリン", name_en="Berlin", zone_name="Europe/Berlin", by=SYSTEM)
    zone = lab(company, name="Labor", site=berlin)
    company.give(company.daichi, Role.SYSTEM_ADMINISTRATOR)
    viewer = company.viewer(company.daichi)
    entered = {"zone": zone.pk, "person": "A-1", "purpose": "点検", "starts_at": "2026-11-20T09:00",
               "ends_at": "2026-11-20T12:00"}  # fmt: skip
    form = PermitForm(viewer, None, entered)
    assert form.is_valid(), form.errors
    permit = permit_add(**form.cleaned_data, by=SYSTEM)
    assert permit.starts_at == datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert str(PermitForm(viewer, permit, None)["starts_at"]).count("2026-11-20T09:00") == 1
    unknown = PermitForm(viewer, None, entered | {"zone": "", "starts_at": "morgen", "person": "A-99"})
    assert set(unknown.errors) == {"zone", "starts_at", "person"}
    zone_retire(zone=zone, by=SYSTEM, why="aufgelöst")
    assert set(PermitForm(viewer, None, entered).errors) == {"zone"}, "a zone out of use is entered by nobody's permit"


def test_a_permit_says_whether_it_holds(company: Company) -> None:
    permit = slot(company, lab(company))
    viewer = company.viewer(company.daichi)
    said = []
    for moment in (STARTS - timedelta(minutes=1), STARTS, STARTS + timedelta(hours=4)):
        with time_machine.travel(moment, tick=False):
            said.append(str(permit_mark(permit, viewer).word))
    permit_retire(permit=permit, by=SYSTEM, why="中止")
    said.append(str(permit_mark(permit, viewer).word))
    assert said == ["これから", "有効", "終了", "取下げ"]


def test_changes_stand_in_the_history_with_who_and_why(company: Company) -> None:
    zone = lab(company)
    zone_edit(zone=zone, least=3, why="監査の指摘", by=actor_of(company.daichi))
    permit = slot(company, zone)
    permit_edit(permit=permit, purpose="再点検", by=actor_of(company.daichi))
    assert [entry.verb for entry in entries_about(zone.pk)] == ["watch.zone.edit", "watch.zone.add"]
    assert [entry.verb for entry in entries_about(permit.pk)] == ["watch.permit.edit", "watch.permit.add"]
    assert str(zone) == "開発室"
    assert str(permit) == "開発室 再点検"


def test_who_may_not_read_the_settings_sees_neither_zones_nor_permits(company: Company) -> None:
    zone = lab(company)
    slot(company, zone)
    stranger, office = company.viewer(company.chihiro), company.viewer(company.daichi)
    assert not zones_visible_to(stranger).exists()
    assert not permits_visible_to(stranger).exists()
    assert zones_visible_to(office).get() == zone
    assert permits_visible_to(office).count() == 1
