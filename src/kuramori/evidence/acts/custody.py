"""The chain of custody: taking in, opening, checking, handing over and receiving, purging (ISO/IEC 27037; EVD-11).

As with holds, the entries name the hold and the item, and nobody whom they are about.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from django.utils.translation import gettext as _

from kuramori.directory.api import Person
from kuramori.evidence.custody_store import Collected, digest_of, our_tool, place_of
from kuramori.evidence.keys import signer
from kuramori.evidence.models import CustodyItem, CustodyStep, Hold
from kuramori.evidence.models.custody import StepKind
from kuramori.evidence.rules.bundle import sha256_hex
from kuramori.kernel.actors import Actor, ActorKind
from kuramori.kernel.acts import Act, Refused, act
from kuramori.kernel.durable import shred
from kuramori.kernel.keeping import Purge, refuse_if_kept
from kuramori.kernel.records import record_many


def snapshot_keep(*, hold: Hold, collected: Sequence[Collected], by: Actor, began_at: datetime) -> list[CustodyItem]:
    """Record a snapshot: each file as an item, identified by who placed the hold; the entry seals all digests."""
    placed_by = (hold.placed_by.name, hold.placed_by) if hold.placed_by else ("Kuramori", None)
    with act("evidence.custody.snapshot", by=by, why=hold.reason, subjects=[hold]) as this:
        items = record_many(_item(hold, each) for each in collected)
        steps = []
        for item in items:
            steps += [
                _step(item, 1, StepKind.IDENTIFIED, hold.created_at, who=placed_by, reason=hold.reason),
                _step(item, 2, StepKind.COLLECTED, began_at, who=_who(by), tool=our_tool()),
                _step(item, 3, StepKind.PRESERVED, this.at, who=_who(by), tool=our_tool(), sha256=item.sha256),
            ]
        record_many(steps)
        lines = "".join(f"{item.sha256}  {item.file}\n" for item in items)
        this.note("files", len(items), in_clear=True)
        this.note("bytes", sum(item.size for item in items), in_clear=True)
        this.note("manifest_sha256", sha256_hex(lines.encode()), in_clear=True)
    return items


def item_import(
    *,
    hold: Hold,
    collected: Collected,
    stated: str,
    tool: str,
    examiner: str,
    acquired_at: datetime,
    acquired_where: str,
    by: Actor,
    why: str,
) -> CustodyItem:
    """Take a forensic firm's file into custody: acquired by its examiner, preserved by us (EVD-11).

    A stated SHA-256 must be the file's; digests of other kinds are kept as they were stated, and prove nothing.
    """
    item = _item(hold, collected)
    item.stated = stated
    plain = stated.lower().removeprefix("sha256:").removeprefix("sha-256:").strip()
    if len(plain) == len(item.sha256) and plain != item.sha256:
        raise Refused(_("The file's SHA-256 is not the one stated."), _("Ask the examiner for the file again."))
    with act("evidence.custody.import", by=by, why=why, subjects=[hold, item]) as this:
        item.save()
        for step in (
            _step(item, 1, StepKind.IDENTIFIED, acquired_at, who=_who(by), reason=why),
            _step(
                item, 2, StepKind.COLLECTED, acquired_at, who=(examiner, None), tool=tool, where=acquired_where,
                sha256=item.source_sha256,
            ),
            _step(item, 3, StepKind.PRESERVED, this.at, who=_who(by), tool=our_tool(), sha256=item.sha256),
        ):  # fmt: skip
            step.save()
        this.note("item", item.title)
        this.note("sha256", item.sha256, in_clear=True)
    return item


def item_open(*, item: CustodyItem, why: str, by: Actor) -> BinaryIO:
    """Hand an item's bytes to a reader; without the entry, its reason and the step there are none.

    Raises Refused when the file is gone or the item was purged.
    """
    try:
        file = place_of(item.file).open("rb")
    except FileNotFoundError as error:
        raise Refused(_("The file is not there."), _("Run the check, and tell the auditor.")) from error
    try:
        _take_step(item, StepKind.OPENED, "evidence.custody.open", by=by, why=why)
    except BaseException:
        file.close()
        raise
    return file


def item_check(*, item: CustodyItem, by: Actor) -> bool:
    """Hash an item again and keep what was found; says whether it is still what was taken in."""
    found = digest_of(place_of(item.file))
    _take_step(item, StepKind.CHECKED, "evidence.custody.check", by=by, sha256=found or "0" * 64, tool=our_tool())
    return found == item.sha256


def item_hand_over(*, item: CustodyItem, receiver: Person, place: str, why: str, by: Actor) -> CustodyItem:
    """Offer an item to the next keeper: the giver's half of a transfer; the receiver's makes it whole."""
    if item.holder_id is not None and item.holder_id != by.id:
        raise Refused(_("Only who holds this item hands it over."))
    if item.offered_to_id is not None:
        raise Refused(_("This item is being handed over already."), _("Wait until it was received."))
    if receiver.pk == by.id:
        raise Refused(_("Giver and receiver are two persons."))
    if item.hold.subjects.filter(subject_id=receiver.pk).exists():
        raise Refused(_("The preservation is about this person."), _("Choose somebody else."))
    item.offered_to = receiver
    found = digest_of(place_of(item.file))
    _take_step(
        item, StepKind.HANDED_OVER, "evidence.custody.hand_over", by=by, why=why, where=place, sha256=found, save=True
    )
    return item


def item_receive(*, item: CustodyItem, place: str, by: Actor) -> CustodyItem:
    """Receive what was offered: the other half of a transfer, by the receiver himself, who finds the digest again."""
    if item.offered_to_id is None or item.offered_to_id != by.id:
        raise Refused(_("This item was not handed over to you."))
    found = digest_of(place_of(item.file))
    if found != item.sha256:
        raise Refused(_("The file is not what was taken in: its digest differs."), _("Tell the giver and the auditor."))
    item.holder_id, item.offered_to = item.offered_to_id, None
    _take_step(item, StepKind.RECEIVED, "evidence.custody.receive", by=by, where=place, sha256=found, save=True)
    return item


def item_purge(*, item: CustodyItem, why: str, by: Actor) -> None:
    """Make an item's file away once nothing wants it kept; its chain stays, and the entry is the certificate.

    Raises Refused while its hold is in force, or another hold or a separation keeps what it is about.
    """
    held = frozenset(item.hold.subjects.values_list("subject_id", flat=True))
    refuse_if_kept(Purge(subjects=held, first=item.hold.covers_from, last=item.hold.covers_to))
    with act("evidence.custody.purge", by=by, why=why, subjects=[item.hold, item]) as this:
        _step(
            item, _next(item), StepKind.PURGED, this.at, who=_who(by), reason=why, sha256=digest_of(place_of(item.file))
        ).save()
        item.retire()
        this.note("item", item.title)
        this.note("files", 1, in_clear=True)
        this.note("bytes", item.size, in_clear=True)
        this.note("sha256", item.sha256, in_clear=True)
    shred(place_of(item.file))


def _item(hold: Hold, collected: Collected) -> CustodyItem:
    sealed = collected.sealed
    return CustodyItem(
        hold=hold,
        kind=collected.kind,
        title=collected.title,
        file=sealed.file,
        size=sealed.size,
        source_sha256=sealed.before,
        sha256=sealed.after,
    )


def _take_step(
    item: CustodyItem,
    kind: StepKind,
    verb: str,
    *,
    by: Actor,
    why: str = "",
    where: str = "",
    tool: str = "",
    sha256: str = "",
    save: bool = False,
) -> Act:
    """Add one link to the chain as one act; `save` keeps what was changed in the item besides."""
    if item.retired_at is not None:
        raise Refused(_("This item was purged; its chain stays as it was."))
    with act(verb, by=by, why=why, subjects=[item.hold, item]) as this:
        if save:
            item.save()
        _step(item, _next(item), kind, this.at, who=_who(by), where=where, tool=tool, sha256=sha256, reason=why).save()
        this.note("item", item.title)
        if sha256:
            this.note("sha256", sha256, in_clear=True)
    return this


def _next(item: CustodyItem) -> int:
    """Return the next number of the chain; two who act at once take turns."""
    list(CustodyItem.objects.select_for_update().filter(pk=item.pk).values_list("pk"))
    return item.steps.count() + 1


def _step(
    item: CustodyItem,
    number: int,
    kind: StepKind,
    at: datetime,
    *,
    who: tuple[str, Person | None],
    where: str = "",
    tool: str = "",
    sha256: str = "",
    reason: str = "",
) -> CustodyStep:
    return CustodyStep(
        item=item,
        number=number,
        kind=kind,
        at=at,
        who=who[0],
        by=who[1],
        place=where or signer().origin,
        tool=tool,
        sha256=sha256,
        reason=reason[:1000],
    )


def _who(by: Actor) -> tuple[str, Person | None]:
    return by.name, Person.objects.filter(pk=by.id).first() if by.kind == ActorKind.PERSON and by.id else None
