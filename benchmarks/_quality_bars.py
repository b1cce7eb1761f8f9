"""Judges what detection found in simulated companies: the bars, and every miss by name with its reason.

A case is *found* when one evening, from the first deed to the last day at work, its person's day is put forward among
the first five a day per 1,000 staff (in a company of 200: the first of the day), and *reviewed* when it is among the
first five a week. Other cases of the same company do not take its place, since hardly any company has eleven in half a
year; the innocent do. Severities and the named channel are those of the Sunday's alerts, where there is one. The first
alert is a hard rule that spoke while it lasted, within the minute, or the first review, whichever came first.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kuramori_lake.detect import Severity
from kuramori_lake.detect.hard_rules import BY_NAME

REVIEWS = 5
ALERTS = {"high", "medium"}
OUT = ("removable", "db", "print", "mail", "web", "cloud")
Finding = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one case."""

    seed: int
    case: Mapping[str, Any]
    shown: tuple[Finding, ...]
    """Reviews of its person while it lasted, in order of the evenings, whoever came before."""
    found: tuple[Finding, ...]
    reviewed: tuple[Finding, ...]
    alerts: tuple[Finding, ...]
    spoke: Mapping[str, Any] | None = None
    """The first hard rule that spoke about its person while it lasted, and what was out by then."""

    @property
    def weak(self) -> bool:
        """A tenth of what was reported, quick or slow."""
        return str(self.case["strength"]) != "reported"

    @property
    def out_at_first(self) -> float | None:
        """Share of the documents that were out on the evening of the first review."""
        if not self.reviewed or not self.case["amount"]:
            return None
        evening = self.reviewed[0]["as_of"]
        return float(sum(day["amount"] for day in self.case["days"] if day["day"] <= evening) / self.case["amount"])

    @property
    def out_at_alert(self) -> float | None:
        """Share of the documents that were out at the first alert; a hard rule comes before the same day's evening."""
        if self.spoke and not (self.reviewed and self.reviewed[0]["as_of"] < self.spoke["day"]):
            return float(self.spoke["out"])
        return self.out_at_first

    @property
    def out_at_best(self) -> float | None:
        """The same if the evening of the first deed were the first review: a look each evening can do no better."""
        days = self.case["days"]
        return days[0]["amount"] / self.case["amount"] if days and self.case["amount"] else None

    @property
    def is_named(self) -> bool:
        """Whether the named channel is one by which it left; copying from a database to a phone shows in two."""
        return self.named in self.case["channels"]

    @property
    def named(self) -> str:
        """The channel of the strongest alert, else of the strongest review; taking out comes before reading."""
        best = max(self.alerts or self.found, key=lambda one: one["score"], default=None)
        named = best["channels"] if best else []
        return next((one for one in named if one in OUT), named[0] if named else "")

    @property
    def reason(self) -> str:
        """Why it was missed, in words for the list."""
        best = min(self.shown, key=lambda one: (one["ahead_week"], -one["score"]), default=None)
        if best is None:
            return f"never among the first five of a day; {len(self.alerts)} Sunday alerts"
        before = f"{best['ahead_day']} innocent before it that day, {best['ahead_week']} that week"
        return f"score {best['score']} on {best['as_of']}, {before}; {len(self.alerts)} Sunday alerts"


def verdicts(result: Mapping[str, Any]) -> list[Verdict]:
    """What became of each case of one company."""
    culprits, a_day = set(result["culprits"]), REVIEWS * result["people"] / 1000
    innocent: dict[str, list[Finding]] = defaultdict(list)
    for one in result["reviews"]:
        if one["person"] not in culprits:
            innocent[one["as_of"]].append(one)
    spoke = {one["case"]: one for one in result.get("first_words", ())}
    found = []
    for case in result["cases"]:
        shown = tuple(one | _ahead(one, innocent) for one in _about(case, result["reviews"]))
        found.append(
            Verdict(
                seed=result["seed"],
                case=case,
                shown=shown,
                found=tuple(one for one in shown if one["ahead_day"] < a_day),
                reviewed=tuple(one for one in shown if one["ahead_week"] < a_day),
                alerts=tuple(_about(case, result["findings"])),
                spoke=spoke.get(case["case"]),
            )
        )
    return found


