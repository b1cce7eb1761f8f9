"""FAC-05: whose presence is told to whom: roles, people who may not be watched, sites with clocks of their own."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils.timezone import now

from kuramori.directory.acts.people import identity_add
from kuramori.directory.acts.units import site_add, unit_edit
from kuramori.directory.tests.company import FOUNDED, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.watch.acts.settings import account_add, charter_retire
from kuramori.watch.api import ingest
from kuramori.watch.context import context_sync
from kuramori.watch.lake import lake
from kuramori.watch.models import SecurityZone
from kuramori.watch.presence.acts import permit_add, permit_retire, zone_add, zone_edit
from kuramori.watch.presence.doors import Told, doors_told
from kuramori.watch.presence.registers import permits, zones
from kuramori.watch.reviews.units import unit_reviews
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.reviews import Tie

THURSDAY = date(2026, 11, 19)
MONDAY = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
HEAD = "日時,カード番号,社員番号,扉名,リーダ,方向,結果\n"
IN, OUT = "入室", "退室"


@pytest.fixture
def badges(company: Company) -> Company:
    """Akari, Botan and Chihiro have a badge each."""
    for person, number in ((company.akari, "A-1"), (company.botan, "A-2"), (company.chihiro, "A-3")):
        identity_add(person=person, namespace="employee", value=number, starts_on=FOUNDED, by=SYSTEM)
    return company


@pytest.fixture
def zone(badges: Company) -> SecurityZone:
    return zone_add(name="開発室", site=badges.tokyo, doors="開発室\n非常口", by=SYSTEM)


def replay(tmp_path: Path, *passed: tuple[str, str, str, str], site: str = "tokyo", tz: str = "Asia/Tokyo") -> None:
    """Take in passages of Thursday: clock, employee number, door, way."""
    rows = [f"2026/11/19 {clock}:00,C-{who},{who},{door},R1,{way},許可\n" for clock, who, door, way in passed]
    path = tmp_path / f"{uuid4()}.csv"
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    ingest(source="table:badge", instance=site, paths=[path], zone=ZoneInfo(tz))
    with lake() as found:
        context_sync(found, today=THURSDAY + timedelta(days=4))


def told(day: date = THURSDAY) -> Told:
    with lake() as found:
        return doors_told(found, None, [day])


ALONE = (("10:00", "A-2", "開発室", IN), ("11:00", "A-2", "非常口", OUT))


def test_of_people_without_a_charter_only_a_count_is_told(
    badges: Company, zone: SecurityZone, charter: Any, tmp_path: Path
) -> None:
    """BetrVG § 87(1) no. 6: her card is somebody's presence, and nobody's name."""
    replay(tmp_path, *ALONE)
    assert set(told().people) == {badges.botan.pk}
    charter_retire(charter=charter, by=SYSTEM, why="失効")
    with lake() as found:
        context_sync(found, today=THURSDAY + timedelta(days=5))
    unwatched = told()
    assert unwatched.people == {}
    assert unwatched.zones[0]["unnamed"] == 1


def test_who_may_not_be_named_still_keeps_another_from_being_alone(
    badges: Company, zone: SecurityZone, charter: Any, tmp_path: Path
) -> None:
    """The card of the cleaners is a service account: no deed of a person, and yet somebody in the room."""
    cleaners = (("09:50", "S-1", "開発室", IN), ("10:45", "S-1", "開発室", OUT))
    account_add(namespace="employee", raw="S-1", reason="清掃", valid_from=FOUNDED, by=SYSTEM)
    replay(tmp_path, *ALONE, *cleaners)
    assert told().people == {}, "fifteen minutes are left"
    zone_edit(zone=zone, minutes=15, by=SYSTEM)
    (one,) = told().people[badges.botan.pk]["lone"]
    assert (one["minutes"], one["since"]) == (15, "2026-11-19T01:45:00.000000Z")


def test_a_zone_asks_what_it_is_set_to_ask_from_the_next_review_on(
    badges: Company, zone: SecurityZone, charter: Any, tmp_path: Path
) -> None:
    both = (("10:00", "A-1", "開発室", IN), ("10:00", "A-2", "開発室", IN),
            ("12:00", "A-1", "開発室", OUT), ("12:00", "A-2", "開発室", OUT))  # fmt: skip
    replay(tmp_path, *both)
    assert told().people == {}
    zone_edit(zone=zone, least=3, by=SYSTEM)
    assert told().ties([badges.akari.pk, badges.botan.pk]) == {badges.akari.pk: Tie.ALONE, badges.botan.pk: Tie.ALONE}
    zone_edit(zone=zone, least=1, by=SYSTEM)
    assert told().people == {}


def test_a_smaller_zone_within_a_zone_is_one_of_its_own(
    badges: Company, zone: SecurityZone, charter: Any, tmp_path: Path
) -> None:
    """Botan goes on into the vault: Akari is not alone in the room around it, Botan is alone in the vault."""
    zone_edit(zone=zone, inner_doors="金庫室", by=SYSTEM)
    zone_add(name="金庫室", site=badges.tokyo, doors="金庫室", by=SYSTEM)
    replay(
        tmp_path,
        ("10:00", "A-1", "開発室", IN), ("10:00", "A-2", "開発室", IN),
        ("10:10", "A-2", "金庫室", IN), ("10:40", "A-2", "金庫室", OUT),
        ("11:00", "A-1", "開発室", OUT), ("11:00", "A-2", "開発室", OUT),
    )  # fmt: skip
    found = told().people
    assert set(found) == {badges.botan.pk}
    assert [(one["zone"], one["minutes"]) for one in found[badges.botan.pk]["lone"]] == [("金庫室", 30)]


def test_each_site_has_its_own_clock_and_day(badges: Company, zone: SecurityZone, charter: Any, tmp_path: Path) -> None:
    """From 23:30 in Berlin: it is Friday in Tokyo by then, and still Thursday's evening at the place itself."""
    berlin = site_add(code="BER", name_ja="ベルリン", name_en="Berlin", zone_name="Europe/Berlin", by=SYSTEM)
    zone_add(name="Labor", site=berlin, doors="Labor", by=SYSTEM)
    replay(tmp_path, ("22:30", "A-3", "Labor", IN), ("23:30", "A-3", "Labor", OUT), site="berlin", tz="Europe/Berlin")
    (one,) = told().people[badges.chihiro.pk]["lone"]
    assert (one["since"], one["zone"], one["minutes"]) == ("2026-11-19T21:30:00.000000Z", "Labor", 60)
    assert told(THURSDAY + timedelta(days=1)).people == {}
    with lake() as found:
        assert {row["site"] for row in doors_told(found, berlin, [THURSDAY]).zones} == {"BER"}


