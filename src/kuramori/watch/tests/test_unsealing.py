"""Names: a pseudonym for everybody, the name for a reason and a day, and never a name beside a day of leaving."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role, Viewer
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.alert_register import queue_in_words
from kuramori.watch.models import Alert, Unsealing
from kuramori.watch.pseudonyms import alert_pseudonym
from kuramori.watch.queries.alerts import alerts_visible_to, name_behind
from kuramori.watch.reasons import reasons_in_words, reasons_text
from kuramori.watch.tests.conftest import bulk_read, leave
from kuramori.watch.unsealing.acts import alert_unseal
from kuramori_lake.detect import Code, Reason

DAY = date(2026, 11, 19)
NOTICE = {
    "ja": "2026年11月10日",
    "en": "2026-11-10",
}
Find = Callable[..., Found]


def leaving() -> Reason:
    numbers = {
        "notice_on": date(2026, 11, 10),
        "last_day": date(2026, 12, 18),
        "days_since_notice": 7,
        "days_until_last_day": 29,
    }
    return Reason(code=Code.LEAVER, strength=0.3, numbers=numbers, query="SELECT notice_on FROM people", parameters={})


@pytest.fixture
def leaver(found: Find, company: Company, secret: Secret, charter: Any) -> Alert:
    """An alert about Chihiro, who has given notice; Botan is the privacy officer."""
    leave(company)
    company.give(company.botan, Role.PRIVACY_OFFICER)
    reasons = reasons_text([bulk_read(), leaving()])
    return alerts_keep(findings=[found(reasons=reasons, queue="exit_watch")], as_of=DAY)[0]


def seen_by(company: Company, person: Any, language: str = "en") -> Viewer:
    return replace(company.viewer(person), language=language)


def unseal(alert: Alert, company: Company, reason: str = "本人への聞き取りのため") -> Unsealing:
    return alert_unseal(alert=alert, person=company.botan, reason=reason, by=actor_of(company.botan))


# the name


def test_a_name_is_asked_for_with_a_reason_on_a_page_that_says_what_follows(
    visit: Any, leaver: Alert, company: Company
):
    botan = seen_by(company, company.botan)
    asked = visit(botan, "alert-unseal", leaver.pk)
    assert len(asked.context["effects"]) == 4
    assert visit(botan, "alert-unseal", leaver.pk, data={"reason": " "}).status_code == 422
    assert Unsealing.objects.count() == 0
    assert visit(botan, "alert-unseal", leaver.pk, data={"reason": "聞き取り"}).status_code == 302
    assert Unsealing.objects.get().expires_at == NOON + timedelta(hours=24)


def test_who_knows_of_leaving_anyway_is_not_told_that_he_will_lose_it(visit: Any, leaver: Alert, company: Company):
    company.give(company.botan, Role.LEAVER_TEAM)
    assert len(visit(seen_by(company, company.botan), "alert-unseal", leaver.pk).context["effects"]) == 3


def test_the_analyst_cannot_have_a_name_shown(visit: Any, leaver: Alert, company: Company):
    daichi = seen_by(company, company.daichi)
    assert visit(daichi, "alert-unseal", leaver.pk, data={"reason": "見たい"}).status_code == 403
    assert (
        reverse("watch:alert-unseal", args=[leaver.pk]) not in visit(daichi, "alert-detail", leaver.pk).content.decode()
    )


def test_who_looked_and_why_stands_in_the_alerts_history_for_good(visit: Any, leaver: Alert, company: Company):
    unseal(leaver, company)
    entry = read(entries_about(leaver.pk)[:1])[0]
    assert (entry.verb, entry.why, entry.actor_id) == (
        "watch.alert.unseal", "本人への聞き取りのため", company.botan.pk,
    )  # fmt: skip
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        page = visit(seen_by(company, company.daichi), "alert-history", leaver.pk).content.decode()
    assert "本人への聞き取りのため" in page
    assert company.botan.romaji in page or company.botan.name in page
    assert "千尋" not in page
    assert "Chihiro" not in page


def test_after_a_day_the_name_is_a_pseudonym_again_and_a_new_reason_is_asked(
    visit: Any, leaver: Alert, company: Company
):
    unseal(leaver, company)
    botan = seen_by(company, company.botan, "ja")
    assert visit(botan, "alert-detail", leaver.pk).context["who"] == name_behind(botan, leaver)
    for hours, is_named in ((23, True), (24, False)):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            page = visit(botan, "alert-detail", leaver.pk)
            assert (page.context["unsealing"] is not None) is is_named
            assert page.context["may_unseal"] is not is_named


def test_who_lost_the_right_no_longer_sees_the_name(visit: Any, leaver: Alert, company: Company):
    unseal(leaver, company)
    botan = seen_by(company, company.botan)
    without = replace(botan, permissions=botan.permissions - {"watch:alert:unseal"})
    assert visit(without, "alert-detail", leaver.pk).context["unsealing"] is None


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_an_export_never_holds_a_name_not_even_for_who_had_it_shown(
    visit: Any, leaver: Alert, company: Company, form: str
):
    unseal(leaver, company)
    answer = visit(seen_by(company, company.botan), "alert-export", data={"format": form, "why": "定例"})
    raw = b"".join(answer.streaming_content)
    forbidden = [company.chihiro.name, "Chihiro", str(company.chihiro.pk), company.chihiro.number]
    assert not [each for each in forbidden if each.encode() in raw]
    if form == "csv":
        (row,) = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
        assert alert_pseudonym(leaver.pk, company.chihiro.pk) in row.values()


def test_two_alerts_about_one_person_cannot_be_joined_by_their_lists(visit: Any, found: Find, company: Company):
    days = [DAY, DAY - timedelta(days=10)]
    alerts_keep(findings=[found(key=f"k{day}", since=day, until=day) for day in days], as_of=DAY)
    rows = json.loads(
        b"".join(visit(seen_by(company, company.daichi), "alert-export", data={"format": "json"}).streaming_content)
    )
    names = {value for row in rows for value in row.values() if str(value).startswith(("Person ", "対象者"))}
    assert len(rows) == 2
    assert len(names) in {0, 2}


# the day of leaving


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_analyst_sees_the_day_of_notice_and_no_name(visit: Any, leaver: Alert, company: Company, language: str):
    page = visit(seen_by(company, company.daichi, language), "alert-detail", leaver.pk)
    assert any(NOTICE[language] in words for _reason, words in page.context["sentences"])
    assert page.context["queue"]
    assert "千尋" not in page.content.decode()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_who_had_the_name_shown_no_longer_reads_of_leaving_on_that_alert(
    visit: Any, leaver: Alert, company: Company, language: str
):
    botan = seen_by(company, company.botan, language)
    assert NOTICE[language] in visit(botan, "alert-detail", leaver.pk).content.decode()
    unseal(leaver, company)
    for hours in (0, 25):  # he remembers the name when it is hidden again
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            page = visit(botan, "alert-detail", leaver.pk)
        (hidden,) = (each for each in page.context["sentences"] if each[0].code == Code.LEAVER)
        assert (hidden[0].query, dict(hidden[0].numbers)) == ("", {})
        assert page.context["queue"] == ""
        assert not {"2026-11-10", "2026年11月10日", "2026-12-18", "notice_on"} & set(page.content.decode().split('"'))
        assert NOTICE[language] not in page.content.decode()
        assert "look-back" not in " ".join(link.url for link in page.context["next_steps"])


def test_hr_and_the_leaver_team_know_both(visit: Any, leaver: Alert, company: Company):
    company.give(company.botan, Role.LEAVER_TEAM)
    unseal(leaver, company)
    page = visit(seen_by(company, company.botan), "alert-detail", leaver.pk)
    assert page.context["unsealing"] is not None
    assert any("2026-11-10" in words for _reason, words in page.context["sentences"])
    assert page.context["queue"]


def test_neither_list_nor_filter_nor_look_back_joins_the_name_with_the_leaving(
    visit: Any, leaver: Alert, company: Company, read_log: None
):
    company.give(company.botan, Role.INFORMATION_MANAGER)
    botan, daichi = (seen_by(company, each) for each in (company.botan, company.daichi))
    line = company.engagement(company.chihiro).line
    assert leaver.number in visit(botan, "look-back", line).content.decode()
    assert visit(botan, "alert-list", group="exit_watch").context["rows"]
    unseal(leaver, company)
    assert leaver.number not in visit(botan, "look-back", line).content.decode()
    for queue in ("exit_watch", "everybody"):
        assert not visit(botan, "alert-list", group=queue).context["rows"]
    with override("en"):
        assert queue_in_words(alerts_visible_to(botan).get(), botan) is None
        assert queue_in_words(alerts_visible_to(daichi).get(), daichi) == "people who leave"
    assert visit(daichi, "alert-list", group="exit_watch").context["rows"]


def test_history_tells_no_queue(visit: Any, leaver: Alert, found: Find, company: Company):
    alerts_keep(findings=[found(queue="everybody")], as_of=DAY)
    page = visit(seen_by(company, company.daichi), "alert-history", leaver.pk).content.decode()
    assert "exit_watch" not in page
    assert "everybody" not in page


def test_a_notice_without_its_day_is_an_event_at_hr(leaver: Alert):
    told = {reason.code: words for reason, words in reasons_in_words(leaver, "en", leaving=False)}
    assert not any(char.isdigit() for char in told[Code.LEAVER])
    assert "1,240" in told[Code.BULK_READ]