def _about(case: Mapping[str, Any], found: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    """Those about the person of a case that name a channel, from the first deed to the last day."""
    for one in found:
        in_time = case["first"] and case["first"] <= one["as_of"] <= case["departure"]
        if one["person"] == case["person"] and in_time and one["channels"]:
            yield dict(one)


def _ahead(one: Finding, innocent: Mapping[str, list[Finding]]) -> dict[str, int]:
    """How many innocent people scored as much on that day, and in the week up to it."""
    day = date.fromisoformat(one["as_of"])
    week = [(day - timedelta(days=n)).isoformat() for n in range(7)]
    ahead = [{other["person"] for other in innocent[name] if other["score"] >= one["score"]} for name in week]
    return {"ahead_day": len(ahead[0]), "ahead_week": len(set().union(*ahead))}


def _share(what: Iterable[bool]) -> float:
    counted = list(what)
    return sum(counted) / len(counted) if counted else 1.0


def _sum(found: Iterable[Finding], name: str) -> int:
    return sum(one[name] for one in found)


def _weeks(results: list[Mapping[str, Any]]) -> float:
    """Thousands of staff times weeks whose alerts were made."""
    return float(sum(one["people"] / 1000 * one["weeks"] for one in results))


def _innocent(results: list[Mapping[str, Any]], severities: set[str]) -> set[tuple[int, str, str]]:
    """Findings about people who did nothing: seed, person, key."""
    return {
        (result["seed"], one["person"], one["key"])
        for result in results
        for one in result["findings"]
        if one["severity"] in severities and one["person"] not in result["culprits"]
    }


def _cries(results: list[Mapping[str, Any]]) -> set[tuple[int, str, str, str]]:
    """High alerts of hard rules about people who did nothing: seed, person, rule, day."""
    return {
        (result["seed"], one["person"], one["rule"], one["day"])
        for result in results
        for one in result.get("spoken", ())
        if one["person"] not in result["culprits"] and BY_NAME[one["rule"]].severity is Severity.HIGH
    }


def _cried(results: list[Mapping[str, Any]]) -> float:
    """The same, a week per 1,000."""
    weeks = sum(one["people"] / 1000 * one.get("weeks_of_logs", 0) for one in results)
    return len(_cries(results)) / weeks if weeks else 0.0


def _bar(what: str, value: float, bar: float, *, at_most: bool = False, percent: bool = True) -> bool:
    met = value <= bar if at_most else value >= bar
    shown, wanted = (f"{value:.1%}", f"{bar:.0%}") if percent else (f"{value:.2f}", f"{bar:g}")
    print(f"{'met   ' if met else 'MISSED'} {what}: {shown} (bar: {'at most' if at_most else 'at least'} {wanted})")
    return met


def report(results: list[Mapping[str, Any]]) -> bool:
    """Print the bars and the misses; True if all are met."""
    every = [verdict for result in results for verdict in verdicts(result)]
    real = [one for one in every if one.case["detectable"]]
    whole, weak = [one for one in real if not one.weak], [one for one in real if one.weak]
    named = [one for one in real if one.found or one.alerts]
    weeks = _weeks(results)
    high = len(_innocent(results, {"high"})) / weeks + _cried(results)
    leavers = {(r["seed"], one["person"]) for r in results for one in r["innocent_leavers"]}
    alerted = leavers & {(seed, person) for seed, person, *_ in (*_innocent(results, ALERTS), *_cries(results))}
    out = [one.out_at_alert for one in whole if one.out_at_alert is not None]
    counted = [one for result in results for one in result["findings"] if "counted" in one]
    print(f"{len(results)} companies, {len(real)} cases that logs can show, {len(weak)} of them at a tenth")
    met = [
        _bar("cases as reported, found before departure", _share(bool(v.found) for v in whole), 0.95),
        _bar("the same within 5 reviews a week per 1,000", _share(bool(v.reviewed) for v in whole), 0.90),
        _bar("cases at a tenth, found before departure", _share(bool(v.found) for v in weak), 0.70),
        _bar("high alerts about innocent people, a week per 1,000", high, 3, at_most=True, percent=False),
        _bar("innocent leavers alerted", len(alerted) / max(1, len(leavers)), 0.10, at_most=True),
        _bar("documents out at the first alert, median", statistics.median(out or [1.0]), 0.20, at_most=True),
        _bar("channel named rightly", _share(v.is_named for v in named), 0.90),
        _bar("reasons that recompute", 1 - _sum(counted, "differing") / max(1, _sum(counted, "counted")), 1),
    ]  # fmt: skip
    _evenings(whole)
    _more(results, every, weeks)
    return all(met)


def _evenings(whole: list[Verdict]) -> None:
    """What the nightly look alone would have reached, and the best that any could."""
    best = [one.out_at_best for one in whole if one.out_at_best is not None]
    out = [one.out_at_first for one in whole if one.out_at_first is not None]
    spoke = sum(one.spoke is not None for one in whole)
    print(f"  a hard rule spoke about {spoke} of {len(whole)} as reported, while they lasted")
    print(
        f"  by the first review alone {statistics.median(out or [1.0]):.1%} out;"
        f" a look each evening can do no better than {statistics.median(best or [0.0]):.1%}"
    )


def _more(results: list[Mapping[str, Any]], every: list[Verdict], weeks: float) -> None:
    """Figures without a bar, then each miss with its reason."""
    real = [one for one in every if one.case["detectable"]]
    for strength in ("reported", "tenth", "slow"):
        of = [one for one in real if one.case["strength"] == strength]
        shown, reviewed, alerted = (
            sum(bool(getattr(one, name)) for one in of) for name in ("found", "reviewed", "alerts")
        )
        out = [one.out_at_first for one in of if one.out_at_first is not None]
        half = f"{statistics.median(out or [1]):.0%} out at the first review"
        print(f"  {strength}: {shown} of {len(of)} found, {reviewed} reviewed, {alerted} alerted on a Sunday, {half}")
    alerts = len(_innocent(results, ALERTS)) / weeks
    print(f"  high or medium alerts about innocent people: {alerts:.2f} a week per 1,000")
    controls = [one for one in every if not one.case["detectable"]]
    alarmed = sum(1 for r in results for c in r["cases"] if not c["detectable"]
                  and any(f["person"] == c["person"] and f["severity"] in ALERTS for f in r["findings"]))  # fmt: skip
    print(f"  control that logs cannot show (CASE-02): {alarmed} of {len(controls)} alerted")
    named = [one for one in real if one.found or one.alerts]
    main = sum(one.named == one.case["channel"] for one in named)
    print(f"  the main channel named: {main} of {len(named)}")
    wrong = Counter((one.case["case"], one.named) for one in named if not one.is_named)
    for (case, channel), times in sorted(wrong.items()):
        print(f"  wrong channel: {case} named {channel or 'none'}, {times} times")
    for one in real:
        if not one.reviewed:
            kind = "not reviewed" if one.found else "NOT FOUND"
            print(f"  {kind}: seed {one.seed} {one.case['case']} {one.case['strength']}: {one.reason}")
