"""The tables of evidence, by concept."""

from kuramori.evidence.models.bundles import Bundle, BundleKind, BundleOrder
from kuramori.evidence.models.cases import Drill, EvidencePlan, Loss, OpenedTimeline, Statement
from kuramori.evidence.models.checks import CheckRun
from kuramori.evidence.models.custody import CustodyItem, CustodyStep
from kuramori.evidence.models.erasure import Erasure
from kuramori.evidence.models.holds import HeldSubject, Hold, KeepingTerm, SeparationHold
from kuramori.evidence.models.stamps import Authority, Stamp, StampDue
from kuramori.evidence.models.tree import Checkpoint, Leaf, LogKey, Node
from kuramori.evidence.witnessing.models.keys import ChangeKind, KeyChange
from kuramori.evidence.witnessing.models.witnesses import KindChoice, Witness, WitnessedHead, WitnessedLog, WitnessState

__all__ = [
    "Authority", "Bundle", "BundleKind", "BundleOrder", "ChangeKind", "CheckRun", "Checkpoint", "CustodyItem",
    "CustodyStep", "Drill", "Erasure", "EvidencePlan", "HeldSubject", "Hold", "KeepingTerm", "KeyChange", "KindChoice",
    "Leaf", "LogKey", "Loss", "Node", "OpenedTimeline", "SeparationHold", "Stamp", "StampDue", "Statement", "Witness",
    "WitnessState", "WitnessedHead", "WitnessedLog",
]  # fmt: skip
