"""What other rooms may ask of evidence."""

from kuramori.evidence.elements import Element, ShownExhibit, State, exhibits_of, proof_of
from kuramori.evidence.queries import LedgerState, Seal, ledger_state, seals
from kuramori.evidence.rules.note import VerifierKey
from kuramori.evidence.sequencer import NotAPrefix, Sequencer, run_forever, seal_now, sequence_all
from kuramori.evidence.tree_store import last_checkpoint as latest_checkpoint

__all__ = [
    "Element",
    "LedgerState",
    "NotAPrefix",
    "Seal",
    "Sequencer",
    "ShownExhibit",
    "State",
    "VerifierKey",
    "exhibits_of",
    "latest_checkpoint",
    "ledger_state",
    "proof_of",
    "run_forever",
    "seal_now",
    "seals",
    "sequence_all",
]
