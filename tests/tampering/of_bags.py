"""Files of a bundle changed: by hand, and with BagIt's manifests (and ours) made to fit again."""

import json

from kuramori.evidence.rules import bundle
from kuramori_verify.bag import BAG_INFO, PAYLOAD_MANIFEST, TAG_MANIFEST
from tests.tampering.campaign import BROKEN, INCOMPLETE, tampering
from tests.tampering.good import (
    CUSTODY,
    ENTRY,
    EXHIBIT,
    PDF,
    ROWS_CSV,
    ROWS_PARQUET,
    TAG_TOKEN,
    Bag,
    other_bundle,
)

VERIFIER = bundle.VERIFIER
INDEX = "data/index.ja.html"

# ---- by hand: whoever opens the folder


@tampering("L10", BROKEN, "bag.file_unlisted", EXHIBIT(9))
def a_file_added(bag: Bag) -> None:
    bag.files[EXHIBIT(9)] = b"{}"


@tampering("L10", BROKEN, "bundle.file_unknown", "README.txt")
def a_file_added_beside_the_payload(bag: Bag) -> None:
    bag.files["README.txt"] = b"read this first"


@tampering("L10", BROKEN, "bag.file_changed", EXHIBIT(1))
def a_letter_of_an_exhibit_changed(bag: Bag) -> None:
    bag.edit(EXHIBIT(1), "書証".encode(), "証書".encode())


@tampering("L10", BROKEN, "bag.file_renamed", EXHIBIT(2))
def an_exhibit_renamed(bag: Bag) -> None:
    bag.rename(EXHIBIT(2), EXHIBIT(8))


@tampering("L10", BROKEN, "bag.file_changed", EXHIBIT(1))
def two_exhibits_that_change_places(bag: Bag) -> None:
    bag.swap(EXHIBIT(1), EXHIBIT(2))


@tampering("L10", BROKEN, "bag.file_missing", EXHIBIT(1))
def an_exhibit_taken_out_by_hand(bag: Bag) -> None:
    bag.remove(EXHIBIT(1))


@tampering("L10", BROKEN, "bag.file_changed", PDF)
def the_pdf_exchanged_for_that_of_the_other_language(bag: Bag) -> None:
    bag.files[PDF] = bag.files["data/index.en.pdf"]


@tampering("L10", BROKEN, "bag.file_changed", VERIFIER)
def the_enclosed_verifier_edited(bag: Bag) -> None:
    bag.edit(VERIFIER, b"print()", b"print('sound')")


@tampering("L10", BROKEN, "bag.file_changed", BAG_INFO)
def a_line_of_bag_info_edited(bag: Bag) -> None:
    bag.edit(BAG_INFO, b"KM-2026-0001", b"KM-2026-0002")


@tampering("L10", BROKEN, "bag.declaration", "bagit.txt")
def the_bag_declared_to_be_of_an_older_version(bag: Bag) -> None:
    bag.edit("bagit.txt", b"1.0", b"0.97")


@tampering("L10", BROKEN, "bag.manifest_malformed", PAYLOAD_MANIFEST)
def line_ends_made_windows_like(bag: Bag) -> None:
    bag.files[PAYLOAD_MANIFEST] = bag.files[PAYLOAD_MANIFEST].replace(b"\n", b"\r\n")


@tampering("L9", BROKEN, "bag.manifest_malformed", PAYLOAD_MANIFEST)
def a_line_that_lists_a_file_twice(bag: Bag) -> None:
    bag.files[PAYLOAD_MANIFEST] += bag.files[PAYLOAD_MANIFEST].splitlines(keepends=True)[0]


@tampering("I1", BROKEN, "bag.manifest_malformed", TAG_MANIFEST)
def a_line_that_names_a_file_outside(bag: Bag) -> None:
    bag.files[TAG_MANIFEST] += b"0" * 64 + b"  ../../etc/passwd\n"


@tampering("L10", BROKEN, "bag.oxum_differs", BAG_INFO)
def the_count_of_bytes_edited(bag: Bag) -> None:
    bag.edit(BAG_INFO, b"Payload-Oxum: ", b"Payload-Oxum: 1")


@tampering("I1", BROKEN, "source.link", EXHIBIT(1))
def a_link_in_the_place_of_an_exhibit(_bag: Bag) -> dict[str, str]:
    return {EXHIBIT(1): "0002.json"}


@tampering("I1", BROKEN, "source.link", "data/etc")
def a_link_out_of_the_bundle(_bag: Bag) -> dict[str, str]:
    return {"data/etc": "/etc"}


# ---- a machine that fails: what is left of a file (L5, L6)


@tampering("L6", BROKEN, "bag.file_changed", PDF)
def a_file_cut_short_by_a_full_disk(bag: Bag) -> None:
    bag.files[PDF] = bag.files[PDF][:7]


@tampering("L5", BROKEN, "entry.malformed", ENTRY(2))
def an_entry_of_zeroes_after_a_power_cut(bag: Bag) -> None:
    bag.files[ENTRY(2)] = bytes(len(bag.files[ENTRY(2)]))


