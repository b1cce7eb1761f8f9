"""Calendar addresses: made, ended, and what a calendar program gets from one. No titles, no names: plain words only."""

import secrets
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.directory.api import Account, Unit, today_of, unit_choices, unit_subtree, viewer_for
from kuramori.duties.entitled import working_in
from kuramori.duties.mails import plain_words
from kuramori.duties.models import Duty, Feed, Task
from kuramori.duties.queries import due_from
from kuramori.duties.rules.ical import Event, calendar
from kuramori.duties.rules.permissions import Permission
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.permissions import Viewer

MOST = 10
"""Addresses that one person may keep at once."""
SHOWN = 1_000
"""Days in one calendar, the soonest first."""


def feed_add(*, unit: Unit | None, by: Viewer) -> tuple[Feed, str]:
    """Make an address and return it with its token, which nobody can read again.

    Raises Refused for a unit whose tasks he may not see, for who is no person, and for more than ten addresses.
    """
    if by.person_id is None or (unit is not None and not may_see_unit(by, unit.pk)):
        raise Refused(gettext_lazy("This calendar is not yours to have."))
    token = secrets.token_urlsafe(32)
    with act("duties.feed.add", by=by.actor) as this:
        if Feed.objects.standing().filter(person=by.person_id).count() >= MOST:
            raise Refused(
                gettext_lazy("You keep ten addresses already."), gettext_lazy("End one that is not used any more.")
            )
        feed = Feed(person_id=by.person_id, unit=unit, token_sha256=_digest(token))
        feed.save()
        this.about(feed)
    return feed, token


def feed_retire(*, feed: Feed, by: Viewer) -> Feed:
    """End an address of one's own: from this moment on it answers nobody. Raises Refused for somebody else's."""
    if by.person_id is None or feed.person_id != by.person_id:
        raise Refused(gettext_lazy("Only who keeps it can end it."))
    with act("duties.feed.retire", by=by.actor, subjects=[feed]):
        feed.retire()
    return feed


def feeds_of(viewer: Viewer) -> list[Feed]:
    """Return the addresses that the viewer keeps, the newest first."""
    mine = Feed.objects.standing().filter(person=viewer.person_id, person__isnull=False).select_related("unit")
    return list(mine.order_by("-created_at", "-id"))


def may_see_unit(viewer: Viewer, unit: UUID) -> bool:
    """Say whether he may see what is due in a unit."""
    seen = Permission.TASK_VIEW_ALL
    return viewer.may_everywhere(seen) or unit in viewer.units_for(seen)


def unit_offers(viewer: Viewer) -> list[tuple[UUID, str]]:
    """Return the units whose calendar the viewer may have, in the order of the tree."""
    return [(pk, name) for pk, name in unit_choices(viewer) if may_see_unit(viewer, pk)]


def feed_of(token: str) -> tuple[Feed, Account] | None:
    """Return the address with this token and the account of who keeps it; None when either has ended."""
    feed = Feed.objects.standing().filter(token_sha256=_digest(token)).select_related("unit").first()
    account = Account.objects.filter(person=feed.person_id, is_active=True).first() if feed else None
    return (feed, account) if feed and account else None


def file_of(feed: Feed, account: Account) -> bytes | None:
    """Return the calendar as its keeper may see it now; None for who has lost the right since."""
    viewer = viewer_for(account)
    if not viewer.may(Permission.TASK_VIEW) or (feed.unit_id and not may_see_unit(viewer, feed.unit_id)):
        return None
    if feed.unit is None:
        return calendar(_("Kuramori: my duties"), _own(viewer))
    return calendar(_("Kuramori: %(unit)s") % {"unit": feed.unit.code}, _of_unit(viewer, feed.unit))


def _own(viewer: Viewer) -> Iterator[Event]:
    for task in due_from(viewer)[:SHOWN]:
        words = {"number": task.duty.number, "words": plain_words(task.duty)}
        yield Event(
            uid=f"{task.pk}@{_host()}", day=task.due_on, summary=_("%(words)s (%(number)s)") % words,
            url=_site() + reverse("duties:task-detail", args=[task.pk]), changed=task.updated_at,
        )  # fmt: skip


def _of_unit(viewer: Viewer, unit: Unit) -> Iterator[Event]:
    """Yield one day for each duty and due day, with how many have not done it: no person is named."""
    people = working_in(unit_subtree(viewer, unit.pk), today_of(viewer)).order_by().values("pk")
    found = Task.objects.open().filter(person__in=people).order_by("due_on", "duty")
    days = found.values("duty_id", "due_on").annotate(count=Count("pk"), changed=Max("updated_at"))[:SHOWN]
    rows = list(days)
    duties = Duty.objects.in_bulk({row["duty_id"] for row in rows})
    for row in rows:
        duty = duties[row["duty_id"]]
        words = {"number": duty.number, "words": plain_words(duty), "count": row["count"]}
        yield Event(
            uid=f"{unit.pk}-{duty.pk}-{row['due_on']}@{_host()}", day=row["due_on"],
            summary=_("%(words)s (%(number)s): %(count)s open") % words,
            url=f"{_site()}{reverse('duties:task-list')}?duty={duty.number}", changed=row["changed"],
        )  # fmt: skip


def address_of(token: str) -> str:
    """Return the whole address with a token."""
    return _site() + reverse("duties:calendar", args=[token])


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _site() -> str:
    return settings.PUBLIC_URL.rstrip("/")


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"
