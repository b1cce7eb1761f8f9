"""Server time and query count of the register's pages over 1,000,000 secrets and 100,000 people.

    python -m benchmarks.pages [--secrets 1000000] [--people 100000] [--rounds 30]
    python -m benchmarks.pages --secrets 10000 --alerts 1000000 --cases 100000
    tools/with_postgres.sh python -m benchmarks.pages

On the database of KURAMORI_DATABASE_URL, which must be empty, else on SQLite in a temporary folder. Each page is asked
for through the whole stack of middleware, by people who see all, 30 %, a section's, and few of the secrets.
Bars: p95 at most 80 ms on PostgreSQL and 120 ms on SQLite, at most 12 queries. Beside each page stands the ratio to
bare SQL in the same run: the first 50 rows by date, without a viewer. Exit status 1 when a bar is missed.
With --alerts the pages over alerts and cases are measured instead, with inbox, search and dashboard.
"""

import argparse
import gc
import os
import sys
import tempfile
from collections.abc import Sequence
from typing import TYPE_CHECKING

import django
from django.core.management import call_command
from django.db import connection

if TYPE_CHECKING:
    from benchmarks._measured_pages import Measured

QUICK = ("--secrets", "10000", "--people", "1000", "--rounds", "3")
BARS_MS = {"postgresql": 80.0, "sqlite": 120.0}


def show(vendor: str, results: "Sequence[Measured]", bare: float) -> bool:
    """Print what was measured; say whether every page with a bar met it."""
    bar, met = BARS_MS[vendor], True
    print(f"{vendor}: bare SQL of the first page {bare:.1f} ms; bar p95 {bar:.0f} ms")
    print(f"{'who':<10}{'page':<24}{'p50 ms':>8}{'p95 ms':>8}{'x bare':>8}{'queries':>8}")
    for each in results:
        missed = each.has_bar and (each.p95 > bar or each.queries > each.most_queries)
        met = met and not missed
        ratio = each.p50 / bare
        print(f"{each.who:<10}{each.page:<24}{each.p50:>8.1f}{each.p95:>8.1f}{ratio:>8.1f}{each.queries:>8}"
              f"{'' if each.has_bar else '  no bar'}{'  MISSED' if missed else ''}")  # fmt: skip
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--secrets", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--alerts", type=int, default=0)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--keep", metavar="DIR", default="", help="build here, and leave it for the next run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KURAMORI_DATA"] = options.keep or folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "kuramori.site.settings"
        django.setup()
        call_command("migrate", verbosity=0)
        from benchmarks._measured_pages import BARE, all_pages, bare_sql, company_stands

        seconds = company_stands(people=options.people, secrets=options.secrets)
        print(f"{options.secrets:,} secrets, {options.people:,} people: built in {seconds:.0f} s", flush=True)
        pages, bare = all_pages, BARE
        if options.alerts:
            from benchmarks._measured_watch import BARE_ALERTS, watch_pages, watch_stands

            seconds, pages, bare = watch_stands(alerts=options.alerts, cases=options.cases), watch_pages, BARE_ALERTS
            print(f"{options.alerts:,} alerts, {options.cases:,} cases: built in {seconds:.0f} s", flush=True)
        gc.collect()
        gc.freeze()  # as the server does once it is loaded (kuramori.site.wsgi)
        met = show(connection.vendor, pages(options.rounds), bare_sql(options.rounds, bare))
        connection.close()
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
