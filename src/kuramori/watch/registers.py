"""The registers of what is watched: sources, service accounts, approved flows, charters."""

from collections.abc import Callable, Sequence

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

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
    Text,
)
from kuramori.watch.acts import settings
from kuramori.watch.forms import AccountForm, CharterForm, FlowForm, SourceForm
from kuramori.watch.models import ApprovedFlow, LogSource, MonitoringCharter, ServiceAccount
from kuramori.watch.models.settings import DestinationChoice, NamespaceChoice
from kuramori.watch.queries.charters import charters_visible_to
from kuramori.watch.queries.sources import accounts_visible_to, flows_visible_to, sources_visible_to
from kuramori.watch.rules.charters import Lack, lack_of
from kuramori.watch.rules.sources import write_shares
from kuramori.watch.rules.unsealing import needs_two
from kuramori.watch.wording import SOURCE_WORDS, source_choices, word

LACK_WORDS = {
    Lack.NOT_YET: _("not yet in force"),
    Lack.OVER: _("has run out"),
    Lack.NO_NOTICE: _("staff were not told yet"),
    Lack.NO_AGREEMENT: _("works agreement missing"),
}


def _choice(name: str, label: Text, choices: Callable[[], Choices]) -> Filter:
    return Filter(
        name=name,
        label=label,
        kind=FilterKind.CHOICE,
        choices=lambda _viewer: choices(),
        apply=lambda rows, value, _viewer: rows.filter(**{name: value}),
    )


_DAYS = (
    Column(name="valid_from", label=_("from"), kind=ColumnKind.DATE, sort="valid_from"),
    Column(name="valid_to", label=_("until"), kind=ColumnKind.DATE),
    Column(name="updated_at", label=_("changed"), kind=ColumnKind.DATETIME, sort="updated_at", is_default=False),
)


def source_facts(source: LogSource, _viewer: Viewer) -> Sequence[Fact]:
    """Return what the page of a source says."""
    return (
        Fact(label=_("kind of log"), value=word(SOURCE_WORDS, source.kind)),
        Fact(label=_("server or system"), value=source.instance),
        Fact(label=_("site"), value=source.site.name if source.site else None),
        Fact(label=_("time zone of the log"), value=source.zone_name),
        Fact(label=_("encoding"), value=source.encoding),
        Fact(label=_("names in the log are"), value=source.get_namespace_display()),
        Fact(label=_("folder watched"), value=source.folder or None),
        Fact(label=_("shares"), value=write_shares(source.mapped) or None),
        Fact(
            label=_("may be quiet for (hours)"),
            value=source.silence_hours or None,
            kind=ColumnKind.NUMBER,
            help=_("Counted on working days only; 0 when nothing is expected."),
        ),
        Fact(label=_("note on the monitoring charter"), value=source.note or None),
    )


def source_actions(source: LogSource, _viewer: Viewer) -> Sequence[Link]:
    """Lead from a source to what its server needs, and to how all of them are."""
    ready = (Link(text=_("Health of the sources"), url=reverse("watch:health")),)
    if source.retired_at is not None:
        return ready
    return (Link(text=_("Set its server up"), url=reverse("watch:source-set-up", args=[source.pk])), *ready)


sources = Register(
    name="watch:source",
    path="sources",
    title=_("Log sources"),
    title_one=_("log source"),
    why=_(
        "What no log records cannot be found out afterwards. Here stands which systems must report, how their logs "
        "are read, and how long they may be quiet before somebody looks after them."
    ),
    example=_("For instance: file server fs01, Samba full_audit, folder /var/log/samba, quiet for at most 24 hours."),
    model=LogSource,
    columns=(
        Column(name="name", label=_("name"), kind=ColumnKind.LINK, sort="name"),
        Column(name="kind", label=_("kind of log"), value=lambda source, _viewer: word(SOURCE_WORDS, source.kind)),
        Column(name="instance", label=_("server or system"), sort="instance"),
        Column(name="site", label=_("site"), value=lambda source, _viewer: source.site.name if source.site else None),
        Column(name="zone_name", label=_("time zone of the log"), is_default=False),
        Column(name="folder", label=_("folder watched")),
        Column(name="silence_hours", label=_("may be quiet for (hours)"), kind=ColumnKind.NUMBER),
        Column(name="updated_at", label=_("changed"), kind=ColumnKind.DATETIME, sort="updated_at", is_default=False),
    ),
    filters=(_choice("kind", _("kind of log"), source_choices),),
    form=SourceForm,
    visible_to=sources_visible_to,
    add=settings.source_add,
    edit=settings.source_edit,
    retire=settings.source_retire,
    facts=source_facts,
    actions=source_actions,
    practices="DET-01 DET-02",
    icon="satellite-dish",
)

