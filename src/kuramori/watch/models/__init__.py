"""Tables of this room: what is watched and under which rules, and what was found."""

from kuramori.watch.models.alerts import Alert, AlertComment, AlertSecret, Queue, Severity, StateChoice, Unsealing
from kuramori.watch.models.reviews import (
    Review,
    ReviewItem,
    ReviewKind,
    ReviewSheet,
    ReviewSignature,
    Verdict,
)
from kuramori.watch.models.settings import ApprovedFlow, LogSource, MonitoringCharter, ServiceAccount

__all__ = [
    "Alert",
    "AlertComment",
    "AlertSecret",
    "ApprovedFlow",
    "LogSource",
    "MonitoringCharter",
    "Queue",
    "Review",
    "ReviewItem",
    "ReviewKind",
    "ReviewSheet",
    "ReviewSignature",
    "ServiceAccount",
    "Severity",
    "StateChoice",
    "Unsealing",
    "Verdict",
]
