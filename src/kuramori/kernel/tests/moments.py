"""What may happen at any moment, made to happen at one: a death, somebody faster, a full disk. Nothing is replaced.

The interpreter tells of each function that begins, as it tells a profiler; coverage is measured on.
"""

import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest


class Killed(BaseException):
    """The process would have died here; nothing of ours may catch it."""


@contextmanager
def just_before(function: Callable[..., Any], do: Callable[[], object], *, times: int = 1) -> Iterator[None]:
    """Do something at the moment when a function of ours begins, so many times; what it raises comes out there."""
    code, left = function.__code__, times

    def told(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal left
        if event == "call" and frame.f_code is code and left:
            left -= 1
            do()

    before = sys.getprofile()
    sys.setprofile(told)
    try:
        yield
    finally:
        sys.setprofile(before)
        assert left < times, f"{function.__qualname__} never began"


@contextmanager
def killed_at(function: Callable[..., Any]) -> Iterator[None]:
    """Die when a function begins, and go on after the block as the next process would."""

    def die() -> None:
        raise Killed

    with pytest.raises(Killed), just_before(function, die):
        yield


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes: the system refuses the write, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
