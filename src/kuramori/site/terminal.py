"""How commands speak: progress on a terminal and none in a pipe, results as text or JSON, exit codes for scripts."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

EVERY = 0.2  # seconds between two drawings of the progress line


class Exit(IntEnum):
    """What a script can rely on."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    UNAVAILABLE = 3


def say(text: str) -> None:
    """Write a line of result."""
    print(text)  # noqa: T201  (this is where the command line speaks)


def complain(text: str) -> None:
    """Write a line to people, apart from the results."""
    print(text, file=sys.stderr)  # noqa: T201


def say_json(value: Any) -> None:
    """Write a result for a program: one JSON document."""
    say(json.dumps(value, ensure_ascii=False, indent=None, sort_keys=True, default=str))


class Progress:
    """One line that grows; silent where nobody watches."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.is_shown = sys.stderr.isatty()
        self.last = 0.0

    def __call__(self, done: int, total: int | None = None, words: str = "") -> None:
        """Draw how far the work is, at most five times a second."""
        moment = time.monotonic()
        if not self.is_shown or (moment - self.last < EVERY and done != total):
            return
        self.last = moment
        share = f"{done / total:4.0%}" if total else f"{done:,}"
        sys.stderr.write(f"\r\x1b[K{self.title} {share} {words}".rstrip())
        sys.stderr.flush()


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Show the progress of one piece of work, with its duration at the end."""
    line, began = Progress(title), time.monotonic()
    line(0)
    try:
        yield line
    finally:
        if line.is_shown:
            sys.stderr.write(f"\r\x1b[K{title} ({time.monotonic() - began:.1f} s)\n")
            sys.stderr.flush()
