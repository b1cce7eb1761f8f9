"""Each night: what switched-on Sigma rules say of the last days becomes alerts, one per rule, person and day.

A night looks at a week, so late logs are heard; the same match once more changes nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.timezone import localdate

from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.acts.sealing import seal_segments
from kuramori.watch.cases.acts import cases_gather
from kuramori.watch.context import context_sync
from kuramori.watch.detecting.hard_rules import HUNDRED, TENTH, Looked, Report, floods_tell, key_of, raised_on
from kuramori.watch.detecting.sigma_lake import usable_of
from kuramori.watch.detection import known_secrets, with_units
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import LevelChoice, Queue, Severity, SigmaRule
from kuramori.watch.reasons import reasons_text
from kuramori.watch.rules.hard_rules import Spoken, within_bounds
from kuramori_lake.detect import Code, Reason
from kuramori_lake.detect.sql_reasons import BATCHES
from kuramori_lake.sigma.speaking import Said, spoken
from kuramori_lake.store import Lake

APPLIED = "watch.sigma.night"
NOTE = "sigma_rules.json"
LOOKED_BACK = timedelta(days=7)
MOST_NAMED = 1000
"""Events that an alert's reason names; of more it says so many."""
WEIGHTS = {
    LevelChoice.INFORMATIONAL: (Severity.NOTE, 0.2),
    LevelChoice.LOW: (Severity.LOW, 0.3),
    LevelChoice.MEDIUM: (Severity.MEDIUM, 0.5),
    LevelChoice.HIGH: (Severity.HIGH, 0.8),
    LevelChoice.CRITICAL: (Severity.HIGH, 0.9),
}
COUNTED = (
    "SELECT count(*) AS count FROM joined_events WHERE person_id = $person"
    " AND event_id IN (SELECT unnest($ids::BIGINT[]))"
)


def sigma_run(*, by: Actor = SYSTEM) -> Report:
    """Apply the rules that are on to the last week; people of sites without a valid charter are not judged."""
    rules = {each.rule: each for each in SigmaRule.objects.standing().filter(is_on=True).select_related("taken_in")}
    if not rules or not folder().exists():
        return Report()
    today = localdate(timezone=ZoneInfo(settings.COMPANY_ZONE))
    with lake() as found:
        seal_segments(segments_of=found, by=by)
        context_sync(found, today=today)
        told = spoken(found, usable_of(rules.values()), today - LOOKED_BACK, today).said
        told = tuple(each for each in told if each.about.id in rules)
        return _kept(found, told, rules, today, by) if told else Report()


def _kept(found: Lake, told: Sequence[Said], rules: dict[str, SigmaRule], today: date, by: Actor) -> Report:
    said = {Spoken(rule=each.about.id, person_id=each.person_id, day=each.day): each for each in told}
    kept, beyond = within_bounds(list(said), raised_on({each.day for each in said}))
    findings = with_units([_ready(found, said[each], rules[each.rule], today) for each in kept])
    alerts = alerts_keep(findings=findings, as_of=today, by=by, verb=APPLIED)
    cases_gather(today=today, by=by)
    looked = Looked.read(found.root, NOTE)
    floods_tell(looked, beyond, today, by=by)
    looked.write(found.root, NOTE)
    return Report(alerts=tuple(alerts), beyond=len(beyond))


def _ready(found: Lake, said: Said, rule: SigmaRule, today: date) -> Found:
    severity, strength = WEIGHTS[LevelChoice(rule.level)]
    ids = said.event_ids[:MOST_NAMED]
    numbers: dict[str, int | float | str | bool | date | Mapping[str, int] | None] = {
        "rule": rule.rule, "title": rule.title, "title_ja": rule.title_ja, "day": said.day, "count": len(ids),
        "tells_leaving": said.tells_leaving,
    }  # fmt: skip
    reason = Reason(
        code=Code.SIGMA,
        strength=strength,
        numbers=numbers,
        query=COUNTED,
        parameters={"person": said.person_id, "ids": list(ids)},
        event_ids=ids,
        batches=tuple(row["sha256"] for row in found.query(BATCHES, {"ids": list(ids)}).to_pylist()),
    )
    return Found(
        key=key_of(f"sigma {rule.rule}", said.person_id, said.day),
        person_id=UUID(said.person_id),
        unit_id=None,
        since=said.day,
        until=said.day,
        as_of=today,
        queue=Queue.HARD_RULE.value,
        severity=severity.value,
        score=(Decimal(str(strength)) * HUNDRED).quantize(TENTH),
        channels=said.channels,
        reasons=reasons_text([reason]),
        secrets=known_secrets({UUID(secret): count for secret, count in said.secrets.items()}),
    )
