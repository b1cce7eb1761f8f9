"""A timeline across all channels, ready to show: log events and Kuramori's own acts in one order, names kept sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from kuramori.directory.api import viewer_of_system
from kuramori.kernel.ledger import read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.sentences import sentence
from kuramori.kernel.wording import moment
from kuramori.register.api import secrets_visible_to
from kuramori.watch.cases.queries import alerts_in, cases_visible_to, secrets_watched_by, unsealing_in
from kuramori.watch.feeding.deeds import VERBS
from kuramori.watch.feeding.wording import page_words
from kuramori.watch.lake import folder, lake
from kuramori.watch.masking import masked, names_of_many
from kuramori.watch.models import MonitoringOrder, TimelineOpening
from kuramori.watch.orders.standing import seen_people
from kuramori.watch.pseudonyms import alert_pseudonym, case_pseudonym, pseudonym
from kuramori.watch.queries.alerts import alerts_visible_to, name_behind, unsealing_of
from kuramori.watch.queries.charters import is_watched
from kuramori.watch.queries.leavers import leaver_seen_by
from kuramori.watch.queries.orders import may_look, order_called, orders_visible_to
from kuramori.watch.rules.orders import shown_since
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.watching.standing import company_day
from kuramori.watch.wording import ACTIVITY_WORDS, CHANNEL_WORDS, SOURCE_WORDS, word
from kuramori_lake.timeline import Asked, person_timeline, secret_timeline, thing_timeline

PAGE: Final = 100
OWN: Final = "kuramori"
"""The channel of Kuramori's own acts, beside those of the lake."""


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose timeline it is: what he, or the secret, is called here, and whether the name is open to this viewer."""

    opening: TimelineOpening
    called: str
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which days (both included) and channels are asked for (none: all), and after which key; see `key_of`.

    `only` narrows to events of these numbers; Kuramori's own acts are none of them.
    """

    since: date
    until: date
    channels: tuple[str, ...] = ()
    before: tuple[datetime, int] | None = None
    only: tuple[int, ...] | None = None


def opened(viewer: Viewer, pk: UUID) -> Whose | None:
    """Return a timeline that is open to this viewer now, while what it was opened from is still in his sight."""
    if viewer.person_id is None or not viewer.may(Permission.TIMELINE_OPEN):
        return None
    mine = Q(by=viewer.person_id, expires_at__gt=now()) & ~Q(person=viewer.person_id)
    found = TimelineOpening.objects.filter(mine, pk=pk).select_related("secret", "order").first()
    if found is None or not _is_covered(viewer, found):
        return None
    return _whose(viewer, found)


def _is_covered(viewer: Viewer, opening: TimelineOpening) -> bool:
    """Say whether a charter still covers whom it is about: one that ended closes what was opened under it."""
    today = localdate(timezone=viewer.zone)
    return opening.person_id is None or is_watched(viewer_of_system(), opening.person_id, today)


def _whose(viewer: Viewer, opening: TimelineOpening) -> Whose | None:
    if opening.case_id:
        case = cases_visible_to(viewer).filter(pk=opening.case_id).first()
        alerts = alerts_in(viewer, case) if case else []
        shown = unsealing_in(viewer, alerts)
        name = name_behind(viewer, shown.alert) if shown else case_pseudonym(case.pk, case.person_id) if case else ""
        return Whose(opening=opening, called=name, is_open=shown is not None) if case else None
    if opening.alert_id:
        alert = alerts_visible_to(viewer).filter(pk=opening.alert_id).first()
        shown = unsealing_of(viewer, alert) if alert else None
        if alert is None:
            return None
        name = name_behind(viewer, alert) if shown else alert_pseudonym(alert.pk, alert.person_id)
        return Whose(opening=opening, called=name, is_open=shown is not None)
    if opening.line:
        seen = leaver_seen_by(viewer, opening.line, localdate(timezone=viewer.zone))
        return Whose(opening=opening, called=seen.name, is_open=not seen.is_veiled) if seen else None
    if opening.order_id:
        order = orders_visible_to(viewer).filter(pk=opening.order_id).first()
        is_theirs = order is not None and may_look(viewer, order)
        return (
            Whose(opening=opening, called=order_called(viewer, order), is_open=False) if order and is_theirs else None
        )
    known = secrets_watched_by(viewer).filter(pk=opening.secret.pk).first() if opening.secret else None
    return Whose(opening=opening, called=str(known), is_open=False) if known else None


def lines(viewer: Viewer, whose: Whose, choice: Choice) -> tuple[list[dict[str, Any]], str]:
    """Return a page of the timeline, the newest first, and the key of the next page ("" at the end)."""
    viewer.demand(Permission.TIMELINE_OPEN)
    choice = _bounded(whose.opening.order, choice)
    both = [*_events(whose, choice), *_acts(whose, choice)]
    both.sort(key=lambda row: row["key"], reverse=True)
    full = list(islice(both, PAGE))
    page = _within(whose, full)
    events = [row for row in page if "activity" in row]
    touched = {UUID(row["secret_id"]) for row in events if row["secret_id"]}
    known = {str(secret.pk): secret for secret in secrets_visible_to(viewer).filter(pk__in=touched)}
    people = {UUID(row["person_id"]) for row in events if row["person_id"]}
    names = frozenset() if whose.is_open else names_of_many(people)
    shown = [
        _event(row, viewer, whose, known, names) if "activity" in row else _act(row, viewer, whose) for row in page
    ]
    return shown, key_text(full[-1]["key"]) if len(both) > PAGE else ""


