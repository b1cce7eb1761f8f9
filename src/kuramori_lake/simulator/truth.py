"""The ground truth: what was planted, what a detection should say about it, and how many lines each source has."""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from kuramori_lake.simulator.calendars import SITES, Site
from kuramori_lake.simulator.cases import CasePlay
from kuramori_lake.simulator.company import Company
from kuramori_lake.simulator.confusers import Confusers
from kuramori_lake.simulator.library import SAMBA_ROOT, SHARES_OF, WINDOWS_ROOT
from kuramori_lake.simulator.moments import Moments
from kuramori_lake.simulator.ordinary import has_lent_stick, lent_stick
from kuramori_lake.simulator.register import Secret
from kuramori_lake.simulator.stage import Stage
from kuramori_lake.simulator.story import Story
from kuramori_lake.simulator.traps import Traps

DAYS_AHEAD = 180
"""Days after the logs for which the company's calendar is made."""
KINDS = {
    "fs01": "samba",
    "fs02": "samba",
    "fsde01": "winlogbeat",
    "endpoint": "table:endpoint",
    "mx01": "postfix",
    "proxy01": "squid",
    "print-ktk": "cups",
    "db01": "pgaudit",
    "pcs": "winlogbeat",
}


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is true of a simulated company. Dates are ISO days; counts are lines of the files, headers excluded."""

    seed: int
    today: str
    start: str
    people: int
    secrets: int
    lines: int
    story: dict[str, Any]
    sources: list[dict[str, Any]]
    traps: dict[str, Any]
    confusers: dict[str, Any]
    cast: dict[str, Any]
    cases: list[dict[str, Any]]
    innocent_leavers: list[dict[str, str | None]]
    service_accounts: list[dict[str, str]]
    lent_media: list[str]
    """Serial numbers of the sticks that the company lends."""
    closing_days: dict[str, list[str]]
    """The company's own days off by site, while the logs last and half a year on."""
    database_users: dict[str, str]
    """Staff number by account of the database, which is nobody's until somebody says whose it is."""
    path: Path

    def as_json(self) -> dict[str, Any]:
        """Everything but where it was written."""
        return {key: value for key, value in vars(self).items() if key != "path"}


@dataclass(frozen=True, kw_only=True)
class Acts:
    """Everything that was planted, after the last day."""

    plot: Story
    play: CasePlay
    confusers: Confusers
    traps: Traps


def tell(out: Path, *, scene: Stage, acts: Acts, secrets: list[Secret], seed: int) -> Truth:
    """Collect the truth and write it to `out/truth.json`."""
    moments, company, confusers = scene.moments, scene.company, acts.confusers
    secret = next(one for one in secrets if one.is_the_story)
    sources = _sources(scene)
    truth = Truth(
        seed=seed,
        today=moments.today.isoformat(),
        start=moments.start.isoformat(),
        people=len(company.people),
        secrets=len(secrets),
        lines=sum(source["lines"] for source in sources),
        story={
            "secret": {
                "number": secret.number,
                "title": secret.title,
                "level": secret.level,
                "keeper": secret.keeper,
                "unit": secret.unit,
                "places": list(secret.places),
            },
            **acts.plot.expected(),
        },
        sources=sources,
        traps=acts.traps.told(),
        confusers={
            **confusers.done,
            "handover": {
                "person": company.retiree,
                "agreed_by": company.person(company.retiree).boss,
                "successor": company.successor,
                "from": moments.handover[0].isoformat(),
                "until": moments.handover[1].isoformat(),
            },
            "batch_export": {
                "person": company.batch_exporter,
                "days": [day.isoformat() for day in confusers.export_days],
            },
        },
        cast={
            "leavers": list(company.leavers),
            "newcomers": list(company.newcomers),
            "renamed": company.renamed,
            "role_change": {"person": company.role_changer, "since": moments.role_change.isoformat()},
        },
        cases=acts.play.told(),
        innocent_leavers=_innocent(company),
        service_accounts=[
            {"account": one.account, "purpose": one.purpose, "ip": one.ip, "keeper": one.keeper}
            for one in company.service_accounts
        ],
        lent_media=[lent_stick(person) for person in company.people if has_lent_stick(person)],
        closing_days={site.code: _closing(site, moments) for site in SITES},
        database_users=dict(sorted(scene.database.users.items())),
        path=out / "truth.json",
    )
    text = json.dumps(truth.as_json(), ensure_ascii=False, indent=1, sort_keys=True)
    truth.path.write_text(text + "\n", encoding="utf-8")
    return truth


def _innocent(company: Company) -> list[dict[str, str | None]]:
    """Everybody who leaves and takes nothing, the retiree who hands over his files among them."""
    leavers = [company.person(number) for number in (*company.leavers, company.retiree)]
    return [
        {
            "person": person.number,
            "notice": person.career.notice.isoformat() if person.career.notice else None,
            "last_day": person.career.last_day.isoformat() if person.career.last_day else None,
        }
        for person in leavers
    ]


def _closing(site: Site, moments: Moments) -> list[str]:
    span = site.closed_between(moments.start, moments.today + timedelta(days=DAYS_AHEAD))
    return [day.isoformat() for day in span]


def _sources(scene: Stage) -> list[dict[str, Any]]:
    """Each source with its kind, zone, files and lines; for file servers where each share (UNC) lies on the server."""
    result: list[dict[str, Any]] = []
    for key, file in scene.files.items():
        told: dict[str, Any] = {
            "name": key,
            "kind": KINDS.get(key, "table:badge"),
            "zone": _zone(scene, key),
            "encoding": file.encoding,
            "files": [{"path": f"logs/{key}/{name}", "lines": lines} for name, lines in file.lines.items()],
            "lines": sum(file.lines.values()),
        }
        if key in SHARES_OF:
            told["shares"] = {rf"\\{key}\{share}": f"{SAMBA_ROOT}/{share}" for share in SHARES_OF[key]}
        if key == "fsde01":
            told["shares"] = {rf"\\FSDE01\{share}": rf"{WINDOWS_ROOT}\{share}" for share in SHARES_OF["FSDE01"]}
        result.append(told)
    return result


def _zone(scene: Stage, key: str) -> str:
    if key in {"fsde01", "endpoint", "proxy01", "pcs"}:
        return "UTC"
    if key.startswith("badge-"):
        return scene.badges[key.removeprefix("badge-").upper()].site.zone
    return "Asia/Tokyo"
