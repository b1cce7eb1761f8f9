"""The Record: the base of every table whose rows matter. It can only change inside an act."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db import models

from kuramori.kernel.acts import OutsideAct, Subject, current
from kuramori.kernel.entry_body import Change, Op
from kuramori.kernel.ids import uuid7

BATCH = 500


def as_json(value: Any) -> Any:  # noqa: PLR0911  (a table of types)
    """Return the value in JSON's types, the way the ledger writes it; times in UTC with six decimals and Z."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict):
        return {str(k): as_json(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(v) for v in value]
    raise TypeError(f"a Record cannot hold {type(value).__name__}")


class RecordQuerySet(models.QuerySet):  # type: ignore[type-arg]  # Django's class takes none at run time
    """Reads as ever; every bulk write is refused, because nobody would see what it changed."""

    def _refuse(self, *_args: Any, **_kwargs: Any) -> Any:
        raise OutsideAct("change records one by one, inside an act")

    update = bulk_create = bulk_update = delete = _raw_delete = _refuse

    def standing(self) -> Self:
        """Leave out what has been retired."""
        return self.filter(retired_at__isnull=True)


class Record(models.Model):
    """A row with an id that may be shown, its dates, and no way to change but an act. Retired, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    _loaded: dict[str, Any]

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any) -> Self:
        record = super().from_db(db, field_names, values, **kwargs)
        record._loaded = dict(zip(field_names, values, strict=False))  # noqa: SLF001
        return record

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self._loaded = {n: v for n, v in self.__dict__.items() if n in {f.attname for f in self._meta.concrete_fields}}

    @classmethod
    def record_kind(cls) -> str:
        """Return the name of this kind of record in the ledger: "register.secret"."""
        return cls._meta.label_lower

    def as_subject(self) -> Subject:
        """Return this record as the subject of an entry, under the name it has now."""
        return Subject(self.record_kind(), self.pk, str(self))

    def save(self, **kwargs: Any) -> None:
        """Write the row and record what changed; raise OutsideAct when no act is open."""
        change = self._stamp()
        if change is None:
            return
        super().save(force_insert=self._state.adding, force_update=not self._state.adding, **kwargs)
        self._settle(change)

    def delete(self, *_args: Any, **_kwargs: Any) -> Any:
        """Refuse: records are retired."""
        raise OutsideAct("records are retired, never deleted")

    def retire(self) -> None:
        """Take the record out of use; it stays readable and provable."""
        self.retired_at = current().at
        self.save()

    def _values(self) -> dict[str, Any]:
        return {f.attname: getattr(self, f.attname) for f in self._meta.concrete_fields}

    def _stamp(self) -> Change | None:
        """Set the dates and return what is about to change, or None when an existing row would stay as it is."""
        this = current()
        before = {} if self._state.adding else self._loaded
        if self._state.adding:
            self.created_at = this.at
        changed = {n: v for n, v in self._values().items() if n != "updated_at" and (n not in before or before[n] != v)}
        if not self._state.adding and not changed:
            return None
        self.updated_at = this.at
        op = Op.ADD if self._state.adding else Op.RETIRE if changed.get("retired_at") else Op.EDIT
        dates = ("id", "created_at", "retired_at") if op is Op.ADD else ("id",)
        fields = {n: (as_json(before.get(n)), as_json(v)) for n, v in changed.items() if n not in dates}
        return Change(on=self.record_kind(), id=self.pk, op=op, fields=fields)

    def _settle(self, change: Change) -> None:
        this = current()
        this.changes.append(change)
        self._loaded = self._values()


R = TypeVar("R", bound=Record)


def record_many(records: Iterable[R]) -> list[R]:
    """Insert many new records of one model inside an act, each recorded; returns them.

    For imports: about ten times faster than saving one by one, with the same entry and the same guards.
    """
    new = list(records)
    if not new:
        return new
    changes = [change for record in new if (change := record._stamp()) is not None]  # noqa: SLF001
    plain: models.QuerySet[Any] = models.QuerySet(type(new[0]))
    plain.bulk_create(new, batch_size=BATCH)
    for record, change in zip(new, changes, strict=True):
        record._settle(change)  # noqa: SLF001
    return new
