"""A timeline across all channels: opened for a reason, for a day, under a charter; names and titles stay sealed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.acts.people import assignment_add
from kuramori.directory.acts.units import site_add
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.api import sequence_all
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role, Viewer
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import Found, alert_review, alerts_keep
from kuramori.watch.acts.settings import charter_add, charter_retire
from kuramori.watch.cases.acts import cases_gather
from kuramori.watch.cases.timeline_acts import timeline_open
from kuramori.watch.cases.timelines import Choice, channel_choices, key_of, key_text, lines, opened
from kuramori.watch.models import Alert, Case, TimelineOpening
from kuramori.watch.pseudonyms import alert_pseudonym, case_pseudonym
from kuramori.watch.queries.charters import is_watched
from kuramori.watch.rules.alerts import State
from kuramori.watch.tests.conftest import charter_words, leave
from kuramori.watch.unsealing.acts import alert_unseal
from kuramori_lake.timeline import CHANNELS

DAY = date(2026, 11, 19)
WEEK = {"since": "2026-11-14", "until": "2026-11-20"}
NAMES = ("千尋", "遠山", "chihiro", "Chihiro")
WHY = "疑いの確認"


@pytest.fixture
def case(alert: Alert, read_log: None) -> Case:
    return cases_gather(today=DAY)[0]


@pytest.fixture
def analyst(company: Company) -> Viewer:
    return company.viewer(company.daichi)


@pytest.fixture
def open_it(company: Company) -> Callable[..., TimelineOpening]:
    """Daichi opens a timeline; words say of what."""

    def go(**words: Any) -> TimelineOpening:
        return timeline_open(**({"opener": company.daichi, "reason": WHY, "by": actor_of(company.daichi)} | words))

    return go


def shown(viewer: Viewer, opening: TimelineOpening, **words: Any) -> list[dict[str, Any]]:
    whose = opened(viewer, opening.pk)
    assert whose is not None
    plain = {"since": date(2026, 11, 14), "until": date(2026, 11, 20)}
    return lines(viewer, whose, Choice(**(plain | words)))[0]


def text(answer: Any) -> str:
    return answer.content.decode()


# opening


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_it_is_opened_for_a_reason_only(case: Case, open_it: Any, reason: str):
    with override("en"), pytest.raises(Refused, match="for a reason only"):
        open_it(case=case, reason=reason)
    assert not TimelineOpening.objects.exists()


def test_an_account_behind_which_nobody_stands_opens_none(case: Case, open_it: Any):
    with override("en"), pytest.raises(Refused, match="Only a person"):
        open_it(case=case, opener=None)


def test_nobody_opens_his_own_by_whatever_way(case: Case, open_it: Any, company: Company):
    own = {"opener": company.chihiro, "by": actor_of(company.chihiro)}
    line = company.engagement(company.chihiro).line
    for of in ({"case": case}, {"alert": Alert.objects.get()}, {"leaver": (company.chihiro.pk, line)}):
        with override("en"), pytest.raises(Refused, match="own timeline"):
            open_it(**own, **of)


def test_opening_is_an_act_with_the_reason_which_the_person_does_not_find(case: Case, open_it: Any, company: Company):
    opening = open_it(case=case, reason=f" {WHY} ")
    assert (opening.reason, str(opening), opening.expires_at) == (WHY, WHY, NOON + timedelta(hours=24))
    entry = read(entries_about(case.pk)[:1])[0]
    assert (entry.verb, entry.why.strip(), entry.actor_id) == ("watch.timeline.open", WHY, company.daichi.pk)
    sequence_all()
    about = {each.verb for each in entries_about(company.chihiro.pk)}
    assert not any(verb.startswith("watch.") for verb in about)


# the charter


def test_without_a_valid_charter_nobodys_timeline_is_opened(case: Case, open_it: Any, charter: Any):
    charter_retire(charter=charter, by=actor_of(case.person), why="廃止")
    with override("en"), pytest.raises(Refused, match="No valid monitoring charter"):
        open_it(case=case)
    assert not TimelineOpening.objects.exists()


def test_a_charter_that_ends_closes_what_was_opened_under_it(
    case: Case, open_it: Any, analyst: Viewer, charter: Any, visit: Any
):
    opening = open_it(case=case)
    assert opened(analyst, opening.pk)
    charter_retire(charter=charter, by=analyst.actor, why="廃止")
    assert opened(analyst, opening.pk) is None
    assert visit(analyst, "timeline", opening.pk).status_code == 404


def test_a_charter_counts_where_somebody_works_now_or_worked_last(company: Company, charter: Any):
    def covered(person: Any, day: date = DAY) -> bool:
        return is_watched(company.viewer(company.daichi), person.pk, day)

    assert covered(company.chihiro)
    assert not covered(company.chihiro, date(2026, 3, 31)), "the day before the charter"
    berlin = site_add(code="BER", name_ja="ベルリン", name_en="Berlin", country="DE", by=actor_of(company.daichi))
    moved = company.engagement(company.botan)
    assignment_add(
        engagement=moved, unit=company.materials, site=berlin, starts_on=date(2026, 11, 1), today=DAY,
        by=actor_of(company.daichi),
    )  # fmt: skip
    assert not covered(company.botan)
    charter_add(**charter_words(company, site=berlin), by=actor_of(company.daichi))
    assert not covered(company.botan), "in Germany not before the works council has agreed"
    charter_add(**charter_words(company, site=berlin, agreed_on=date(2026, 10, 1)), by=actor_of(company.daichi))
    assert covered(company.botan)
    nobody = UUID(int=3)
    assert not is_watched(company.viewer(company.daichi), nobody, DAY)


# who may look


def test_it_is_open_to_who_opened_it_for_a_day_and_to_nobody_else(
    case: Case, open_it: Any, analyst: Viewer, company: Company
):
    opening = open_it(case=case)
    company.give(company.botan, Role.INFORMATION_MANAGER)
    assert opened(analyst, opening.pk)
    assert opened(company.viewer(company.botan), opening.pk) is None, "he opens his own, with his own reason"
    assert opened(analyst, uuid4()) is None
    assert opened(replace(analyst, person_id=None), opening.pk) is None
    assert opened(replace(analyst, permissions=frozenset()), opening.pk) is None
    with time_machine.travel(NOON + timedelta(hours=24), tick=False):
        assert opened(analyst, opening.pk) is None


def test_it_closes_when_what_it_was_opened_from_leaves_ones_sight(
    case: Case, open_it: Any, company: Company, secret: Secret
):
    """Whoever watches another unit from now on no longer looks at this one's people."""
    leave(company)
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    line = company.engagement(company.chihiro).line
    openings = [
        open_it(case=case), open_it(alert=Alert.objects.get()), open_it(leaver=(company.chihiro.pk, line)),
        open_it(secret=secret),
    ]  # fmt: skip
    all_of_it = company.viewer(company.daichi)
    assert all(opened(all_of_it, each.pk) for each in openings)
    research = {str(permission): frozenset({company.research.pk}) for permission in all_of_it.permissions}
    moved = replace(all_of_it, company_wide=frozenset(), units=research)
    assert [opened(moved, each.pk) for each in openings[:3]] == [None] * 3


