"""Which posts and counts a viewer may see, and what patrols look for."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from kuramori.kernel.ledger import entries_about
from kuramori.kernel.models import EntrySubject
from kuramori.kernel.permissions import Viewer
from kuramori.watch.models import HitStateChoice, PatrolFile, PatrolHit, PatrolTerm, PatrolVerdict, SurveyCount
from kuramori.watch.patrols.captures import Captured, read_capture
from kuramori.watch.rules.patrols import HANDED_ON, HitState, Term
from kuramori.watch.rules.permissions import Permission

SEAL, ATTACH = "watch.hit.seal", "watch.hit.attach"
COMPARED = 500


def terms_visible_to(viewer: Viewer) -> QuerySet[PatrolTerm]:
    """Return the terms, for who may know what patrols look for."""
    found: QuerySet[PatrolTerm] = PatrolTerm.objects.all()
    return found if viewer.may_everywhere(Permission.TERM_VIEW) else found.none()


def terms_in_force(viewer: Viewer) -> list[Term]:
    """Return every standing term, in the order of their numbers."""
    return [each.term for each in terms_visible_to(viewer).filter(retired_at=None).order_by("number")]


def hits_visible_to(viewer: Viewer) -> QuerySet[PatrolHit]:
    """Return the posts on the board; HR and the lawyers see those handed on, nobody one that concerns himself."""
    found: QuerySet[PatrolHit] = PatrolHit.objects.standing()
    if not viewer.may_everywhere(Permission.HIT_VIEW):
        return found.none()
    if viewer.person_id is not None:
        found = found.exclude(concerned=viewer.person_id)
    return found if viewer.may_everywhere(Permission.HIT_OVERSEE) else found.filter(state__in=HANDED_ON)


def waiting_hits(viewer: Viewer) -> QuerySet[PatrolHit]:
    """Return the posts in the viewer's sight that nobody has decided on, the oldest first."""
    return hits_visible_to(viewer).filter(state=HitStateChoice.NEW).order_by("created_at", "id")


def handed_hits(viewer: Viewer, state: HitState) -> QuerySet[PatrolHit]:
    """Return the posts in the viewer's sight in a state, the oldest first."""
    return hits_visible_to(viewer).filter(state=state.value).order_by("updated_at", "id")


def verdicts_of(viewer: Viewer, hit: PatrolHit) -> QuerySet[PatrolVerdict]:
    """Return what was decided on a post the viewer was given, the newest first."""
    found: QuerySet[PatrolVerdict] = hit.verdicts.select_related("by").order_by("-created_at", "-id")
    return found if viewer.may(Permission.HIT_VIEW) else found.none()


def files_of(viewer: Viewer, hit: PatrolHit) -> list[PatrolFile]:
    """Return what was uploaded to a post the viewer was given, in order; nothing once it is erased."""
    may_see = viewer.may(Permission.HIT_VIEW) and hit.erased_at is None
    return list(hit.files.order_by("created_at", "id")) if may_see else []


def same_author(viewer: Viewer, hit: PatrolHit, told: Captured) -> list[PatrolHit]:
    """Return other posts of the same account, in an inquiry only: nobody's posts are put together for a match.

    Looked for among the newest 500 on the same platform that are in the viewer's sight.
    """
    if HitState(hit.state) not in HANDED_ON or not told.author:
        return []
    others = hits_visible_to(viewer).filter(platform=hit.platform, erased_at=None).exclude(pk=hit.pk)
    newest = others.order_by("-posted_at", "-id")[:COMPARED]
    return [each for each in newest if (one := read_capture(each.pk)) and one.author == told.author]


def sealing_entry(viewer: Viewer, subject_id: UUID) -> UUID | None:
    """Return the act that holds the digest of a capture or an uploaded file, None before it was sealed."""
    if not viewer.may(Permission.HIT_VIEW):
        return None
    return entries_about(subject_id).filter(verb__in=(SEAL, ATTACH)).values_list("id", flat=True).first()


def _live(viewer: Viewer) -> QuerySet[PatrolHit]:
    """Return what is not erased, taken back or not: for who oversees the board, and the system."""
    found: QuerySet[PatrolHit] = PatrolHit.objects.filter(erased_at=None)
    return found if viewer.may_everywhere(Permission.HIT_OVERSEE) else found.none()


def unsealed_hits(viewer: Viewer) -> QuerySet[PatrolHit]:
    """Return the hits whose captures no act holds yet."""
    sealed = EntrySubject.objects.filter(kind=PatrolHit.record_kind(), entry__verb=SEAL).values("subject_id")
    found = _live(viewer).exclude(pk__in=sealed)
    return found.order_by("id")


def hits_over(viewer: Viewer, today: date) -> QuerySet[PatrolHit]:
    """Return what is to be erased on a day of the company: its time is over, or it was taken back with its file."""
    live = _live(viewer)
    found = live.filter(erase_on__lte=today) | live.filter(retired_at__isnull=False)
    return found.order_by("id")


def surveys_visible_to(viewer: Viewer) -> QuerySet[SurveyCount]:
    """Return the counts of surveys."""
    found: QuerySet[SurveyCount] = SurveyCount.objects.select_related("unit")
    return found if viewer.may_everywhere(Permission.SURVEY_VIEW) else found.none()


def about_person(viewer: Viewer, person_id: UUID, since: date, until: date) -> Sequence[PatrolHit]:
    """Return the posts handed on that concern a person, by their days; for rooms that ask about a person."""
    if viewer.person_id == person_id:
        return []
    found = PatrolHit.objects.standing().filter(concerned=person_id, state__in=HANDED_ON, erased_at=None)
    return list(found.filter(posted_at__date__gte=since, posted_at__date__lte=until).order_by("posted_at", "id"))
