"""How detection is judged: what counts as found, what counts as a false alert, and what the figures leave out."""

import argparse
import json
import sys
from datetime import date
from itertools import pairwise

import pytest

from benchmarks import quality
from benchmarks._quality_bars import Verdict, report, verdicts
from kuramori_lake.detect import Code, Reason

CULPRIT, OTHER, INNOCENT, LEAVER = "E0001", "E0002", "E0100", "E0200"
FIRST, SECOND, BETWEEN, DEPARTURE = "2026-10-05", "2026-10-06", "2026-10-09", "2026-10-12"


def case(**more):
    """A hundred documents on two days, half on each, onto a medium; the person leaves six days later."""
    plain = {
        "case": "CASE-11", "strength": "reported", "detectable": True, "person": CULPRIT, "amount": 100,
        "channel": "removable", "channels": ["removable"], "first": FIRST, "last": SECOND, "departure": DEPARTURE,
        "days": [{"day": FIRST, "amount": 50}, {"day": SECOND, "amount": 50}],
    }  # fmt: skip
    return plain | more


CONTROL = {"case": "CASE-02", "detectable": False, "person": OTHER, "first": None, "days": [], "amount": 0}


def seen(as_of, person=CULPRIT, score=60.0, channels=("removable",), **more):
    return {"as_of": as_of, "person": person, "score": score, "channels": list(channels), "reasons": []} | more


def alert(as_of, person, severity="high", key="k", **more):
    return seen(as_of, person, severity=severity, key=key, **more)


def company(*, cases=None, reviews=(), findings=(), leavers=(), people=200, weeks=5, seed=6):
    """A company of 200: one review a week, the first place of a day."""
    cases = [case()] if cases is None else cases
    return {
        "seed": seed, "people": people, "weeks": weeks, "lines": 1, "cases": cases, "reviews": list(reviews),
        "findings": list(findings), "innocent_leavers": [{"person": one} for one in leavers],
        "culprits": ["E0000", *(one["person"] for one in cases)],
    }  # fmt: skip


def judged(**what) -> Verdict:
    return verdicts(company(**what))[0]


WELL = {
    "reviews": [seen(FIRST), seen(FIRST, "E0003", channels=["db"])],
    "cases": [case(days=[{"day": FIRST, "amount": 10}, {"day": SECOND, "amount": 90}]),
              case(person="E0003", strength="tenth", channel="db", channels=["db"]), CONTROL],
}  # fmt: skip


def printed(capsys, *results):
    """Whether all bars are met, and the lines told."""
    met = report(list(results))
    return met, capsys.readouterr().out


# found, and reviewed


def test_the_first_of_an_evening_is_found_and_the_first_of_a_week_is_reviewed():
    verdict = judged(reviews=[seen(FIRST)])
    assert [one["as_of"] for one in verdict.found] == [FIRST]
    assert verdict.reviewed == verdict.found


def test_nothing_put_forward_is_nothing_found():
    verdict = judged()
    assert (verdict.shown, verdict.found, verdict.reviewed, verdict.alerts) == ((), (), (), ())
    assert verdict.reason == "never among the first five of a day; 0 Sunday alerts"


@pytest.mark.parametrize(("score", "found"), [(59.9, True), (60.0, False), (60.1, False)])
def test_an_innocent_person_with_as_high_a_score_takes_the_place(score, found):
    assert bool(judged(reviews=[seen(FIRST), seen(FIRST, INNOCENT, score)]).found) is found


@pytest.mark.parametrize("who", [OTHER, "E0000"], ids=["another case", "the story"])
def test_other_culprits_take_no_place(who):
    cases = [case(), case(person=OTHER, case="CASE-08")]
    verdict = judged(cases=cases, reviews=[seen(FIRST), seen(FIRST, who, 99.0)])
    assert verdict.found
    assert verdict.reviewed


@pytest.mark.parametrize(
    ("evening", "reviewed"),
    [("2026-09-29", True), ("2026-09-30", False), ("2026-10-04", False), ("2026-10-06", True)],
    ids=["eight days before", "seven days before", "the day before", "the day after"],
)
def test_a_week_is_seven_evenings_up_to_the_review(evening, reviewed):
    verdict = judged(reviews=[seen("2026-10-06", score=60.0), seen(evening, INNOCENT, 70.0)]
                     if evening != "2026-10-06" else [seen(FIRST), seen(evening, INNOCENT, 70.0)])  # fmt: skip
    assert bool(verdict.reviewed) is reviewed
    assert verdict.found


def test_the_same_innocent_person_takes_one_place_of_a_week_however_often_he_comes():
    nights = [seen(f"2026-10-0{n}", INNOCENT, 70.0) for n in (1, 2, 3)]
    verdict = judged(people=400, reviews=[seen(FIRST), *nights])
    assert verdict.reviewed
    nights.append(seen("2026-10-04", "E0101", 70.0))
    assert not judged(people=400, reviews=[seen(FIRST), *nights]).reviewed


