"""The page of hard rules: for analysts, in both languages, with what each rule waits for and what it raised."""

from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kuramori.directory.tests.company import FOUNDED, NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.acts.settings import flow_add
from kuramori.watch.detecting.rule_views import GENERAL
from kuramori.watch.lake import lake
from kuramori.watch.models import Alert
from kuramori.watch.reasons import reasons_text
from kuramori_lake.detect import RULES, Code, Reason
from kuramori_lake.fingerprint.index import PrintIndex
from kuramori_lake.fingerprint.tests.test_index import registered, text

pytestmark = pytest.mark.django_db
QUERIES = 24
"""Of this page: permissions and frame of every page, approved flows, charters, the alerts in sight."""


def raised(company: Company, rule: str, number: int, person: Any = None) -> Alert:
    numbers = {"rule": rule, "day": "2026-11-19", "count": 1, "things": 1, "thing": "S-99"}
    reason = Reason(code=Code.HARD_RULE, strength=0.9, numbers=numbers, query="", parameters={})
    day = NOON.date()
    found = Found(
        key=f"{rule}{number}", person_id=(person or company.chihiro).pk, unit_id=None, since=day, until=day, as_of=day,
        queue="hard_rule", severity="high", score="90.0", channels=(), reasons=reasons_text([reason]), secrets={},
    )  # fmt: skip
    return alerts_keep(findings=[found], as_of=day)[0]


def cells(body: str, title: str) -> str:
    return next(row for row in body.split("<tr>") if title in row)


def test_every_rule_is_told_in_words_and_says_what_it_waits_for(visit: Any, company: Company, charter: Any):
    for language, waits, watched in (
        ("en", "Silent until a registered medium", "No monitoring charter"),
        ("ja", "登録媒体が入るまで働きません", "有効な監視規程のある拠点がない"),
    ):
        viewer = replace(company.viewer(company.daichi), language=language)
        body = unescape(visit(viewer, "hard-rules").content.decode())
        for rule in RULES:
            assert rule.title[language == "ja"] in body
            assert rule.practice in body
        assert waits in body
        assert watched not in body
    flow_add(destination="removable", value="REG-1", reason="貸与", valid_from=FOUNDED, by=SYSTEM)
    with lake() as found:
        PrintIndex(found).add([registered("配合.docx", text(1))])
    body = visit(company.viewer(company.daichi), "hard-rules").content.decode()
    assert waits not in body
    assert "抜粋を調べる文書が登録されていません" not in body


def test_without_any_charter_the_page_says_that_no_rule_speaks(visit: Any, company: Company):
    viewer = replace(company.viewer(company.daichi), language="en")
    assert "no rule speaks of anybody" in visit(viewer, "hard-rules").content.decode()


def test_alerts_in_sight_are_counted_and_ones_own_are_not(visit: Any, company: Company, charter: Any):
    for number in range(3):
        raised(company, "print_at_night", number)
    raised(company, "log_cleared", 0, person=company.daichi)
    viewer = replace(company.viewer(company.daichi), language="en")
    body = visit(viewer, "hard-rules").content.decode()
    assert '<td class="num">3</td>' in cells(body, "Gravest secret printed at night")
    assert '<td class="num">0</td>' in cells(body, "Log cleared")
    assert "group=hard_rule" in body


@pytest.mark.parametrize("count", [1, 12])
def test_page_costs_the_same_however_many_alerts_there_are(visit: Any, company: Company, charter: Any, count: int):
    for number in range(count):
        raised(company, "print_at_night", number)
    viewer = company.viewer(company.daichi)
    visit(viewer, "hard-rules")
    with CaptureQueriesContext(connection) as captured:
        visit(viewer, "hard-rules")
    assert len(captured) <= QUERIES


def test_strangers_and_the_people_themselves_are_turned_away(visit: Any, company: Company, client: Any):
    assert visit(company.viewer(company.botan), "hard-rules").status_code == 403
    assert visit(company.viewer(company.chihiro), "hard-rules").status_code == 403
    assert reverse("watch:hard-rules").endswith("/hard-rules/")


def test_each_rule_has_a_general_sentence():
    assert set(GENERAL) == {rule.name for rule in RULES}
