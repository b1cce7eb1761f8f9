"""What came of a file: counts that add up, the first errors with their places, and all of them by kind."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from django.utils.translation import gettext as _

from kuramori.kernel.imports.errors import CellError
from kuramori.kernel.imports.mapping import CHANGING, Action, RowOutcome, Stop
from kuramori.kernel.imports.reading import Table
from kuramori.kernel.imports.wording import Phrase

FIRST = 200
_TOLD = 20
_PREVIEWED = 20
_PROBLEMS = 30
_WORDS = ("kind", "file", "sheet")
_COUNTS = ("read", "accepted", "rejected", "added", "edited", "ended", "unchanged")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One kind of error in one column, and how often."""

    message: Phrase  # of its first occurrence
    header: str
    first: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """The result of a dry run or an import. `read` = `accepted` + `rejected`.

    `added`, `edited`, `unchanged` and `ended` count effects; `ended` may include records that no row names.
    """

    kind: str
    file: str
    sheet: str
    read: int
    accepted: int
    rejected: int
    added: int
    edited: int
    ended: int
    unchanged: int
    digest: str
    errors: tuple[CellError, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[CellError, ...] = ()
    preview: tuple[Mapping[str, str], ...] = ()
    stop: Stop | None = None
    run: UUID | None = None
    entry: UUID | None = None

    @property
    def changes_something(self) -> bool:
        """Say whether there is anything to take in."""
        return bool(self.added or self.edited or self.ended)

    @property
    def applied(self) -> bool:
        """Say whether the file was taken in."""
        return self.entry is not None

    def __str__(self) -> str:
        """Tell it to people on a terminal, in the language that is active now."""
        counts = _(
            "%(file)s: %(read)s rows, %(accepted)s accepted, %(rejected)s rejected "
            "(added %(added)s, changed %(edited)s, ended %(ended)s, unchanged %(unchanged)s)"
        ) % {name: getattr(self, name) for name in (*_WORDS, *_COUNTS)}
        lines = [counts, _("Taken in.") if self.applied else _("Nothing was changed.")]
        if self.stop:
            lines.append(f"{self.stop.message} {self.stop.next_step}")
        lines += [f"{each.where} {each.header}: {each.message} {each.next_step}" for each in self.errors[:_TOLD]]
        if self.rejected and len(self.errors) > _TOLD:
            lines += [f"{each.count} × {each.header}: {each.message} ({each.first})" for each in self.problems]
        return "\n".join(lines)

    def of_run(self, run: UUID) -> Self:
        """Give the same report with the run it belongs to."""
        return replace(self, run=run)

    def taken_in(self, entry: UUID) -> Self:
        """Give the same report for the act that was done."""
        return replace(self, entry=entry)

    def to_json(self) -> dict[str, Any]:
        """Give it for the command line, with messages in the language that is active now."""
        shown = {name: getattr(self, name) for name in (*_WORDS, *_COUNTS)}
        return shown | {
            "applied": self.applied,
            "run": str(self.run) if self.run else None,
            "entry": str(self.entry) if self.entry else None,
            "stopped": f"{self.stop.message} {self.stop.next_step}" if self.stop else None,
            "errors": [_shown(error) for error in self.errors],
            "warnings": [_shown(error) for error in self.warnings],
            "problems": [
                {"message": str(each.message), "column": each.header, "first": each.first, "count": each.count}
                for each in self.problems
            ],
        }

    def save(self, path: Path) -> None:
        """Keep it as a file, from which `load` makes an equal report."""
        stored = {**self.__dict__, "run": str(self.run or ""), "entry": str(self.entry or "")}
        stored["errors"] = [error.to_json() for error in self.errors]
        stored["warnings"] = [error.to_json() for error in self.warnings]
        stored["problems"] = [{**each.__dict__, "message": each.message.to_json()} for each in self.problems]
        stored["stop"] = asdict(self.stop) if self.stop else None
        path.write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """Read a kept report; None when it is gone."""
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        for name in ("errors", "warnings"):
            stored[name] = tuple(CellError.from_json(error) for error in stored[name])
        stored["problems"] = tuple(
            Problem(**{**each, "message": Phrase.from_json(each["message"])}) for each in stored["problems"]
        )
        if stop := stored["stop"]:
            words = {name: Phrase.from_json(stop[name]) for name in ("message", "next_step")}
            stored["stop"] = Stop(permission=stop["permission"], **words)
        for name in ("run", "entry"):
            stored[name] = UUID(stored[name]) if stored[name] else None
        return cls(**{**stored, "preview": tuple(stored["preview"])})


class Tally:
    """Counts what outcomes do and keeps their first errors, in one walk."""

    def __init__(self) -> None:
        self.actions: Counter[Action] = Counter()
        self.read = 0
        self.rejected = 0
        self.errors: list[CellError] = []
        self.warnings: list[CellError] = []
        self.preview: list[Mapping[str, str]] = []
        self.kinds: Counter[tuple[str, str]] = Counter()
        self.first: dict[tuple[str, str], CellError] = {}

    def add(self, outcome: RowOutcome) -> None:
        """Take one outcome in."""
        self.actions[outcome.action] += 1
        self.warnings += outcome.warnings[: FIRST - len(self.warnings)]
        if outcome.action in CHANGING and len(self.preview) < _PREVIEWED:
            self.preview.append(_preview(outcome))
        if outcome.row is None:
            return
        self.read += 1
        self.rejected += outcome.action is Action.REJECT
        self.errors += outcome.errors[: FIRST - len(self.errors)]
        for error in outcome.errors:
            kind = error.message.msgid, error.header
            self.kinds[kind] += 1
            self.first.setdefault(kind, error)

    def report(self, kind: str, table: Table, *, digest: str, stop: Stop | None) -> ImportReport:
        """Give the report of everything that was added."""
        did = self.actions
        problems = (
            Problem(message=self.first[of].message, header=of[1], first=self.first[of].where, count=count)
            for of, count in self.kinds.most_common(_PROBLEMS)
        )
        return ImportReport(
            kind=kind, file=table.file, sheet=table.sheet, read=self.read, accepted=self.read - self.rejected,
            rejected=self.rejected, added=did[Action.ADD], edited=did[Action.EDIT], ended=did[Action.END],
            unchanged=did[Action.UNCHANGED], digest=digest, errors=tuple(self.errors), problems=tuple(problems),
            warnings=tuple(self.warnings), preview=tuple(self.preview), stop=stop,
        )  # fmt: skip


def _preview(outcome: RowOutcome) -> dict[str, str]:
    """Give a change in words; kept as text because it is shown and nothing else."""
    changes = (f"{each.label}: {each.before or '–'} → {each.after or '–'}" for each in outcome.changes)
    return {"action": outcome.action.value, "name": outcome.name, "changes": "; ".join(changes)}


def _shown(error: CellError) -> dict[str, object]:
    return {
        "where": error.where, "file": error.file, "sheet": error.sheet, "row": error.row, "column": error.column,
        "header": error.header, "value": error.value, "message": str(error.message), "next_step": str(error.next_step),
    }  # fmt: skip
