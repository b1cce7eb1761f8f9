"""Ask for a bundle, or make one at once: what other rooms and the command line call."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from django.utils.timezone import now
from django.utils.translation import gettext as _

from kuramori.evidence.bundles.beating import Report
from kuramori.evidence.bundles.contents.acts import order_add, order_place
from kuramori.evidence.bundles.contents.orders import as_order
from kuramori.evidence.bundles.contents.queries import contents_seen
from kuramori.evidence.bundles.delivery import lock, recipient
from kuramori.evidence.bundles.making import MadeBundle, make_bundle
from kuramori.evidence.bundles.order import Delivery, Order
from kuramori.evidence.bundles.place import contents_file
from kuramori.evidence.models import Bundle, BundleOrder
from kuramori.evidence.sequencer import sequence_all
from kuramori.evidence.tree_store import tree_size
from kuramori.kernel import jobs
from kuramori.kernel.acts import Refused, Subject
from kuramori.kernel.ids import uuid7
from kuramori.kernel.models import Job
from kuramori.kernel.permissions import Viewer

CHECK = "evidence.check"
BUNDLE = "evidence.bundle"
CONTENTS = "evidence.contents"
SECRET = "secret"  # noqa: S105  (a kind of bundle)
PERSON = "person"
PLAIN = Delivery()


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
    delivery: Delivery = PLAIN,
    look: bool = False,
) -> Job:
    """Queue a bundle for who asks; its page is `kernel:job`. The caller has checked that he may, for this subject.

    `kind` is "secret" or "person"; `ids` are further ids under which the ledger speaks of the subject; `permission`
    is asked again when the job runs. Days are the viewer's, both inclusive. With `look` nothing is made yet: the job
    finds what would be in it, and leads to the page where parts of it are kept back.
    """
    days = (starts_on, ends_on)
    order = _order(viewer, kind=kind, subject=subject, ids=ids, why=why, days=days, delivery=delivery)
    return _ask(viewer, replace(order, permission=permission), look=look)


def ask_twin(viewer: Viewer, bundle: Bundle, *, why: str, delivery: Delivery, look: bool = False) -> Job:
    """Queue a twin of a bundle: the same exhibits as of the same moment, for another reader; `look` as `ask_bundle`.

    The permission that the first one took is demanded now and when the job runs: a twin may show more. Raises
    Forbidden, and Refused for a bundle of an older Kuramori, which numbered no exhibits.
    """
    if not bundle.twin:
        raise Refused(_("This bundle is of an older kind, without numbered exhibits."), _("Make both bundles anew."))
    subject = Subject(bundle.subject_kind, bundle.subject_id, bundle.name)
    told = bundle.order | {"subject": [subject.kind, str(subject.id), subject.name], "why": why}
    first = Order.of_json(told)
    members = delivery.as_members() | {"claims": first.claims, "permission": bundle.permission}
    return _ask(viewer, replace(first, id=uuid7(), twin=bundle.twin, contents="", **members), look=look)


def ask_contents(viewer: Viewer, row: BundleOrder) -> Job:
    """Queue a look through what an order would put into a bundle; what was found before is thrown away."""
    contents_file(row.pk).unlink(missing_ok=True)
    return jobs.ask(CONTENTS, viewer=viewer, title=row.name, order=str(row.pk))


def ask_ordered(viewer: Viewer, row: BundleOrder) -> Job:
    """Give an order that was put together: the bundle is made of what was looked through, or not at all.

    Raises Refused while nobody has looked, and for an order that was given already.
    """
    found = contents_seen(viewer, row)
    if found is None:
        raise Refused(_("Nobody has looked through this bundle yet."), _("Choose “Look again”."))
    order = as_order(row, id=str(uuid7()), contents=found["digest"])
    order_place(row=row, bundle_id=order.id, by=viewer.actor)
    contents_file(row.pk).unlink(missing_ok=True)
    return _ask(viewer, order)


def renewed(row: BundleOrder) -> Order:
    """Return an order as of now; a twin stays as of its first, of which it is to show the same."""
    order = as_order(row)
    if order.twin:
        return order
    sequence_all()
    return replace(order, made_at=now(), up_to=tree_size())


def _ask(viewer: Viewer, order: Order, *, look: bool = False) -> Job:
    viewer.demand(order.permission)
    if look:
        return ask_contents(viewer, order_add(order=order, asked_by=viewer.person_id, by=viewer.actor))
    return jobs.ask(BUNDLE, viewer=viewer, title=order.subject.name, order=order.as_json(), permission=order.permission)


def write_bundle(
    viewer: Viewer,
    *,
    kind: str,
    subject: Subject,
    out: Path,
    ids: Iterable[UUID] = (),
    permission: str = "",
    why: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    delivery: Delivery = PLAIN,
    progress: Report = lambda _done, _total: None,
) -> MadeBundle:
    """Make a bundle now, as a folder at `out`, for the command line; otherwise as `ask_bundle`.

    `permission` is what making its twin will take; "": nobody makes one. With recipients the result is `out`.zip.age
    instead. Raises Refused for a key that is none, FileExistsError when `out` exists, NotAPrefix when the ledger may
    not be sealed, OSError.
    """
    if out.exists():
        raise FileExistsError(out)
    for key in delivery.recipients:
        recipient(key)
    days = (starts_on, ends_on)
    order = _order(viewer, kind=kind, subject=subject, ids=ids, why=why, days=days, delivery=delivery)
    made = make_bundle(replace(order, permission=permission), out, viewer=viewer, progress=progress)
    if not order.recipients:
        return made
    return replace(made, folder=lock(made.folder, order.recipients, order.made_at))


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
    delivery: Delivery,
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
        **delivery.as_members(),
    )
