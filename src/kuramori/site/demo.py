"""The demo company: built from the files that a real company would bring, by the same acts, on the real clock.

Everything goes the way of the user's own data: register from Excel, people from an HR file, logs through the parsers.
A folder that was left half built is built anew; one that is whole is only served.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.timezone import localdate

from kuramori.directory.api import Person, person_by_number, viewer_of_system
from kuramori.evidence.api import seal_now
from kuramori.governance.api import scheme_install
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.imports.api import import_file
from kuramori.register.api import Secret, secret_by_number
from kuramori.site.commands.migrate import bring_up_to_date
from kuramori.site.demo_case import build_case
from kuramori.site.demo_patrols import set_up_patrols
from kuramori.site.demo_watch import leave_out, set_up_watch, take_logs
from kuramori.site.terminal import Progress
from kuramori.watch.api import Alert, detect
from kuramori_lake.simulator import Truth, simulate
from kuramori_lake.simulator.cases import Strength

SEED = 7
PEOPLE = 300
MONTHS = 12
EVENTS = 1_000_000
CASES = {
    "CASE-02": Strength.REPORTED,
    "CASE-03": Strength.TENTH,
    "CASE-04": Strength.TENTH,
    "CASE-09": Strength.REPORTED,
    "CASE-11": Strength.TENTH,
    "MADE-MAIL": Strength.REPORTED,
    "MADE-WEB": Strength.REPORTED,
}
"""Beside the story, over every channel; which of them are found, and which not and why, stands in docs/en/walk.md."""
WITHIN = 21
"""Days before today in which the cases end, so that their alerts are fresh."""
HALF_A_YEAR = 6
"""Months of history that the slowest case needs; a shorter demo holds the story only."""
WHY = "デモ会社の設立 / founding of the demo company"
FILES = (
    ("sites", "sites.csv"),
    ("units", "units.csv"),
    ("people", "people.csv"),
    ("projects", "projects.csv"),
    ("roles", "roles.csv"),
    ("secrets", "register.xlsx"),
)
Show = Callable[[str], AbstractContextManager[Progress]]


@dataclass(frozen=True, kw_only=True)
class Story:
    """Who and what the planted story is about: `secret` by number, `person`, `alert`, `bundle` by id."""

    secret: str
    secret_id: str
    person: str
    person_number: str
    alert: str
    bundle: str
    today: str


def story_path() -> Path:
    """Return where the story of a whole demo is kept."""
    return Path(settings.DATA) / "demo.json"


def story() -> Story | None:
    """Return the story, None while the demo is not built."""
    try:
        return Story(**json.loads(story_path().read_text("utf-8")))
    except FileNotFoundError:
        return None


def build(show: Show, *, people: int = PEOPLE, months: int = MONTHS, events: int = EVENTS) -> Story:
    """Build the demo company in the data folder, unless it stands there whole; return its story."""
    if known := story():
        return known
    _clear()
    source = Path(settings.DATA) / "demo-files"
    with show("1/7 demo company") as step:
        today = localdate(timezone=ZoneInfo("Asia/Tokyo"))
        truth = simulate(
            source,
            seed=SEED,
            people=people,
            months=months,
            events=events,
            today=today,
            cases=CASES if months >= HALF_A_YEAR else {},
            within=WITHIN,
            progress=lambda d, t, _m: step(d, t),
        )
    with show("2/7 database"):
        bring_up_to_date()
        scheme_install(scheme="four", by=SYSTEM, why=WHY)
    with show("3/7 people, units, register") as step:
        for place, (kind, name) in enumerate(FILES):
            _take(kind, source / name)
            step(place + 1, len(FILES))
    with show("4/7 logs") as step:
        take_logs(source, truth, set_up_watch(truth), step)
    with show("5/7 detection"):
        alerts = detect(as_of=today - timedelta(days=1)).alerts
    person, secret, concerned = _concerned(truth, alerts)
    leave_out(today, person)
    set_up_patrols(source, today, WHY)
    with show("6/7 preservation, statements, bundle") as step:
        bundle = build_case(person, secret, today, step)
    with show("7/7 seal"):
        seal_now()
    return _keep(truth, person, secret, concerned, bundle)


def _clear() -> None:
    """Empty a folder that was left half built; its key stays."""
    for child in Path(settings.DATA).iterdir():
        if child.name == "secret-key":
            continue
        shutil.rmtree(child) if child.is_dir() else child.unlink()


def _take(kind: str, path: Path) -> None:
    """Import a file, all of it: a demo with rejected rows would be a defect."""
    report = import_file(kind, path, why=WHY)
    if report.rejected or report.stop:
        raise RuntimeError(f"{path.name}: {report}")


def _concerned(truth: Truth, alerts: Sequence[Alert]) -> tuple[Person, Secret, Alert]:
    """Return whom and what the story is about; one that was not planted or not found is a defect."""
    viewer = viewer_of_system()
    told: dict[str, Any] = truth.story if isinstance(truth.story, dict) else asdict(truth.story)
    person, secret = person_by_number(viewer, told["person"]), secret_by_number(viewer, told["secret"]["number"])
    if person is None or secret is None:
        raise RuntimeError("the story's person or secret is missing")
    concerned = next((alert for alert in alerts if alert.person_id == person.pk), None)
    if concerned is None:
        raise RuntimeError("the story was not detected")
    return person, secret, concerned


def _keep(truth: Truth, person: Person, secret: Secret, concerned: Alert, bundle: str) -> Story:
    kept = Story(
        secret=secret.number,
        secret_id=str(secret.pk),
        person=str(person.pk),
        person_number=person.number,
        alert=str(concerned.pk),
        bundle=bundle,
        today=truth.today,
    )
    story_path().write_text(json.dumps(asdict(kept), ensure_ascii=False), "utf-8")
    return kept
