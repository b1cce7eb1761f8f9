"""Hard rules over what has just come in: matches become alerts within a minute, one for a rule, a person and a day.

How far the logs were looked at stands beside the lake. The alerts are kept first, the mark second: a run that is killed
between both finds the same matches again, whose alerts do not change.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.timezone import localdate, now

from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import act
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.cases.acts import cases_gather
from kuramori.watch.context import context_sync
from kuramori.watch.detection import known_secrets, with_units
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import Alert, Queue
from kuramori.watch.reasons import reasons_text
from kuramori.watch.rules.hard_rules import MOST_A_DAY, Spoken, within_bounds
from kuramori_lake.detect import Match, Upto, newest, stream
from kuramori_lake.store import Lake

STREAMED = "watch.rule.stream"
FLOODED = "watch.rule.flood"
NOTE = "hard_rules.json"
BEGINS_WITH = timedelta(days=1)
"""A lake whose logs no hard rule has looked at yet: what came in earlier is history."""
REMEMBERED = timedelta(days=8)
HUNDRED = Decimal(100)
TENTH = Decimal("0.1")


@dataclass(kw_only=True)
class Looked:
    """How far the logs were looked at, and of whom a rule spoke that day beyond its bound: `rule day` to ids."""

    batch: int | None = None
    content: str = ""
    beyond: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Path, note: str = NOTE) -> Self:
        """Return what the last run wrote; a note that cannot be read is none."""
        try:
            return cls(**json.loads((root / note).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return cls()

    def write(self, root: Path, note: str = NOTE) -> None:
        """Put the note in place, whole or not at all."""
        temporary = root / f"{note}.tmp"
        temporary.write_text(json.dumps(asdict(self)), encoding="utf-8")
        temporary.replace(root / note)

    def add(self, spoken: Sequence[Spoken], today: date) -> dict[str, int]:
        """Remember whom rules spoke of beyond their bound; return `rule day` and how many, where somebody is new."""
        oldest = (today - REMEMBERED).isoformat()
        self.beyond = {key: ids for key, ids in self.beyond.items() if key.rpartition(" ")[2] >= oldest}
        grown = set()
        for each in spoken:
            ids = self.beyond.setdefault(f"{each.rule} {each.day.isoformat()}", [])
            if each.person_id not in ids:
                ids.append(each.person_id)
                grown.add(f"{each.rule} {each.day.isoformat()}")
        return {key: len(self.beyond[key]) for key in sorted(grown)}


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a run did: alerts that stand for its matches, and how many people were counted only."""

    alerts: tuple[Alert, ...] = ()
    beyond: int = 0


def hard_rules_run(*, by: Actor = SYSTEM, most: int = MOST_A_DAY) -> Report:
    """Let the hard rules look at what came in since the last run. With nothing new this costs one small question.

    A rule raises alerts about `most` people a day; of more it tells the number.

    People of sites without a valid charter are not told to the lake, so no rule speaks of them.
    """
    if not folder().exists():
        return Report()
    today = localdate(timezone=ZoneInfo(settings.COMPANY_ZONE))
    with lake() as found:
        looked = Looked.read(found.root)
        after = _begins(found) if looked.batch is None else Upto(batch=looked.batch, content=looked.content)
        if newest(found) == after:
            return Report()
        context_sync(found, today=today)
        seen = stream(found, after=after, now=now())
        report = _kept(seen.matches, looked, today, by, most)
        looked.batch, looked.content = seen.upto.batch, seen.upto.content
        looked.write(found.root)
    return report


def _begins(found: Lake) -> Upto:
    before = (now() - BEGINS_WITH).replace(tzinfo=None).isoformat(timespec="microseconds")
    row = found.manifest.db.execute("SELECT coalesce(max(id), 0) AS id FROM batch WHERE received_utc < ?", (before,))
    return Upto(batch=int(row.fetchone()["id"]), content=newest(found).content)


def _kept(matches: Sequence[Match], looked: Looked, today: date, by: Actor, most: int) -> Report:
    if not matches:
        return Report()
    spoken = {Spoken(rule=each.rule, person_id=each.person_id, day=each.day): each for each in matches}
    kept, beyond = within_bounds(list(spoken), raised_on({each.day for each in spoken}), most)
    findings = with_units([_ready(spoken[each], today) for each in kept])
    alerts = alerts_keep(findings=findings, as_of=today, by=by, verb=STREAMED)
    cases_gather(today=today, by=by)
    floods_tell(looked, beyond, today, by=by)
    return Report(alerts=tuple(alerts), beyond=len(beyond))


def floods_tell(looked: Looked, beyond: Sequence[Spoken], today: date, *, by: Actor) -> None:
    """Count people of whom a rule spoke beyond its bound, once: an act for each rule and day with somebody new."""
    for key, count in looked.add(beyond, today).items():
        rule, _, day = key.rpartition(" ")
        with act(FLOODED, by=by) as this:
            this.note("rule", rule, in_clear=True)
            this.note("day", day, in_clear=True)
            this.note("people", count, in_clear=True)


def raised_on(days: set[date]) -> list[Spoken]:
    """Return what alerts of hard rules there are on these days, whatever became of them."""
    standing = Alert.objects.filter(queue=Queue.HARD_RULE, until__in=days)
    return [
        Spoken(rule=told["numbers"]["rule"], person_id=str(alert.person_id), day=alert.until)
        for alert in standing
        for told in alert.told
    ]


def _ready(match: Match, today: date) -> Found:
    return Found(
        key=key_of(match.rule, match.person_id, match.day),
        person_id=UUID(match.person_id),
        unit_id=None,
        since=match.day,
        until=match.day,
        as_of=today,
        queue=Queue.HARD_RULE.value,
        severity=str(match.severity),
        score=(Decimal(str(match.reason.strength)) * HUNDRED).quantize(TENTH),
        channels=match.channels,
        reasons=reasons_text([match.reason]),
        secrets=known_secrets({UUID(secret): count for secret, count in match.secrets.items()}),
    )


def key_of(rule: str, person_id: str, day: date) -> str:
    """Return the key of the one alert that a rule raises about a person and a day."""
    return hashlib.sha256(f"hard rule {rule} {person_id} {day.isoformat()}".encode()).hexdigest()
