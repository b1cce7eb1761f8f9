"""Privacy in words: how somebody came nearer to a person, what permits it, and the lines of a report."""

from collections.abc import Mapping
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kuramori.watch.models import CouncilReport, ExclusionKindChoice, Severity, StateChoice
from kuramori.watch.privacy.looks import Look
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.privacy import FEW

Words = Mapping[str, str | Promise]

LOOK_WORDS: Words = {
    Look.NAME_SHOWN: gettext_lazy("a name was shown"),
    Look.NAME_ASKED: gettext_lazy("a name was asked for"),
    Look.NAME_REFUSED: gettext_lazy("a name was refused"),
    Look.TIMELINE: gettext_lazy("a timeline across all channels was opened"),
    Look.LOOK_BACK: gettext_lazy("a leaver was looked back on"),
    Look.EXPERT: gettext_lazy("an outside expert was let in on a case"),
    Look.WATCH_ASKED: gettext_lazy("closer watching of a person was asked for"),
    Look.WATCH_AGREED: gettext_lazy("an office agreed to watch a person more closely"),
    Look.WATCH_SEEN: gettext_lazy("an entry of the watch list was read with the name"),
    Look.ORDER_ASKED: gettext_lazy("monitoring for a time was asked for"),
    Look.ORDER_AGREED: gettext_lazy("an office agreed to monitoring for a time"),
    Look.ORDER_SEEN: gettext_lazy("a monitoring order was read with the name"),
}
MAY_WORDS: Words = {
    Permission.ALERT_VIEW: gettext_lazy("see alerts, the names sealed"),
    Permission.ALERT_UNSEAL: gettext_lazy("have a name shown for a day, for a reason that is recorded"),
    Permission.TIMELINE_OPEN: gettext_lazy("open a timeline for a day, for a reason that is recorded"),
    Permission.ORDER_LOOK: gettext_lazy("look into a monitoring order that offices agreed to, the names sealed"),
    Permission.LEAVER_VIEW: gettext_lazy("look back on people who leave"),
    Permission.REVIEW_SIGN: gettext_lazy("review ranked lists of days off and of departments, the names sealed"),
    Permission.LOOK_VIEW: gettext_lazy("check who looked, and why"),
}
RECORDED: Words = {
    "files": gettext_lazy("Who opened, changed, copied or deleted which file, and when; not what stands in it."),
    "cloud": gettext_lazy("Who opened, downloaded or shared which file in the cloud, and when."),
    "mail": gettext_lazy(
        "Sender, recipients, time and size of mails. Text is compared with secret documents by a program only."
    ),
    "web": gettext_lazy("Which address was contacted, and how much was sent; not what was sent."),
    "removable": gettext_lazy("Which medium was connected to which machine, and what was copied to it."),
    "print": gettext_lazy("Title of what was printed, on which printer, how many pages."),
    "database": gettext_lazy("Which tables were read, and how many rows."),
    "door": gettext_lazy("Which door was passed or refused, and when."),
    "kuramori": gettext_lazy(
        "Your sign-ins to Kuramori, permissions that you change, and which secrets' pages you open, change or take out "
        "as a file, and when; not what stands on them."
    ),
}
GROUPS: Words = {
    "reach": gettext_lazy("Reach"),
    "alerts": gettext_lazy("Alerts by severity"),
    "outcomes": gettext_lazy("Alerts by outcome"),
    "opened": gettext_lazy("How often somebody came nearer to a person"),
    "reviews": gettext_lazy("Reviews of logs"),
    "exclusions": gettext_lazy("Exclusions in force on the last day"),
}
LINES: Mapping[str, Words] = {
    "reach": {"people": gettext_lazy("people who may be evaluated"), "sources": gettext_lazy("systems that log")},
    "alerts": {"sum": pgettext_lazy("report", "all"), **{each.value: each.label for each in Severity}},
    "outcomes": {"sum": pgettext_lazy("report", "all"), **{each.value: each.label for each in StateChoice}},
    "opened": {
        "names": gettext_lazy("names shown"),
        "refused": gettext_lazy("names refused"),
        "timelines": gettext_lazy("timelines of a person opened"),
        "cases": gettext_lazy("cases opened"),
    },
    "reviews": {"due": gettext_lazy("fell due"), "late": gettext_lazy("were not signed in time")},
    "exclusions": {each.value: each.label for each in ExclusionKindChoice},
}


def count_in_words(count: int | None) -> str:
    """Return a count as everybody may read it: None was too small to be told, or would tell one that was."""
    return _("not told") if count is None else f"{count:,}"


def few_in_words(count: int) -> str:
    """Return a count of the own page: none, fewer than five, or the count."""
    return _("fewer than %(few)s") % {"few": FEW} if 0 < count < FEW else f"{count:,}"


def lines_of(report: CouncilReport) -> list[tuple[str, str, str]]:
    """Return the lines of a report in words, in the order of reading: group, what is counted, the count."""
    return [
        (str(GROUPS[group]), str(words), count_in_words(report.told.get(group, {}).get(name)))
        for group, lines in LINES.items()
        if group in report.told  # an earlier report does not know of a group that came later
        for name, words in lines.items()
    ]


def period(since: date, until: date) -> str:
    """Write a period."""
    return f"{since.isoformat()} – {until.isoformat()}"
