"""The pages of the watch list: asking, deciding, taking back, renewing; what is refused, in both languages."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils.translation import gettext, override

from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.registers.tests.suite import RegisterSuite
from kuramori.watch.models.watching import SignalChoice, WatchApproval, WatchEntry
from kuramori.watch.tests.watched import Offices, agrees, asked, in_force
from kuramori.watch.watching.register import entries

VALID: dict[str, Any] = {
    "person": "A-2", "reason": "配合表の持出しを懸念", "milder": "面談済み", "kinds": ["bulk_read", "copy_out"],
    "days": "30", "signals": ["leaving", "hours"],
}  # fmt: skip


@pytest.fixture
def offices(company: Company) -> Offices:
    return Offices(company)


@pytest.fixture(params=["ja", "en"])
def head(request: pytest.FixtureRequest, company: Company, offices: Offices) -> Viewer:
    """Akari, who heads the materials section, in Japanese, then in English."""
    return replace(company.viewer(company.akari), language=request.param)


def said(viewer: Viewer, english: str) -> str:
    with override(viewer.language):
        found = gettext(english)
    assert (found == english) is (viewer.language == "en"), f"not translated: {english}"
    return found


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_superior_reports_early_signs_and_both_offices_decide(
    head: Viewer, company: Company, offices: Offices, visit: Any
) -> None:
    page = text(visit(head, "entry-ask"))
    for choice in SignalChoice.choices:
        assert said(head, _english(choice[0])) in page
    assert said(head, "The person is told nothing here, and finds nothing. Tell nobody either.") in page
    answer = visit(head, "entry-ask", data=VALID)
    entry = WatchEntry.objects.get()
    assert answer["Location"] == f"/watch/watch-list/{entry.pk}/"
    assert (entry.person, entry.asked_by, entry.signals) == (company.botan, company.akari, ["leaving", "hours"])
    for person, decision in ((offices.hr, "agree"), (offices.legal, "agree")):
        viewer = replace(company.viewer(person), language=head.language)
        asked_page = text(visit(viewer, "entry-decide", entry.pk))
        assert "牧野 牡丹" in asked_page or "Botan Makino" in asked_page
        assert "面談済み" in asked_page
        data = {"decision": decision, "reason": "必要"}
        assert visit(viewer, "entry-decide", entry.pk, data=data).status_code == 302
    detail = text(visit(head, "entry-detail", entry.pk))
    assert "2026-11-20 – 2026-12-19" in detail
    assert said(head, "That you looked at this entry is written down.") in detail
    assert WatchApproval.objects.filter(entry=entry, agrees=True).count() == 2


def _english(value: str) -> str:
    with override("en"):
        return str(SignalChoice(value).label)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"person": "A-99"}, "person"),
        ({"person": ""}, "person"),
        ({"person": "A-3"}, "person"),
        ({"person": "A-1"}, "person"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 1001}, "reason"),
        ({"milder": "  "}, "milder"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["nose"]}, "kinds"),
        ({"days": "0"}, "days"),
        ({"days": "91"}, "days"),
        ({"days": "soon"}, "days"),
        ({"signals": ["looks odd"]}, "signals"),
    ],
)
def test_a_request_that_lacks_something_is_refused_and_what_was_typed_stays(
    head: Viewer, visit: Any, changed: dict[str, Any], field: str
) -> None:
    answer = visit(head, "entry-ask", data=VALID | changed)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    words = " ".join(str(each) for each in answer.context["form"].errors[field])
    assert words.isascii() is (head.language == "en")
    assert changed.get("milder", "面談済み").strip() in text(answer)
    assert not WatchEntry.objects.exists()


def test_somebody_of_another_department_and_somebody_unknown_are_not_told_apart_by_an_entry(
    head: Viewer, company: Company, offices: Offices, visit: Any
) -> None:
    asked(company, person=company.chihiro, asker=offices.hr)
    before = text(visit(head, "entry-ask", data=VALID | {"person": "A-3"}))
    assert said(head, "You cannot ask about this person.") in before


def test_asking_twice_is_refused_on_the_page(head: Viewer, visit: Any) -> None:
    assert visit(head, "entry-ask", data=VALID).status_code == 302
    again = visit(head, "entry-ask", data=VALID)
    assert again.status_code == 422
    assert said(head, "You have asked for this person already.") in text(again)
    assert WatchEntry.objects.count() == 1


@pytest.mark.parametrize("data", [{}, {"decision": "agree"}, {"decision": "maybe", "reason": "x"}, {"reason": "x"}])
def test_a_decision_needs_a_choice_and_a_reason(
    head: Viewer, company: Company, offices: Offices, visit: Any, data: dict[str, str]
) -> None:
    entry = asked(company)
    hr = replace(company.viewer(offices.hr), language=head.language)
    assert visit(hr, "entry-decide", entry.pk, data=data | {"a": ""}).status_code == 422
    assert not WatchApproval.objects.exists()


def test_a_refusal_stands_with_its_reason(head: Viewer, company: Company, offices: Offices, visit: Any) -> None:
    entry = asked(company)
    hr = replace(company.viewer(offices.hr), language=head.language)
    assert visit(hr, "entry-decide", entry.pk, data={"decision": "refuse", "reason": "面談が先"}).status_code == 302
    page = text(visit(head, "entry-detail", entry.pk))
    assert "面談が先" in page
    late = visit(replace(company.viewer(offices.legal), language=head.language), "entry-decide", entry.pk)
    assert late.status_code == 409
    assert said(head, "You cannot decide on this request, or no longer.") in text(late)


def test_taking_back_asks_a_reason_and_ends_it(head: Viewer, company: Company, offices: Offices, visit: Any) -> None:
    entry = in_force(company, offices)
    assert said(head, "Take it back") in text(visit(head, "entry-withdraw", entry.pk))
    assert visit(head, "entry-withdraw", entry.pk, data={"reason": " "}).status_code == 422
    assert visit(head, "entry-withdraw", entry.pk, data={"reason": "話は誤り"}).status_code == 302
    assert "話は誤り" in text(visit(head, "entry-detail", entry.pk))
    again = visit(head, "entry-withdraw", entry.pk, data={"reason": "話は誤り"})
    assert again.status_code == 409
    assert said(head, "You cannot take this entry back, or no longer.") in text(again)


def test_a_renewal_is_asked_with_what_was_said_and_decided_anew(
    head: Viewer, company: Company, offices: Offices, visit: Any
) -> None:
    entry = in_force(company, offices)
    detail = text(visit(head, "entry-detail", entry.pk))
    assert f"/watch/watch-list/ask/?renews={entry.pk}" in detail
    with time_machine.travel(NOON + timedelta(days=40), tick=False):
        page = visit(head, "entry-ask", renews=str(entry.pk))
        assert page.context["form"].initial["kinds"] == entry.kinds
        assert 'name="person"' not in text(page)
        assert entry.number in text(page)
    data = {key: value for key, value in VALID.items() if key != "person"}
    address = f"/watch/watch-list/ask/?renews={entry.pk}"
    assert page.client.post(address, data).status_code == 302
    renewed = WatchEntry.objects.get(renews=entry)
    assert (renewed.person, renewed.state) == (company.botan, "waiting")
    assert entry.number in text(visit(head, "entry-detail", renewed.pk))


@pytest.mark.parametrize("renews", ["x", "", "00000000-0000-7000-8000-000000000000"])
def test_what_cannot_be_renewed_is_not_found(head: Viewer, visit: Any, renews: str) -> None:
    assert visit(head, "entry-ask", renews=renews).status_code == 404


def test_what_waits_cannot_be_renewed(head: Viewer, company: Company, visit: Any) -> None:
    entry = asked(company)
    assert visit(head, "entry-ask", renews=str(entry.pk)).status_code == 404


def test_an_account_without_a_person_asks_nothing(head: Viewer, visit: Any) -> None:
    nobody = replace(head, person_id=None)
    answer = visit(nobody, "entry-ask", data=VALID)
    assert answer.status_code == 422
    assert said(head, "Only a person can ask this or decide on it.") in text(answer)


def test_an_entry_costs_the_same_whatever_was_said_of_it(
    company: Company, offices: Offices, visit: Any, django_assert_max_num_queries: Any
) -> None:
    hr = company.viewer(offices.hr)
    waiting, active = asked(company), in_force(company, offices, asker=offices.privacy)
    for entry in (waiting, active):
        visit(hr, "entry-detail", entry.pk)
        with django_assert_max_num_queries(20):
            assert visit(hr, "entry-detail", entry.pk).status_code == 200


class TestEntries(RegisterSuite):
    register = entries
    filtered = {"state": ("waiting", 3), "mine": ("no", 3)}

    @pytest.fixture(autouse=True)
    def noon(self) -> Any:
        """Let the clock run: entries of a record must differ in their time."""
        with time_machine.travel(NOON):
            yield

    @pytest.fixture(autouse=True)
    def _people(self, company: Company) -> None:
        self.company = company
        Offices(company)
        for person in (company.botan, company.daichi):
            company.give(person, Role.PRIVACY_OFFICER)
        self.insider = company.viewer(company.daichi)
        self.stranger = company.viewer(company.botan)  # holds the same role, and all entries are about him

    def make(self, count: int) -> list[Any]:
        """Entries about one person, the earlier ones taken back, so that another can be asked for."""
        return [self._one(n) for n in range(count)]

    def _one(self, n: int) -> WatchEntry:
        asker = self.company.person(f"Z-{n}", f"上長 {n}", "ジョウ チョウ", f"Boss{n} Test", self.company.materials)
        return asked(self.company, asker=asker)


def test_filters_follow_the_clock(company: Company, offices: Offices, visit: Any) -> None:
    legal = company.viewer(offices.legal)
    waiting, active = asked(company), in_force(company, offices, asker=offices.privacy)
    half = asked(company, asker=offices.hr)
    agrees(company, half, offices.legal)

    def found(**query: str) -> set[Any]:
        return {row["pk"] for row in visit(legal, "entry-list", **query).context["rows"]}

    assert found(state="waiting") == {waiting.pk, half.pk}
    assert found(state="active") == {active.pk}
    assert found(mine="yes") == set()
    assert found(state="nonsense") == {waiting.pk, active.pk, half.pk}
    with time_machine.travel(NOON + timedelta(days=31), tick=False):
        assert found(state="lapsed") == {waiting.pk, half.pk}
        assert found(state="ended") == {active.pk}
        assert found(state="active") == found(state="waiting") == set()
