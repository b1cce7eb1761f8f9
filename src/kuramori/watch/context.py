"""What the lake is told before it reads: people, accounts, secrets' paths, sites, flows, as they are known today.

People of a site without a valid charter are not told at all: their events stay unread names, and nothing is counted
for them (law: PPC guideline Q&A 5-7, BetrVG § 87(1) no. 6).
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kuramori.directory.api import (
    AssignmentHeld,
    IdentityHeld,
    assignments_between,
    holidays_between,
    identities_between,
    leavers,
    projects_visible_to,
    sites,
    viewer_of_system,
    who_was_where,
)
from kuramori.directory.api import Site as DirectorySite
from kuramori.register.api import path_patterns, rooms_and_scopes
from kuramori.watch.feeding.own_places import own_pages
from kuramori.watch.guarded_doors import doors_of
from kuramori.watch.models import ApprovedFlow, LogSource, ServiceAccount
from kuramori.watch.privacy.exclusion_effect import (
    AHEAD,
    LOOK_BACK,
    NAMESPACES,
    accounts_excluded,
    left_out,
    not_taken_in,
    told_names,
)
from kuramori.watch.queries.charters import watched_sites
from kuramori.watch.rules.sources import Share, as_logged
from kuramori_lake.context import Context, ExcludedAccount, Flow, Identity, PersonDays, SecretPattern, Site
from kuramori_lake.event import Namespace
from kuramori_lake.store import Lake

TOP_WEIGHT = 1.0
NOTE = "context.sha256"


def context_sync(found: Lake, *, today: date) -> bool:
    """Tell the lake what is known today; returns whether anything had changed since it was last told."""
    told = context_of(today)
    digest = hashlib.sha256(repr(told).encode()).hexdigest()
    note = found.root / NOTE
    if found.context.version and note.exists() and note.read_text() == f"{found.context.version} {digest}":
        return False
    version = found.context.write(told)
    note.write_text(f"{version} {digest}")
    return True


def context_of(today: date) -> Context:
    """Collect the context as the system sees it; assignments and names of the last two years and those to come."""
    first, last = today - LOOK_BACK, today + AHEAD
    system = viewer_of_system()
    held = assignments_between(system, first, last)
    places = {site.pk: site for site in sites(system)}
    allowed = watched_sites(system, today)
    since = _watched_since(held, allowed, today)
    spared = accounts_excluded(first, last)
    return Context(
        identities=list(told_names(_names(first, last, since), spared)),
        people=list(
            _people(
                [each for each in held if each.person_id in since and each.site_id in {None, *allowed}],
                places,
                today=today,
            )
        ),
        secrets=[*_secrets(_shares()), *own_pages()],
        sites=[_site(site, first, last) for site in places.values()],
        excluded=[
            ExcludedAccount(
                namespace=Namespace(each.namespace),
                raw=each.raw,
                reason=each.reason,
                since=each.valid_from,
                until=each.valid_to,
            )
            for each in ServiceAccount.objects.standing().order_by("id")
        ]
        + left_out(spared),
        flows=[
            Flow(
                destination_class=each.destination,
                destination_value=each.value,
                reason=each.reason,
                since=each.valid_from,
                until=each.valid_to,
                person_id=str(each.person_id) if each.person_id else None,
            )
            for each in ApprovedFlow.objects.standing().order_by("id")
        ],
        doors=doors_of(rooms_and_scopes(system), held, today=today),
        untaken=not_taken_in(spared),
    )


def _names(first: date, last: date, since: dict[UUID, date]) -> Iterable[Identity]:
    """Yield who is behind which name, of those who may be watched, since that day."""
    for each in identities_between(viewer_of_system(), first, last):
        if each.namespace in NAMESPACES and _is_told(each, since):
            yield Identity(
                namespace=NAMESPACES[each.namespace],
                raw=each.value,
                person_id=str(each.person_id),
                since=max(each.starts_on, since[each.person_id]),
                until=each.ends_on,
            )


def _watched_since(held: Sequence[AssignmentHeld], watched: frozenset[UUID], today: date) -> dict[UUID, date]:
    """Return who may be watched, and from which day on: whose main place today is at a site with a valid charter.

    What somebody did while he worked at a site without one stays unread after he has moved.
    """
    latest: dict[UUID, AssignmentHeld] = {}
    since: dict[UUID, date] = defaultdict(lambda: date.min)
    for each in held:
        known = latest.get(each.person_id)
        if known is None or _weight(each, today) >= _weight(known, today):
            latest[each.person_id] = each
        is_elsewhere = each.is_main and each.site_id is not None and each.site_id not in watched
        if is_elsewhere and each.ends_on is not None and each.ends_on < today:
            since[each.person_id] = max(since[each.person_id], each.ends_on + timedelta(days=1))
    return {person: since[person] for person, each in latest.items() if each.site_id in watched}


def _weight(each: AssignmentHeld, today: date) -> tuple[bool, bool, date]:
    """Order a person's assignments: one that has begun before one to come, a main one before another, then the day."""
    return each.starts_on <= today, each.is_main, each.starts_on


