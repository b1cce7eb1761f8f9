"""What requests show to others: the inbox, the dashboard, the office."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from kuramori.approvals.acts import request_approve, request_refuse
from kuramori.approvals.duties import decision_duties
from kuramori.approvals.figures import by_kind, days_to_decision, request_tiles
from kuramori.approvals.queries import requests_visible_to, sees_content
from kuramori.directory.tests.company import TODAY
from kuramori.kernel.permissions import Forbidden, Role, Viewer
from kuramori.register.tests.asking.conftest import seen

pytestmark = pytest.mark.django_db


def going(viewer, name="register.read_access"):
    return next(each for each in by_kind(viewer) if each.name == name)


def test_days_to_the_decision_are_measured_by_kind_over_ninety_days(company, ask, clock):
    office, akari = company.viewer(company.daichi), company.viewer(company.akari)
    assert (going(office).days, days_to_decision()) == (None, None)
    quick, slow, third = ask(), ask(reader=company.emi), ask(reader=company.daichi)
    for days, one in ((1, quick), (3, slow)):
        clock.shift(timedelta(days=days))
        request_approve(asking=one, seen=seen(one), by=akari)
    clock.shift(timedelta(days=6))
    request_refuse(asking=third, seen=seen(third), by=akari, reason="x")
    told = going(office)
    assert (told.waiting, told.approved, told.refused, told.expired, told.withdrawn) == (0, 2, 1, 0, 0)
    assert told.days == 4.0, "1, 4 and 10 days: the one in the middle"
    assert days_to_decision("ringi.by_two") is None
    clock.shift(timedelta(days=81))
    assert going(office).approved == 0
    for nobody in (akari, company.viewer(company.chihiro)):
        with pytest.raises(Forbidden):
            by_kind(nobody)
        assert request_tiles(nobody, TODAY) == []


def test_the_dashboard_shows_what_waits(company, ask):
    office = company.viewer(company.daichi)
    (tile,) = request_tiles(office, TODAY)
    assert (tile["value"], tile["tone"], tile["below"]) == ("0", "ok", "")
    request = ask()
    request_approve(asking=request, seen=seen(request), by=company.viewer(company.akari))
    ask(reader=company.emi)
    (tile,) = request_tiles(office, TODAY)
    assert (tile["value"], tile["below"]) == ("1", "判断まで0.0日（中央値）")


def test_the_inbox_holds_what_waits_for_me_and_is_urgent_on_the_last_day(company, ask):
    request = ask()
    (duty,) = decision_duties(company.viewer(company.akari), TODAY)
    assert duty.title == f"{request.number} の判断：秘密情報の閲覧"
    assert (duty.due, duty.urgent) == (TODAY + timedelta(days=14), False)
    (duty,) = decision_duties(company.viewer(company.akari), TODAY + timedelta(days=14))
    assert duty.urgent
    for other in (company.chihiro, company.botan, company.daichi):
        assert decision_duties(company.viewer(other), TODAY) == []


def test_who_sees_what_and_who_is_nobody(company, ask):
    mine, other = ask(), ask(company.akari, reader=company.emi)
    sight = {
        who: set(requests_visible_to(company.viewer(getattr(company, who)))) for who in ("chihiro", "akari", "botan")
    }
    assert sight == {"chihiro": {mine}, "akari": {mine, other}, "botan": {other}}
    assert set(requests_visible_to(company.viewer(company.daichi))) == {mine, other}
    nobody = Viewer(actor=company.viewer(company.emi).actor, person_id=None)
    assert not requests_visible_to(nobody).exists()
    assert not sees_content(nobody, mine)


def test_who_had_a_part_in_it_sees_it_afterwards_and_who_took_over_does_too(company, ask, clock):
    request = ask()
    request_approve(asking=request, seen=seen(request), by=company.viewer(company.akari))
    akari = company.viewer(company.akari, now())
    assert list(requests_visible_to(akari)) == [request]
    assert sees_content(akari, request)
    company.give(company.botan, Role.LEGAL)
    assert sees_content(company.viewer(company.botan), request)
    assert not sees_content(company.viewer(company.chihiro), request)
