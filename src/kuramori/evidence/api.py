"""What other rooms may ask of evidence."""

from kuramori.evidence.acts.backups import backup_destroy, backup_note
from kuramori.evidence.acts.holds import hold_add
from kuramori.evidence.bundles.asking import ask_bundle, ask_check, write_bundle
from kuramori.evidence.bundles.making import MadeBundle
from kuramori.evidence.bundles.order import BundleSource, Delivery, EventExtract, Order
from kuramori.evidence.bundles.order_form import DeliveryForm
from kuramori.evidence.bundles.signing import CERTIFICATE, KEY, make_certificate
from kuramori.evidence.bundles.variants import Kept, variants
from kuramori.evidence.check import CheckReport, ledger_check
from kuramori.evidence.claims.acts import loss_add, loss_retire, plan_set, statement_add, statement_retire
from kuramori.evidence.claims.known import KnownClaims, default_claims, known_claims
from kuramori.evidence.claims.losses import DECIMALS, ROUTE_OF, Currency, Item, Route, smallest, sums, written
from kuramori.evidence.claims.matrix import (
    ClaimMatrix,
    Element,
    ShownExhibit,
    State,
    claim_matrix,
    exhibits_of,
    proof_of,
)
from kuramori.evidence.claims.persons import PersonAsked, PersonSource
from kuramori.evidence.claims.planning import Held, Line
from kuramori.evidence.claims.plans import PlanStanding, drill, plan_standing
from kuramori.evidence.claims.queries import losses_of, statements_of
from kuramori.evidence.claims.reading import Claim
from kuramori.evidence.export import export_ledger
from kuramori.evidence.heads import HEAD_FILE, Against
from kuramori.evidence.keeping import held
from kuramori.evidence.known_backups import KnownBackup
from kuramori.evidence.models.cases import ItemChoice, ProofKind
from kuramori.evidence.queries.backups import backups_visible_to, overdue_backups
from kuramori.evidence.queries.custody import custody_rows
from kuramori.evidence.queries.holds import refuse_if_held
from kuramori.evidence.queries.ledger import LedgerState, last_check, ledger_state
from kuramori.evidence.rules.bundle import row_leaf, row_ranges, rows_path
from kuramori.evidence.rules.damage import Damage, Found
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.sealing import Placed, Seal, is_at, place_since, placed, seals
from kuramori.evidence.sequencer import NotAPrefix, Sequencer, run_forever, seal_now, sequence_all
from kuramori.evidence.stamps.wording import silent_authorities
from kuramori.evidence.tree_store import last_checkpoint as latest_checkpoint
from kuramori.evidence.witnessing.acts.keys import key_revoke, key_rotate, ledger_fork
from kuramori.evidence.witnessing.acts.witnesses import witness_add
from kuramori.evidence.witnessing.queries import silent_witnesses, standing_against
from kuramori.evidence.witnessing.rounds import refresh as refresh_witnesses
from kuramori.evidence.witnessing.rounds import rounds_forever
from kuramori.evidence.witnessing.sealed_files import FileSource, SealedFile
from kuramori.evidence.wording import against_words, damage_words, outside_words

__all__ = [
    "BUNDLE_PERSON", "CASE_EDIT", "CASE_VIEW", "DECIMALS", "HEAD_FILE", "ROUTE_OF", "SIGNING_FILES",
    "TIMELINE_VIEW", "Against", "BundleSource", "CheckReport", "Claim", "ClaimMatrix", "Currency", "Damage",
    "Delivery", "DeliveryForm", "Element", "EventExtract", "FileSource", "Found", "Held", "Item", "ItemChoice", "Kept",
    "KnownBackup", "KnownClaims", "LedgerState", "Line", "MadeBundle", "NotAPrefix", "Order",
    "PersonAsked", "PersonSource", "Placed",
    "PlanStanding", "ProofKind", "Route", "Seal", "SealedFile", "Sequencer", "ShownExhibit", "State", "against_words",
    "ask_bundle", "ask_check", "backup_destroy", "backup_note", "backups_visible_to",
    "claim_matrix", "custody_rows", "damage_words", "default_claims",
    "drill", "exhibits_of", "export_ledger", "held", "hold_add", "is_at", "key_revoke", "key_rotate", "known_claims",
    "last_check",
    "latest_checkpoint", "ledger_check", "ledger_fork", "ledger_state", "loss_add", "loss_retire", "losses_of",
    "make_certificate", "outside_words", "overdue_backups",
    "place_since", "placed", "plan_set", "plan_standing", "proof_of", "refresh_witnesses", "refuse_if_held",
    "rounds_forever", "row_leaf", "row_ranges", "rows_path", "run_forever", "seal_now", "seals", "sequence_all",
    "silent_authorities", "silent_witnesses", "smallest", "standing_against", "statement_add", "statement_retire",
    "statements_of", "sums", "variants", "witness_add", "write_bundle", "written",
]  # fmt: skip

BUNDLE_PERSON = Permission.BUNDLE_PERSON
"""Who may have a bundle made about a person: the page that offers it asks for this."""
SIGNING_FILES = (KEY, CERTIFICATE)
"""Where, in the data folder, key and certificate lie that sign the PDFs of bundles."""
CASE_EDIT, CASE_VIEW = Permission.CASE_EDIT, Permission.CASE_VIEW
"""Who may write and read what is kept by hand about a secret: statements and losses."""
TIMELINE_VIEW = Permission.TIMELINE_VIEW
"""Who may open a person's recognition timeline, and what rooms ask before they tell of a person."""
