"""Who looked at whom or what, and why: for who checks the rules, and never to the one concerned (SYS-20, H3, H4)."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils.translation import override

from kuramori.directory.acts.people import notice_receive
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role, Viewer
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import alerts_keep
from kuramori.watch.cases.timeline_acts import timeline_open
from kuramori.watch.models import Alert
from kuramori.watch.privacy.look_acts import look_back_note
from kuramori.watch.privacy.looks import (
    LOOK_BACK,
    PAGE,
    VERBS,
    Choice,
    Look,
    looks_by_person,
    looks_page,
    looks_visible_to,
)
from kuramori.watch.queries.leavers import leavers_seen_by
from kuramori.watch.room import ROOM
from kuramori.watch.tests.conftest import leave
from kuramori.watch.tests.watched import Offices, in_force
from kuramori.watch.watching.acts import entry_look

TODAY = NOON.date()
ALL = Choice(since=date(2026, 1, 1), until=date(2026, 12, 31))


@pytest.fixture
def auditor(company: Company) -> Viewer:
    company.give(company.akari, Role.AUDITOR)
    return replace(company.viewer(company.akari), language="en")


@pytest.fixture
def alert(found: Callable[..., Any], secret: Secret, charter: Any) -> Alert:
    return alerts_keep(findings=[found(secrets={secret.pk: 3})], as_of=TODAY)[0]


def opened(company: Company, alert: Alert, reason: str = "経路を確かめる", by: Any = None) -> Any:
    opener = by or company.daichi
    return timeline_open(opener=opener, reason=reason, alert=alert, by=company.viewer(opener).actor)


def looked_back(company: Company, by: Any) -> bool:
    (seen,) = [
        each for each in leavers_seen_by(company.viewer(company.daichi), TODAY)
        if each.leaver.person_id == company.chihiro.pk
    ]  # fmt: skip
    return look_back_note(seen=seen, by=company.viewer(by).actor)


def test_every_kind_of_look_is_an_act_with_a_sentence():
    assert set(VERBS.values()) == set(Look)
    assert set(VERBS) <= set(ROOM.verbs)


def test_a_look_stands_there_with_who_what_and_why_and_without_a_name(
    visit: Any, auditor: Viewer, company: Company, alert: Alert
):
    opened(company, alert)
    page = visit(auditor, "looks")
    (row,) = page.context["rows"]
    assert row["who"] == company.daichi.name
    assert row["what"] == "a timeline across all channels was opened"
    assert row["whom"] == alert.number
    assert row["why"] == "経路を確かめる"
    assert company.chihiro.shown not in page.content.decode()
    assert company.chihiro.number not in page.content.decode()


def test_looking_back_on_a_leaver_is_noted_once_in_half_a_day_and_not_in_the_leavers_own_history(
    visit: Any, auditor: Viewer, company: Company, read_log: None
):
    leave(company)
    line = leavers_seen_by(company.viewer(company.daichi), TODAY)[0].leaver.engagement_line
    for _time in range(3):
        assert visit(company.viewer(company.daichi), "look-back", line).status_code == 200
    (entry,) = Entry.objects.filter(verb=LOOK_BACK)
    told = read([entry])[0]
    assert told.subjects == ()
    assert not entries_about(company.chihiro.pk).filter(verb=LOOK_BACK).exists()
    assert not entries_about(line).filter(verb=LOOK_BACK).exists()
    (row,) = visit(auditor, "looks").context["rows"]
    assert row["whom"] == f"Person {told.notes['whom']}"


def test_another_one_who_looks_or_a_look_on_the_next_day_is_noted_again(company: Company, read_log: None):
    leave(company)
    assert looked_back(company, company.daichi)
    assert not looked_back(company, company.daichi)
    assert looked_back(company, company.botan)
    with time_machine.travel(NOON + timedelta(hours=13), tick=False):
        assert looked_back(company, company.daichi)


def test_the_note_names_a_leaver_alike_in_every_language(company: Company, read_log: None):
    leave(company)
    with override("ja"):
        looked_back(company, company.daichi)
    with override("en"):
        assert not looked_back(company, company.daichi)


def test_who_is_concerned_himself_finds_no_trace_of_it(visit: Any, company: Company, alert: Alert, read_log: None):
    """An auditor about whom an alert was raised sees neither the row nor a count that would betray it (H3)."""
    company.give(company.chihiro, Role.AUDITOR)
    leave(company)
    opened(company, alert)
    looked_back(company, company.daichi)
    concerned = company.viewer(company.chihiro)
    assert not looks_visible_to(concerned, ALL).exists()
    assert looks_by_person(concerned, ALL) == {}
    text = visit(concerned, "looks").content.decode()
    assert alert.number not in text
    company.give(company.akari, Role.AUDITOR)
    assert looks_visible_to(company.viewer(company.akari), ALL).count() == 2


def test_of_a_secrets_timeline_the_number_is_told_and_never_the_title(
    visit: Any, auditor: Viewer, company: Company, secret: Secret
):
    """Who checks the watchers learns by it no title of a secret that is not open to him."""
    timeline_open(opener=company.daichi, reason="閲覧者の確認", secret=secret, by=company.viewer(company.daichi).actor)
    page = visit(auditor, "looks")
    assert [row["whom"] for row in page.context["rows"]] == [secret.number]
    assert secret.title not in page.content.decode()


def test_the_watch_list_is_checked_too_and_not_by_who_stands_on_it(visit: Any, auditor: Viewer, company: Company):
    """Asked for once, agreed to by two, read once: four looks for the office, none for the one concerned (DET-08)."""
    entry = in_force(company, Offices(company))
    entry_look(entry=entry, by=company.viewer(company.daichi).actor)
    kinds = [Look.WATCH_ASKED, Look.WATCH_AGREED, Look.WATCH_SEEN]
    assert [looks_visible_to(auditor, replace(ALL, kind=kind)).count() for kind in kinds] == [1, 2, 1]
    rows = visit(auditor, "looks").context["rows"]
    assert {row["whom"] for row in rows} == {entry.number}
    company.give(company.botan, Role.AUDITOR)
    concerned = company.viewer(company.botan)
    assert not looks_visible_to(concerned, ALL).exists()
    assert entry.number not in visit(concerned, "looks").content.decode()


def test_a_leaver_who_checks_still_sees_look_backs_on_others(company: Company, read_log: None):
    leave(company)
    company.give(company.botan, Role.AUDITOR)
    notice_receive(
        engagement=company.engagement(company.botan),
        received_on=date(2026, 11, 11),
        last_working_day=date(2026, 12, 18),
        end_planned=date(2026, 12, 31),
        by=SYSTEM,
    )
    looked_back(company, company.daichi)
    assert looks_visible_to(company.viewer(company.botan), ALL).count() == 1


def test_it_can_be_narrowed_by_day_kind_and_person(visit: Any, auditor: Viewer, company: Company, alert: Alert):
    leave(company)
    opened(company, alert)
    opened(company, alert, by=company.botan)
    looked_back(company, company.daichi)
    assert looks_by_person(auditor, ALL) == {company.daichi.pk: 2, company.botan.pk: 1}
    assert looks_visible_to(auditor, replace(ALL, kind=Look.LOOK_BACK)).count() == 1
    assert looks_visible_to(auditor, replace(ALL, by=company.botan.pk)).count() == 1
    assert looks_visible_to(auditor, replace(ALL, until=TODAY - timedelta(days=1))).count() == 0
    assert len(visit(auditor, "looks", by=str(company.botan.pk)).context["rows"]) == 1
    assert len(visit(auditor, "looks", kind="timeline").context["rows"]) == 2


@pytest.mark.parametrize(
    "query",
    [{"since": "2026-13-01"}, {"until": "x"}, {"kind": "nothing"}, {"by": "' OR 1=1"}, {"since": ""}],
)
def test_what_cannot_be_asked_is_told_and_nothing_is_shown(
    visit: Any, auditor: Viewer, company: Company, alert: Alert, query: dict[str, str]
):
    opened(company, alert)
    page = visit(auditor, "looks", **query)
    assert page.status_code == 422
    assert page.context["rows"] == []
    assert not page.context["may_export"]


def test_the_newest_comes_first_and_older_ones_a_page_further(
    visit: Any, auditor: Viewer, company: Company, alert: Alert
):
    for number in range(PAGE + 2):
        opened(company, alert, reason=f"理由{number}")
    first = visit(auditor, "looks").context
    assert len(first["rows"]) == PAGE
    assert first["rows"][0]["why"] == f"理由{PAGE + 1}"
    second = visit(auditor, "looks", before=first["older"]).context
    assert [row["why"] for row in second["rows"]] == ["理由1", "理由0"]
    assert second["older"] == ""
    assert len(visit(auditor, "looks", before="abc").context["rows"]) == PAGE
    rows, older = looks_page(auditor, ALL, None)
    assert (len(rows), bool(older)) == (PAGE, True)


def test_an_empty_list_teaches_what_will_stand_there(visit: Any, auditor: Viewer):
    assert "Nobody looked in these days" in visit(auditor, "looks").content.decode()


def test_only_those_who_check_may_read_or_hand_it_out(visit: Any, company: Company, alert: Alert, auditor: Viewer):
    opened(company, alert)
    analyst = company.viewer(company.daichi)
    assert visit(analyst, "looks").status_code == 403, "an analyst does not check himself"
    assert visit(analyst, "looks-file").status_code == 403
    assert not looks_visible_to(analyst, ALL).exists()
    assert looks_by_person(analyst, ALL) == {}


def test_handing_it_out_is_an_act_with_a_reason_and_the_digest_of_the_file(
    visit: Any, auditor: Viewer, company: Company, alert: Alert
):
    opened(company, alert)
    assert visit(auditor, "looks-file").status_code == 200
    assert visit(auditor, "looks-file", data={"reason": " "}).status_code == 422
    answer = visit(auditor, "looks-file", data={"reason": "個人情報保護監査"})
    content = b"".join(answer.streaming_content)
    assert "attachment" in answer["Content-Disposition"]
    lines = content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert alert.number in lines[1]
    assert company.chihiro.shown not in content.decode("utf-8-sig")
    told = read(Entry.objects.filter(verb="watch.look.export"))[0]
    assert (told.why, told.notes["rows"]) == ("個人情報保護監査", 1)
    assert told.notes["sha256"] == hashlib.sha256(content).hexdigest()


def test_nothing_leaves_for_a_period_that_cannot_be_asked(visit: Any, auditor: Viewer):
    assert visit(auditor, "looks-file", since="x").status_code == 422
    assert not Entry.objects.filter(verb="watch.look.export").exists()


def test_the_list_costs_as_many_queries_for_many_looks_as_for_one(
    visit: Any, auditor: Viewer, company: Company, alert: Alert, django_assert_max_num_queries: Any
):
    for number in range(30):
        opened(company, alert, reason=f"理由{number}", by=company.botan if number % 2 else company.daichi)
    visit(auditor, "looks")
    with django_assert_max_num_queries(8):
        visit(auditor, "looks")
