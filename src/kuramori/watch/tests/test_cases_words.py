"""What the page of a case says: what happened, how sure, what was seen of its days, and what can be done next."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from kuramori.directory.api import actor_of, viewer_of_system
from kuramori.directory.tests.company import TODAY, Company
from kuramori.kernel.permissions import Role, Viewer
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.acts.settings import source_add
from kuramori.watch.alert_page import Traces
from kuramori.watch.api import ingest
from kuramori.watch.cases.acts import case_step, cases_gather
from kuramori.watch.cases.page import (
    TOLD_DAYS,
    coverage_of_days,
    in_short,
    next_steps,
    secrets_in,
    sure_of,
)
from kuramori.watch.cases.queries import alerts_in, cases_visible_to, unsealing_in
from kuramori.watch.models import Case
from kuramori.watch.reasons import reasons_text
from kuramori.watch.rules.cases import CaseState
from kuramori.watch.tests.conftest import bulk_read, leave
from kuramori_lake.detect import Code, Reason

DAY = date(2026, 11, 19)


def lowering() -> Reason:
    return Reason(code=Code.NEWCOMER, strength=-0.1, numbers={"own_days": 12}, query="", parameters={})


@pytest.fixture
def analyst(company: Company) -> Viewer:
    return company.viewer(company.daichi)


@pytest.fixture
def gather(found: Callable[..., Found], charter: Any) -> Callable[..., Case]:
    """A case of one alert; words change the alert."""

    def go(**words: Any) -> Case:
        alerts_keep(findings=[found(**words)], as_of=DAY)
        return cases_gather(today=DAY)[0]

    return go


# what happened


def test_once_and_often_ways_out_and_none_documents_and_none(gather: Any, analyst: Viewer, found: Any):
    case = gather(channels=())
    alerts = alerts_in(analyst, case)
    with override("en"):
        assert in_short(case, "Person X", alerts, 0) == [
            "Person X stood out once between 2026-11-17 and 2026-11-19.",
            "No way out was seen so far: it was only read.",
        ]
    alerts_keep(findings=[found(key="k2", since=date(2026, 11, 1), until=date(2026, 11, 2), channels=("web",))],
                as_of=DAY)  # fmt: skip
    cases_gather(today=DAY)
    case.refresh_from_db()
    with override("en"):
        assert in_short(case, "Person X", alerts_in(analyst, case), 1212) == [
            "Person X stood out 2 times between 2026-11-01 and 2026-11-19.",
            "Ways out: web.",
            "1,212 documents of registered secrets were touched.",
        ]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_sentence_is_said_in_both_languages(gather: Any, analyst: Viewer, language: str):
    case = gather()
    alerts = alerts_in(analyst, case)
    with override("en"):
        english = [*in_short(case, "X", alerts, 3), *sure_of(case, alerts, Traces())]
    with override(language):
        told = [*in_short(case, "X", alerts, 3), *sure_of(case, alerts, Traces())]
    assert (told == english) is (language == "en")
    assert len(told) == len(english)


# how sure


def test_it_says_how_many_kinds_of_reason_speak_and_how_many_lower(gather: Any, analyst: Viewer):
    case = gather(reasons=reasons_text([bulk_read(), lowering()]))
    with override("en"):
        told = sure_of(case, alerts_in(analyst, case), Traces())
    assert told[:2] == [
        "The heaviest alert has a score of 82.5 of 100, from 1 kinds of reason.",
        "1 things lower it; they stand last among the reasons.",
    ]
    with override("en"):
        plain = sure_of(case, [], Traces())
    assert not any("lower it" in each for each in plain), "a vendor's report alone gives no reasons"


# what was seen


def heard(tmp_path: Path, log: Any, *days: date) -> None:
    for day in days:
        text = log(("akari", "連絡/a.txt"), name="day.log").read_text(encoding="utf-8")
        path = tmp_path / f"{day}.log"
        path.write_text(text.replace("2026/11/19", f"{day:%Y/%m/%d}").replace("Nov 19", f"{day:%b %d}"), "utf-8")
        ingest(source="samba", instance="fs01", paths=[path])


def test_without_a_lake_nothing_is_claimed(gather: Any):
    assert coverage_of_days(gather()) == []


def test_each_source_of_the_site_says_on_which_working_days_it_was_silent(
    gather: Any, company: Company, source: Any, log: Any, tmp_path: Path
):
    case = gather()  # from Tuesday to Thursday
    heard(tmp_path, log, date(2026, 11, 17), date(2026, 11, 19))
    source_add(name="ウェブ", kind="squid", instance="proxy", by=actor_of(company.daichi))
    with override("en"):
        seen = {each.name: (each.words, each.tone) for each in coverage_of_days(case)}
    assert seen == {
        "材料サーバ (Samba file server (full_audit))": ("silent on 2026-11-18: not seen then", "warn"),
        "ウェブ (Squid web proxy)": ("silent all the time: what happened there is not seen", "bad"),
    }
    heard(tmp_path, log, date(2026, 11, 18))
    with override("en"):
        whole = next(each for each in coverage_of_days(case) if each.tone == "ok")
    assert whole.words == "heard on all 3 working days"


def test_of_many_silent_days_the_first_are_named_and_the_rest_counted(
    gather: Any, source: Any, log: Any, tmp_path: Path
):
    case = gather(since=date(2026, 11, 2), until=DAY)
    heard(tmp_path, log, DAY)
    with override("en"):
        (seen,) = coverage_of_days(case)
    assert seen.words.count("2026-11-") == TOLD_DAYS
    assert "and 7 more" in seen.words, "of 13 working days the last one was heard; the third is a holiday"


def test_days_off_count_only_where_there_is_no_working_day(gather: Any, source: Any, log: Any, tmp_path: Path):
    case = gather(since=date(2026, 11, 14), until=date(2026, 11, 15))  # a weekend
    heard(tmp_path, log, date(2026, 11, 14), date(2026, 11, 15))
    (seen,) = coverage_of_days(case)
    assert seen.tone == "ok"


# which secrets


def test_of_a_secret_in_two_alerts_the_larger_count_is_told_and_closed_ones_by_level(
    gather: Any, found: Any, analyst: Viewer, company: Company, secret: Secret
):
    case = gather(secrets={secret.pk: 5})
    later = found(key="k2", since=date(2026, 11, 1), until=date(2026, 11, 2), secrets={secret.pk: 40})
    alerts_keep(findings=[later], as_of=DAY)
    cases_gather(today=DAY)
    shown, hidden = secrets_in(analyst, alerts_in(analyst, case))
    assert (shown, [(level.code, count) for level, count in hidden]) == ([], [("top", 1)])
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    office = company.viewer(company.daichi)
    assert secrets_in(office, alerts_in(office, case)) == ([(secret, 40)], [])


# what next


def steps(viewer: Viewer, case: Case, **words: Any) -> list[str]:
    plain = {"is_named": False, "leaving": True}
    links = next_steps(viewer, case, alerts_in(viewer, case), **(plain | words))
    return [link.url.partition("?")[0].strip("/").rpartition("/")[2] + link.url.partition("?")[2] for link in links]


def test_each_office_is_offered_what_it_may_do(gather: Any, company: Company, analyst: Viewer):
    case = gather()
    on = ["stepstate=waiting", "stepstate=explained", "stepstate=escalated"]
    assert steps(analyst, case) == [f"opencase={case.pk}", *on, "decide"]
    company.give(company.botan, Role.PRIVACY_OFFICER)
    assert steps(company.viewer(company.botan), case) == [f"opencase={case.pk}", "unseal"]
    company.give(company.akari, Role.INFORMATION_MANAGER)
    manager = company.viewer(company.akari)
    assert steps(manager, case) == [f"opencase={case.pk}", *on, "decide", "unseal", "preserve"]
    assert steps(manager, case, is_named=True) == [f"opencase={case.pk}", *on, "decide", "preserve"]


def test_a_settled_case_offers_only_to_be_taken_up_again(gather: Any, company: Company, analyst: Viewer):
    case = gather()
    case_step(case=case, state=CaseState.CLOSED, reason="済", assignee=None, due_on=TODAY, author=company.daichi,
              by=analyst.actor)  # fmt: skip
    assert [step for step in steps(analyst, case) if step.startswith("step")] == ["stepstate=in_review"]


def test_the_look_back_on_a_leaver_is_offered_while_leaving_may_be_told(gather: Any, company: Company, analyst: Viewer):
    case = gather()
    assert len(steps(analyst, case)) == 5
    leave(company)
    line = str(company.engagement(company.chihiro).line)
    assert steps(analyst, case)[-1] == line
    assert line not in steps(analyst, case, leaving=False)


# accounts behind which nobody stands


def test_the_system_sees_every_case_and_no_name(gather: Any, analyst: Viewer):
    case = gather(score=Decimal(70))
    everybody = replace(analyst, person_id=None)
    assert list(cases_visible_to(everybody)) == [case]
    assert unsealing_in(everybody, alerts_in(everybody, case)) is None
    assert unsealing_in(analyst, []) is None
    assert not viewer_of_system().person_id


def test_a_case_can_be_decided_on_its_last_day_and_is_late_the_day_after(gather: Any, visit: Any, analyst: Viewer):
    case = gather(severity="high")
    assert case.due_on == DAY + timedelta(days=1) == TODAY
    assert visit(analyst, "case-list", late="no").context["rows"]
    tomorrow = {"state": "waiting", "taken": "keep", "due_on": "2026-11-19", "reason": "急ぎ"}
    assert visit(analyst, "case-step", case.pk, data=tomorrow).status_code == 302
    assert visit(analyst, "case-list", late="yes").context["rows"]
