"""Parts worked on by two threads: their order, their errors, and what is begun of them."""

from threading import Barrier, Event

import pytest

from kuramori_lake.side_by_side import THREADS, side_by_side


@pytest.mark.parametrize("parts", [0, 1, 2, 3, 50])
def test_results_come_in_the_order_of_the_parts(parts):
    assert list(side_by_side(lambda part: part * part, range(parts))) == [part * part for part in range(parts)]


def test_a_slow_part_keeps_the_next_ones_waiting_for_their_turn():
    second_is_done = Event()

    def slow_first(part):
        if part == 0:
            assert second_is_done.wait(10)
        if part == 1:
            second_is_done.set()
        return part

    assert list(side_by_side(slow_first, range(5))) == list(range(5))


def test_two_parts_are_worked_on_at_once():
    met = Barrier(THREADS, timeout=10)
    assert len(list(side_by_side(lambda part: met.wait() >= 0, range(2 * THREADS)))) == 2 * THREADS


def test_parts_are_taken_as_they_are_needed():
    """A file is cut while it is read: no more than one part beyond the threads is in memory."""
    taken = []

    def parts():
        for part in range(100):
            taken.append(part)
            yield part

    found = side_by_side(str, parts())
    assert next(found) == "0"
    assert len(taken) == THREADS + 1
    found.close()
    assert len(taken) == THREADS + 1


def test_error_comes_in_its_place_and_nothing_is_begun_after_it():
    begun = []

    def fails(part):
        begun.append(part)
        if part == 2:
            raise OSError("the disk is full")
        return part

    found = side_by_side(fails, range(100))
    assert [next(found), next(found)] == [0, 1]
    with pytest.raises(OSError, match="full"):
        next(found)
    assert max(begun) <= 2 + THREADS
    assert list(found) == []


def test_error_of_the_one_who_cuts_the_parts_is_not_lost():
    def parts():
        yield 1
        raise ValueError("cut short")

    with pytest.raises(ValueError, match="cut short"):
        list(side_by_side(str, parts()))
