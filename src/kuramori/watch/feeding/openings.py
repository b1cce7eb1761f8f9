"""Pages of secrets that are opened or handed out: noted beside the ledger, only while the feed is on.

An opening is no act: nothing changes, and an entry for each would keep for good what a charter lets one keep for
months. It goes into a file here, from there into the lake with its terms, and the file goes away.
"""

import fcntl
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from shutil import rmtree
from typing import Any, Final
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.timezone import now

from kuramori.kernel.ids import uuid7
from kuramori.kernel.pages import ViewedRequest
from kuramori.kernel.registers.list_views import Listing
from kuramori.kernel.room import rooms
from kuramori.watch.feeding.deeds import PAGES, TOLD_KIND
from kuramori.watch.feeding.lines import Deed
from kuramori_lake.event import Activity

LOCK: Final = "lock"
WRITTEN: Final = "now.jsonl"
A_LINE: Final = 1_000
"""Secrets of one line: a list of a million that is handed out is a thousand lines, never one in memory."""
log = logging.getLogger(__name__)


def spool() -> Path:
    """Return the folder of what the lake does not know yet; it is there only while the feed is on."""
    return Path(settings.DATA) / "own-acts"


def spool_open() -> None:
    """Begin to note openings."""
    spool().mkdir(mode=0o700, parents=True, exist_ok=True)


def spool_close() -> None:
    """Note none any more, and throw away what was not told: nobody agreed to it."""
    rmtree(spool(), ignore_errors=True)


class OpeningsMiddleware:
    """Notes which pages of secrets were really shown to whom; off, it costs one look for a folder."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: ViewedRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        activity = PAGES.get(match.view_name) if match else None
        if activity is None or not _is_shown(request, response, activity) or not spool().is_dir():
            return response
        try:
            _note(request, activity)
        except OSError:  # a full disk takes nobody's page away: acts are refused already, and the silence is seen
            log.exception("an opening of %s could not be noted", request.path)
        return response


def _is_shown(request: HttpRequest, response: HttpResponseBase, activity: Activity) -> bool:
    is_asked = activity == Activity.DOWNLOAD or request.method == "GET"
    return is_asked and response.status_code == 200  # noqa: PLR2004  (HTTP)


def _note(request: ViewedRequest, activity: Activity) -> None:
    person, match = request.viewer.person_id, request.resolver_match
    if person is None or match is None:
        return
    secrets = iter(_secrets(request, match.kwargs))
    while some := list(islice(secrets, A_LINE)):
        line = {
            "id": uuid7(), "at": now(), "verb": match.view_name, "activity": activity, "person": person, "secrets": some
        }  # fmt: skip
        with _locked(), (spool() / WRITTEN).open("ab") as file:
            file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def _secrets(request: ViewedRequest, kwargs: dict[str, Any]) -> Iterable[UUID]:
    """Return the one secret that the page is about, or those of the list that was handed out."""
    if "pk" in kwargs:
        return [kwargs["pk"]]
    register = next(each for room in rooms() for each in room.registers if each.model.record_kind() == TOLD_KIND)
    rows, _words = Listing(register=register, viewer=request.viewer, query=request.GET).found()
    return rows.order_by().values_list("pk", flat=True).iterator(chunk_size=A_LINE)


@contextmanager
def _locked() -> Iterator[None]:
    """Hold the spool: no line is written into a file that has just been put aside."""
    with (spool() / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def put_aside() -> list[Path]:
    """Return the files to tell the lake, oldest first: what was written since, and what a killed run left behind."""
    with _locked():
        written = spool() / WRITTEN
        if written.exists():
            written.rename(spool() / f"{uuid7()}.jsonl")
    return sorted(path for path in spool().glob("*.jsonl") if path.name != WRITTEN)


def deeds_of(path: Path) -> Iterator[Deed]:
    """Yield the openings in a file; a line that a power cut left half written is none."""
    with path.open("rb") as file:
        for line in file:
            try:
                told = orjson.loads(line)
            except orjson.JSONDecodeError:
                log.warning("a line of %s was cut off", path.name)
                continue
            yield Deed(
                id=told["id"], at=datetime.fromisoformat(told["at"]), verb=told["verb"], activity=told["activity"],
                person=UUID(told["person"]), secrets=told["secrets"],
            )  # fmt: skip
