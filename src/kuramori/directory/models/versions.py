"""Facts with two times: when they hold, and when we knew them. A correction never overwrites.

Valid time stands in the row's own dates (inclusive days). Recorded time is the version: `recorded_to` is empty while
we believe it. So "who was allowed on that day, as we knew it then" has an answer years later (connectors, HR model).
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.acts import current
from kuramori.kernel.entry_body import Change
from kuramori.kernel.ids import uuid7
from kuramori.kernel.records import Record, RecordQuerySet


class Overwritten(RuntimeError):
    """Code tried to change a version in place; `corrected` makes the next one."""


class VersionQuerySet(RecordQuerySet):
    """Reads versions by what was known."""

    def known(self, at: datetime | None = None) -> Self:
        """Keep what we believe now, or what we believed at that moment."""
        if at is None:
            return self.filter(recorded_to__isnull=True)
        return self.filter(Q(recorded_to__isnull=True) | Q(recorded_to__gt=at), recorded_from__lte=at)

    def on(self, day: date) -> Self:
        """Keep what holds on that day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def between(self, first: date, last: date) -> Self:
        """Keep what holds on any day from first to last."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first), starts_on__lte=last)


class Version(Record):
    """One version of a fact; all versions of the same fact share `line`."""

    line = models.UUIDField(default=uuid7, editable=False, db_index=True)
    recorded_from = models.DateTimeField(editable=False)
    recorded_to = models.DateTimeField(null=True, blank=True, editable=False)

    objects = VersionQuerySet.as_manager()  # type: ignore[misc]  # richer than Record's

    class Meta(Record.Meta):
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(recorded_to__isnull=True), name="%(app_label)s_%(class)s_one_current"
            ),
            models.CheckConstraint(
                condition=Q(recorded_to__isnull=True) | Q(recorded_to__gte=F("recorded_from")),
                name="%(app_label)s_%(class)s_recorded",
            ),
        ]

    def _stamp(self) -> Change | None:
        if self._state.adding:
            self.recorded_from = current().at
        change = super()._stamp()
        if change and not self._state.adding and not change.fields.keys() <= {"recorded_to", "retired_at"}:
            raise Overwritten(f"{self.record_kind()} is corrected by a new version, not in place")
        return change

    def corrected(self, **values: Any) -> Self:
        """Close this version and save the next with these values; the same version when nothing differs."""
        if all(getattr(self, name) == value for name, value in values.items()):
            return self
        self.withdraw()
        following = self._next()
        for name, value in values.items():
            setattr(following, name, value)
        following.save()
        return following

    def save(self, **kwargs: Any) -> None:
        """Save a new version, or the closing of one; what an undo would open again becomes a further version."""
        closed = None if self._state.adding else self._loaded["recorded_to"]
        if closed is not None and self.recorded_to is None:
            self.recorded_to, self.retired_at = closed, self._loaded["retired_at"]
            self._next().save()
            return
        super().save(**kwargs)

    def retire(self) -> None:
        """Withdraw: a version has no other end."""
        self.withdraw()

    def _next(self) -> Self:
        """Return an unsaved version with the same line and values."""
        kept = {f.attname: getattr(self, f.attname) for f in self._meta.concrete_fields if f.attname not in OWN}
        return type(self)(**kept)

    def withdraw(self) -> None:
        """Close this version without a next one: we no longer believe it. As a Record it is out of use."""
        # a clock set back must not make a version end before it began
        self.recorded_to = self.retired_at = max(current().at, self.recorded_from)
        self.save()


OWN: Collection[str] = frozenset({"id", "created_at", "updated_at", "retired_at", "recorded_from", "recorded_to"})


class Dated(Version):
    """A version that holds from `starts_on` to `ends_on`, both days included; no `ends_on` means for now."""

    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta(Version.Meta):
        abstract = True
        constraints = [
            *Version.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="%(app_label)s_%(class)s_days"
            ),
        ]

    def end(self, last: date) -> "Dated":
        """Let this end on that day; what would only start after it is withdrawn."""
        if self.starts_on > last:
            self.withdraw()
            return self
        if self.ends_on is not None and self.ends_on <= last:
            return self
        return self.corrected(ends_on=last)
