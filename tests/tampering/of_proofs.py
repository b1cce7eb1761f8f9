"""Entries, proofs, disclosures, log rows and the signed head: what is said of the ledger, attacked piece by piece."""

import base64
import hashlib
import json

from kuramori.evidence.rules import bundle, tree
from kuramori.evidence.rules.note import sign
from kuramori.kernel.merkle import leaf_hash
from kuramori_verify.tests.samples import KEY, ORIGIN, ROWS, STRANGER, checkpoint, csv_bytes, key_line
from tests.tampering.campaign import BROKEN, INCOMPLETE, tampering
from tests.tampering.good import (
    ENTRY,
    ROWS_CSV,
    ROWS_PARQUET,
    Bag,
    erased_reason,
    good_sample,
    other_bundle,
)

HEAD = bundle.CHECKPOINT
MANIFEST = bundle.MANIFEST
WHY, TITLE = '"why"', '"title"'

# ---- L9: proofs


@tampering("L9", BROKEN, "entry.not_in_ledger", ENTRY(1), 2)
def proofs_swapped_between_two_entries(bag: Bag) -> None:
    with bag.json(ENTRY(1)) as one, bag.json(ENTRY(2)) as other:
        one["proof"], other["proof"] = other["proof"], one["proof"]
    bag.fit_bag()


@tampering("L9", BROKEN, "entry.not_in_ledger", ENTRY(2), 4)
def proofs_swapped_between_two_bundles(bag: Bag) -> None:
    with bag.json(ENTRY(2)) as entry:
        entry["proof"] = json.loads(other_bundle()[ENTRY(2)])["proof"]
    bag.fit_bag()


@tampering("L9", BROKEN, "entry.not_in_ledger", ENTRY(1), 2)
def a_proof_with_a_hash_more(bag: Bag) -> None:
    with bag.json(ENTRY(1)) as entry:
        entry["proof"].append("0" * 64)
    bag.fit_bag()


@tampering("L9", BROKEN, "entry.not_in_ledger", ENTRY(1), 2)
def a_proof_with_a_hash_less(bag: Bag) -> None:
    with bag.json(ENTRY(1)) as entry:
        entry["proof"].pop()
    bag.fit_bag()


@tampering("L9", BROKEN, "entry.malformed", ENTRY(1))
def a_hash_in_capital_letters(bag: Bag) -> None:
    with bag.json(ENTRY(1)) as entry:
        entry["proof"][0] = entry["proof"][0].upper()
    bag.fit_bag()


@tampering("L9", BROKEN, "entry.beyond_ledger", ENTRY(4), 13)
def an_index_as_large_as_the_ledger(bag: Bag) -> None:
    with bag.json(ENTRY(4)) as entry:
        entry["index"] = 13
    bag.fit_bag()


@tampering("L9", BROKEN, "entry.not_in_ledger", ENTRY(4), 8)
def an_entry_moved_to_the_place_of_its_neighbour(bag: Bag) -> None:
    with bag.json(ENTRY(4)) as entry:
        entry["index"] = 8
    bag.fit_bag()


@tampering("L11", BROKEN, "entry.malformed", ENTRY(1), 1)
def an_inner_node_passed_off_as_an_entry(bag: Bag) -> None:
    """With one prefix for leaves and nodes, 64 bytes of hashes would be an entry with a shorter proof."""
    with bag.json(ENTRY(1)) as entry:
        leaf = leaf_hash(entry["body"].encode())
        entry["body"] = (leaf + bytes.fromhex(entry["proof"].pop(0))).decode("latin-1")
        entry["index"] //= 2
    bag.fit_bag()


# ---- bodies and what is disclosed of them


@tampering("L2", BROKEN, "entry.not_in_ledger", ENTRY(1), 2)
def an_entrys_time_edited(bag: Bag) -> None:
    bag.edit(ENTRY(1), b"T05:02", b"T04:02")
    bag.fit_all()


@tampering("L2", BROKEN, "entry.differs_from_manifest", ENTRY(3), 6)
def an_entry_of_another_bundle_mixed_in(bag: Bag) -> None:
    bag.files[ENTRY(3)] = other_bundle()[ENTRY(3)]
    bag.fit_bag()


