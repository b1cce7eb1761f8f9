"""What detection answers: findings with reasons that carry their numbers, and the query that finds them again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import pyarrow as pa

from kuramori_lake.detect.sql import EVENTS
from kuramori_lake.store import Lake

Number = int | float | str | bool | date | None | Mapping[str, int]
"""A member of a reason's numbers: JSON can hold all of them (dates as ISO text)."""


class Severity(StrEnum):
    """How soon somebody should look. `note` is for the record: below the floor or explained by an approval."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NOTE = "note"


class Queue(StrEnum):
    """Who is being looked at: everybody, or those who are leaving (they get their own look-back)."""

    EVERYBODY = "everybody"
    EXIT_WATCH = "exit_watch"
    HARD_RULE = "hard_rule"
    """Deeds that are looked at for themselves, within a minute, whatever is usual (`hard_rules`)."""


class Code(StrEnum):
    """What a reason says. One sentence each in Japanese and English (`sentence`)."""

    ALONE = "alone"
    """Too few peers to compare with. Numbers: peer_n."""
    APPROVED_FLOW = "approved_flow"
    """Lowers: it went where it may. Numbers: flow, files, bytes, handed_over, lowered_by."""
    BULK_READ = "bulk_read"
    """Numbers: own_now, days, busiest_day, busiest_day_count; a day: own_usual, own_days, peer_usual; peer_n,
    peer_group (team, unit, role, company), width (of the most unusual window, days), z_own, z_peer."""
    CHANNEL = "channel"
    """Numbers: channel, metric (of `metrics.SCREENED`), own_now, days, busiest_day, busiest_day_count; a day:
    own_usual, own_days, peer_usual; peer_n, peer_group, width, z_own, z_peer."""
    COPY_OUT = "copy_out"
    """Numbers: files, bytes, devices, first_time_devices, device, device_serial, read_before, archives, own_usual."""
    DAILY_BREAD = "daily_bread"
    """Lowers: mostly what the person always works with. Numbers: share_familiar, lowered_by."""
    FEEDBACK = "feedback"
    """What people decided about a kind of reason moves it. Numbers: reason, factor, before, after, decisions (their
    names, comma separated), lowered_by (0 when it raises)."""
    FIRST_AREA = "first_area"
    """Numbers: area, first_time_area (its first day), area_documents, areas, documents, share, known_since,
    new_documents and new_weight (less what peers work with anyway)."""
    HARD_RULE = "hard_rule"
    """Numbers: rule (of `hard_rules.RULES`), day, count, things, thing (what the sentence names), secret_documents."""
    LEAVER = "leaver"
    """Numbers: notice_on, last_day, days_since_notice (at the first day of the window), days_until_last_day,
    documents_before, documents_after, secret_before, secret_after (notice, in the whole look-back)."""
    NEWCOMER = "newcomer"
    """Lowers: too new to have a usual. Numbers: own_days."""
    OFF_HOURS = "off_hours"
    """Numbers: events, events_outside_band, night, on_rest_days, band_from, band_until (hours on the local clock)."""
    SIGMA = "sigma"
    """A Sigma rule that somebody switched on. Numbers: rule (its id), title, title_ja, day, count, tells_leaving."""
    SECRETS = "secrets"
    """Numbers: secret_count, secret_count_by_level, secrets, weight, top_secret_id, top_secret_number,
    top_secret_level, top_secret_documents."""


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers as JSON has them: a map comes out of Arrow as pairs."""
    return {name: dict(value) if isinstance(value, list) else value for name, value in row.items()}


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One thing that speaks for a finding (or, with negative strength, against it), with everything to check it."""

    code: Code
    strength: float
    """-1 to 1: how much it adds to or takes from the score."""
    numbers: Mapping[str, Number]
    query: str
    """SQL over the lake's views, one row whose columns are the members of `numbers` that events alone decide."""
    parameters: Mapping[str, object]
    event_ids: tuple[int, ...] = ()
    """A sample of the events behind it, at most 20, the most telling first."""
    batches: tuple[str, ...] = ()
    """SHA-256 of the received files that those events came in."""

    def recompute(self, lake: Lake) -> dict[str, object]:
        """The numbers once more, straight from the sealed events."""
        rows = lake.query(self.query, self.parameters).to_pylist() if self.query else []
        return plain(rows[0]) if rows else {}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One person in one window of days, with why. Days are local and both included."""

    person_id: str
    since: date
    until: date
    as_of: date
    queue: Queue
    score: float
    """0–100."""
    severity: Severity
    reasons: tuple[Reason, ...]
    """Strongest first; those that lower the score come last."""

    @property
    def key(self) -> str:
        """The same for the same person and first day, so that tomorrow's run updates instead of doubling."""
        return hashlib.sha256(f"{self.person_id}\n{self.since.isoformat()}".encode()).hexdigest()[:32]

    def events(self, lake: Lake, limit: int = 500) -> pa.Table:
        """The events in the window: secrets and copies first, then newest; columns of `joined_events`."""
        given = {"person": self.person_id, "since": self.since, "until": self.until, "limit": limit}
        return lake.query(EVENTS, given)


@dataclass(frozen=True, kw_only=True)
class Day:
    """One line of the timeline."""

    day: date
    events: int
    documents: int
    secret_documents: int
    copied_out: int
    printed_pages: int
    doors: int
    off_hours: int
    """Events by night or outside the person's own 5–95 % band of hours."""
    rest_day: bool
    usual: float
    """Median of distinct documents on such a day, working day or rest day, before the look-back began."""
    after_notice: bool


@dataclass(frozen=True, kw_only=True)
class Channel:
    """How something left or was taken in hand, in the whole range."""

    channel: str
    """`removable`, `printer`, `external_mail`, `web`, … (`event.DestinationClass`)."""
    events: int
    files: int
    bytes: int
    pages: int
    destinations: tuple[str, ...]
    approved: int
    """Of the events, those covered by an approved flow."""


@dataclass(frozen=True, kw_only=True)
class SecretTouched:
    """One secret of the register that was touched."""

    secret_id: str
    number: str
    level: str
    documents: int
    documents_before: int
    """Distinct documents touched before notice (all of them, if no notice was given)."""
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class Area:
    """A part of the file tree that the person had never touched before the range."""

    area: str
    first: date
    documents: int
    secret_documents: int


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document, ranked by weight of its level, depth of touch and how strange it is to the person."""

    path: str
    secret_number: str | None
    level: str | None
    touches: int
    deepest: str
    """`list`, `read`, `write`, `print`, `copy_out`."""
    weight: float
    last: date


@dataclass(frozen=True, kw_only=True)
class LookbackReport:
    """Everything a leaver's look-back shows. Days are local and both included."""

    person_id: str
    since: date
    until: date
    notice_on: date | None
    last_day: date | None
    usual: float
    """Median of distinct documents on an active day, over the 60 days before `since`."""
    events: int
    days: tuple[Day, ...]
    channels: tuple[Channel, ...]
    secrets: tuple[SecretTouched, ...]
    new_areas: tuple[Area, ...]
    documents: tuple[Document, ...]
    """At most the limit asked for, heaviest first."""
