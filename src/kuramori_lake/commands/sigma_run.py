"""What `kuramori-lake sigma` does: rules over stored events, their check, their back-test, and rule sets taken in."""

import argparse
from collections.abc import Iterable
from typing import Final

from kuramori_lake.commands.shell import DONE, FLAWED, WRONG_USE, complain, print_json, tell
from kuramori_lake.engine import RunsOn
from kuramori_lake.sigma.linking import read_rules
from kuramori_lake.sigma.planning import Plan, plan
from kuramori_lake.sigma.records import RuleSet
from kuramori_lake.sigma.refusals import Refusal
from kuramori_lake.sigma.running import Match, back_test, run
from kuramori_lake.sigma.sets import SetNameError, all_rules, import_set
from kuramori_lake.store import Lake
from kuramori_lake.words import is_japanese

EVENTS_SHOWN: Final = 5


def run_sigma(args: argparse.Namespace, lake: Lake) -> int:
    """Run the command; returns its exit status."""
    if args.name:
        return _import(args, lake)
    found = read_rules(args.rules) if args.rules else all_rules(lake.root)
    compiled = plan(found, "clickhouse" if lake.runs_on is RunsOn.CLICKHOUSE else "duckdb")
    if args.check:
        return _check(compiled, as_json=args.json)
    matched = run(lake, found, args.since, args.until)
    if args.back_test:
        _tell_back_test(matched, found, as_json=args.json)
    else:
        _tell_matches(matched, as_json=args.json)
    _complain_of(compiled.refused)
    return FLAWED if compiled.refused or lake.stats().damaged else DONE


def _import(args: argparse.Namespace, lake: Lake) -> int:
    try:
        report = import_set(lake.root, args.name, args.rules)
    except SetNameError:
        complain("not a name for a set (small letters, digits, hyphens): %(name)s", name=args.name)
        return WRONG_USE
    if args.json:
        told = {name: getattr(report, name) for name in ("name", "files", "sha256", "rules", "correlations")}
        print_json(told | {"refused": [_refused(one) for one in report.refused]})
    else:
        tell(
            "set %(name)s: %(files)s files, %(rules)s rules, %(correlations)s correlations, %(refused)s refused",
            name=report.name,
            rules=report.rules,
            correlations=report.correlations,
            files=report.files,
            refused=len(report.refused),
        )
        _complain_of(report.refused)
    return FLAWED if report.refused else DONE


def _check(compiled: Plan, *, as_json: bool) -> int:
    abouts = [ready.rule.about for group in compiled.groups for batch in group.batches for ready in batch.rules]
    abouts += [one.about for one in compiled.correlations]
    for about in sorted(abouts, key=lambda one: (one.file, one.id)):
        if as_json:
            print_json({"rule_id": about.id, "title": about.title, "file": about.file, "usable": True})
        else:
            tell("usable   %(id)s  %(title)s", id=about.id, title=about.titled(japanese=is_japanese()))
    for refusal in compiled.refused:
        if as_json:
            print_json(_refused(refusal) | {"usable": False})
    if not as_json:
        _complain_of(compiled.refused)
        tell("%(rules)s usable, %(refused)s refused", rules=_size(compiled), refused=len(compiled.refused))
    return FLAWED if compiled.refused else DONE


def _size(compiled: Plan) -> int:
    return compiled.rules + len(compiled.correlations)


def _refused(one: Refusal) -> dict[str, object]:
    reason = one.sentence(japanese=is_japanese())
    return {"rule_id": one.rule, "file": one.file, "place": one.place, "reason": reason}


def _complain_of(refused: Iterable[Refusal]) -> None:
    for one in refused:
        where = ": ".join(part for part in (one.file, one.rule, one.place) if part)
        complain("refused  %(where)s: %(reason)s", where=where, reason=one.sentence(japanese=is_japanese()))


def _tell_matches(matched: Iterable[Match], *, as_json: bool) -> None:
    for one in matched:
        about = one.about
        if as_json:
            told = {"rule_id": about.id, "title": about.titled(japanese=is_japanese()), "level": about.level}
            times = {"first": one.first.isoformat(), "last": one.last.isoformat()}
            more = {"group": dict(one.group), "value": one.value, "practices": list(about.practices)}
            print_json(told | {"kind": one.kind, "event_ids": list(one.event_ids)} | times | more)
        else:
            tell(
                "%(level)s  %(last)s  %(title)s  events %(events)s",
                level=about.level,
                last=one.last.isoformat(timespec="seconds"),
                title=about.titled(japanese=is_japanese()),
                events=", ".join(map(str, one.event_ids[:EVENTS_SHOWN]))
                + ("…" if one.event_ids[EVENTS_SHOWN:] else ""),
            )


def _tell_back_test(matched: Iterable[Match], found: RuleSet, *, as_json: bool) -> None:
    for tried in back_test(matched, found):
        title = tried.about.titled(japanese=is_japanese())
        if as_json:
            days = {one.isoformat(): count for one, count in tried.by_day.items()}
            counts = {"alerts": tried.alerts, "days": len(days), "busiest": tried.busiest, "by_day": days}
            print_json({"rule_id": tried.about.id, "title": title} | counts)
        else:
            tell(
                "%(alerts)s alerts on %(days)s days, at most %(busiest)s a day: %(title)s",
                alerts=tried.alerts,
                days=len(tried.by_day),
                busiest=tried.busiest,
                title=title,
            )
