"""Who stands on the watch list, which entries a viewer may see and decide on, and what detection is told of them."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import now

from kuramori.directory.api import Person, who_was_where
from kuramori.kernel.permissions import Viewer
from kuramori.watch.models.watching import EntryStateChoice, WatchEntry
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.watching import FACTOR, RENEW_BEFORE, Office, Standing, is_other, office_of
from kuramori.watch.watching.standing import company_day, is_standing
from kuramori_lake.detect import Feedback


def entries_visible_to(viewer: Viewer) -> QuerySet[WatchEntry]:
    """Return the entries of the offices, or those that the viewer asked for himself; never one about himself."""
    found: QuerySet[WatchEntry] = WatchEntry.objects.select_related("asked_by").prefetch_related("approvals__by")
    if not viewer.may(Permission.ENTRY_VIEW) or viewer.person_id is None:
        return found.none()
    found = found.exclude(person=viewer.person_id)
    return found if viewer.may_everywhere(Permission.ENTRY_OVERSEE) else found.filter(asked_by=viewer.person_id)


def may_ask_about(viewer: Viewer, person: Person) -> bool:
    """Say whether a viewer may ask about somebody: an office about everybody but himself, a head about his people."""
    if person.pk == viewer.person_id or not viewer.may(Permission.ENTRY_ASK):
        return False
    if viewer.may_everywhere(Permission.ENTRY_ASK):
        return True
    held = viewer.units_for(Permission.ENTRY_ASK)
    return any(where.unit_id in held for where in who_was_where(viewer, company_day(), people=[person.pk]))


def office_for(viewer: Viewer, entry: WatchEntry) -> Office | None:
    """Return for which office the viewer may decide on an entry in his sight now, None when he may not."""
    if entry.standing(now(), company_day()) is not Standing.WAITING or not viewer.may(Permission.ENTRY_DECIDE):
        return None
    given = list(entry.approvals.all())
    deciders = {each.by_id for each in given}
    if not is_other(viewer.person_id, asker=entry.asked_by_id, concerned=entry.person_id, deciders=deciders):
        return None
    return office_of(viewer.roles, {Office(each.office) for each in given})


def may_withdraw(viewer: Viewer, entry: WatchEntry) -> bool:
    """Say whether the viewer may take an entry in his sight back: who asked, and the offices that decide."""
    is_over = entry.standing(now(), company_day()) not in {Standing.WAITING, Standing.ACTIVE}
    return not is_over and (viewer.may(Permission.ENTRY_DECIDE) or entry.asked_by_id == viewer.person_id)


def may_renew(viewer: Viewer, entry: WatchEntry) -> bool:
    """Say whether the viewer may ask that an entry in his sight go on; it is decided anew."""
    told = entry.standing(now(), company_day())
    return told in {Standing.ACTIVE, Standing.ENDED} and may_ask_about(viewer, entry.person)


def waiting_entries(viewer: Viewer) -> list[WatchEntry]:
    """Return the entries on which the viewer may decide, the most urgent first."""
    rows = is_standing(entries_visible_to(viewer), Standing.WAITING).order_by("waits_until", "id")
    return [entry for entry in rows if office_for(viewer, entry) is not None]


def ending_entries(viewer: Viewer) -> list[WatchEntry]:
    """Return the entries that the viewer asked for and that end soon, the first to end first; renewed ones left out."""
    rows = is_standing(entries_visible_to(viewer), Standing.ACTIVE).filter(asked_by=viewer.person_id, renewals=None)
    return list(rows.filter(ends_on__lte=company_day() + RENEW_BEFORE).order_by("ends_on", "id"))


def entries_in_force(viewer: Viewer, day: date) -> Iterable[WatchEntry]:
    """Return the entries that hold on a day, the oldest first; for the offices and the system."""
    if not viewer.may(Permission.ENTRY_OVERSEE):
        return ()
    found: QuerySet[WatchEntry] = WatchEntry.objects.filter(
        state=EntryStateChoice.ACTIVE, starts_on__lte=day, ends_on__gte=day
    )
    return found.order_by("id")


def watched_people(viewer: Viewer, day: date) -> frozenset[UUID]:
    """Return who stands on the list on a day; the system asks."""
    return frozenset(entry.person_id for entry in entries_in_force(viewer, day))


def watching_feedback(viewer: Viewer, day: date) -> tuple[Feedback, ...]:
    """Return what detection is told: one weight per person and kind of reason, however many entries there are."""
    told: dict[tuple[UUID, str], Feedback] = {}
    for entry in entries_in_force(viewer, day):
        for kind in entry.kinds:
            weight = Feedback(code=kind, person_id=str(entry.person_id), unit=None, factor=FACTOR, mark=entry.number)
            told.setdefault((entry.person_id, kind), weight)
    return tuple(told.values())
