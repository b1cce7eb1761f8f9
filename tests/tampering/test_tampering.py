"""The campaign: every tampering is found, named with its place, and gives the exit status that the format promises.

The faults are those of the design's campaign: L1 truncation, L2 edits, L3 forks, L4 stolen keys, L5 and L6 machines
that fail, L7 clocks, L8 time stamps, L9 proofs, L10 bundles, L11 digests, L12 erasure, L13 keys.
"""

from collections import Counter

import pytest

from kuramori_verify.cli import verify
from kuramori_verify.messages import FORM, MEANINGS
from kuramori_verify.tests.witnessed import NAME
from tests.tampering import of_bags, of_exports, of_keys, of_proofs, of_tokens, of_zips
from tests.tampering.campaign import ALL, BROKEN, INCOMPLETE, NO_BUNDLE
from tests.tampering.good import BODIES, export_of, good_bundle, head_over, make_sample, pack

CHAPTERS = (of_bags, of_proofs, of_tokens, of_keys, of_exports, of_zips)
LEAST = 45


@pytest.mark.parametrize("tampering", ALL, ids=lambda each: f"{each.fault}-{each.name}".replace(" ", "_"))
def test_a_tampering_is_found_and_named(tampering, tmp_path):
    report = verify(tampering.hand_over(tmp_path), **tampering.given)
    named = {(each["code"], each["file"], each["entry"]) for each in report["findings"]}
    assert (tampering.code, tampering.file, tampering.entry) in named
    assert report["exit"] == tampering.exit
    expected = {BROKEN: "broken", INCOMPLETE: "sound", NO_BUNDLE: "unknown"}[tampering.exit]
    assert report["integrity"] == expected
    assert all(each["ja"] and each["en"] for each in report["findings"])


def test_what_nobody_touched_is_sound(tmp_path):
    """Else a finding could come from the campaign's own bundle, and not from the forger."""
    bag = good_bundle()
    report = verify(bag.write(tmp_path / "good"))
    assert (report["findings"], report["exit"]) == ([], 0)
    assert [each["over"] for each in report["stamps"]] == ["checkpoint", "tag_manifest"]
    assert [(each["size"], each["signer"]) for each in report["witnesses"]] == [(5, NAME)]
    assert verify(pack(make_sample(exhibit=b"another")).write(tmp_path / "other"))["exit"] == 0
    assert verify(export_of(BODIES).write(tmp_path / "export"), older_heads=[head_over(200)])["exit"] == 0


def test_a_forger_who_makes_all_fit_begins_with_what_fits():
    """His tools alone change nothing: what is found afterwards is his doing."""
    bag = good_bundle()
    before = dict(bag.files)
    bag.fit_all()
    assert bag.files == before


def test_the_campaign_is_as_large_as_was_promised():
    names = [each.name for each in ALL]
    assert len(set(names)) == len(names) >= LEAST
    assert all(MEANINGS[each.code].area != FORM or each.exit == NO_BUNDLE for each in ALL)
    assert len(Counter(each.code for each in ALL)) >= LEAST, "many kinds of findings, not one found many times"
