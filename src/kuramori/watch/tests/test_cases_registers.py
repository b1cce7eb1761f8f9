"""The register of cases holds what every register holds; what its pages cost does not grow with their rows."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.acts import act
from kuramori.kernel.permissions import Role, Viewer
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.alert_register import alerts
from kuramori.watch.cases.acts import case_begin, case_step, cases_gather
from kuramori.watch.cases.expert_acts import expert_add
from kuramori.watch.cases.register import cases
from kuramori.watch.models import Alert, Case, Unsealing
from kuramori.watch.rules.cases import CaseState, due_by, joins, next_states
from kuramori.watch.tests.test_registers import DAY, Suite
from kuramori.watch.tests.test_registers import noon as running_clock
from kuramori.watch.unsealing.acts import unsealing_ask, unsealing_refuse

noon = running_clock
NAMES = ("千尋", "遠山", "chihiro", "Chihiro")
WAYS = ("removable", "web", "printer", "external_mail", "cloud_share", "anonymous_link", "db_client")
PINNED = {
    "case-list": 2, "case-detail": 14, "case-history": 7, "case-step": 4, "expert-add": 1, "verdict-list": 2,
    "unsealing-list": 2, "unsealing-ask": 2, "alert-detail": 11,
}  # fmt: skip
"""Queries of each page for the office, sign-in not counted; pages of one case pay for its alerts' reasons at once."""


def gathered(found: Callable[..., Found], count: int, **words: Any) -> list[Case]:
    """Return so many cases about one person: each alert lies on days and on a way out of its own."""
    findings = [
        found(key=f"k{n}", since=day, until=day, channels=(f"way{n}",), score=Decimal(90 - n), **words)
        for n in range(count)
        for day in [DAY - timedelta(days=2 * n)]
    ]
    alerts_keep(findings=findings, as_of=DAY)
    return sorted(cases_gather(today=DAY), key=lambda case: -case.score)


class TestCases(Suite):
    """Daichi holds every office; Chihiro, whom all cases are about, finds none."""

    register = cases
    filtered = {"state": ("waiting", 1), "way": ("web", 0), "mine": ("yes", 1), "late": ("yes", 0)}

    @pytest.fixture(autouse=True)
    def _findings(self, found: Any) -> None:
        self.finding = found

    def blind(self, viewer: Viewer) -> Viewer:  # noqa: ARG002
        """Return the person concerned with every office."""
        for role in (Role.SECURITY_ANALYST, Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER):
            self.company.give(self.company.chihiro, role)
        return self.company.viewer(self.company.chihiro)

    def make(self, count: int) -> list[Any]:
        """Return cases; the first one waits and is Daichi's."""
        made, daichi = gathered(self.finding, count), self.company.daichi
        self.searched = (made[0].number, 1)
        case_step(
            case=made[0], state=CaseState.WAITING, reason="確認中", assignee=daichi, due_on=DAY + timedelta(days=9),
            author=daichi, by=actor_of(daichi),
        )  # fmt: skip
        return made

    def test_neither_list_nor_export_names_anybody_or_tells_of_units(self) -> None:
        self.make(3)
        page = self.get("list").content.decode()
        for form in ("csv", "json"):
            page += b"".join(self.post("export", data={"format": form}).streaming_content).decode("utf-8-sig")
        assert not any(name in page for name in NAMES)
        assert str(self.company.chihiro.pk) not in page
        assert str(self.company.sales.pk) not in page

    def test_a_search_by_name_finds_nothing_whosever_it_is(self) -> None:
        """A list that answers to one name and not to another tells whom it is about."""
        self.make(3)
        for words in ("千尋", "牡丹", "chihiro", "A-3", "A-2", "C-2026"):
            assert self.shown(self.get("list", query=f"?q={words}")) == [], words

    def test_no_sorting_by_who_it_is(self) -> None:
        self.make(3)
        for sort in ("who", "person", "-person", "unit"):
            heads = self.get("list", query=f"?sort={sort}").context["head"]
            assert not any(
                head["sorted"] == "ascending" for head in heads if str(head["label"]) in {"対象者", "person"}
            )

    def test_each_case_calls_the_person_by_another_name(self) -> None:
        """H3: two cases of one person cannot be joined by their list."""
        self.make(3)
        place = [str(head["label"]) for head in self.get("list").context["head"]].index("対象者")
        names = {str(row["cells"][place]) for row in self.get("list").context["rows"]}
        assert len(names) == 3


def test_each_row_counts_its_own_alerts_and_a_case_of_none_says_so(found: Any, company: Company, secret: Secret):
    """Counted beside the rows that are shown: joined and grouped, a page of fifty reads all cases with all alerts."""
    two = [
        found(key=key, since=day, until=day, channels=("web",)) for key, day in (("a", DAY), ("b", date(2026, 10, 1)))
    ]
    alerts_keep(findings=[*two, found(key="c", person_id=company.botan.pk, channels=("web",))], as_of=DAY)
    begun = {case.person_id: case for case in cases_gather(today=DAY)}
    empty = case_begin(alert=Alert(person=company.akari, since=DAY, until=DAY, severity="low", score=Decimal(1),
                                   channels=["web"]), today=DAY, by=actor_of(company.daichi))  # fmt: skip
    seen = cases.visible_to(company.viewer(company.daichi))
    assert dict(seen.values_list("pk", "alerts")) == {
        begun[company.chihiro.pk].pk: 2, begun[company.botan.pk].pk: 1, empty.pk: 0,
    }  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        assert seen.filter(state="open").values("pk").count() == 3
    assert "GROUP BY" not in asked[0]["sql"]


