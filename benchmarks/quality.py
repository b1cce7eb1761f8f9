"""Quality of detection on companies of the simulator with the study's cases in them (CASE-01 to CASE-11).

    python -m benchmarks.quality [--seeds 1-5] [--results FOLDER]

Each seed is a company of 200 people over six months with eleven cases, one of which logs cannot show, and with innocent
leavers. Every evening `rank` says whose day is worth a review, and every fourth Sunday `detect` gives alerts with
severities; neither reads anything later. What a seed gave is kept in the folder of results and not run again. Weights
are set on seeds 1 to 5; seeds 6 to 25 are for judging only. Exit status 1 when a bar is missed.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._quality_bars import report
from benchmarks._quality_streamed import first_words, spoken, with_media_registered
from kuramori_lake.detect import DEFAULT, Finding, Reason, detect
from kuramori_lake.detect.tests.company import fill
from kuramori_lake.rank import DEFAULT as RANKING
from kuramori_lake.rank import rank
from kuramori_lake.simulator import Truth, simulate
from kuramori_lake.simulator.cases import chosen
from kuramori_lake.store import Lake

PEOPLE, MONTHS, EVENTS = 200, 6, 120_000
QUICK = ("--seeds", "1", "--cases", "CASE-04,CASE-07,CASE-11", "--weeks", "3", "--events", "20000")
SUNDAY, EVERY = 6, 4
WARM_DAYS = 42
CHANNELS = {"copy_out": "removable", "bulk_read": "files", "first_area": "files", "secrets": "files"}
PER_DAY = 5
"""Places of a day that are kept; the bars look at the first only, the rest shows how near a miss was."""
RECOMPUTED = 2
"""So many alerts of a seed have all their reasons counted again from the sealed events."""


def evenings(truth: Truth) -> tuple[date, date]:
    """The first and the last evening on which somebody looks."""
    first = date.fromisoformat(truth.start) + timedelta(days=WARM_DAYS)
    return first, date.fromisoformat(truth.today) - timedelta(days=1)


def sundays(truth: Truth) -> list[date]:
    """The evenings as of which alerts are made: every fourth Sunday, which ones goes round with the seed."""
    first, last = evenings(truth)
    whole = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in whole if day.weekday() == SUNDAY][truth.seed % EVERY :: EVERY]


def reviews(lake: Lake, truth: Truth) -> list[dict[str, Any]]:
    """Whose days `rank` puts forward, evening by evening."""
    since, until = evenings(truth)
    return [
        {
            "as_of": one.day.isoformat(),
            "person": one.person,
            "score": one.score,
            "rank": one.rank,
            "channels": list(one.channels),
            "reasons": [reason.metric for reason in one.reasons],
        }
        for one in rank(lake, since=since, until=until, settings=replace(RANKING, per_day=PER_DAY))
    ]


def of_finding(finding: Finding, names: dict[str, Any]) -> dict[str, Any]:
    """What judging needs of one finding."""
    return names | {
        "person": finding.person_id,
        "key": finding.key,
        "since": finding.since.isoformat(),
        "score": finding.score,
        "severity": str(finding.severity),
        "channels": list(dict.fromkeys(filter(None, map(channel_of, finding.reasons)))),
        "reasons": [str(reason.code) for reason in finding.reasons if reason.strength > 0],
    }


def channel_of(reason: Reason) -> str | None:
    """The channel that a reason speaks of."""
    if reason.strength <= 0:
        return None
    return CHANNELS.get(reason.code) or str(reason.numbers.get("channel") or "") or None


def differing(lake: Lake, finding: Finding) -> int:
    """How many of its reasons do not give the same numbers again."""
    wrong = 0
    for reason in finding.reasons:
        again = reason.recompute(lake)
        wrong += any(reason.numbers.get(name, value) != value for name, value in again.items())
    return wrong


def alerts(lake: Lake, days: list[date]) -> Iterator[dict[str, Any]]:
    """Every finding above the floor of each Sunday, in order."""
    left = RECOMPUTED
    for as_of in days:
        for finding in detect(lake, as_of=as_of):
            if finding.score < DEFAULT.floor:
                continue
            told: dict[str, Any] = {"as_of": as_of.isoformat()}
            if left and finding.severity != "low":
                told |= {"counted": len(finding.reasons), "differing": differing(lake, finding)}
                left -= 1
            yield of_finding(finding, told)


def run_seed(seed: int, *, cases: str, events: int, weeks: int | None) -> dict[str, Any]:
    """Make the company, take it in, look at it night by night."""
    clock = [time.perf_counter()]
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "out"
        truth = simulate(out, seed=seed, people=PEOPLE, months=MONTHS, events=events, cases=chosen(cases, seed))
        clock.append(time.perf_counter())
        with Lake.open(Path(name) / "lake") as lake:
            fill(lake, out, truth)
            lake.compact()
            clock.append(time.perf_counter())
            put_forward = reviews(lake, truth)
            clock.append(time.perf_counter())
            days = sundays(truth)[-weeks:] if weeks else sundays(truth)
            findings = list(alerts(lake, days))
            clock.append(time.perf_counter())
            streamed = streamed_of(lake, out, truth)
    clock.append(time.perf_counter())
    steps = ("made", "taken_in", "ranked", "alerts", "hard_rules")
    return streamed | {
        "seed": seed,
        "people": truth.people,
        "lines": truth.lines,
        "weeks": len(days),
        "cases": truth.cases,
        "innocent_leavers": truth.innocent_leavers,
        "culprits": [truth.story["person"], *(case["person"] for case in truth.cases)],
        "reviews": put_forward,
        "findings": findings,
        "seconds": {step: ends - begins for step, (begins, ends) in zip(steps, pairwise(clock), strict=True)},
    }


def streamed_of(lake: Lake, out: Path, truth: Truth) -> dict[str, Any]:
    """What the hard rules would have said at once, with the company's own media registered."""
    with_media_registered(lake, out, truth)
    told = list(spoken(lake))
    weeks = (date.fromisoformat(truth.today) - date.fromisoformat(truth.start)).days / 7
    return {"spoken": told, "first_words": list(first_words(lake, truth.cases, told)), "weeks_of_logs": weeks}


