"""Why an alert was raised: kept as JSON text, read back as detection gave it, told as sentences."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kuramori.watch.models import Alert
from kuramori_lake.detect import Code, Reason, sentence

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def reasons_text(reasons: Sequence[Reason]) -> str:
    """Write reasons as JSON text, the same for the same reasons; dates as ISO text."""
    return json.dumps([vars(reason) for reason in reasons], ensure_ascii=False, sort_keys=True, default=_plain)


def reasons_in_words(alert: Alert, language: str) -> list[tuple[Reason, str]]:
    """Return each reason of an alert, strongest first, with its sentence in "ja" or English."""
    return [(reason, sentence(reason, language)) for reason in map(_reason, alert.told)]


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value.isoformat()


def _reason(told: Mapping[str, Any]) -> Reason:
    lists = {name: tuple(told[name]) for name in ("event_ids", "batches")}
    numbers = {name: _number(value) for name, value in told["numbers"].items()}
    return Reason(**({**told} | lists | {"code": Code(told["code"]), "numbers": numbers}))


def _number(value: Any) -> Any:
    """Return a number as detection gave it: days were written as ISO text."""
    return date.fromisoformat(value) if isinstance(value, str) and ISO_DAY.fullmatch(value) else value