# what it calls people


def test_each_way_in_has_its_own_pseudonym_until_the_name_is_unsealed(case: Case, open_it: Any, company: Company):
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    viewer, alert = company.viewer(company.daichi), Alert.objects.get()
    of_case, of_alert = open_it(case=case), open_it(alert=alert)
    assert opened(viewer, of_case.pk).called == case_pseudonym(case.pk, case.person_id)
    assert opened(viewer, of_alert.pk).called == alert_pseudonym(alert.pk, alert.person_id)
    alert_unseal(alert=alert, person=company.daichi, reason="聞き取り", by=viewer.actor)
    for opening in (of_case, of_alert):
        whose = opened(viewer, opening.pk)
        assert whose.is_open
        assert "千尋" in whose.called


def test_a_leaver_is_called_by_name_for_hr_and_else_by_pseudonym(
    case: Case, open_it: Any, company: Company, visit: Any
):
    leave(company)
    line = company.engagement(company.chihiro).line
    opening = open_it(leaver=(company.chihiro.pk, line))
    veiled = opened(company.viewer(company.daichi), opening.pk)
    assert not veiled.is_open
    assert not any(name in veiled.called for name in NAMES)
    company.give(company.daichi, Role.LEAVER_TEAM)
    named = opened(company.viewer(company.daichi), opening.pk)
    assert named.is_open
    assert "千尋" in named.called


# what it shows


def test_log_events_and_own_acts_stand_in_one_order_the_newest_first(case: Case, open_it: Any, analyst: Viewer):
    rows = shown(analyst, open_it(case=case))
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    assert {row["deed"] for row in rows} == {"閲覧"}
    assert len([row for row in rows if "fs01" in row["source"]]) == 2, "Chihiro opened two files"
    assert all(row["who"] == case_pseudonym(case.pk, case.person_id) for row in rows)


