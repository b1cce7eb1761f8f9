"""What a bundle is asked to hold, and what other rooms put into it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from kuramori.evidence.bundles.variants import COURT, variants
from kuramori.kernel.acts import Subject
from kuramori.kernel.permissions import Viewer


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """For whom a bundle is made: the variant, what is withheld, from whom it is locked, which claims it is to carry.

    `withhold` are kinds (`variants.Kept`) kept back besides those that the variant keeps back by itself; `choices` are
    pairs of what is kept back singly (`choices`) and the reason that readers are shown.
    """

    variant: str = COURT
    withhold: frozenset[str] = frozenset()
    withhold_why: str = ""
    recipients: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()

    def as_members(self) -> dict[str, Any]:
        """Return the members of an order that say the same."""
        members = {each.name: getattr(self, each.name) for each in fields(self)}
        return members | {"withhold": self.withhold | variants()[self.variant].withhold}


@dataclass(frozen=True, kw_only=True)
class Order:
    """One bundle: about `subject`, known to the ledger under `ids`, for acts and events in [starts_at, ends_at).

    `up_to` fixes the ledger's size it looks at, so that making it again, after a crash, gives the same bundle.
    `withhold` are kinds (`variants.Kept`) to keep back for `withhold_why`; `choices` are exhibits, groups and members
    (`choices`), each with a reason of its own; readers are shown both. `recipients` are age keys it is encrypted for;
    `claims` are codes of the claims whose elements are matched, none for the one every secret is prepared for. `twin`
    is what the manifest's member of that name has to be: that of the bundle whose twin this one becomes. `contents` is
    the digest of what was looked through before choosing, "" when nobody did: something else is then not made.
    `permission` is what making it takes.
    """

    id: UUID
    kind: str
    subject: Subject
    ids: frozenset[UUID]
    why: str
    made_at: datetime
    up_to: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    variant: str = COURT
    withhold: frozenset[str] = frozenset()
    withhold_why: str = ""
    recipients: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    contents: str = ""
    twin: str = ""
    permission: str = ""

    def holds(self, at: datetime) -> bool:
        """Say whether a moment lies in the period asked for."""
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)

    def as_json(self) -> dict[str, Any]:
        """Return the order for a job's arguments."""
        return {
            "id": str(self.id),
            "kind": self.kind,
            "subject": [self.subject.kind, str(self.subject.id), self.subject.name],
            "ids": sorted(map(str, self.ids)),
            "why": self.why,
            "made_at": self.made_at.isoformat(),
            "up_to": self.up_to,
            "starts_at": self.starts_at.isoformat() if self.starts_at else None,
            "ends_at": self.ends_at.isoformat() if self.ends_at else None,
            "variant": self.variant,
            "withhold": sorted(self.withhold),
            "withhold_why": self.withhold_why,
            "recipients": list(self.recipients),
            "claims": list(self.claims),
            "choices": [list(each) for each in self.choices],
            "contents": self.contents,
            "twin": self.twin,
            "permission": self.permission,
        }

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        kind, number, name = told["subject"]
        return cls(
            id=UUID(told["id"]),
            kind=told["kind"],
            subject=Subject(kind, UUID(number), name),
            ids=frozenset(map(UUID, told["ids"])),
            why=told["why"],
            made_at=datetime.fromisoformat(told["made_at"]),
            up_to=told["up_to"],
            starts_at=datetime.fromisoformat(told["starts_at"]) if told["starts_at"] else None,
            ends_at=datetime.fromisoformat(told["ends_at"]) if told["ends_at"] else None,
            variant=told.get("variant", COURT),
            withhold=frozenset(told.get("withhold", ())),
            withhold_why=told.get("withhold_why", ""),
            recipients=tuple(told.get("recipients", ())),
            claims=tuple(told.get("claims", ())),
            choices=tuple((what, why) for what, why in told.get("choices", ())),
            contents=told.get("contents", ""),
            twin=told.get("twin", ""),
            permission=told.get("permission", ""),
        )


@dataclass(frozen=True, kw_only=True)
class EventExtract:
    """Rows of one sealed log segment that concern the subject.

    `entry_id` is the act that sealed the segment, with the open notes segment, sha256, rows and rows_root (see
    docs/en/verify/format.md); `csv` is RFC 4180 with the header, in pieces, its fields `guarded` (fault A12); `ranges`
    are (first leaf, count) of the rows shown (leaf 0 is the header), `path` proves them (`rules.bundle.row_ranges`,
    `rows_path`), `root` is the RFC 6962 root over the header and the rows shown. `parquet` is the whole sealed file,
    in pieces: only where all of it may be shown. Titles and times are for the chronology (UTC).
    """

    segment: UUID
    entry_id: UUID
    csv: Iterable[bytes]
    ranges: tuple[tuple[int, int], ...]
    path: tuple[bytes, ...]
    root: bytes
    title_ja: str
    title_en: str
    first_at: datetime
    last_at: datetime
    parquet: Iterable[bytes] | None = None

    @property
    def rows(self) -> int:
        """Return how many rows are shown."""
        return sum(count for _first, count in self.ranges)


@dataclass(frozen=True, kw_only=True)
class BundleSource:
    """Stands in a room's port `exhibits` beside the functions: gives bundles the events of a subject and period.

    `collect` gets (order, viewer) and yields extracts one at a time, so that a bundle of a million rows needs the
    memory of its largest segment only.
    """

    collect: Callable[[Order, Viewer], Iterable[EventExtract]]
