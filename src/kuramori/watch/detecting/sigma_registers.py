"""The registers of Sigma rules and of the sets that they came in."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Fact, Filter, FilterKind, Link, Mark, Register
from kuramori.watch.detecting.sigma_acts import rules_take_in
from kuramori.watch.detecting.sigma_forms import TakeInForm
from kuramori.watch.detecting.sigma_lake import in_japanese
from kuramori.watch.models import LevelChoice, Queue, SigmaRule, SigmaSet
from kuramori.watch.queries.alerts import alerts_visible_to
from kuramori.watch.rules.detecting_sigma import alerts_of, may_read
from kuramori.watch.rules.permissions import Permission
from kuramori_lake.detect import Code
from kuramori_lake.sigma.refusals import Refusal

COUNTED = timedelta(days=30)
STATES = (
    ("on", pgettext_lazy("rule", "on")),
    ("tried", _("off, tried")),
    ("untried", _("never tried")),
)
STATE_ROWS = {
    "on": Q(is_on=True),
    "tried": Q(is_on=False, tested_until__isnull=False),
    "untried": Q(tested_until__isnull=True),
}
WITHHELD = frozenset({"digest", "tested_by_day", "tested_digest", "tested_is_cut", "tested_without"})
"""Not told by the history of a rule: digests say nothing, a trial's numbers are not everybody's to read (H3)."""


def sigma_rules_visible_to(viewer: Viewer) -> QuerySet[SigmaRule]:
    """Return the rules with `raised`: alerts of the last 30 days in the viewer's sight, never those about himself."""
    rules: QuerySet[SigmaRule] = SigmaRule.objects.select_related("taken_in")
    if not viewer.may(Permission.SIGMA_VIEW):
        return rules.none()
    counts = _raised(viewer)
    whens = [When(rule=rule, then=Value(count)) for rule, count in counts.items()]
    return rules.annotate(raised=Case(*whens, default=Value(0), output_field=IntegerField()))


def _raised(viewer: Viewer) -> Counter[str]:
    if not viewer.may(Permission.ALERT_VIEW):
        return Counter()
    since = localdate(timezone=viewer.zone) - COUNTED
    found = alerts_visible_to(viewer).filter(
        queue=Queue.HARD_RULE, until__gte=since, reasons__contains=f'"{Code.SIGMA}"'
    )
    told = (one for reasons in found.values_list("reasons", flat=True) for one in json.loads(reasons))
    return Counter(str(one["numbers"]["rule"]) for one in told if one["code"] == Code.SIGMA)


def sigma_sets_visible_to(viewer: Viewer) -> QuerySet[SigmaSet]:
    """Return what was taken in, newest first."""
    found: QuerySet[SigmaSet] = SigmaSet.objects.all()
    return found if viewer.may(Permission.SIGMA_SET_VIEW) else found.none()


def titled(rule: SigmaRule) -> str:
    """Return a rule's title in the language of the page, as far as its author gave one."""
    return rule.title_ja or rule.title if in_japanese() else rule.title


def rule_mark(rule: SigmaRule, _viewer: Viewer) -> Mark:
    """Say whether a rule speaks."""
    if rule.retired_at:
        return Mark(word=_("no longer in its set"))
    return Mark(word=pgettext_lazy("rule", "on"), tone="ok") if rule.is_on else Mark(word=pgettext_lazy("rule", "off"))


def trial_in_words(rule: SigmaRule, viewer: Viewer) -> str:
    """Return when a rule was tried and with how many alerts, as far as the numbers are the viewer's to read."""
    if rule.tested_until is None:
        return str(_("never"))
    days = {"since": rule.tested_from, "until": rule.tested_until}
    if not may_read(rule.tested_without, viewer.person_id):
        return "{since} – {until}".format(**days)
    return _("%(since)s – %(until)s: %(alerts)s alerts") % (days | {"alerts": alerts_of(rule.tested_by_day)})


def rule_facts(rule: SigmaRule, viewer: Viewer) -> Sequence[Fact]:
    """Return what a rule looks for in its author's words, and what its trial said."""
    return (
        Fact(label=_("title"), value=titled(rule)),
        Fact(label=_("what it looks for"), value=rule.description or "–"),
        Fact(label=_("known false alarms"), value=rule.false_positives or "–"),
        Fact(label=_("log source"), value=rule.source),
        Fact(label=_("level"), value=rule.get_level_display()),
        Fact(label=pgettext_lazy("rule set", "set"), value=rule.taken_in.name),
        Fact(label=_("identifier"), value=rule.rule, kind=ColumnKind.CODE),
        Fact(label=_("tried on the past"), value=trial_in_words(rule, viewer)),
        Fact(label=_("alerts in 30 days"), value=getattr(rule, "raised", 0), kind=ColumnKind.NUMBER),
    )


def rule_actions(rule: SigmaRule, viewer: Viewer) -> Sequence[Link]:
    """Lead to the rule's text and trial, its switch, and the report of its set."""
    links = [Link(text=_("Text and trial on the past"), url=reverse("watch:sigma-test", args=[rule.pk]))]
    if viewer.may(Permission.SIGMA_SWITCH) and rule.retired_at is None:
        links.append(Link(text=_("Try on pasted events"), url=f"{reverse('watch:sigma-paste')}?rule={rule.pk}"))
    if viewer.may_everywhere(Permission.SIGMA_SWITCH) and rule.retired_at is None:
        words = _("Switch off") if rule.is_on else _("Switch on")
        links.append(Link(text=words, url=reverse("watch:sigma-switch", args=[rule.pk])))
    if viewer.may(Permission.SIGMA_SET_VIEW):
        links.append(Link(text=_("Report of its set"), url=sigma_sets.url("detail", rule.taken_in)))
    return links


