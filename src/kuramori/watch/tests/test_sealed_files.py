"""A log segment that was changed, lost or exchanged after its sealing is found by the nightly check (I9, EVD-08)."""

import hashlib

from kuramori.evidence.api import Damage, ledger_check
from kuramori.watch.bundle_events import SEALED_SEGMENTS, sealed_segments
from kuramori.watch.lake import folder, lake


def found():
    return [(each.damage, each.index is not None, each.detail) for each in ledger_check().found]


def test_sealed_segments_are_compared_with_the_acts_that_sealed_them(read_log, company):
    (segment,) = sealed_segments()
    assert hashlib.sha256(segment.path.read_bytes()).hexdigest() == segment.sha256
    assert found() == []
    whole = segment.path.read_bytes()
    segment.path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert found() == [(Damage.FILE_DIFFERS, False, segment.path.name)]
    segment.path.unlink()
    assert found() == [(Damage.FILE_MISSING, False, segment.path.name)]


def test_a_segment_exchanged_together_with_its_digest_still_differs_from_the_act(read_log, company):
    (segment,) = sealed_segments()
    segment.path.write_bytes(b"another")
    with lake() as found_lake:
        found_lake.manifest.db.execute("UPDATE segment SET sha256 = ?", [hashlib.sha256(b"another").hexdigest()])
        found_lake.manifest.db.commit()
    assert found() == [(Damage.FILE_UNSEALED, False, segment.path.name)]


def test_without_a_lake_there_is_nothing_to_compare(company):
    assert list(SEALED_SEGMENTS.files()) == []
    assert not folder().exists(), "looking must not make one"