@tampering("L9", BROKEN, "entry.malformed", ENTRY(1))
def an_entry_with_a_space_more(bag: Bag) -> None:
    bag.edit(ENTRY(1), b'"body":', b'"body": ')
    bag.fit_bag()


@tampering("L9", BROKEN, "entry.malformed", ENTRY(1))
def an_entry_nested_without_end(bag: Bag) -> None:
    bag.files[ENTRY(1)] = b"[" * 50_000
    bag.fit_bag()


@tampering("L9", BROKEN, "entry.malformed", ENTRY(1))
def an_index_that_is_no_whole_number(bag: Bag) -> None:
    bag.edit(ENTRY(1), b'"index":2', b'"index":2.0')
    bag.fit_bag()


def _digest(disclosure: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest()).rstrip(b"=").decode()


def _disclosure(bag: Bag, path: str, name: str) -> int:
    told = [base64.urlsafe_b64decode(each + "==").decode() for each in json.loads(bag.files[path])["disclosures"]]
    return next(place for place, each in enumerate(told) if name in each)


@tampering("L2", BROKEN, "entry.disclosure_foreign", ENTRY(1), 2)
def other_words_disclosed_than_were_committed(bag: Bag) -> None:
    place = _disclosure(bag, ENTRY(1), TITLE)
    with bag.json(ENTRY(1)) as entry:
        forged = bundle.canonical(["AAAAAAAAAAAAAAAAAAAAAA", "title", [None, "別の図面"]])
        entry["disclosures"][place] = base64.urlsafe_b64encode(forged).rstrip(b"=").decode()
    bag.fit_bag()


@tampering("L10", BROKEN, "entry.member_missing", ENTRY(3), 6)
def a_disclosure_taken_out_without_a_reason(bag: Bag) -> None:
    place = _disclosure(bag, ENTRY(3), WHY)
    with bag.json(ENTRY(3)) as entry:
        entry["disclosures"].pop(place)
    bag.fit_bag()


@tampering("L10", BROKEN, "entry.shown_differs", ENTRY(2), 4)
def the_only_row_of_an_import_that_concerns_the_secret_taken_out(bag: Bag) -> None:
    """Nothing in the entry's body tells which rows of a long list are shown: only the sealed manifest does."""
    with bag.json(ENTRY(2)) as entry:
        (row,) = entry["changes"]
        entry["changes"] = []
        digests = json.loads(row["item"])["fields"].values()
        entry["disclosures"] = [each for each in entry["disclosures"] if _digest(each) not in digests]
    bag.fit_bag()
    bag.unstamp()


@tampering("L12", BROKEN, "entry.shown_differs", ENTRY(1), 2)
def an_erased_reason_shown_from_an_old_copy(bag: Bag) -> None:
    with bag.json(ENTRY(1)) as entry:
        entry["disclosures"].append(erased_reason(good_sample()))
    bag.fit_bag()
    bag.unstamp()


@tampering("L9", BROKEN, "entry.shown_differs", ENTRY(1), 2)
def a_disclosure_said_twice(bag: Bag) -> None:
    with bag.json(ENTRY(1)) as entry:
        entry["disclosures"] += entry["disclosures"][:1]
    bag.fit_bag()
    bag.unstamp()


@tampering("L12", BROKEN, "entry.disclosure_foreign", ENTRY(1), 2)
def an_erased_reason_made_up_again(bag: Bag) -> None:
    """The salt is gone: whoever claims to know the reason cannot make it fit."""
    with bag.json(ENTRY(1)) as entry:
        forged = bundle.canonical(["AAAAAAAAAAAAAAAAAAAAAA", "why", "棚卸し"])
        entry["disclosures"].append(base64.urlsafe_b64encode(forged).rstrip(b"=").decode())
    bag.fit_bag()


@tampering("L10", BROKEN, "bundle.seal_broken", MANIFEST, 12)
def a_reason_for_withholding_made_nicer(bag: Bag) -> None:
    with bag.json(MANIFEST) as manifest:
        manifest["withheld"][0]["reason"] = "need_to_know"
    bag.fit_all()
    bag.unstamp()


