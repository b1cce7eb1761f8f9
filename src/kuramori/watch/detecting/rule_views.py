"""What the hard rules are, in words: what each speaks about, whether it can, and what it raised."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.directory.api import viewer_of_system
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import ApprovedFlow, Queue, Severity
from kuramori.watch.models.settings import DestinationChoice
from kuramori.watch.queries.alerts import alerts_visible_to
from kuramori.watch.queries.charters import watched_sites
from kuramori.watch.rules.permissions import Permission
from kuramori_lake.detect import RULES, Rule
from kuramori_lake.fingerprint.index import PrintIndex

DAYS = 30
GENERAL = {
    "usb_unregistered": gettext_lazy("A stick or disk whose serial number is not registered as an approved flow."),
    "phone_first_seen": gettext_lazy("A phone that nobody connected before."),
    "log_cleared": gettext_lazy("Somebody cleared a log."),
    "mail_own_private": gettext_lazy("Something marked secret, mailed to free mail with the sender's own name."),
    "secret_outside": gettext_lazy("Words of a registered document in a mail or upload."),
    "read_after_notice": gettext_lazy(
        "A hundred secret documents or more in one day after notice, outside an agreed handover."
    ),
    "delete_after_notice": gettext_lazy("Five hundred files or more deleted in one day after notice."),
    "account_after_leaving": gettext_lazy("A sign-in after the last working day."),
    "door_without_need": gettext_lazy("Entering a room where a secret is kept that is not open to the person."),
    "door_denied": gettext_lazy("Being turned away at such a room."),
    "print_at_night": gettext_lazy("The gravest level printed between 22:00 and 05:00."),
    "storage_unlisted": gettext_lazy("A file given to a storage service that is not an approved flow."),
    "link_anonymous": gettext_lazy("A link that anybody can open, made to something secret."),
}


@page(Permission.ALERT_VIEW)
def hard_rules(request: ViewedRequest) -> HttpResponse:
    """Show every hard rule with what it needs in order to speak, and how often it did in the last 30 days."""
    viewer = request.viewer
    today = localdate(timezone=viewer.zone)
    silent, raised = _silent(), _raised(viewer)
    context: dict[str, Any] = {
        "title": _("Hard rules"),
        "crumbs": [{"title": _("Alerts"), "url": reverse("watch:alert-list")}],
        "rules": [_row(rule, viewer, silent, raised) for rule in RULES],
        "is_watched": bool(watched_sites(viewer_of_system(), today)),
        "list_url": f"{reverse('watch:alert-list')}?group={Queue.HARD_RULE}",
    }
    return render(request, "watch/detecting/hard_rules.html", context)


def _row(rule: Rule, viewer: Viewer, silent: dict[str, str], raised: Counter[str]) -> dict[str, Any]:
    return {
        "title": rule.title[viewer.language == "ja"],
        "practice": rule.practice,
        "what": GENERAL[rule.name],
        "severity": Severity(rule.severity).label,
        "tone": "bad" if str(rule.severity) == Severity.HIGH.value else "",
        "needs": silent.get(rule.name, ""),
        "raised": raised[rule.name],
    }


def _silent() -> dict[str, str]:
    """Say of each rule that cannot speak what it waits for."""
    waits = {}
    if not ApprovedFlow.objects.standing().filter(destination=DestinationChoice.REMOVABLE).exists():
        waits["usb_unregistered"] = _("Silent until a registered medium is entered among the approved flows.")
    if not _has_prints():
        waits["secret_outside"] = _("Sees only what lies in a secret's place: no document is registered for its words.")
    return waits


def _has_prints() -> bool:
    if not folder().exists():
        return False
    with lake() as found:
        return PrintIndex(found).has_documents()


def _raised(viewer: Viewer) -> Counter[str]:
    since = localdate(timezone=viewer.zone) - timedelta(days=DAYS)
    found = alerts_visible_to(viewer).filter(queue=Queue.HARD_RULE, until__gte=since)
    return Counter(
        told["numbers"]["rule"] for reasons in found.values_list("reasons", flat=True) for told in json.loads(reasons)
    )