accounts = Register(
    name="watch:account",
    path="accounts",
    title=_("Service accounts"),
    title_one=_("service account"),
    why=_(
        "Backup and indexing read everything every night. Their events are kept and provable, but they count for "
        "nobody, so that people stand out from people."
    ),
    example=_("For instance: svc-backup, nightly backup."),
    model=ServiceAccount,
    columns=(
        Column(name="raw", label=_("account"), kind=ColumnKind.LINK, sort="raw"),
        Column(name="namespace", label=_("kind of name"), value=lambda one, _viewer: one.get_namespace_display()),
        Column(name="reason", label=_("what it does")),
        *_DAYS,
    ),
    filters=(_choice("namespace", _("kind of name"), lambda: NamespaceChoice.choices),),
    form=AccountForm,
    visible_to=accounts_visible_to,
    add=settings.account_add,
    edit=settings.account_edit,
    retire=settings.account_retire,
    practices="DET-02",
    icon="bot",
)

flows = Register(
    name="watch:flow",
    path="flows",
    title=_("Approved flows"),
    title_one=_("approved flow"),
    why=_(
        "Drawings go to partners every day, with approval. What is approved here lowers the weight of a finding, "
        "openly and traceably; nothing is hidden by it."
    ),
    example=_("For instance: mail to partner.example, under the contract of April, until March."),
    model=ApprovedFlow,
    columns=(
        Column(name="value", label=_("where to"), kind=ColumnKind.LINK, sort="value"),
        Column(name="destination", label=_("way"), value=lambda flow, _viewer: flow.get_destination_display()),
        Column(name="reason", label=_("approved for")),
        Column(
            name="person",
            label=_("only for"),
            kind=ColumnKind.PERSON,
            value=lambda flow, _viewer: flow.person.shown if flow.person else None,
        ),
        *_DAYS,
    ),
    filters=(_choice("destination", _("way"), lambda: DestinationChoice.choices),),
    form=FlowForm,
    visible_to=flows_visible_to,
    add=settings.flow_add,
    edit=settings.flow_edit,
    retire=settings.flow_retire,
    practices="DET-01",
    icon="waypoints",
)


def charter_mark(charter: MonitoringCharter, viewer: Viewer) -> Mark:
    """Say whether a charter holds today, or why not."""
    lack = lack_of(charter.terms, localdate(timezone=viewer.zone))
    if charter.retired_at is not None:
        return Mark(word=_("ended"))
    return Mark(word=LACK_WORDS[lack], tone="warn") if lack else Mark(word=_("in force"), tone="ok")


def charter_facts(charter: MonitoringCharter, _viewer: Viewer) -> Sequence[Fact]:
    """Return what everybody may read about how he is watched."""
    return (
        Fact(label=_("site"), value=charter.site.name),
        Fact(label=_("purpose"), value=charter.purpose),
        Fact(label=_("responsible person"), value=charter.responsible.shown, kind=ColumnKind.PERSON),
        Fact(label=_("rules"), value=charter.rules),
        Fact(label=_("staff were told on"), value=charter.noticed_on, kind=ColumnKind.DATE),
        Fact(label=_("works agreement of"), value=charter.agreed_on, kind=ColumnKind.DATE),
        Fact(label=_("from"), value=charter.valid_from, kind=ColumnKind.DATE),
        Fact(label=_("until"), value=charter.valid_to, kind=ColumnKind.DATE),
        Fact(label=_("logs are kept for (months)"), value=charter.retention_months, kind=ColumnKind.NUMBER),
        Fact(
            label=_("a name is shown only when two agree"),
            value=needs_two(charter.site.country, by_two=charter.names_by_two),
            kind=ColumnKind.BOOL,
        ),
    )


charters = Register(
    name="watch:charter",
    path="charters",
    title=_("Monitoring charters"),
    title_one=_("monitoring charter"),
    why=_(
        "Watching logs of people needs a purpose fixed beforehand, a responsible person, rules, and staff who know of "
        "it (PPC guideline on the Act on the Protection of Personal Information, Q&A 5-7). Without a valid charter "
        "nobody of a site is evaluated; in Germany the works council must have agreed (BetrVG § 87(1) no. 6)."
    ),
    example=_("For instance: head office, to find leaks of trade secrets, the privacy officer, told on 1 April."),
    model=MonitoringCharter,
    columns=(
        Column(name="site", label=_("site"), kind=ColumnKind.LINK, value=lambda one, _viewer: one.site.name),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=charter_mark),
        Column(
            name="responsible",
            label=_("responsible person"),
            kind=ColumnKind.PERSON,
            value=lambda one, _viewer: one.responsible.shown,
        ),
        Column(name="noticed_on", label=_("staff were told on"), kind=ColumnKind.DATE, sort="noticed_on"),
        Column(name="agreed_on", label=_("works agreement of"), kind=ColumnKind.DATE),
        *_DAYS,
    ),
    form=CharterForm,
    visible_to=charters_visible_to,
    add=settings.charter_add,
    edit=settings.charter_edit,
    retire=settings.charter_retire,
    facts=charter_facts,
    state=charter_mark,
    practices="DET-02 GOV-15",
    icon="scroll-text",
)
