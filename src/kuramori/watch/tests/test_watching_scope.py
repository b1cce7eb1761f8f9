"""Who sees the watch list: the two offices and who asked; the person concerned never, by no door (DET-08)."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.room import rooms
from kuramori.watch.models.watching import WatchEntry
from kuramori.watch.queries.watching import (
    ending_entries,
    entries_visible_to,
    may_ask_about,
    may_renew,
    may_withdraw,
    office_for,
    waiting_entries,
)
from kuramori.watch.rules.watching import Office
from kuramori.watch.tests.watched import Offices, agrees, asked, in_force
from kuramori.watch.watching.acts import entry_withdraw
from kuramori.watch.watching.duties import entry_duties
from kuramori.watch.watching.register import entries

NAMES = ("牡丹", "牧野", "botan", "Botan")
SEES_ALL = {Role.AUDITOR, Role.HR, Role.INFORMATION_MANAGER, Role.LEGAL, Role.PRIVACY_OFFICER}
MAY_ASK = {Role.HR, Role.INFORMATION_MANAGER, Role.UNIT_HEAD}


@pytest.fixture
def offices(company: Company) -> Offices:
    return Offices(company)


@pytest.fixture
def entry(company: Company, offices: Offices) -> WatchEntry:
    return asked(company)


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_and_asks_what_its_office_needs(company: Company, entry: WatchEntry, role: Role) -> None:
    company.give(company.chihiro, role)
    viewer = company.viewer(company.chihiro)
    assert entries_visible_to(viewer).exists() is (role in SEES_ALL)
    assert may_ask_about(viewer, company.botan) is (role in MAY_ASK)
    assert (office_for(viewer, entry) is not None) is (role in {Role.HR, Role.LEGAL, Role.PRIVACY_OFFICER})
    assert bool(entry_duties(viewer, TODAY)) is (role in {Role.HR, Role.LEGAL, Role.PRIVACY_OFFICER})


def test_a_head_asks_about_his_own_people_and_sees_what_he_asked(company: Company, entry: WatchEntry) -> None:
    head = company.viewer(company.akari)
    assert may_ask_about(head, company.botan)
    assert not may_ask_about(head, company.chihiro), "of another department"
    assert not may_ask_about(head, company.akari), "himself"
    assert entries_visible_to(head).get() == entry
    company.give(company.chihiro, Role.UNIT_HEAD, unit=company.top)
    above = company.viewer(company.chihiro)
    assert may_ask_about(above, company.botan), "the unit below is his too"
    assert not entries_visible_to(above).exists(), "what another head asked is not his business"


def test_no_role_sees_an_entry_about_himself(company: Company, offices: Offices, entry: WatchEntry) -> None:
    for role in SEES_ALL | MAY_ASK:
        company.give(company.botan, role)
    concerned = company.viewer(company.botan)
    assert not entries_visible_to(concerned).exists()
    assert office_for(concerned, entry) is None
    assert waiting_entries(concerned) == []
    assert entry_duties(concerned, TODAY) == []
    assert not may_ask_about(concerned, company.botan)
    assert not entries_visible_to(replace(concerned, person_id=None)).exists(), "an account without a person neither"


def test_the_person_concerned_finds_nothing_by_any_door(
    company: Company, offices: Offices, entry: WatchEntry, visit: Any
) -> None:
    for role in SEES_ALL:
        company.give(company.botan, role)
    concerned = company.viewer(company.botan)
    for door in ("entry-detail", "entry-decide", "entry-withdraw", "entry-history"):
        assert visit(concerned, door, entry.pk).status_code == 404, door
        if door != "entry-history":
            assert visit(concerned, door, entry.pk, data={"reason": "x"}).status_code in {404, 405}
    assert visit(concerned, "entry-ask", renews=str(entry.pk)).status_code == 404
    page = text(visit(concerned, "entry-list"))
    assert entry.number not in page
    export = visit(concerned, "entry-export", data={"format": "json", "why": "x"})
    assert json.loads(b"".join(export.streaming_content)) == []
    about_himself = visit(concerned, "entry-ask", data=form(company, person="A-2"))
    assert about_himself.status_code == 422


def form(company: Company, **words: Any) -> dict[str, Any]:
    plain = {"person": "A-2", "reason": "懸念", "milder": "面談済み", "kinds": ["bulk_read"], "days": "30"}
    return plain | words


def test_a_stranger_and_the_wrong_role_are_refused(company: Company, entry: WatchEntry, visit: Any) -> None:
    employee = company.viewer(company.chihiro)
    doors: list[tuple[Any, ...]] = [
        ("entry-list",), ("entry-ask",), ("entry-detail", entry.pk), ("entry-decide", entry.pk),
        ("entry-withdraw", entry.pk), ("entry-history", entry.pk),
    ]  # fmt: skip
    assert {visit(employee, *door).status_code for door in doors} == {403}
    analyst = company.viewer(company.daichi)
    assert {visit(analyst, *door).status_code for door in doors} == {403}, "who knows pseudonyms learns no name here"
    head = company.viewer(company.akari)
    assert visit(head, "entry-decide", entry.pk).status_code == 403
    company.give(company.chihiro, Role.UNIT_HEAD, unit=company.sales)
    other_head = company.viewer(company.chihiro)
    assert visit(other_head, "entry-detail", entry.pk).status_code == 404


def test_the_list_export_and_history_name_nobody_and_a_look_at_the_name_is_logged(
    company: Company, offices: Offices, entry: WatchEntry, visit: Any
) -> None:
    company.give(company.daichi, Role.AUDITOR)
    looked = entries_about(entry.pk).filter(verb="watch.entry.look")
    for person in (company.daichi, offices.legal):
        viewer = company.viewer(person)
        for door in (("entry-list",), ("entry-history", entry.pk)):
            page = text(visit(viewer, *door))
            assert entry.number in page
            assert not any(name in page for name in NAMES), door
            assert "持出しを懸念" not in page or door[0] == "entry-history"
        export = visit(viewer, "entry-export", data={"format": "csv", "why": "監査"})
        assert not any(name in b"".join(export.streaming_content).decode("utf-8-sig") for name in NAMES)
    assert not looked.exists()
    assert "牧野 牡丹" in text(visit(company.viewer(offices.legal), "entry-detail", entry.pk))
    assert [each.actor_name for each in read(looked.all())] == [offices.legal.name]
    visit(company.viewer(company.akari), "entry-detail", entry.pk)
    assert looked.all().count() == 2


def test_history_of_the_person_says_nothing(company: Company, offices: Offices) -> None:
    before = set(entries_about(company.botan.pk).values_list("pk", flat=True))
    in_force(company, offices)
    assert set(entries_about(company.botan.pk).values_list("pk", flat=True)) == before


def test_the_offices_decide_each_for_itself_and_are_asked_until_they_did(
    company: Company, offices: Offices, entry: WatchEntry
) -> None:
    hr, legal, privacy = map(company.viewer, (offices.hr, offices.legal, offices.privacy))
    assert [office_for(each, entry) for each in (hr, legal, privacy)] == [Office.HR, Office.LEGAL, Office.LEGAL]
    assert [len(entry_duties(each, TODAY)) for each in (hr, legal, privacy)] == [1, 1, 1]
    agrees(company, entry, offices.legal)
    fresh = WatchEntry.objects.get(pk=entry.pk)
    assert [office_for(each, fresh) for each in (hr, legal, privacy)] == [Office.HR, None, None]
    assert [len(waiting_entries(each)) for each in (hr, legal, privacy)] == [1, 0, 0]


def test_a_request_that_is_about_to_lapse_is_urgent(company: Company, offices: Offices, entry: WatchEntry) -> None:
    hr = company.viewer(offices.hr)
    (duty,) = entry_duties(hr, TODAY)
    assert (duty.urgent, duty.due) == (False, TODAY + timedelta(days=7))
    assert entry.number in duty.title
    assert not any(name in duty.title for name in NAMES)
    with time_machine.travel(NOON + timedelta(days=6, hours=23), tick=False):
        assert entry_duties(hr, TODAY + timedelta(days=7))[0].urgent
    with time_machine.travel(NOON + timedelta(days=7), tick=False):
        assert entry_duties(hr, TODAY + timedelta(days=7)) == []


def test_who_asked_is_reminded_two_weeks_before_the_end_until_he_renewed(company: Company, offices: Offices) -> None:
    entry = in_force(company, offices)
    head = company.viewer(company.akari)
    assert ending_entries(head) == []
    with time_machine.travel(NOON + timedelta(days=15), tick=False):
        assert ending_entries(head) == [entry]
        assert [duty.due for duty in entry_duties(head, TODAY)] == [entry.ends_on]
        assert ending_entries(company.viewer(offices.hr)) == [], "only who asked"
        asked(company, renews=entry)
        assert ending_entries(head) == []


def test_who_may_take_back_and_renew(company: Company, offices: Offices) -> None:
    waiting, active = asked(company), in_force(company, offices, asker=offices.privacy)
    head, hr, auditor = company.viewer(company.akari), company.viewer(offices.hr), _auditor(company)
    assert [may_withdraw(each, waiting) for each in (head, hr, auditor)] == [True, True, False]
    assert [may_withdraw(each, active) for each in (head, hr, auditor)] == [False, True, False]
    assert [may_renew(each, active) for each in (head, hr, auditor)] == [True, True, False]
    assert not may_renew(hr, waiting)
    entry_withdraw(entry=active, reason="誤り", by=hr.actor)
    gone = WatchEntry.objects.get(pk=active.pk)
    assert not may_withdraw(hr, gone)
    assert not may_renew(hr, gone)


def _auditor(company: Company) -> Viewer:
    company.give(company.daichi, Role.AUDITOR)
    return company.viewer(company.daichi)


def test_nothing_of_the_room_offers_the_list_to_somebody_without_it(company: Company, visit: Any) -> None:
    room = next(room for room in rooms() if room.name == "watch")
    items = {item.url_name: item.permission for item in room.menu if item.url_name.startswith("watch:entry")}
    assert items == {"watch:entry-list": "watch:entry:view", "watch:entry-ask": "watch:entry:ask"}
    assert visit(company.viewer(company.botan), "entry-list").status_code == 403
    assert {"person", "reason", "milder"} <= entries.withheld(company.viewer(company.daichi))


@pytest.mark.parametrize("pk", [UUID(int=0), UUID(int=7)])
def test_an_entry_that_nobody_has_is_not_found(company: Company, offices: Offices, visit: Any, pk: UUID) -> None:
    hr = company.viewer(offices.hr)
    assert {visit(hr, f"entry-{door}", pk).status_code for door in ("detail", "decide", "withdraw", "history")} == {404}
