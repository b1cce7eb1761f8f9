"""The second step of a bundle's order over 100,000 entries: looked through by a job, then its lists as pages.

    python -m benchmarks.orders [--entries 100000] [--rounds 10]

Bars: looking through takes at most 60 s and 50 MB more than before, with a sign of life at least every 5 s; each
page of its lists comes within half a second (p95). Exit status 1 when a bar is missed.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import get_context
from typing import Any
from urllib.parse import urlencode

import django
from django.core.management import call_command
from django.db import connection
from django.utils.timezone import now

from benchmarks.bundles import own_mb, timed, told, watched

QUICK = ("--entries", "2000", "--rounds", "2")
MAX_SECONDS, MAX_MB, MAX_SILENCE, MAX_PAGE = 60.0, 50.0, 5.0, 0.5


def ordered(entries: int) -> None:
    """Fill the ledger, and order a bundle about a person and what all the entries are about."""
    from benchmarks._large_ledger import build
    from kuramori.directory.api import viewer_of
    from kuramori.directory.tests.company import Company
    from kuramori.evidence.api import sequence_all
    from kuramori.evidence.bundles.asking import PERSON, ask_bundle
    from kuramori.evidence.rules.permissions import Permission
    from kuramori.kernel.models import EntrySubject
    from kuramori.kernel.permissions import Role

    here = Company()
    here.give(here.daichi, Role.AUDITOR)
    build(entries=entries, waiting=0)
    sequence_all()
    about = EntrySubject.objects.filter(kind="kernel.savedview")[0]
    viewer = viewer_of(here.daichi, now())
    ask_bundle(
        viewer, kind=PERSON, subject=here.botan.as_subject(), ids=[about.subject_id], why="測定", look=True,
        permission=Permission.BUNDLE_PERSON,
    )  # fmt: skip


def looked(viewer: Any, row: Any) -> bool:
    """Look through the order as its job does, and keep what was found."""
    from kuramori.evidence.bundles.contents.looking import keep, look
    from kuramori.evidence.bundles.contents.orders import as_order

    held, silence, last = own_mb(), 0.0, time.perf_counter()

    def progress(_done: int, _total: int) -> None:
        nonlocal silence, last
        moment = time.perf_counter()
        silence, last = max(silence, moment - last), moment

    busy = time.process_time()
    with watched() as highest:
        seconds, found = timed(lambda: look(as_order(row), viewer, progress))
    busy, silence = time.process_time() - busy, max(silence, time.perf_counter() - last)
    keep(row.pk, found)
    print(f"{found['entries']:,} entries, {len(found['groups'])} groups", flush=True)
    memory = highest[0] - held
    met = told("looked through", f"{seconds:.1f} s, of which CPU {busy:.1f} s", MAX_SECONDS, seconds)
    met &= told("  memory it took more", f"{memory:,.0f} MB", MAX_MB, memory)
    return told("  longest silence", f"{silence:.2f} s", MAX_SILENCE, silence) and met


def addresses(row: Any) -> Iterator[tuple[str, str]]:
    """Every page of the order's lists: each tab, and a group's entries at the front, in the middle, at the end."""
    from django.urls import reverse

    from kuramori.evidence.bundles.contents.looking import kept

    page = reverse("evidence:bundle-order", args=[row.pk])
    for tab in ("exhibits", "groups", "chosen", "settings"):
        yield tab, f"{page}?tab={tab}"
    found = kept(row.pk)
    assert found is not None
    group = max(found["groups"], key=lambda each: each["count"])
    for words, after in (("first", 0), ("middle", found["entries"] // 2), ("last", found["entries"] - 50)):
        query = urlencode({"verb": group["verb"], "place": group["place"], "after": after})
        yield f"entries, {words}", f"{reverse('evidence:bundle-order-entries', args=[row.pk])}?{query}"


def pages(person: Any, row: Any, rounds: int) -> bool:
    """Ask for each page a few times, through the whole stack."""
    from django.test import Client

    from kuramori.directory.acts.accounts import account_open
    from kuramori.kernel.actors import SYSTEM

    account = account_open(person=person, at=now(), by=SYSTEM)
    client = Client(SERVER_NAME="localhost")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    met = True
    for name, address in addresses(row):
        assert client.get(address).status_code == 200, address
        times = sorted(timed(lambda address=address: client.get(address))[0] for _round in range(rounds))
        p95 = times[min(rounds - 1, int(rounds * 0.95))]
        figure = f"{times[rounds // 2] * 1000:,.0f} ms, p95 {p95 * 1000:,.0f} ms"
        if p95 > MAX_PAGE:
            figure += f", bar {MAX_PAGE * 1000:.0f} ms"
        met &= told(name, figure, None, p95) and p95 <= MAX_PAGE
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuramori.site.settings")
        os.environ["KURAMORI_DATA"] = folder
        os.environ.pop("KURAMORI_DATABASE_URL", None)
        django.setup()
        call_command("migrate", verbosity=0)
        connection.close()
        filling = get_context("fork").Process(target=ordered, args=(options.entries,))
        filling.start()  # apart, so that its memory is not what looking through seems to need
        filling.join()

        from kuramori.directory.api import viewer_of
        from kuramori.directory.models import Person
        from kuramori.evidence.models import BundleOrder

        row = BundleOrder.objects.get()
        person = Person.objects.get(pk=str(row.asked_by))
        met = looked(viewer_of(person, now()), row)
        return 0 if pages(person, row, options.rounds) and met else 1


if __name__ == "__main__":
    sys.exit(main())
