"""Asked for, decided by everybody who has to, bounded by the charter, ended by itself; each step an act (DET-14)."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError
from django.utils.timezone import now
from django.utils.translation import override

from kuramori.directory.acts.people import assignment_add
from kuramori.directory.acts.units import site_add
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.register.api import Secret
from kuramori.watch.acts.settings import charter_add, charter_edit, charter_retire
from kuramori.watch.models import Alert, MonitoringCharter, MonitoringOrder, OrderApproval, OrderMark
from kuramori.watch.orders.acts import order_look, order_mark, order_refuse, order_withdraw
from kuramori.watch.orders.standing import charters_holding, is_covered, needed_for
from kuramori.watch.queries.orders import may_look
from kuramori.watch.rules.orders import TARGET, Kind, Office, waited
from kuramori.watch.rules.watching import Standing
from kuramori.watch.tests.conftest import charter_words
from kuramori.watch.tests.ordered import Deciders, agrees, asked, in_force
from kuramori.watch.watching.standing import company_day


@pytest.fixture
def deciders(company: Company, charter: MonitoringCharter) -> Deciders:
    return Deciders(company)


def standing(order: MonitoringOrder) -> Standing:
    return MonitoringOrder.objects.get(pk=order.pk).standing(now(), company_day())


def told(order: MonitoringOrder) -> list[str]:
    return [each.verb.rpartition(".")[2] for each in read(entries_about(order.pk))][::-1]


def at(minutes: float) -> Any:
    return time_machine.travel(NOON + timedelta(minutes=minutes), tick=False)


# from report to order


def test_from_report_to_an_order_in_force_under_ten_minutes_each_step_timed(
    company: Company, deciders: Deciders
) -> None:
    """The acceptance of DET-14: three offices one after the other, two minutes each."""
    order = asked(company)
    for minutes, person in ((2, deciders.data), (4, deciders.hr), (6, deciders.legal)):
        assert standing(order) is Standing.WAITING
        with at(minutes):
            order = agrees(company, order, person)
    wait = waited(order.created_at, order.active_at)
    assert (wait, standing(order)) == (timedelta(minutes=6), Standing.ACTIVE)
    assert wait is not None
    assert wait < TARGET
    given = [(each.office, each.created_at) for each in order.approvals.order_by("created_at")]
    assert given == [(office, NOON + timedelta(minutes=n)) for office, n in (("data", 2), ("hr", 4), ("legal", 6))]
    assert told(order) == ["ask", "approve", "approve", "approve"]
    assert [each.notes["missing"] for each in read(entries_about(order.pk))[:3]] == [0, 1, 2]


def test_a_thing_needs_the_data_team_alone(company: Company, deciders: Deciders) -> None:
    order = asked(company, kind=Kind.DEVICE, thing=" 4C53AB ")
    assert (order.thing, needed_for(order)) == ("4C53AB", {Office.DATA})
    assert agrees(company, order, deciders.data).state == "active"


@pytest.mark.parametrize("kind", [Kind.DOCUMENT, Kind.DEVICE])
def test_a_charter_by_two_asks_for_a_second_office(company: Company, kind: Kind) -> None:
    charter_add(**charter_words(company, names_by_two=True), by=SYSTEM)
    deciders = Deciders(company)
    order = asked(company, kind=kind, thing="図面.dwg")
    agrees(company, order, deciders.data)
    assert standing(order) is Standing.WAITING
    with pytest.raises(Refused, match="判断すること"):
        agrees(company, order, deciders.hr)
    agrees(company, order, deciders.privacy)
    assert standing(order) is Standing.ACTIVE


def test_where_a_works_agreement_is_law_a_second_office_decides_whatever_the_charter_says(
    company: Company, deciders: Deciders
) -> None:
    berlin = site_add(code="BER", name_ja="ベルリン", name_en="Berlin", country="DE", by=SYSTEM)
    words: dict[str, Any] = {"kind": Kind.DEVICE, "thing": "x", "sites": (berlin.pk, company.tokyo.pk)}
    with pytest.raises(Refused, match="有効な監視規程がありません"):
        asked(company, **words)
    charter_add(**charter_words(company, site=berlin), by=SYSTEM)
    with pytest.raises(Refused, match="有効な監視規程がありません"):
        asked(company, **words)
    charter_add(**charter_words(company, site=berlin, agreed_on=date(2026, 10, 1)), by=SYSTEM)
    assert needed_for(asked(company, **words)) == {Office.DATA, Office.LEGAL}


# the charter


def test_without_a_valid_charter_nothing_is_even_asked(company: Company) -> None:
    Deciders(company)
    entries = Entry.objects.count()
    for words in ({}, {"kind": Kind.DEVICE, "thing": "x"}):
        with override("en"), pytest.raises(Refused, match="No valid monitoring charter"):
            asked(company, **words)
    assert not MonitoringOrder.objects.exists()
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("sites", [(), (uuid4(),)])
def test_a_thing_is_asked_about_at_sites_that_are_there(company: Company, deciders: Deciders, sites: Any) -> None:
    with pytest.raises(Refused, match="有効な監視規程がありません"):
        asked(company, kind=Kind.DEVICE, thing="x", sites=sites)


def test_a_charter_that_ended_meanwhile_stops_the_last_approval_and_the_first(
    company: Company, deciders: Deciders, charter: MonitoringCharter
) -> None:
    order = asked(company)
    agrees(company, order, deciders.hr)
    charter_retire(charter=charter, by=SYSTEM, why="廃止")
    for person in (deciders.data, deciders.legal):
        with pytest.raises(Refused, match="有効な監視規程がありません"):
            agrees(company, order, person)
    assert order.approvals.count() == 1
    assert standing(order) is Standing.WAITING


def test_an_order_ends_with_the_charter_when_that_is_earlier(
    company: Company, deciders: Deciders, charter: MonitoringCharter
) -> None:
    charter_edit(charter=charter, valid_to=date(2026, 11, 25), by=SYSTEM)
    order = in_force(company, deciders)
    assert (order.starts_on, order.ends_on) == (TODAY, date(2026, 11, 25))
    assert order.charters == [str(charter.pk)]


def test_a_charter_that_is_taken_away_closes_an_order_at_once(
    company: Company, deciders: Deciders, charter: MonitoringCharter
) -> None:
    order = in_force(company, deciders)
    viewer = company.viewer(deciders.second)
    assert may_look(viewer, order)
    charter_retire(charter=charter, by=SYSTEM, why="廃止")
    assert standing(order) is Standing.ACTIVE, "it says what was decided"
    assert not may_look(viewer, order), "and nobody looks"
    assert not is_covered(order, TODAY)
    assert charters_holding(order.site_ids, TODAY) == {}


def test_somebody_who_moved_to_a_site_without_a_charter_is_not_looked_at_any_more(
    company: Company, deciders: Deciders
) -> None:
    order = in_force(company, deciders)
    kyoto = site_add(code="KYO", name_ja="京都", name_en="Kyoto", by=SYSTEM)
    assignment_add(
        engagement=company.engagement(company.botan), unit=company.sales, site=kyoto,
        starts_on=date(2026, 11, 23), today=TODAY, by=SYSTEM,
    )  # fmt: skip
    assert is_covered(order, date(2026, 11, 22))
    assert not is_covered(order, date(2026, 11, 23))


# bounds and bad input


@pytest.mark.parametrize(
    "words",
    [
        {"reason": " "},
        {"milder": ""},
        {"clause": "\n"},
        {"channels": ()},
        {"days": 0},
        {"days": 91},
        {"kind": Kind.SECRET, "thing": "x"},
        {"kind": Kind.PERSON, "thing": "x"},
        {"kind": Kind.DEVICE, "thing": "  "},
        {"kind": Kind.DEVICE, "person": None},
    ],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_lacks_a_subject_a_reason_or_a_bound_is_not_even_asked(
    company: Company, deciders: Deciders, words: Any, language: str
) -> None:
    entries = Entry.objects.count()
    with override(language):
        with pytest.raises(Refused) as refused:
            asked(company, **words)
        assert str(refused.value).isascii() is (language == "en")
    assert not MonitoringOrder.objects.exists()
    assert Entry.objects.count() == entries


def test_an_order_is_about_one_thing_and_the_database_holds_it_too(
    company: Company, deciders: Deciders, secret: Secret
) -> None:
    with pytest.raises(Refused, match="対象を記入"):
        asked(company, person=company.botan, secret=secret)
    order = asked(company, kind=Kind.SECRET, secret=secret)
    for name, value in (("thing", "x"), ("person", company.botan), ("kind", Kind.PERSON), ("days", 91)):
        broken = MonitoringOrder.objects.get(pk=order.pk)
        setattr(broken, name, value)
        with pytest.raises(IntegrityError), act("watch.order.ask", by=SYSTEM, subjects=[broken]):
            broken.save()


def test_nobody_asks_about_himself_neither_by_name_nor_by_his_alert(
    company: Company, deciders: Deciders, alert: Alert
) -> None:
    with pytest.raises(Refused, match="自分自身"):
        asked(company, person=company.akari)
    with pytest.raises(Refused, match="自分自身"):
        asked(company, asker=company.chihiro, alert=alert)
    order = asked(company)
    order.asked_by = order.person
    with pytest.raises(IntegrityError), act("watch.order.ask", by=SYSTEM, subjects=[order]):
        order.save()


def test_the_same_request_waits_once_another_subject_or_asker_beside_it(company: Company, deciders: Deciders) -> None:
    first = asked(company)
    with pytest.raises(Refused, match="依頼済み"):
        asked(company)
    device = asked(company, kind=Kind.DEVICE, thing="x")
    asked(company, kind=Kind.DEVICE, thing="y")
    asked(company, kind=Kind.DOCUMENT, thing="x")
    with pytest.raises(Refused, match="依頼済み"):
        asked(company, kind=Kind.DEVICE, thing="x")
    assert asked(company, asker=deciders.hr).pk not in {first.pk, device.pk}
    with time_machine.travel(NOON + timedelta(days=8), tick=False):
        assert standing(first) is Standing.LAPSED
        assert asked(company).pk != first.pk, "what lapsed does not stand in the way"


# who decides


def test_neither_asker_nor_person_concerned_nor_anybody_twice_decides(company: Company, deciders: Deciders) -> None:
    """In the same words, so that the person concerned learns nothing by trying."""
    for role in (Role.LEGAL, Role.SECURITY_ANALYST):
        for person in (company.akari, company.botan, deciders.hr):
            company.give(person, role)
    order = asked(company)
    agrees(company, order, deciders.hr)
    words = set()
    for person in (company.akari, company.botan, company.chihiro, deciders.hr):
        with pytest.raises(Refused) as refused:
            agrees(company, order, person)
        words.add(str(refused.value))
    assert len(words) == 1
    assert OrderApproval.objects.count() == 1


def test_one_refusal_is_enough_and_nothing_follows_it(company: Company, deciders: Deciders) -> None:
    order = asked(company)
    agrees(company, order, deciders.data)
    viewer = company.viewer(deciders.privacy)
    with pytest.raises(Refused, match="理由が必要"):
        order_refuse(order=order, person=deciders.privacy, roles=viewer.roles, reason=" ", by=viewer.actor)
    order_refuse(order=order, person=deciders.privacy, roles=viewer.roles, reason="過剰", by=viewer.actor)
    assert standing(order) is Standing.REFUSED
    with pytest.raises(Refused, match="対象ではありません"):
        agrees(company, order, deciders.hr)
    with pytest.raises(Refused, match="対象ではありません"):
        order_withdraw(order=order, reason="不要", by=SYSTEM)
    assert OrderApproval.objects.get(agrees=False).reason == "過剰"


def test_after_seven_days_nobody_decides_any_more(company: Company, deciders: Deciders) -> None:
    order = asked(company)
    with time_machine.travel(NOON + timedelta(days=7), tick=False):
        with pytest.raises(Refused, match="対象ではありません"):
            agrees(company, order, deciders.data)
        assert standing(order) is Standing.LAPSED


# the end


@pytest.mark.parametrize("days", [1, 90])
def test_it_ends_by_itself_after_the_days_asked(company: Company, deciders: Deciders, days: int) -> None:
    order = in_force(company, deciders, days=days)
    assert (order.ends_on - TODAY).days + 1 == days
    for after, there in ((days - 1, Standing.ACTIVE), (days, Standing.ENDED)):
        with time_machine.travel(NOON + timedelta(days=after), tick=False):
            assert standing(order) is there


def test_taken_back_it_is_over_the_same_moment(company: Company, deciders: Deciders) -> None:
    order, viewer = in_force(company, deciders), company.viewer(deciders.second)
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        gone = order_withdraw(order=order, reason=" 誤り ", by=actor_of(company.akari))
        assert (gone.ended_reason, gone.ends_on) == ("誤り", date(2026, 11, 22))
        assert not may_look(viewer, gone)
    waiting = asked(company)
    assert order_withdraw(order=waiting, reason="誤り", by=SYSTEM).ends_on is None


# marks


def test_a_line_is_marked_once_by_number_and_only_while_in_force(company: Company, deciders: Deciders) -> None:
    order, by = in_force(company, deciders), actor_of(deciders.second)
    assert order_mark(order=order, events=[7, 9, 7], person=deciders.second, by=by) == 2
    assert order_mark(order=order, events=[9, 11], person=deciders.second, by=by) == 1
    assert sorted(OrderMark.objects.values_list("event", flat=True)) == [7, 9, 11]
    assert {str(each) for each in OrderMark.objects.all()} == {order.number}
    assert read(entries_about(order.pk)[:1])[0].notes["lines"] == 1
    with pytest.raises(Refused, match="一つ以上"):
        order_mark(order=order, events=[], person=deciders.second, by=by)
    with pytest.raises(Refused, match="100行まで"):
        order_mark(order=order, events=range(1000, 1098), person=deciders.second, by=by)
    assert order_mark(order=order, events=range(1000, 1097), person=deciders.second, by=by) == 97
    with time_machine.travel(NOON + timedelta(days=30), tick=False), pytest.raises(Refused, match="終わって"):
        order_mark(order=order, events=[5], person=deciders.second, by=by)


def test_nothing_of_an_order_is_about_the_person_in_the_ledger(company: Company, deciders: Deciders) -> None:
    order = in_force(company, deciders)
    order_look(order=order, by=actor_of(deciders.hr))
    order_withdraw(order=order, reason="誤り", by=actor_of(company.akari))
    assert told(order)[-2:] == ["look", "withdraw"]
    assert {each.verb.partition(".")[0] for each in entries_about(company.botan.pk)} == {"directory"}
    assert not entries_about(company.materials.pk).filter(verb__startswith="watch.").exists()
    assert str(order) == order.number
    assert {str(each) for each in order.approvals.all()} == {order.number}
