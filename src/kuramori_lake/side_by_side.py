"""Parts of a file worked on by two threads at once, their results in the order of the parts."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

THREADS: Final = 2

Part = TypeVar("Part")
Found = TypeVar("Found")


def side_by_side(function: Callable[[Part], Found], parts: Iterable[Part]) -> Iterator[Found]:
    """What the function makes of each part, in their order; the next ones are being made while one is used.

    For functions that spend their time outside the interpreter's lock. At most one part more than there are threads is
    in memory. An error comes in the place of its part's result; when it or the caller ends the work, no part is begun.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        coming: deque[Future[Found]] = deque()
        try:
            for part in parts:
                coming.append(pool.submit(function, part))
                if len(coming) > THREADS:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
