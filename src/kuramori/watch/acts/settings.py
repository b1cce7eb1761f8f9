"""What is watched and under which rules: sources, service accounts, approved flows, charters."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused
from kuramori.kernel.one_record import record_retire, record_write
from kuramori.watch.models import ApprovedFlow, LogSource, MonitoringCharter, ServiceAccount


def source_add(*, by: Actor, why: str = "", **values: Any) -> LogSource:
    """Add a log source; `shares` is a list of pairs (as people write it, as the log writes it)."""
    return record_write(LogSource(), "watch.source.add", by=by, why=why, values=values)


def source_edit(*, source: LogSource, by: Actor, why: str = "", **values: Any) -> LogSource:
    """Change how a source is read; what came in already stays as it was read."""
    return record_write(source, "watch.source.edit", by=by, why=why, values=values)


def source_retire(*, source: LogSource, by: Actor, why: str) -> LogSource:
    """Expect nothing from a source any more; its events stay."""
    return record_retire(source, "watch.source.retire", by=by, why=why)


def account_add(*, by: Actor, why: str = "", **values: Any) -> ServiceAccount:
    """Say that an account is no person's: its events are left out of every count of people."""
    return record_write(ServiceAccount(), "watch.account.add", by=by, why=why, values=values)


def account_edit(*, account: ServiceAccount, by: Actor, why: str = "", **values: Any) -> ServiceAccount:
    """Change what is said of a service account."""
    return record_write(account, "watch.account.edit", by=by, why=why, values=values)


def account_retire(*, account: ServiceAccount, by: Actor, why: str) -> ServiceAccount:
    """Count an account's events again."""
    return record_retire(account, "watch.account.retire", by=by, why=why)


def flow_add(*, by: Actor, why: str = "", **values: Any) -> ApprovedFlow:
    """Approve a way out, for everybody or one person; raises Refused for one's own."""
    _refuse_own(by, values.get("person"))
    return record_write(ApprovedFlow(), "watch.flow.add", by=by, why=why, values=values)


def flow_edit(*, flow: ApprovedFlow, by: Actor, why: str = "", **values: Any) -> ApprovedFlow:
    """Change an approved way out; raises Refused for one's own, before or after."""
    _refuse_own(by, flow.person, values.get("person"))
    return record_write(flow, "watch.flow.edit", by=by, why=why, values=values)


def flow_retire(*, flow: ApprovedFlow, by: Actor, why: str) -> ApprovedFlow:
    """Withdraw an approval."""
    return record_retire(flow, "watch.flow.retire", by=by, why=why)


def _refuse_own(by: Actor, *people: Person | None) -> None:
    if by.id is not None and by.id in {person.pk for person in people if person}:
        raise Refused(_("Nobody approves what he takes out himself."), _("Ask somebody else who may approve."))


def charter_add(*, by: Actor, why: str = "", **values: Any) -> MonitoringCharter:
    """Set the charter of a site; from its first valid day on the site's people are watched."""
    return record_write(MonitoringCharter(), "watch.charter.add", by=by, why=why, values=values)


def charter_edit(*, charter: MonitoringCharter, by: Actor, why: str = "", **values: Any) -> MonitoringCharter:
    """Change a charter."""
    return record_write(charter, "watch.charter.edit", by=by, why=why, values=values)


def charter_retire(*, charter: MonitoringCharter, by: Actor, why: str) -> MonitoringCharter:
    """End a charter: nobody of the site is watched from then on, unless another one holds."""
    return record_retire(charter, "watch.charter.retire", by=by, why=why)
