"""What a hired firm reports joins the case to which it belongs, once; about nobody without a charter (DET-15)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.api import actor_of, viewer_of_system
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.directory.tests.feed import actions, reasons, rows_of, take_in
from kuramori.kernel.imports.api import import_file
from kuramori.kernel.imports.mapping import Action
from kuramori.kernel.imports.models import ImportRun
from kuramori.kernel.imports.undo import plan_of, undo
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Forbidden, Role, Viewer
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.acts.settings import charter_retire
from kuramori.watch.cases.acts import case_step, cases_gather
from kuramori.watch.cases.queries import cases_visible_to
from kuramori.watch.cases.vendor_import import VENDOR_ALERTS, WAYS, WEIGHTS
from kuramori.watch.models import Case, VendorAlert
from kuramori.watch.queries.charters import watched_places
from kuramori.watch.rules.cases import CaseState
from kuramori.watch.wording import CHANNEL_WORDS

DAY = date(2026, 11, 19)
ROW = {"vendor": "フォレンジック社", "reference": "V-1", "day": "2026/11/18", "who": "A-3", "channel": "USB",
       "severity": "高", "text": "外部媒体へ 40 件"}  # fmt: skip
NAMES = ("千尋", "遠山", "chihiro", "Chihiro", "A-3")
pytestmark = pytest.mark.usefixtures("charter")


def taken(*rows: dict[str, Any]) -> list[Any]:
    return take_in(VENDOR_ALERTS, [ROW | row for row in rows])[0]


def test_a_report_begins_a_case_of_its_day_way_and_weight(company: Company):
    (outcome,) = taken({})
    assert (outcome.action, outcome.name) == (Action.ADD, "フォレンジック社 V-1")
    case, report = Case.objects.get(), VendorAlert.objects.get()
    assert (case.person, case.unit, case.number[:7]) == (company.chihiro, company.sales, "C-2026-")
    assert (case.since, case.until, case.channels) == (date(2026, 11, 18), date(2026, 11, 18), ["removable"])
    assert (case.severity, case.score, case.due_on) == ("high", 0, date(2026, 11, 21))
    assert (report.case, report.day, report.text, str(report)) == (
        case, date(2026, 11, 18), "外部媒体へ 40 件", "フォレンジック社 V-1",
    )  # fmt: skip
    assert not entries_about(company.chihiro.pk).filter(verb__startswith="watch.").exists()


def test_a_report_joins_our_own_case_of_the_same_way_and_widens_it(found: Callable[..., Found]):
    alerts_keep(findings=[found(severity="medium")], as_of=DAY)
    (case,) = cases_gather(today=DAY)
    taken({"day": "2026-11-10"}, {"reference": "V-2", "day": "2026-11-18", "severity": "低", "channel": ""})
    case.refresh_from_db()
    assert Case.objects.count() == 1
    assert case.reported.count() == 2
    assert (case.since, case.until, case.severity) == (date(2026, 11, 10), DAY, "high")
    assert case.score > 0, "a report has no score and lowers none"


def test_our_later_alert_joins_the_case_that_a_report_began(found: Callable[..., Found]):
    """Duplicates merge with our own, whoever was first."""
    taken({})
    alerts_keep(findings=[found()], as_of=DAY)
    assert cases_gather(today=DAY) == [Case.objects.get()]


def test_another_way_is_another_case_and_so_is_what_comes_after_a_settled_one(company: Company):
    taken({})
    case = Case.objects.get()
    daichi = company.daichi
    case_step(case=case, state=CaseState.EXPLAINED, reason="確認済み", assignee=None, due_on=TODAY, author=daichi,
              by=actor_of(daichi))  # fmt: skip
    taken({"reference": "V-2"}, {"reference": "V-3", "channel": "mail"})
    later = {each.channels[0]: each.follows for each in Case.objects.exclude(pk=case.pk)}
    assert later == {"removable": case, "external_mail": None}


def test_the_same_file_again_and_a_line_given_twice_change_nothing():
    assert actions(taken({}, {"text": "二度目"})) == [Action.ADD, Action.UNCHANGED]
    before = Entry.objects.count()
    assert actions(taken({}, {})) == [Action.UNCHANGED, Action.UNCHANGED]
    assert (VendorAlert.objects.count(), Entry.objects.count()) == (1, before)
    assert actions(taken({"vendor": "別の会社"})) == [Action.ADD], "numbers are each vendor's own"


def test_people_are_found_by_number_or_mail_address(company: Company):
    taken({"who": "chihiro@example.jp"}, {"reference": "V-2", "who": "Botan@Example.jp"})
    assert set(Case.objects.values_list("person__number", flat=True)) == {"A-3", "A-2"}


def test_unknown_and_unwatched_are_refused_in_the_same_words(company: Company, charter: Any):
    """H3: a file must not tell its importer how somebody stands."""
    charter_retire(charter=charter, by=actor_of(company.daichi), why="廃止")
    outcomes = taken({"who": "Z-9"}, {"who": "A-3"})
    assert actions(outcomes) == [Action.REJECT, Action.REJECT]
    assert len({reasons(outcome).replace(who, "…") for outcome, who in zip(outcomes, ("Z-9", "A-3"), strict=True)}) == 1
    assert not VendorAlert.objects.exists()


@pytest.mark.parametrize("empty", ["vendor", "reference", "day", "who"])
def test_a_line_without_what_is_needed_is_refused_and_the_others_are_taken(empty: str):
    assert actions(taken({empty: ""}, {"reference": "V-2"})) == [Action.REJECT, Action.ADD]
    assert VendorAlert.objects.count() == 1


def test_what_may_be_left_out_has_its_plain_meaning():
    taken({"channel": "", "severity": "", "text": ""})
    report = VendorAlert.objects.get()
    assert (report.channel, report.severity, report.text, report.case.channels) == ("", "medium", "", [])


def test_every_way_and_weight_of_a_vendor_is_one_of_ours():
    assert set(WAYS) <= set(CHANNEL_WORDS)
    assert set(WEIGHTS) == {"high", "medium", "low"}
    words = [word.casefold() for words in (*WAYS.values(), *WEIGHTS.values()) for word in words]
    assert len(words) == len(set(words)), "no word has two meanings"


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.AUDITOR, Role.EMPLOYEE])
def test_who_does_not_work_on_cases_imports_none(company: Company, role: Role):
    company.give(company.botan, role)
    with pytest.raises(Forbidden):
        VENDOR_ALERTS.resolve(rows_of(VENDOR_ALERTS, ROW), viewer=company.viewer(company.botan), today=TODAY)


def test_an_analyst_of_one_unit_imports_none_for_a_file_is_about_everybody(company: Company):
    company.give(company.botan, Role.SECURITY_ANALYST, unit=company.sales)
    with pytest.raises(Forbidden):
        VENDOR_ALERTS.resolve(rows_of(VENDOR_ALERTS, ROW), viewer=company.viewer(company.botan), today=TODAY)


def test_who_is_covered_costs_the_same_for_one_and_for_all(company: Company, django_assert_num_queries: Any):
    system = viewer_of_system()
    watched_places(system, [company.akari.pk], TODAY)
    everybody = [company.akari.pk, company.botan.pk, company.chihiro.pk, company.daichi.pk]
    with django_assert_num_queries(3):
        assert len(watched_places(system, everybody, TODAY)) == 4
    with django_assert_num_queries(3):
        assert len(watched_places(system, everybody[:1], TODAY)) == 1


# from a file


FILE = """ベンダー,アラート番号,検知日,社員番号,経路,重要度,内容
監視社,W-1,2026-11-18,A-3,メール,中,私用宛の送信
監視社,W-2,x,A-3,,,
"""


def test_a_file_with_a_vendors_own_headers_is_one_act_that_names_nobody(company: Company, tmp_path: Path):
    path = tmp_path / "alerts.csv"
    path.write_text(FILE, encoding="utf-8")
    report = import_file("vendor-alerts", path, viewer=company.viewer(company.daichi), why="月次")
    assert (report.added, report.rejected) == (1, 1)
    entry = Entry.objects.get(verb="watch.vendor.import")
    assert entry.actor_id == company.daichi.pk
    assert Case.objects.get().channels == ["external_mail"]


OWN = """ベンダー,アラート番号,検知日,社員番号,内容
監視社,W-1,2026-11-18,A-3,私用宛の送信
監視社,W-2,2026-11-18,A-4,深夜の印刷
監視社,W-3,x,DAICHI@example.jp,日付のない報告
"""


def test_who_takes_in_what_is_about_himself_is_told_nothing_of_it_and_others_find_the_case(
    company: Company, tmp_path: Path
):
    """H3: neither a row, nor a count, nor the sheet of errors; and the report on him is not lost by his hands."""
    path, sheet = tmp_path / "alerts.csv", tmp_path / "errors.xlsx"
    path.write_text(OWN, encoding="utf-8")
    daichi = company.viewer(company.daichi)
    report = import_file("vendor-alerts", path, viewer=daichi, why="月次", error_sheet=sheet)
    assert (report.read, report.added, report.rejected, report.errors) == (1, 1, 0, ())
    assert not sheet.exists(), "no error but his own"
    told = str(report) + json.dumps(report.to_json(), ensure_ascii=False) + str(report.preview)
    assert not [word for word in ("W-2", "W-3", "A-4", "DAICHI") if word in told]
    assert set(cases_visible_to(daichi).values_list("person__number", flat=True)) == {"A-3"}
    company.give(company.akari, Role.SECURITY_ANALYST)
    akari = company.viewer(company.akari)
    assert set(cases_visible_to(akari).values_list("person__number", flat=True)) == {"A-3", "A-4"}
    run = ImportRun.objects.get()
    assert {str(record) for record in plan_of(run, daichi).records} == {"監視社 W-1"}
    undo(run=run, viewer=daichi, why="取り違え")
    assert VendorAlert.objects.standing().get().case.person == company.daichi, "nor does he undo it"


def test_a_file_of_the_office_is_its_importers_alone(visit: Any, client: Any, company: Company, tmp_path: Path):
    """Whoever opened a colleague's file would read there what is reported about himself."""
    path = tmp_path / "alerts.csv"
    path.write_text(OWN, encoding="utf-8")
    import_file("vendor-alerts", path, viewer=company.viewer(company.daichi), why="月次")
    company.give(company.chihiro, Role.SECURITY_ANALYST)
    visit(company.viewer(company.chihiro), "case-list")
    run = ImportRun.objects.get()
    for name in ("run", "columns", "undo", "errors"):
        assert client.get(reverse(f"kernel:import-{name}", args=[run.pk])).status_code == 404
    page = client.get(reverse("kernel:import-hand-in", args=["vendor-alerts"])).content.decode()
    assert "alerts.csv" not in page
    visit(company.viewer(company.daichi), "case-list")
    assert "alerts.csv" in client.get(reverse("kernel:import-hand-in", args=["vendor-alerts"])).content.decode()


