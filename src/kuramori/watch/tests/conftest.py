"""The small company with a lake of its own, a secret on a file server, and what a detection may find."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from kuramori.directory.acts.people import identity_add, notice_receive
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import FOUNDED, NOON, Company
from kuramori.governance.api import Level, scheme_install
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.registers.tests.suite import SIGN_IN, Acting
from kuramori.register.api import Secret, secret_add
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.acts.settings import charter_add, source_add
from kuramori.watch.api import ingest
from kuramori.watch.context import context_sync
from kuramori.watch.lake import lake
from kuramori.watch.models import Alert, LogSource
from kuramori.watch.reasons import reasons_text
from kuramori_lake import sources
from kuramori_lake.detect import Code, Reason
from kuramori_lake.detect.tests.deeds_made import DEEDS, lines

SHARE, PATH = r"\\fs01\zairyo", "/srv/samba/zairyo"
LINE = (
    "<173>Nov 19 {clock} smbd_audit: 2026/11/19 {clock}|{who}|10.1.4.7|pc7|zairyo|create_file|ok|0x120089|file|open|"
    "{path}\n"
)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def company(db: None) -> Company:
    here = Company()
    here.give(here.daichi, Role.SECURITY_ANALYST)
    for person in (here.akari, here.botan, here.chihiro):
        account = person.romaji.split()[0].lower()
        identity_add(person=person, namespace="ad", value=account, starts_on=FOUNDED, by=SYSTEM)
    return here


@pytest.fixture
def levels(db: None) -> dict[str, Level]:
    return {level.code: level for level in scheme_install(scheme="four", by=SYSTEM)}


@pytest.fixture
def secret(company: Company, levels: dict[str, Level]) -> Secret:
    return secret_add(
        number="S-0001",
        title="電解液の配合比",
        keeper=company.akari,
        unit=company.materials,
        level=levels["top"],
        tier="a",
        identified_on=date(2026, 4, 1),
        places=[{"kind": "path", "text": rf"{SHARE}\配合"}],
        by=actor_of(company.akari),
    )


@pytest.fixture
def source(company: Company) -> LogSource:
    return source_add(
        name="材料サーバ", kind="samba", instance="fs01", site=company.tokyo, shares=[[SHARE, PATH]], by=SYSTEM
    )


@pytest.fixture
def charter(company: Company) -> Any:
    return charter_add(**charter_words(company), by=SYSTEM)


def charter_words(company: Company, **words: Any) -> dict[str, Any]:
    """What a charter says under which one person may have a name shown; words change it."""
    plain = {
        "site": company.tokyo,
        "purpose": "営業秘密の漏えいの発見",
        "responsible": company.akari,
        "rules": "検知担当だけが仮名で見る",
        "noticed_on": date(2026, 3, 1),
        "valid_from": date(2026, 4, 1),
        "names_by_two": False,
    }
    return plain | words


@pytest.fixture
def log(tmp_path: Path) -> Callable[..., Path]:
    """Write a Samba log: who opened which file below the share, a minute apart from nine in the morning."""

    def write(*opened: tuple[str, str], name: str = "audit.log") -> Path:
        path = tmp_path / name
        lines = [
            LINE.format(clock=f"09:{n // 60:02d}:{n % 60:02d}", who=who, path=f"{PATH}/{file}")
            for n, (who, file) in enumerate(opened)
        ]
        path.write_text("".join(lines), encoding="utf-8")
        return path

    return write


def bulk_read() -> Reason:
    return Reason(
        code=Code.BULK_READ,
        strength=0.9,
        numbers={
            "own_now": 1240,
            "days": 2,
            "busiest_day": "2026-11-18",
            "busiest_day_count": 800,
            "own_usual": 31.0,
            "own_days": 40,
            "peer_usual": 40.0,
            "peer_n": 12,
            "peer_group": "role",
            "z_own": 5.2,
            "z_peer": 4.8,
        },
        query="SELECT 1240 AS own_now",
        parameters={},
    )


@pytest.fixture
def found(company: Company) -> Callable[..., Found]:
    """A finding about Chihiro; words change it."""

    def one(**words: Any) -> Found:
        plain: dict[str, Any] = {
            "key": "k1",
            "person_id": company.chihiro.pk,
            "unit_id": company.sales.pk,
            "since": date(2026, 11, 17),
            "until": date(2026, 11, 19),
            "as_of": date(2026, 11, 19),
            "queue": "everybody",
            "severity": "high",
            "score": Decimal("82.5"),
            "channels": ("removable",),
            "reasons": reasons_text([bulk_read()]),
            "secrets": {},
        }
        return Found(**(plain | words))

    return one


@pytest.fixture
def alert(found: Callable[..., Found], secret: Secret, charter: Any) -> Alert:
    return alerts_keep(findings=[found(secrets={secret.pk: 212})], as_of=date(2026, 11, 19))[0]


@pytest.fixture
def visit(settings: Any, client: Client) -> Any:
    """Open a page as a viewer, in his language."""
    mine = "kuramori.kernel.registers.tests.suite.Acting"
    settings.MIDDLEWARE = [mine if each == SIGN_IN else each for each in settings.MIDDLEWARE]

    def go(viewer: Viewer, name: str, *args: Any, data: Any = None, **query: str) -> Any:
        Acting.viewer = viewer
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = viewer.language
        address = reverse(f"watch:{name}", args=args)
        return client.get(address, query) if data is None else client.post(address, data)

    yield go
    Acting.viewer = None


@pytest.fixture
def opens(visit: Any, client: Client) -> Callable[..., Any]:
    """Open a page of the register as a viewer, or post to it; what is handed out is taken."""

    def go(viewer: Viewer, name: str, *args: Any, post: Any = None, query: str = "") -> Any:
        Acting.viewer = viewer
        address = reverse(f"register:{name}", args=args) + query
        answer = client.get(address) if post is None else client.post(address, post)
        if answer.streaming:
            answer.getvalue()
        return answer

    return go


@pytest.fixture
def read_log(log: Callable[..., Path], source: LogSource, secret: Secret, charter: Any) -> None:
    """Three people read on the file server; Chihiro reads the secret, the backup reads everything."""
    path = log(
        ("akari", "配合/a.xlsx"), ("chihiro", "配合/a.xlsx"), ("chihiro", "配合/b.xlsx"), ("botan", "連絡/c.txt")
    )
    ingest(source="samba", instance="fs01", paths=[path])
    with lake() as found:
        context_sync(found, today=NOON.date())


def leave(company: Company) -> None:
    notice_receive(
        engagement=company.engagement(company.chihiro),
        received_on=date(2026, 11, 10),
        last_working_day=date(2026, 12, 18),
        end_planned=date(2026, 12, 31),
        by=SYSTEM,
    )


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Deeds of yesterday in the lake, or of the day that they name."""
    monkeypatch.setitem(sources.LOGS, "deeds", DEEDS)

    def tell(*deeds: dict[str, Any]) -> None:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.log"
        path.write_bytes(lines(*({"day": (NOON.date() - timedelta(days=1)).isoformat()} | deed for deed in deeds)))
        with lake() as found:
            found.ingest(path, source="deeds", zone=ZoneInfo("Asia/Tokyo"))

    return tell
