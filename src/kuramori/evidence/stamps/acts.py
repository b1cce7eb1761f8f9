"""Setting up time-stamp authorities, and keeping what they answer."""

import hashlib
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from kuramori.evidence.models import Authority, Stamp, StampDue
from kuramori.evidence.rules.stamps import Failed, fingerprints
from kuramori.evidence.stamps.credentials import CLIENT, PASSWORD, drop, forget, keep
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import act
from kuramori.kernel.one_record import record_write

REPLY_NOTE = "reply_sha256"


def authority_add(*, by: Actor, why: str = "", **values: Any) -> Authority:
    """Set up an authority; its root's fingerprint stands in clear in the entry (EVD-08)."""
    return _set_up(Authority(), "evidence.authority.add", values, by=by, why=why)


def authority_edit(*, authority: Authority, by: Actor, why: str = "", **values: Any) -> Authority:
    """Change an authority; an empty password or client certificate leaves the present one."""
    return _set_up(authority, "evidence.authority.edit", values, by=by, why=why)


def authority_retire(*, authority: Authority, by: Actor, why: str) -> Authority:
    """Ask an authority no more; its tokens stay, what it still owed is dropped, its password and key are deleted.

    The files go once the act is durable: one that fails leaves the authority as it was. A crash between the two
    leaves files that nobody needs, until the hourly round sweeps them (`credentials.sweep`).
    """
    with act("evidence.authority.retire", by=by, why=why, subjects=[authority]):
        authority.retire()
        StampDue.objects.filter(authority=authority).delete()
        transaction.on_commit(partial(forget, authority), robust=True)
    return authority


def stamp_receive(
    *, due: StampDue, reply: bytes, gen_time: datetime, serial: str, not_after: datetime, at: datetime, by: Actor
) -> Stamp:
    """Keep a good token. Its digest stands in clear in the ledger, so that every later token covers this one too."""
    stamp = _stamp(due, reply, at)
    stamp.gen_time, stamp.serial, stamp.not_after = gen_time, serial, not_after
    stamp.difference_ms = abs(round((gen_time - at).total_seconds() * 1000))
    with act("evidence.stamp.receive", by=by, subjects=[due.authority, stamp]) as this:
        stamp.save()
        StampDue.objects.filter(pk=due.pk, content=due.content).delete()
        this.note(REPLY_NOTE, hashlib.sha256(reply).hexdigest(), in_clear=True)
    return stamp


def stamp_refuse(*, due: StampDue, reply: bytes, failed: Failed, at: datetime, by: Actor) -> Stamp:
    """Keep a reply that may not count, raw and with the reason."""
    stamp = _stamp(due, reply, at)
    stamp.refusal, stamp.detail = failed.problem, failed.detail
    with act("evidence.stamp.refuse", by=by, subjects=[due.authority, stamp]) as this:
        stamp.save()
        this.note(REPLY_NOTE, hashlib.sha256(reply).hexdigest(), in_clear=True)
        this.note("refusal", str(failed.problem), in_clear=True)
    return stamp


def _set_up(authority: Authority, verb: str, values: dict[str, Any], *, by: Actor, why: str) -> Authority:
    """Keep an authority; that its password or client key was replaced is noted, they themselves never."""
    new = {PASSWORD: values.pop("password", ""), CLIENT: values.pop("client_pem", "")}
    gone = [CLIENT] if values.pop("drop_client", False) else []
    values["root_sha256"] = fingerprints(values.get("roots_pem", authority.roots_pem))[0]
    with act(verb, by=by, why=why) as this:
        record_write(authority, verb, by=by, why=why, values=values)
        this.note("root_sha256", authority.root_sha256, in_clear=True)
        this.note("credentials_replaced", any(new.values()), in_clear=True)
        for name, content in new.items():
            if content:
                keep(authority, name, content.encode())
        for name in gone if authority.username else [*gone, PASSWORD]:
            transaction.on_commit(partial(drop, authority, name), robust=True)
    return authority


def _stamp(due: StampDue, reply: bytes, at: datetime) -> Stamp:
    return Stamp(
        authority=due.authority,
        size=due.size,
        bundle=due.bundle,
        content_sha256=hashlib.sha256(due.content).hexdigest(),
        reply=reply,
        received_at=at,
    )
