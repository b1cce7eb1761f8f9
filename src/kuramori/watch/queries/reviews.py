"""Which reviews and lines a viewer may see, and what exactly he signs: never a line about himself."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import now

from kuramori.directory.api import Unit
from kuramori.kernel.permissions import Role, Viewer
from kuramori.watch.models.reviews import Review, ReviewItem, ReviewKind, ReviewSheet, ReviewSignature
from kuramori.watch.pseudonyms import pseudonym
from kuramori.watch.reviews.sheets import SheetSeen, shown_digest
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.reviews import WATCHED_KEY, is_settled, offices_up_to


def reviews_visible_to(viewer: Viewer) -> QuerySet[Review]:
    """Return the reviews of his office or asked of him; the committee sees what was put before it.

    A member whom a review concerns does not see that the committee was called for it, and nobody sees the review that
    was made because he himself came onto the watch list.

    Each says as `is_open` whether a sheet waits for a signature that this viewer has not given: whoever signed what
    he saw is not told that a line about himself waits for another.
    """
    found: QuerySet[Review] = Review.objects.annotate(is_open=_waits_for(viewer))
    found = found.select_related("site", "unit", "reviewer")
    if not viewer.may(Permission.REVIEW_VIEW):
        return found.none()
    about_him = ReviewItem.objects.filter(sheet__review=OuterRef("pk"), person=viewer.person_id)
    found = found.exclude(Q(key__startswith=WATCHED_KEY) & Q(Exists(about_him)))
    if viewer.may_everywhere(Permission.REVIEW_OVERSEE):
        return found
    asked = Q(reviewer=viewer.person_id) if viewer.person_id else Q(pk__in=[])
    if Role.COMMITTEE_MEMBER in viewer.roles:
        asked |= (Q(committee_at__isnull=False) & ~Q(Exists(about_him))) | Q(office=Role.COMMITTEE_MEMBER)
    return found.filter(asked)


def _waits_for(viewer: Viewer) -> Exists:
    mine = ReviewSignature.objects.filter(sheet=OuterRef("pk"), by=viewer.person_id)
    return Exists(ReviewSheet.objects.filter(review=OuterRef("pk"), signed_at=None).filter(~Exists(mine)))


def open_reviews(viewer: Viewer) -> QuerySet[Review]:
    """Return the reviews in sight with a sheet that waits for a signature this viewer has not given."""
    return reviews_visible_to(viewer).filter(_waits_for(viewer))


def sheets_of(viewer: Viewer, review: Review) -> list[SheetSeen]:
    """Return the sheets of a review in sight, the first one first; lines about the viewer himself are not there."""
    sheets = list(review.sheets.order_by("ordinal"))
    items = ReviewItem.objects.filter(sheet__in=sheets).exclude(person=viewer.person_id)
    by_sheet: dict[UUID, list[ReviewItem]] = {}
    for item in items.order_by("rank"):
        by_sheet.setdefault(item.sheet_id, []).append(item)
    signed: dict[UUID, list[ReviewSignature]] = {}
    for each in ReviewSignature.objects.filter(sheet__in=sheets).select_related("by").order_by("created_at", "id"):
        signed.setdefault(each.sheet_id, []).append(each)
    return [_seen(viewer, review, sheet, by_sheet.get(sheet.pk, []), signed.get(sheet.pk, [])) for sheet in sheets]


def _seen(
    viewer: Viewer, review: Review, sheet: ReviewSheet, items: list[ReviewItem], signed: list[ReviewSignature]
) -> SheetSeen:
    """Return a sheet with the one signature that counts for the viewer: his own, or the one that completed it.

    A second signature tells that the first signer is himself on the list, so nobody is shown two of them.
    """
    lines = tuple((pseudonym(f"review:{review.pk}", item.person_id), item) for item in items)
    own = [each for each in signed if each.by_id == viewer.person_id]
    signers = [each.by_id for each in signed]
    return SheetSeen(
        sheet=sheet,
        lines=lines,
        digest=shown_digest(review, sheet, lines),
        signatures=tuple(own or (signed[-1:] if sheet.signed_at else [])),
        is_signed=bool(own) or sheet.signed_at is not None,
        settled=frozenset(item.pk for item in items if is_settled(item.person_id, signers)),
    )


def line_of(viewer: Viewer, review: Review, item_id: UUID) -> ReviewItem | None:
    """Return a line of a review in sight; one about the viewer himself is not there for him."""
    return ReviewItem.objects.filter(pk=item_id, sheet__review=review).exclude(person=viewer.person_id).first()


def is_concerned(viewer: Viewer, review: Review) -> bool:
    """Say whether a line is about the viewer himself; a page may show less for it, never that it is so."""
    return ReviewItem.objects.filter(sheet__review=review, person=viewer.person_id).exists()


def may_sign(viewer: Viewer, review: Review) -> bool:
    """Say whether a viewer may decide and sign: the person asked, the offices asked so far, the committee if called."""
    if viewer.person_id is None or not viewer.may(Permission.REVIEW_SIGN):
        return False
    if review.committee_at and Role.COMMITTEE_MEMBER in viewer.roles and not is_concerned(viewer, review):
        return True
    if review.reviewer_id is not None and review.escalated_at is None:
        return viewer.person_id == review.reviewer_id
    offices = offices_up_to(Role(review.office))
    return viewer.person_id == review.reviewer_id or bool(offices & viewer.roles)


def waiting_reviews(viewer: Viewer) -> list[Review]:
    """Return the reviews that wait for this viewer's signature, the most urgent first.

    The first office alone is asked until a review is late; then the next is asked too.
    """
    found = open_reviews(viewer).order_by("due_at", "id")
    return [review for review in found[:50] if may_sign(viewer, review)]


@dataclass(frozen=True, kw_only=True)
class UnitStanding:
    """How a unit keeps up with its own logs: open reviews, the age of the oldest in days, the last one signed."""

    unit: Unit | None
    open: int
    age_days: int
    last_signed: date | None


def unit_standing(viewer: Viewer) -> list[UnitStanding]:
    """Return how the units keep up, the longest unreviewed first: the review of the reviewers (DET-06)."""
    if not viewer.may(Permission.REVIEW_OVERSEE):
        return []
    by_unit: dict[Unit | None, list[Review]] = {}
    for review in reviews_visible_to(viewer).filter(kind=ReviewKind.UNIT).order_by("since", "id"):
        by_unit.setdefault(review.unit, []).append(review)
    rows = [_standing(unit, reviews) for unit, reviews in by_unit.items()]
    return sorted(rows, key=lambda row: (-row.age_days, row.unit.code if row.unit else ""))


def _standing(unit: Unit | None, reviews: list[Review]) -> UnitStanding:
    waiting = [review for review in reviews if getattr(review, "is_open", False)]
    signed = [review.until for review in reviews if review not in waiting]
    age = (now() - waiting[0].created_at).days if waiting else 0
    return UnitStanding(unit=unit, open=len(waiting), age_days=age, last_signed=max(signed, default=None))


def overdue_reviews(viewer: Viewer) -> QuerySet[Review]:
    """Return the reviews in sight that nobody signed in time and that no office above was asked for yet."""
    late = reviews_visible_to(viewer).filter(
        due_at__lt=now(), escalated_at=None, sheets__signed_at=None, sheets__isnull=False
    )
    return late.distinct().order_by("due_at", "id")
