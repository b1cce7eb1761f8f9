"""Files that the database speaks of outlive a power cut as it does: logs taken in, keys, backups (L5, I9, O2)."""

import pytest

from tests.faults.forge import forge
from tests.faults.power.campaign import Ground, based, somewhere
from tests.faults.power.disk import MANNERS, image, written
from tests.faults.test_killed_import import is_whole
from tests.faults.test_killed_ingest import INGEST, LINES, TAKEN, is_once, logged, rows


@pytest.mark.parametrize(
    "manners",
    [pytest.param(("lost",), id="lost"), pytest.param(MANNERS * 2, id="all", marks=pytest.mark.faults)],
)
def test_a_log_is_taken_in_once_wherever_the_power_goes(ground, chance, tmp_path, manners):
    here, log = ground.smithy.here, logged(tmp_path / "logs", 0)
    recording = ground.record("command", *INGEST, log)
    for place, manner in enumerate(manners):
        cut = somewhere(recording, chance) if place else len(recording.calls)
        written(image(recording, cut, manner, chance), ground.ground)
        if any(TAKEN in line for line in recording.said(cut)):
            assert rows(here) == LINES, f"acknowledged, then lost: {manner} at {cut}"
        ground.smithy.run("command", *INGEST, log)
        is_once(here, 1)
        is_whole(here, ground.smithy)


def test_a_backup_that_was_said_to_be_made_is_there(ground, chance):
    file = ground.ground / "copy.tar.gz"
    recording = ground.record("command", "backup", file)
    assert file.exists(), recording.said(len(recording.calls))
    made = file.read_bytes()
    written(image(recording, len(recording.calls), "lost", chance), ground.ground)
    assert file.read_bytes() == made


def test_the_key_that_signed_the_first_head_is_there_and_signs_on(pattern, chance, tmp_path):
    """Without it a ledger could not go on: another key may not sign, and none can be brought back."""
    here = pattern.copy(tmp_path / "ground" / "data")
    with forge(here, tmp_path) as smithy:
        bare = based(Ground(tmp_path, smithy))
        recording = bare.record("checkpoint")
        written(image(recording, len(recording.calls), "lost", chance), bare.ground)
        assert bare.judge(recording.said(len(recording.calls))) == []
