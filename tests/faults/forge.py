"""Processes to kill: made in milliseconds by a Python that has Django loaded already (see `worker`)."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from tests.installation import Installation

KILLED = -signal.SIGKILL


class Work:
    """One piece of work under way: how it ended, what it said, and how long it took."""

    def __init__(self, forge: "Forge", pid: int, output: Path) -> None:
        self.forge, self.pid, self.output, self.began = forge, pid, output, monotonic()

    def kill(self) -> int:
        """kill -9; return how it ended: it may have been faster."""
        return self._end("kill")

    def wait(self) -> int:
        return self._end("wait")

    def _end(self, how: str) -> int:
        self.forge.say(how)
        code = int(self.forge.answer())
        self.seconds = monotonic() - self.began
        return code

    @property
    def said(self) -> list[str]:
        """Return the whole lines that were said; a line cut by the kill was not said."""
        return [line for line in self.output.read_text().split("\n")[:-1] if line]


class Forge:
    """Starts pieces of work on an installation, one at a time."""

    def __init__(self, here: Installation, folder: Path, env: dict[str, str] | None = None) -> None:
        self.here, self.folder, self.count = here, folder, 0
        self.process = here.start("-m", "tests.faults.worker", stdin=-1, env={**SETTINGS, **(env or {})})

    def start(self, name: str, *words: object) -> Work:
        self.count += 1
        output = self.folder / f"{self.process.pid}-{self.count}.out"
        output.touch()
        self.say(json.dumps([name, [str(word) for word in words], str(output)]))
        return Work(self, int(self.answer()), output)

    def run(self, name: str, *words: object) -> Work:
        """Let a piece of work come to its own end, which must be a good one."""
        work = self.start(name, *words)
        code = work.wait()
        assert code == 0, (name, words, code, work.said)
        return work

    def killed(self, name: str, *words: object, after: float) -> Work:
        """Start a piece of work and kill it after so many seconds, unless it is done by then."""
        work = self.start(name, *words)
        sleep(after)
        work.kill()
        return work

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the forge broke"
        return line

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


SETTINGS = {"DJANGO_SETTINGS_MODULE": "kuramori.site.settings"}


@contextmanager
def forge(here: Installation, folder: Path, env: dict[str, str] | None = None) -> Iterator[Forge]:
    made = Forge(here, folder, env)
    try:
        yield made
    finally:
        made.close()
