"""The power goes at any moment: nothing that was said is lost or there twice, no fork, no hand work (L5; EVD-08).

The small form of `make faults`. The quick run cuts where it is hardest to be right: all is said and done, and the disk
has nothing but what was flushed.
"""

import pytest

from tests.faults.power.campaign import KINDS, points
from tests.faults.power.disk import MANNERS
from tests.faults.power.kills import WHAT, kills

SEED = 20261123
each_kind = pytest.mark.parametrize("kind", KINDS)


@each_kind
def test_all_that_was_said_is_there_though_nothing_is_but_what_was_flushed(ground, kind):
    recording = ground.record(kind)
    point = ground.cut_at(recording, len(recording.calls), "lost")
    assert point.said == len(recording.said(len(recording.calls))) > 0
    assert point.findings == [], point.text


@pytest.mark.faults
@each_kind
def test_cuts_anywhere_are_survived_in_each_manner(ground, kind):
    for point in points(ground, kind, range(len(MANNERS)), SEED):
        assert point.findings == [], point.text


@pytest.mark.faults
def test_the_running_worker_is_killed_during_each_kind_of_work(ground):
    done = list(kills(ground, WHAT, range(len(KINDS)), SEED))
    assert [point.findings for point in done] == [[]] * len(KINDS), [point.text for point in done]


def test_a_database_that_does_not_flush_is_found_out(ground):
    """The campaign can fail: with SQLite's flushes switched off, acts that were said are lost."""
    recording = ground.record("careless")
    point = ground.cut_at(recording, len(recording.calls), "lost")
    assert {each.split(" ")[0] for each in point.findings} == {"lost"}
    assert len(point.findings) >= point.said


def test_a_head_that_went_out_and_was_lost_here_stops_the_signing(ground):
    """And so it can for forks: with flushes off, the witness has a head whose entries are gone; nothing is signed."""
    recording = ground.record("careless_head")
    point = ground.cut_at(recording, len(recording.calls), "lost")
    words = [each.split(" ")[0] for each in point.findings]
    assert "fork" in words
    assert "stuck" in words, "the sequencer refuses, rather than bear witness to two histories (L3)"
    assert any("NotAPrefix" in each for each in point.findings)
