"""Reasons of one episode: runs the queries, weighs the numbers, and keeps with each what is needed to check it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import duckdb

from kuramori_lake.detect import sql_reasons as sql
from kuramori_lake.detect import weigh
from kuramori_lake.detect.feedback import heeded
from kuramori_lake.detect.findings import Code, Reason, plain
from kuramori_lake.detect.metrics import BY_NAME, SCREENED, Channel, Metric
from kuramori_lake.detect.screen import Episode, Flag, heaviest_level
from kuramori_lake.detect.settings import Settings
from kuramori_lake.detect.sql_channels import recount

SETTLED_AFTER: Final = timedelta(days=30)
WORTH_SAYING: Final = 0.01
GROUPS: Final = {1: "team", 2: "unit", 3: "role", 4: "company"}


class Evidence:
    """What the events say about one episode. Asks each query once."""

    def __init__(
        self, db: duckdb.DuckDBPyConnection, episode: Episode, rest_days: list[date], settings: Settings
    ) -> None:
        """`rest_days` are the weekend and holidays of the person's site in the window."""
        standing = episode.standing
        notice = standing.notice_on or standing.trigger or episode.since
        self.episode, self.settings = episode, settings
        self.heaviest = heaviest_level(db)
        self._db = db
        self._parameters: dict[str, Any] = {
            "person": standing.person_id,
            "peers": standing.peers or [],
            "since": episode.since,
            "until": episode.until,
            "base_from": episode.since - timedelta(days=settings.baseline_days),
            "rest_days": rest_days,
            "notice": notice,
            "lookback_from": notice - timedelta(days=settings.lookback_days),
        }
        self.numbers = {code: self._ask(text) for code, text in sql.QUERIES.items()}

    def _used(self, text: str) -> dict[str, Any]:
        return {name: value for name, value in self._parameters.items() if f"${name}" in text}

    def _ask(self, text: str) -> dict[str, Any]:
        rows = self._db.execute(text, self._used(text)).to_arrow_table().to_pylist()
        return plain(rows[0])

    def reason(self, code: Code, strength: float, **more: Any) -> Reason:
        """A reason with its numbers, its query and a sample of its events."""
        text = sql.QUERIES.get(code, "")
        ids = self._sample(code)
        digests = self._db.execute(sql.BATCHES, {"ids": list(ids)}).fetchall() if ids else []
        return Reason(
            code=code,
            strength=round(strength, 4),
            numbers=(self.numbers[code] if text else {}) | more,
            query=text,
            parameters=self._used(text),
            event_ids=ids,
            batches=tuple(row[0] for row in digests),
        )

    def channel_reason(self, metric: Metric, flag: Flag) -> Reason:
        """One number of a channel, with its query."""
        text, standing = recount(metric), self.episode.standing
        numbers = self._ask(text)
        times = (numbers["own_now"] or 0) / SCREENED[metric.name]
        return Reason(
            code=Code.CHANNEL,
            strength=round(weigh.channel(flag.z, part=metric.part, times_least=times), 4),
            numbers=numbers
            | {"channel": str(metric.channel), "metric": metric.name, "width": flag.width}
            | {"peer_n": standing.peer_n, "peer_group": GROUPS[standing.peer_rank]}
            | {"z_own": _round(flag.z_own), "z_peer": _round(flag.z_peer)},
            query=text,
            parameters=self._used(text),
        )

    def _sample(self, code: Code) -> tuple[int, ...]:
        text = sql.sample_of(code)
        if text is None:
            return ()
        given = self._used(text)
        if code is Code.FIRST_AREA:
            given["area"] = self.numbers[code]["area"]
        if code is Code.SECRETS:
            given["secret"] = self.numbers[code]["top_secret_id"]
        return tuple(row[0] for row in self._db.execute(text, given).fetchall())


def reasons_of(seen: Evidence) -> list[Reason]:
    """All reasons that speak, strongest first; those that lower come last."""
    area, known_since = seen.numbers[Code.FIRST_AREA], seen.numbers[Code.FIRST_AREA]["known_since"]
    is_settled = known_since is not None and known_since <= seen.episode.since - SETTLED_AFTER
    found = [*_reading(seen, new_weight=area["new_weight"] if is_settled else area["new_weight"] * 0.2)]
    strength = weigh.first_area(area, is_settled=is_settled)
    if strength > WORTH_SAYING:
        found.append(seen.reason(Code.FIRST_AREA, strength))
    found += _leaving_the_house(seen)
    found += _channels(seen)
    if (strength := weigh.off_hours(seen.numbers[Code.OFF_HOURS])) > WORTH_SAYING:
        found.append(seen.reason(Code.OFF_HOURS, strength))
    found = heeded(found, seen.episode.standing, seen.settings)
    found += _circumstances(seen, found, is_settled=is_settled)
    return sorted(found, key=lambda one: (one.code in weigh.LOWERING, -one.strength, one.code))


