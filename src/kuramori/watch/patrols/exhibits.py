"""What patrols prove: a person's public posts in an inquiry, and the files that the nightly check compares (EVD-08)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from kuramori.directory.api import people_visible_to, viewer_of_system
from kuramori.evidence.api import TIMELINE_VIEW, FileSource, PersonAsked, PersonSource, SealedFile
from kuramori.kernel.models import EntrySubject
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Exhibit, ExhibitKind, Strength
from kuramori.watch.models import PatrolFile, PatrolHit
from kuramori.watch.patrols.captures import capture_path, file_path
from kuramori.watch.patrols.hits import hits, words_of
from kuramori.watch.patrols.queries import ATTACH, SEAL, about_person, sealing_entry
from kuramori.watch.rules.permissions import Permission

MANY = 500


def of_person(asked: PersonAsked, viewer: Viewer) -> Iterator[Exhibit]:
    """Yield the posts in an inquiry about a person in sight, to who may open timelines; nobody is told of himself.

    A post is about the company as a whole: of a timeline about one secret it says nothing.
    """
    is_closed = not viewer.may_everywhere(TIMELINE_VIEW) or asked.person.id == viewer.person_id
    if is_closed or asked.secret or not people_visible_to(viewer).filter(pk=asked.person.id).exists():
        return
    for hit in about_person(viewer, asked.person.id, asked.since, asked.until):
        yield Exhibit(
            element="taking",
            source="watch.post",
            title=_("Public post %(number)s") % {"number": hit.number},
            statement=_("A post on %(platform)s speaks of: %(words)s. The capture is sealed.")
            % {"platform": hit.platform, "words": words_of(hit)},
            kind=ExhibitKind.CIRCUMSTANTIAL,
            strength=Strength.FAIR,
            at=hit.posted_at,
            entry_id=sealing_entry(viewer_of_system(), hit.pk),
            practice="DET-09",
            gaps=(_("That the account is this person's has to be shown apart."),),
            url=hits.url("detail", hit) if viewer.may(Permission.HIT_VIEW) else "",
        )


PERSON_POSTS = PersonSource(of_person=of_person)


def sealed_captures() -> Iterator[SealedFile]:
    """Yield every live capture and uploaded file that an act has sealed."""
    live = PatrolHit.objects.filter(erased_at=None)
    digests = dict(live.values_list("pk", "sha256"))
    sealed = EntrySubject.objects.filter(
        kind=PatrolHit.record_kind(), entry__verb=SEAL, subject_id__in=live.values("pk")
    )
    for hit, entry in sealed.values_list("subject_id", "entry__id").iterator(MANY):
        yield SealedFile(path=capture_path(hit), sha256=digests[hit], entry_id=entry)
    files = {file.pk: file for file in PatrolFile.objects.filter(hit__in=live)}
    attached = EntrySubject.objects.filter(kind=PatrolFile.record_kind(), entry__verb=ATTACH, subject_id__in=files)
    for pk, entry in attached.values_list("subject_id", "entry__id"):
        yield SealedFile(path=file_path(files[pk].hit_id, pk), sha256=files[pk].sha256, entry_id=entry)


SEALED_CAPTURES = FileSource(files=sealed_captures)
