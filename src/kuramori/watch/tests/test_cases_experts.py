"""An expert from outside reads one case until a day, and nothing else; to everybody else there is no such case."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role, Viewer
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import alerts_keep
from kuramori.watch.cases.acts import cases_gather
from kuramori.watch.cases.expert_acts import LONGEST, expert_add, expert_end
from kuramori.watch.cases.queries import alerts_in, cases_visible_to, experts_of, is_expert, leaving_told, steps_of
from kuramori.watch.models import Alert, Case, ExpertAccess, TimelineOpening
from kuramori.watch.tests.conftest import leave

DAY = date(2026, 11, 19)
NAMES = ("千尋", "遠山", "chihiro", "Chihiro")
UNTIL = TODAY + timedelta(days=7)
WEEK = {"since": "2026-11-14", "until": "2026-11-20"}


@pytest.fixture
def case(alert: Alert, read_log: None) -> Case:
    return cases_gather(today=DAY)[0]


@pytest.fixture
def other(case: Case, found: Any, company: Company) -> Case:
    """Akari's case, of which the expert must learn nothing."""
    alerts_keep(findings=[found(key="k2", person_id=company.akari.pk)], as_of=DAY)
    return cases_gather(today=DAY)[0]


@pytest.fixture
def shiki(company: Company) -> Any:
    person = company.person("X-1", "鑑 識", "カガミ シキ", "Shiki Kagami", company.top)
    company.give(person, Role.FORENSIC_EXPERT)
    return person


@pytest.fixture
def manager(company: Company) -> Viewer:
    company.give(company.botan, Role.INFORMATION_MANAGER)
    return company.viewer(company.botan)


@pytest.fixture
def access(case: Case, shiki: Any, manager: Viewer) -> ExpertAccess:
    return add(case, shiki, manager)


def add(case: Case, expert: Any, by: Viewer, **words: Any) -> ExpertAccess:
    plain = {"until": UNTIL, "today": TODAY, "reason": "端末の鑑定", "by": by.actor}
    return expert_add(case=case, expert=expert, **(plain | words))


def text(answer: Any) -> str:
    return answer.content.decode()


# opening and ending


def test_letting_somebody_read_is_an_act_on_the_case_with_its_reason(access: ExpertAccess, case: Case, manager: Viewer):
    entry = read(entries_about(case.pk)[:1])[0]
    assert (entry.verb, entry.why, entry.notes["until"]) == ("watch.expert.add", "端末の鑑定", UNTIL.isoformat())
    assert list(experts_of(manager, case)) == [access]


@pytest.mark.parametrize("until", [TODAY, TODAY + LONGEST])
def test_from_today_to_ninety_days_ahead(case: Case, shiki: Any, manager: Viewer, until: date):
    assert add(case, shiki, manager, until=until).until == until


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"reason": " "}, "for a reason only"),
        ({"until": TODAY - timedelta(days=1)}, "90 days from now"),
        ({"until": TODAY + LONGEST + timedelta(days=1)}, "90 days from now"),
    ],
)
def test_no_reason_or_another_day_is_refused(case: Case, shiki: Any, manager: Viewer, words: Any, told: str):
    with override("en"), pytest.raises(Refused, match=told):
        add(case, shiki, manager, **words)
    assert not ExpertAccess.objects.exists()


def test_the_person_concerned_and_whoever_opens_it_are_refused_in_the_same_words(
    case: Case, manager: Viewer, company: Company
):
    """H3: else the form would say whom a case is about, name by name."""
    told = set()
    for person in (company.chihiro, company.botan):
        with override("en"), pytest.raises(Refused) as refused:
            add(case, person, manager)
        told.add((str(refused.value), str(refused.value.message)))
    assert len(told) == 1


def test_ended_it_is_ended_for_good_and_opened_anew_it_is_another(
    access: ExpertAccess, case: Case, shiki: Any, manager: Viewer, company: Company
):
    expert_end(access=access, by=manager.actor, why="鑑定が済んだ")
    assert not cases_visible_to(company.viewer(shiki))
    with override("en"), pytest.raises(Refused, match="ended already"):
        expert_end(access=access, by=manager.actor, why="もう一度")
    add(case, shiki, manager)
    assert list(cases_visible_to(company.viewer(shiki))) == [case]
    assert experts_of(manager, case).count() == 2


