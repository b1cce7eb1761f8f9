"""Events as a table for people: words for deeds, and no account, machine or medium while the name is sealed."""

from datetime import UTC
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori.register.api import Secret, secrets_visible_to
from kuramori.watch.feeding.wording import page_words
from kuramori.watch.lake import folder, lake
from kuramori.watch.masking import masked, names_of
from kuramori.watch.models import Alert
from kuramori.watch.traces import PAGE, events_of
from kuramori.watch.wording import ACTIVITY_WORDS, CHANNEL_WORDS, SOURCE_WORDS, word


def event_rows(viewer: Viewer, alert: Alert, *, offset: int, is_open: bool) -> tuple[list[dict[str, Any]], bool]:
    """Return a page of the events in an alert's window, ready to show, and whether more follow.

    A path of a secret outside the viewer's scope is not shown, for a path tells the title. `is_open`: the name is
    unsealed for this viewer, so accounts and machines may stand there.
    """
    if not folder().exists():
        return [], False
    with lake() as found:
        rows = events_of(found, alert.person_id, alert.since, alert.until, offset=offset)
    touched = {UUID(row["secret_id"]) for row in rows if row["secret_id"]}
    known = {str(secret.pk): secret for secret in secrets_visible_to(viewer).filter(pk__in=touched)}
    names = None if is_open else names_of(alert.person_id)
    return [_row(row, viewer, known, names) for row in rows[:PAGE]], len(rows) > PAGE


def _row(row: dict[str, Any], viewer: Viewer, known: dict[str, Secret], names: frozenset[str] | None) -> dict[str, Any]:
    """Return an event ready to show; `names` are what may not stand in it, None when the name is open."""
    is_open = names is None
    hidden = () if names is None else names | {row["actor_raw"]}
    secret = known.get(row["secret_id"] or "")
    is_closed = row["secret_id"] is not None and secret is None
    what = page_words(row) or row["path"] or row["name"] or row["device"] or ""
    way = word(CHANNEL_WORDS, row["destination_class"])
    where = " ".join(filter(None, (way, row["destination_value"] if is_open else "")))
    return {
        "at": moment(row["time_utc"].replace(tzinfo=UTC), viewer),
        "deed": word(ACTIVITY_WORDS, row["activity"]),
        "outcome": "" if row["outcome"] in {"ok", "unknown"} else _outcome(row["outcome"]),
        "what": _("a document of a secret not open to you") if is_closed else masked(what, hidden),
        "secret": secret,
        "level": row["secret_level"] if is_closed else "",
        "where": where,
        "who": " · ".join(filter(None, (row["actor_raw"], row["client"], row["ip"]))) if is_open else "",
        "source": f"{word(SOURCE_WORDS, row['source'])} {row['instance']}",
        "raw": _("%(file)s, row %(row)s") % {"file": masked(row["file"] or "?", hidden), "row": row["raw_row"] or "?"},
        "digest": row["file_sha256"] or "",
    }


def _outcome(name: str) -> str:
    return {"blocked": _("blocked"), "denied": _("denied"), "error": _("failed"), "held": _("held")}.get(name, name)