def completed(result: dict[str, Any], *, cases: str, events: int) -> dict[str, Any]:
    """A result that was kept before the hard rules were judged, with what they say about the same company.

    Raises:
        RuntimeError: the simulator makes another company from that seed by now.
    """
    with tempfile.TemporaryDirectory() as name:
        out, seed = Path(name) / "out", result["seed"]
        truth = simulate(out, seed=seed, people=PEOPLE, months=MONTHS, events=events, cases=chosen(cases, seed))
        if truth.lines != result["lines"]:
            raise RuntimeError(f"seed {seed} gave {result['lines']} lines when it was judged, {truth.lines} now")
        with Lake.open(Path(name) / "lake") as lake:
            fill(lake, out, truth)
            return result | streamed_of(lake, out, truth)


def seeds(text: str) -> list[int]:
    """`7` or `6-25`.

    Raises:
        argparse.ArgumentTypeError: neither, or the last comes before the first.
    """
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal() and int(last or first) >= int(first)):
        raise argparse.ArgumentTypeError(f"not a seed or a range of seeds like 6-25: {text}")
    return list(range(int(first), int(last or first) + 1))


def main() -> int:
    """Run what is not kept yet, then judge everything that was asked for."""
    parser = argparse.ArgumentParser(description="Quality of detection.")
    parser.add_argument("--seeds", type=seeds, default=seeds("1-5"))
    parser.add_argument("--cases", default="all")
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--weeks", type=int, help="alerts of the last weeks only; a small run that judges nothing")
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    results = []
    for seed in options.seeds:
        kept = options.results / f"seed-{seed}.json" if options.results else None
        if kept and kept.exists():
            result = json.loads(kept.read_text())
            if "spoken" not in result and not options.weeks:
                result = completed(result, cases=options.cases, events=options.events)
                kept.write_text(json.dumps(result, ensure_ascii=False))
                print(f"seed {seed}: hard rules", flush=True)
            results.append(result)
            continue
        result = run_seed(seed, cases=options.cases, events=options.events, weeks=options.weeks)
        spent = ", ".join(f"{what} {seconds:.0f} s" for what, seconds in result["seconds"].items())
        print(f"seed {seed}: {result['lines']:,} lines; {spent}", flush=True)
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(result, ensure_ascii=False))
        results.append(result)
    return 0 if report(results) or options.weeks else 1


if __name__ == "__main__":
    sys.exit(main())
