"""Commands speak to people and to scripts: progress only where somebody watches, results only on stdout."""

import io
import json
from datetime import date
from types import SimpleNamespace

import pytest

from kuramori.site import terminal
from kuramori.site.terminal import Progress, complain, progress, say, say_json


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch) -> Screen:
    shown = Screen()
    monkeypatch.setattr(terminal, "sys", SimpleNamespace(stderr=shown))
    return shown


def test_in_a_pipe_progress_is_silent(monkeypatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(terminal, "sys", SimpleNamespace(stderr=pipe))
    with progress("reading") as step:
        step(1, 2)
        step(2, 2)
    assert pipe.getvalue() == ""


def test_on_a_terminal_it_ends_with_its_duration(screen: Screen) -> None:
    with progress("reading") as step:
        step(2, 2)
    assert "reading 100%" in screen.getvalue()
    assert screen.getvalue().rstrip().endswith(" s)")


def test_it_is_not_drawn_more_than_five_times_a_second_but_the_end_always_is(screen: Screen, monkeypatch) -> None:
    moments = iter([10.0, 10.05, 10.1, 10.3, 10.31])
    monkeypatch.setattr(terminal.time, "monotonic", lambda: next(moments))
    line = Progress("reading")
    for done in (1, 2, 3, 4, 5):
        line(done, 5)
    assert [part.strip() for part in screen.getvalue().split("\r\x1b[K") if part] == [
        "reading  20%",
        "reading  80%",
        "reading 100%",
    ]


def test_without_a_total_it_counts(screen: Screen) -> None:
    Progress("reading")(12_345)
    assert "12,345" in screen.getvalue()


def test_results_go_to_stdout_and_complaints_to_stderr(capsys) -> None:
    say("result")
    complain("trouble")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("result\n", "trouble\n")


def test_json_is_one_line_with_its_letters_and_sorted(capsys) -> None:
    say_json({"名": "蔵守", "at": date(2026, 11, 20)})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "蔵守" in out
    assert json.loads(out) == {"at": "2026-11-20", "名": "蔵守"}


def test_progress_is_closed_also_when_the_work_fails(screen: Screen) -> None:
    with pytest.raises(ZeroDivisionError), progress("reading"):
        raise ZeroDivisionError
    assert screen.getvalue().endswith(" s)\n")