def test_who_had_a_name_shown_is_told_so_on_that_alert_and_beside_it_in_its_case(found: Any, company: Company):
    """By either of two questions: on this alert, or on another one of the same case; and nobody else by either."""
    first, second, apart = alerts_keep(
        findings=[found(key=key, since=day, until=day, channels=way, person_id=who.pk) for key, day, way, who in (
            ("a", DAY, ("web",), company.chihiro), ("b", date(2026, 10, 1), ("web",), company.chihiro),
            ("c", DAY, ("web",), company.botan))], as_of=DAY)  # fmt: skip
    cases_gather(today=DAY)
    company.give(company.akari, Role.PRIVACY_OFFICER)
    with act("watch.alert.unseal", by=actor_of(company.akari)):
        Unsealing(alert=first, by=company.akari, reason="面談", expires_at=NOON).save()
    told = {who: dict(alerts.visible_to(company.viewer(who)).values_list("pk", "was_named"))
            for who in (company.akari, company.daichi)}  # fmt: skip
    assert told[company.akari] == {first.pk: True, second.pk: True, apart.pk: False}
    assert not any(told[company.daichi].values())


# the rules behind it


@pytest.mark.parametrize("state", list(CaseState))
def test_from_every_state_something_leads_on_and_never_back_to_open(state: CaseState):
    after = next_states(state)
    assert after
    assert not {CaseState.OPEN, state} & set(after)


def test_alerts_join_on_a_shared_way_out_or_while_one_only_read():
    assert joins(("web", "printer"), ("printer",))
    assert joins((), ("web",))
    assert joins(("web",), ())
    assert joins((), ())
    assert not joins(("web",), ("printer", "removable"))


@pytest.mark.parametrize(("severity", "days"), [("high", 1), ("medium", 3), ("low", 7), ("note", 7)])
def test_the_heavier_the_sooner(severity: str, days: int):
    assert due_by(date(2026, 12, 31), severity) == date(2026, 12, 31) + timedelta(days=days)


# what the pages cost


@pytest.fixture
def office(company: Company, charter: Any) -> Viewer:
    for role in (Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER):
        company.give(company.daichi, role)
        company.give(company.botan, role)
    return company.viewer(company.daichi)


def a_full_case(found: Any, company: Company, secrets: list[Secret], alerts: int) -> Case:
    """Return one case of many alerts with many secrets, steps, experts and requests for the name."""
    findings = [
        found(key=f"k{n}", since=day, until=day, secrets={secret.pk: 3 for secret in secrets})
        for n in range(alerts)
        for day in [DAY - timedelta(days=2 * n)]
    ]
    kept = alerts_keep(findings=findings, as_of=DAY)
    (case,) = {found.pk: found for found in cases_gather(today=DAY)}.values()
    daichi, botan = company.daichi, company.botan
    for n in range(alerts):
        case_step(
            case=case, state=CaseState.IN_REVIEW, reason=f"{n}", assignee=botan, due_on=DAY, author=daichi,
            by=actor_of(daichi),
        )  # fmt: skip
        expert_add(case=case, expert=company.akari, until=DAY + timedelta(days=9), today=DAY, reason="x",
                   by=actor_of(daichi))  # fmt: skip
        asked = unsealing_ask(alert=kept[n], person=botan, reason="x", by=actor_of(botan))
        if n:
            unsealing_refuse(asked=asked, second=daichi, reason="x", by=actor_of(daichi))
    return case


def counted(visit: Any, viewer: Viewer, case: Case) -> dict[str, int]:
    alert = Alert.objects.order_by("-until").first()
    args = {"case": case.pk, "expert": case.pk, "alert": alert.pk, "unsealing": alert.pk}
    found = {}
    for door in PINNED:
        of = () if door.endswith("-list") else (args[door.partition("-")[0]],)
        visit(viewer, door, *of)
        with CaptureQueriesContext(connection) as captured:
            assert visit(viewer, door, *of).status_code == 200
        found[door] = len(captured)
    return found


def test_each_page_costs_as_many_queries_as_are_pinned_however_much_stands_on_it(
    visit: Any, found: Any, office: Viewer, company: Company, secret: Secret
):
    small = counted(visit, office, a_full_case(found, company, [secret], 1))
    later = [found(key=f"m{n}", since=day, until=day, secrets={secret.pk: 3}) for n in range(12)
             for day in [date(2026, 9, 1) + timedelta(days=2 * n)]]  # fmt: skip
    alerts_keep(findings=later, as_of=DAY)
    cases_gather(today=DAY)
    case = Case.objects.get()
    assert case.members.count() == 13
    large = counted(visit, office, case)
    assert large == small
    assert large == PINNED


def test_a_case_of_none_of_our_alerts_says_so(visit: Any, found: Any, office: Viewer):
    """What a vendor alone reported begins a case too."""
    (case,) = gathered(found, 1)
    page = visit(office, "case-detail", case.pk)
    assert page.status_code == 200
    with override("ja"):
        assert case.number in page.content.decode()
