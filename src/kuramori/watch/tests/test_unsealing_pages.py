"""The pages of a name for which two are needed: asked, decided, withdrawn; and what the wrong viewer gets of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.permissions import Role, Viewer
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.acts.settings import charter_add
from kuramori.watch.cases.acts import cases_gather
from kuramori.watch.models import Alert, Unsealing, UnsealingRequest
from kuramori.watch.tests.conftest import charter_words, leave
from kuramori.watch.tests.test_registers import DAY as LAST_DAY
from kuramori.watch.tests.test_registers import Suite
from kuramori.watch.tests.test_registers import noon as running_clock
from kuramori.watch.unsealing.acts import unsealing_ask, unsealing_refuse
from kuramori.watch.unsealing.register import unsealings

DAY = date(2026, 11, 19)
NAMES = ("千尋", "遠山", "chihiro", "Chihiro")
noon = running_clock


@pytest.fixture
def alert(found: Callable[..., Found], company: Company) -> Alert:
    """About Chihiro, whose site lets nobody see a name alone; Botan asks, Akari decides."""
    charter_add(**charter_words(company, names_by_two=True), by=actor_of(company.daichi))
    company.give(company.botan, Role.INFORMATION_MANAGER)
    company.give(company.akari, Role.PRIVACY_OFFICER)
    return alerts_keep(findings=[found()], as_of=DAY)[0]


@pytest.fixture
def botan(alert: Alert, company: Company) -> Viewer:
    return company.viewer(company.botan)


@pytest.fixture
def akari(alert: Alert, company: Company) -> Viewer:
    return company.viewer(company.akari)


@pytest.fixture
def asked(alert: Alert, company: Company, botan: Viewer) -> UnsealingRequest:
    return unsealing_ask(alert=alert, person=company.botan, reason="本人への聞き取り", by=botan.actor)


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_from_the_question_to_the_name(visit: Any, alert: Alert, botan: Viewer, akari: Viewer, language: str):
    """The whole walk, as the two of them see it."""
    botan, akari = (replace(each, language=language) for each in (botan, akari))
    answer = visit(botan, "alert-unseal", alert.pk)
    assert (answer.status_code, answer["Location"]) == (302, reverse("watch:unsealing-ask", args=[alert.pk]))
    page = visit(botan, "unsealing-ask", alert.pk)
    assert len(page.context["effects"]) == 5
    assert visit(botan, "unsealing-ask", alert.pk, data={"reason": " "}).status_code == 422
    assert visit(botan, "unsealing-ask", alert.pk, data={"reason": "聞き取り"}).status_code == 302
    asked = UnsealingRequest.objects.get()
    waiting = text(visit(botan, "alert-detail", alert.pk))
    assert {"ja": "判断待ち", "en": "waits for a second person"}[language] in waiting
    assert not any(name in waiting for name in NAMES)

    told = text(visit(akari, "unsealing-decide", asked.pk))
    assert "聞き取り" in told
    assert not any(name in told for name in NAMES), "who decides does not learn who it is"
    for wrong in ({}, {"decision": "grant"}, {"reason": "よい"}, {"decision": "both", "reason": "よい"}):
        assert visit(akari, "unsealing-decide", asked.pk, data=wrong or {"x": ""}).status_code == 422
    data = {"decision": "grant", "reason": "聞き取りに必要"}
    assert visit(akari, "unsealing-decide", asked.pk, data=data)["Location"] == unsealings.url("detail", asked)
    shown = text(visit(botan, "alert-detail", alert.pk))
    assert {"ja": "遠山 千尋", "en": "Chihiro"}[language] in shown
    assert not any(name in text(visit(akari, "alert-detail", alert.pk)) for name in NAMES)
    for viewer in (botan, akari):
        history = text(visit(viewer, "alert-history", alert.pk))
        assert "聞き取りに必要" in history
        assert not any(name in history for name in NAMES)


def test_refused_with_a_reason_which_the_alert_tells_who_asked(
    visit: Any, asked: UnsealingRequest, botan: Viewer, akari: Viewer
):
    data = {"decision": "refuse", "reason": "上長への確認が先"}
    assert visit(akari, "unsealing-decide", asked.pk, data=data).status_code == 302
    page = text(visit(botan, "alert-detail", asked.alert_id))
    assert "上長への確認が先" in page
    assert reverse("watch:alert-unseal", args=[asked.alert_id]) in page, "he may ask again"
    assert not Unsealing.objects.exists()


def test_the_case_tells_of_the_request_too_and_its_expert_nothing(
    visit: Any, asked: UnsealingRequest, botan: Viewer, akari: Viewer
):
    (case,) = cases_gather(today=DAY)
    assert "判断待ち" in text(visit(botan, "case-detail", case.pk))
    assert reverse("watch:unsealing-detail", args=[asked.pk]) in text(visit(akari, "case-detail", case.pk))
    analyst = replace(akari, permissions=akari.permissions - {"watch:unsealing:view"})
    assert "判断待ち" not in text(visit(analyst, "case-detail", case.pk))


def test_asked_twice_the_form_says_so_and_keeps_what_was_typed(visit: Any, asked: UnsealingRequest, botan: Viewer):
    answer = visit(botan, "unsealing-ask", asked.alert_id, data={"reason": "急ぎ"})
    assert answer.status_code == 422
    assert "申請済み" in text(answer)
    assert "急ぎ" in text(answer)
    assert UnsealingRequest.objects.count() == 1


def test_withdrawn_it_is_decided_by_nobody(visit: Any, asked: UnsealingRequest, botan: Viewer, akari: Viewer):
    assert visit(botan, "unsealing-withdraw", asked.pk).status_code == 200
    assert visit(botan, "unsealing-withdraw", asked.pk, data={"reason": ""}).status_code == 422
    assert visit(botan, "unsealing-withdraw", asked.pk, data={"reason": "不要"}).status_code == 302
    assert visit(akari, "unsealing-decide", asked.pk).status_code == 409
    assert visit(botan, "unsealing-withdraw", asked.pk).status_code == 409
    page = text(visit(akari, "unsealing-detail", asked.pk))
    assert "取下げ" in page
    assert "decide/" not in page


def test_nobody_decides_on_his_own_nor_withdraws_anothers(
    visit: Any, asked: UnsealingRequest, botan: Viewer, akari: Viewer
):
    for viewer, door in ((botan, "unsealing-decide"), (akari, "unsealing-withdraw")):
        for data in (None, {"decision": "grant", "reason": "よい"}):
            assert visit(viewer, door, asked.pk, data=data).status_code == 409
    asked.refresh_from_db()
    assert asked.state == "waiting"
    links = {str(link.url) for link in unsealings.actions(asked, botan)}
    assert links == {f"/watch/alerts/{asked.alert_id}/", f"/watch/unsealings/{asked.pk}/withdraw/"}
    links = {str(link.url) for link in unsealings.actions(asked, akari)}
    assert links == {f"/watch/alerts/{asked.alert_id}/", f"/watch/unsealings/{asked.pk}/decide/"}


def test_late_the_page_says_that_the_time_is_over(visit: Any, asked: UnsealingRequest, akari: Viewer):
    with time_machine.travel(NOON + timedelta(hours=73), tick=False):
        assert visit(akari, "unsealing-decide", asked.pk).status_code == 409
        assert "期限切れ" in text(visit(akari, "unsealing-list"))
        assert visit(akari, "unsealing-list", state="waiting").context["rows"] == []
        assert len(visit(akari, "unsealing-list", state="lapsed").context["rows"]) == 1


def test_the_person_concerned_meets_closed_doors_that_say_nothing(
    visit: Any, asked: UnsealingRequest, company: Company
):
    """A request about himself and one that never was answer alike (H3)."""
    for role in (Role.PRIVACY_OFFICER, Role.INFORMATION_MANAGER):
        company.give(company.chihiro, role)
    own = company.viewer(company.chihiro)
    for door, pk in (("unsealing-ask", asked.alert_id), ("alert-unseal", asked.alert_id),
                     ("unsealing-decide", asked.pk), ("unsealing-withdraw", asked.pk),
                     ("unsealing-detail", asked.pk), ("unsealing-history", asked.pk)):  # fmt: skip
        real, never = visit(own, door, pk), visit(own, door, uuid4())
        assert real.status_code == never.status_code == 404, door
    page = visit(own, "unsealing-list")
    assert page.context["rows"] == []
    assert asked.alert.number not in text(page)


def test_an_office_of_another_unit_is_answered_as_if_there_were_nothing(visit: Any, alert: Alert, company: Company):
    company.give(company.daichi, Role.PRIVACY_OFFICER, unit=company.research)
    viewer = company.viewer(company.daichi)
    assert visit(viewer, "alert-detail", alert.pk).status_code == 200, "he watches the whole company"
    assert reverse("watch:alert-unseal", args=[alert.pk]) not in text(visit(viewer, "alert-detail", alert.pk))
    for door in ("alert-unseal", "unsealing-ask"):
        assert visit(viewer, door, alert.pk).status_code == 404
        assert visit(viewer, door, alert.pk, data={"reason": "見たい"}).status_code == 404
    assert not UnsealingRequest.objects.exists()


def test_an_account_behind_which_nobody_stands_can_neither_ask_nor_decide(
    visit: Any, asked: UnsealingRequest, akari: Viewer
):
    nobody = replace(akari, person_id=None)
    assert visit(nobody, "unsealing-ask", asked.alert_id, data={"reason": "試験"}).status_code == 422
    assert UnsealingRequest.objects.count() == 1
    assert visit(nobody, "unsealing-decide", asked.pk).status_code == 409


def test_who_knows_of_leaving_anyway_is_not_told_that_he_will_lose_it(
    visit: Any, alert: Alert, botan: Viewer, company: Company
):
    leave(company)
    company.give(company.botan, Role.LEAVER_TEAM)
    assert len(visit(company.viewer(company.botan), "unsealing-ask", alert.pk).context["effects"]) == 4


def test_the_charter_says_to_everybody_that_a_name_needs_two(visit: Any, alert: Alert, company: Company):
    (row,) = visit(company.viewer(company.chihiro), "charter-list").context["rows"]
    facts = text(visit(company.viewer(company.chihiro), "charter-detail", row["pk"]))
    assert "二人の合意" in facts


class TestRequests(Suite):
    """The register: Daichi, who holds the office, sees requests of others."""

    register = unsealings
    filtered = {"state": ("waiting", 2), "mine": ("no", 3)}

    @pytest.fixture(autouse=True)
    def _findings(self, found: Any, secret: Secret) -> None:  # noqa: ARG002
        self.finding = found

    def blind(self, viewer: Viewer) -> Viewer:  # noqa: ARG002
        """Return somebody with the same offices, about whom all of them are."""
        for role in (Role.SECURITY_ANALYST, Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER):
            self.company.give(self.company.chihiro, role)
        return self.company.viewer(self.company.chihiro)

    def make(self, count: int) -> list[Any]:
        """Return one request on each of as many alerts; of three, the first one is refused."""
        days = [LAST_DAY - timedelta(days=2 * n) for n in range(count)]
        findings = [self.finding(key=f"k{day}", since=day, until=day) for day in days]
        person = self.company.botan
        made = [
            unsealing_ask(alert=alert, person=person, reason=f"理由{n}", by=actor_of(person))
            for n, alert in enumerate(alerts_keep(findings=findings, as_of=LAST_DAY))
        ]
        if count == 3:
            second = self.company.daichi
            made[0] = unsealing_refuse(asked=made[0], second=second, reason="早い", by=actor_of(second))
        return made