def _reading(seen: Evidence, *, new_weight: float) -> list[Reason]:
    """Bulk and secrets, and what daily bread and an approved handover take off them."""
    bulk, secret, area = (seen.numbers[code] for code in (Code.BULK_READ, Code.SECRETS, Code.FIRST_AREA))
    worst = max((f for f in seen.episode.flags if f.metric == "documents"), key=lambda flag: flag.z, default=None)
    handed_over = min(1.0, seen.numbers[Code.APPROVED_FLOW]["handed_over"] / max(bulk["own_now"], 1))
    open_part = 1 - weigh.APPROVED * handed_over
    found, familiar, approved = [], 0.0, 0.0
    if worst:
        kept, off = weigh.bulk_read(worst.z, bulk, area["share"])
        familiar, approved = weigh.together((familiar, off)), weigh.together((approved, kept * (1 - open_part)))
        standing = seen.episode.standing
        more = {"peer_n": standing.peer_n, "peer_group": GROUPS[standing.peer_rank], "width": worst.width}
        z = {"z_own": _round(worst.z_own), "z_peer": _round(worst.z_peer)}
        found.append(seen.reason(Code.BULK_READ, kept * open_part, **more, **z))
    if secret["secret_count"]:
        kept, off = weigh.secrets(secret, new_weight=new_weight, heaviest=seen.heaviest)
        familiar, approved = weigh.together((familiar, off)), weigh.together((approved, kept * (1 - open_part)))
        found.append(seen.reason(Code.SECRETS, kept * open_part))
    if approved:
        found.append(seen.reason(Code.APPROVED_FLOW, -approved, lowered_by=round(approved, 4)))
    if familiar > WORTH_SAYING and area["share"] < 0.5:  # noqa: PLR2004  # mostly new: not worth a sentence
        share = round(1 - area["share"], 4)
        found.append(seen.reason(Code.DAILY_BREAD, -familiar, share_familiar=share, lowered_by=round(familiar, 4)))
    return found


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _leaving_the_house(seen: Evidence) -> list[Reason]:
    """What was copied out, and what of it was approved."""
    copied, approved = seen.numbers[Code.COPY_OUT], seen.numbers[Code.APPROVED_FLOW]
    found = []
    if copied["files"]:
        found.append(seen.reason(Code.COPY_OUT, weigh.copy_out(copied)))
    if approved["files"]:
        without = weigh.copy_out(copied | {"files": approved["files"], "bytes": approved["bytes"]})
        found.append(seen.reason(Code.APPROVED_FLOW, -without, lowered_by=round(without, 4)))
    return found


def _channels(seen: Evidence) -> Iterator[Reason]:
    """The most unusual number of each channel that was flagged."""
    worst: dict[Channel, Flag] = {}
    for flag in sorted(seen.episode.flags, key=lambda one: (-one.z, one.metric, one.width)):
        if flag.metric in SCREENED:
            worst.setdefault(BY_NAME[flag.metric].channel, flag)
    for flag in worst.values():
        yield seen.channel_reason(BY_NAME[flag.metric], flag)


def _circumstances(seen: Evidence, found: list[Reason], *, is_settled: bool) -> list[Reason]:
    """Who it is: a leaver, a newcomer, somebody without peers."""
    standing, more = seen.episode.standing, []
    if standing.trigger:
        notice, last = standing.notice_on, standing.last_day
        days = {
            "notice_on": notice,
            "last_day": last,
            "days_since_notice": (seen.episode.since - notice).days if notice else None,
            "days_until_last_day": (last - seen.episode.until).days if last else None,
        }
        strength = weigh.leaver(weigh.together(reason.strength for reason in found))
        more.append(seen.reason(Code.LEAVER, strength, **days))
    if not is_settled:
        more.append(seen.reason(Code.NEWCOMER, 0.0, own_days=standing.samples))
    if standing.peer_n < 3:  # noqa: PLR2004  # nobody to compare with
        more.append(seen.reason(Code.ALONE, 0.0, peer_n=standing.peer_n))
    return more