def _bounded(order: MonitoringOrder | None, choice: Choice) -> Choice:
    """Keep a choice within the days and channels of an order; without one, as it is."""
    if order is None or order.starts_on is None or order.ends_on is None:
        return choice
    return replace(
        choice,
        since=max(choice.since, shown_since(order.starts_on)),
        until=min(choice.until, order.ends_on),
        channels=tuple(each for each in order.channels if not choice.channels or each in choice.channels),
    )


def _within(whose: Whose, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the deeds of people whom an order on a secret or a thing must not show: of other sites or uncovered."""
    order = whose.opening.order
    if order is None or whose.opening.person_id:
        return rows
    doers = {UUID(str(doer)) for row in rows if (doer := _doer(row))}
    seen = {str(each) for each in seen_people(order, doers, company_day())}
    return [row for row in rows if not _doer(row) or str(_doer(row)) in seen]


def _doer(row: dict[str, Any]) -> Any:
    return row["entry"].actor_id if "entry" in row else row["person_id"]


def key_text(key: tuple[datetime, int]) -> str:
    """Write the key of a line for an address."""
    return f"{key[0].isoformat(timespec='microseconds')}_{key[1]}"


def key_of(text: str) -> tuple[datetime, int] | None:
    """Read a key back, None when the address holds none."""
    at, _sep, number = text.partition("_")
    try:
        return datetime.fromisoformat(at).replace(tzinfo=None), int(number)
    except ValueError:
        return None


def _events(whose: Whose, choice: Choice) -> list[dict[str, Any]]:
    if not folder().exists():
        return []
    asked = Asked(
        since=choice.since, until=choice.until, channels=choice.channels, before=choice.before, limit=PAGE + 1,
        only=choice.only, untold=tuple(VERBS) if _tells_acts(whose, choice) else (),
    )  # fmt: skip
    opening = whose.opening
    with lake() as found:
        if opening.person_id:
            rows = person_timeline(found, str(opening.person_id), asked)
        elif opening.order and opening.order.thing:
            rows = thing_timeline(found, opening.order.kind, opening.order.thing, asked)
        else:
            rows = secret_timeline(found, str(opening.secret_id), asked)
    return [row | {"key": (row["time_utc"], row["event_id"])} for row in rows]


def _tells_acts(whose: Whose, choice: Choice) -> bool:
    """Say whether the ledger is asked: what the lake was told of its entries is then left out, or it stood twice.

    What logs call a document or a device is nothing that Kuramori's own acts are about.
    """
    is_asked = not choice.channels or OWN in choice.channels
    return is_asked and choice.only is None and bool(whose.opening.person_id or whose.opening.secret_id)


def _acts(whose: Whose, choice: Choice) -> list[dict[str, Any]]:
    """Return Kuramori's own entries as rows: those by the person, or those about the secret.

    At one moment they stand after the logs' events, in the order of the ledger: their number counts down from 0.
    """
    if not _tells_acts(whose, choice):
        return []
    found: QuerySet[Entry] = Entry.objects.filter(at__date__gte=choice.since, at__date__lte=choice.until)
    if whose.opening.person_id:
        found = found.filter(actor_id=whose.opening.person_id)
    elif whose.opening.secret_id:
        found = found.filter(subjects__subject_id=whose.opening.secret_id)
    if choice.before is not None:
        at, number = choice.before[0].replace(tzinfo=UTC), choice.before[1]
        found = found.filter(Q(at__lt=at) | Q(at=at, seq__gt=-number) if number <= 0 else Q(at__lte=at))
    entries = read(found.order_by("-at", "seq")[: PAGE + 1])
    return [{"entry": each, "key": (each.at.astimezone(UTC).replace(tzinfo=None), -each.entry.seq)} for each in entries]


def _event(
    row: dict[str, Any], viewer: Viewer, whose: Whose, known: dict[str, Any], names: frozenset[str]
) -> dict[str, Any]:
    hidden = () if whose.is_open else names | {row["actor_raw"]}
    secret = known.get(row["secret_id"] or "")
    is_closed = row["secret_id"] is not None and secret is None
    what = page_words(row) or row["path"] or row["name"] or row["device"] or ""
    way = word(CHANNEL_WORDS, row["destination_class"])
    where = " ".join(filter(None, (way, row["destination_value"] if whose.is_open else "")))
    return {
        "event": row["event_id"],
        "at": moment(row["time_utc"].replace(tzinfo=UTC), viewer),
        "who": _who(row["person_id"], whose),
        "deed": word(ACTIVITY_WORDS, row["activity"]),
        "what": _("a document of a secret not open to you") if is_closed else masked(what, hidden),
        "secret": secret,
        "level": row["secret_level"] if is_closed else "",
        "where": where,
        "source": f"{word(SOURCE_WORDS, row['source'])} {row['instance']}",
    }


def _act(row: dict[str, Any], viewer: Viewer, whose: Whose) -> dict[str, Any]:
    """Return an act in its sentence; what it concerned stays out, for other records have scopes of their own."""
    entry = row["entry"]
    who = _who(str(entry.actor_id) if entry.actor_id else None, whose)
    return {
        "at": moment(entry.at, viewer),
        "who": who,
        "deed": sentence(entry.verb, {"by": who or _("the system")}),
        "source": _("Kuramori itself (ledger)"),
    }


def _who(person: str | None, whose: Whose) -> str:
    if whose.opening.person_id:
        return whose.called
    return pseudonym(f"timeline:{whose.opening.pk}", person) if person else ""


def channel_choices() -> Sequence[tuple[str, str]]:
    """Return the channels that can be chosen, with their words."""
    return (
        ("files", _("files")),
        ("media", _("media and devices")),
        ("print", _("print")),
        ("mail", _("mail")),
        ("web", _("web and cloud")),
        ("doors", _("doors")),
        ("databases", _("databases")),
        ("sign_in", _("sign-ins")),
        ("system", _("system")),
        (OWN, _("Kuramori's own acts")),
    )
