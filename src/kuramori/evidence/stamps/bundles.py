"""The tokens that go into a bundle, over its checkpoint and over its tag manifest."""

from dataclasses import dataclass
from uuid import UUID

from kuramori.evidence.models import Authority, Stamp, StampDue
from kuramori.evidence.stamps.asking import ask, digest_of, note_due
from kuramori.evidence.stamps.judging import chain_pem
from kuramori.kernel.actors import Actor


@dataclass(frozen=True, kw_only=True)
class StampFile:
    """What one authority says: `reply` as it came (DER TimeStampResp), None while it is away; `chain` to the root."""

    slug: str
    name: str
    reply: bytes | None
    chain: bytes


def stamps_for(content: bytes, *, what: int | UUID, by: Actor) -> list[StampFile]:
    """Return a token over `content` from each authority that is set up, asking at most 10 seconds each.

    `what` is the size of the checkpoint whose bytes these are, or the id of the bundle whose tag manifest they are. A
    good token over the same bytes is taken again. One that does not come stays due and is asked for each hour. Call
    it outside acts: what comes is kept by acts of its own.
    """
    return [_file(each, content, what, by) for each in Authority.objects.filter(retired_at=None).order_by("slug")]


def _file(authority: Authority, content: bytes, what: int | UUID, by: Actor) -> StampFile:
    known = Stamp.objects.filter(authority=authority, content_sha256=digest_of(content), refusal="")
    stamp = known.order_by("received_at").first() or ask(_due(authority, content, what), by=by)
    reply = bytes(stamp.reply) if stamp else None
    roots = authority.roots_pem
    return StampFile(
        slug=authority.slug,
        name=authority.name_en,
        reply=reply,
        chain=chain_pem(reply, roots) if reply else roots.encode(),
    )


def _due(authority: Authority, content: bytes, what: int | UUID) -> StampDue:
    """Return the queued query over the content; when the queue is past an older checkpoint, one that is not kept."""
    due = note_due(authority, content, what)
    if bytes(due.content) == content or isinstance(what, UUID):
        return due
    return StampDue(authority=authority, size=what, content=content)
