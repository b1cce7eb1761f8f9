"""What is done with posts: decided on, a file put to them, sealed, erased (DET-09). Whom they concern is no subject."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, viewer_of_system
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ids import uuid7
from kuramori.kernel.keeping import Purge, is_kept
from kuramori.watch.models import HitStateChoice, PatrolFile, PatrolHit, PatrolVerdict
from kuramori.watch.patrols import captures
from kuramori.watch.patrols.queries import ATTACH, SEAL, hits_over, unsealed_hits
from kuramori.watch.rules.patrols import HANDED_ON, HitState, erase_on, next_states

MOST_SEALED: Final = 200
"""Digests in one act: an entry of the ledger has room for 65,535 bytes."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Where a post goes, why, and for an inquiry about whom it is, if that is known."""

    state: HitState
    reason: str
    concerned: Person | None = None


def hit_decide(*, hit: PatrolHit, decision: Decision, decider: Person, today: date, by: Actor) -> PatrolHit:
    """Move a post on; an ordinary verdict sets the day from which it is erased (`today` is the company's).

    Raises Refused without a reason, for a step that does not follow, about oneself, and for discipline: without an
    inquiry about a named person, and by whoever opened that inquiry.
    """
    if not decision.reason.strip():
        raise Refused(_("A decision needs a reason."), _("Write one sentence: why, or why not."))
    with act("watch.hit.decide", by=by, why=decision.reason, subjects=[hit]):
        current: PatrolHit = PatrolHit.objects.select_for_update().get(pk=hit.pk)
        _demand(current, decision, decider)
        before = current.state
        current.state = HitStateChoice(decision.state)
        if decision.state in HANDED_ON:
            current.concerned = decision.concerned or current.concerned
        else:
            current.concerned = None
        current.erase_on = erase_on(decision.state, today, settings.PATROL_DAYS)
        current.save()
        PatrolVerdict(
            hit=current, before=before, state=current.state, reason=decision.reason.strip(), by=decider
        ).save()
    return current


def _demand(hit: PatrolHit, decision: Decision, decider: Person) -> None:
    if hit.erased_at is not None or decision.state not in next_states(HitState(hit.state)):
        raise Refused(_("This post cannot go there, or no longer."), _("Its page says where it stands."))
    concerned = decision.concerned or hit.concerned
    if concerned is not None and concerned.pk == decider.pk:
        raise Refused(_("You cannot decide on this post."), _("Somebody else of the office decides."))
    if decision.state is HitState.DISCIPLINE:
        opened = hit.verdicts.filter(state=HitStateChoice.INQUIRY).order_by("-created_at", "-id").first()
        if concerned is None:
            raise Refused(_("Nobody is disciplined for a post of somebody unknown."), _("Name the person first."))
        if opened is not None and opened.by_id == decider.pk:
            raise Refused(
                _("Whoever opened the inquiry does not hand it to discipline."), _("A second person decides.")
            )


def hit_attach(*, hit: PatrolHit, content: bytes, by: Actor, why: str = "") -> PatrolFile:
    """Put a screenshot, a saved page or a PDF to a post and seal it with this act.

    Raises Refused for anything else, above 20 MB, for the same file again, and once the post is erased.
    """
    kind = captures.kind_of(content)
    if kind is None:
        raise Refused(_("This is neither a picture (PNG, JPEG), a web page nor a PDF."), _("Choose another file."))
    if len(content) > captures.LARGEST:
        raise Refused(_("The file is larger than %(limit)s MB.") % {"limit": captures.LARGEST >> 20})
    file = PatrolFile(pk=uuid7(), hit=hit, kind=kind, size=len(content))
    with act(ATTACH, by=by, why=why, subjects=[hit, file]) as this:
        current: PatrolHit = PatrolHit.objects.select_for_update().get(pk=hit.pk)
        if current.erased_at is not None:
            raise Refused(_("This post cannot go there, or no longer."), _("Its page says where it stands."))
        file.sha256 = captures.write_file(hit.pk, file.pk, content)
        if hit.files.filter(sha256=file.sha256).exists():
            captures.file_path(hit.pk, file.pk).unlink()
            raise Refused(_("This very file lies here already."))
        file.save()
        this.note("sha256", file.sha256, in_clear=True)
    return file


def hits_seal(*, by: Actor) -> int:
    """Put the digest of every capture that no act holds yet into one, 200 at a time; return how many were sealed."""
    waiting = list(unsealed_hits(viewer_of_system()))
    for start in range(0, len(waiting), MOST_SEALED):
        part = waiting[start : start + MOST_SEALED]
        with act(SEAL, by=by, subjects=part) as this:
            this.note("count", len(part), in_clear=True)
            for number, hit in enumerate(part):
                this.note(f"sha256_{number:03}", hit.sha256, in_clear=True)
    return len(waiting)


def hits_erase(*, today: date, by: Actor) -> int:
    """Erase the posts whose time is over, captures and files, in one act that says how many; return how many.

    What has to be kept is left for another day. Files are overwritten after the act: who dies between leaves them to
    `captures_sweep`.
    """
    over = [hit for hit in hits_over(viewer_of_system(), today) if not is_kept(_purge(hit))]
    if not over:
        return 0
    with act("watch.hit.erase", by=by, subjects=over) as this:
        this.note("count", len(over), in_clear=True)
        this.note("days", settings.PATROL_DAYS, in_clear=True)
        for hit in over:
            hit.erased_at, hit.erase_on, hit.concerned = this.at, None, None
            hit.save()
    for hit in over:
        captures.erase(hit.pk)
    return len(over)


def _purge(hit: PatrolHit) -> Purge:
    day = hit.posted_at.date()
    return Purge(subjects=frozenset({hit.pk}), first=day, last=day)
