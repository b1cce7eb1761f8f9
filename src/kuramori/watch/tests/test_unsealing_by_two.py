"""A name is shown when two agree: one asks, another one of the office decides, and the whole trail stands (H3, H4)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError
from django.utils.translation import override

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.acts.settings import charter_add, charter_edit, charter_retire
from kuramori.watch.models import Alert, Unsealing, UnsealingRequest
from kuramori.watch.queries.alerts import holds_on, name_behind, unsealing_of
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.unsealing import WAITS_FOR, RequestState, is_second, needs_two, state_at
from kuramori.watch.tests.conftest import charter_words
from kuramori.watch.unsealing.acts import (
    alert_unseal,
    unsealing_ask,
    unsealing_grant,
    unsealing_refuse,
    unsealing_withdraw,
)
from kuramori.watch.unsealing.duties import unsealing_duties
from kuramori.watch.unsealing.queries import (
    may_decide,
    may_withdraw,
    requests_on,
    requests_visible_to,
    two_needed,
    waiting_for_second,
)

DAY = date(2026, 11, 19)
WHY = "本人への聞き取りのため"


@pytest.fixture
def here(company: Company) -> Company:
    """Botan, the information manager, asks; Akari, the privacy officer, decides."""
    company.give(company.botan, Role.INFORMATION_MANAGER)
    company.give(company.akari, Role.PRIVACY_OFFICER)
    return company


@pytest.fixture
def two(here: Company) -> Any:
    """The charter of the site: a name needs two people."""
    return charter_add(**charter_words(here, names_by_two=True), by=actor_of(here.daichi))


@pytest.fixture
def sealed(found: Callable[..., Found], two: Any) -> Alert:
    """An alert about Chihiro."""
    return alerts_keep(findings=[found()], as_of=DAY)[0]


@pytest.fixture
def asked(sealed: Alert, here: Company) -> UnsealingRequest:
    return ask(sealed, here)


def ask(alert: Alert, here: Company, reason: str = WHY, **words: Any) -> UnsealingRequest:
    plain = {"person": here.botan, "by": actor_of(here.botan)}
    return unsealing_ask(alert=alert, reason=reason, **(plain | words))


def by(person: Any) -> dict[str, Any]:
    return {"second": person, "by": actor_of(person)}


# the rules


@pytest.mark.parametrize(
    ("country", "by_two", "needed"),
    [("JP", True, True), ("JP", False, False), ("DE", False, True), ("de", False, True), ("US", False, False)],
)
def test_a_charter_may_let_one_suffice_but_not_where_a_works_agreement_is_law(country: str, by_two: bool, needed: bool):
    assert needs_two(country, by_two=by_two) is needed


@pytest.mark.parametrize("state", list(RequestState))
def test_only_what_waits_can_lapse_and_it_does_so_at_the_moment(state: RequestState):
    end = datetime(2026, 11, 23, tzinfo=UTC)
    assert state_at(state, end, end - timedelta(microseconds=1)) is state
    after = RequestState.LAPSED if state is RequestState.WAITING else state
    assert state_at(state, end, end) is after


def test_the_second_is_neither_who_asked_nor_whom_it_is_about_nor_nobody(here: Company):
    roles = {"asker": here.botan.pk, "concerned": here.chihiro.pk}
    assert is_second(here.akari.pk, **roles)
    assert not any(is_second(each, **roles) for each in (here.botan.pk, here.chihiro.pk, None))


# when two are needed


def test_where_two_are_needed_nobody_has_a_name_shown_alone(sealed: Alert, here: Company):
    assert two_needed(here.viewer(here.botan), sealed)
    with override("en"), pytest.raises(Refused, match="only when two agree") as told:
        alert_unseal(alert=sealed, person=here.botan, reason=WHY, by=actor_of(here.botan))
    with override("en"):
        assert "second person" in str(told.value.next_step)
    assert not Unsealing.objects.exists()


def test_the_charter_may_be_changed_so_that_one_is_enough_and_back(sealed: Alert, here: Company, two: Any):
    charter_edit(charter=two, names_by_two=False, by=actor_of(here.daichi), why="小さな拠点")
    assert not two_needed(here.viewer(here.botan), sealed)
    alert_unseal(alert=sealed, person=here.botan, reason=WHY, by=actor_of(here.botan))
    charter_edit(charter=two, names_by_two=True, by=actor_of(here.daichi))
    assert two_needed(here.viewer(here.botan), sealed)


def test_whoever_wrote_that_one_suffices_needs_a_second_himself(sealed: Alert, here: Company, two: Any):
    """H4: nobody lifts the rule, looks, and puts it back."""
    botan = actor_of(here.botan)
    charter_edit(charter=two, names_by_two=False, by=botan, why="急ぎ")
    assert two_needed(here.viewer(here.botan), sealed)
    assert not two_needed(here.viewer(here.akari), sealed)
    with override("en"), pytest.raises(Refused, match="only when two agree"):
        alert_unseal(alert=sealed, person=here.botan, reason=WHY, by=botan)
    charter_retire(charter=two, by=botan, why="作り直し")
    charter_add(**charter_words(here), by=botan)
    assert two_needed(here.viewer(here.botan), sealed), "nor by a charter of his own"
    alert_unseal(alert=sealed, person=here.akari, reason=WHY, by=actor_of(here.akari))


def test_without_a_valid_charter_or_a_known_site_two_are_needed(sealed: Alert, here: Company, two: Any):
    """What is not settled is read in favour of the person concerned."""
    charter_edit(charter=two, names_by_two=False, by=actor_of(here.daichi))
    nowhere = alerts_keep(findings=[_about(sealed, here, until=date(2019, 1, 2), since=date(2019, 1, 1))], as_of=DAY)[0]
    assert two_needed(here.viewer(here.botan), nowhere), "before he came"
    charter_retire(charter=two, by=actor_of(here.daichi), why="廃止")
    assert two_needed(here.viewer(here.botan), sealed)


def _about(alert: Alert, here: Company, **words: Any) -> Found:
    plain = {
        "key": "k9", "person_id": here.chihiro.pk, "unit_id": here.sales.pk, "as_of": DAY, "queue": "everybody",
        "severity": "low", "score": alert.score, "channels": (), "reasons": alert.reasons, "secrets": {},
    }  # fmt: skip
    return Found(**(plain | words))


# one asks


def test_a_request_shows_nothing_yet_and_stands_in_the_alerts_history(asked: UnsealingRequest, here: Company):
    assert (asked.standing(NOON), asked.waits_until) == (RequestState.WAITING, NOON + WAITS_FOR)
    assert unsealing_of(here.viewer(here.botan), asked.alert) is None
    assert str(asked) == asked.alert.number
    entry = read(entries_about(asked.alert_id)[:1])[0]
    assert (entry.verb, entry.why, entry.actor_id) == ("watch.unsealing.ask", WHY, here.botan.pk)
    assert not Entry.objects.filter(subjects__subject_id=here.chihiro.pk, verb__startswith="watch.").exists()


@pytest.mark.parametrize("reason", ["", " ", "\n\t"])
def test_nobody_asks_without_a_reason(sealed: Alert, here: Company, reason: str):
    with override("en"), pytest.raises(Refused, match="for a reason only"):
        ask(sealed, here, reason)
    assert not UnsealingRequest.objects.exists()


def test_the_person_concerned_cannot_ask(sealed: Alert, here: Company):
    with override("en"), pytest.raises(Refused, match="cannot ask"):
        ask(sealed, here, person=here.chihiro, by=actor_of(here.chihiro))


def test_asking_twice_is_refused_while_the_first_waits_and_another_may_ask_beside(
    asked: UnsealingRequest, here: Company
):
    before = Entry.objects.count()
    with override("en"), pytest.raises(Refused, match="already"):
        ask(asked.alert, here, "もう一度")
    assert (UnsealingRequest.objects.count(), Entry.objects.count()) == (1, before)
    ask(asked.alert, here, person=here.akari, by=actor_of(here.akari))
    assert UnsealingRequest.objects.count() == 2


def test_the_database_itself_keeps_one_waiting_request_for_each_asker(asked: UnsealingRequest, here: Company):
    twice = UnsealingRequest(alert=asked.alert, by=here.botan, reason="x", waits_until=NOON)
    with pytest.raises(IntegrityError), act("watch.unsealing.ask", by=actor_of(here.botan)):
        twice.save()


def test_what_nobody_decided_in_time_lapses_and_is_asked_anew(asked: UnsealingRequest, here: Company):
    with time_machine.travel(NOON + WAITS_FOR, tick=False):
        assert waiting_for_second(here.viewer(here.akari)) == []
        with override("en"), pytest.raises(Refused, match="in time"):
            unsealing_grant(asked=asked, reason="遅れた", **by(here.akari))
        again = ask(asked.alert, here, "まだ必要")
        asked.refresh_from_db()
        assert (asked.state, again.state) == ("lapsed", "waiting")
        assert waiting_for_second(here.viewer(here.akari)) == [again]


# another one decides


def test_granted_the_name_is_shown_for_a_day_to_who_asked_and_to_nobody_else(asked: UnsealingRequest, here: Company):
    with time_machine.travel(NOON + timedelta(hours=5), tick=False):
        shown = unsealing_grant(asked=asked, reason="聞き取りは必要", **by(here.akari))
        assert (shown.by, shown.second, shown.reason) == (here.botan, here.akari, WHY)
        assert shown.expires_at == NOON + timedelta(hours=29), "counted from the decision"
        botan, akari = here.viewer(here.botan), here.viewer(here.akari)
        assert unsealing_of(botan, asked.alert) == shown
        assert "千尋" in name_behind(botan, asked.alert)
        assert unsealing_of(akari, asked.alert) is None, "who decides is shown nothing"
    with time_machine.travel(NOON + timedelta(hours=29), tick=False):
        assert unsealing_of(here.viewer(here.botan), asked.alert) is None


def test_the_whole_trail_stands_in_the_history_with_both_reasons(asked: UnsealingRequest, here: Company):
    unsealing_grant(asked=asked, reason="聞き取りは必要", **by(here.akari))
    trail = [(each.verb, each.actor_id, each.why) for each in read(entries_about(asked.alert_id))]
    assert trail[:2] == [
        ("watch.unsealing.grant", here.akari.pk, "聞き取りは必要"),
        ("watch.unsealing.ask", here.botan.pk, WHY),
    ]
    asked.refresh_from_db()
    assert (asked.state, asked.second, asked.answer) == ("granted", here.akari, "聞き取りは必要")
    assert asked.unsealing == Unsealing.objects.get()


def test_refused_the_name_stays_sealed_and_the_reason_is_told(asked: UnsealingRequest, here: Company):
    unsealing_refuse(asked=asked, reason="上長への確認が先", **by(here.akari))
    asked.refresh_from_db()
    assert (asked.state, asked.answer, asked.unsealing) == ("refused", "上長への確認が先", None)
    assert not Unsealing.objects.exists()
    assert read(entries_about(asked.alert_id)[:1])[0].verb == "watch.unsealing.refuse"
    assert ask(asked.alert, here, "確認した").state == "waiting", "with what was missing he may ask again"


@pytest.mark.parametrize("answer", [unsealing_grant, unsealing_refuse])
def test_who_asked_and_the_person_concerned_are_turned_away_in_the_same_words(
    asked: UnsealingRequest, here: Company, answer: Any
):
    """Other words for one of them would say that the alert is about him (H3)."""
    told = set()
    for person in (here.botan, here.chihiro):
        with override("en"), pytest.raises(Refused) as refused:
            answer(asked=asked, reason="よい", **by(person))
        told.add((str(refused.value.message), str(refused.value.next_step)))
    assert len(told) == 1
    asked.refresh_from_db()
    assert asked.state == "waiting"


@pytest.mark.parametrize("answer", [unsealing_grant, unsealing_refuse])
def test_no_decision_without_a_reason(asked: UnsealingRequest, here: Company, answer: Any):
    with override("en"), pytest.raises(Refused, match="needs a reason"):
        answer(asked=asked, reason=" ", **by(here.akari))


def test_of_two_who_decide_at_once_the_second_is_told_and_changes_nothing(asked: UnsealingRequest, here: Company):
    here.give(here.daichi, Role.INFORMATION_MANAGER)
    first, second = (UnsealingRequest.objects.get(pk=asked.pk) for _n in range(2))
    unsealing_grant(asked=first, reason="必要", **by(here.akari))
    for answer in (unsealing_grant, unsealing_refuse):
        with override("en"), pytest.raises(Refused, match="decided already"):
            answer(asked=second, reason="私も", **by(here.daichi))
    asked.refresh_from_db()
    assert (asked.second, Unsealing.objects.count()) == (here.akari, 1)


# withdrawing


def test_who_asked_withdraws_and_nobody_decides_any_more(asked: UnsealingRequest, here: Company):
    withdrawn = unsealing_withdraw(asked=asked, person=here.botan, reason="不要になった", by=actor_of(here.botan))
    assert (withdrawn.state, withdrawn.answer, withdrawn.second) == ("withdrawn", "不要になった", None)
    for answer in (unsealing_grant, unsealing_refuse):
        with override("en"), pytest.raises(Refused, match="decided already"):
            answer(asked=asked, reason="必要", **by(here.akari))
    with override("en"), pytest.raises(Refused, match="decided already"):
        unsealing_withdraw(asked=asked, person=here.botan, reason="二度目", by=actor_of(here.botan))
    assert ask(asked.alert, here, "やはり必要").state == "waiting"


def test_nobody_else_withdraws_it_and_nobody_without_a_reason(asked: UnsealingRequest, here: Company):
    with override("en"), pytest.raises(Refused, match="Only who asked"):
        unsealing_withdraw(asked=asked, person=here.akari, reason="不要", by=actor_of(here.akari))
    with override("en"), pytest.raises(Refused, match="needs a reason"):
        unsealing_withdraw(asked=asked, person=here.botan, reason="", by=actor_of(here.botan))


# who sees and may what


def test_the_office_sees_requests_and_is_asked_by_its_inbox(asked: UnsealingRequest, here: Company):
    botan, akari = here.viewer(here.botan), here.viewer(here.akari)
    assert list(requests_visible_to(botan)) == list(requests_visible_to(akari)) == [asked]
    assert (may_decide(botan, asked), may_decide(akari, asked)) == (False, True)
    assert (may_withdraw(botan, asked), may_withdraw(akari, asked)) == (True, False)
    assert waiting_for_second(botan) == unsealing_duties(botan, NOON.date()) == []
    with override("en"):
        (duty,) = unsealing_duties(akari, NOON.date())
        assert (duty.title, duty.due, duty.urgent) == (
            f"Name behind {asked.alert.number}: grant or refuse", date(2026, 11, 23), False,
        )  # fmt: skip
    with override("ja"):
        (duty,) = unsealing_duties(akari, date(2026, 11, 23))
    assert (duty.title, duty.urgent) == (f"{asked.alert.number}の氏名の開示：承認または却下", True)


def test_decided_it_is_nobodys_duty_and_nobody_may_withdraw_it(asked: UnsealingRequest, here: Company):
    unsealing_refuse(asked=asked, reason="早い", **by(here.akari))
    asked.refresh_from_db()
    assert unsealing_duties(here.viewer(here.akari), NOON.date()) == []
    assert not may_withdraw(here.viewer(here.botan), asked)
    assert not may_decide(here.viewer(here.akari), asked)


def test_the_person_concerned_finds_no_request_whatever_office_he_holds(asked: UnsealingRequest, here: Company):
    here.give(here.chihiro, Role.PRIVACY_OFFICER)
    here.give(here.chihiro, Role.INFORMATION_MANAGER)
    chihiro = here.viewer(here.chihiro)
    assert not requests_visible_to(chihiro)
    assert waiting_for_second(chihiro) == unsealing_duties(chihiro, NOON.date()) == requests_on(chihiro, [asked.alert])


@pytest.mark.parametrize("role", [Role.SECURITY_ANALYST, Role.AUDITOR, Role.HR, Role.SYSTEM_ADMINISTRATOR])
def test_no_other_office_sees_or_decides(asked: UnsealingRequest, here: Company, role: Role):
    person = here.person("R-1", "役 目", "ヤクメ", "Yaku Me", here.top)
    here.give(person, role)
    viewer = here.viewer(person)
    assert not requests_visible_to(viewer)
    assert not may_decide(viewer, asked)


def test_an_office_held_in_one_unit_opens_no_name_of_another(asked: UnsealingRequest, here: Company):
    """Who watches the whole company as analyst and keeps one unit's privacy is no second person elsewhere (H4)."""
    here.give(here.daichi, Role.PRIVACY_OFFICER, unit=here.research)
    viewer = here.viewer(here.daichi)
    assert not holds_on(viewer, Permission.ALERT_UNSEAL, asked.alert)
    assert not may_decide(viewer, asked)
    assert waiting_for_second(viewer) == []
    here.give(here.daichi, Role.PRIVACY_OFFICER, unit=here.sales)
    viewer = here.viewer(here.daichi)
    assert holds_on(viewer, Permission.ALERT_UNSEAL, asked.alert)
    assert waiting_for_second(viewer) == [asked]


