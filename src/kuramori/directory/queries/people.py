"""Who can be seen, by what name; people who have not joined yet are a secret of HR."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils.timezone import now

from kuramori.directory.models import Account, Assignment, Dated, Engagement, Person, RoleAssignment, SignInPolicy
from kuramori.directory.rules.engagements import EngagementSeen, as_seen
from kuramori.directory.rules.permissions import Permission
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.search import matching


def today_of(viewer: Viewer) -> date:
    """Return the viewer's today, in the zone of his site."""
    return now().astimezone(viewer.zone).date()


def sees_leaving(viewer: Viewer) -> bool:
    """Say whether he may know of notices and of days that are still to come (HR and the leaver team).

    The whole company's only: HR of one unit would learn of others by the lists that leave them out.
    """
    return viewer.may_everywhere(Permission.LEAVER_VIEW)


def may_change_person(viewer: Viewer, person: Person) -> bool:
    """Say whether he may change this person: HR of the company, or of a unit where the person works today."""
    if viewer.may_everywhere(Permission.PERSON_EDIT):
        return True
    within = viewer.units_for(Permission.PERSON_EDIT)
    return Assignment.objects.known().on(today_of(viewer)).filter(person=person, unit__in=within).exists()


def may_change_role(viewer: Viewer, role: RoleAssignment) -> bool:
    """Say whether he may give and take this role: roles for more than his units only with the whole company's."""
    return viewer.may_everywhere(Permission.ROLE_ADD) or role.unit_id in viewer.units_for(Permission.ROLE_ADD)


def people_visible_to(viewer: Viewer) -> QuerySet[Person]:
    """Return the people the viewer may find; those who join later only for HR and the leaver team."""
    if not viewer.may(Permission.PERSON_VIEW):
        return Person.objects.none()
    if sees_leaving(viewer):
        return Person.objects.all()
    return Person.objects.filter(joined_on__lte=today_of(viewer))


def is_known_to(viewer: Viewer, person: Person) -> bool:
    """Say whether the viewer may find a person that is at hand, without asking the database again."""
    if sees_leaving(viewer):
        return True
    here = person.joined_on is not None and person.joined_on <= today_of(viewer)
    return here and viewer.may(Permission.PERSON_VIEW)


def people_with_places(viewer: Viewer) -> QuerySet[Person]:
    """Return the same people, each with `here`: today's assignments with unit and site, the main one first."""
    here = Assignment.objects.known().on(today_of(viewer)).select_related("unit", "site").order_by("-is_main", "id")
    return people_visible_to(viewer).prefetch_related(Prefetch("assignments", queryset=here, to_attr="here"))


def people_in_units(viewer: Viewer, unit_ids: Iterable[UUID]) -> QuerySet[Person]:
    """Return the visible people who work in one of the units today."""
    working = Assignment.objects.known().on(today_of(viewer)).filter(unit__in=list(unit_ids))
    return people_visible_to(viewer).filter(pk__in=working.values("person_id"))


