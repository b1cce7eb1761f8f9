"""Which names need two people, which requests a viewer may see, and on which of them he may decide."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate, now

from kuramori.directory.api import viewer_of_system, who_was_where
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.permissions import Viewer
from kuramori.watch.models import Alert, MonitoringCharter, UnsealingRequest
from kuramori.watch.queries.alerts import alerts_visible_to, holds_on
from kuramori.watch.queries.charters import sites_watched
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.unsealing import WAITS_FOR, RequestState, is_second, needs_two


def two_needed(viewer: Viewer, alert: Alert, *, asker: UUID | None = None) -> bool:
    """Say whether the name behind an alert is shown to somebody (the viewer) only when two agree.

    The charters decide that hold today at the sites where the person was on the alert's last day; one that asks for
    two is enough, and so is a site without a charter. Whoever himself wrote that one suffices needs a second (H4).
    """
    here = {where.site_id for where in who_was_where(viewer_of_system(), alert.until, people=[alert.person_id])}
    watched = sites_watched(viewer_of_system(), localdate(timezone=viewer.zone))
    held = {each.site.pk: each.charter for each in watched}
    charters = [held.get(site) if site else None for site in here] or [None]
    return any(_by_two(charter, asker or viewer.person_id) for charter in charters)


def _by_two(charter: MonitoringCharter | None, asker: UUID | None) -> bool:
    if charter is None or needs_two(charter.site.country, by_two=charter.names_by_two):
        return True
    written = entries_about(charter.pk).filter(verb__in=("watch.charter.add", "watch.charter.edit"))
    last = written.order_by("-seq").first()
    return asker is not None and last is not None and last.actor_id == asker


def requests_visible_to(viewer: Viewer) -> QuerySet[UnsealingRequest]:
    """Return the requests on alerts that the viewer may see: never one about himself."""
    found: QuerySet[UnsealingRequest] = UnsealingRequest.objects.select_related("alert", "by", "second")
    if not viewer.may(Permission.UNSEALING_VIEW):
        return found.none()
    return found.filter(Exists(alerts_visible_to(viewer).filter(pk=OuterRef("alert"))))


def may_decide(viewer: Viewer, asked: UnsealingRequest) -> bool:
    """Say whether the viewer may be the second person of a request in his sight, now."""
    return (
        asked.standing(now()) is RequestState.WAITING
        and is_second(viewer.person_id, asker=asked.by_id, concerned=asked.alert.person_id)
        and holds_on(viewer, Permission.UNSEALING_DECIDE, asked.alert)
    )


def may_withdraw(viewer: Viewer, asked: UnsealingRequest) -> bool:
    """Say whether the viewer asked himself, and nobody has decided yet."""
    return asked.standing(now()) is RequestState.WAITING and asked.by_id == viewer.person_id


def waiting_for_second(viewer: Viewer) -> list[UnsealingRequest]:
    """Return the requests on which the viewer may decide, the most urgent first."""
    waiting = requests_visible_to(viewer).filter(state=RequestState.WAITING, waits_until__gt=now())
    return [asked for asked in waiting.order_by("waits_until", "id") if may_decide(viewer, asked)]


def requests_on(viewer: Viewer, alerts: Sequence[Alert]) -> list[UnsealingRequest]:
    """Return what a page of alerts in sight tells of requests: his own latest one, and others' that wait.

    His own is told for three days after it was decided; then its register has it.
    """
    rows = list(requests_visible_to(viewer).filter(alert__in=[alert.pk for alert in alerts]))
    waiting = [each for each in rows if each.standing(now()) is RequestState.WAITING]
    fresh = [each for each in rows if each.updated_at > now() - WAITS_FOR or each in waiting]
    own = [each for each in fresh if each.by_id == viewer.person_id]
    latest = sorted(own, key=lambda each: (each.created_at, each.pk), reverse=True)[:1]
    return latest + [each for each in waiting if each.by_id != viewer.person_id]
