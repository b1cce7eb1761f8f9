"""What a decider is shown, and the seal that his page carries: of which content he speaks when he decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext_lazy as _

from kuramori.approvals.kinds import kinds
from kuramori.approvals.models import Request
from kuramori.approvals.routing import asked_of
from kuramori.approvals.rules.binding import Changed, Content, changes, digest_of
from kuramori.kernel.acts import Refused

SALT = "approvals.seen"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a page showed to somebody: its lines, and the digest over all of it."""

    digest: str
    content: Content


class ChangedSinceShown(Refused):
    """What was shown is not what stands now: nothing was decided. `changed` says what is different (A6)."""

    def __init__(self, changed: Sequence[Changed]) -> None:
        super().__init__(
            _("What you were shown has changed meanwhile. Nothing was decided."),
            _("Read it as it stands now, then decide."),
        )
        self.changed = changed


def lines_of(request: Request) -> Content:
    """Return what a decider is shown now. Raises Refused when there is nothing left to decide on."""
    return kinds()[request.kind].shown(asked_of(request))


def seen_in(request: Request, content: Content) -> Seen:
    """Return what a page with this content shows."""
    told = {"number": request.number, "kind": request.kind, "detail": request.detail, "why": request.why}
    return Seen(digest=digest_of(content=content, **told), content=content)


def sealed(seen: Seen, request: Request, person: UUID | None) -> str:
    """Return what was shown as text that the page carries and nobody can change, for this person and request alone."""
    return signing.dumps([list(pair) for pair in seen.content], salt=_salt(request, person), compress=True)


def unsealed(text: str, request: Request, person: UUID | None) -> Seen:
    """Return what the page had shown. Raises Refused for what this person's page of this request did not carry."""
    try:
        pairs = signing.loads(text, salt=_salt(request, person))
    except signing.BadSignature as fault:
        raise Refused(
            _("This page was not made for your decision."), _("Open the request again and decide there.")
        ) from fault
    return seen_in(request, [(name, value) for name, value in pairs])


def demand_unchanged(request: Request, seen: Seen) -> str:
    """Return the digest of what stands now. Raises ChangedSinceShown when that is not what was shown."""
    current = seen_in(request, lines_of(request))
    if current.digest != seen.digest:
        raise ChangedSinceShown(changes(seen.content, current.content))
    return current.digest


def _salt(request: Request, person: UUID | None) -> str:
    return f"{SALT}.{request.pk}.{person}"
