"""Events as a table for people: words for deeds, and no account, machine or medium while the name is sealed."""

from datetime import UTC
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori.register.api import Secret, secrets_visible_to
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import Alert
from kuramori.watch.traces import PAGE, events_of
from kuramori.watch.wording import ACTIVITY_WORDS, CHANNEL_WORDS, SOURCE_WORDS, word

MASK = "•••"
SHORTEST_NAME = 3


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
    return [_row(row, viewer, known, is_open=is_open) for row in rows[:PAGE]], len(rows) > PAGE


def _row(row: dict[str, Any], viewer: Viewer, known: dict[str, Secret], *, is_open: bool) -> dict[str, Any]:
    secret = known.get(row["secret_id"] or "")
    is_closed = row["secret_id"] is not None and secret is None
    what = row["path"] or row["name"] or row["device"] or ""
    way = word(CHANNEL_WORDS, row["destination_class"])
    where = " ".join(filter(None, (way, row["destination_value"] if is_open else "")))
    return {
        "at": moment(row["time_utc"].replace(tzinfo=UTC), viewer),
        "deed": word(ACTIVITY_WORDS, row["activity"]),
        "outcome": "" if row["outcome"] in {"ok", "unknown"} else _outcome(row["outcome"]),
        "what": _("a document of a secret not open to you") if is_closed else what if is_open else masked(what, row),
        "secret": secret,
        "level": row["secret_level"] if is_closed else "",
        "where": where,
        "who": " · ".join(filter(None, (row["actor_raw"], row["client"], row["ip"]))) if is_open else "",
        "source": f"{word(SOURCE_WORDS, row['source'])} {row['instance']}",
        "raw": _("%(file)s, row %(row)s") % {"file": row["file"] or "?", "row": row["raw_row"] or "?"},
        "digest": row["file_sha256"] or "",
    }


def masked(text: str, row: dict[str, Any]) -> str:
    """Return a text without the account's name in it: a home folder or a profile would tell who it is."""
    account = (row["actor_raw"] or "").rpartition("\\")[2].partition("@")[0]
    if len(account) < SHORTEST_NAME:
        return text
    found = text.casefold().find(account.casefold())
    return text if found < 0 else f"{text[:found]}{MASK}{masked(text[found + len(account) :], row)}"


def _outcome(name: str) -> str:
    return {"blocked": _("blocked"), "denied": _("denied"), "error": _("failed"), "held": _("held")}.get(name, name)
