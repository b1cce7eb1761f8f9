"""What one person did, day by day: one row for each way of dealing with each secret, with the log line it begins at."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Self

from kuramori_lake.store import Lake

MOST: Final = 500
OUT: Final = frozenset({"anonymous_link", "cloud_share", "external_mail", "printer", "removable", "web"})
REFUSED: Final = frozenset({"blocked", "denied"})
HIDING: Final = ["log_cleared"]
CARRYING: Final = sorted(OUT - {"printer"})
"""What counts although no log names a secret: deeds that hide others, and ways out, where files have other names."""
LETTER: Final = 100_000
"""Bytes of a mail or an upload from which it may carry a file; below, without a file's name, it is correspondence."""

_DEEDS = """
SELECT local_date AS day, secret_id, activity, destination_class, outcome, min(time_utc) AS first,
    count(DISTINCT coalesce(path, joined_events.name, uid)) AS documents,
    arg_min(batches.name, time_utc) AS file, arg_min(raw_row, time_utc) AS row
FROM joined_events LEFT JOIN batches ON batches.batch_id = joined_events.batch_id
WHERE person_id = $person AND local_date BETWEEN $since AND $until
    AND ((secret_id IS NOT NULL AND ($secret IS NULL OR secret_id = $secret)) OR list_contains($hiding, activity)
        OR list_contains($carrying, destination_class) AND activity NOT IN ('device_connect', 'device_disconnect')
            AND (coalesce(path, joined_events.name) IS NOT NULL OR joined_events.bytes >= $letter))
GROUP BY ALL ORDER BY first DESC LIMIT $most
"""


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What was done on one local day to one secret by one way; `file` and `row`: where its first event was logged."""

    day: date
    secret_id: str | None
    activity: str
    destination_class: str | None
    outcome: str
    first: datetime
    documents: int
    file: str | None
    row: int | None

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Self:
        """Read a row of the lake, whose times are naive UTC."""
        return cls(**(row | {"first": row["first"].replace(tzinfo=UTC)}))

    @property
    def went_out(self) -> bool:
        """Say whether something left the system: to a medium, to paper, to the outside."""
        return self.destination_class in OUT or self.activity == "print"

    @property
    def was_refused(self) -> bool:
        """Say whether the system refused it."""
        return self.outcome in REFUSED


def deeds_of(found: Lake, person_id: str, since: date, until: date, *, secret_id: str | None = None) -> list[Deed]:
    """Return a person's deeds on one secret, or on any, and what he carried out; the newest first, 500 at most.

    Days are local, both included.
    """
    asked = {"person": person_id, "since": since, "until": until, "secret": secret_id}
    limits = {"hiding": HIDING, "carrying": CARRYING, "letter": LETTER, "most": MOST}
    rows = found.query(_DEEDS, asked | limits).to_pylist()
    return [Deed.of_row(row) for row in rows]
