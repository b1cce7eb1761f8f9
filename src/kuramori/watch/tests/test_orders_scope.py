"""Who sees a monitoring order, with whose name, and who looks into it; the person concerned finds no trace (DET-14)."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.utils.translation import override

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.evidence.api import sequence_all
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.room import rooms
from kuramori.register.api import Secret
from kuramori.watch.cases.timeline_acts import timeline_open
from kuramori.watch.cases.timelines import opened
from kuramori.watch.models import Alert, MonitoringCharter, MonitoringOrder
from kuramori.watch.orders.acts import order_look, order_mark, order_withdraw
from kuramori.watch.orders.duties import order_duties, order_tiles
from kuramori.watch.orders.page import approvals_in, facts_of
from kuramori.watch.orders.register import orders
from kuramori.watch.privacy.looks import Choice, Look, looks_visible_to
from kuramori.watch.pseudonyms import pseudonym
from kuramori.watch.queries.orders import (
    deciding_office,
    knows_name,
    may_call_off,
    may_look,
    may_order_about,
    may_settle,
    order_called,
    orders_visible_to,
    unsettled_orders,
    waiting_orders,
)
from kuramori.watch.rules.orders import Kind
from kuramori.watch.tests.ordered import Deciders, agrees, asked, in_force

NAMES = ("牡丹", "牧野", "botan", "Botan", "A-2")
SEES_ALL = {
    Role.AUDITOR, Role.HR, Role.INFORMATION_MANAGER, Role.LEGAL, Role.PRIVACY_OFFICER, Role.SECURITY_ANALYST,
}  # fmt: skip
MAY_ASK = {Role.HR, Role.INFORMATION_MANAGER, Role.PROMOTER, Role.SECURITY_ANALYST, Role.UNIT_HEAD}
MAY_LOOK = {Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST}
MAY_DECIDE = SEES_ALL - {Role.AUDITOR}
KNOWS = {Role.HR, Role.LEGAL, Role.PRIVACY_OFFICER}


@pytest.fixture
def deciders(company: Company, charter: MonitoringCharter) -> Deciders:
    return Deciders(company)


@pytest.fixture
def order(company: Company, deciders: Deciders) -> MonitoringOrder:
    return asked(company)


def text(answer: Any) -> str:
    return answer.content.decode()


def test_each_role_sees_asks_decides_and_looks_as_its_office_needs(
    company: Company, deciders: Deciders, order: MonitoringOrder
) -> None:
    active = in_force(company, deciders, asker=deciders.privacy)
    for n, role in enumerate(Role):
        person = company.person(f"R-{n}", f"役 {n}", "ヤク ヤク", f"Role{n} Test", company.sales)
        company.give(person, role)
        viewer = company.viewer(person)
        assert set(orders_visible_to(viewer)) == ({order, active} if role in SEES_ALL else set()), role
        assert may_order_about(viewer, company.botan) is (role in MAY_ASK), role
        assert (deciding_office(viewer, order) is not None) is (role in MAY_DECIDE), role
        assert bool(order_duties(viewer, TODAY)) is (role in MAY_DECIDE), role
        assert may_look(viewer, active) is (role in MAY_LOOK), role
        assert knows_name(viewer, order) is (role in KNOWS), role
        assert bool(order_tiles(viewer, TODAY)) is (role in SEES_ALL), role


def test_a_head_asks_about_his_own_people_and_sees_what_he_asked(
    company: Company, deciders: Deciders, order: MonitoringOrder
) -> None:
    head = company.viewer(company.akari)
    assert may_order_about(head, company.botan)
    assert not may_order_about(head, company.chihiro), "of another department"
    assert not may_order_about(head, company.akari), "himself"
    assert orders_visible_to(head).get() == order
    assert knows_name(head, order)
    company.give(company.chihiro, Role.PROMOTER, unit=company.top)
    above = company.viewer(company.chihiro)
    assert may_order_about(above, company.botan), "a promoter of the unit above"
    assert not orders_visible_to(above).exists(), "what another asked is not his business"
    assert order_tiles(above, TODAY) == [], "nor how many there are"


# the person concerned


@pytest.fixture
def concerned(company: Company, deciders: Deciders, order: MonitoringOrder) -> Viewer:
    """Botan with every role there is, an order about him waiting, and one in force in which lines are marked."""
    active = in_force(company, deciders, asker=deciders.privacy)
    order_mark(order=active, events=[1], person=deciders.second, by=actor_of(deciders.second))
    order_look(order=active, by=actor_of(deciders.legal))
    timeline_open(opener=deciders.second, reason="指示", order=active, by=actor_of(deciders.second))
    for role in SEES_ALL | MAY_ASK:
        company.give(company.botan, role)
    sequence_all()
    return company.viewer(company.botan)


def test_no_query_shows_him_anything_whatever_he_is(
    company: Company, concerned: Viewer, order: MonitoringOrder
) -> None:
    assert not orders_visible_to(concerned).exists()
    assert waiting_orders(concerned) == unsettled_orders(concerned) == []
    assert deciding_office(concerned, order) is None
    assert order_duties(concerned, TODAY) == []
    assert not may_order_about(concerned, company.botan)
    assert [tile["value"] for tile in order_tiles(concerned, TODAY)] == ["0"]
    assert not orders_visible_to(replace(concerned, person_id=None)).exists(), "an account without a person neither"
    elsewhere = company.viewer(company.daichi)
    assert orders_visible_to(elsewhere).count() == 2, "they are there"


def test_he_finds_no_trace_by_any_door(concerned: Viewer, order: MonitoringOrder, visit: Any, client: Any) -> None:
    numbers = set(MonitoringOrder.objects.values_list("number", flat=True))
    never = UUID(int=9)
    for door in ("order-detail", "order-decide", "order-withdraw", "order-settle", "order-history"):
        real, other = visit(concerned, door, order.pk), visit(concerned, door, never)
        assert real.status_code == other.status_code == 404, door
        assert len(real.content) == len(other.content), door
    assert visit(concerned, "order-look", order.pk, data={}).status_code == 404
    for query in ({}, {"state": "active"}, {"kind": "person"}, {"mine": "no"}, {"q": "M-"}):
        page = visit(concerned, "order-list", **query)
        assert page.context["rows"] == []
        assert not any(number in text(page) for number in numbers)
    export = visit(concerned, "order-export", data={"format": "json", "why": "定例"})
    assert json.loads(b"".join(export.streaming_content)) == []
    for address in ("/", "/inbox/", "/search/?q=M-", "/search/?q=牡丹", "/watch/mine/", "/watch/looks/"):
        page = client.get(address)
        assert page.status_code == 200
        assert not any(number in text(page) for number in numbers), address


def test_he_who_audits_the_looks_is_not_told_of_those_at_himself(company: Company, concerned: Viewer) -> None:
    choice = Choice(since=TODAY, until=TODAY)
    mine = {entry.verb for entry in looks_visible_to(concerned, choice)}
    assert not any(verb.startswith("watch.order") or verb == "watch.timeline.open" for verb in mine)
    company.give(company.chihiro, Role.AUDITOR)
    others = looks_visible_to(company.viewer(company.chihiro), choice)
    seen = {entry.verb for entry in others}
    assert {"watch.order.ask", "watch.order.approve", "watch.order.look", "watch.timeline.open"} <= seen
    narrowed = looks_visible_to(company.viewer(company.chihiro), replace(choice, kind=Look.ORDER_SEEN))
    assert {entry.verb for entry in narrowed} == {"watch.order.look"}


def test_no_history_of_his_holds_a_word_of_it(company: Company, concerned: Viewer) -> None:
    for subject in (company.botan.pk, company.materials.pk):
        assert not entries_about(subject).filter(verb__startswith="watch.").exists()


# names


def test_the_data_team_decides_and_looks_under_a_pseudonym(company: Company, deciders: Deciders) -> None:
    order = in_force(company, deciders, reason="牧野 牡丹が印刷している", milder="Botan Makino と面談済み")
    analyst = company.viewer(deciders.second)
    told = " ".join(value for _name, value, _help in facts_of(analyst, order))
    assert pseudonym(f"order:{order.pk}", company.botan.pk) in told
    assert not any(name in told for name in NAMES)
    said = agrees(company, asked(company, asker=deciders.privacy), deciders.data, reason="牧野牡丹を見る")
    assert "牡丹" not in approvals_in(analyst, said)[0]["reason"]
    for person in (company.akari, deciders.hr, deciders.legal, deciders.privacy):
        assert "牧野 牡丹" in str(facts_of(company.viewer(person), order)), person


def test_who_named_the_person_never_looks_for_that_would_undo_the_pseudonym(
    company: Company, deciders: Deciders
) -> None:
    """Even of the data team: he may ask, and others look."""
    order = in_force(company, deciders, asker=deciders.second)
    asker, other = company.viewer(deciders.second), company.viewer(deciders.data)
    assert knows_name(asker, order)
    assert not may_look(asker, order)
    assert may_look(other, order)
    opening = timeline_open(opener=deciders.second, reason="x", order=order, by=asker.actor)
    assert opened(asker, opening.pk) is None
    with time_machine.travel(NOON + timedelta(days=15), tick=False):
        assert not may_settle(asker, order)
        assert may_settle(other, order)


def test_behind_an_alert_the_name_stays_sealed_for_everybody(
    company: Company, deciders: Deciders, alert: Alert
) -> None:
    order = in_force(company, deciders, asker=deciders.second, alert=alert)
    assert (order.person_id, order.is_named) == (alert.person_id, False)
    for person in (deciders.second, deciders.hr, deciders.legal, deciders.privacy):
        viewer = company.viewer(person)
        assert not knows_name(viewer, order)
        facts = str(facts_of(viewer, order))
        assert alert.number in facts
        assert "千尋" not in facts
    assert may_look(company.viewer(deciders.second), order), "who asked from an alert knows no name"
    company.give(company.chihiro, Role.SECURITY_ANALYST)
    assert not orders_visible_to(company.viewer(company.chihiro)).exists()


def test_a_secret_that_is_closed_to_somebody_is_told_by_its_level(
    company: Company, deciders: Deciders, secret: Secret
) -> None:
    order = asked(company, kind=Kind.SECRET, secret=secret)
    with override("ja"):
        assert order_called(company.viewer(company.akari), order) == str(secret)
        closed = order_called(company.viewer(company.daichi), order)
    assert "極秘" in closed
    assert secret.number not in closed
    assert secret.title not in closed
    assert order_called(company.viewer(company.daichi), asked(company, kind=Kind.DEVICE, thing="4C53")) == "4C53"


def test_the_list_and_the_inbox_name_neither_person_nor_secret(
    company: Company, deciders: Deciders, order: MonitoringOrder, secret: Secret, visit: Any
) -> None:
    of_secret = asked(company, kind=Kind.SECRET, secret=secret)
    viewer = company.viewer(deciders.legal)
    page = text(visit(viewer, "order-list"))
    assert order.number in page
    assert of_secret.number in page
    assert not any(name in page for name in (*NAMES, secret.number, secret.title))
    assert {"person", "alert", "secret", "thing", "reason"} <= orders.withheld(viewer)
    assert not any(name in duty.title for duty in order_duties(viewer, TODAY) for name in NAMES)


# duties, figures, what else there is


def test_those_who_decide_are_asked_at_once_the_longest_waiting_first(company: Company, deciders: Deciders) -> None:
    first = asked(company)
    with time_machine.travel(NOON + timedelta(minutes=3), tick=False):
        second = asked(company, kind=Kind.DEVICE, thing="x")
        data, hr = company.viewer(deciders.data), company.viewer(deciders.hr)
        assert waiting_orders(data) == [first, second]
        assert waiting_orders(hr) == [first], "a device is not for HR"
        assert [(duty.urgent, duty.due) for duty in order_duties(data, TODAY)] == [(True, TODAY)] * 2
        assert waiting_orders(company.viewer(company.akari)) == []
        agrees(company, first, deciders.data)
        assert waiting_orders(company.viewer(deciders.data)) == [second]
        assert waiting_orders(company.viewer(deciders.second)) == [second], "the office has decided"


def test_the_dashboard_shows_how_long_it_takes_from_report_to_order(company: Company, deciders: Deciders) -> None:
    viewer = replace(company.viewer(deciders.legal), language="en")
    with override("en"):
        assert order_tiles(viewer, TODAY)[0]["below"].startswith("from report to order: – ")
        for minutes, tone in ((4, "ok"), (30, "warn")):
            order = asked(company, kind=Kind.DEVICE, thing=f"{minutes}")
            with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
                agrees(company, order, deciders.data)
                (tile,) = order_tiles(viewer, TODAY)
            assert tile["tone"] == tone
        assert (tile["value"], tile["below"]) == ("2", "from report to order: 17 min (median, 90 days)")
        with time_machine.travel(NOON + timedelta(days=91), tick=False):
            assert order_tiles(viewer, TODAY)[0]["below"].startswith("from report to order: – ")


def test_who_may_take_back(company: Company, deciders: Deciders) -> None:
    waiting, active = asked(company), in_force(company, deciders, asker=deciders.privacy)
    company.give(company.chihiro, Role.AUDITOR)
    head, hr, auditor = (company.viewer(each) for each in (company.akari, deciders.hr, company.chihiro))
    assert [may_call_off(each, waiting) for each in (head, hr, auditor)] == [True, True, False]
    assert [may_call_off(each, active) for each in (head, hr, auditor)] == [False, True, False]
    gone = order_withdraw(order=active, reason="誤り", by=hr.actor)
    assert not may_call_off(hr, gone)
    assert read(entries_about(gone.pk)[:1])[0].why == "誤り"


def test_nothing_of_the_room_offers_orders_to_somebody_without_them(company: Company, visit: Any) -> None:
    room = next(room for room in rooms() if room.name == "watch")
    items = {item.url_name: item.permission for item in room.menu if item.url_name.startswith("watch:order")}
    assert items == {"watch:order-list": "watch:order:view", "watch:order-ask": "watch:order:ask"}
    for door in items:
        assert visit(company.viewer(company.botan), door.removeprefix("watch:")).status_code == 403