# what he sees


def test_he_sees_his_case_and_no_other_in_list_count_filter_and_export(  # noqa: PLR0917
    visit: Any, access: ExpertAccess, case: Case, other: Case, shiki: Any, company: Company
):
    expert = company.viewer(shiki)
    assert is_expert(expert)
    for query in ({}, {"state": "open"}, {"late": "no"}, {"way": "removable"}, {"retired": "yes"}):
        rows = visit(expert, "case-list", **query).context["rows"]
        assert {row["pk"] for row in rows} <= {case.pk}, query
    page = text(visit(expert, "case-list"))
    assert (case.number in page, other.number in page) == (True, False)
    assert visit(expert, "case-export", data={"format": "json"}).status_code == 403


@pytest.mark.parametrize("language", ["ja", "en"])
def test_his_page_tells_no_name_no_title_and_no_step_to_take(  # noqa: PLR0917
    visit: Any, access: ExpertAccess, case: Case, shiki: Any, secret: Secret, company: Company, language: str
):
    leave(company)
    page = visit(replace(company.viewer(shiki), language=language), "case-detail", case.pk)
    assert not any(name in text(page) for name in (*NAMES, secret.title))
    assert "2026-11-10" not in text(page), "not that, and when, the person leaves"
    assert [link.url for link in page.context["next_steps"]] == [f"{reverse('watch:timeline-open')}?case={case.pk}"]
    for door in ("case-step", "expert-add", "case-preserve"):
        assert reverse(f"watch:{door}", args=[case.pk]) not in text(page), door
    assert reverse("watch:alert-detail", args=[Alert.objects.get().pk]) not in text(page)


def test_no_other_door_of_the_room_opens_to_him(  # noqa: PLR0917
    visit: Any, access: ExpertAccess, case: Case, other: Case, shiki: Any, company: Company
):
    expert, alert = company.viewer(shiki), Alert.objects.get(membership__case=case)
    for door, *args in (
        ("alert-list",), ("alert-detail", alert.pk), ("alert-unseal", alert.pk), ("unsealing-list",), ("leavers",),
        ("case-step", case.pk), ("case-preserve", case.pk), ("expert-add", case.pk), ("expert-end", access.pk),
        ("verdict-list",), ("verdict-add", alert.pk), ("health",), ("source-list",),
    ):  # fmt: skip
        assert visit(expert, door, *args).status_code == 403, door
    for door in ("case-detail", "case-history"):
        assert visit(expert, door, case.pk).status_code == 200
        assert visit(expert, door, other.pk).status_code == visit(expert, door, uuid4()).status_code == 404


def test_he_reads_the_timeline_of_his_case_and_of_nothing_else(  # noqa: PLR0917
    visit: Any, access: ExpertAccess, case: Case, other: Case, shiki: Any, secret: Secret, company: Company
):
    leave(company)
    expert = company.viewer(shiki)
    line = company.engagement(company.chihiro).line
    for query in ({"case": str(other.pk)}, {"alert": str(Alert.objects.first().pk)}, {"secret": str(secret.pk)},
                  {"line": str(line)}):  # fmt: skip
        assert visit(expert, "timeline-open", **query).status_code == 404, query
    asked = visit(expert, "timeline-open", case=str(case.pk))
    asked.client.post(f"{reverse('watch:timeline-open')}?case={case.pk}", {"reason": "鑑定"})
    opening = TimelineOpening.objects.get()
    page = visit(expert, "timeline", opening.pk, **WEEK)
    assert len(page.context["rows"]) == 2
    assert not any(name in text(page) for name in (*NAMES, "a.xlsx"))
    expert_end(access=access, by=actor_of(company.botan), why="鑑定が済んだ")
    assert visit(expert, "timeline", opening.pk, **WEEK).status_code == 404, "what he opened closes with it"


