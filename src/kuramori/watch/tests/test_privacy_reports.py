"""The report for the works council: whole quarters, counts only, frozen, printed and handed out as an act."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from openpyxl import load_workbook

from kuramori.directory.acts.units import site_add
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role, Viewer
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import alerts_keep
from kuramori.watch.cases.timeline_acts import timeline_open
from kuramori.watch.models import CouncilReport, Severity, StateChoice
from kuramori.watch.privacy.figures import figures_of
from kuramori.watch.privacy.report_acts import report_add, report_hand_out, report_retire
from kuramori.watch.privacy.reports import reports
from kuramori.watch.privacy.wording import GROUPS, LINES, count_in_words, lines_of
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.privacy import Quarter, ended_quarters, quarter_of
from kuramori.watch.tests.test_registers import OpenToItsReaders

THIS = quarter_of(NOON.date())
AFTER = datetime(2027, 1, 20, 3, tzinfo=UTC)
OFFICE = Viewer(actor=SYSTEM, person_id=None, permissions=frozenset({Permission.REPORT_ADD}))


@pytest.fixture
def later() -> Iterator[None]:
    with time_machine.travel(AFTER):
        yield


@pytest.fixture
def botan(company: Company) -> Viewer:
    company.give(company.botan, Role.PRIVACY_OFFICER)
    return replace(company.viewer(company.botan), language="en")


def made(quarter: Quarter = THIS, site: Any = None) -> CouncilReport:
    return report_add(quarter=quarter, site=site, by=SYSTEM)


def test_alerts_are_counted_by_severity_and_outcome_and_small_counts_are_not_told(
    company: Company, found: Callable[..., Any], secret: Secret, charter: Any
):
    days = [date(2026, 10, n) for n in range(1, 28, 2)]
    for number, day in enumerate(days):
        severity = "high" if number < 2 else "medium"
        alerts_keep(findings=[found(key=f"k{number}", since=day, until=day, severity=severity)], as_of=day)
    told = figures_of(OFFICE, THIS, None)
    assert told["alerts"] == {"sum": 14, "high": None, "medium": None, "low": 0, "note": 0}
    assert told["outcomes"]["new"] == 14
    assert told["opened"]["names"] == 0


def test_a_single_alert_is_no_number_at_all(company: Company, found: Callable[..., Any], charter: Any):
    alerts_keep(findings=[found()], as_of=NOON.date())
    told = figures_of(OFFICE, THIS, None)["alerts"]
    assert told["sum"] is None
    assert told["high"] is None


def test_what_happened_in_another_quarter_is_not_counted(company: Company, found: Callable[..., Any]):
    alerts_keep(findings=[found()], as_of=NOON.date())
    assert figures_of(OFFICE, Quarter(date(2026, 7, 1)), None)["alerts"]["sum"] == 0
    assert figures_of(OFFICE, THIS.next, None)["alerts"]["sum"] == 0


def test_a_site_counts_its_own_people_only(company: Company, found: Callable[..., Any], charter: Any):
    plant = site_add(code="PLT", name_ja="工場", name_en="Plant", by=SYSTEM)
    (alert,) = alerts_keep(findings=[found()], as_of=NOON.date())
    for number in range(6):
        timeline_open(opener=company.daichi, reason=f"{number}", alert=alert, by=SYSTEM)
    assert figures_of(OFFICE, THIS, company.tokyo)["opened"]["timelines"] == 6
    assert figures_of(OFFICE, THIS, plant)["opened"]["timelines"] == 0
    assert figures_of(OFFICE, THIS, plant)["alerts"]["sum"] == 0
    assert figures_of(OFFICE, THIS, plant)["reach"]["people"] == 0


def test_people_count_only_where_a_charter_holds(company: Company):
    assert figures_of(OFFICE, THIS, None)["reach"]["people"] == 0


def test_figures_are_for_who_makes_reports(company: Company):
    assert figures_of(replace(OFFICE, permissions=frozenset()), THIS, None) == {}


def test_a_quarter_that_still_runs_is_not_reported(company: Company):
    with pytest.raises(Refused):
        made()
    with time_machine.travel(datetime(2026, 12, 31, 14, 59, tzinfo=UTC)), pytest.raises(Refused):
        made()  # one minute before midnight in Tokyo
    with time_machine.travel(datetime(2026, 12, 31, 15, 1, tzinfo=UTC)):
        assert made().number == "R-2026-0001"


def test_a_report_is_frozen_once_made(company: Company, found: Callable[..., Any], later: None):
    report = made()
    before = report.figures
    alerts_keep(findings=[found()], as_of=NOON.date())
    assert CouncilReport.objects.get(pk=report.pk).figures == before
    assert json.loads(before) == report.told


def test_a_quarter_is_reported_once_and_by_sites_or_as_a_whole(company: Company, later: None):
    """The whole company less all sites but one would tell what that one hides."""
    report = made()
    with pytest.raises(Refused):
        made()
    with pytest.raises(Refused, match=r"."):
        made(site=company.tokyo)
    report_retire(report=report, by=SYSTEM, why="誤り")
    of_site = made(site=company.tokyo)
    with pytest.raises(Refused):
        made()
    assert of_site.number == "R-2026-0002"
    assert made(quarter=Quarter(date(2026, 7, 1))).site is None, "another quarter may be told otherwise"


def test_nobody_can_be_recognised_in_what_is_kept(
    company: Company, found: Callable[..., Any], secret: Secret, charter: Any
):
    (alert,) = alerts_keep(findings=[found(secrets={secret.pk: 9})], as_of=NOON.date())
    with time_machine.travel(AFTER):
        report = made()
    for word in (company.chihiro.shown, company.chihiro.number, str(company.chihiro.pk), alert.number, secret.number):
        assert word not in report.figures


def test_every_line_has_words_in_the_order_of_reading(company: Company, later: None):
    lines = lines_of(made())
    assert [group for group, _, _ in lines][:2] == [str(GROUPS["reach"])] * 2
    assert len(lines) == sum(map(len, LINES.values()))
    assert set(GROUPS) == set(LINES) == set(made(Quarter(date(2026, 7, 1))).told)
    assert {*Severity.values, "sum"} == set(LINES["alerts"])
    assert {*StateChoice.values, "sum"} == set(LINES["outcomes"])
    assert count_in_words(1234) == "1,234"


def test_its_page_prints_the_figures_and_how_to_read_them(visit: Any, botan: Viewer, company: Company, later: None):
    report = made()
    text = visit(botan, "report-detail", report.pk).content.decode()
    assert "people who may be evaluated" in text
    assert "no pseudonym" in text
    assert "1 to 4" in text
    assert visit(company.viewer(company.chihiro), "report-detail", report.pk).status_code == 403


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_leaves_as_an_act_with_its_digest(visit: Any, botan: Viewer, company: Company, later: None, form: str):
    report = made()
    answer = visit(botan, "report-hand-out", report.pk, data={"form": form, "reason": "事業所委員会へ"})
    content = b"".join(answer.streaming_content)
    told = read(Entry.objects.filter(verb="watch.report.hand_out"))[0]
    assert told.notes == {"format": form, "sha256": hashlib.sha256(content).hexdigest()}
    assert told.why == "事業所委員会へ"
    if form == "xlsx":
        rows = list(load_workbook(io.BytesIO(content), read_only=True).active.iter_rows(values_only=True))
        assert len(rows) == len(lines_of(report)) + 1
    else:
        assert content.decode("utf-8-sig").count("\n") == len(lines_of(report)) + 1


def test_no_file_leaves_without_a_reason_or_a_known_format(visit: Any, botan: Viewer, company: Company, later: None):
    report = made()
    assert visit(botan, "report-hand-out", report.pk).status_code == 200
    for wrong in ({"form": "csv", "reason": ""}, {"form": "pdf", "reason": "x"}, {}):
        assert visit(botan, "report-hand-out", report.pk, data=wrong).status_code == 422
    assert not Entry.objects.filter(verb="watch.report.hand_out").exists()
    with pytest.raises(KeyError):
        report_hand_out(report=report, columns=[], rows=[], form="pdf", by=SYSTEM, why="x")


def test_who_may_not_hand_out_is_not_offered_it(visit: Any, company: Company, later: None):
    report = made()
    company.give(company.akari, Role.EXECUTIVE)
    akari = company.viewer(company.akari)
    assert "/file/" not in visit(akari, "report-detail", report.pk).content.decode()
    assert visit(akari, "report-hand-out", report.pk).status_code == 403


def test_the_form_offers_quarters_that_are_over(visit: Any, botan: Viewer, company: Company, later: None):
    form = visit(botan, "report-add").context["form"]
    assert next(name for name, _ in form.fields["quarter"].choices) == "2026-Q4"
    assert visit(botan, "report-add", data={"quarter": "2027-Q1", "site": ""}).status_code == 422
    assert visit(botan, "report-add", data={"quarter": "2026-Q4", "site": ""}).status_code == 302
    assert CouncilReport.objects.get().quarter == THIS


class TestReports(OpenToItsReaders):
    register = reports
    required = ("quarter",)
    filtered = {"whole": ("yes", 3)}
    entered = {"quarter": "2026-Q4", "site": ""}

    @pytest.fixture(autouse=True)
    def noon(self) -> Iterator[None]:
        with time_machine.travel(AFTER):
            yield

    def make(self, count: int) -> list[Any]:
        """Return reports on quarters further and further back."""
        return [made(quarter) for quarter in ended_quarters(date(2026, 10, 1), count)]