def test_a_path_of_a_closed_secret_is_not_told_and_open_to_its_keeper_it_is(
    case: Case, open_it: Any, analyst: Viewer, company: Company
):
    opening = open_it(case=case)
    events = [row for row in shown(analyst, opening) if "fs01" in row["source"]]
    assert {row["what"] for row in events} == {"開示範囲外の秘密情報の文書"}
    assert {row["level"] for row in events} == {"極秘"}
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    known = [row for row in shown(company.viewer(company.daichi), opening) if "fs01" in row["source"]]
    assert {row["what"].rpartition("/")[2] for row in known} == {"a.xlsx", "b.xlsx"}
    assert {row["secret"].title for row in known} == {"電解液の配合比"}


def test_a_secrets_timeline_shows_all_who_touched_it_under_names_of_this_opening(
    open_it: Any, case: Case, secret: Secret, company: Company
):
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    viewer = company.viewer(company.daichi)
    first, second = open_it(secret=secret), open_it(secret=secret)
    rows, again = shown(viewer, first), shown(viewer, second)
    readers = {row["who"] for row in rows if "fs01" in row["source"]}
    assert len(readers) == 2, "Akari and Chihiro"
    assert not readers & {row["who"] for row in again}, "two openings cannot be joined by their names (H3)"
    assert not any(name in str(row) for row in rows for name in (*NAMES, "akari", "灯里"))


def test_own_acts_of_a_secret_are_told_in_sentences_without_what_else_they_concern(
    open_it: Any, case: Case, secret: Secret, company: Company
):
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    sequence_all()
    rows = shown(company.viewer(company.daichi), open_it(secret=secret), channels=("kuramori",))
    assert rows
    assert {row["source"] for row in rows} == {"Kuramori 自身（証跡台帳）"}
    assert not any("灯里" in row["deed"] for row in rows)


def test_what_somebody_did_in_kuramori_stands_in_his_timeline(
    case: Case, open_it: Any, analyst: Viewer, company: Company
):
    company.give(company.botan, Role.SECURITY_ANALYST)
    alert_review(
        alert=Alert.objects.get(), state=State.IN_REVIEW, comment="見た", assignee=None, author=company.botan,
        by=actor_of(company.botan),
    )  # fmt: skip
    alerts_keep(findings=[of_botan(Alert.objects.get(), company)], as_of=DAY)
    (other,) = cases_gather(today=DAY)
    own = [row for row in shown(analyst, open_it(case=other)) if "fs01" not in row["source"]]
    assert len(own) == 1
    assert "牡丹" not in str(own)


def of_botan(alert: Alert, company: Company) -> Found:
    return Found(
        key="k2", person_id=company.botan.pk, unit_id=company.materials.pk, since=DAY, until=DAY, as_of=DAY,
        queue="everybody", severity="high", score=alert.score, channels=(), reasons=alert.reasons, secrets={},
    )  # fmt: skip


def test_days_and_channels_narrow_it(case: Case, open_it: Any, analyst: Viewer):
    opening = open_it(case=case)
    assert shown(analyst, opening, since=date(2026, 11, 1), until=date(2026, 11, 18)) == []
    files = shown(analyst, opening, channels=("files",))
    assert len(files) == 2
    for channel in ("mail", "print", "doors", "kuramori"):
        assert shown(analyst, opening, channels=(channel,)) == [], channel


def test_every_channel_of_the_lake_can_be_chosen_and_kuramoris_own(db: None):
    names = [name for name, _words in channel_choices()]
    assert names == list(CHANNELS)
    with override("en"):
        english = {str(words) for _name, words in channel_choices()}
    with override("ja"):
        assert not english & {str(words) for _name, words in channel_choices()}


