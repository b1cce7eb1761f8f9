"""Tables of this room: what is watched and under which rules, and what was found."""

from kuramori.watch.models.alerts import Alert, AlertComment, AlertSecret, Queue, Severity, StateChoice, Unsealing
from kuramori.watch.models.cases import (
    Case,
    CaseAlert,
    CaseStateChoice,
    CaseStep,
    EffectChoice,
    ExpertAccess,
    TimelineOpening,
    VendorAlert,
    Verdict,
)
from kuramori.watch.models.detecting import CoverageGap, LevelChoice, SigmaRule, SigmaSet, StandingChoice, WayChoice
from kuramori.watch.models.feeding import LedgerFeed
from kuramori.watch.models.orders import (
    KindChoice,
    MonitoringOrder,
    OrderApproval,
    OrderMark,
    OrderOfficeChoice,
    OrderStateChoice,
)
from kuramori.watch.models.patrols import (
    HitStateChoice,
    PatrolFile,
    PatrolHit,
    PatrolTerm,
    PatrolVerdict,
    SurveyCount,
    TermKindChoice,
)
from kuramori.watch.models.presence import EntryPermit, SecurityZone
from kuramori.watch.models.prints import DocumentFolder, DocumentRun
from kuramori.watch.models.privacy import (
    CouncilReport,
    Exclusion,
    ExclusionKindChoice,
    ExclusionStandingChoice,
    GroundChoice,
)
from kuramori.watch.models.reviews import Answer, Review, ReviewItem, ReviewKind, ReviewSheet, ReviewSignature
from kuramori.watch.models.settings import ApprovedFlow, LogSource, MonitoringCharter, ServiceAccount
from kuramori.watch.models.unsealing import RequestStateChoice, UnsealingRequest
from kuramori.watch.models.watching import EntryStateChoice, OfficeChoice, SignalChoice, WatchApproval, WatchEntry

__all__ = [
    "Alert",
    "AlertComment",
    "AlertSecret",
    "Answer",
    "ApprovedFlow",
    "Case",
    "CaseAlert",
    "CaseStateChoice",
    "CaseStep",
    "CouncilReport",
    "CoverageGap",
    "DocumentFolder",
    "DocumentRun",
    "EffectChoice",
    "EntryPermit",
    "EntryStateChoice",
    "Exclusion",
    "ExclusionKindChoice",
    "ExclusionStandingChoice",
    "ExpertAccess",
    "GroundChoice",
    "HitStateChoice",
    "KindChoice",
    "LedgerFeed",
    "LevelChoice",
    "LogSource",
    "MonitoringCharter",
    "MonitoringOrder",
    "OfficeChoice",
    "OrderApproval",
    "OrderMark",
    "OrderOfficeChoice",
    "OrderStateChoice",
    "PatrolFile",
    "PatrolHit",
    "PatrolTerm",
    "PatrolVerdict",
    "Queue",
    "RequestStateChoice",
    "Review",
    "ReviewItem",
    "ReviewKind",
    "ReviewSheet",
    "ReviewSignature",
    "SecurityZone",
    "ServiceAccount",
    "Severity",
    "SigmaRule",
    "SigmaSet",
    "SignalChoice",
    "StandingChoice",
    "StateChoice",
    "SurveyCount",
    "TermKindChoice",
    "TimelineOpening",
    "Unsealing",
    "UnsealingRequest",
    "VendorAlert",
    "Verdict",
    "WatchApproval",
    "WatchEntry",
    "WayChoice",
]
