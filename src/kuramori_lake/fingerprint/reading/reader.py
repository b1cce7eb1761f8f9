"""The parent's side: one child for many files, ended and started anew when a file was too much for it."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

from kuramori_lake.fingerprint.reading.child import ANSWER, REQUEST
from kuramori_lake.fingerprint.reading.limits import LIMITS, Extracted, Part, Problem, Reason

_FILES: Final = 5_000
"""Files that one child reads before a fresh one takes over, so that a slow leak stays small."""
_ANSWER_BYTES: Final = 8 * LIMITS.characters
_PIECE: Final = 1 << 20
_KEPT: Final = ("PATH", "LANG", "LC_ALL")


class Reader:
    """Reads files in a child process. Use in a `with` block; not shared between threads."""

    def __init__(self, *, wall_seconds: float = LIMITS.wall_seconds) -> None:
        """Start nothing yet; `wall_seconds` is what one file may take by the clock."""
        self._wall = wall_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def extract(self, name: str, data: bytes) -> Extracted:
        """The text of one file; whatever the file does to the child, the next one is read by a sound one."""
        if len(data) > LIMITS.file_bytes:
            return _failed(name, Reason.TOO_LARGE)
        if self._read >= _FILES:
            self._end()
        child = self._child = self._child or _started()
        self._read += 1
        try:
            return decoded(json.loads(_asked(child, name, data, time.monotonic() + self._wall)))
        except TimeoutError:
            self._end()
            return _failed(name, Reason.TOO_SLOW)
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            reason = Reason.TOO_SLOW if _ran_out_of_time(child) else Reason.CRASHED
            self._end()
            return _failed(name, reason)

    def _end(self) -> None:
        child, self._child, self._read = self._child, None, 0
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        child.wait()


def _started() -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    child = subprocess.Popen(  # our own module, no input in the command
        [sys.executable, "-P", "-m", "kuramori_lake.fingerprint.reading.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=environment,
        cwd="/",
    )
    if child.stdin is not None:
        os.set_blocking(child.stdin.fileno(), False)
    return child


def _asked(child: subprocess.Popen[bytes], name: str, data: bytes, until: float) -> bytes:
    """The child's answer.

    Raises:
        TimeoutError: none in time.
        OSError, EOFError: the child is gone, or answers more than it may.
    """
    if child.stdin is None or child.stdout is None:
        raise EOFError
    label = name.encode("utf-8", "replace")
    _give(child.stdin.fileno(), REQUEST.pack(len(label), len(data)) + label, until)
    _give(child.stdin.fileno(), data, until)
    (size,) = ANSWER.unpack(_taken(child.stdout.fileno(), ANSWER.size, until))
    if size > _ANSWER_BYTES:
        raise EOFError
    return _taken(child.stdout.fileno(), size, until)


def _give(pipe: int, data: bytes, until: float) -> None:
    left = memoryview(data)
    while left:
        _wait(pipe, select.POLLOUT, until)
        left = left[os.write(pipe, left) :]


def _taken(pipe: int, size: int, until: float) -> bytes:
    found = bytearray()
    while len(found) < size:
        _wait(pipe, select.POLLIN, until)
        piece = os.read(pipe, min(size - len(found), _PIECE))
        if not piece:
            raise EOFError
        found += piece
    return bytes(found)


def _wait(pipe: int, ready: int, until: float) -> None:
    # not select(): it refuses descriptors above 1,023, which a busy server has
    waiting = select.poll()
    waiting.register(pipe, ready)
    left = until - time.monotonic()
    if left <= 0 or not waiting.poll(left * 1000):
        raise TimeoutError


def _ran_out_of_time(child: subprocess.Popen[bytes]) -> bool:
    """Whether the system ended the child for its processor time (SIGXCPU)."""
    try:
        return child.wait(timeout=0.2) == -signal.SIGXCPU
    except subprocess.TimeoutExpired:
        return False


def _failed(name: str, reason: Reason) -> Extracted:
    return Extracted(problems=(Problem(name=name, reason=reason),))


def decoded(answer: Mapping[str, Any]) -> Extracted:
    """An answer of the child; it may come from a child that a file has taken over, so nothing of it is trusted."""
    return Extracted(
        parts=tuple(Part(name=str(one["name"]), text=str(one["text"])) for one in answer["parts"]),
        problems=tuple(Problem(name=str(one["name"]), reason=Reason(one["reason"])) for one in answer["problems"]),
        mail={str(key): str(value) for key, value in answer["mail"].items()},
    )
