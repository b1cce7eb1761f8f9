"""People, their engagements and their places. What tells of a leave never names the person as its subject.

Everybody who finds a person can read that person's history. A notice, a planned end, a transfer still to come are
therefore written under the engagement or assignment alone, which only HR and the leaver team can open.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from kuramori.directory.models import (
    Assignment,
    Engagement,
    Identity,
    Person,
    ProjectMember,
    RoleAssignment,
    Source,
    Unit,
)  # fmt: skip
from kuramori.directory.rules.engagements import faults_of
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act, current
from kuramori.kernel.search import index

FAULTS = {
    "end": (_("An adviser or contractor needs a planned last day."), _("Enter a day within one year.")),
    "order": (_("The last day lies before the first."), _("Correct one of the two days.")),
    "sponsor": (_("An adviser or contractor needs a sponsor inside."), _("Choose who answers for this person.")),
    "too_long": (_("This engagement would last longer than a year."), _("Set an earlier day and renew it then.")),
}


def person_add(*, by: Actor, why: str = "", **values: Any) -> Person:
    """Add a person; values are the fields of `Person`."""
    with act("directory.person.add", by=by, why=why):
        person = _write(Person(), **values)
        current().about(person)
    return person


def person_edit(*, person: Person, by: Actor, why: str = "", **values: Any) -> Person:
    """Change the facts of a person; mail and account also become dated identities by `identity_add`."""
    with act("directory.person.edit", by=by, why=why, subjects=[person]):
        return _write(person, **values)


def engagement_add(
    *, person: Person, kind: str, start: date, by: Actor, why: str = "", end_planned: date | None = None,
    sponsor: Person | None = None, employer: str = "", host_company: str = "", source: str = Source.HAND,
) -> Engagement:  # fmt: skip
    """Bind a person to the company from a day on; raises Refused when an adviser or contractor lacks sponsor or end."""
    _refuse_faults(kind, start=start, end_planned=end_planned, has_sponsor=sponsor is not None)
    with act("directory.engagement.add", by=by, why=why):
        engagement = Engagement(
            person=person, engagement_kind=kind, start=start, end_planned=end_planned, sponsor=sponsor,
            employer=employer, host_company=host_company, source=source,
        )  # fmt: skip
        engagement.save()
        joined = min(person.joined_on or start, start)
        _write(person, joined_on=joined, left_on=None)
    return engagement


def engagement_correct(*, engagement: Engagement, by: Actor, why: str, **values: Any) -> Engagement:
    """Write what was wrong anew; the former version stays readable as what we believed until now."""
    kind = values.get("engagement_kind", engagement.engagement_kind)
    _refuse_faults(
        kind,
        start=values.get("start", engagement.start),
        end_planned=values.get("end_planned", engagement.end_planned),
        has_sponsor=values.get("sponsor", engagement.sponsor) is not None,
    )
    with act("directory.engagement.correct", by=by, why=why):
        corrected = engagement.corrected(**values)
        if "start" in values:
            _write(corrected.person, joined_on=_first_start(corrected.person))
    return corrected


def notice_receive(
    *, engagement: Engagement, received_on: date, by: Actor, why: str = "", end_planned: date | None = None,
    last_working_day: date | None = None,
) -> Engagement:  # fmt: skip
    """Record that somebody has given notice (退職届受理): seen by HR and the leaver team only until he has left."""
    with act("directory.engagement.notice", by=by, why=why):
        return engagement.corrected(
            notice_received_on=received_on,
            end_planned=end_planned or engagement.end_planned,
            last_working_day=last_working_day or engagement.last_working_day,
        )


def engagement_end(*, engagement: Engagement, last: date, today: date, by: Actor, why: str = "") -> Engagement:
    """Record the actual last day; what hung on the engagement ends with it. Raises Refused for a day ahead.

    A day ahead is a plan (`notice_receive` or `engagement_correct`), not an end.
    """
    if last > today:
        raise Refused(_("The last day lies ahead."), _("Record it as the planned last day."))
    with act("directory.engagement.end", by=by, why=why):
        ended = engagement.corrected(end_actual=max(last, engagement.start))
        for assignment in Assignment.objects.known().filter(engagement_line=engagement.line):
            assignment.end(ended.end_actual or last)
        _leave_if_last(ended.person, today=today)
    return ended


def engagement_withdraw(*, engagement: Engagement, today: date, by: Actor, why: str = "") -> None:
    """Take back an engagement that never began, with all that hung on it; a person without any other is retired."""
    person = engagement.person
    with act("directory.engagement.correct", by=by, why=why):
        engagement.withdraw()
        for assignment in Assignment.objects.known().filter(engagement_line=engagement.line):
            assignment.withdraw()
        if Engagement.objects.known().filter(person=person).exists():
            _leave_if_last(person, today=today)
            return
        _end_all(person, date.min)
        _write(person, joined_on=None, retired_at=current().at)


def departure_settle(*, person: Person, today: date, by: Actor) -> None:
    """Mark somebody as gone whose end was recorded on the last day itself, now that the day has passed."""
    with act("directory.engagement.end", by=by):
        _leave_if_last(person, today=today)


def assignment_add(
    *, engagement: Engagement, unit: Unit, starts_on: date, today: date, by: Actor, why: str = "", **values: Any
) -> Assignment:
    """Assign somebody to a unit; with `is_main` the former main assignment ends the day before."""
    with act("directory.assignment.add", by=by, why=why):
        assignment = Assignment(
            person=engagement.person, engagement_line=engagement.line, unit=unit, starts_on=starts_on, **values
        )
        if assignment.is_main:
            _end_former_main(assignment)
        assignment.save()
        if starts_on <= today:
            current().about(engagement.person)
    return assignment


def assignment_correct(*, assignment: Assignment, by: Actor, why: str, **values: Any) -> Assignment:
    """Write an assignment anew that was recorded wrongly."""
    with act("directory.assignment.correct", by=by, why=why):
        return assignment.corrected(**values)


def assignment_end(*, assignment: Assignment, last: date, today: date, by: Actor, why: str = "") -> None:
    """Record the last day of an assignment."""
    with act("directory.assignment.end", by=by, why=why):
        assignment.end(last)
        if last < today:
            current().about(assignment.person)


def identity_add(
    *, person: Person, namespace: str, value: str, starts_on: date, by: Actor, why: str = "",
    source: str = Source.HAND,
) -> Identity:  # fmt: skip
    """Record the name under which a system knows a person; an earlier one of the same system ends the day before."""
    with act("directory.identity.add", by=by, why=why, subjects=[person]):
        identity = Identity(person=person, namespace=namespace, value=value, starts_on=starts_on, source=source)
        identity.save()
    return identity


def identity_end(*, identity: Identity, last: date, by: Actor, why: str = "") -> None:
    """Record the last day on which a system knew a person by that name: accounts are renamed, cards given back."""
    with act("directory.identity.end", by=by, why=why, subjects=[identity.person]):
        identity.end(last)


def _write(person: Person, **values: Any) -> Person:
    for name, value in values.items():
        setattr(person, name, value)
    person.save()
    index(person, *person.found_by)
    return person


def _refuse_faults(kind: str, *, start: date, end_planned: date | None, has_sponsor: bool) -> None:
    for fault in faults_of(kind, start=start, end_planned=end_planned, has_sponsor=has_sponsor):
        raise Refused(*FAULTS[fault])


def _first_start(person: Person) -> date | None:
    starts = Engagement.objects.known().filter(person=person).values_list("start", flat=True)
    return min(starts, default=None)


def _end_former_main(following: Assignment) -> None:
    former = Assignment.objects.known().filter(engagement_line=following.engagement_line, is_main=True)
    for assignment in former.between(following.starts_on, following.starts_on):
        assignment.end(date.fromordinal(following.starts_on.toordinal() - 1))


def _leave_if_last(person: Person, *, today: date) -> None:
    """Mark the person as gone, and end roles, projects and identities, when no engagement is left."""
    lasts = list(Engagement.objects.known().filter(person=person).values_list("end_actual", flat=True))
    if None in lasts:
        return
    last = max(lasts)
    _end_all(person, last)
    if last < today:
        _write(person, left_on=last)


def _end_all(person: Person, last: date) -> None:
    for model in (RoleAssignment, ProjectMember, Identity):
        for held in model.objects.known().filter(person=person):
            held.end(last)