def rule_doors(viewer: Viewer) -> Sequence[Link]:
    """Lead from the list to where rules are tried on pasted events, and to the reports of the sets."""
    links = []
    if viewer.may(Permission.SIGMA_SWITCH):
        links.append(Link(text=_("Try on pasted events"), url=reverse("watch:sigma-paste")))
    if viewer.may(Permission.SIGMA_SET_VIEW):
        links.append(Link(text=_("Rule sets taken in"), url=sigma_sets.url("list")))
    return links


def _search(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    asked = Q()
    for word in words.split():
        asked &= Q(title__icontains=word) | Q(title_ja__icontains=word) | Q(rule__icontains=word)
    return rows.filter(asked)


sigma_rules = Register(
    name="watch:sigma",
    path="sigma-rules",
    title=_("Sigma rules"),
    title_one=_("Sigma rule"),
    why=_(
        "Sigma is the common format for rules over logs: if an event looks like this, tell me. Rules of others work "
        "here. Each is off until somebody has tried it on the past, looked at its numbers and switched it on."
    ),
    example=_("For instance: Log cleared, set kuramori, high, on, two alerts in 30 days."),
    model=SigmaRule,
    columns=(
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=rule_mark),
        Column(
            name="title", label=_("title"), kind=ColumnKind.LINK, sort="title", value=lambda rule, _viewer: titled(rule)
        ),
        Column(name="set", label=pgettext_lazy("rule set", "set"), value=lambda rule, _viewer: rule.taken_in.name),
        Column(name="level", label=_("level"), value=lambda rule, _viewer: rule.get_level_display()),
        Column(name="source", label=_("log source")),
        Column(
            name="raised",
            label=_("alerts in 30 days"),
            kind=ColumnKind.NUMBER,
            value=lambda rule, _viewer: getattr(rule, "raised", 0),
        ),
    ),
    filters=(
        Filter(
            name="level",
            label=_("level"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: LevelChoice.choices,
            apply=lambda rows, value, _viewer: rows.filter(level=value),
        ),
        Filter(
            name="state",
            label=_("state"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: STATES,
            apply=lambda rows, value, _viewer: rows.filter(STATE_ROWS[value]),
        ),
        Filter(
            name="source",
            label=_("log source"),
            kind=FilterKind.TEXT,
            apply=lambda rows, value, _viewer: rows.filter(source__icontains=value),
        ),
        Filter(
            name="set",
            label=pgettext_lazy("rule set", "set"),
            kind=FilterKind.TEXT,
            apply=lambda rows, value, _viewer: rows.filter(taken_in__name=value),
        ),
    ),
    form=TakeInForm,
    add=rules_take_in,
    visible_to=sigma_rules_visible_to,
    search=_search,
    beside=rule_doors,
    facts=rule_facts,
    actions=rule_actions,
    state=rule_mark,
    withheld=lambda _viewer: WITHHELD,
    order="title",
    practices="DET-01 DET-04",
    icon="scan-search",
)


def set_facts(taken: SigmaSet, _viewer: Viewer) -> Sequence[Fact]:
    """Return what became of everything in a set: accepted and refused are together what came in."""
    told = [Refusal(**(each | {"values": tuple(each["values"].items())})) for each in taken.refusals]
    return (
        Fact(label=_("file"), value=taken.file),
        Fact(label="SHA-256", value=taken.sha256, kind=ColumnKind.CODE),
        Fact(label=_("in the file"), value=taken.documents, kind=ColumnKind.NUMBER),
        Fact(label=_("taken in"), value=taken.accepted, kind=ColumnKind.NUMBER),
        Fact(label=_("refused"), value=taken.refused, kind=ColumnKind.NUMBER),
        Fact(label=_("switched off, because their meaning changed"), value=taken.changed, kind=ColumnKind.NUMBER),
        *(
            Fact(
                label=": ".join(part for part in (each.file, each.rule, each.place) if part),
                value=each.sentence(japanese=in_japanese()),
            )
            for each in told
        ),
    )


sigma_sets = Register(
    name="watch:sigma_set",
    path="sigma-rule-sets",
    title=_("Rule sets taken in"),
    title_one=_("rule set"),
    why=_("What came in with each file of rules, what is used of it, and why the rest is not."),
    example=_("For instance: set sigmahq, 2,310 in the file, 2,204 taken in, 106 refused."),
    model=SigmaSet,
    columns=(
        Column(name="name", label=pgettext_lazy("rule set", "set"), kind=ColumnKind.LINK, sort="name"),
        Column(name="file", label=_("file")),
        Column(name="documents", label=_("in the file"), kind=ColumnKind.NUMBER),
        Column(name="accepted", label=_("taken in"), kind=ColumnKind.NUMBER),
        Column(name="refused", label=_("refused"), kind=ColumnKind.NUMBER),
        Column(name="created_at", label=_("taken in at"), kind=ColumnKind.DATETIME, sort="created_at"),
    ),
    visible_to=sigma_sets_visible_to,
    facts=set_facts,
    withheld=lambda _viewer: frozenset({"refusals"}),
    order="-created_at",
    practices="DET-01",
    icon="package-open",
)