def test_his_last_day_is_his_own_calendars_and_then_it_is_over(
    visit: Any, access: ExpertAccess, case: Case, shiki: Any, company: Company
):
    expert = company.viewer(shiki)
    with time_machine.travel(NOON + timedelta(days=7, hours=11), tick=False):  # 23:00 in Tokyo
        assert visit(expert, "case-detail", case.pk).status_code == 200
    with time_machine.travel(NOON + timedelta(days=7, hours=12), tick=False):  # midnight
        assert visit(expert, "case-detail", case.pk).status_code == 404


def test_access_without_the_role_opens_nothing_and_the_role_without_access_neither(
    access: ExpertAccess, case: Case, manager: Viewer, company: Company
):
    add(case, company.akari, manager)
    assert not cases_visible_to(company.viewer(company.akari))
    second = company.person("X-2", "別 人", "ベツ ジン", "Betsu Jin", company.top)
    company.give(second, Role.FORENSIC_EXPERT)
    assert not cases_visible_to(company.viewer(second))


def test_whom_the_case_is_about_does_not_become_its_expert(case: Case, company: Company):
    """Even where a record says so: after an import, or when two people turn out to be one."""
    company.give(company.chihiro, Role.FORENSIC_EXPERT)
    with act("watch.expert.add", by=actor_of(company.daichi)):
        ExpertAccess(case=case, expert=company.chihiro, until=UNTIL, reason="x").save()
    assert not cases_visible_to(company.viewer(company.chihiro))


def test_who_may_see_no_cases_gets_none_of_their_parts(case: Case, company: Company):
    stranger = company.viewer(company.akari)
    assert alerts_in(stranger, case) == []
    assert not steps_of(stranger, case)
    assert not experts_of(stranger, case)


def test_he_is_never_told_of_leaving(access: ExpertAccess, case: Case, shiki: Any, company: Company):
    leave(company)
    expert = company.viewer(shiki)
    assert not leaving_told(expert, alerts_in(expert, case))


# the manager's pages


@pytest.mark.parametrize(
    "wrong",
    [{"expert": ""}, {"expert": "Z-9"}, {"until": ""}, {"until": "明日"}, {"until": "2026-11-19"}, {"reason": ""}],
)
def test_a_wrong_entry_is_answered_and_opens_nothing(
    visit: Any, case: Case, shiki: Any, manager: Viewer, wrong: dict[str, str]
):
    data = {"expert": "X-1", "until": UNTIL.isoformat(), "reason": "端末の鑑定"}
    assert visit(manager, "expert-add", case.pk, data=data | wrong).status_code == 422
    assert not ExpertAccess.objects.exists()


def test_the_page_of_the_case_lists_who_reads_it_for_the_manager_only(
    visit: Any, access: ExpertAccess, case: Case, manager: Viewer, company: Company
):
    assert "鑑 識" in text(visit(manager, "case-detail", case.pk))
    assert "鑑 識" not in text(visit(company.viewer(company.daichi), "case-detail", case.pk))
    assert visit(manager, "expert-end", access.pk).status_code == 200
    assert visit(manager, "expert-end", access.pk, data={"reason": ""}).status_code == 422
    assert visit(manager, "expert-end", access.pk, data={"reason": "済"}).status_code == 302


def test_an_end_that_is_not_his_to_see_is_not_found(visit: Any, access: ExpertAccess, company: Company):
    company.give(company.chihiro, Role.INFORMATION_MANAGER)
    own = company.viewer(company.chihiro)
    for pk in (access.pk, uuid4()):
        assert visit(own, "expert-end", pk).status_code == 404
        assert visit(own, "expert-end", pk, data={"reason": "済"}).status_code == 404
    assert ExpertAccess.objects.standing().count() == 1


def test_of_two_accesses_each_ends_by_itself(case: Case, found: Any, shiki: Any, manager: Viewer, company: Company):
    add(case, shiki, manager, until=TODAY)
    add(case, shiki, manager, until=TODAY + timedelta(days=2))
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert list(cases_visible_to(company.viewer(shiki))) == [case]
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        assert not cases_visible_to(company.viewer(shiki))
