"""What this room asks of people and puts on the dashboard: witnesses that fell silent, and how old the proof is."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from kuramori.evidence.models import CheckRun
from kuramori.evidence.queries.ledger import last_check
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.witnessing.queries import silent_witnesses, standing_against, witnesses_visible_to
from kuramori.evidence.wording import against_words, custody_words, is_custody_late, outside_words
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty
from kuramori.kernel.wording import moment

CHECK_LATE = timedelta(days=2)


def witness_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return what is to be done about witnesses, for those who look after them; a contradiction is most pressing."""
    found = []
    if viewer.may(Permission.LEDGER_FORK) or viewer.may(Permission.KEY_CHANGE):
        found += [
            Duty(title=against_words(each, viewer), url=reverse("evidence:home"), kind=_("ledger"), urgent=True)
            for each in standing_against(viewer)
        ]
    if viewer.may(Permission.WITNESS_EDIT):
        found += [
            Duty(
                title=_("Witness %(name)s is silent: bring it back") % {"name": each.name},
                url=reverse("evidence:witness-detail", args=[each.pk]),
                due=today,
                kind=_("witness"),
            )
            for each in silent_witnesses(viewer)
        ]
    return found


def _result(check: CheckRun, viewer: Viewer) -> str:
    """Return the worst that is to be told: damage, files in custody unread for too long, else who held the head."""
    if check.found:
        return _("damage found")
    if is_custody_late(check) and viewer.may(Permission.CUSTODY_VIEW):
        return custody_words(check, viewer)
    return outside_words(check, viewer)


def proof_tiles(viewer: Viewer, _today: date) -> list[dict[str, str]]:
    """Return the age and result of the last full check, and how the witnesses are."""
    if not viewer.may(Permission.LEDGER_VIEW):
        return []
    check = last_check(viewer)
    is_bad = bool(standing_against(viewer)) or bool(check and check.found)
    is_late = check is None or now() - check.created_at > CHECK_LATE or is_custody_late(check)
    tiles = [
        {
            "label": _("Last full check"),
            "value": moment(check.created_at, viewer) if check else "–",
            "below": _result(check, viewer) if check else _("not checked yet"),
            "url": reverse("evidence:home"),
            "icon": "shield-check",
            "tone": "bad" if is_bad else "warn" if is_late else "ok",
        }
    ]
    if viewer.may(Permission.WITNESS_VIEW):
        every = witnesses_visible_to(viewer).standing().count()  # type: ignore[attr-defined]
        silent = len(silent_witnesses(viewer))
        tiles.append(
            {
                "label": _("Witnesses of the ledger"),
                "value": f"{every:,}",
                "below": _("of which silent: %(count)s") % {"count": silent},
                "url": reverse("evidence:witness-list"),
                "icon": "eye",
                "tone": "warn" if silent or not every else "ok",
            }
        )
    return tiles