def names_of_people(viewer: Viewer, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of those among the ids whom the viewer may find."""
    return {person.pk: person.shown for person in people_visible_to(viewer).filter(pk__in=set(ids))}


def person_by_number(viewer: Viewer, number: str) -> Person | None:
    """Return the person with that employee number, if the viewer may find him."""
    return people_visible_to(viewer).filter(number=number).first()


def people_choices(viewer: Viewer, text: str = "", *, limit: int = 20) -> list[tuple[UUID, str]]:
    """Return people for a chooser: those here now whose words match, as (id, "name (number)")."""
    found = matching(people_visible_to(viewer), text).filter(left_on__isnull=True).order_by("kana", "id")
    return [(person.pk, f"{person.shown} ({person.number})") for person in found[:limit]]


def engagements_of(viewer: Viewer, person: Person) -> list[tuple[Engagement, EngagementSeen]]:
    """Return a person's engagements as we know them now, newest first, each as the viewer may see it."""
    if not people_visible_to(viewer).filter(pk=person.pk).exists():
        return []
    today, all_of_it = today_of(viewer), sees_leaving(viewer)
    known = Engagement.objects.known().filter(person=person).select_related("sponsor").order_by("-start", "-id")
    return [
        (engagement, as_seen(engagement, today=today, may_see_leaving=all_of_it))
        for engagement in known
        if all_of_it or engagement.start <= today
    ]


def roles_of(viewer: Viewer, person: Person) -> QuerySet[RoleAssignment]:
    """Return the roles a person holds or held; those to come only for HR."""
    roles = RoleAssignment.objects.known().filter(person=person).select_related("unit", "site")
    if not (viewer.may(Permission.ROLE_VIEW) or viewer.person_id == person.pk):
        return roles.none()
    return roles.filter(begun(viewer)).order_by("-starts_on")


def roles_visible_to(viewer: Viewer) -> QuerySet[RoleAssignment]:
    """Return the role assignments with their former versions, which the register shows as retired."""
    if not viewer.may(Permission.ROLE_VIEW):
        return RoleAssignment.objects.none()
    found = RoleAssignment.objects.filter(begun(viewer), person__in=people_visible_to(viewer))
    if not viewer.may_everywhere(Permission.ROLE_VIEW):
        found = found.filter(unit__in=viewer.units_for(Permission.ROLE_VIEW))
    return found.select_related("person", "unit", "site")


def role_holders(viewer: Viewer, *, limit: int) -> dict[str, list[Person]]:
    """Return the first holders of each role today by role, plain employees last; for the demo's sign-in page."""
    today = today_of(viewer)
    here = people_visible_to(viewer).filter(left_on__isnull=True, joined_on__lte=today).exclude(mail="")
    given = RoleAssignment.objects.known().on(today).filter(person__in=here).order_by("role", "person__number")
    held: dict[str, list[Person]] = {}
    for assignment in given.select_related("person__account"):
        people = held.setdefault(assignment.role, [])
        if assignment.person not in people and len(people) < limit:
            people.append(assignment.person)
    heads = here.filter(heads__retired_at__isnull=True, heads__isnull=False).distinct().order_by("number")
    plain = here.filter(roles__isnull=True, heads__isnull=True).order_by("number")
    held[Role.UNIT_HEAD] = list(heads.select_related("account")[:limit])
    held[Role.EMPLOYEE] = list(plain.select_related("account")[:limit])
    return {role: people for role, people in held.items() if people}


def begun(viewer: Viewer) -> Q:
    """Return the condition that something dated has begun; for those who may know of days to come, none."""
    return Q() if sees_leaving(viewer) else Q(starts_on__lte=today_of(viewer))


def people_at_site(viewer: Viewer, site_id: UUID | str) -> QuerySet[Person]:
    """Return the visible people whose main assignment is at a site today."""
    working = Assignment.objects.known().on(today_of(viewer)).filter(site=site_id, is_main=True)
    return people_visible_to(viewer).filter(pk__in=working.values("person_id"))


def end_seen(viewer: Viewer, dated: Dated) -> date | None:
    """Return the last day of something dated; one that lies ahead only for those who may know."""
    ahead = dated.ends_on is not None and dated.ends_on >= today_of(viewer)
    return None if ahead and not sees_leaving(viewer) else dated.ends_on


def running_engagement(viewer: Viewer, person: Person) -> Engagement | None:
    """Return the engagement of a person that nobody has ended, the latest if several."""
    if not may_change_person(viewer, person):
        return None
    open_ones = Engagement.objects.known().filter(person=person, end_actual__isnull=True).select_related("person")
    return open_ones.order_by("-start").first()


def account_of(viewer: Viewer, person: Person) -> Account | None:
    """Return a person's account, for those who look after accounts."""
    allowed = viewer.may_everywhere(Permission.ACCOUNT_MANAGE)
    return Account.objects.filter(person=person).first() if allowed else None


def sessions_of(viewer: Viewer, account: Account) -> int:
    """Return in how many places an account is signed in."""
    return UserSession.objects.filter(user=account).count() if viewer.may(Permission.ACCOUNT_MANAGE) else 0


def mfa_roles(viewer: Viewer) -> frozenset[str]:
    """Return which roles need a second factor: as somebody decided, else as the environment says."""
    policy = SignInPolicy.objects.first() if viewer.may(Permission.SETTING_EDIT) else None
    return frozenset(policy.mfa_roles if policy else settings.MFA_REQUIRED_ROLES)
