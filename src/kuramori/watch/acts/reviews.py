"""Every change of a review: prepared, added to, decided line by line, signed, passed on, put before the committee."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, Site, Unit
from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.permissions import Role
from kuramori.kernel.records import record_many
from kuramori.watch.models.reviews import Answer, Review, ReviewItem, ReviewKind, ReviewSheet, ReviewSignature
from kuramori.watch.numbering import drawn
from kuramori.watch.reviews.sheets import SheetSeen, is_untouched
from kuramori.watch.rules.reviews import canonical, digest_of, is_covered, is_settled, office_after


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person's numbers, ready to be frozen."""

    person_id: UUID
    told: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A review ready to be kept: `told` is the sheet with its coverage, `lines` the weightiest first."""

    key: str
    kind: ReviewKind
    since: date
    until: date
    due_at: datetime
    told: dict[str, Any]
    lines: Sequence[Line]
    office: Role = Role.SECURITY_ANALYST
    site: Site | None = None
    unit: Unit | None = None
    reviewer: Person | None = None
    seed: str = ""
    population: str = ""


def review_prepare(*, prepared: Prepared, by: Actor = SYSTEM) -> Review:
    """Freeze what a review shows; one that stands already is returned as it is."""
    known: Review | None = Review.objects.filter(key=prepared.key).first()
    if known is not None:
        return known
    review = Review(
        number=next(drawn(Review, "R", prepared.until.year)),
        key=prepared.key,
        kind=prepared.kind,
        site=prepared.site,
        unit=prepared.unit,
        reviewer=prepared.reviewer,
        office=str(prepared.office),
        since=prepared.since,
        until=prepared.until,
        due_at=prepared.due_at,
        seed=prepared.seed,
        population=prepared.population,
    )
    with act("watch.review.prepare", by=by, subjects=[review]) as this:
        review.save()
        sheet = _freeze(review, 1, prepared.told, prepared.lines)
        this.note("digest", sheet.digest, in_clear=True)
    return review


def review_append(*, review: Review, told: dict[str, Any], lines: Sequence[Line], by: Actor = SYSTEM) -> ReviewSheet:
    """Add what came in late as a sheet of its own, which asks for a signature of its own (DET-10)."""
    ordinal = review.sheets.count() + 1
    with act("watch.review.append", by=by, subjects=[review]) as this:
        sheet = _freeze(review, ordinal, told, lines)
        this.note("digest", sheet.digest, in_clear=True)
    return sheet


def _freeze(review: Review, ordinal: int, told: dict[str, Any], lines: Sequence[Line]) -> ReviewSheet:
    content = canonical(told)
    sheet = ReviewSheet(review=review, ordinal=ordinal, content=content, digest=digest_of(content))
    sheet.save()
    record_many(
        ReviewItem(sheet=sheet, rank=rank, person_id=line.person_id, content=canonical(line.told))
        for rank, line in enumerate(lines, start=1)
    )
    return sheet


def review_judge(
    *, review: Review, items: Sequence[ReviewItem], verdict: Answer, note: str, judge: Person, by: Actor
) -> None:
    """Decide on lines. Raises Refused for a line about the judge himself, and once somebody has signed over it.

    What gives concern or has to be asked needs a word on why.
    """
    if verdict in {Answer.ASK, Answer.CONCERN} and not note.strip():
        raise Refused(_("This verdict needs a word on why."), _("Write one sentence without a name."))
    if any(item.person_id == judge.pk for item in items):
        raise Refused(_("Nobody reviews himself."), _("Another reviewer decides on this line."))
    signed = set(
        ReviewSignature.objects.filter(sheet__in={item.sheet_id for item in items}).values_list("sheet_id", "by_id")
    )
    if any(is_settled(item.person_id, [by for sheet, by in signed if sheet == item.sheet_id]) for item in items):
        raise Refused(
            _("The sheet has been signed; its verdicts stay as they are."),
            _("What turned up since belongs into the case, or into the next review."),
        )
    with act("watch.review.judge", by=by, why=note, subjects=[review]) as this:
        this.note("verdict", str(verdict), in_clear=True)
        this.note("lines", len(items), in_clear=True)
        for item in items:
            item.verdict, item.note, item.judged_by = verdict, note.strip(), judge
            item.save()


def review_sign(
    *, review: Review, seen: SheetSeen, digest: str, statement: str, signer: Person, by: Actor
) -> ReviewSignature:
    """Sign exactly what was shown, also when nothing was found; the digest of it stands in the ledger in clear.

    Raises Refused when a line has no verdict yet, when the page showed something else, for a sheet that is no longer
    what was frozen, and twice by the same person.
    """
    _signable(seen, digest, signer)
    with act("watch.review.sign", by=by, why=statement, subjects=[review]) as this:
        this.note("digest", digest, in_clear=True)
        this.note("sheet", seen.sheet.ordinal, in_clear=True)
        this.note("lines", len(seen.lines), in_clear=True)
        signature = ReviewSignature(
            sheet=seen.sheet, by=signer, digest=digest, lines=len(seen.lines), statement=statement.strip()
        )
        signature.save()
        concerned = set(seen.sheet.items.values_list("person_id", flat=True))
        signers = set(seen.sheet.signatures.values_list("by_id", flat=True))
        if is_covered(concerned, signers):
            seen.sheet.signed_at = now()
            seen.sheet.save()
    return signature


def _signable(seen: SheetSeen, digest: str, signer: Person) -> None:
    if any(each.by_id == signer.pk for each in seen.signatures):
        raise Refused(_("You have signed this sheet already."))
    if not is_untouched(seen.sheet):
        raise Refused(
            _("This sheet is no longer what was frozen: do not sign it."),
            _("Tell the system administrator, who checks the ledger and the backup."),
        )
    if seen.open_lines:
        raise Refused(
            _("%(count)s lines have no verdict yet.") % {"count": seen.open_lines},
            _("Decide on each line; what is ordinary can be decided in one step."),
        )
    if digest != seen.digest:
        raise Refused(_("What you were shown has changed in the meantime."), _("Read the page again, then sign."))


def review_escalate(*, review: Review, by: Actor = SYSTEM) -> Review:
    """Pass a review that was not signed in time on to the next office; it stays with the first one too."""
    following = office_after(Role(review.office)) or Role.COMMITTEE_MEMBER
    with act("watch.review.escalate", by=by, subjects=[review]) as this:
        this.note("office", str(following), in_clear=True)
        review.office, review.escalated_at = str(following), now()
        review.save()
    return review


def review_call(*, review: Review, reason: str, by: Actor) -> Review:
    """Put a review before the committee at once (DET-10). Raises Refused without a reason.

    Another call adds its reason: refusing it would tell somebody it concerns that the first one was made.
    """
    if not reason.strip():
        raise Refused(_("The committee is called for a reason only."), _("Write one sentence without a name."))
    with act("watch.review.call", by=by, why=reason, subjects=[review]):
        review.committee_at = review.committee_at or now()
        review.committee_reason = "\n".join(filter(None, [review.committee_reason, reason.strip()]))
        review.save()
    return review