@pytest.mark.parametrize(("people", "found"), [(200, False), (399, True), (1000, True)])
def test_a_larger_company_has_more_places(people, found):
    reviews = [seen(FIRST), seen(FIRST, INNOCENT, 70.0)]
    assert bool(judged(people=people, reviews=reviews).found) is found


@pytest.mark.parametrize("evening", ["2026-10-04", "2026-10-13"], ids=["before the first deed", "after the last day"])
def test_what_comes_before_the_deed_or_after_the_departure_is_not_found(evening):
    assert not judged(reviews=[seen(evening)]).shown
    assert judged(reviews=[seen(DEPARTURE)]).found


def test_a_review_that_names_no_channel_is_no_use():
    assert not judged(reviews=[seen(FIRST, channels=())]).shown


def test_a_miss_says_how_near_it_was():
    verdict = judged(reviews=[seen(FIRST, score=41.5), seen(FIRST, INNOCENT, 50.0), seen("2026-10-04", "E0101", 70.0)])
    assert verdict.reason == f"score 41.5 on {FIRST}, 1 innocent before it that day, 2 that week; 0 Sunday alerts"


# how much was out


@pytest.mark.parametrize(("evening", "out"), [(FIRST, 0.5), (SECOND, 1.0), (BETWEEN, 1.0)])
def test_everything_up_to_the_evening_of_the_first_review_is_out(evening, out):
    verdict = judged(reviews=[seen(evening), seen(DEPARTURE)])
    assert verdict.out_at_first == out
    assert verdict.out_at_best == 0.5


def test_what_was_never_reviewed_has_no_such_share():
    assert judged().out_at_first is None
    assert judged(cases=[CONTROL]).out_at_first is None
    assert judged(cases=[CONTROL]).out_at_best is None


# hard rules, which speak within the minute


def words(day, out, **more):
    return {"case": "CASE-11", "person": CULPRIT, "rule": "read_after_notice", "day": day, "out": out} | more


@pytest.mark.parametrize(
    ("reviews", "spoke", "out"),
    [
        ([], [], None),
        ([seen(FIRST)], [], 0.5),
        ([], [words(FIRST, 0.1)], 0.1),
        ([seen(FIRST)], [words(FIRST, 0.1)], 0.1),
        ([seen(FIRST)], [words(SECOND, 0.6)], 0.5),
        ([seen(SECOND)], [words(SECOND, 0.6)], 0.6),
        ([seen(BETWEEN)], [words(SECOND, 0.6)], 0.6),
        ([seen(FIRST)], [words(FIRST, 0.1, case="CASE-08")], 0.5),
    ],
    ids=["neither", "review only", "rule only", "rule by day, review in the evening", "review the evening before",
         "both on the second day", "review days later", "a rule about another case"],
)  # fmt: skip
def test_the_first_alert_is_whichever_came_first(reviews, spoke, out):
    assert verdicts(company(reviews=reviews) | {"first_words": spoke})[0].out_at_alert == out


def cried(person, rule="usb_unregistered", day=FIRST):
    return {"person": person, "rule": rule, "day": day, "at": f"{day}T01:00:00"}


@pytest.mark.parametrize(
    ("spoken", "a_week"),
    [
        ([], "0.00"),
        ([cried(INNOCENT)], "0.20"),
        ([cried(INNOCENT), cried(INNOCENT)], "0.20"),
        ([cried(INNOCENT), cried(INNOCENT, day=SECOND), cried(INNOCENT, "phone_first_seen")], "0.60"),
        ([cried(CULPRIT), cried("E0000")], "0.00"),
        ([cried(INNOCENT, "door_denied")], "0.00"),
    ],
    ids=["none", "one", "the same twice", "days and rules count each", "about culprits", "a note is no high alert"],
)
def test_hard_rules_that_cry_about_the_innocent_are_high_alerts(capsys, spoken, a_week):
    told = company(**WELL) | {"spoken": spoken, "weeks_of_logs": 25}
    assert report([told])
    assert f"high alerts about innocent people, a week per 1,000: {a_week}" in capsys.readouterr().out


def test_a_leaver_about_whom_a_hard_rule_cries_is_alerted_like_any_other(capsys):
    """Such as who hands over his files, as agreed, and is taken at the word of the rule."""
    told = company(**WELL, leavers=[LEAVER, "E0201"]) | {"spoken": [cried(LEAVER), cried(LEAVER, day=SECOND)]}
    assert not report([told])
    assert "innocent leavers alerted: 50.0%" in capsys.readouterr().out


