"""A second server as witness of this ledger: the client of c2sp.org/tlog-witness."""

import http.client
import ssl
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kuramori.evidence.heads import Held
from kuramori.evidence.rules.note import COSIGNATURE, Checkpoint, NoteError, VerifierKey, is_decimal, parts
from kuramori.evidence.rules.tree import consistency_proof
from kuramori.evidence.tree_store import hashes, last_checkpoint, tree_size
from kuramori.evidence.witnessing.rules.witness import MAX_BODY, AddCheckpoint, cosigned_at

PATIENCE = 5  # seconds for a connection, and for each answer
ATTEMPTS = 3  # another process of ours may have given it a head meanwhile
OK, FORBIDDEN, NOT_FOUND, CONFLICT, UNPROVEN = 200, 403, 404, 409, 422


class Contradicted(Exception):
    """The witness says that it holds a head over `size` entries which is not one of ours. It need not have signed that.

    So a witness can stop us; whoever looks after it can be asked, and it can be retired with a reason.
    """

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


@dataclass(frozen=True, kw_only=True)
class Server:
    """A witness behind an address (submission prefix); `known` is the size it is believed to hold."""

    name: str | Promise
    place: str
    key: str
    origin: str
    known: int = 0

    def held(self) -> Held | None:
        """Ask for the newest head it cosigned; None when it has none or, as other makes of witness, does not tell."""
        status, raw = _ask(f"{self.place}/{sha256(self.origin.encode()).hexdigest()}/checkpoint")
        if status != OK:
            return None
        return self._checked(raw.decode("utf-8", "replace"))

    def hold(self, note: str) -> str:
        """Have a head cosigned, and return it with the cosignature.

        Raises Contradicted, or OSError when the witness is away, knows us not, or answers something else.
        """
        size = Checkpoint.parse(parts(note)[0]).size
        old = min(self.known, size)
        for _attempt in range(ATTEMPTS):
            status, raw = self._add(note, old, size)
            if status != CONFLICT:
                break
            there = raw.decode("ascii", "replace").removesuffix("\n")
            if not is_decimal(there):
                raise OSError(_("The witness answered something that is no size."))
            if int(there) == old or int(there) > _longest_signed():
                raise Contradicted(int(there))
            old = min(int(there), size)
        if status == UNPROVEN:
            raise Contradicted(old)
        if status != OK:
            raise OSError(_refusal(status))
        return self._checked(note + raw.decode("utf-8", "replace")).note

    def _add(self, note: str, old: int, size: int) -> tuple[int, bytes]:
        proof = tuple(consistency_proof(old, size, hashes)) if 0 < old < size <= tree_size() else ()
        return _ask(f"{self.place}/add-checkpoint", AddCheckpoint(old, proof, note).text.encode())

    def _checked(self, note: str) -> Held:
        try:
            at = cosigned_at(note, [VerifierKey.parse(self.key, COSIGNATURE)])
        except NoteError as error:
            raise OSError(_("The witness's answer is malformed or wrongly signed.")) from error
        if at is None:
            raise OSError(_("The answer is not signed with the key of the witness that was entered here."))
        return Held(note=note, at=at)


def _longest_signed() -> int:
    """Return the size of our longest head, read anew: each one is stored before it leaves, so nobody can hold more."""
    head = last_checkpoint()
    return head.size if head else 0


def _refusal(status: int) -> str:
    if status == NOT_FOUND:
        return _("The witness does not know this ledger: enter its name and key there.")
    if status == FORBIDDEN:
        return _("The witness knows another key for this ledger: enter the present one there.")
    return _("The witness answered with status %(status)s.") % {"status": status}


def _ask(url: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Send one request and return status and body. Follows no redirect, reads 64 KiB at most. Raises OSError."""
    address = urlsplit(url)
    made: http.client.HTTPConnection = (
        http.client.HTTPSConnection(address.netloc, timeout=PATIENCE, context=ssl.create_default_context())
        if address.scheme == "https"
        else http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
    )
    try:
        made.request("GET" if body is None else "POST", address.path, body, {"Content-Type": "text/plain"})
        answer = made.getresponse()
        return answer.status, answer.read(MAX_BODY)
    except http.client.HTTPException as error:
        raise OSError(_("What answers there is no web server.")) from error
    finally:
        made.close()
