"""A disk that answers EIO: refused in words, nothing said is lost, and well again it goes on by itself (L6)."""

import errno
import os
import random

import pytest

from tests.faults.power.campaign import KINDS
from tests.faults.power.failing import CAN, GROUPS, MANY, failing
from tests.faults.power.failures import failure, failures

SEED = 20261123
pytestmark = pytest.mark.skipif(not CAN, reason="lets system calls fail on x86-64 alone")


def attempt(do):
    """Return 0, or the number of the error that came out."""
    try:
        do()
    except OSError as error:
        return error.errno or 0
    return 0


@pytest.mark.parametrize("group", GROUPS)
def test_the_chosen_calls_fail_and_no_others_and_do_nothing(tmp_path, group):
    inside, outside = tmp_path / "data", tmp_path / "other"
    inside.mkdir()
    outside.mkdir()
    told = tmp_path / "told"

    def calls(folder):
        name = folder / "file"
        handle = os.open(name, os.O_CREAT | os.O_WRONLY)
        moved = name.with_suffix(".new")

        def move():
            name.rename(moved)
            moved.replace(name)

        return {"write": lambda: os.write(handle, b"x"), "flush": lambda: os.fsync(handle), "move": move}

    def work():
        ours, others = calls(inside), calls(outside)
        found = [attempt(ours[group]) for _time in range(3)] + [attempt(others[group])]
        found += [attempt(do) for name, do in ours.items() if name != group]
        told.write_text(" ".join(map(str, found)))
        return 0

    assert failing(work, inside, group, 1, 1) >= 3
    numbers = [int(each) for each in told.read_text().split()]
    assert numbers.count(errno.EIO) == 1
    assert errno.EIO in numbers[:3]
    assert numbers[3:] == [0, 0, 0]
    assert failing(work, inside, group, 0, MANY) >= 3
    assert [int(each) for each in told.read_text().split()][:4] == [errno.EIO] * 3 + [0]


def test_an_act_whose_flush_fails_was_not_said_and_the_next_one_is_done(ground):
    point = failure(ground, "append", "flush", 1, random.Random(SEED))  # noqa: S311  (moments, not keys)
    assert (point.findings, point.calls > 0, point.said > 0) == ([], True, True), point.text


@pytest.mark.faults
def test_each_kind_of_work_meets_each_failing_call(ground):
    done = list(failures(ground, "", range(len(KINDS) * len(GROUPS)), SEED))
    assert [(point.text, point.findings) for point in done if point.findings] == []