def test_a_permit_that_is_withdrawn_covers_nothing_any_more_and_one_of_another_zone_never_did(
    badges: Company, charter: Any, tmp_path: Path
) -> None:
    """FAC-13."""
    words: dict[str, Any] = {"site": badges.tokyo, "by_permit": True, "least": 1}
    prototype = zone_add(name="試作室", doors="開発室\n非常口", **words, by=SYSTEM)
    other = zone_add(name="倉庫", doors="倉庫", **words, by=SYSTEM)
    begins = datetime(2026, 11, 19, 0, 0, tzinfo=UTC)
    slot: dict[str, Any] = {"purpose": "点検", "starts_at": begins, "ends_at": begins + timedelta(hours=3)}
    permit_add(zone=other, person=badges.botan, **slot, by=SYSTEM)
    replay(tmp_path, *ALONE)
    assert [one["slot"] for one in told().people[badges.botan.pk]["entries"]] == ["none"]
    permit = permit_add(zone=prototype, person=badges.botan, **slot, by=SYSTEM)
    assert told().people == {}
    permit_retire(permit=permit, by=SYSTEM, why="中止")
    assert [one["slot"] for one in told().people[badges.botan.pk]["entries"]] == ["none"]


def test_who_was_alone_is_judged_by_another_even_where_he_heads_the_unit(
    badges: Company, zone: SecurityZone, charter: Any, tmp_path: Path
) -> None:
    """DET-06: the head's own evening goes to the office, and what he is shown does not hold it."""
    unit_edit(unit=badges.materials, head=badges.botan, by=SYSTEM)
    replay(tmp_path, *ALONE)
    with time_machine.travel(MONDAY, tick=False):
        made = {review.unit: review for review in unit_reviews(now())}
    people = {unit: set(review.sheets.get().items.values_list("person", flat=True)) for unit, review in made.items()}
    assert badges.botan.pk not in people[badges.materials]
    assert badges.botan.pk in people[None]


OFFICES = (Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST, Role.SYSTEM_ADMINISTRATOR)


@pytest.mark.parametrize("register", [zones, permits], ids=["zones", "permits"])
@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        *((role, True, True) for role in OFFICES),
        (Role.AUDITOR, True, False),
        (Role.PRIVACY_OFFICER, True, False),
        (Role.HR, False, False),
        (Role.UNIT_HEAD, False, False),
        (Role.EMPLOYEE, False, False),
    ],
)
def test_who_keeps_the_settings_writes_who_checks_them_reads_and_nobody_else_sees_them(
    company: Company, register: Any, role: Role, visit: Any, *, reads: bool, writes: bool
) -> None:
    company.give(company.botan, role)
    viewer = company.viewer(company.botan)
    kind = register.name.partition(":")[2]
    assert viewer.may(f"watch:{kind}:view") is reads
    assert {viewer.may(f"watch:{kind}:{action}") for action in ("add", "edit", "retire")} == {writes}
    assert visit(viewer, f"{kind}-list").status_code == (200 if reads else 403)
    assert visit(viewer, f"{kind}-add").status_code == (200 if writes else 403)


def test_the_permissions_of_zones_are_held_by_somebody() -> None:
    named = {each.value for each in Permission if each.value.startswith(("watch:zone:", "watch:permit:"))}
    assert named == {f"watch:{kind}:{action}" for kind in ("zone", "permit")
                     for action in ("add", "edit", "export", "retire", "view")}  # fmt: skip
