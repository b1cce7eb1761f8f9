"""kill -9 while acts stream into the ledger and while it is numbered and signed: nothing said is lost or doubled."""

from tests.faults.conftest import KILLS
from tests.faults.forge import KILLED, forge
from tests.faults.test_killed_import import is_whole

MOST = 0.35  # seconds from start to kill


@KILLS
def test_no_act_that_was_said_is_lost_and_none_is_there_twice(here, smithy, chance, tmp_path, kills):
    start, said = here.count("kernel_entry"), []
    with forge(here, tmp_path) as other:
        for _kill in range(kills):
            numbering = other.start("number_and_seal", 60)
            writing = smithy.killed("write", len(said), 10_000, after=chance.uniform(0.02, MOST))
            assert numbering.kill() == KILLED
            said += [int(line) for line in writing.said]
            assert numbers_stand(here), "places are a beginning of the entries, without a hole"
            there = here.count("kernel_entry") - start
            assert there - len(said) in {0, 1}, "the last act may be in without having been said"
            said = list(range(there))
    assert said, "something was written at all"
    is_whole(here, smithy)


@KILLS
def test_a_killed_signer_leaves_heads_that_all_fit(here, smithy, chance, kills):
    for number in range(kills):
        smithy.run("write", number * 5, 5)
        smithy.killed("seal", after=chance.uniform(0.0, 0.12))
        assert (here.data / "heads").is_dir() or here.count("evidence_checkpoint") <= 1
    is_whole(here, smithy)
    assert len(list((here.data / "keys").glob("*.pem"))) == 1, "one key, made once"


def numbers_stand(here) -> bool:
    """Whether the numbered entries are exactly the first ones, and the rest waits."""
    numbered = here.ask('SELECT "index", entry_id FROM evidence_leaf ORDER BY "index"')
    waiting = here.ask("SELECT entry_id FROM kernel_unsequenced ORDER BY entry_id")
    entries = [seq for (seq,) in here.ask("SELECT seq FROM kernel_entry ORDER BY seq")]
    in_order = [index for index, _entry in numbered] == list(range(len(numbered)))
    return in_order and [entry for _index, entry in numbered] + [entry for (entry,) in waiting] == entries