@tampering("L5", BROKEN, "ledger.checkpoint_malformed", bundle.CHECKPOINT)
def a_checkpoint_that_was_never_written(bag: Bag) -> None:
    bag.files[bundle.CHECKPOINT] = b""


@tampering("L6", BROKEN, "bag.file_missing", TAG_MANIFEST)
def a_bag_whose_last_file_did_not_fit(bag: Bag) -> None:
    bag.remove(TAG_MANIFEST, TAG_TOKEN)
    bag.files[PAYLOAD_MANIFEST] = bag.files[PAYLOAD_MANIFEST][:-9]


# ---- with BagIt made to fit again: `sha256sum -c` and `bagit.py --validate` find nothing


@tampering("L10", BROKEN, "bundle.file_unknown", EXHIBIT(9))
def a_file_added_and_listed(bag: Bag) -> None:
    bag.files[EXHIBIT(9)] = b"{}"
    bag.fit_bag()


@tampering("L11", BROKEN, "bundle.file_unknown", "manifest-md5.txt")
def a_manifest_of_a_weak_digest_added_and_listed(bag: Bag) -> None:
    bag.files["manifest-md5.txt"] = b"d41d8cd98f00b204e9800998ecf8427e  data/index.ja.html\n"
    bag.fit_bag()


@tampering("L10", BROKEN, "bag.info_differs", BAG_INFO)
def bag_info_edited_and_the_tag_manifest_made_to_fit(bag: Bag) -> None:
    bag.edit(BAG_INFO, b"2026-11-23", b"2025-11-23")
    bag.fit_bag()


@tampering("L10", BROKEN, "token.other_data", TAG_TOKEN)
def a_bag_made_to_fit_again_has_no_time_stamp_over_it(bag: Bag) -> None:
    bag.edit(BAG_INFO, b"2026-11-23", b"2025-11-23")
    bag.fit_all()


@tampering("L10", BROKEN, "bundle.file_differs", INDEX)
def the_page_for_people_rewritten(bag: Bag) -> None:
    bag.edit(INDEX, "証拠束".encode(), "証拠なし".encode())
    bag.fit_bag()


@tampering("L10", BROKEN, "bundle.file_differs", CUSTODY)
def a_row_of_the_custody_table_edited(bag: Bag) -> None:
    bag.edit(CUSTODY, "佐倉 灯里".encode(), "牧野 牡丹".encode())
    bag.fit_bag()


@tampering("L10", BROKEN, "bundle.file_differs", PDF)
def the_pdf_exchanged_and_listed(bag: Bag) -> None:
    bag.files[PDF] = b"%PDF-1.7 another"
    bag.fit_bag()


@tampering("L10", BROKEN, "bundle.file_differs", VERIFIER)
def a_verifier_that_always_says_sound(bag: Bag) -> None:
    bag.files[VERIFIER] = b"print('Integrity: no change found')\n"
    bag.fit_bag()


@tampering("L10", BROKEN, "exhibit.file_differs", EXHIBIT(1))
def an_exhibit_that_speaks_of_another_entry(bag: Bag) -> None:
    with bag.json(EXHIBIT(1)) as exhibit:
        exhibit["entry"] = 4
    bag.fit_all()


@tampering("L10", BROKEN, "chronology.time_differs", bundle.CHRONOLOGY, 2)
def a_time_in_the_chronology_moved(bag: Bag) -> None:
    with bag.json(bundle.CHRONOLOGY) as chronology:
        chronology["rows"][0]["at"] = "2026-11-22T05:02:00.000000Z"
    bag.fit_all()


@tampering("L10", INCOMPLETE, "bundle.file_missing", EXHIBIT(1))
def an_exhibit_taken_out_and_the_bag_made_to_fit(bag: Bag) -> None:
    bag.remove(EXHIBIT(1))
    bag.fit_bag()
    bag.unstamp()


@tampering("L10", INCOMPLETE, "bundle.entry_missing", ENTRY(2), 4)
def an_entry_taken_out_and_the_bag_made_to_fit(bag: Bag) -> None:
    bag.remove(ENTRY(2))
    bag.fit_bag()
    bag.unstamp()


@tampering("L10", INCOMPLETE, "chronology.entry_missing", bundle.CHRONOLOGY, 4)
def the_chronology_points_to_what_was_taken_out(bag: Bag) -> None:
    an_entry_taken_out_and_the_bag_made_to_fit(bag)


@tampering("L10", INCOMPLETE, "bundle.file_missing", ROWS_CSV)
def an_extract_of_a_log_taken_out(bag: Bag) -> None:
    bag.remove(ROWS_CSV)
    bag.fit_bag()
    bag.unstamp()


@tampering("L10", INCOMPLETE, "exhibit.rows_missing", EXHIBIT(3), 6)
def a_log_segment_withheld_without_a_word(bag: Bag) -> None:
    bag.remove(ROWS_CSV, ROWS_PARQUET)
    bag.fit_bag()
    bag.unstamp()


# ---- with the bundle's own manifest made to fit too: only the ledger still speaks


