"""Signs of life of a bundle that takes minutes: without one for half a minute another worker takes its job over."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

from kuramori.kernel.jobs import Cancelled

Report = Callable[[int, int], None]
Beat = Callable[[], None]
T = TypeVar("T")


def no_beat() -> None:
    """Tell nobody."""


class Steps:
    """Tells how far a bundle is, and that it goes on; `report` may raise to stop it, up to the act that seals it."""

    def __init__(self, report: Report) -> None:
        self._report, self._last, self._may_stop = report, (0, 0), True

    def __call__(self, done: int, total: int) -> None:
        """Tell how far it is."""
        self._last = (done, total)
        self.beat()

    def beat(self) -> None:
        """Tell that it goes on."""
        if self._may_stop:
            self._report(*self._last)
            return
        with suppress(Cancelled):
            self._report(*self._last)

    def sealed(self) -> None:
        """From now on it is finished even when its owner asks to stop: the act that sealed it stands in the ledger."""
        self._may_stop = False


def beating(items: Iterable[T], beat: Beat) -> Iterator[T]:
    """Yield the items, with a sign of life before each."""
    for each in items:
        beat()
        yield each
