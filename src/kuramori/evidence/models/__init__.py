"""The tables of evidence, by concept."""

from kuramori.evidence.models.bundles import Bundle, BundleKind
from kuramori.evidence.models.checks import CheckRun
from kuramori.evidence.models.holds import HeldSubject, Hold, KeepingTerm, SeparationHold
from kuramori.evidence.models.stamps import Authority, Stamp, StampDue
from kuramori.evidence.models.tree import Checkpoint, Leaf, LogKey, Node

__all__ = [
    "Authority", "Bundle", "BundleKind", "CheckRun", "Checkpoint", "HeldSubject", "Hold", "KeepingTerm", "Leaf",
    "LogKey", "Node", "SeparationHold", "Stamp", "StampDue",
]  # fmt: skip
