"""The long work of this room: the nightly check, bundles, and the hourly round of time stamps."""

import shutil
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.directory.api import Person, viewer_of, viewer_of_system
from kuramori.evidence.acts.checks import check_keep
from kuramori.evidence.bundles.asking import BUNDLE, CHECK, CONTENTS
from kuramori.evidence.bundles.beating import Steps
from kuramori.evidence.bundles.contents.looking import keep, look
from kuramori.evidence.bundles.contents.orders import as_order
from kuramori.evidence.bundles.contents.queries import order_seen
from kuramori.evidence.bundles.delivery import encrypt
from kuramori.evidence.bundles.making import make_bundle
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.bundles.place import bundle_file, delivered_file, encrypted_file
from kuramori.evidence.bundles.zipping import write_zip
from kuramori.evidence.check import ledger_check
from kuramori.evidence.hold_jobs import HOLD_JOBS
from kuramori.evidence.stamps.asking import STAMP, ask_all_due, note_new_head
from kuramori.evidence.stamps.credentials import sweep
from kuramori.evidence.visibility import record_seen
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.durable import flush, made
from kuramori.kernel.jobs import JobKind, Progress
from kuramori.kernel.permissions import Viewer


def run_check(progress: Progress, _arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Hash the whole ledger again and keep what was found; started again from the front after a crash."""
    run = check_keep(report=ledger_check(progress.report), by=SYSTEM)
    return {"url": reverse("evidence:home"), "found": len(run.found), "first_bad": run.first_bad}


def run_bundle(progress: Progress, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Make the bundle that was asked for, as its zip; the right to do so is asked again now."""
    order = Order.of_json(arguments["order"])
    viewer = _viewer(progress)
    viewer.demand(arguments["permission"])
    if record_seen(viewer, order.subject) is None:
        raise Refused(_("You may no longer see what this bundle is about."))
    target = bundle_file(order.id)
    made(target.parent)
    steps = Steps(lambda done, total: progress.report(done, total or None))
    if delivered_file(order.id) is None:
        bundle = make_bundle(order, target.with_suffix(""), viewer=viewer, progress=steps)
        steps.sealed()
        write_zip(bundle.folder, target, order.made_at, steps.beat)
    if order.recipients and target.exists():
        steps.sealed()
        encrypt(target, encrypted_file(order.id), order.recipients, steps.beat)
        target.unlink()
        flush(target.parent)
    shutil.rmtree(target.with_suffix(""), ignore_errors=True)
    return {"url": reverse("evidence:bundle", args=[order.id])}


def run_contents(progress: Progress, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Look through what an order would put into a bundle, with the eyes of who asked, as he may see it now."""
    viewer = _viewer(progress)
    row = order_seen(viewer, UUID(arguments["order"]))
    if row is None:
        raise Refused(_("You may no longer see what this bundle is about."))
    keep(row.pk, look(as_order(row), viewer, lambda done, total: progress.report(done, total or None)))
    return {"url": reverse("evidence:bundle-order", args=[row.pk])}


def run_stamps(_progress: Progress, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Have the newest head stamped if it is new (or `at_once`), and ask again for all that waits (EVD-08).

    Before that, passwords and keys go that a crash has left behind.
    """
    sweep()
    note_new_head(even_if_quiet=bool(arguments.get("at_once")))
    came, still = ask_all_due(by=SYSTEM)
    return {"url": reverse("evidence:authority-list"), "came": came, "still": still}


def _viewer(progress: Progress) -> Viewer:
    asked_by = progress.job.asked_by
    if asked_by is None:
        return viewer_of_system()
    return viewer_of(Person.objects.get(pk=asked_by), now())


JOBS = (
    JobKind(name=CHECK, title=gettext_lazy("Check of the ledger"), run=run_check, every=timedelta(days=1)),
    JobKind(name=BUNDLE, title=gettext_lazy("Evidence bundle"), run=run_bundle, is_quiet=True),
    JobKind(name=CONTENTS, title=gettext_lazy("What is in a bundle"), run=run_contents, is_quiet=True),
    JobKind(name=STAMP, title=gettext_lazy("Time stamps"), run=run_stamps, every=timedelta(hours=1)),
    *HOLD_JOBS,
)