@tampering("L10", BROKEN, "bundle.seal_broken", bundle.MANIFEST, 12)
def every_manifest_made_to_fit_an_edited_exhibit(bag: Bag) -> None:
    bag.edit(EXHIBIT(1), "書証".encode(), "証書".encode())
    bag.fit_all()
    bag.unstamp()


@tampering("L10", BROKEN, "bundle.seal_broken", bundle.MANIFEST, 12)
def an_entry_taken_out_of_the_manifest_too(bag: Bag) -> None:
    bag.remove(ENTRY(4))
    with bag.json(bundle.MANIFEST) as manifest:
        manifest["entries"].pop()
        manifest["counts"]["entries"] -= 1
        manifest["withheld"].pop()
    bag.fit_all()
    bag.unstamp()


@tampering("L10", BROKEN, "bundle.seal_broken", bundle.MANIFEST, 12)
def exhibits_renumbered_everywhere(bag: Bag) -> None:
    with bag.json(bundle.MANIFEST) as manifest:
        one, other, *_rest = manifest["exhibits"]
        one["number"], other["number"] = 2, 1
        manifest["exhibits"][:2] = [other, one]
        pairs = [[each["number"], each["root"]] for each in manifest["exhibits"]]
        manifest["twin"] = bundle.sha256_hex(bundle.canonical(pairs))
    for path, number in ((EXHIBIT(1), 2), (EXHIBIT(2), 1)):
        with bag.json(path) as exhibit:
            exhibit["number"] = number
    bag.fit_all()
    bag.unstamp()


@tampering("L10", BROKEN, "exhibit.misnumbered", EXHIBIT(2))
def an_exhibit_left_out_of_the_numbers(bag: Bag) -> None:
    with bag.json(bundle.MANIFEST) as manifest:
        manifest["exhibits"].pop(0)


@tampering("L10", BROKEN, "exhibit.root_differs", EXHIBIT(1), 2)
def an_exhibit_tied_to_something_else(bag: Bag) -> None:
    with bag.json(bundle.MANIFEST) as manifest:
        manifest["exhibits"][0]["root"] = manifest["exhibits"][1]["root"]


@tampering("L10", BROKEN, "exhibit.unlisted", ROWS_CSV)
def log_rows_that_are_no_exhibit_any_more(bag: Bag) -> None:
    with bag.json(bundle.MANIFEST) as manifest:
        manifest["exhibits"].pop()


@tampering("L10", BROKEN, "bundle.twin_differs", bundle.MANIFEST)
def a_bundle_made_to_look_like_the_twin_of_another(bag: Bag) -> None:
    with bag.json(bundle.MANIFEST) as manifest:
        manifest["twin"] = "0" * 64
    bag.fit_bag()


@tampering("L10", BROKEN, "bundle.counts_differ", bundle.MANIFEST)
def a_count_made_smaller(bag: Bag) -> None:
    with bag.json(bundle.MANIFEST) as manifest:
        manifest["counts"]["withheld"] = 0
    bag.fit_bag()


@tampering("L10", BROKEN, "bundle.seal_broken", bundle.MANIFEST, 12)
def the_manifest_of_another_bundle(bag: Bag) -> None:
    other = other_bundle()
    manifest = json.loads(other[bundle.MANIFEST])
    bag.files |= {each["file"]: other[each["file"]] for each in manifest["files"] + manifest["tags"]}
    bag.files[bundle.MANIFEST] = other[bundle.MANIFEST]
    bag.fit_bag()
    bag.unstamp()


@tampering("L9", BROKEN, "bundle.malformed", bundle.MANIFEST)
def a_manifest_with_a_space_more(bag: Bag) -> None:
    bag.edit(bundle.MANIFEST, b'"counts":', b'"counts": ')


@tampering("L9", BROKEN, "bundle.malformed", bundle.MANIFEST)
def a_manifest_that_says_a_member_twice(bag: Bag) -> None:
    bag.edit(bundle.MANIFEST, b'"counts":', b'"counts":{},"counts":')


@tampering("L9", BROKEN, "bundle.malformed", bundle.MANIFEST)
def a_manifest_with_a_member_that_nobody_knows(bag: Bag) -> None:
    with bag.json(bundle.MANIFEST) as manifest:
        manifest["extra"] = True


@tampering("L9", BROKEN, "bundle.malformed", bundle.MANIFEST)
def bytes_after_the_manifest(bag: Bag) -> None:
    bag.files[bundle.MANIFEST] += b"\n"


@tampering("L9", BROKEN, "bundle.malformed", bundle.MANIFEST)
def a_manifest_of_a_format_to_come(bag: Bag) -> None:
    with bag.json(bundle.MANIFEST) as manifest:
        manifest["format"] = "kuramori-bundle/9"


@tampering("L9", BROKEN, "bundle.entries_unordered", bundle.MANIFEST, 4)
def entries_in_another_order(bag: Bag) -> None:
    with bag.json(bundle.MANIFEST) as manifest:
        manifest["entries"][1:3] = manifest["entries"][2:0:-1]
