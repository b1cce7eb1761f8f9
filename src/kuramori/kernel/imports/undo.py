"""Undoing an import: what it added is retired, what it edited gets its old values, where nothing changed since.

Read from the ledger itself: the entry of the import holds every field before and after.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils.translation import gettext_noop as _

from kuramori.kernel.acts import act
from kuramori.kernel.entry_body import Op
from kuramori.kernel.imports.acts import entry_of, refused
from kuramori.kernel.imports.concerned import Veil
from kuramori.kernel.imports.models import ImportRun, RunState
from kuramori.kernel.imports.runs import kinds
from kuramori.kernel.ledger import ReadChange, changes_of
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import Record, as_json

_OURS = frozenset({"kernel.importrun", "kernel.importmapping"})
_BATCH = 500
_NAMED = 100


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A record that is left as it is, because somebody changed it after the import."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class UndoPlan:
    """What undoing would do: records with their old values back, and what stays."""

    records: tuple[Record, ...]  # already set back in memory, to be saved or retired
    retire: frozenset[UUID]
    conflicts: tuple[Conflict, ...]

    def save(self, path: Path) -> None:
        """Keep what was done and left, to be shown."""
        left = [{"name": each.name, "fields": list(each.fields)} for each in self.conflicts[:_NAMED]]
        done = {"undone": len(self.records), "left": left, "left_count": len(self.conflicts)}
        path.write_text(json.dumps(done, ensure_ascii=False), encoding="utf-8")


def plan_of(run: ImportRun, viewer: Viewer) -> UndoPlan:
    """Compare every record that the import touched with what it left; reads only. What is about the viewer stays.

    Raises:
        Refused: the file was not taken in, or was undone before, or its entry can no longer be opened.
    """
    if run.state != RunState.APPLIED:
        raise refused(_("This import is not in force."), _("Only a file that was taken in can be undone, and once."))
    kind = kinds()[run.import_kind]
    entry, veil = entry_of(run, kind), Veil(kind.concerned, viewer)
    if entry is None:
        raise refused(_("The history of this import cannot be read."), _("Ask your system administrator."))
    touched: dict[tuple[str, UUID], list[ReadChange]] = {}
    for change in changes_of(entry):
        if change.on not in _OURS:
            touched.setdefault((change.on, change.id), []).append(change)
    records, retire, conflicts = [], set(), []
    for record, changes in _with_records(touched):
        if veil.hides_record(record):
            continue
        changed_since = _set_back(record, list(reversed(changes)))
        if changed_since:
            conflicts.append(Conflict(name=str(record), fields=changed_since))
        else:
            records.append(record)
            if changes[0].op == Op.ADD:
                retire.add(record.pk)
    return UndoPlan(records=tuple(records), retire=frozenset(retire), conflicts=tuple(conflicts))


def undo(*, run: ImportRun, viewer: Viewer, why: str) -> UndoPlan:
    """Undo an import as one act, as far as nothing changed since; gives what was done and what was left."""
    viewer.demand(kinds()[run.import_kind].permission)
    with act("kernel.import.undo", by=viewer.actor, why=why, subjects=[run]) as this:
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        plan = plan_of(run, viewer)
        for record in reversed(plan.records):
            if record.pk in plan.retire:
                record.retire()
            else:
                record.save()
        this.note("undone", len(plan.records), in_clear=True)
        this.note("left", [conflict.name for conflict in plan.conflicts[:_NAMED]])
        run.state = RunState.UNDONE
        run.save()
    return plan


def _with_records(
    touched: Mapping[tuple[str, UUID], list[ReadChange]],
) -> Iterator[tuple[Record, list[ReadChange]]]:
    """Load the touched records in batches, each kind together, in the order of the import."""
    keys = list(touched)
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        found: dict[UUID, Record] = {}
        for kind in {kind for kind, _id in batch}:
            model: Any = apps.get_model(kind)
            found.update(model.objects.in_bulk([pk for of, pk in batch if of == kind]))
        yield from ((found[pk], touched[kind, pk]) for kind, pk in batch if pk in found)


def _set_back(record: Record, changes: list[ReadChange]) -> tuple[str, ...]:
    """Give the record its old values, newest change first; gives the fields that somebody changed since, if any.

    A record that was added keeps its values and is retired, so its fields are only compared.
    """
    changed_since: list[str] = []
    fields = {field.attname: field for field in record._meta.concrete_fields}  # noqa: SLF001 - Django's own name
    if changes[-1].op == Op.ADD and record.retired_at is not None:
        return (str(fields["retired_at"].verbose_name),)
    for change in changes:
        for name, (before, after) in change.fields.items():
            if as_json(getattr(record, name)) != after:
                changed_since.append(str(fields[name].verbose_name))
            elif change.op != Op.ADD:
                setattr(record, name, fields[name].to_python(before))
    return tuple(dict.fromkeys(changed_since))
