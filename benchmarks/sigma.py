"""Events a second through thousands of Sigma rules, and one pass for all of them against one pass each.

python -m benchmarks.sigma [--rules 2000] [--events 200000]
"""

import argparse
import os
import sys
import time

import duckdb

from benchmarks import _sigma_made as made
from kuramori_lake import engine
from kuramori_lake.sigma.documents import RuleFile
from kuramori_lake.sigma.engines import DuckEngine
from kuramori_lake.sigma.linking import rule_set
from kuramori_lake.sigma.planning import plan
from kuramori_lake.sigma.records import RuleSet
from kuramori_lake.sigma.running import matches

MIN_EVENTS_PER_SECOND = 10_000
MAX_RATIO = 0.55
ONE_BY_ONE = 30
QUICK = ("--rules", "100", "--events", "5000")


def passed(rules: RuleSet, db: duckdb.DuckDBPyConnection) -> tuple[float, float, int]:
    """Wall seconds, processor seconds and matches of one run, compiling included."""
    start, spent = time.perf_counter(), os.times()
    compiled = plan(rules, "duckdb")
    found = sum(1 for _ in matches(compiled, DuckEngine(db), made.DAY, made.DAY))
    now = os.times()
    return time.perf_counter() - start, now.user + now.system - spent.user - spent.system, found


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed of Sigma rules.")
    parser.add_argument("--rules", type=int, default=2_000)
    parser.add_argument("--events", type=int, default=200_000)
    options = parser.parse_args()
    with duckdb.connect(config={"threads": engine.THREADS, "memory_limit": engine.MEMORY}) as db:
        db.register("incoming", made.events(options.events))
        db.execute("CREATE TABLE events AS SELECT * FROM incoming")
        start = time.perf_counter()
        files = [RuleFile(f"{one['id']}.yml", (one,)) for one in made.rules(options.rules)]
        rules = rule_set(files)
        print(f"read {len(rules.rules):,} rules in {time.perf_counter() - start:.1f} s, {len(rules.refused)} refused")
        wall, spent, found = passed(rules, db)
        speed = options.events / wall
        print(f"all rules, compiling included: {wall:.1f} s, {spent:.1f} processor seconds, {found:,} matches")
        print(f"{speed:,.0f} events/s through {len(rules.rules):,} rules (bar {MIN_EVENTS_PER_SECOND:,})")
        some = rules.rules[:ONE_BY_ONE]
        together, _, at_once = passed(RuleSet(some), db)
        each = [passed(RuleSet((one,)), db) for one in some]
        ratio = together / sum(one[0] for one in each)
        print(f"{ONE_BY_ONE} rules in one pass: {ratio:.2f} of one pass each (bar {MAX_RATIO})")
    same = at_once == sum(one[2] for one in each)
    if not same:
        print("one pass found other matches than one pass each")
    return 0 if same and speed >= MIN_EVENTS_PER_SECOND and ratio <= MAX_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
