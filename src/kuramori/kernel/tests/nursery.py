"""A process with everything imported and nothing opened, which forks for each job: who kills need not wait for Python.

A start of Python with all rooms takes seconds, a fork none; and a killed fork is as dead as any other process.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, Self

import django


class Nursery:
    """Starts jobs over the data in a folder, one at a time; `apart` is a folder for what they say and are told."""

    def __init__(self, data: Path, apart: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "KURAMORI_"))}
        environment = kept | {
            "DJANGO_SETTINGS_MODULE": "kuramori.site.settings",
            "KURAMORI_DATA": str(data),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        self._apart = apart
        self._out = apart / "out"
        os.mkfifo(self._out)
        command = [sys.executable, "-m", "kuramori.kernel.tests.nursery"]
        self._server = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.communicate()

    def start(self, function: str, told: str = "") -> "Job":
        """Begin a function, named `package.module:function`, in a process of its own that reads `told`."""
        (self._apart / "in").write_text(told, encoding="utf-8")
        names = {name: str(self._apart / name) for name in ("in", "out", "err")}
        return Job(self, int(self._asks(json.dumps(names | {"function": function}))), self._out)

    def run(self, function: str, told: str = "") -> str:
        """Run a function to its end and return what it said; fails with its complaint when it failed."""
        said, status = self.start(function, told).ended()
        assert status == 0, (self._apart / "err").read_text(encoding="utf-8")
        return said

    def status(self) -> int:
        """Wait for the job that runs and return how it ended: its exit code, a signal with a minus."""
        return int(self._asks(""))

    def _asks(self, line: str) -> str:
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(line + "\n")
        self._server.stdin.flush()
        return self._server.stdout.readline()


class Job:
    """A process of the nursery; it stays known until its end was asked for, so a kill never meets a stranger."""

    def __init__(self, nursery: Nursery, pid: int, out: Path) -> None:
        self._nursery, self._pid = nursery, pid
        self.says = out.open(encoding="utf-8")

    def kill(self) -> None:
        """Send SIGKILL."""
        os.kill(self._pid, signal.SIGKILL)

    def ended(self) -> tuple[str, int]:
        """Return what is left of what it said, and how it ended."""
        with self.says:
            said = self.says.read()
        return said, self._nursery.status()


def serve() -> None:
    """Read jobs, a line each; tell the process id of each, and after an empty line how it ended."""
    django.setup()
    pid = 0
    for line in iter(sys.stdin.readline, ""):
        if line.strip():
            job = json.loads(line)
            module, _, name = job["function"].partition(":")
            function = getattr(import_module(module), name)
            if (pid := os.fork()) == 0:
                _become(job, function)
            _tell(pid)
        else:
            _tell(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _become(job: dict[str, str], function: Any) -> NoReturn:
    """Do a job in a fork, with streams of its own, and go without a word to whatever the parent keeps."""
    status = 1
    try:
        for stream, (name, flags) in enumerate(
            {"in": os.O_RDONLY, "out": os.O_WRONLY, "err": os.O_WRONLY | os.O_CREAT | os.O_TRUNC}.items()
        ):
            os.dup2(os.open(job[name], flags), stream)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - the old one holds the next jobs
        function()
        sys.stdout.flush()
        status = 0
    except BaseException:  # noqa: BLE001 - told to whoever waits
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve()