@tampering("L2", BROKEN, "entry.item_not_in_list", ENTRY(2), 4)
def a_row_of_an_import_shown_as_another(bag: Bag) -> None:
    with bag.json(ENTRY(2)) as entry:
        entry["changes"][0]["position"] = 8
    bag.fit_bag()


@tampering("L2", BROKEN, "entry.item_not_in_list", ENTRY(2), 4)
def a_row_of_an_import_invented(bag: Bag) -> None:
    bag.edit(ENTRY(2), rb"\"op\":\"edit\"", rb"\"op\":\"purge\"")
    bag.fit_bag()


# ---- log rows

SHOWN_ROWS = [ROWS[3], ROWS[4], ROWS[5], ROWS[9]]


@tampering("L2", BROKEN, "events.row_changed", ROWS_CSV, 6)
def a_log_row_about_somebody_else(bag: Bag) -> None:
    bag.edit(ROWS_CSV, "大地 監査".encode(), "遠山 千尋".encode())
    bag.fit_all()


@tampering("L2", BROKEN, "events.row_changed", ROWS_CSV, 6)
def two_log_rows_swapped(bag: Bag) -> None:
    bag.files[ROWS_CSV] = csv_bytes([ROWS[0], SHOWN_ROWS[1], SHOWN_ROWS[0], *SHOWN_ROWS[2:]])
    bag.fit_all()


@tampering("L2", BROKEN, "events.row_count_differs", ROWS_CSV, 6)
def a_log_row_taken_out(bag: Bag) -> None:
    bag.files[ROWS_CSV] = csv_bytes([ROWS[0], *SHOWN_ROWS[1:]])
    bag.fit_all()


@tampering("L2", BROKEN, "events.row_changed", ROWS_CSV, 6)
def the_heading_of_a_log_changed(bag: Bag) -> None:
    bag.edit(ROWS_CSV, b"person", b"device")
    bag.fit_all()


@tampering("L9", BROKEN, "events.row_changed", ROWS_CSV, 6)
def a_rows_path_with_a_hash_more(bag: Bag) -> None:
    with bag.json(MANIFEST) as manifest:
        manifest["segments"][0]["path"].append("0" * 64)
    bag.fit_bag()


@tampering("L9", BROKEN, "events.row_count_differs", ROWS_CSV, 6)
def rows_far_beyond_the_segment(bag: Bag) -> None:
    with bag.json(MANIFEST) as manifest:
        manifest["segments"][0]["ranges"] = [[1, 9007199254740991]]
    bag.fit_bag()


@tampering("I3", BROKEN, "events.unreadable", ROWS_CSV, 6)
def log_rows_in_a_quotation_without_end(bag: Bag) -> None:
    bag.files[ROWS_CSV] += b'"'
    bag.fit_all()


@tampering("I9", BROKEN, "events.file_not_sealed", ROWS_PARQUET, 6)
def a_sealed_log_file_replaced(bag: Bag) -> None:
    bag.files[ROWS_PARQUET] = b"PAR2"
    bag.fit_all()


@tampering("L10", BROKEN, "events.seal_differs", ROWS_CSV, 6)
def log_rows_passed_off_as_another_segment(bag: Bag) -> None:
    with bag.json(MANIFEST) as manifest:
        manifest["segments"][0]["segment"] = "01938a00-0000-7000-8000-0000000000e2"
    bag.fit_bag()


@tampering("L10", INCOMPLETE, "events.seal_missing", ROWS_CSV, 6)
def the_entry_that_sealed_a_log_taken_out(bag: Bag) -> None:
    bag.remove(ENTRY(3))
    bag.fit_bag()
    bag.unstamp()


@tampering("A12", BROKEN, "events.row_changed", ROWS_CSV, 6)
def a_formula_put_into_a_log_row(bag: Bag) -> None:
    bag.edit(ROWS_CSV, "図面/3".encode(), "'=図面/3".encode())
    bag.fit_all()


# ---- the signed head


@tampering("L9", BROKEN, "ledger.checkpoint_malformed", HEAD)
def a_checkpoint_with_windows_line_ends(bag: Bag) -> None:
    bag.files[HEAD] = bag.files[HEAD].replace(b"\n", b"\r\n")
    bag.fit_bag()


