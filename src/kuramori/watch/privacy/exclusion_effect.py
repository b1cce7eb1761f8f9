"""What exclusions do: accounts that detection leaves out, names the lake is not told, rows that are not taken in."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kuramori.directory.api import identities_between, viewer_of_system
from kuramori.watch.models import Exclusion, LogSource
from kuramori.watch.privacy.exclusion_rules import ExclusionKind, ExclusionState, is_same_name, left_over
from kuramori_lake.context import ExcludedAccount, Identity
from kuramori_lake.event import Namespace
from kuramori_lake.store import Lake
from kuramori_lake.unwatched import Untaken

LOOK_BACK, AHEAD = timedelta(days=800), timedelta(days=400)
"""So far back and ahead the lake is told of people and names."""
NAMESPACES = {"number": Namespace.EMPLOYEE, **{str(each): each for each in Namespace}}


@dataclass(frozen=True, kw_only=True)
class Account:
    """A name that is excluded on some days (both included), by which exclusion."""

    exclusion: Exclusion
    namespace: Namespace
    raw: str
    since: date
    until: date


def accounts_excluded(first: date, last: date) -> list[Account]:
    """Return the names left out somewhere in a range of days: the account itself, or all names of the person."""
    approved = Exclusion.objects.filter(state=ExclusionState.APPROVED, valid_from__lte=last, valid_to__gte=first)
    found = [each for each in approved.order_by("id") if each.days[0] <= each.days[1]]
    if not found:
        return []
    names: dict[UUID, list[Any]] = {each.person_id: [] for each in found if each.person_id}
    for held in identities_between(viewer_of_system(), first, last):
        if held.person_id in names and held.namespace in NAMESPACES:
            names[held.person_id].append(held)
    return [account for each in found for account in _accounts(each, names.get(each.person_id, ()))]


def _accounts(exclusion: Exclusion, names: Iterable[Any]) -> Iterator[Account]:
    since, until = exclusion.days
    if exclusion.raw:
        namespace = NAMESPACES[exclusion.namespace]
        yield Account(exclusion=exclusion, namespace=namespace, raw=exclusion.raw, since=since, until=until)
    for held in names:
        begins, ends = max(since, held.starts_on), min(until, held.ends_on or until)
        if begins <= ends:
            namespace = NAMESPACES[held.namespace]
            yield Account(exclusion=exclusion, namespace=namespace, raw=held.value, since=begins, until=ends)


def left_out(accounts: Sequence[Account]) -> list[ExcludedAccount]:
    """Return the accounts that detection leaves out; their reason is a number, which names nobody to an analyst."""
    return [
        ExcludedAccount(
            namespace=each.namespace, raw=each.raw, reason=each.exclusion.number, since=each.since, until=each.until
        )
        for each in accounts
        if not each.exclusion.sources
    ]


def told_names(names: Iterable[Identity], accounts: Sequence[Account]) -> Iterator[Identity]:
    """Yield who is behind which name, less the days excluded: no timeline and no look-back reaches into them."""
    everywhere = [each for each in accounts if not each.exclusion.sources]
    for name in names:
        taken = [
            (each.since, each.until)
            for each in everywhere
            if each.namespace == name.namespace and is_same_name(each.raw, name.raw)
        ]
        for since, until in left_over((name.since, name.until), taken) if taken else [(name.since, name.until)]:
            yield replace(name, since=since, until=until)


def not_taken_in(accounts: Sequence[Account]) -> list[Untaken]:
    """Return whose rows the lake does not take in, by log where only some are meant."""
    kept_out = [each for each in accounts if each.exclusion.kind == ExclusionKind.NOT_TAKEN_IN]
    if not kept_out:
        return []
    logs = {str(each.pk): (each.kind, each.instance) for each in LogSource.objects.all()}
    return [
        Untaken(
            namespace=each.namespace, raw=each.raw, reason=each.exclusion.number, since=each.since, until=each.until,
            source=source, instance=instance,
        )
        for each in kept_out
        for source, instance in [logs[pk] for pk in each.exclusion.sources if pk in logs] or [("", "")]
    ]  # fmt: skip


def exclusions_tell(found: Lake, *, today: date) -> bool:
    """Tell the lake whose rows it must not take in, before a log comes in; returns whether that had changed."""
    return found.context.keep_out(not_taken_in(accounts_excluded(today - LOOK_BACK, today + AHEAD)))