def test_the_alert_tells_ones_own_latest_request_and_those_of_others_that_wait(asked: UnsealingRequest, here: Company):
    botan, akari = here.viewer(here.botan), here.viewer(here.akari)
    assert requests_on(botan, [asked.alert]) == requests_on(akari, [asked.alert]) == [asked]
    unsealing_refuse(asked=asked, reason="早い", **by(here.akari))
    assert requests_on(botan, [asked.alert]) == [asked], "he is told how it ended"
    assert requests_on(akari, [asked.alert]) == []
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        again = ask(asked.alert, here, "確認した")
    assert requests_on(botan, [asked.alert]) == requests_on(akari, [asked.alert]) == [again]


def test_how_it_ended_is_told_for_three_days_and_then_by_the_register_alone(asked: UnsealingRequest, here: Company):
    botan = here.viewer(here.botan)
    unsealing_grant(asked=asked, reason="必要", **by(here.akari))
    for later, is_told in ((timedelta(hours=71), True), (WAITS_FOR, False)):
        with time_machine.travel(NOON + later, tick=False):
            assert (requests_on(botan, [asked.alert]) == [asked]) is is_told
            assert list(requests_visible_to(botan)) == [asked]


def test_of_several_alerts_one_is_told_of_ones_own_and_all_that_wait_of_others(asked: UnsealingRequest, here: Company):
    other = alerts_keep(findings=[_about(asked.alert, here, since=date(2026, 9, 1), until=date(2026, 9, 2))], as_of=DAY)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        second = ask(other[0], here)
        both = [asked.alert, other[0]]
        assert requests_on(here.viewer(here.botan), both) == [second]
        assert set(requests_on(here.viewer(here.akari), both)) == {asked, second}
        assert requests_on(here.viewer(here.akari), []) == []
