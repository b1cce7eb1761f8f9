"""Leavers: who sees them by which name, what the look-back tells each role, and the bundle made from it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from kuramori.directory.acts.people import assignment_add, engagement_end, notice_receive
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.models import Job
from kuramori.kernel.permissions import Role
from kuramori.watch.queries.leavers import leaver_seen_by, leavers_seen_by, look_back_at
from kuramori.watch.tests.conftest import leave

TODAY = NOON.date()


@pytest.fixture
def line(company: Company) -> Any:
    leave(company)
    return company.engagement(company.chihiro).line


# who sees whom


@pytest.mark.parametrize(
    ("role", "is_veiled"),
    [
        (Role.HR, False),
        (Role.LEAVER_TEAM, False),
        (Role.SECURITY_ANALYST, True),
        (Role.INFORMATION_MANAGER, True),
    ],
)
def test_each_role_sees_leavers_by_the_name_that_is_its_due(
    visit: Any, company: Company, line: Any, role: Role, is_veiled: bool
):
    company.give(company.akari, role)
    page = visit(company.viewer(company.akari), "leavers")
    (row,) = page.context["rows"]
    assert row.is_veiled is is_veiled
    assert (company.chihiro.name in page.content.decode()) is not is_veiled


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.AUDITOR, Role.EXECUTIVE, Role.IT, Role.PRIVACY_OFFICER])
def test_other_roles_do_not_open_the_page(visit: Any, company: Company, line: Any, role: Role):
    company.give(company.akari, role)
    akari = company.viewer(company.akari)
    assert visit(akari, "leavers").status_code == 403
    assert visit(akari, "look-back", line).status_code == 403
    assert leavers_seen_by(akari, TODAY) == []


def test_the_leaver_himself_finds_neither_line_nor_look_back(visit: Any, company: Company, line: Any):
    company.give(company.chihiro, Role.LEAVER_TEAM)
    chihiro = company.viewer(company.chihiro)
    assert visit(chihiro, "leavers").context["rows"] == []
    assert visit(chihiro, "look-back", line).status_code == 404


def test_an_analyst_of_one_unit_sees_the_leavers_of_that_unit(company: Company, line: Any):
    daichi = company.viewer(company.daichi)
    in_sales = replace(daichi, company_wide=frozenset(), units={"watch:leaver:view": frozenset({company.sales.pk})})
    elsewhere = replace(in_sales, units={"watch:leaver:view": frozenset({company.materials.pk})})
    assert [each.leaver.person_id for each in leavers_seen_by(in_sales, TODAY)] == [company.chihiro.pk]
    assert leaver_seen_by(elsewhere, line, TODAY) is None


def test_an_analyst_of_one_unit_still_sees_who_has_left_it(company: Company):
    """Copies are often found after the last day: the look-back is there for three months."""
    engagement_end(engagement=company.engagement(company.chihiro), last=date(2026, 10, 31), today=TODAY, by=SYSTEM)
    daichi = company.viewer(company.daichi)
    for unit, count in ((company.sales, 1), (company.materials, 0)):
        limited = replace(daichi, company_wide=frozenset(), units={"watch:leaver:view": frozenset({unit.pk})})
        assert len(leavers_seen_by(limited, TODAY)) == count
    assert len(leavers_seen_by(daichi, TODAY)) == 1
    assert leavers_seen_by(daichi, date(2027, 2, 1)) == [], "after three months nobody looks back any more"


def test_who_changed_the_unit_is_seen_by_the_one_he_leaves_from(company: Company, line: Any):
    assignment_add(
        engagement=company.engagement(company.chihiro), unit=company.materials, site=company.tokyo,
        starts_on=date(2026, 11, 1), today=TODAY, by=SYSTEM,
    )  # fmt: skip
    daichi = company.viewer(company.daichi)
    for unit, count in ((company.sales, 0), (company.materials, 1)):
        limited = replace(daichi, company_wide=frozenset(), units={"watch:leaver:view": frozenset({unit.pk})})
        assert len(leavers_seen_by(limited, TODAY)) == count


def test_a_pseudonym_is_the_same_on_list_and_look_back_and_none_of_an_alert(
    visit: Any, company: Company, line: Any, alert: Any
):
    daichi = company.viewer(company.daichi)
    (row,) = leavers_seen_by(daichi, TODAY)
    assert row.name in visit(daichi, "look-back", line).context["title"]
    assert row.name not in visit(daichi, "alert-detail", alert.pk).content.decode()


def test_who_has_given_notice_for_a_far_day_is_looked_back_on_at_once(company: Company):
    notice_receive(
        engagement=company.engagement(company.chihiro),
        received_on=date(2026, 11, 10),
        last_working_day=date(2027, 10, 1),
        end_planned=date(2027, 10, 31),
        by=SYSTEM,
    )
    (seen,) = leavers_seen_by(company.viewer(company.daichi), TODAY)
    assert (seen.since, seen.until) == (date(2026, 11, 10), TODAY)


# the look-back


def test_the_look_back_begins_half_a_year_before_the_last_day_and_ends_today(company: Company, line: Any):
    (seen,) = leavers_seen_by(company.viewer(company.daichi), TODAY)
    assert (seen.since, seen.until) == (date(2026, 12, 31) - timedelta(days=180), TODAY)


def test_it_says_what_was_read_and_hides_documents_of_secrets_out_of_scope(
    visit: Any, company: Company, read_log: None, line: Any
):
    page = visit(company.viewer(company.daichi), "look-back", line)
    assert page.context["report"].events == 2
    assert [(row["secret"], row["documents"]) for row in page.context["secrets"]] == [(None, 2)]
    assert all("配合" not in row["path"] for row in page.context["documents"])
    assert "配合" not in page.content.decode()


def test_the_keeper_on_the_leaver_team_reads_title_and_paths(visit: Any, company: Company, read_log: None, line: Any):
    company.give(company.akari, Role.LEAVER_TEAM)
    page = visit(company.viewer(company.akari), "look-back", line)
    assert [row["secret"].title for row in page.context["secrets"]] == ["電解液の配合比"]
    assert any("配合" in row["path"] for row in page.context["documents"])


def test_a_leaver_whom_no_log_saw_is_said_to_have_left_no_event(visit: Any, company: Company, line: Any):
    page = visit(company.viewer(company.daichi), "look-back", line)
    assert page.status_code == 200
    assert not page.context.get("report")


def test_who_may_not_look_gets_no_report_by_the_query_either(company: Company, read_log: None, line: Any):
    (seen,) = leavers_seen_by(company.viewer(company.daichi), TODAY)
    assert look_back_at(company.viewer(company.botan), seen) is None


# the bundle


@pytest.fixture
def both(company: Company, line: Any) -> Any:
    """Akari looks after information and sits in the leaver team."""
    company.give(company.akari, Role.INFORMATION_MANAGER)
    company.give(company.akari, Role.LEAVER_TEAM)
    return company.viewer(company.akari)


def test_who_knows_the_leaver_by_name_makes_a_bundle_of_the_days_looked_back_on(
    visit: Any, company: Company, read_log: None, line: Any, both: Any
):
    page = visit(both, "look-back", line)
    assert reverse("watch:look-back-bundle", args=[line]) in page.content.decode()
    answer = visit(both, "look-back-bundle", line, data={"why": "競業避止の確認のため"})
    job = Job.objects.get(kind="evidence.bundle")
    assert answer["Location"] == reverse("kernel:job", args=[job.pk])
    order = job.arguments["order"]
    assert (order["why"], order["subject"][1]) == ("競業避止の確認のため", str(company.chihiro.pk))
    (seen,) = leavers_seen_by(both, TODAY)
    assert order["starts_at"].startswith(seen.since.isoformat())
    while run_waiting():
        pass
    assert Job.objects.get(pk=job.pk).state == "done", Job.objects.get(pk=job.pk).error


def test_a_bundle_needs_a_reason(visit: Any, line: Any, both: Any):
    answer = visit(both, "look-back-bundle", line, data={"why": "  "})
    assert answer["Location"] == reverse("watch:look-back", args=[line])
    assert not Job.objects.exists()


def test_a_bundle_names_the_person_so_who_sees_a_pseudonym_makes_none(visit: Any, company: Company, line: Any):
    company.give(company.akari, Role.INFORMATION_MANAGER)
    akari = company.viewer(company.akari)
    assert visit(akari, "look-back", line).context["bundle_form"] is None
    assert visit(akari, "look-back-bundle", line, data={"why": "x"}).status_code == 403
    assert not Job.objects.exists()


def test_the_leaver_team_alone_takes_no_proof_out_of_the_house(visit: Any, company: Company, line: Any):
    company.give(company.akari, Role.LEAVER_TEAM)
    akari = company.viewer(company.akari)
    assert visit(akari, "look-back", line).context["bundle_form"] is None
    assert visit(akari, "look-back-bundle", line, data={"why": "x"}).status_code == 403


def test_a_bundle_is_asked_for_by_post_and_for_a_leaver_only(visit: Any, both: Any, line: Any):
    assert visit(both, "look-back-bundle", line).status_code == 405
    assert visit(both, "look-back-bundle", uuid4(), data={"why": "x"}).status_code == 404
