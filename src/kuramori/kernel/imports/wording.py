"""Sentences that are stored once and read in whichever language the reader uses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from django.utils.translation import gettext


@dataclass(frozen=True)
class Phrase:
    """An English msgid with its named values; `str()` gives it in the language that is active then.

    Import results outlive the request that made them, and a colleague reads them in the other language: so the msgid is
    kept and not its translation. Mark msgids with `gettext_noop as _` where they are written.
    """

    msgid: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        sentence = gettext(self.msgid)
        return sentence % self.values if self.values else sentence

    def to_json(self) -> dict[str, object]:
        """Give the stored form, from which `from_json` makes an equal Phrase."""
        return {"msgid": self.msgid, "values": dict(self.values)}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Self:
        """Rebuild a Phrase; raises KeyError when `stored` was not made by `to_json`."""
        values = stored["values"]
        return cls(str(stored["msgid"]), dict(values) if isinstance(values, dict) else {})


def phrase(msgid: str, **values: object) -> Phrase:
    """Build a Phrase, showing every value as text, cut at 200 characters so that one cell cannot fill the page."""
    return Phrase(msgid, {name: _short(str(value)) for name, value in values.items()})


def _short(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
