"""A full export of the ledger: cut short, edited, forked, by hand or by who holds its key (L1 to L4)."""

from kuramori_verify.note import read_log_key
from kuramori_verify.tests.samples import STRANGER, VERIFIER_KEY, checkpoint, key_line
from tests.tampering.campaign import BROKEN, INCOMPLETE, start_with, tampering
from tests.tampering.good import BODIES, Bag, head_over

EXPORT = start_with(BODIES)
ENTRIES, LEAVES, UPPER = "tile/entries/001.p/44", "tile/0/001.p/44", "tile/1/000.p/1"
HELD = [head_over(280)]


def _nothing_more(bag: Bag) -> None:
    """All was done before; he only adds a witness of his own, whom nobody knows."""
    bag.files["checkpoint"] += "— witness.example/mine AAAAAAAA\n".encode()


@tampering("L1", INCOMPLETE, "ledger.entries_missing", ENTRIES, 256, start=EXPORT)
def the_newest_entries_deleted(bag: Bag) -> None:
    bag.remove(ENTRIES)


@tampering("L1", BROKEN, "ledger.entries_malformed", ENTRIES, 256, start=EXPORT)
def the_newest_entries_cut_off(bag: Bag) -> None:
    bag.files[ENTRIES] = bag.files[ENTRIES][:-12]


@tampering("L1", BROKEN, "ledger.shortened", None, 270, start=start_with(BODIES[:270]), older_heads=HELD)
def a_shorter_ledger_signed_with_its_own_key(bag: Bag) -> None:
    _nothing_more(bag)


@tampering("L2", BROKEN, "ledger.entry_changed", LEAVES, 280, start=EXPORT)
def an_entry_of_the_export_edited(bag: Bag) -> None:
    bag.edit(ENTRIES, b'"n":280', b'"n":281')


@tampering("L2", BROKEN, "ledger.entry_changed", LEAVES, 256, start=EXPORT)
def two_entries_of_the_export_swapped(bag: Bag) -> None:
    bag.edit(ENTRIES, b'"n":256', b'"n":xxx')
    bag.edit(ENTRIES, b'"n":257', b'"n":256')
    bag.edit(ENTRIES, b'"n":xxx', b'"n":257')


def _under_the_true_head(bodies: list[bytes]) -> Bag:
    bag = start_with(bodies)()
    bag.files["checkpoint"] = head_over(300)
    return bag


@tampering(
    "L2", BROKEN, "ledger.root_differs", "checkpoint",
    start=lambda: _under_the_true_head([*BODIES[:100], b"{}", *BODIES[101:]]),
)  # fmt: skip
def an_entry_edited_and_every_tile_made_to_fit(bag: Bag) -> None:
    _nothing_more(bag)


@tampering(
    "L2", BROKEN, "ledger.root_differs", "checkpoint",
    start=lambda: _under_the_true_head([*BODIES[:100], b"{}", *BODIES[100:299]]),
)  # fmt: skip
def an_entry_inserted_and_the_last_one_dropped(bag: Bag) -> None:
    _nothing_more(bag)


@tampering("L2", BROKEN, "ledger.tile_differs", UPPER, 0, start=EXPORT)
def an_upper_tile_edited(bag: Bag) -> None:
    bag.files[UPPER] = bytes(32)


@tampering("L10", INCOMPLETE, "ledger.tile_missing", LEAVES, 256, start=EXPORT)
def a_tile_deleted(bag: Bag) -> None:
    bag.remove(LEAVES)


@tampering("L9", BROKEN, "ledger.entries_malformed", ENTRIES, 256, start=EXPORT)
def bytes_after_the_last_entry(bag: Bag) -> None:
    bag.files[ENTRIES] += b"\x00\x00"


@tampering(
    "L3", BROKEN, "ledger.history_differs", None, 280,
    start=start_with([*BODIES[:270], b'{"restored":true}', *BODIES[271:]]), older_heads=HELD,
)  # fmt: skip
def a_backup_restored_and_worked_on(bag: Bag) -> None:
    _nothing_more(bag)


@tampering("L4", BROKEN, "ledger.history_differs", None, 280, start=start_with([b"{}", *BODIES[1:]]), older_heads=HELD)
def the_first_entry_rewritten_with_the_stolen_key(bag: Bag) -> None:
    _nothing_more(bag)


@tampering("L4", BROKEN, "ledger.signature_wrong", "checkpoint", start=EXPORT)
def an_export_with_a_strangers_key(bag: Bag) -> None:
    bag.files["keys.txt"] = key_line(STRANGER)


@tampering("L4", BROKEN, "ledger.signature_wrong", "checkpoint", start=EXPORT, keys=[read_log_key(str(VERIFIER_KEY))])
def an_export_signed_by_a_stranger_who_encloses_his_key(bag: Bag) -> None:
    bag.files["checkpoint"] = checkpoint(300, bytes(32), STRANGER)
    bag.files["keys.txt"] = key_line(STRANGER)


@tampering("L4", BROKEN, "ledger.older_head_malformed", start=EXPORT, older_heads=[checkpoint(9, bytes(32), STRANGER)])
def a_kept_head_that_a_stranger_had_signed(bag: Bag) -> None:
    _nothing_more(bag)


@tampering("L10", INCOMPLETE, "ledger.file_missing", "checkpoint", start=EXPORT)
def an_export_without_its_head(bag: Bag) -> None:
    bag.remove("checkpoint")