@tampering("L9", BROKEN, "ledger.checkpoint_malformed", HEAD)
def a_signature_line_twice(bag: Bag) -> None:
    bag.files[HEAD] += bag.files[HEAD].splitlines(keepends=True)[-1]
    bag.fit_bag()


@tampering("L9", BROKEN, "ledger.checkpoint_malformed", HEAD)
def bytes_after_the_signature(bag: Bag) -> None:
    bag.files[HEAD] += b"\n"
    bag.fit_bag()


@tampering("L9", BROKEN, "ledger.checkpoint_malformed", HEAD)
def a_signature_of_sixty_thousand_letters(bag: Bag) -> None:
    bag.files[HEAD] += "— x ".encode() + b"A" * 60_001 + b"\n"
    bag.fit_bag()


@tampering("L9", BROKEN, "ledger.signature_wrong", HEAD)
def only_an_unknown_key_has_signed(bag: Bag) -> None:
    bag.files[HEAD] = bag.files[HEAD].replace(ORIGIN.encode(), b"witness.example/one")
    bag.fit_bag()


@tampering("L2", BROKEN, "ledger.signature_wrong", HEAD)
def the_size_in_the_head_edited(bag: Bag) -> None:
    bag.edit(HEAD, b"\n13\n", b"\n14\n")
    bag.fit_bag()


@tampering("L9", BROKEN, "ledger.checkpoint_malformed", HEAD)
def the_size_in_the_head_written_otherwise(bag: Bag) -> None:
    _origin, _size, root = bag.files[HEAD].decode().split("\n")[:3]
    bag.files[HEAD] = sign(f"{ORIGIN}\n013\n{root}\n", KEY, ORIGIN).encode()
    bag.fit_bag()


@tampering("L4", BROKEN, "ledger.signature_wrong", HEAD)
def a_history_signed_with_a_strangers_key(bag: Bag) -> None:
    sample = good_sample()
    sample.prove([2, 4, 6, 9], STRANGER)
    bag.files[HEAD] = sample.files[HEAD]
    bag.fit_bag()


@tampering("L4", BROKEN, "ledger.signature_wrong", HEAD)
def the_key_replaced_by_a_strangers(bag: Bag) -> None:
    bag.files[bundle.KEYS] = key_line(STRANGER)
    bag.fit_bag()


@tampering("L10", BROKEN, "ledger.checkpoint_malformed", HEAD)
def a_key_whose_id_is_anothers(bag: Bag) -> None:
    name, _id, public = bag.files[bundle.KEYS].split(b"+", 2)
    bag.files[bundle.KEYS] = b"+".join([name, b"00000000", public])
    bag.fit_bag()


@tampering("L9", BROKEN, "entry.beyond_ledger", ENTRY(1), 2)
def a_true_head_of_an_empty_ledger(bag: Bag) -> None:
    bag.files[HEAD] = checkpoint(0, tree.root_at(0, tree.over([])))
    bag.fit_bag()


@tampering("L9", BROKEN, "entry.beyond_ledger", ENTRY(1), 2)
def a_true_head_over_one_entry(bag: Bag) -> None:
    hashes = tree.over([leaf_hash(each.raw) for each in good_sample().bodies])
    bag.files[HEAD] = checkpoint(1, tree.root_at(1, hashes))
    bag.fit_bag()


@tampering("L1", BROKEN, "entry.not_in_ledger", ENTRY(4), 9)
def a_true_head_from_before_the_bundle(bag: Bag) -> None:
    hashes = tree.over([leaf_hash(each.raw) for each in good_sample().bodies])
    bag.files[HEAD] = checkpoint(12, tree.root_at(12, hashes))
    bag.fit_bag()


@tampering("L10", INCOMPLETE, "ledger.file_missing", bundle.SEAL)
def the_seal_taken_out(bag: Bag) -> None:
    bag.remove(bundle.SEAL)
    bag.fit_bag()
    bag.unstamp()


@tampering("L10", BROKEN, "bundle.seal_broken", MANIFEST, 2)
def another_entry_in_the_place_of_the_seal(bag: Bag) -> None:
    bag.files[bundle.SEAL] = bag.files[ENTRY(1)]
    bag.fit_bag()
