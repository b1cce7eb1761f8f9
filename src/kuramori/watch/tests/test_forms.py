"""What cannot be entered, and that the form says what to do; what was typed stays."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.permissions import Role
from kuramori.watch.forms import AccountForm, CharterForm, FlowForm, ReviewForm, SourceForm
from kuramori.watch.models import Alert, LogSource, MonitoringCharter

SOURCE = {
    "name": "fs02", "kind": "samba", "instance": "fs02", "zone_name": "Asia/Tokyo", "encoding": "cp932",
    "namespace": "ad", "silence_hours": "24", "shares": "",
}  # fmt: skip
FLOW = {"destination": "web", "value": "partner.example", "reason": "契約", "valid_from": "2026-04-01", "person": ""}


@pytest.fixture
def viewer(company: Company) -> Any:
    company.give(company.akari, Role.IT)
    return company.viewer(company.akari)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("zone_name", "Asia/Edo"),
        ("zone_name", "../../etc/passwd"),
        ("encoding", "utf-9"),
        ("kind", "telepathy"),
        ("shares", r"\\fs02\gijutsu /srv/samba/gijutsu"),
        ("shares", "=> /srv"),
        ("silence_hours", "-1"),
        ("silence_hours", "zwölf"),
        ("site", "nowhere"),
    ],
)
def test_a_source_that_could_not_be_read_is_sent_back(viewer: Any, field: str, typed: str):
    form = SourceForm(viewer, None, SOURCE | {field: typed})
    assert list(form.errors) == [field]
    assert form[field].value() == typed


def test_shares_are_edited_as_they_were_written(viewer: Any, source: LogSource):
    shown = SourceForm(viewer, source, None)["shares"].value()
    assert shown == r"\\fs01\zairyo => /srv/samba/zairyo"
    form = SourceForm(viewer, None, SOURCE | {"shares": f"{shown}\n\n\\\\fs01\\eigyo=>D:\\eigyo\\"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["shares"] == [[r"\\fs01\zairyo", "/srv/samba/zairyo"], [r"\\fs01\eigyo", r"D:\eigyo"]]


@pytest.mark.parametrize("typed", ["A-1", "akari@example.jp", "AKARI@EXAMPLE.JP", " A-1 "])
def test_a_person_is_entered_by_number_or_address(viewer: Any, company: Company, typed: str):
    form = FlowForm(viewer, None, FLOW | {"person": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["person"] == company.akari


def test_an_unknown_person_is_refused_and_none_means_everybody(viewer: Any):
    assert list(FlowForm(viewer, None, FLOW | {"person": "A-999"}).errors) == ["person"]
    everybody = FlowForm(viewer, None, FLOW)
    assert everybody.is_valid()
    assert everybody.cleaned_data["person"] is None


def test_a_person_is_shown_again_by_his_number(viewer: Any, company: Company, charter: MonitoringCharter):
    form = CharterForm(viewer, charter, None)
    assert form["responsible"].value() == company.akari.number


@pytest.mark.parametrize(
    ("field", "typed"),
    [("valid_from", "2026-02-30"), ("retention_months", "0"), ("responsible", ""), ("site", ""), ("purpose", "  ")],
)
def test_a_charter_needs_what_the_law_asks_for(viewer: Any, company: Company, field: str, typed: str):
    words = {"site": company.tokyo.pk, "purpose": "目的", "responsible": "A-1", "rules": "規則",
             "valid_from": "2026-04-01", "retention_months": "13"}  # fmt: skip
    assert CharterForm(viewer, None, words).is_valid()
    assert list(CharterForm(viewer, None, words | {field: typed}).errors) == [field]


def test_an_account_needs_to_say_what_it_does(viewer: Any):
    words = {"namespace": "ad", "raw": "svc-x", "reason": "", "valid_from": "2026-04-01"}
    assert list(AccountForm(viewer, None, words).errors) == ["reason"]


def test_days_that_end_before_they_begin_are_sent_back_at_their_field(viewer: Any, company: Company):
    """Such an account would never be left out, such a flow never approved, and nobody would be told."""
    days = {"valid_from": "2026-04-01", "valid_to": "2026-03-31"}
    charter = {
        "site": company.tokyo.pk,
        "purpose": "目的",
        "responsible": "A-1",
        "rules": "規則",
        "retention_months": "1",
    }
    account = {"namespace": "ad", "raw": "svc-x", "reason": "夜間バックアップ"}
    for form, words in ((AccountForm, account), (FlowForm, FLOW), (CharterForm, charter)):
        asked = form(viewer, None, words | days)
        assert list(asked.errors) == ["valid_to"], form
        assert len(asked.errors["valid_to"]) == 1
        assert form(viewer, None, words | days | {"valid_to": "2026-04-01"}).is_valid(), "one day is a time"
        assert form(viewer, None, words | days | {"valid_to": ""}).is_valid(), "so is for ever"
        assert list(form(viewer, None, words | days | {"valid_from": ""}).errors) == ["valid_from"]


def test_a_handover_is_sent_back_at_the_field_that_is_too_wide(viewer: Any):
    words = FLOW | {
        "destination": "folder",
        "value": r"\\fs01\zairyo\引継ぎ",
        "person": "A-1",
        "valid_to": "2026-04-30",
    }
    assert FlowForm(viewer, None, words).is_valid()
    for name, wide in (("value", r"\\fs01\zairyo"), ("person", ""), ("valid_to", "")):
        assert list(FlowForm(viewer, None, words | {name: wide}).errors) == [name]
        assert FlowForm(viewer, None, FLOW | {name: wide}).is_valid(), "other ways may stand open"


# steps on an alert


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"comment": " "}, "comment"),
        ({"comment": "x" * 1001}, "comment"),
        ({"state": "gone"}, "state"),
        ({"taken": "somebody"}, "taken"),
    ],
)
def test_a_step_is_sent_back_with_what_is_wrong(alert: Alert, words: dict[str, str], field: str):
    form = ReviewForm(alert, {"state": "in_review", "taken": "me", "comment": "確認した"} | words)
    assert list(form.errors) == [field]


def test_a_step_cannot_make_an_alert_new_again(visit: Any, alert: Alert, company: Company):
    daichi = company.viewer(company.daichi)
    step = {"taken": "nobody", "comment": "確認した"}
    assert visit(daichi, "alert-review", alert.pk, data=step | {"state": "explained"}).status_code == 302
    assert visit(daichi, "alert-review", alert.pk, data=step | {"state": "new"}).status_code == 422


def test_who_goes_on_is_kept_taken_or_left_open(visit: Any, alert: Alert, company: Company):
    daichi = company.viewer(company.daichi)
    found = []
    for taken in ("me", "keep", "nobody", "keep"):
        visit(daichi, "alert-review", alert.pk, data={"state": "in_review", "taken": taken, "comment": taken})
        alert.refresh_from_db()
        found.append(alert.assignee)
    assert found == [company.daichi, company.daichi, None, None]


def test_what_was_written_stands_on_the_page_newest_first_with_its_author(visit: Any, alert: Alert, company: Company):
    daichi = company.viewer(company.daichi)
    for minutes, (state, words) in enumerate((("in_review", "上長に聞く"), ("explained", "引継ぎだった"))):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            visit(daichi, "alert-review", alert.pk, data={"state": state, "taken": "me", "comment": words})
    comments = visit(daichi, "alert-detail", alert.pk).context["comments"]
    assert [comment.text for comment, _at, _state in comments] == ["引継ぎだった", "上長に聞く"]
    assert {comment.author for comment, _at, _state in comments} == {company.daichi}


def test_who_may_only_look_takes_no_step(visit: Any, alert: Alert, company: Company):
    company.give(company.botan, Role.PRIVACY_OFFICER)
    botan = company.viewer(company.botan)
    assert visit(botan, "alert-detail", alert.pk).status_code == 200
    step = {"state": "closed", "taken": "me", "comment": "x"}
    assert visit(botan, "alert-review", alert.pk, data=step).status_code == 403
