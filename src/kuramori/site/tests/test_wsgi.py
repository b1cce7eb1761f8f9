"""What the web server runs: it answers, and a web process does not outlive its server (O3)."""

import os
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from kuramori.site import wsgi


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"), [("/alive/", "200 OK"), ("/gone/", "404 Not Found"), ("/inbox/", "302 Found")]
)
def test_the_application_answers(path: str, status: str) -> None:
    environ: dict[str, Any] = {"PATH_INFO": path, "wsgi.input": BytesIO()}
    setup_testing_defaults(environ)
    environ["HTTP_HOST"] = "localhost"
    said: list[str] = []
    answer = wsgi.application(environ, lambda line, _headers, _info=None: said.append(line))
    answer.close()
    assert said == [status]


def test_a_web_process_ends_when_its_server_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[int] = []
    looks = iter([os.getpid(), os.getpid(), 1])
    monkeypatch.setattr(wsgi.os, "getppid", lambda: next(looks))
    monkeypatch.setattr(wsgi.os, "_exit", ends.append)
    monkeypatch.setattr(wsgi, "LOOK_EVERY", 0)
    wsgi._end_with(os.getpid())
    assert (ends, list(looks)) == ([1], []), "it looked until its server was gone, then ended at once"
