"""Own acts for tests: a feed that is on, who opens which page, and what the lake was told of it."""

from datetime import date
from typing import Any

from kuramori.directory.api import Person, actor_of
from kuramori.directory.tests.company import TODAY
from kuramori.evidence.api import sequence_all
from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import act
from kuramori.kernel.models import Entry
from kuramori.watch.acts.settings import source_add
from kuramori.watch.context import context_sync
from kuramori.watch.feeding.acts import feed_on
from kuramori.watch.feeding.run import FeedReport, feed_run
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import LedgerFeed, LogSource

WHY = "社内の閲覧も同じ目で見るため"


def own_source(**words: Any) -> LogSource:
    """Kuramori itself as a log source of the whole company; words change it."""
    return source_add(**({"name": "Kuramori", "kind": "ledger", "instance": "kuramori"} | words), by=SYSTEM)


def switched_on(source: LogSource | None = None, since: date = TODAY, by: Actor = SYSTEM) -> LedgerFeed:
    """A feed that is on."""
    return feed_on(source=source or own_source(), since=since, by=by, why=WHY)


def signs_in(person: Person, verb: str = "directory.account.sign_in") -> Entry:
    """An act of a person that concerns no secret."""
    with act(verb, by=actor_of(person), subjects=[person]):
        pass
    return Entry.objects.latest("seq")


def runs(**words: Any) -> FeedReport:
    """Number what was written, as the sequencer does all the time, and tell the lake."""
    sequence_all()
    return feed_run(**words)


def told() -> list[dict[str, Any]]:
    """What the lake knows of own acts, in the order of time."""
    if not folder().exists():
        return []
    with lake() as found:
        context_sync(found, today=TODAY)
        rows = found.query(
            "SELECT actor_raw, actor_namespace, activity, outcome, path, flags, person_id, secret_id, excluded_reason"
            " FROM joined_events WHERE source = 'ledger' ORDER BY time_utc, event_id"
        )
        return rows.to_pylist()


def deeds() -> list[tuple[str, str, str | None]]:
    """Who did what to which secret, as the lake knows it."""
    return [(row["actor_raw"], row["activity"], row["secret_id"]) for row in told()]
