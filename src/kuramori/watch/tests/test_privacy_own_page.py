"""Everybody's own page: what is logged, by which rules, who may look; it tips nobody off (SYS-17, H2, H3)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from kuramori.directory.acts.units import site_add
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role, Viewer
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import alerts_keep
from kuramori.watch.acts.settings import charter_retire, source_add
from kuramori.watch.cases.timeline_acts import timeline_open
from kuramori.watch.models import LogSource, WayChoice
from kuramori.watch.privacy.looks import Look, looks_in
from kuramori.watch.privacy.own_page import MAY_LOOK, own_page
from kuramori.watch.privacy.wording import LOOK_WORDS, MAY_WORDS, RECORDED, few_in_words
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.privacy import quarter_of
from kuramori.watch.tests.conftest import leave

TODAY = NOON.date()


@pytest.fixture
def chihiro(company: Company) -> Viewer:
    return replace(company.viewer(company.chihiro), language="en")


@pytest.fixture
def next_quarter() -> Iterator[None]:
    with time_machine.travel(NOON + timedelta(days=60), tick=False):
        yield


def test_it_says_by_which_charter_what_is_logged_and_for_how_long(
    visit: Any, chihiro: Viewer, source: LogSource, charter: Any
):
    page = visit(chihiro, "mine")
    text = page.content.decode()
    assert page.status_code == 200
    assert charter.purpose in text
    assert charter.rules in text
    assert charter.responsible.shown in text
    assert "13" in text
    assert [each.way for each in own_page(chihiro, TODAY).logged] == ["files"]
    assert "Who opened, changed, copied or deleted which file" in text
    assert source.name not in text, "where exactly a log lies is nobody's business (DET-05)"
    assert source.instance not in text


def test_without_a_charter_it_says_that_nobody_is_evaluated_and_why(
    visit: Any, chihiro: Viewer, source: LogSource, charter: Any
):
    charter_retire(charter=charter, by=SYSTEM, why="協議中")
    text = visit(chihiro, "mine").content.decode()
    assert "nobody there is evaluated" in text
    assert charter.purpose not in text


def test_only_systems_of_ones_own_site_and_of_the_whole_company_are_listed(
    chihiro: Viewer, company: Company, charter: Any
):
    plant = site_add(code="PLT", name_ja="工場", name_en="Plant", by=SYSTEM)
    source_add(name="a", kind="table:badge", instance="a", site=plant, by=SYSTEM)
    source_add(name="b", kind="squid", instance="b", by=SYSTEM)
    source_add(name="c", kind="squid", instance="c", site=company.tokyo, by=SYSTEM)
    (web,) = own_page(chihiro, TODAY).logged
    assert (web.way, web.kinds, web.systems) == ("web", ("squid",), 2)


def test_who_is_watched_sees_the_very_same_page_as_who_is_not(  # noqa: PLR0917  (what happens meanwhile)
    visit: Any, company: Company, charter: Any, source: LogSource, found: Callable[..., Any], secret: Secret
):
    """An alert, an opened timeline, a notice: nothing of it may change a letter of the page (H3)."""

    def seen_by(person: Any) -> str:
        text = visit(replace(company.viewer(person), language="en"), "mine").content.decode()
        return text[text.index("<main") : text.index("</main")]

    before, other = seen_by(company.chihiro), seen_by(company.botan)
    (alert,) = alerts_keep(findings=[found(secrets={secret.pk: 3})], as_of=TODAY)
    timeline_open(opener=company.daichi, reason="調査", alert=alert, by=SYSTEM)
    leave(company)
    assert seen_by(company.chihiro) == before == other == seen_by(company.botan)


def test_looks_are_told_for_quarters_that_are_over_and_for_the_whole_company(
    chihiro: Viewer, company: Company, charter: Any, found: Callable[..., Any], next_quarter: None
):
    page = own_page(chihiro, TODAY + timedelta(days=60))
    assert [quarter.name for quarter in page.looks] == ["2026-Q4", "2026-Q3", "2026-Q2", "2026-Q1"]
    assert own_page(chihiro, TODAY).looks.keys() == {each for each in page.looks if each.name != "2026-Q4"} | {
        quarter_of(date(2025, 10, 1))
    }


def test_a_handful_of_looks_is_told_as_fewer_than_five(
    visit: Any, chihiro: Viewer, company: Company, found: Callable[..., Any], charter: Any
):
    (alert,) = alerts_keep(findings=[found()], as_of=TODAY)
    for reason in ("一", "二", "三"):
        timeline_open(opener=company.daichi, reason=reason, alert=alert, by=SYSTEM)
    assert looks_in(chihiro, [quarter_of(TODAY)]) == {quarter_of(TODAY): dict.fromkeys(Look, 0) | {Look.TIMELINE: 3}}
    with time_machine.travel(NOON + timedelta(days=60), tick=False):
        rows = dict(visit(chihiro, "mine").context["looks"])
    assert "fewer than 5" in rows["2026-Q4"]
    assert "3" not in rows["2026-Q4"]


@pytest.mark.parametrize(("count", "words"), [(0, "0"), (5, "5"), (1200, "1,200")])
def test_other_counts_are_told_as_they_are(count: int, words: str):
    assert few_in_words(count) == words


def test_who_may_look_is_told_by_role_and_never_by_name(visit: Any, chihiro: Viewer, company: Company):
    company.give(company.botan, Role.PRIVACY_OFFICER)
    text = visit(chihiro, "mine").content.decode()
    assert company.botan.shown not in text
    told = dict(own_page(chihiro, TODAY).roles)
    assert Role.SECURITY_ANALYST in told[Permission.ALERT_VIEW]
    assert Role.EMPLOYEE not in {role for roles in told.values() for role in roles}


def test_every_way_and_every_kind_of_look_has_its_words():
    assert set(RECORDED) == set(WayChoice.values)
    assert set(LOOK_WORDS) == set(Look)
    assert set(MAY_LOOK) == set(MAY_WORDS)


def _everybody() -> Viewer:
    return Viewer(actor=SYSTEM, person_id=None, permissions=frozenset({Permission.CHARTER_VIEW}))


@pytest.mark.django_db
def test_an_account_without_a_person_is_told_that_no_site_is_known(visit: Any):
    assert "No site is known for you" in visit(replace(_everybody(), language="en"), "mine").content.decode()


def test_who_may_not_read_charters_is_turned_away(visit: Any, company: Company):
    nobody = replace(company.viewer(company.chihiro), permissions=frozenset(), company_wide=frozenset())
    assert visit(nobody, "mine").status_code == 403
    told = own_page(nobody, TODAY)
    assert (told.site, told.charter, told.logged, told.roles, told.looks) == (None, None, (), (), {})
    assert looks_in(nobody, [quarter_of(TODAY)]) == {}


def test_the_page_speaks_japanese(visit: Any, company: Company, charter: Any, source: LogSource):
    text = visit(replace(company.viewer(company.chihiro), language="ja"), "mine").content.decode()
    assert "自分について記録されること" in text
    assert "検知では仮名だけが表示されます" in text


def test_it_costs_as_many_queries_for_many_sources_as_for_one(
    visit: Any, chihiro: Viewer, charter: Any, source: LogSource, django_assert_max_num_queries: Any
):
    for number in range(20):
        source_add(name=f"s{number}", kind="samba", instance=f"i{number}", by=SYSTEM)
    visit(chihiro, "mine")
    with django_assert_max_num_queries(12):
        visit(chihiro, "mine")
