"""How one kind of table is read: data, not code. Presets are JSON files of this shape in `presets/`.

See `presets/badge.json` for an example. Column names are compared after NFKC and trimming.
"""

import json
import unicodedata
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Final

from kuramori_lake.event import PARSED, Activity, Confidence, Namespace, ObjectKind, Outcome

JOINED: Final = "|"
"""Between the values of several columns that decide together, e.g. `入室|許可`."""


class MappingError(ValueError):
    """The mapping is wrong; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A word of ours chosen by the values of some columns: exact first, then by the beginning of the value."""

    columns: tuple[str, ...]
    values: Dict[str, str] = field(default_factory=dict)
    default: str | None = None


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """One kind of table."""

    name: str
    version: int
    title_ja: str
    title_en: str
    header: tuple[str, ...]
    """Columns that the header row must have; rows before it are a preamble."""
    time: tuple[str, ...]
    """Columns that together are the time, e.g. day and time."""
    activity: Choice
    zone: str | None = None
    """Zone that the product writes in; None: the site's."""
    offset: str | None = None
    """Column with the machine's own offset from UTC, e.g. `GMT+09:00`: whose night it was."""
    actor: tuple[tuple[str, Namespace], ...] = ()
    """Columns that may name the actor, best first, each with its kind of name."""
    confidence: Confidence = Confidence.CLAIMED
    outcome: Choice = Choice(columns=(), default=Outcome.OK)
    fields: Dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Our column to the first filled one of theirs."""
    extract: Dict[str, tuple[str, str]] = field(default_factory=dict)
    """Our column to their column and a regular expression whose first group is taken."""
    destination: Choice = Choice(columns=(), default=None)
    object_kind: ObjectKind | None = None
    ignore: tuple[str, ...] = ()
    """Activities of theirs that are skipped by design."""
    repeat_s: int = 0
    """A reader writes one passage more than once: the same deed there within so many seconds is flagged `repeat`."""
    verified: bool = True
    """Whether the column names come from a public document or a real file, not from custom."""


def plain(text: str) -> str:
    """A cell or a heading as it is compared."""
    return unicodedata.normalize("NFKC", text).strip()


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(plain(one) for one in ([value] if isinstance(value, str) else value or ()))


def _choice(
    found: Dict[str, Any] | None, allowed: type[Activity] | type[Outcome] | None, *, default: str | None
) -> Choice:
    if found is None:
        return Choice(columns=(), default=default)
    values = {plain(theirs): ours for theirs, ours in found.get("values", {}).items()}
    if allowed and (wrong := set(values.values()) - set(allowed)):
        raise MappingError(f"unknown words: {', '.join(sorted(wrong))}")
    return Choice(columns=_texts(found["columns"]), values=values, default=found.get("default", default))


def from_json(found: Dict[str, Any]) -> Mapping:
    """A mapping out of its JSON form.

    Raises:
        MappingError: it names a column or a word that there is not.
    """
    ours = {*found.get("fields", {}), *found.get("extract", {})}
    if wrong := ours - set(PARSED.names):
        raise MappingError(f"unknown columns: {', '.join(sorted(wrong))}")
    try:
        return Mapping(
            name=found["name"],
            version=int(found["version"]),
            title_ja=found["title_ja"],
            title_en=found["title_en"],
            header=_texts(found["header"]),
            time=_texts(found["time"]),
            zone=found.get("zone"),
            offset=plain(found["offset"]) if "offset" in found else None,
            activity=_choice(found["activity"], Activity, default=None),
            actor=tuple((plain(one["column"]), Namespace(one["namespace"])) for one in found.get("actor", ())),
            confidence=Confidence(found.get("confidence", Confidence.CLAIMED)),
            outcome=_choice(found.get("outcome"), Outcome, default=Outcome.OK),
            fields={name: _texts(columns) for name, columns in found.get("fields", {}).items()},
            extract={name: (plain(rule["column"]), rule["pattern"]) for name, rule in found.get("extract", {}).items()},
            destination=_choice(found.get("destination"), None, default=None),
            object_kind=ObjectKind(found["object_kind"]) if "object_kind" in found else None,
            ignore=_texts(found.get("ignore")),
            repeat_s=int(found.get("repeat_s", 0)),
            verified=bool(found.get("verified", True)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise MappingError(f"wrong mapping: {error!r}") from error


def presets() -> tuple[str, ...]:
    """Names of the mappings that come with the lake."""
    folder = resources.files("kuramori_lake.sources") / "presets"
    return tuple(sorted(one.name.removesuffix(".json") for one in folder.iterdir() if one.name.endswith(".json")))


def load(name: str) -> Mapping | None:
    """A preset by its name, or the mapping in a `.json` file; None if there is neither."""
    if name.endswith(".json"):
        path = Path(name)
        return from_json(json.loads(path.read_text())) if path.is_file() else None
    if name not in presets():
        return None
    folder = resources.files("kuramori_lake.sources") / "presets"
    return from_json(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))
