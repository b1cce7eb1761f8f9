"""The events behind an alert: a page at a time, secrets first, each with its row of the log, and nobody named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.permissions import Role
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import alert_review
from kuramori.watch.alert_page import traces_of, works_on
from kuramori.watch.api import ingest
from kuramori.watch.context import context_sync
from kuramori.watch.lake import lake
from kuramori.watch.models import Alert, LogSource
from kuramori.watch.rules.alerts import State
from kuramori.watch.traces import PAGE
from kuramori.watch.unsealing.acts import alert_unseal

TODAY = NOON.date()


@pytest.fixture
def many(log: Callable[..., Path], source: LogSource, secret: Secret, charter: Any) -> int:
    """Chihiro opens three papers more than a page holds; the last five belong to the secret."""
    opened = [("chihiro", f"連絡/chihiro/{n:03d}.txt") for n in range(PAGE - 2)]
    opened += [("chihiro", f"配合/{n}.xlsx") for n in range(5)]
    ingest(source="samba", instance="fs01", paths=[log(*opened)])
    with lake() as found:
        context_sync(found, today=TODAY)
    return len(opened)


def rows_from(visit: Any, alert: Alert, viewer: Any, query: str = "") -> Any:
    return visit(viewer, "alert-events", alert.pk, **({"from": query} if query else {})).context


def test_pages_follow_each_other_without_a_gap_and_back(visit: Any, alert: Alert, company: Company, many: int):
    daichi = company.viewer(company.daichi)
    first = rows_from(visit, alert, daichi)
    assert (len(first["rows"]), first["newer"], first["older"]) == (PAGE, "", f"?from={PAGE}")
    last = rows_from(visit, alert, daichi, str(PAGE))
    assert (len(last["rows"]), last["older"]) == (many - PAGE, "")
    assert last["newer"].startswith("?from=")
    assert len({row["raw"] for page in (first, last) for row in page["rows"]}) == many


@pytest.mark.parametrize("start", ["x", "-1", "1e3", "99999999999999999999", "٣"])
def test_a_start_nobody_gave_shows_some_page_and_no_error(
    visit: Any, alert: Alert, company: Company, many: int, start: str
):
    assert visit(company.viewer(company.daichi), "alert-events", alert.pk, **{"from": start}).status_code == 200


def test_back_from_a_short_last_page_leads_to_the_page_before(visit: Any, alert: Alert, company: Company, many: int):
    daichi = company.viewer(company.daichi)
    last = rows_from(visit, alert, daichi, str(PAGE))
    assert last["newer"] == "?from=0"


def test_secrets_come_first_and_tell_nothing_but_their_level_to_who_may_not_know(
    visit: Any, alert: Alert, company: Company, many: int
):
    rows = rows_from(visit, alert, company.viewer(company.daichi))["rows"]
    assert [bool(row["level"]) for row in rows[:6]] == [True] * 5 + [False]
    assert all(row["secret"] is None and "配合" not in row["what"] for row in rows)


def test_the_keeper_reads_the_paths_of_his_own_secret(visit: Any, alert: Alert, company: Company, many: int):
    company.give(company.akari, Role.SECURITY_ANALYST)
    rows = rows_from(visit, alert, company.viewer(company.akari))["rows"]
    assert rows[0]["secret"].title == "電解液の配合比"
    assert "配合" in rows[0]["what"]


def test_account_machine_and_home_folder_are_masked_until_the_name_is_shown(
    visit: Any, alert: Alert, company: Company, many: int
):
    company.give(company.botan, Role.PRIVACY_OFFICER)
    botan = company.viewer(company.botan)
    closed = rows_from(visit, alert, botan)["rows"][-1]
    assert closed["who"] == ""
    assert "連絡/•••/" in closed["what"]
    alert_unseal(alert=alert, person=company.botan, reason="確認", by=actor_of(company.botan))
    shown = rows_from(visit, alert, botan)["rows"][-1]
    assert "chihiro" in shown["who"]
    assert "10.1.4.7" in shown["who"]
    assert "連絡/chihiro/" in shown["what"]


def test_each_event_names_its_source_its_file_and_row_with_the_files_digest(
    visit: Any, alert: Alert, company: Company, many: int
):
    rows = rows_from(visit, alert, company.viewer(company.daichi))["rows"]
    with lake() as found:
        (digest,) = found.manifest.db.execute("SELECT sha256 FROM batch").fetchone()
    assert {row["digest"] for row in rows} == {digest}
    assert all("fs01" in row["source"] and "audit.log" in row["raw"] for row in rows)


def test_without_a_lake_the_pages_say_that_there_is_no_event(visit: Any, alert: Alert, company: Company):
    daichi = company.viewer(company.daichi)
    assert rows_from(visit, alert, daichi)["rows"] == []
    assert visit(daichi, "alert-detail", alert.pk).status_code == 200
    assert traces_of(alert).days == ()


# the numbers of the page


def test_the_page_shows_two_months_of_days_with_the_window_marked_and_days_off(
    visit: Any, alert: Alert, company: Company, many: int
):
    traces = visit(company.viewer(company.daichi), "alert-detail", alert.pk).context["traces"]
    days = {day.date: day for day in traces.days}
    assert len(days) == (alert.until - alert.since).days + 61
    assert [day.date for day in traces.days if day.mark] == [alert.since]
    assert days[alert.until].value == many
    assert days[TODAY - timedelta(days=6)].is_off, "Saturday"
    assert not days[TODAY - timedelta(days=8)].is_off


def test_it_says_how_sure_it_is_of_few_days_and_few_colleagues(visit: Any, alert: Alert, company: Company, many: int):
    page = visit(company.viewer(company.daichi), "alert-detail", alert.pk).context
    assert page["traces"].own_days == 0
    assert len(page["how_sure"]) == 6


def test_a_person_without_a_site_rests_at_the_weekend(company: Company, alert: Alert):
    works = works_on(alert.pk, TODAY)
    assert [works(TODAY + timedelta(days=n)) for n in range(3)] == [True, False, False]


def test_what_can_be_done_next_follows_the_rights(visit: Any, alert: Alert, company: Company):
    def steps(person: Any) -> list[str]:
        page = visit(company.viewer(person), "alert-detail", alert.pk)
        return [name_of(link.url) for link in page.context["next_steps"]]

    company.give(company.botan, Role.PRIVACY_OFFICER)
    company.give(company.akari, Role.INFORMATION_MANAGER)
    assert steps(company.daichi) == ["events", "review", "timeline", "order", "decide"]
    assert steps(company.botan) == ["events", "timeline", "unseal"]
    assert steps(company.akari) == ["events", "review", "timeline", "order", "decide", "unseal"]
    alert_unseal(alert=alert, person=company.botan, reason="確認", by=actor_of(company.botan))
    assert steps(company.botan) == ["events", "timeline"], "a name that is shown is not offered"


def name_of(url: str) -> str:
    """The last word of an address; a timeline is opened, and an order asked for, by what it asks about."""
    asked = {"/timelines/open/": "timeline", "/orders/ask/": "order"}
    return next((name for door, name in asked.items() if door in url), url.rstrip("/").rpartition("/")[2])


@pytest.mark.parametrize("state", [State.EXPLAINED, State.CLOSED])
def test_a_settled_alert_asks_for_no_review(visit: Any, alert: Alert, company: Company, state: State):
    alert_review(alert=alert, state=state, comment="引継ぎ", assignee=None, author=None, by=actor_of(company.daichi))
    steps = visit(company.viewer(company.daichi), "alert-detail", alert.pk).context["next_steps"]
    assert [name_of(link.url) for link in steps] == ["events", "timeline", "order", "decide"], (
        "what was learnt moves later ones"
    )


def test_past_the_last_event_the_page_says_that_there_is_none(visit: Any, alert: Alert, company: Company, many: int):
    page = rows_from(visit, alert, replace(company.viewer(company.daichi), language="en"), "5000")
    assert (page["rows"], page["older"], page["shown"]) == ([], "", "Events 0 to 0")
