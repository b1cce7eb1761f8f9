"""What has to be stamped, and asking for it: outside every act, so that a silent authority holds up nobody's work."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography import x509
from django.db.models import F
from django.utils.timezone import now
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from kuramori.evidence.models import Authority, Leaf, Stamp, StampDue
from kuramori.evidence.rules.stamps import Failed, Problem
from kuramori.evidence.stamps import acts
from kuramori.evidence.stamps.credentials import credentials_of
from kuramori.evidence.stamps.judging import Asked, Token, judge
from kuramori.evidence.stamps.outgoing import post
from kuramori.evidence.tree_store import last_checkpoint
from kuramori.kernel.actors import Actor

STAMP = "evidence.stamp"
OWN_VERBS = "evidence.stamp."
QUERY = "application/timestamp-query"
HASHES = {"sha256": HashAlgorithm.SHA256, "sha512": HashAlgorithm.SHA512}


def note_due(authority: Authority, content: bytes, what: int | UUID) -> StampDue:
    """Put content into the queue: `what` is a checkpoint's size or a bundle's id. A checkpoint's row only moves on."""
    place: dict[str, Any] = {"bundle": None, "size": what}
    if isinstance(what, UUID):
        place = {"bundle": what, "size": None}
    values = {**place, "content": content, "since": now()}
    due, is_new = StampDue.objects.get_or_create(authority=authority, bundle=place["bundle"], defaults=values)
    if is_new or (due.size or 0) > (place["size"] or 0):
        return due
    due.size, due.content = place["size"], content
    moved = StampDue.objects.filter(pk=due.pk).update(size=due.size, content=content)
    return due if moved else note_due(authority, content, what)  # another worker had its answer meanwhile


def note_new_head(*, even_if_quiet: bool = False) -> int:
    """Queue the newest checkpoint for each authority whose last token does not cover all that was done.

    Our own entries about stamps do not count: else each token would make the next one due. Returns how many wait.
    """
    head = last_checkpoint()
    if head is None:
        return 0
    count = 0
    for authority in Authority.objects.filter(retired_at=None):
        last = Stamp.objects.filter(authority=authority, refusal="", size__isnull=False).order_by("-size").first()
        unstamped = Leaf.objects.filter(index__gte=last.size if last else 0, index__lt=head.size)
        if even_if_quiet or unstamped.exclude(entry__verb__startswith=OWN_VERBS).exists():
            note_due(authority, head.note.encode(), head.size)
            count += 1
    return count


def ask(due: StampDue, *, by: Actor) -> Stamp | None:
    """Ask for one token and keep what comes: the token, or the refused reply. None: no good token; it stays due."""
    query = TimestampRequestBuilder().data(bytes(due.content)).hash_algorithm(HASHES[due.authority.algorithm]).build()
    reply = b""
    try:
        reply = post(
            due.authority.url,
            query.as_bytes(),
            content_type=QUERY,
            is_inside=due.authority.is_inside,
            credentials=credentials_of(due.authority),
        )
        at = now()
        token = judge(reply, _asked(due, query.nonce or 0))
        _refuse_replay(due.authority, token)
    except Failed as failed:
        _note_failure(due, reply, failed, now(), by)
        return None
    return acts.stamp_receive(
        due=due, reply=reply, gen_time=token.gen_time, serial=token.serial, not_after=token.not_after, at=at, by=by
    )


def ask_all_due(*, by: Actor) -> tuple[int, int]:
    """Ask for everything that waits, oldest first; returns how many tokens came and how many are still due.

    An authority that cannot be reached is not asked again in the same round.
    """
    came, still, away = 0, 0, set()
    for due in StampDue.objects.select_related("authority").order_by("since"):
        if due.authority_id not in away and ask(due, by=by) is not None:
            came += 1
            continue
        still += 1
        away.add(due.authority_id)
    return came, still


def _asked(due: StampDue, nonce: int) -> Asked:
    return Asked(
        content=bytes(due.content),
        algorithm=due.authority.algorithm,
        nonce=nonce,
        policy=due.authority.policy,
        roots=x509.load_pem_x509_certificates(due.authority.roots_pem.encode()),
    )


def _refuse_replay(authority: Authority, token: Token) -> None:
    """No serial number comes twice from one authority (RFC 3161, 2.4.2), whatever else fits."""
    if Stamp.objects.filter(authority=authority, serial=token.serial, refusal="").exists():
        raise Failed(Problem.REPLAYED, token.serial)


def _note_failure(due: StampDue, reply: bytes, failed: Failed, at: datetime, by: Actor) -> None:
    """Keep a refused reply once, however often the same bytes come, and say at the queue what went wrong."""
    fields = {"tries": F("tries") + 1, "tried_at": at, "problem": failed.problem, "detail": failed.detail}
    StampDue.objects.filter(pk=due.pk).update(**fields)
    known = Stamp.objects.filter(authority=due.authority).exclude(refusal="").order_by("-received_at").first()
    if reply and (known is None or bytes(known.reply) != reply):
        acts.stamp_refuse(due=due, reply=reply, failed=failed, at=at, by=by)


def digest_of(content: bytes) -> str:
    """Return the SHA-256 (hex) by which the stamps over some content are found."""
    return hashlib.sha256(content).hexdigest()
