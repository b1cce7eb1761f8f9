"""One run of detection: tell the lake what is known, ask it, keep what it found as alerts in one act."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kuramori.directory.api import viewer_of_system, who_was_where
from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.acts.sealing import seal_segments
from kuramori.watch.cases.acts import cases_gather
from kuramori.watch.cases.verdicts import feedback_on
from kuramori.watch.context import context_sync
from kuramori.watch.lake import night_lake
from kuramori.watch.masking import names_of
from kuramori.watch.models import Alert
from kuramori.watch.pseudonyms import alert_pseudonym
from kuramori.watch.queries.charters import Watched, sites_watched
from kuramori.watch.queries.watching import watching_feedback
from kuramori.watch.reasons import reasons_in_words, reasons_text
from kuramori_lake.detect import DEFAULT, Finding, Reason, detect
from kuramori_lake.store import Lake

WINDOW_DAYS = 7
TENTH = Decimal("0.1")
TOUCHED = """
SELECT secret_id, count(DISTINCT path) AS documents FROM joined_events
WHERE person_id = $person AND local_date BETWEEN $since AND $until AND secret_id IS NOT NULL GROUP BY 1
"""
WAYS_OUT = """
SELECT DISTINCT destination_class FROM joined_events
WHERE person_id = $person AND local_date BETWEEN $since AND $until
    AND destination_class IS NOT NULL AND destination_class NOT IN ('folder', 'person')
ORDER BY 1
"""


@dataclass(frozen=True, kw_only=True)
class DetectionReport:
    """What a run found: the alerts, heaviest first, and the sites that could not be watched for want of a charter."""

    as_of: date
    alerts: tuple[Alert, ...]
    unwatched: tuple[Watched, ...]

    def __str__(self) -> str:
        """Return the alerts in words, heaviest first, under pseudonyms as on the pages."""
        language = get_language() or "en"
        told = [
            f"{alert.number} {alert.score} {alert.get_severity_display()} "
            f"{alert_pseudonym(alert.pk, alert.person_id)} {alert.since} – {alert.until}\n"
            + "\n".join(f"  {words}" for _reason, words in _told(alert, language))
            for alert in self.alerts
        ]
        gaps = _("%(site)s: no valid monitoring charter, so nobody there is evaluated.")
        told += [gaps % {"site": each.site.name} for each in self.unwatched]
        return "\n".join(told) or _("Nothing stands out.")

    def to_json(self) -> str:
        """Return the report as one JSON object; people as ids, for scripts of those who may see them."""
        found = [
            {
                "id": str(alert.pk),
                "number": alert.number,
                "person": str(alert.person_id),
                "since": alert.since.isoformat(),
                "until": alert.until.isoformat(),
                "severity": alert.severity,
                "score": str(alert.score),
                "queue": alert.queue,
                "state": alert.state,
                "channels": alert.channels,
                "reasons": alert.told,
            }
            for alert in self.alerts
        ]
        unwatched = [each.site.code for each in self.unwatched]
        return json.dumps(
            {"as_of": self.as_of.isoformat(), "alerts": found, "sites_without_charter": unwatched}, ensure_ascii=False
        )


def _told(alert: Alert, language: str) -> list[tuple[Reason, str]]:
    return reasons_in_words(alert, language, names=names_of(alert.person_id))


def detect_run(*, as_of: date, by: Actor = SYSTEM, days: int = WINDOW_DAYS, why: str = "") -> DetectionReport:
    """Look at the days up to `as_of` (local, included) and keep the alerts. The same day again changes nothing.

    People of sites without a valid charter are not evaluated; the report names those sites.
    """
    watched = sites_watched(viewer_of_system(), as_of)
    heeded = feedback_on(viewer_of_system(), as_of) + watching_feedback(viewer_of_system(), as_of)
    settings = replace(DEFAULT, feedback=heeded)
    with night_lake() as found:
        seal_segments(segments_of=found, by=SYSTEM)
        context_sync(found, today=as_of)
        findings = detect(found, as_of=as_of, days=days, settings=settings)
        ready = [_ready(found, finding) for finding in findings]
    alerts = alerts_keep(findings=with_units(ready), as_of=as_of, by=by, why=why)
    cases_gather(today=as_of, by=by)
    return DetectionReport(
        as_of=as_of, alerts=tuple(alerts), unwatched=tuple(each for each in watched if each.charter is None)
    )


def _ready(found: Lake, finding: Finding) -> Found:
    window = {"person": finding.person_id, "since": finding.since, "until": finding.until}
    touched = found.query(TOUCHED, window).to_pylist()
    ways = found.query(WAYS_OUT, window).to_pylist()
    return Found(
        key=finding.key,
        person_id=UUID(finding.person_id),
        unit_id=None,
        since=finding.since,
        until=finding.until,
        as_of=finding.as_of,
        queue=str(finding.queue),
        severity=str(finding.severity),
        score=Decimal(str(finding.score)).quantize(TENTH),
        channels=tuple(row["destination_class"] for row in ways),
        reasons=reasons_text(finding.reasons),
        secrets=known_secrets({UUID(row["secret_id"]): row["documents"] for row in touched}),
    )


def known_secrets(touched: dict[UUID, int]) -> dict[UUID, int]:
    """Keep the secrets that still stand in the register; a context may be a day older than it."""
    known = set(Secret.objects.filter(pk__in=touched).values_list("pk", flat=True))
    return {pk: count for pk, count in touched.items() if pk in known}


def with_units(findings: Sequence[Found]) -> list[Found]:
    """Add each person's main unit on the last day of the window."""
    units: dict[tuple[date, UUID], UUID] = {}
    for day in {found.until for found in findings}:
        people = [found.person_id for found in findings if found.until == day]
        for where in who_was_where(viewer_of_system(), day, people=people):
            units.setdefault((day, where.person_id), where.unit_id)
    return [Found(**(vars(each) | {"unit_id": units.get((each.until, each.person_id))})) for each in findings]