def test_what_the_nightly_look_reaches_alone_is_told_beside(capsys):
    _, told = printed(capsys, company(**WELL) | {"first_words": [words(FIRST, 0.01)]})
    assert "documents out at the first alert, median: 1.0%" in told
    assert "a hard rule spoke about 1 of 1 as reported" in told
    assert "by the first review alone 10.0% out; a look each evening can do no better than 10.0%" in told


# the named channel


def test_the_strongest_sunday_alert_names_the_channel_and_without_one_the_strongest_review():
    reviews = [seen(FIRST, score=50.0, channels=["mail"]), seen(SECOND, score=70.0, channels=["print"])]
    assert judged(reviews=reviews).named == "print"
    findings = [alert(BETWEEN, CULPRIT, "low", score=40.0, channels=["removable"]),
                alert(DEPARTURE, CULPRIT, "low", score=30.0, channels=["db"])]  # fmt: skip
    verdict = judged(reviews=reviews, findings=findings)
    assert (verdict.named, verdict.is_named) == ("removable", True)


@pytest.mark.parametrize(
    ("channels", "named"),
    [(["files", "removable"], "removable"), (["logon", "files"], "logon"), (["files"], "files"),
     (["removable", "db"], "removable"), (["web", "removable"], "web")],
)  # fmt: skip
def test_taking_out_comes_before_reading(channels, named):
    assert judged(reviews=[seen(FIRST, channels=channels)]).named == named


def test_each_channel_that_the_case_shows_in_is_right_and_no_other():
    both = case(case="CASE-04", channel="db", channels=["db", "removable"])
    for named, right in (("db", True), ("removable", True), ("web", False), ("files", False)):
        assert judged(cases=[both], reviews=[seen(FIRST, channels=[named])]).is_named is right
    assert judged().named == ""
    assert not judged().is_named


# the report


def test_all_bars_met_is_success(capsys):
    met, told = printed(capsys, company(**WELL))
    assert met
    assert "MISSED" not in told
    assert told.count("met   ") == 8
    assert "1 companies, 2 cases that logs can show, 1 of them at a tenth" in told
    assert "control that logs cannot show (CASE-02): 0 of 1 alerted" in told
    assert "the main channel named: 2 of 2" in told


@pytest.mark.parametrize(
    ("changed", "bar"),
    [
        ({"reviews": WELL["reviews"][1:]}, "cases as reported, found before departure: 0.0%"),
        (
            {"reviews": [*WELL["reviews"], seen("2026-10-04", INNOCENT, 70.0)]},
            "within 5 reviews a week per 1,000: 0.0%",
        ),
        ({"reviews": WELL["reviews"][:1]}, "cases at a tenth, found before departure: 0.0%"),
        ({"reviews": [seen(SECOND), *WELL["reviews"][1:]]}, "documents out at the first alert, median: 100.0%"),
        ({"reviews": [seen(FIRST, channels=["web"]), *WELL["reviews"][1:]]}, "channel named rightly: 50.0%"),
        ({"findings": [alert(BETWEEN, INNOCENT, key=str(n)) for n in range(4)]}, "a week per 1,000: 4.00"),
        ({"findings": [alert(BETWEEN, LEAVER, "medium")], "leavers": [LEAVER]}, "innocent leavers alerted: 100.0%"),
        ({"findings": [alert(BETWEEN, CULPRIT, counted=4, differing=1)]}, "reasons that recompute: 75.0%"),
    ],
)
def test_each_bar_can_be_missed_and_one_missed_is_enough(capsys, changed, bar):
    """What was never reviewed was all out by then, so that the first two do not come alone."""
    met, told = printed(capsys, company(**WELL | changed))
    assert not met
    missed = [line for line in told.splitlines() if line.startswith("MISSED")]
    assert any(bar in line for line in missed)
    reviewed = changed.get("reviews", WELL["reviews"])
    assert len(missed) == 1 or len(reviewed) != 2 or reviewed[0]["person"] != CULPRIT


def test_an_alert_that_comes_again_on_later_sundays_is_one_and_alerts_about_culprits_are_none(capsys):
    again = [alert(day, INNOCENT) for day in (FIRST, BETWEEN, DEPARTURE)]
    met, told = printed(capsys, company(**WELL, findings=[*again, alert(FIRST, "E0000"), alert(FIRST, CULPRIT)]))
    assert met
    assert "high alerts about innocent people, a week per 1,000: 1.00" in told


@pytest.mark.parametrize(("severity", "met"), [("high", False), ("medium", False), ("low", True), ("note", True)])
def test_a_leaver_is_alerted_by_what_somebody_has_to_look_at_soon(capsys, severity, met):
    told = printed(capsys, company(**WELL, findings=[alert(BETWEEN, LEAVER, severity)], leavers=[LEAVER, "E0201"]))
    assert told[0] is met


