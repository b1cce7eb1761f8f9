"""A clock that jumps changes no order: places follow the writing, and the check names whom the clock dates back."""

from tests.faults.test_killed_ledger import numbers_stand

NEAR, FAR = 0.1, 1.0  # hours: within the check's tolerance of ten minutes, and beyond


def test_a_clock_that_is_set_by_minutes_is_no_finding(here, smithy):
    stepped(here, smithy, -NEAR)
    stepped(here, smithy, NEAR)
    assert smithy.run("check").said == []


def test_after_an_hour_back_each_act_of_that_hour_is_named(here, smithy):
    there, during, _after = stepped(here, smithy, -FAR)
    assert named(smithy) == [("back_dated", str(there + place)) for place in range(during)]


def test_after_an_hour_ahead_each_act_of_the_true_hour_is_named(here, smithy):
    there, during, after = stepped(here, smithy, FAR)
    assert named(smithy) == [("back_dated", str(there + during + place)) for place in range(after)]


def stepped(here, smithy, hours: float) -> tuple[int, int, int]:
    """Act while the clock is right, off, and right again; return how many acts there were before, during and after."""
    smithy.run("write", 0, 4)
    before = here.count("kernel_entry")
    smithy.run("write_at", hours, 100, 4)
    smithy.run("seal")
    smithy.run("write", 200, 4)
    smithy.run("seal")
    assert numbers_stand(here), "places follow the order of writing, whatever the clock said"
    moments = [at for (at,) in here.ask("SELECT at FROM kernel_entry ORDER BY seq")]
    assert moments != sorted(moments), "the clock did jump"
    return before, 4, 4


def named(smithy) -> list[tuple[str, str]]:
    """Check the ledger; return what it names, and at which place."""
    work = smithy.start("check")
    assert work.wait() == 1
    return [(line.split()[0], line.split()[1]) for line in work.said]
