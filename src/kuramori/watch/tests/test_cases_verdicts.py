"""What was found out moves later scores: by rule, bounded, for a time; never by whom it concerns."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from kuramori.directory.api import actor_of, viewer_of_system
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.registers.tests.suite import holding
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.cases.verdict_acts import verdict_add, verdict_retire
from kuramori.watch.cases.verdicts import feedback_on, verdict_mark, verdicts, verdicts_visible_to, whom
from kuramori.watch.models import Alert, EffectChoice, Verdict
from kuramori.watch.pseudonyms import alert_pseudonym
from kuramori.watch.reasons import reasons_text
from kuramori.watch.rules.verdicts import CHOICES, FACTOR, LEAST, LONGEST, MOST, SPEAKING, Effect, bounded, holds_on
from kuramori.watch.tests.conftest import bulk_read
from kuramori.watch.tests.test_registers import DAY as LAST_DAY
from kuramori.watch.tests.test_registers import Suite
from kuramori.watch.tests.test_registers import noon as running_clock
from kuramori.watch.wording import REASON_WORDS
from kuramori_lake.detect import DEFAULT, Code, Reason

noon = running_clock
NAMES = ("千尋", "遠山", "chihiro", "Chihiro")


def off_hours() -> Reason:
    numbers = {"events_outside_band": 30, "events": 60, "on_rest_days": 0, "night": 30} | {"band_from": None}
    return Reason(code=Code.OFF_HOURS, strength=0.2, numbers=numbers, query="SELECT 1", parameters={})


def lowering() -> Reason:
    return Reason(code=Code.NEWCOMER, strength=-0.1, numbers={"own_days": 12}, query="", parameters={})


@pytest.fixture
def alert(found: Callable[..., Found]) -> Alert:
    """Gives two reasons that speak and one that lowers."""
    reasons = reasons_text([bulk_read(), off_hours(), lowering()])
    return alerts_keep(findings=[found(reasons=reasons)], as_of=TODAY)[0]


@pytest.fixture
def decide(alert: Alert, company: Company) -> Callable[..., list[Verdict]]:
    """Daichi decides that bulk reading was ordinary; words change it."""

    def go(**words: Any) -> list[Verdict]:
        plain = {
            "alert": alert, "codes": ["bulk_read"], "effect": Effect.LOWERS, "for_unit": False, "today": TODAY,
            "days": 90, "reason": "年次棚卸しと部長が確認", "by": actor_of(company.daichi),
        }  # fmt: skip
        return verdict_add(**(plain | words))

    return go


# the rules


@given(factors=st.lists(st.sampled_from(list(FACTOR.values())), max_size=20))
def test_however_many_decisions_meet_they_move_a_reason_within_bounds(factors: list[float]):
    """H6: who is explained away twenty times is still seen."""
    assert LEAST <= bounded(factors) <= MOST


def test_one_decision_moves_by_its_own_factor_and_none_by_nothing():
    assert [bounded([]), *(bounded([FACTOR[each]]) for each in Effect)] == [1.0, 0.5, 1.25]


def test_the_rule_here_and_in_the_lake_is_the_same():
    assert (DEFAULT.feedback_least, DEFAULT.feedback_most) == (LEAST, MOST)


def test_it_holds_from_its_first_day_to_its_last_both_included():
    days = [TODAY + timedelta(days=n) for n in range(-1, 3)]
    assert [holds_on(day, TODAY, TODAY + timedelta(days=1)) for day in days] == [False, True, True, False]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_kind_that_can_be_decided_on_has_its_word(language: str):
    with override(language):
        words = [str(REASON_WORDS[code]) for code in SPEAKING]
    assert len(set(words)) == len(SPEAKING)
    assert str(Code.LEAVER) not in SPEAKING, "leaving is a fact"


# deciding


def test_a_decision_is_numbered_dated_and_an_act_on_the_alert(decide: Any, alert: Alert, company: Company):
    first, second = decide(codes=["bulk_read", "off_hours", "bulk_read"])
    assert [(each.number[:7], each.code) for each in (first, second)] == [
        ("D-2026-", "bulk_read"), ("D-2026-", "off_hours"),
    ]  # fmt: skip
    assert first.number != second.number
    assert (first.valid_from, first.valid_to) == (TODAY, TODAY + timedelta(days=89)), "ninety days, both ends counted"
    assert (first.person_id, first.unit_id, str(first)) == (company.chihiro.pk, None, first.number)
    entry = read(entries_about(alert.pk)[:1])[0]
    assert (entry.verb, entry.why, entry.notes["effect"]) == (
        "watch.verdict.add", "年次棚卸しと部長が確認", "lowers",
    )  # fmt: skip
    assert not entries_about(company.chihiro.pk).filter(verb__startswith="watch.").exists()


def test_for_the_unit_it_names_nobody(decide: Any, company: Company):
    (verdict,) = decide(for_unit=True, effect=Effect.RAISES)
    assert (verdict.person_id, verdict.unit_id, verdict.effect) == (None, company.sales.pk, "raises")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"codes": []}, "does not give this reason"),
        ({"codes": ["copy_out"]}, "does not give this reason"),
        ({"codes": ["newcomer"]}, "does not give this reason"),
        ({"codes": ["bulk_read", "made_up"]}, "does not give this reason"),
        ({"days": 0}, "180 days at most"),
        ({"days": -5}, "180 days at most"),
        ({"days": LONGEST.days + 1}, "180 days at most"),
    ],
)
def test_what_is_no_decision_is_refused(decide: Any, words: dict[str, Any], told: str):
    with override("en"), pytest.raises(Refused, match=told):
        decide(**words)
    assert not Verdict.objects.exists()


def test_the_longest_one_holds_for_180_days(decide: Any):
    (verdict,) = decide(days=LONGEST.days)
    assert (verdict.valid_to - verdict.valid_from).days == 179
    assert max(CHOICES) == LONGEST.days


def test_nobody_decides_on_his_own_alert_nor_withdraws_there(decide: Any, company: Company):
    own = actor_of(company.chihiro)
    with override("en"), pytest.raises(Refused, match="own alert"):
        decide(by=own)
    (verdict,) = decide()
    with override("en"), pytest.raises(Refused, match="own alert"):
        verdict_retire(verdict=verdict, by=own, why="取消し")
    assert Verdict.objects.standing().count() == 1


def test_for_a_unit_that_the_alert_does_not_know_it_is_refused(decide: Any, found: Any):
    nowhere = alerts_keep(findings=[found(key="k2", unit_id=None, since=date(2026, 9, 1), until=date(2026, 9, 2))],
                          as_of=TODAY)[0]  # fmt: skip
    with override("en"), pytest.raises(Refused, match="unit of this alert is not known"):
        decide(alert=nowhere, for_unit=True)


def test_the_database_itself_keeps_one_of_person_and_unit(decide: Any, alert: Alert, company: Company):
    words = {"number": "D-1", "alert": alert, "code": "bulk_read", "effect": EffectChoice.LOWERS, "reason": "x",
             "valid_from": TODAY, "valid_to": TODAY}  # fmt: skip
    for whom_ in ({}, {"person": company.chihiro, "unit": company.sales}):
        with pytest.raises(IntegrityError), act("watch.verdict.add", by=actor_of(company.daichi)):
            Verdict(**words, **whom_).save()


# what the lake is told


def test_the_lake_is_told_what_counts_on_the_day_in_order(decide: Any, company: Company):
    (short,) = decide(days=30)
    (long,) = decide(codes=["off_hours"], effect=Effect.RAISES, for_unit=True, days=180)
    told = feedback_on(viewer_of_system(), TODAY)
    assert [(each.code, each.factor, each.mark) for each in told] == [
        ("bulk_read", 0.5, short.number), ("off_hours", 1.25, long.number),
    ]  # fmt: skip
    assert [(each.person_id, each.unit) for each in told] == [
        (str(company.chihiro.pk), None), (None, str(company.sales.pk)),
    ]  # fmt: skip
    later = feedback_on(viewer_of_system(), TODAY + timedelta(days=30))
    assert [each.mark for each in later] == [long.number], "the first one has run out"
    assert feedback_on(viewer_of_system(), TODAY - timedelta(days=1)) == ()
    assert feedback_on(viewer_of_system(), TODAY + timedelta(days=180)) == ()


def test_withdrawn_it_counts_no_more_and_the_register_says_so(decide: Any, company: Company):
    (verdict,) = decide()
    verdict_retire(verdict=verdict, by=actor_of(company.daichi), why="誤りだった")
    assert feedback_on(viewer_of_system(), TODAY) == ()
    with override("en"):
        assert str(verdict_mark(Verdict.objects.get(), company.viewer(company.daichi)).word) == "withdrawn"
    assert read(entries_about(verdict.pk)[:1])[0].why == "誤りだった"


def test_nobody_without_the_permission_is_told_what_counts(decide: Any, company: Company):
    decide()
    assert feedback_on(company.viewer(company.akari), TODAY) == ()
    assert not verdicts_visible_to(company.viewer(company.akari))


# who sees it, and as what


def test_a_decision_is_seen_with_its_alert_and_never_by_whom_it_is_about(decide: Any, company: Company):
    (verdict,) = decide()
    assert list(verdicts_visible_to(company.viewer(company.daichi))) == [verdict]
    company.give(company.chihiro, Role.SECURITY_ANALYST)
    assert not verdicts_visible_to(company.viewer(company.chihiro))
    company.give(company.botan, Role.SECURITY_ANALYST, unit=company.research)
    assert not verdicts_visible_to(company.viewer(company.botan)), "of another unit"


def test_it_names_the_unit_or_the_alerts_pseudonym(decide: Any, alert: Alert, company: Company):
    (for_person,), (for_unit,) = decide(), decide(for_unit=True)
    viewer = company.viewer(company.daichi)
    assert whom(for_person, viewer) == alert_pseudonym(alert.pk, company.chihiro.pk)
    assert whom(for_unit, viewer) == company.sales.name


def test_its_mark_follows_its_days(decide: Any, company: Company):
    (lowers,), (raises,) = decide(days=30), decide(effect=Effect.RAISES, days=30)
    viewer = company.viewer(company.daichi)
    with override("en"):
        marks = [verdict_mark(each, viewer) for each in (lowers, raises)]
        assert [(str(mark.word), mark.tone) for mark in marks] == [("in force", "ok"), ("in force", "warn")]
        with time_machine.travel(NOON + timedelta(days=30), tick=False):
            assert str(verdict_mark(lowers, viewer).word) == "ended"


# the page


@pytest.fixture
def analyst(company: Company) -> Viewer:
    return company.viewer(company.daichi)


DATA = {"codes": ["bulk_read"], "effect": "lowers", "scope": "person", "days": "30", "reason": "部長が確認"}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_offers_the_reasons_that_the_alert_gives(visit: Any, alert: Alert, analyst: Viewer, language: str):
    form = visit(replace(analyst, language=language), "verdict-add", alert.pk).context["form"]
    assert [code for code, _words in form.fields["codes"].choices] == ["bulk_read", "off_hours"]
    assert [scope for scope, _words in form.fields["scope"].choices] == ["person", "unit"]
    assert [days for days, _words in form.fields["days"].choices] == list(CHOICES)


def test_the_page_decides_and_leads_back_to_the_alert(visit: Any, alert: Alert, analyst: Viewer):
    assert visit(analyst, "verdict-add", alert.pk, data=DATA | {"scope": "unit"}).status_code == 302
    verdict = Verdict.objects.get()
    assert (verdict.unit_id, verdict.person_id, verdict.reason) == (alert.unit_id, None, "部長が確認")
    page = visit(analyst, "verdict-detail", verdict.pk).content.decode()
    assert not any(name in page for name in NAMES)


@pytest.mark.parametrize(
    "wrong",
    [{"codes": []}, {"codes": ["newcomer"]}, {"effect": "both"}, {"scope": "company"}, {"days": "181"}, {"days": "x"},
     {"reason": ""}, {"reason": "長" * 1001}],
)  # fmt: skip
def test_a_wrong_entry_is_answered_and_nothing_is_decided(
    visit: Any, alert: Alert, analyst: Viewer, wrong: dict[str, Any]
):
    assert visit(analyst, "verdict-add", alert.pk, data=DATA | wrong).status_code == 422
    assert not Verdict.objects.exists()


def test_an_alert_of_no_unit_offers_the_person_alone(visit: Any, found: Any, alert: Alert, analyst: Viewer):
    days = {"since": date(2026, 9, 1), "until": date(2026, 9, 2)}
    nowhere = alerts_keep(findings=[found(key="k2", unit_id=None, **days)], as_of=TODAY)[0]
    form = visit(analyst, "verdict-add", nowhere.pk).context["form"]
    assert [scope for scope, _words in form.fields["scope"].choices] == ["person"]
    assert visit(analyst, "verdict-add", nowhere.pk, data=DATA | {"scope": "unit"}).status_code == 422


def test_whom_the_alert_is_about_finds_no_page(visit: Any, alert: Alert, company: Company):
    company.give(company.chihiro, Role.SECURITY_ANALYST)
    own = company.viewer(company.chihiro)
    assert visit(own, "verdict-add", alert.pk).status_code == 404
    assert visit(own, "verdict-add", alert.pk, data=DATA).status_code == 404
    assert not Verdict.objects.exists()


def test_who_only_looks_decides_nothing(visit: Any, alert: Alert, company: Company):
    company.give(company.botan, Role.PRIVACY_OFFICER)
    viewer = company.viewer(company.botan)
    assert visit(viewer, "verdict-add", alert.pk).status_code == 403
    assert "decide/" not in visit(viewer, "alert-detail", alert.pk).content.decode()


class TestVerdicts(Suite):
    """The register of decisions: Daichi keeps them; Chihiro, whom all of them are about, finds none."""

    register = verdicts
    filtered = {"effect": ("raises", 1)}

    @pytest.fixture(autouse=True)
    def _alert(self, alert: Alert) -> None:
        self.alert = alert

    def blind(self, viewer: Viewer) -> Viewer:  # noqa: ARG002
        """Return the person concerned with every office."""
        for role in (Role.SECURITY_ANALYST, Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER):
            self.company.give(self.company.chihiro, role)
        return self.company.viewer(self.company.chihiro)

    def make(self, count: int) -> list[Any]:
        """Return decisions, of which the first one raises; each day one."""
        made = [
            verdict_add(
                alert=self.alert, codes=["bulk_read"], effect=Effect.LOWERS if n else Effect.RAISES, for_unit=False,
                today=LAST_DAY - timedelta(days=n), days=90, reason=f"理由{n}", by=actor_of(self.company.akari),
            )[0]
            for n in range(count)
        ]  # fmt: skip
        self.searched = (made[0].number, 1)
        return made

    def test_a_list_and_an_export_name_nobody(self) -> None:
        self.make(2)
        page = self.get("list").content.decode()
        raw = b"".join(self.post("export", data={"format": "csv"}).streaming_content).decode("utf-8-sig")
        for text in (page, raw):
            assert not any(name in text for name in NAMES)

    def test_withdrawing_says_what_follows(self) -> None:
        record = self.make(1)[0]
        viewer = holding(self.insider, self.register, "view", "retire")
        with override("en"):
            told = [str(each) for each in self.register.retire_effects([record], viewer)]
        assert told == [
            "From the next evaluation on it moves no score.",
            "Alerts that it moved keep the line that says so.",
        ]
