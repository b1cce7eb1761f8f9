"""The server starts only what may start, and ends what it started (O1, O2). `tests/faults` kills the real one."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import OperationalError

from kuramori.site import cli, server
from kuramori.site.commands import demo as demo_command
from kuramori.site.commands import serve as serve_command
from kuramori.site.terminal import Exit


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def free() -> int:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port: int = other.getsockname()[1]
    return port


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was given to the server to serve; it serves nothing."""
    given: list[dict[str, Any]] = []
    for command in (serve_command, demo_command):
        monkeypatch.setattr(command, "serve", lambda **words: given.append(words))
    return given


def program(folder: Path, lines: str) -> str:
    """A program that stands where Python would, so that the child is a real process but starts at once."""
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o700)
    return str(path)


@pytest.mark.django_db
def test_a_whole_installation_may_serve() -> None:
    assert server.refusals() == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CommandError("unapplied"), "kuramori migrate"),
        (SystemExit(1), "kuramori migrate"),
        (OperationalError("connection refused"), "The database does not answer: connection refused."),
    ],
)
@pytest.mark.django_db
def test_what_keeps_it_from_serving_is_said_with_the_remedy(
    error: BaseException, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_words: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr(server, "call_command", fail)
    assert [said in reason for reason in server.refusals()] == [True]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104  (asked, not opened)
def test_a_port_on_which_somebody_listens_is_taken(taken: int, free: int, host: str) -> None:
    assert server.is_taken(host, taken)
    assert not server.is_taken(host, free)


def test_an_address_that_is_not_of_this_machine_cannot_be_listened_on(free: int) -> None:
    assert server.is_taken("192.0.2.1", free), "RFC 5737: an address of nobody"


@pytest.mark.django_db
@pytest.mark.parametrize("command", [["serve"], ["demo", "--no-browser"]], ids=["serve", "demo"])
def test_a_taken_port_ends_the_command_with_words_before_anything_is_done(
    taken: int, served: list[Any], monkeypatch: Any, capsys: Any, command: list[str]
) -> None:
    monkeypatch.setenv("KURAMORI_DEMO", "1")
    monkeypatch.setattr(demo_command, "build", lambda _show: pytest.fail("built although it cannot be served"))
    for language, words in {"ja": "使用中です", "en": "is in use. Choose another one: --port N."}.items():
        monkeypatch.setenv("KURAMORI_LANG", language)
        assert cli.main([*command, "--port", str(taken)]) == Exit.UNAVAILABLE
        said = capsys.readouterr()
        assert (said.out, str(taken) in said.err, words in said.err) == ("", True, True), said.err
    assert served == []


@pytest.mark.django_db
def test_it_serves_where_and_with_as_many_processes_as_it_is_told(free: int, served: list[Any]) -> None:
    assert cli.main(["serve", "--port", str(free), "--workers", "2"]) == Exit.OK
    assert served == [{"host": "127.0.0.1", "port": free, "workers": 2}]


def test_a_demo_is_built_told_of_and_served(free: int, served: list[Any], monkeypatch: Any, capsys: Any) -> None:
    built: list[object] = []
    monkeypatch.setenv("KURAMORI_DEMO", "1")
    monkeypatch.setenv("KURAMORI_LANG", "en")
    monkeypatch.setattr(demo_command, "build", built.append)
    assert cli.main(["demo", "--build-only", "--port", str(free)]) == Exit.OK
    assert (len(built), served) == (1, [])
    assert cli.main(["demo", "--no-browser", "--port", str(free)]) == Exit.OK
    assert (len(built), served) == (2, [{"host": "127.0.0.1", "port": free}])
    assert f"http://localhost:{free}/demo/" in capsys.readouterr().out


def test_a_browser_is_sent_to_the_demo_unless_it_was_told_not_to(
    free: int, served: list[Any], monkeypatch: Any
) -> None:
    timers: list[Any] = []

    class Later:
        def __init__(self, after: float, _do: object, words: list[str]) -> None:
            timers.append((after, words))

        def start(self) -> None:
            timers.append("started")

    monkeypatch.setenv("KURAMORI_DEMO", "1")
    monkeypatch.setattr(demo_command, "build", lambda _show: None)
    monkeypatch.setattr(demo_command, "Timer", Later)
    cli.main(["demo", "--port", str(free)])
    assert timers == [(demo_command.OPEN_AFTER, [f"http://localhost:{free}/demo/"]), "started"]


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """Where a child says that it runs; who reads it waits for that."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_while_pages_are_served_a_child_works_and_ends_with_them(tmp_path: Path, pipe: Path, monkeypatch: Any) -> None:
    served: dict[str, Any] = {}

    class Granian:
        def __init__(self, target: str, **words: Any) -> None:
            served.update(words, target=target)

        def serve(self) -> None:
            served["child"] = pipe.read_text().split()

    monkeypatch.setattr(sys, "executable", program(tmp_path, f'echo "$@" > {pipe}; exec sleep 60'))
    monkeypatch.setattr(server, "Granian", Granian)
    monkeypatch.setenv("KURAMORI_SERVER_PID", "to be restored")
    server.serve(host="127.0.0.1", port=8000)
    assert (served["target"], served["port"], served["workers"]) == ("kuramori.site.wsgi:application", 8000, 1)
    assert served["child"] == ["-m", "kuramori", "work", "--parent", str(os.getpid())]
    assert os.environ["KURAMORI_SERVER_PID"] == str(os.getpid()), "by it a web process knows whom to end with"


def test_a_child_that_does_not_listen_is_ended_by_force(tmp_path: Path, pipe: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(server, "PATIENCE", 0.1)
    monkeypatch.setattr(sys, "executable", program(tmp_path, f"trap '' TERM; echo $$ > {pipe}; exec sleep 60"))
    with server._working_child():
        child = int(pipe.read_text())
        os.kill(child, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
