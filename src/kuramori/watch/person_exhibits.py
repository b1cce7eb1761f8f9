"""What logs and alerts say of one person, with times, for a recognition timeline opened for a reason (EVD-03, EVD-04).

It names him, as he is asked about by name. Paths are not shown; of secrets out of the viewer's sight neither is a name.
"""

import math
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.directory.api import people_visible_to, sees_leaving
from kuramori.evidence.api import TIMELINE_VIEW, PersonAsked, PersonSource
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Exhibit, ExhibitKind, Strength
from kuramori.register.api import secrets_visible_to
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import Alert, AlertSecret
from kuramori.watch.reasons import reasons_in_words
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.wording import ACTIVITY_WORDS, CHANNEL_WORDS, word
from kuramori_lake.deeds import Deed, deeds_of
from kuramori_lake.detect import Code

MEANING: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("data").joinpath("intent.toml").read_text(encoding="utf-8")
)
_indicator = partial(
    Exhibit,
    element="intent",
    source="watch.intent",
    kind=ExhibitKind.CIRCUMSTANTIAL,
    strength=Strength.FAIR,
    practice="EVD-04",
)


def of_person(asked: PersonAsked, viewer: Viewer) -> Iterator[Exhibit]:
    """Yield what is known of a person in sight, to who may open timelines; nobody is told of himself."""
    is_closed = not viewer.may_everywhere(TIMELINE_VIEW) or asked.person.id == viewer.person_id
    if is_closed or not people_visible_to(viewer).filter(pk=asked.person.id).exists():
        return
    deeds, alerts = _deeds(asked), _alerts(asked)
    ids = {UUID(deed.secret_id) for deed in deeds if deed.secret_id}
    ids |= {each.secret_id for alert in alerts for each in alert.secrets.all()}
    known = {str(secret.pk): str(secret) for secret in secrets_visible_to(viewer).filter(pk__in=ids)}
    for deed in deeds:
        yield from _done(deed, known, viewer)
    for alert in alerts:
        yield from _indicators(alert, known, viewer)


def _deeds(asked: PersonAsked) -> list[Deed]:
    if not folder().exists():
        return []
    secret = str(asked.secret.id) if asked.secret else None
    with lake() as found:
        return deeds_of(found, str(asked.person.id), asked.since, asked.until, secret_id=secret)


def _alerts(asked: PersonAsked) -> list[Alert]:
    found = Alert.objects.filter(person=asked.person.id, until__gte=asked.since, since__lte=asked.until)
    if asked.secret is not None:
        touched = AlertSecret.objects.filter(secret=asked.secret.id, documents__gt=0)
        found = found.filter(pk__in=touched.values("alert"))
    return list(found.filter(retired_at=None).prefetch_related("secrets").order_by("until", "id"))


def _done(deed: Deed, known: Mapping[str, str], viewer: Viewer) -> Iterator[Exhibit]:
    """Yield a deed with the log line it begins at, and beside it what such a deed may mean."""
    secret = (
        _("no secret named by the log")
        if deed.secret_id is None
        else known.get(deed.secret_id, _("a secret not open to you"))
    )
    way = word(CHANNEL_WORDS, deed.destination_class) if deed.destination_class else ""
    what = " → ".join(filter(None, (word(ACTIVITY_WORDS, deed.activity), way)))
    words = {"deed": what, "count": f"{deed.documents:,}", "secret": secret, "file": deed.file, "row": deed.row}
    said = _("%(deed)s, %(count)s documents, %(secret)s (%(file)s, row %(row)s)") % words
    element, source = ("taking", "watch.taking") if deed.went_out else ("access", "watch.events")
    title = _("Taken out") if deed.went_out else _("Opened")
    yield Exhibit(element=element, source=source, title=title, statement=said, at=deed.first, practice="EVD-03")
    meaning = MEANING["deed"].get("refused" if deed.was_refused else deed.activity)
    if meaning is not None:
        title = _("Attempt at a closed door") if deed.was_refused else what
        against = meaning["against"][viewer.language]
        yield _indicator(weight=meaning["weight"], title=title, statement=said, at=deed.first, against=against)


def _indicators(alert: Alert, known: Mapping[str, str], viewer: Viewer) -> Iterator[Exhibit]:
    """Yield an alert's reasons that may speak for intent: volume against the usual, odd hours, copies, after notice."""
    closed = {str(each.secret_id) for each in alert.secrets.all()} - known.keys()
    leaving, meanings = sees_leaving(viewer), MEANING["reason"]
    url = reverse("watch:alert-events", args=[alert.pk]) if viewer.may(Permission.ALERT_VIEW) else ""
    for reason, words in reasons_in_words(alert, viewer.language, closed=closed, leaving=leaving):
        if reason.code not in meanings or reason.strength <= 0 or (reason.code == Code.LEAVER and not leaving):
            continue
        day = reason.numbers.get("busiest_day") or reason.numbers.get("first_time_area")
        at = datetime.combine(day if isinstance(day, date) else alert.since, time.min, tzinfo=viewer.zone)
        title, weight = _("Alert %(number)s") % {"number": alert.number}, math.ceil(reason.strength * 5)
        against = meanings[reason.code]["against"][viewer.language]
        yield _indicator(weight=weight, title=title, statement=words, at=at, url=url, against=against)


PERSON_EXHIBITS = PersonSource(of_person=of_person)