def _is_told(held: IdentityHeld, since: dict[UUID, date]) -> bool:
    begins = since.get(held.person_id)
    return begins is not None and (held.ends_on is None or held.ends_on >= begins)


def _people(held: Iterable[AssignmentHeld], places: dict[UUID, DirectorySite], *, today: date) -> Iterable[PersonDays]:
    first, last = today - LOOK_BACK, today + AHEAD
    leaving = {each.person_id: each for each in leavers(viewer_of_system(), first, last)}
    kinds = {each.person_id: each.engagement_kind for each in who_was_where(viewer_of_system(), today)}
    projects = _projects(first, last)
    for each in held:
        gone = leaving.get(each.person_id)
        yield PersonDays(
            person_id=str(each.person_id),
            unit=str(each.unit_id),
            site=places[each.site_id].code if each.site_id in places else "",
            role=each.job_role or each.position,
            since=each.starts_on,
            until=each.ends_on,
            projects=tuple(sorted(projects[each.person_id])),
            employment=kinds.get(each.person_id, ""),
            notice_on=gone.notice_received_on if gone else None,
            last_day=(gone.last_working_day or gone.last_day) if gone else None,
        )


def _projects(first: date, last: date) -> dict[UUID, set[str]]:
    """Return the codes of the projects that people belong to in the period."""
    found: dict[UUID, set[str]] = defaultdict(set)
    for project in projects_visible_to(viewer_of_system()):
        for person in project.members.known().between(first, last).values_list("person_id", flat=True):
            found[person].add(project.code)
    return found


def _shares() -> list[Share]:
    return [pair for source in LogSource.objects.standing().order_by("id") for pair in source.mapped]


_TOLD = (
    "secret_id", "secret__number", "secret__level__name_ja", "secret__level__rank", "pattern", "text", "valid_from",
    "valid_to", "created_at", "secret__created_at", "secret__identified_on",
)  # fmt: skip


def _secrets(shares: list[Share]) -> list[SecretPattern]:
    """Return the path places of all secrets, each also as the logs write it; levels weigh by rank, the highest 1.

    As plain values: each new file asks for tens of thousands of them, and three records a place cost five times that.
    """
    places = list(path_patterns(viewer_of_system()).order_by("id").values_list(*_TOLD, named=True))
    top = max((place.secret__level__rank for place in places), default=1) or 1
    return [
        SecretPattern(
            pattern=pattern,
            secret_id=str(place.secret_id),
            number=place.secret__number,
            level=place.secret__level__name_ja,
            weight=round(TOP_WEIGHT * place.secret__level__rank / top, 3),
            since=_holds_from(place),
            until=place.valid_to,
        )
        for place in places
        for pattern in as_logged(place.pattern or place.text, shares)
    ]


def _holds_from(place: Any) -> date:
    """Return since when a place holds: what was entered with the secret itself, since the secret was identified.

    A register that came in today speaks of documents that lay there before; a place added later is a move.
    """
    came_with_it = place.created_at == place.secret__created_at
    since: date = min(place.valid_from, place.secret__identified_on) if came_with_it else place.valid_from
    return since


def _site(site: DirectorySite, first: date, last: date) -> Site:
    days = holidays_between(viewer_of_system(), site, first, last)
    return Site(site=site.code, zone=site.zone_name, holidays=tuple(days))