def test_persons_of_the_same_number_in_two_companies_are_two_leavers(capsys):
    findings, leavers = [alert(BETWEEN, LEAVER, "medium")], [LEAVER, *(f"E03{n:02d}" for n in range(5))]
    first = company(**WELL, findings=findings, leavers=leavers)
    _, told = printed(capsys, first, company(**WELL, leavers=leavers, seed=7))
    assert "innocent leavers alerted: 8.3%" in told
    assert "2 companies" in told


def test_misses_and_wrong_channels_are_told_by_name(capsys):
    reviews = [seen(FIRST, channels=["mail"]), seen(FIRST, INNOCENT, 61.0)]
    _, told = printed(capsys, company(reviews=reviews, findings=[alert(BETWEEN, CULPRIT, "low", channels=["mail"])]))
    assert "wrong channel: CASE-11 named mail, 1 times" in told
    assert "NOT FOUND: seed 6 CASE-11 reported: score 60.0 on 2026-10-05, 1 innocent before it that day" in told
    assert "1 Sunday alerts" in told


def test_an_alerted_control_is_told_for_it_would_be_luck(capsys):
    findings = [alert(BETWEEN, OTHER, "medium")]
    _, told = printed(capsys, company(cases=[case(), CONTROL], reviews=[seen(FIRST)], findings=findings))
    assert "(CASE-02): 1 of 1 alerted" in told


# the run around it


@pytest.mark.parametrize(("text", "found"), [("7", [7]), ("6-8", [6, 7, 8]), ("9-9", [9])])
def test_seeds_are_one_or_a_range(text, found):
    assert quality.seeds(text) == found


@pytest.mark.parametrize("text", ["", "x", "3-", "-3", "5-4", "1,2", "1-2-3"])
def test_what_is_no_seed_is_refused(text):
    if text == "3-":
        assert quality.seeds(text) == [3]
    else:
        with pytest.raises(argparse.ArgumentTypeError, match="like 6-25"):
            quality.seeds(text)


class Told:
    """What the run knows of a company."""

    def __init__(self, seed, start="2026-05-20", today="2026-11-20"):
        self.seed, self.start, self.today = seed, start, today


def test_somebody_looks_from_the_seventh_week_to_the_day_before_today():
    assert quality.evenings(Told(1)) == (date(2026, 7, 1), date(2026, 11, 19))


def test_alerts_are_made_on_every_fourth_sunday_and_all_sundays_have_their_turn():
    each = [quality.sundays(Told(seed)) for seed in range(4)]
    assert all(day.weekday() == 6 for days in each for day in days)
    assert all((b - a).days == 28 for days in each for a, b in pairwise(days))
    every = sorted(day for days in each for day in days)
    assert len(set(every)) == len(every) == 20
    assert quality.sundays(Told(4)) == each[0]
    assert quality.sundays(Told(1, start="2026-10-20")) == []


def reason(code, strength=1.0, **numbers):
    return Reason(code=code, strength=strength, numbers=numbers, query="", parameters={})


def test_a_reason_names_a_channel_unless_it_lowers_or_is_about_the_person():
    assert quality.channel_of(reason(Code.COPY_OUT)) == "removable"
    assert quality.channel_of(reason(Code.BULK_READ)) == quality.channel_of(reason(Code.SECRETS)) == "files"
    assert quality.channel_of(reason(Code.CHANNEL, channel="db")) == "db"
    for silent in (reason(Code.COPY_OUT, -0.5), reason(Code.COPY_OUT, 0.0), reason(Code.LEAVER), reason(Code.CHANNEL)):
        assert quality.channel_of(silent) is None


def judge(monkeypatch, folder, *more):
    monkeypatch.setattr(sys, "argv", ["quality", "--seeds", "6", "--results", str(folder), *more])
    return quality.main()


def test_what_a_seed_gave_is_kept_and_only_judged_again(tmp_path, monkeypatch, capsys):
    kept = tmp_path / "seed-6.json"
    kept.write_text(json.dumps(company(**WELL) | {"spoken": []}))
    assert judge(monkeypatch, tmp_path) == 0
    kept.write_text(json.dumps(company() | {"spoken": []}))
    assert judge(monkeypatch, tmp_path) == 1
    assert judge(monkeypatch, tmp_path, "--weeks", "1") == 0, "a small run judges nothing"
    assert "NOT FOUND: seed 6 CASE-11" in capsys.readouterr().out


def test_hard_rules_are_not_judged_on_another_company_than_the_nights_were(tmp_path, monkeypatch):
    (tmp_path / "seed-6.json").write_text(json.dumps(company(**WELL)))
    with pytest.raises(RuntimeError, match=r"seed 6 gave 1 lines when it was judged, \d+ now"):
        judge(monkeypatch, tmp_path, "--events", "500", "--cases", "none")
