"""What is watched and under which rules: sources, service accounts, approved flows, charters."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.records import Record
from kuramori.watch.models import ApprovedFlow, LogSource, MonitoringCharter, ServiceAccount

R = TypeVar("R", bound=Record)


def _kept(record: R, verb: str, *, by: Actor, why: str, values: dict[str, Any]) -> R:
    """Write values to a record, new or old, as one act. Raises Refused when two things would share a name or days."""
    for name, value in values.items():
        setattr(record, name, value)
    with act(verb, by=by, why=why, subjects=[record]):
        try:
            record.full_clean(exclude=["id"])
        except ValidationError as error:
            raise Refused(" ".join(error.messages), _("Change the entry and save again.")) from error
        record.save()
    return record


def _retired(record: R, verb: str, *, by: Actor, why: str) -> R:
    with act(verb, by=by, why=why, subjects=[record]):
        record.retire()
    return record


def source_add(*, by: Actor, why: str = "", **values: Any) -> LogSource:
    """Add a log source; `shares` is a list of pairs (as people write it, as the log writes it)."""
    return _kept(LogSource(), "watch.source.add", by=by, why=why, values=values)


def source_edit(*, source: LogSource, by: Actor, why: str = "", **values: Any) -> LogSource:
    """Change how a source is read; what came in already stays as it was read."""
    return _kept(source, "watch.source.edit", by=by, why=why, values=values)


def source_retire(*, source: LogSource, by: Actor, why: str) -> LogSource:
    """Expect nothing from a source any more; its events stay."""
    return _retired(source, "watch.source.retire", by=by, why=why)


def account_add(*, by: Actor, why: str = "", **values: Any) -> ServiceAccount:
    """Say that an account is no person's: its events are left out of every count of people."""
    return _kept(ServiceAccount(), "watch.account.add", by=by, why=why, values=values)


def account_edit(*, account: ServiceAccount, by: Actor, why: str = "", **values: Any) -> ServiceAccount:
    """Change what is said of a service account."""
    return _kept(account, "watch.account.edit", by=by, why=why, values=values)


def account_retire(*, account: ServiceAccount, by: Actor, why: str) -> ServiceAccount:
    """Count an account's events again."""
    return _retired(account, "watch.account.retire", by=by, why=why)


def flow_add(*, by: Actor, why: str = "", **values: Any) -> ApprovedFlow:
    """Approve a way out, for everybody or one person."""
    return _kept(ApprovedFlow(), "watch.flow.add", by=by, why=why, values=values)


def flow_edit(*, flow: ApprovedFlow, by: Actor, why: str = "", **values: Any) -> ApprovedFlow:
    """Change an approved way out."""
    return _kept(flow, "watch.flow.edit", by=by, why=why, values=values)


def flow_retire(*, flow: ApprovedFlow, by: Actor, why: str) -> ApprovedFlow:
    """Withdraw an approval."""
    return _retired(flow, "watch.flow.retire", by=by, why=why)


def charter_add(*, by: Actor, why: str = "", **values: Any) -> MonitoringCharter:
    """Set the charter of a site; from its first valid day on the site's people are watched."""
    return _kept(MonitoringCharter(), "watch.charter.add", by=by, why=why, values=values)


def charter_edit(*, charter: MonitoringCharter, by: Actor, why: str = "", **values: Any) -> MonitoringCharter:
    """Change a charter."""
    return _kept(charter, "watch.charter.edit", by=by, why=why, values=values)


def charter_retire(*, charter: MonitoringCharter, by: Actor, why: str) -> MonitoringCharter:
    """End a charter: nobody of the site is watched from then on, unless another one holds."""
    return _retired(charter, "watch.charter.retire", by=by, why=why)
