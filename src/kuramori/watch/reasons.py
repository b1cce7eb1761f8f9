"""Why an alert was raised: kept as JSON text, read back as detection gave it, told as sentences."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kuramori.watch.masking import masked
from kuramori.watch.models import Alert
from kuramori_lake.detect import Code, Reason, sentence, tells_leaving

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def reasons_text(reasons: Sequence[Reason]) -> str:
    """Write reasons as JSON text, the same for the same reasons; dates as ISO text."""
    return json.dumps([vars(reason) for reason in reasons], ensure_ascii=False, sort_keys=True, default=_plain)


def reasons_in_words(
    alert: Alert,
    language: str,
    *,
    closed: Collection[str] = frozenset(),
    levels: Mapping[str, str] = {},
    names: Collection[str] = (),
    leaving: bool = True,
) -> list[tuple[Reason, str]]:
    """Return each reason of an alert, strongest first, with its sentence in "ja" or English.

    `closed` are the ids of the alert's secrets that the reader may not know: their numbers, and areas among which
    they may lie, are masked, for a path tells what a title tells. `levels` gives the names to show for those kept,
    `names` what may not stand in an area because it would tell who the person is (`masking.names_of`).
    Without `leaving` a notice is an event at HR: no day, and no query that would tell it.
    """
    return [
        (reason, sentence(_renamed(_masked(reason, closed, names), levels), language))
        if leaving or not tells_leaving(reason)
        else _event_at_hr(reason)
        for reason in map(_reason, alert.told)
    ]


def _event_at_hr(reason: Reason) -> tuple[Reason, str]:
    return replace(reason, numbers={}, query="", parameters={}), _("An event that only HR knows.")


def _masked(reason: Reason, closed: Collection[str], names: Collection[str]) -> Reason:
    numbers = dict(reason.numbers)
    if reason.code == Code.SECRETS and numbers.get("top_secret_id") in closed:
        numbers["top_secret_number"] = _("one not open to you")
    if reason.code == Code.FIRST_AREA:
        numbers["area"] = _("a place not open to you") if closed else masked(str(numbers["area"]), names)
    if reason.code == Code.HARD_RULE:  # a phone, a PC and a door are often called after somebody
        numbers["thing"] = masked(str(numbers["thing"] or ""), names)
    return replace(reason, numbers=numbers)


def _renamed(reason: Reason, levels: Mapping[str, str]) -> Reason:
    if reason.code != Code.SECRETS:
        return reason
    told: Mapping[str, Any] = reason.numbers
    counts, top = told["secret_count_by_level"] or {}, told["top_secret_level"]
    numbers = {
        **told,
        "secret_count_by_level": {levels.get(name, name): count for name, count in counts.items()},
        "top_secret_level": levels.get(top, top),
    }
    return replace(reason, numbers=numbers)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value.isoformat()


def _reason(told: Mapping[str, Any]) -> Reason:
    lists = {name: tuple(told[name]) for name in ("event_ids", "batches")}
    numbers = {name: _number(value) for name, value in told["numbers"].items()}
    return Reason(**({**told} | lists | {"code": Code(told["code"]), "numbers": numbers}))


def _number(value: Any) -> Any:
    """Return a number as detection gave it: days were written as ISO text."""
    return date.fromisoformat(value) if isinstance(value, str) and ISO_DAY.fullmatch(value) else value
