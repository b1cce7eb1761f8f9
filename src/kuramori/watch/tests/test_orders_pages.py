"""The pages of monitoring orders: asking from an alert, a secret or a form, deciding, taking back; both languages."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import gettext, override

from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.registers.tests.suite import RegisterSuite
from kuramori.register.api import Secret
from kuramori.watch.acts.settings import charter_add
from kuramori.watch.models import Alert, MonitoringCharter, MonitoringOrder, OrderApproval
from kuramori.watch.orders.register import orders
from kuramori.watch.panels import access_panel
from kuramori.watch.rules.orders import Kind
from kuramori.watch.tests.conftest import charter_words
from kuramori.watch.tests.ordered import Deciders, agrees, asked, in_force

VALID: dict[str, Any] = {
    "kind": "person", "person": "A-2", "reason": "夜間の印刷", "clause": "第4条2項", "milder": "面談済み",
    "channels": ["print", "media"], "days": "14",
}  # fmt: skip


@pytest.fixture
def deciders(company: Company, charter: MonitoringCharter) -> Deciders:
    return Deciders(company)


@pytest.fixture(params=["ja", "en"])
def head(request: pytest.FixtureRequest, company: Company, deciders: Deciders) -> Viewer:
    """Akari, who heads the materials section, in Japanese, then in English."""
    return replace(company.viewer(company.akari), language=request.param)


def said(viewer: Viewer, english: str) -> str:
    with override(viewer.language):
        found = gettext(english)
    assert (found == english) is (viewer.language == "en"), f"not translated: {english}"
    return found


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_superior_asks_three_offices_decide_and_the_page_tells_the_minutes(
    head: Viewer, company: Company, deciders: Deciders, visit: Any
) -> None:
    page = text(visit(head, "order-ask"))
    assert said(head, "Who is concerned is told nothing here, and finds nothing. Tell nobody either.") in page
    assert str(company.tokyo) in page
    answer = visit(head, "order-ask", data=VALID)
    order = MonitoringOrder.objects.get()
    assert answer["Location"] == f"/watch/orders/{order.pk}/"
    assert (order.person, order.sites, order.channels) == (company.botan, [str(company.tokyo.pk)], ["print", "media"])
    assert said(head, "No office has decided yet.") in text(visit(head, "order-detail", order.pk))
    for minutes, person in ((2, deciders.data), (3, deciders.hr), (8, deciders.legal)):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            viewer = replace(company.viewer(person), language=head.language)
            decide = reverse("watch:order-decide", args=[order.pk])
            assert f'href="{decide}"' in text(visit(viewer, "order-detail", order.pk))
            shown = text(visit(viewer, "order-decide", order.pk))
            assert ("牧野 牡丹" in shown or "Botan Makino" in shown) is (person != deciders.data)
            done = visit(viewer, "order-decide", order.pk, data={"decision": "agree", "reason": "必要"})
            assert done.status_code == 302
    assert f'href="{decide}"' not in text(visit(viewer, "order-detail", order.pk)), "there is nothing left to decide"
    detail = text(visit(head, "order-detail", order.pk))
    assert "2026-10-21 – 2026-12-03" in detail
    assert "8 min" in detail if head.language == "en" else "8分" in detail
    assert said(head, "That you read this order with the name is written down.") in detail
    assert "order-look" not in detail, "a head looks into nothing"
    looker = replace(company.viewer(deciders.second), language=head.language)
    assert said(head, "Look at the timeline") in text(visit(looker, "order-detail", order.pk))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "nose"}, "kind"),
        ({"person": "A-99"}, "person"),
        ({"person": ""}, "person"),
        ({"person": "A-3"}, "person"),
        ({"person": "A-1"}, "person"),
        ({"thing": "x"}, "thing"),
        ({"kind": "secret"}, "person"),
        ({"kind": "secret", "person": "", "secret": "S-9999"}, "secret"),
        ({"kind": "device", "person": ""}, "thing"),
        ({"kind": "device", "person": "", "thing": "x"}, "sites"),
        ({"kind": "device", "person": "", "thing": "x", "sites": ["nowhere"]}, "sites"),
        ({"kind": "device", "person": "", "thing": "x" * 501}, "thing"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 1001}, "reason"),
        ({"clause": " "}, "clause"),
        ({"clause": "x" * 201}, "clause"),
        ({"milder": "  "}, "milder"),
        ({"channels": []}, "channels"),
        ({"channels": ["telepathy"]}, "channels"),
        ({"days": "0"}, "days"),
        ({"days": "91"}, "days"),
        ({"days": "soon"}, "days"),
    ],
)
def test_a_request_that_lacks_something_is_refused_and_what_was_typed_stays(
    head: Viewer, visit: Any, changed: dict[str, Any], field: str
) -> None:
    answer = visit(head, "order-ask", data=VALID | changed)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    words = " ".join(str(each) for each in answer.context["form"].errors[field])
    assert words.replace("nowhere", "").isascii() is (head.language == "en")
    assert changed.get("milder", "面談済み").strip() in text(answer)
    assert not MonitoringOrder.objects.exists()


def test_the_form_answers_alike_for_strangers_whether_or_not_they_are_under_an_order(
    head: Viewer, company: Company, deciders: Deciders, visit: Any
) -> None:
    def answer() -> list[str]:
        return visit(head, "order-ask", data=VALID | {"person": "A-3"}).context["form"].errors["person"]

    before = answer()
    in_force(company, deciders, person=company.chihiro, asker=deciders.privacy)
    assert answer() == before == [said(head, "You cannot ask about this person.")]


def test_another_who_is_under_an_order_already_can_be_asked_about_and_nothing_tells(
    head: Viewer, company: Company, deciders: Deciders, visit: Any
) -> None:
    in_force(company, deciders, asker=deciders.privacy)
    assert visit(head, "order-ask", data=VALID).status_code == 302
    again = visit(head, "order-ask", data=VALID)
    assert again.status_code == 422
    assert said(head, "You have asked for this already.") in text(again), "his own request, and no other"


def test_a_site_without_a_charter_cannot_be_chosen_and_its_people_not_be_asked_about(
    company: Company, visit: Any
) -> None:
    charter_add(**charter_words(company, noticed_on=None), by=company.viewer(company.akari).actor)
    Deciders(company)
    head = replace(company.viewer(company.akari), language="en")
    assert "TYO" not in text(visit(head, "order-ask"))
    answer = visit(head, "order-ask", data=VALID)
    assert answer.status_code == 422
    assert said(head, "No valid monitoring charter covers what is asked.") in text(answer)


# from an alert, from a secret


def test_an_analyst_asks_from_an_alert_without_knowing_whom(
    company: Company, deciders: Deciders, alert: Alert, visit: Any
) -> None:
    analyst = company.viewer(deciders.second)
    address = f"{reverse('watch:order-ask')}?alert={alert.pk}"
    assert address in text(visit(analyst, "alert-detail", alert.pk))
    page = visit(analyst, "order-ask", alert=str(alert.pk))
    assert alert.number in text(page)
    assert not {"kind", "person", "sites"} & set(page.context["form"].fields)
    data = {name: value for name, value in VALID.items() if name not in {"kind", "person"}}
    assert page.client.post(address, data).status_code == 302
    order = MonitoringOrder.objects.get()
    assert (order.kind, order.person_id, order.alert) == ("person", alert.person_id, alert)
    shown = text(visit(analyst, "order-detail", order.pk))
    assert "千尋" not in shown
    assert "Chihiro" not in shown


def test_a_head_asks_from_a_secrets_page(
    head: Viewer, company: Company, deciders: Deciders, secret: Secret, visit: Any
) -> None:
    address = f"{reverse('watch:order-ask')}?secret={secret.pk}"
    for who in (company.akari, deciders.data):
        assert address in (access_panel(secret, company.viewer(who)) or ""), "its keeper, and who reads alerts"
    company.give(company.botan, Role.PROMOTER, unit=company.materials)
    assert address in (access_panel(secret, company.viewer(company.botan)) or ""), "to whom readers are not shown"
    assert address not in (access_panel(secret, company.viewer(company.chihiro)) or "")
    page = visit(head, "order-ask", secret=str(secret.pk))
    assert secret.number in text(page)
    assert "person" not in page.context["form"].fields
    data = {name: value for name, value in VALID.items() if name not in {"kind", "person"}}
    assert page.client.post(address, data).status_code == 422, "no site was chosen"
    assert page.client.post(address, data | {"sites": [str(company.tokyo.pk)]}).status_code == 302
    assert MonitoringOrder.objects.get().secret == secret


@pytest.mark.parametrize("name", ["alert", "secret"])
@pytest.mark.parametrize("value", ["x", "", "01a1f6e5-8784-7600-b776-57f3f0919bab"])
def test_what_is_not_there_or_not_in_sight_is_not_found(head: Viewer, visit: Any, name: str, value: str) -> None:
    assert visit(head, "order-ask", **{name: value}).status_code == 404


def test_a_head_asks_from_no_alert_and_nobody_from_his_own(
    head: Viewer, company: Company, alert: Alert, visit: Any
) -> None:
    assert visit(head, "order-ask", alert=str(alert.pk)).status_code == 404
    company.give(company.chihiro, Role.SECURITY_ANALYST)
    assert visit(company.viewer(company.chihiro), "order-ask", alert=str(alert.pk)).status_code == 404


# deciding, taking back


@pytest.mark.parametrize("data", [{}, {"decision": "agree"}, {"decision": "maybe", "reason": "x"}, {"reason": "x"}])
def test_a_decision_needs_a_choice_and_a_reason(
    head: Viewer, company: Company, deciders: Deciders, visit: Any, data: dict[str, str]
) -> None:
    order = asked(company)
    hr = replace(company.viewer(deciders.hr), language=head.language)
    assert visit(hr, "order-decide", order.pk, data=data | {"a": ""}).status_code == 422
    assert not OrderApproval.objects.exists()


def test_a_refusal_stands_with_its_reason(head: Viewer, company: Company, deciders: Deciders, visit: Any) -> None:
    order = asked(company)
    hr = replace(company.viewer(deciders.hr), language=head.language)
    assert visit(hr, "order-decide", order.pk, data={"decision": "refuse", "reason": "面談が先"}).status_code == 302
    assert "面談が先" in text(visit(head, "order-detail", order.pk))
    late = visit(replace(company.viewer(deciders.legal), language=head.language), "order-decide", order.pk)
    assert late.status_code == 409
    assert said(head, "You cannot decide on this request, or no longer.") in text(late)


def test_taking_back_asks_a_reason_and_ends_it(head: Viewer, company: Company, deciders: Deciders, visit: Any) -> None:
    order = in_force(company, deciders)
    assert visit(head, "order-withdraw", order.pk, data={"reason": " "}).status_code == 422
    assert visit(head, "order-withdraw", order.pk, data={"reason": "誤り"}).status_code == 302
    assert "誤り" in text(visit(head, "order-detail", order.pk))
    again = visit(head, "order-withdraw", order.pk, data={"reason": "誤り"})
    assert again.status_code == 409
    assert said(head, "You cannot take this order back, or no longer.") in text(again)


def test_an_account_without_a_person_asks_nothing(head: Viewer, company: Company, visit: Any) -> None:
    nobody = replace(head, person_id=None)
    answer = visit(nobody, "order-ask", data=VALID)
    assert answer.status_code == 422
    assert said(head, "Only a person can ask this or decide on it.") in text(answer)


def test_what_nobody_has_is_not_found(company: Company, deciders: Deciders, visit: Any) -> None:
    data = company.viewer(deciders.second)
    doors = ("detail", "decide", "withdraw", "history", "settle")
    assert {visit(data, f"order-{door}", uuid4()).status_code for door in doors} == {404}
    assert visit(data, "order-look", uuid4(), data={}).status_code == 404
    assert visit(data, "order-mark", uuid4(), data={}).status_code == 404


class TestOrders(RegisterSuite):
    register = orders
    filtered = {"state": ("waiting", 3), "kind": ("device", 3), "mine": ("no", 3)}

    @pytest.fixture(autouse=True)
    def noon(self) -> Any:
        """Let the clock run: orders of a record must differ in their time."""
        with time_machine.travel(NOON):
            yield

    @pytest.fixture(autouse=True)
    def _people(self, company: Company, deciders: Deciders) -> None:
        self.company = company
        company.give(deciders.legal, Role.AUDITOR)
        self.insider = company.viewer(deciders.legal)
        company.give(company.akari, Role.AUDITOR, unit=company.materials)
        self.stranger = company.viewer(company.akari)  # a head, who sees what he asked for himself

    def make(self, count: int) -> list[Any]:
        """Orders about devices that somebody else asked for."""
        return [self._one(n) for n in range(count)]

    def _one(self, n: int) -> MonitoringOrder:
        asker = self.company.person(f"Z-{n}", f"上長 {n}", "ジョウ チョウ", f"Boss{n} Test", self.company.materials)
        return asked(self.company, asker=asker, kind=Kind.DEVICE, thing="x")


def test_filters_follow_the_clock(company: Company, deciders: Deciders, visit: Any) -> None:
    legal = company.viewer(deciders.legal)
    waiting, active = asked(company), in_force(company, deciders, asker=deciders.privacy)
    device = agrees(company, asked(company, kind=Kind.DEVICE, thing="x"), deciders.data)

    def found(**query: str) -> set[Any]:
        return {row["pk"] for row in visit(legal, "order-list", **query).context["rows"]}

    assert found(state="waiting") == {waiting.pk}
    assert found(state="active") == {active.pk, device.pk}
    assert found(kind="device") == {device.pk}
    assert found(mine="yes") == set()
    assert found(state="nonsense") == {waiting.pk, active.pk, device.pk}
    with time_machine.travel(NOON + timedelta(days=15), tick=False):
        assert found(state="lapsed") == {waiting.pk}
        assert found(state="ended") == {active.pk, device.pk}
        assert found(state="active") == found(state="waiting") == set()
