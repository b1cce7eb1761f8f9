"""Checking what leaves the house: files and mails, read in a child process, compared with the index, told as events.

    with Reader() as reader:
        checked = check(lake, reader, "図面.zip", data, Sending(activity=Activity.UPLOAD, at=now, actor="akari"))
        link(lake, checked)       # events of the same file or mail are now about the secret

A mail's own log (Postfix) and a check of the same mail are one deed: `link` marks the log's event by its Message-ID.
Where no log tells of the deed, the lines of `kuramori-lake fingerprint check --json` are a log themselves, source
`fingerprint`. Nothing of the text is kept, only where the stretch was.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from email.utils import getaddresses
from pathlib import PurePath
from typing import Any, Final

from kuramori_lake import content
from kuramori_lake.event import Activity, Namespace
from kuramori_lake.fingerprint.index import PrintIndex
from kuramori_lake.fingerprint.matching import Match
from kuramori_lake.fingerprint.reading.limits import Extracted, Problem
from kuramori_lake.fingerprint.reading.reader import Reader
from kuramori_lake.store import Lake
from kuramori_lake.unwatched import shelter_of

FLAG: Final = "fingerprint"


@dataclass(frozen=True, kw_only=True)
class Sending:
    """The deed as whoever asks for the check knows it. `at` is aware; empty members are filled from a mail's head."""

    activity: Activity
    at: datetime
    actor: str | None = None
    namespace: Namespace = Namespace.AD
    destinations: tuple[str, ...] = ()
    """Addresses of receivers, or the host of the upload."""
    message_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A match, and the part of the file it is in: `mail.eml/添付.zip/図.docx/word/document.xml`."""

    part: str
    match: Match


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check found, and what of the file it could not read."""

    name: str
    sha256: str
    size: int
    sending: Sending
    hits: tuple[Hit, ...]
    """The strongest for each secret, strongest first."""
    problems: tuple[Problem, ...]
    sheltered: bool = False
    """A protected party (hotline, union, works council) takes part: nothing was looked at."""

    def line(self) -> dict[str, Any]:
        """The check as a line of JSON; the source `fingerprint` reads it as an event if anything was found."""
        sending = self.sending
        return {
            "file": self.name,
            "sha256": self.sha256,
            "size": self.size,
            "time": sending.at.isoformat(),
            "activity": sending.activity.value,
            "actor": sending.actor,
            "namespace": sending.namespace.value,
            "destinations": list(sending.destinations),
            "message_id": sending.message_id,
            "flags": FLAG if self.hits else None,
            "secret_id": self.hits[0].match.secret_id if self.hits else None,
            "matches": [{"part": one.part} | asdict(one.match) for one in self.hits],
            "problems": [asdict(one) for one in self.problems],
            "sheltered": self.sheltered,
        }


def check(lake: Lake, reader: Reader, name: str, data: bytes, sending: Sending) -> Checked:
    """Read a file or mail and look for words of registered documents.

    Raises:
        PrintFileError: the index is damaged.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    found = Extracted() if _is_sheltered(lake, sending) else reader.extract(PurePath(name).name, data)
    told = _completed(sending, found.mail)
    sheltered = _is_sheltered(lake, told)
    texts = [] if sheltered else [part.text for part in found.parts]
    matches = PrintIndex(lake).check(texts)
    hits = [Hit(part=part.name, match=one) for part, some in zip(found.parts, matches, strict=False) for one in some]
    return Checked(
        name=name,
        sha256=sha256,
        size=len(data),
        sending=told,
        hits=_strongest(hits),
        problems=() if sheltered else found.problems,
        sheltered=sheltered,
    )


def link(lake: Lake, found: Iterable[Checked]) -> None:
    """Let events of what was checked be about the secrets found in it: by SHA-256, and a mail's by its Message-ID."""
    recognised = [
        content.Recognised(
            keys=(one.sha256, content.message_key(one.sending.message_id or "")),
            secret_id=hit.match.secret_id,
            document=hit.match.document,
            hits=hit.match.hits,
            score=hit.match.score,
        )
        for one in found
        for hit in one.hits
    ]
    if recognised:
        content.remember(lake.manifest, recognised)


def _strongest(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    by_secret: dict[str, Hit] = {}
    for one in sorted(hits, key=lambda hit: (-hit.match.hits, -hit.match.score)):
        by_secret.setdefault(one.match.secret_id, one)
    return tuple(by_secret.values())


def _completed(sending: Sending, mail: dict[str, str]) -> Sending:
    """The sending with what only the mail's own head says, which is the sender's claim."""
    senders = [address for _, address in getaddresses([mail.get("from", "")]) if address]
    receivers = tuple(address for _, address in getaddresses([mail.get("to", "")]) if address)
    return Sending(
        activity=sending.activity,
        at=sending.at,
        actor=sending.actor or next(iter(senders), None),
        namespace=sending.namespace if sending.actor or not senders else Namespace.MAIL,
        destinations=sending.destinations or receivers,
        message_id=sending.message_id or content.message_key(mail.get("message_id", "")) or None,
    )


def _is_sheltered(lake: Lake, sending: Sending) -> bool:
    """Whether somebody protected sends or receives; a whole check is dropped for one of many receivers."""
    shelter = shelter_of(lake.context.table("unwatched").to_pylist())
    named = "\n".join(filter(None, (sending.actor, *sending.destinations)))
    return bool(named) and shelter.names(named.encode())
