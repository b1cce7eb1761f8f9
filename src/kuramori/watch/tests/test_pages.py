"""What the pages show, and to whom: pseudonyms, need-to-know, charters, silence; and the registers' own suites."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import time_machine
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.api import viewer_of_system
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.permissions import Role
from kuramori.register.api import Secret
from kuramori.watch.api import ingest
from kuramori.watch.context import context_of, context_sync
from kuramori.watch.duties import alert_duties, silence_duties
from kuramori.watch.exhibits import access_exhibits
from kuramori.watch.lake import lake
from kuramori.watch.measures import tiles
from kuramori.watch.models import Alert, LogSource
from kuramori.watch.panels import access_panel
from kuramori.watch.queries.leavers import leavers_seen_by
from kuramori.watch.queries.sources import source_states
from kuramori.watch.tests.conftest import leave

TODAY = NOON.date()
Log = Callable[..., Path]


def test_an_alert_page_says_why_under_a_pseudonym_and_names_nobody(
    visit: Any, alert: Alert, company: Company, read_log: None
):
    for name in ("alert-detail", "alert-events", "alert-history"):
        page = visit(company.viewer(company.daichi), name, alert.pk)
        text = page.content.decode()
        assert page.status_code == 200, name
        assert not {"千尋", "Chihiro", "chihiro"} & set(text.replace("<", " ").replace(">", " ").split()), name
        assert "chihiro" not in text.lower(), name
        assert "配合" not in text, "the title and the paths of a secret that is not open to the analyst"


def test_events_tell_file_and_row_they_came_from(visit: Any, alert: Alert, company: Company, read_log: None):
    rows = visit(company.viewer(company.daichi), "alert-events", alert.pk).context["rows"]
    assert len(rows) == 2
    assert all("audit.log" in row["raw"] and len(row["digest"]) == 64 for row in rows)


def test_a_name_stands_on_the_page_of_the_one_who_gave_a_reason_only(visit: Any, alert: Alert, company: Company):
    company.give(company.botan, Role.PRIVACY_OFFICER)
    botan = replace(company.viewer(company.botan), language="ja")
    visit(botan, "alert-unseal", alert.pk, data={"reason": "聞き取り"})
    assert visit(botan, "alert-detail", alert.pk).context["who"] == company.chihiro.shown
    assert visit(company.viewer(company.daichi), "alert-detail", alert.pk).context["who"] != company.chihiro.shown
    assert company.chihiro.name not in visit(botan, "alert-list").content.decode()


def test_the_person_concerned_finds_his_alert_by_no_door(visit: Any, alert: Alert, company: Company):
    company.give(company.chihiro, Role.INFORMATION_MANAGER)
    chihiro = company.viewer(company.chihiro)
    doors = ("alert-detail", "alert-events", "alert-history", "alert-review", "alert-unseal")
    assert {visit(chihiro, door, alert.pk).status_code for door in doors} == {404}
    assert alert.number not in visit(chihiro, "alert-list").content.decode()
    assert tiles(chihiro, TODAY)[0]["value"] == "0"
    assert alert_duties(chihiro, TODAY) == []


def test_a_step_is_recorded_from_the_page(visit: Any, alert: Alert, company: Company):
    daichi = company.viewer(company.daichi)
    answer = visit(daichi, "alert-review", alert.pk, data={"state": "in_review", "taken": "me", "comment": "確認する"})
    assert answer.status_code == 302
    assert [duty.url for duty in alert_duties(daichi, TODAY)] == [reverse("watch:alert-detail", args=[alert.pk])]
    assert visit(daichi, "alert-review", alert.pk, data={"state": "closed", "taken": "me"}).status_code == 422


def test_without_a_charter_nobody_of_the_site_is_told_to_the_lake(company: Company, secret: Secret):
    assert context_of(TODAY).identities == []
    assert context_of(TODAY).people == []


def test_with_a_charter_people_paths_and_shares_are(company: Company, secret: Secret, source: LogSource, charter: Any):
    told = context_of(TODAY)
    assert {"chihiro", "A-3"} <= {each.raw for each in told.identities}
    assert {each.site for each in told.people} == {"TYO"}
    assert [each.pattern for each in told.secrets] == ["//fs01/zairyo/配合", "/srv/samba/zairyo/配合"]
    assert told.secrets[0].weight == 1.0


def test_the_lake_is_told_only_what_is_new(company: Company, charter: Any):
    with lake() as found:
        assert context_sync(found, today=TODAY)
        assert not context_sync(found, today=TODAY)


def test_a_page_says_which_sites_are_not_evaluated(visit: Any, company: Company):
    company.give(company.akari, Role.LEAVER_TEAM)
    page = visit(company.viewer(company.akari), "leavers")
    assert [each.site.pk for each in page.context["unwatched"]] == [company.tokyo.pk]


def test_a_source_falls_silent_by_its_calendar_and_becomes_a_duty_of_it(company: Company, source: LogSource):
    company.give(company.botan, Role.IT)
    botan = company.viewer(company.botan)
    assert silence_duties(botan, TODAY) == []
    with time_machine.travel(NOON + timedelta(days=3), tick=False):  # Monday, a holiday: nobody works
        assert silence_duties(botan, TODAY) == []
    with time_machine.travel(NOON + timedelta(days=6), tick=False):
        assert len(silence_duties(botan, TODAY)) == 1
        assert [state.is_silent for state in source_states(botan)] == [True]
        assert silence_duties(company.viewer(company.chihiro), TODAY) == []


def test_leavers_are_pseudonyms_for_the_analyst_and_names_for_the_leaver_team(company: Company):
    leave(company)
    company.give(company.akari, Role.LEAVER_TEAM)
    (veiled,) = leavers_seen_by(company.viewer(company.daichi), TODAY)
    (named,) = leavers_seen_by(company.viewer(company.akari), TODAY)
    assert veiled.is_veiled
    assert named.name == company.chihiro.shown
    assert leavers_seen_by(company.viewer(company.botan), TODAY) == []


def test_nobody_finds_himself_among_the_leavers(company: Company):
    leave(company)
    company.give(company.chihiro, Role.LEAVER_TEAM)
    assert leavers_seen_by(company.viewer(company.chihiro), TODAY) == []


def test_the_look_back_of_a_leaver_shows_his_days(visit: Any, company: Company, read_log: None):
    leave(company)
    line = leavers_seen_by(company.viewer(company.daichi), TODAY)[0].leaver.engagement_line
    page = visit(company.viewer(company.daichi), "look-back", line)
    assert page.status_code == 200
    assert page.context["report"].events == 2
    assert "chihiro" not in page.content.decode().lower()
    assert visit(company.viewer(company.daichi), "look-back", uuid4()).status_code == 404


def test_the_keeper_sees_who_reads_his_secret_under_pseudonyms(company: Company, secret: Secret, read_log: None):
    with override("en"):
        own = access_panel(secret, company.viewer(company.akari)) or ""
        others = access_panel(secret, company.viewer(company.botan)) or ""
    assert "Person " in own
    assert "Person " not in others
    assert "Chihiro" not in own


def test_access_is_an_exhibit_with_its_seal_or_a_gap(company: Company, secret: Secret, read_log: None):
    akari = company.viewer(company.akari)
    found = access_exhibits(secret.as_subject(), akari, TODAY)
    assert {each.element for each in found} == {"secrecy_management", "access"}
    assert all(each.entry_id for each in found if not each.is_gap)
    assert [str(each.statement) for each in found if each.is_gap] == ["途絶えているログがあります：材料サーバ。"], (
        "since then"
    )
    assert access_exhibits(secret.as_subject(), company.viewer(company.chihiro), TODAY) == []


def test_a_secret_that_no_log_names_is_a_gap(company: Company, secret: Secret):
    assert [each.is_gap for each in access_exhibits(secret.as_subject(), viewer_of_system(), TODAY)] == [True]


def test_health_and_quarantine_add_up_and_hide_raw_rows_from_analysts(visit: Any, company: Company, log: Log):
    path = log(("akari", "a.xlsx"))
    with path.open("a", encoding="utf-8") as file:
        file.write("<173>Nov 19 09:00:09 smbd_audit: 2026/11/19 09:00:09|chihiro|broken\n")
    ingest(source="samba", instance="fs01", paths=[path])
    daichi = company.viewer(company.daichi)
    assert visit(daichi, "health").context["stats"].quarantined == 1
    text = visit(daichi, "quarantine").content.decode()
    assert "audit.log" in text
    assert "chihiro" not in text
    company.give(company.botan, Role.IT)
    assert "chihiro" in visit(company.viewer(company.botan), "quarantine").content.decode()


def test_an_export_stays_pseudonymous(visit: Any, alert: Alert, company: Company):
    answer = visit(company.viewer(company.daichi), "alert-export", data={"format": "json", "why": "定例"})
    (row,) = json.loads(b"".join(answer.streaming_content))
    assert company.chihiro.name not in json.dumps(row, ensure_ascii=False)
    assert str(company.chihiro.pk) not in json.dumps(row)
