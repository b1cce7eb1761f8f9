"""Two processes at the same moment: one of two wins and the other is told; a file is taken in once."""

from contextlib import contextmanager
from time import monotonic, sleep

from tests.faults.forge import forge
from tests.faults.test_killed_import import imports, is_whole, written
from tests.faults.test_killed_ingest import INGEST, is_once, logged
from tests.installation import register_lines

PATIENCE = 300  # seconds until both have read what they need


@contextmanager
def both(smithy, folder, *pieces):
    """Let two pieces of work, each in a process of its own, go on together; yield them, ended, and their codes."""
    meet = folder / "meet"
    with forge(smithy.here, folder) as other:
        works = [each.start(*(meet if word is None else word for word in piece))
                 for each, piece in zip((smithy, other), pieces, strict=True)]  # fmt: skip
        until = monotonic() + PATIENCE
        while not all(work.said[:1] == ["ready"] for work in works):
            assert monotonic() < until, [work.said for work in works]
            sleep(0.01)
        meet.touch()
        yield works, sorted(work.wait() for work in works)


def test_of_two_who_edit_a_secret_one_wins_and_the_other_reads_what_happened(here, smithy, tmp_path):
    smithy.run("command", "import", "secrets", written(tmp_path, register_lines(1, 1)))
    smithy.run("command", "admin", "akari@example.jp", "佐倉 灯里")
    with both(smithy, tmp_path, ("edit", "S-00001", "甲", None), ("edit", "S-00001", "乙", None)) as (works, _codes):
        answers = {title: work.said[-1] for title, work in zip("甲乙", works, strict=True)}
    (winner,) = [title for title, answer in answers.items() if answer.startswith("302")]
    (loser,) = [title for title, answer in answers.items() if answer.startswith("422")]
    assert here.ask("SELECT title FROM register_secret") == [(winner,)]
    assert here.count("kernel_entry", "verb = 'register.secret.edit'") == 1
    told = answers[loser]
    assert "Somebody else changed this record while you were writing." in told
    assert f'value="{loser}"' in told, "what was typed still stands in the form"
    assert winner in told, "and what the other one wrote is shown"
    is_whole(here, smithy)


def test_of_two_who_decide_on_a_request_one_wins_and_the_other_is_told(here, smithy, tmp_path):
    smithy.run("command", "import", "secrets", written(tmp_path, register_lines(1, 1)))
    smithy.run("command", "admin", "akari@example.jp", "佐倉 灯里")
    smithy.run("command", "admin", "chihiro@example.jp", "遠山 千尋")
    (number,) = smithy.run("ask_to_read", "S-00001", "chihiro@example.jp").said
    with both(smithy, tmp_path, ("decide", number, "approve", None), ("decide", number, "refuse", None)) as (works, _):
        answers = [work.said[-1] for work in works]
    won = [answer.startswith("302") for answer in answers]
    assert sorted(won) == [False, True], answers
    told = answers[won.index(False)]
    assert f"{number} has been decided already by" in told
    assert here.count("approvals_vote") == 1
    assert here.count("register_scope", "audience = 'person'") == won[0], "opened by an approval, not by a refusal"
    assert here.count("kernel_entry", "verb IN ('approvals.request.approve', 'approvals.request.refuse')") == 1
    is_whole(here, smithy)


def test_the_same_register_imported_twice_at_once_is_in_once(here, smithy, tmp_path):
    file = written(tmp_path, register_lines(1, 200))
    piece = ("together", None, "import", "secrets", file)
    with both(smithy, tmp_path, piece, piece) as (works, codes):
        told = "\n".join(line for work in works for line in work.said)
    assert codes == [0, 0] or "data changed since this file was checked" in told, told
    assert "Traceback" not in told
    assert here.count("register_secret") == 200
    assert imports(here, "secrets") == 1, told
    is_whole(here, smithy)


def test_the_same_log_ingested_twice_at_once_is_in_once_and_sealed_once(here, smithy, tmp_path):
    logs = tmp_path / "logs"
    for number in range(4):
        logged(logs, number)
    piece = ("together", None, *INGEST, logs)
    with both(smithy, tmp_path, piece, piece) as (works, codes):
        assert codes == [0, 0], [work.said for work in works]
    is_once(here, 4)
    is_whole(here, smithy)