def test_the_system_has_no_own_lines_and_a_record_without_a_person_is_about_nobody(company: Company):
    concerned = VENDOR_ALERTS.concerned
    assert concerned is not None
    system, daichi = viewer_of_system(), company.viewer(company.daichi)
    assert (list(concerned.marks(system)), concerned.is_about(company.tokyo, system)) == ([], False)
    assert set(concerned.marks(daichi)) == {"A-4", "daichi@example.jp"}
    assert not concerned.is_about(company.tokyo, daichi)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_case_shows_what_was_reported_beside_our_own_numbers(visit: Any, company: Company, language: str):
    taken({})
    page = visit(replace(company.viewer(company.daichi), language=language), "case-detail", Case.objects.get().pk)
    text = page.content.decode()
    assert "フォレンジック社" in text
    assert "外部媒体へ 40 件" in text
    with override(language):
        assert not any(name in text for name in NAMES)


def test_the_list_of_cases_leads_whoever_may_to_the_import(visit: Any, client: Any, company: Company):
    address = reverse("kernel:import-hand-in", args=["vendor-alerts"])
    assert address in visit(company.viewer(company.daichi), "case-list").content.decode()
    company.give(company.botan, Role.PRIVACY_OFFICER)
    assert address not in visit(company.viewer(company.botan), "case-list").content.decode()
    assert client.get(address).status_code == 403


def test_a_wrong_file_is_answered_and_takes_nothing_in(visit: Any, client: Any, company: Company):
    visit(company.viewer(company.daichi), "case-list")
    address = reverse("kernel:import-hand-in", args=["vendor-alerts"])
    assert client.get(address).status_code == 200
    assert client.post(address, {"file": SimpleUploadedFile("a.exe", b"MZ\x00")}).status_code == 400
    assert not VendorAlert.objects.exists()


def test_whom_it_is_about_finds_no_trace(visit: Any, company: Company):
    taken({})
    company.give(company.chihiro, Role.SECURITY_ANALYST)
    own: Viewer = company.viewer(company.chihiro, NOON)
    assert visit(own, "case-list").context["rows"] == []
    assert visit(own, "case-detail", Case.objects.get().pk).status_code == 404