def test_pages_follow_each_other_by_their_last_line(
    case: Case, open_it: Any, company: Company, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("kuramori.watch.cases.timelines.PAGE", 1)
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    viewer = company.viewer(company.daichi)
    whose = opened(viewer, open_it(case=case).pk)
    days = {"since": date(2026, 11, 14), "until": date(2026, 11, 20)}
    first, older = lines(viewer, whose, Choice(**days))
    second, end = lines(viewer, whose, Choice(**days, before=key_of(older)))
    assert [row["what"].rpartition("/")[2] for row in (*first, *second)] == ["b.xlsx", "a.xlsx"]
    assert end == ""


def test_own_acts_of_one_moment_are_each_shown_once_across_pages(
    case: Case, open_it: Any, company: Company, secret: Secret, monkeypatch: pytest.MonkeyPatch
):
    """Several acts fall on one frozen moment: the page's key tells them apart by their place in the ledger."""
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    viewer = company.viewer(company.daichi)
    for n in range(3):
        open_it(secret=secret, reason=f"{n}")
    sequence_all()
    opening = open_it(secret=secret)
    sequence_all()
    whose = opened(viewer, opening.pk)
    days = {"since": date(2026, 11, 14), "until": date(2026, 11, 20), "channels": ("kuramori",)}
    everything, _end = lines(viewer, whose, Choice(**days))
    monkeypatch.setattr("kuramori.watch.cases.timelines.PAGE", 2)
    paged, before = [], None
    for _page in range(len(everything)):
        rows, older = lines(viewer, whose, Choice(**days, before=before))
        paged += rows
        if not older:
            break
        before = key_of(older)
    assert paged == everything


@pytest.mark.parametrize("text_of_key", ["", "_", "x_1", "2026-11-19T00:00:00_x", "2026-11-19", "%00_1"])
def test_a_key_nobody_gave_is_none(text_of_key: str):
    assert key_of(text_of_key) is None


def test_a_key_is_read_back_as_it_was_written():
    key = (datetime(2026, 11, 19, 0, 0, 1, 5), -7)  # noqa: DTZ001  (the lake's times are naive UTC)
    assert key_of(key_text(key)) == key


def test_without_a_lake_there_are_own_acts_only(alert: Alert, open_it: Any, analyst: Viewer):
    assert shown(analyst, open_it(alert=alert)) == []


# pages


@pytest.mark.parametrize("name", ["case", "alert", "secret", "line"])
def test_the_page_asks_why_and_leads_to_the_timeline(
    visit: Any, case: Case, company: Company, secret: Secret, name: str
):
    leave(company)
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    viewer = company.viewer(company.daichi)
    pks = {"case": case.pk, "alert": Alert.objects.get().pk, "secret": secret.pk,
           "line": company.engagement(company.chihiro).line}  # fmt: skip
    asked = visit(viewer, "timeline-open", **{name: str(pks[name])})
    assert len(asked.context["effects"]) == 3
    assert not any(each in text(asked) for each in NAMES)
    address = f"{reverse('watch:timeline-open')}?{name}={pks[name]}"
    client = asked.client
    assert client.post(address, {"reason": " "}).status_code == 422
    answer = client.post(address, {"reason": WHY})
    opening = TimelineOpening.objects.get()
    assert answer["Location"] == reverse("watch:timeline", args=[opening.pk])
    page = visit(viewer, "timeline", opening.pk, **WEEK)
    assert page.status_code == 200
    assert WHY in text(page)
    assert not any(each in text(page) for each in NAMES)


@pytest.mark.parametrize(
    "query", [{}, {"case": "x"}, {"case": str(uuid4())}, {"person": str(uuid4())}, {"line": str(uuid4())}, {"x": "1"}]
)
def test_what_is_not_there_or_not_in_sight_cannot_be_asked_for(visit: Any, case: Case, analyst: Viewer, query: Any):
    assert visit(analyst, "timeline-open", **query).status_code == 404
    assert not TimelineOpening.objects.exists()


def test_the_person_concerned_is_answered_as_if_there_were_no_case(visit: Any, case: Case, company: Company):
    company.give(company.chihiro, Role.SECURITY_ANALYST)
    own = company.viewer(company.chihiro)
    for query in ({"case": str(case.pk)}, {"alert": str(Alert.objects.get().pk)}, {"case": str(uuid4())}):
        assert visit(own, "timeline-open", **query).status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (WEEK, 200),
        ({}, 200),
        (WEEK | {"channel": "files"}, 200),
        (WEEK | {"channel": "everything"}, 422),
        (WEEK | {"since": "gestern"}, 422),
        ({"since": "2026-11-20", "until": "2026-11-14"}, 422),
        ({"since": "2024-11-01", "until": "2026-11-20"}, 422),
        ({"since": "2024-11-20", "until": "2026-11-20"}, 200),
        (WEEK | {"before": "never_0"}, 200),
    ],
)
def test_days_and_channels_are_checked(  # noqa: PLR0917
    visit: Any, case: Case, open_it: Any, analyst: Viewer, query: dict[str, str], status: int
):
    """0 to 730 days; what cannot be is told beside the field, and nothing is shown."""
    page = visit(analyst, "timeline", open_it(case=case).pk, **query)
    assert page.status_code == status
    assert bool(page.context["rows"]) is (status == 200)


def test_another_language_shows_the_same_lines_in_its_words(visit: Any, case: Case, open_it: Any, analyst: Viewer):
    opening = open_it(case=case)
    japanese, english = (
        visit(replace(analyst, language=language), "timeline", opening.pk, **WEEK).context["rows"]
        for language in ("ja", "en")
    )
    assert len(japanese) == len(english) == 2
    assert {row["deed"] for row in japanese}.isdisjoint({row["deed"] for row in english})


def test_each_reading_is_no_act_and_each_opening_one(visit: Any, case: Case, open_it: Any, analyst: Viewer):
    opening = open_it(case=case)
    before = Entry.objects.count()
    visit(analyst, "timeline", opening.pk, **WEEK)
    assert Entry.objects.count() == before
