"""Ask for a bundle, or make one at once: what other rooms and the command line call."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from django.utils.timezone import now

from kuramori.evidence.bundles.gathering import Report
from kuramori.evidence.bundles.making import MadeBundle, make_bundle
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.sequencer import sequence_all
from kuramori.evidence.tree_store import tree_size
from kuramori.kernel import jobs
from kuramori.kernel.acts import Subject
from kuramori.kernel.ids import uuid7
from kuramori.kernel.models import Job
from kuramori.kernel.permissions import Viewer

CHECK = "evidence.check"
BUNDLE = "evidence.bundle"
SECRET = "secret"  # noqa: S105  (a kind of bundle)
PERSON = "person"


def ask_bundle(
    viewer: Viewer,
    *,
    kind: str,
    subject: Subject,
    ids: Iterable[UUID] = (),
    permission: str,
    why: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Job:
    """Queue a bundle for who asks; its page is `kernel:job`. The caller has checked that he may, for this subject.

    `kind` is "secret" or "person"; `ids` are further ids under which the ledger speaks of the subject; `permission`
    is asked again when the job runs. Days are the viewer's, both inclusive.
    """
    days = (starts_on, ends_on)
    order = _order(viewer, kind=kind, subject=subject, ids=ids, why=why, days=days)
    return jobs.ask(BUNDLE, viewer=viewer, title=subject.name, order=order.as_json(), permission=permission)


def write_bundle(
    viewer: Viewer,
    *,
    kind: str,
    subject: Subject,
    out: Path,
    ids: Iterable[UUID] = (),
    why: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    progress: Report = lambda _done, _total: None,
) -> MadeBundle:
    """Make a bundle now, as a folder at `out`, for the command line; otherwise as `ask_bundle`.

    Raises FileExistsError when `out` exists, NotAPrefix when the ledger may not be sealed, OSError.
    """
    if out.exists():
        raise FileExistsError(out)
    days = (starts_on, ends_on)
    order = _order(viewer, kind=kind, subject=subject, ids=ids, why=why, days=days)
    return make_bundle(order, out, viewer=viewer, progress=progress)


def ask_check(viewer: Viewer) -> Job:
    """Queue a full check of the ledger."""
    return jobs.ask(CHECK, viewer=viewer)


def _order(
    viewer: Viewer,
    *,
    kind: str,
    subject: Subject,
    ids: Iterable[UUID],
    why: str,
    days: tuple[date | None, date | None],
) -> Order:
    sequence_all()
    starts_on, ends_on = days

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=viewer.zone)

    return Order(
        id=uuid7(),
        kind=kind,
        subject=subject,
        ids=frozenset({subject.id, *ids}),
        why=why,
        made_at=now(),
        up_to=tree_size(),
        starts_at=midnight(starts_on) if starts_on else None,
        ends_at=midnight(ends_on + timedelta(days=1)) if ends_on else None,
    )
