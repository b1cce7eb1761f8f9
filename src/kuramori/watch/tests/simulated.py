"""The simulated company as a real one would bring it: files imported, logs taken in; with what is true of it."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kuramori.directory.api import Person, identity_add, identity_end, person_by_number, sites, viewer_of_system
from kuramori.directory.models import Site
from kuramori.governance.api import scheme_install
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.imports.api import import_file
from kuramori.watch.api import account_add, charter_add, ingest_source, source_add
from kuramori.watch.models import LogSource
from kuramori_lake.simulator import Truth, simulate
from kuramori_lake.sources import names

FILES = (
    ("sites", "sites.csv"),
    ("units", "units.csv"),
    ("people", "people.csv"),
    ("projects", "projects.csv"),
    ("roles", "roles.csv"),
    ("secrets", "register.xlsx"),
)
KINDS = {"winlogbeat": "evtx", "table:endpoint": "table:jp1_itdm2"}
GERMANY = "LUD"


def found(folder: Path) -> Truth:
    """Found a company of forty with two months of logs; its site in Germany has a charter without an agreement."""
    truth = simulate(folder, people=40, months=2, events=6_000)
    scheme_install(scheme="four", by=SYSTEM)
    for kind, name in FILES:
        report = import_file(kind, folder / name, why="test")
        assert not report.rejected, report
    since = date.fromisoformat(truth.start)
    for site in sites(viewer_of_system()):
        _watch(site, truth, since)
    for account in truth.service_accounts:
        account_add(raw=account["account"], reason=account["purpose"], valid_from=since, by=SYSTEM)
    _rename(truth, since)
    for told in (one for one in truth.sources if one["kind"] in KINDS or one["kind"] in names()):
        ingest_source(source=_source(told), paths=[folder / file["path"] for file in told["files"]], by=SYSTEM)
    return truth


def somebody(number: str) -> Person:
    person = person_by_number(viewer_of_system(), number)
    assert person is not None, number
    return person


def _watch(site: Site, truth: Truth, since: date) -> None:
    responsible = somebody(truth.story["secret"]["keeper"])
    charter_add(
        site=site, purpose="漏えいの発見", responsible=responsible, rules="仮名で見る", noticed_on=since,
        valid_from=since, by=SYSTEM,
    )  # fmt: skip


def _rename(truth: Truth, since: date) -> None:
    renamed = truth.traps["renamed_account"]
    former = identity_add(
        person=somebody(renamed["person"]), namespace="ad", value=renamed["before"], starts_on=since, by=SYSTEM
    )
    identity_end(identity=former, last=date.fromisoformat(renamed["since"]) - timedelta(days=1), by=SYSTEM)


def _source(told: dict[str, Any]) -> LogSource:
    return source_add(
        name=told["name"],
        kind=KINDS.get(told["kind"], told["kind"]),
        instance=told["name"],
        zone_name=ZoneInfo(told["zone"]).key,
        encoding=told["encoding"],
        namespace="badge" if told["kind"] == "table:badge" else "ad",
        shares=sorted(told.get("shares", {}).items()),
        by=SYSTEM,
    )
