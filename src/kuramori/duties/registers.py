"""The registers of this room: duties for the office, tasks for everybody as far as they concern him."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.directory.api import today_of
from kuramori.duties import acts
from kuramori.duties.forms import DutyForm
from kuramori.duties.kinds import kinds
from kuramori.duties.models import Audience, Duty, State, Task
from kuramori.duties.naming import record_named
from kuramori.duties.queries import (
    duties_visible_to,
    escalations_of,
    may_exempt,
    may_report,
    tasks_visible_to,
    turns_of,
)
from kuramori.duties.rules.permissions import Permission
from kuramori.duties.rules.rhythm import Every
from kuramori.kernel.columns import Text
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import (
    Choices,
    Column,
    ColumnKind,
    Fact,
    Filter,
    FilterKind,
    Link,
    Mark,
    Register,
)

TONES = {State.OPEN: "info", State.DONE: "ok", State.EXEMPT: "", State.DROPPED: ""}
TURNS_SHOWN = 6


def who(duty: Duty, _viewer: Viewer | None = None) -> str:
    """Return in words whom a duty asks."""
    match duty.audience:
        case Audience.PERSON if duty.person:
            return duty.person.shown
        case Audience.ROLE:
            return str(duty.get_role_display())
        case Audience.UNIT if duty.unit:
            return str(_("%(unit)s and below") % {"unit": duty.unit.name})
        case _:
            return str(duty.get_audience_display())


def rhythm_in_words(duty: Duty, _viewer: Viewer | None = None) -> Text:
    """Return in words in which rhythm a duty comes."""
    words = {"step": duty.step}
    match duty.every:
        case Every.ONCE:
            return _("once")
        case Every.BUSINESS_DAYS:
            return _("every %(step)s business days") % words
        case Every.WEEKS:
            return _("every %(step)s weeks") % words
        case _ if duty.at_month_end:
            return _("every %(step)s months, on the last day") % words
        case _:
            return _("every %(step)s months") % words


def kind_in_words(duty: Duty, _viewer: Viewer | None = None) -> Text:
    """Return what kind of duty it is; the bare name of a kind that no room offers any more."""
    kind = kinds().get(duty.kind)
    return kind.title if kind else duty.kind or _("written by hand")


def done_when(duty: Duty) -> Text:
    """Return what counts as done."""
    kind = kinds().get(duty.kind)
    return kind.done_when if kind else duty.done_when or _("a statement of who is asked")


def duty_facts(duty: Duty, viewer: Viewer) -> Sequence[Fact]:
    """Return what the page of a duty says: what, who, when, what follows, and how its turns went."""
    again = _("when late, again every %(days)s days") % {"days": duty.remind_again} if duty.remind_again else ""
    before = _("%(days)s days before, and on the day") % {"days": duty.remind_before}
    up = _("after %(days)s business days") % {"days": duty.escalate_after} if duty.escalate_after else None
    return (
        Fact(label=_("what has to be done"), value=duty.title),
        Fact(label=_("what counts as done"), value=done_when(duty)),
        Fact(label=_("kind of duty"), value=kind_in_words(duty)),
        Fact(label=_("who"), value=who(duty)),
        Fact(label=_("rhythm"), value=rhythm_in_words(duty)),
        Fact(label=_("due for the first time on"), value=duty.first_on, kind=ColumnKind.DATE),
        Fact(label=_("if that is a day off"), value=duty.get_on_holiday_display()),
        Fact(label=_("days given for it"), value=duty.lead_days, kind=ColumnKind.NUMBER),
        Fact(label=_("calendar of the site"), value=duty.site.name if duty.site else None),
        Fact(label=_("reminders"), value="\n".join(map(str, filter(None, [before, again])))),
        Fact(label=_("goes up the line"), value=up),
        Fact(label=_("words for mails and calendars"), value=duty.plain_words),
        *(_turn_fact(turn) for turn in turns_of(viewer, duty, limit=TURNS_SHOWN)),
    )


def _turn_fact(turn: dict[str, Any]) -> Fact:
    counts = [f"{state.label}: {turn[state]:,}" for state in State if turn[state]]
    return Fact(label=_("planned for %(day)s") % {"day": turn["planned_on"]}, value="\n".join(counts) or None)


def duty_actions(duty: Duty, viewer: Viewer) -> Sequence[Link]:
    """Lead to the tasks of a duty, and to opening it at once."""
    links = [Link(text=_("Who is asked"), url=f"{reverse('duties:task-list')}?duty={duty.number}")]
    if viewer.may_everywhere(Permission.DUTY_EDIT) and duty.retired_at is None:
        links.append(Link(text=_("Ask everybody concerned now"), url=reverse("duties:duty-open", args=[duty.pk])))
    return links


duties = Register(
    name="duties:duty",
    path="all",
    title=_("Duties"),
    title_one=_("duty"),
    why=_(
        "What has to be done again and again is written down once: by whom, by when, and what counts as done. Nobody "
        "has to remember to ask, and what is not done goes up the line by itself."
    ),
    example=_("For instance: all heads of units look through their shared folders on the last business day of March."),
    model=Duty,
    columns=(
        Column(name="number", label=pgettext_lazy("duty", "number"), kind=ColumnKind.LINK, sort="number"),
        Column(name="title", label=_("what has to be done")),
        Column(name="who", label=_("who"), value=who),
        Column(name="rhythm", label=_("rhythm"), value=rhythm_in_words),
        Column(name="kind", label=_("kind of duty"), value=kind_in_words),
        Column(name="first_on", label=_("due for the first time on"), kind=ColumnKind.DATE),
        Column(name="updated_at", label=_("Changed"), kind=ColumnKind.DATETIME, sort="updated_at", is_default=False),
    ),
    form=DutyForm,
    visible_to=duties_visible_to,
    add=acts.duty_add,
    edit=acts.duty_edit,
    retire=acts.duty_retire,
    retire_effects=lambda _records, _viewer: [_("Nobody is asked any more; what is still open falls away.")],
    search=lambda rows, text: rows.filter(title__icontains=text) | rows.filter(number__iexact=text),
    facts=duty_facts,
    actions=duty_actions,
    practices="GOV-16 TRN-15 DEV-15",
    icon="calendar-check",
)


def task_mark(task: Task, viewer: Viewer) -> Mark:
    """Say where a task stands: late ones stand out."""
    if task.state == State.OPEN and task.duty.retired_at is not None:
        return Mark(word=State.DROPPED.label, tone="")
    if task.state == State.OPEN and task.due_on < today_of(viewer):
        return Mark(word=_("late"), tone="bad")
    return Mark(word=State(task.state).label, tone=TONES[State(task.state)])


def task_facts(task: Task, viewer: Viewer) -> Sequence[Fact]:
    """Return what the page of a task says: what, who, until when, how it ended and what shows it."""
    kind, named = kinds().get(task.duty.kind), record_named(viewer, task)
    facts = [
        Fact(label=_("what has to be done"), value=task.duty.title),
        Fact(label=_("what counts as done"), value=done_when(task.duty)),
        Fact(label=_("who is asked"), value=task.person.shown, kind=ColumnKind.PERSON),
        Fact(label=_("open since"), value=task.opened_on, kind=ColumnKind.DATE),
        Fact(label=_("due on"), value=task.due_on, kind=ColumnKind.DATE),
    ]
    for step in escalations_of(viewer, task):
        names = {"name": step.person.shown, "for": step.on_behalf_of.shown if step.on_behalf_of else ""}
        told = _("%(name)s as deputy of %(for)s") % names if step.on_behalf_of else step.person.shown
        facts.append(Fact(label=_("gone up the line on %(day)s") % {"day": step.told_on}, value=told))
    if task.ended_at:
        facts.append(Fact(label=_("ended at"), value=task.ended_at, kind=ColumnKind.DATETIME))
        facts.append(Fact(label=_("statement or reason"), value=task.words or None))
    if task.proof:
        facts.append(Fact(label=_("proof"), value=task.proof, kind=ColumnKind.CODE, help=kind.title if kind else ""))
    if task.named_id:
        facts.append(Fact(label=_("record named as proof"), value=named[0] if named else _("not for you to see")))
    return facts


def task_actions(task: Task, viewer: Viewer) -> Sequence[Link]:
    """Lead to what this viewer can do now."""
    links = []
    kind, named = kinds().get(task.duty.kind), record_named(viewer, task) if task.named_id else None
    if may_report(viewer, task):
        links.append(Link(text=_("Report it done"), url=reverse("duties:task-report", args=[task.pk])))
    if kind and kind.url and task.state == State.OPEN and task.person_id == viewer.person_id:
        links.append(Link(text=_("Go where it is done"), url=kind.url()))
    if may_exempt(viewer, task):
        links.append(Link(text=_("Exempt from it"), url=reverse("duties:task-exempt", args=[task.pk])))
    if named:
        links.append(Link(text=_("Open the record named as proof"), url=named[1]))
    return links


def _in_state(rows: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
    if value != "late":
        return rows.filter(state=value)
    return rows.filter(state=State.OPEN, due_on__lt=localdate(timezone=viewer.zone), duty__retired_at__isnull=True)


def _states(_viewer: Viewer) -> Choices:
    return [("late", _("late")), *State.choices]


def _mine(rows: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
    if viewer.person_id is None:
        return rows.none() if value == "yes" else rows
    return rows.filter(person=viewer.person_id) if value == "yes" else rows.exclude(person=viewer.person_id)


tasks = Register(
    name="duties:task",
    path="tasks",
    title=_("What is due"),
    title_one=_("task"),
    why=_(
        "Each duty asks each person by himself. Here stands until when, what counts as done, and what showed it; later "
        "it can be shown that people were asked, reminded, and what came of it."
    ),
    model=Task,
    columns=(
        Column(name="number", label=pgettext_lazy("duty", "number"), kind=ColumnKind.LINK, value=lambda t, _v: str(t)),
        Column(name="title", label=_("what has to be done"), value=lambda task, _viewer: task.duty.title),
        Column(
            name="person",
            label=_("who is asked"),
            kind=ColumnKind.PERSON,
            value=lambda task, _viewer: task.person.shown,
        ),
        Column(name="due_on", label=_("due on"), kind=ColumnKind.DATE, sort="due_on"),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=task_mark),
        Column(name="level", label=_("times gone up the line"), kind=ColumnKind.NUMBER),
        Column(name="ended_at", label=_("ended at"), kind=ColumnKind.DATETIME, is_default=False),
    ),
    filters=(
        Filter(name="state", label=_("state"), kind=FilterKind.CHOICE, choices=_states, apply=_in_state),
        Filter(
            name="duty",
            label=_("number of the duty"),
            kind=FilterKind.TEXT,
            apply=lambda rows, value, _viewer: rows.filter(duty__number=value.strip()),
        ),
        Filter(name="mine", label=_("my own"), kind=FilterKind.YES_NO, apply=_mine),
    ),
    visible_to=tasks_visible_to,
    facts=task_facts,
    state=task_mark,
    actions=task_actions,
    withheld=lambda _viewer: frozenset({"turn", "named_kind", "named_id"}),
    order="-due_on",
    practices="TRN-15 LEV-04 EVD-03",
    icon="list-todo",
)
