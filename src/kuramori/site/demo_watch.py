"""What the demo company watches: its servers, doors and PCs, the accounts that are nobody's deed, and its charters."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kuramori.directory.api import (
    Person,
    Role,
    actor_of,
    holiday_add,
    identity_add,
    identity_end,
    person_by_number,
    role_holders,
    sites,
    viewer_of_system,
)
from kuramori.kernel.actors import SYSTEM
from kuramori.watch.api import (
    Excluded,
    LogSource,
    account_add,
    charter_add,
    exclusion_add,
    exclusion_approve,
    ingest_source,
    source_add,
)
from kuramori_lake.simulator import Truth
from kuramori_lake.sources import names

PARSERS = {"winlogbeat": "evtx", "table:endpoint": "table:jp1_itdm2"}
NAMESPACES = {"table:badge": "badge"}
SITE_OF = {"fsde01": "LUD", "badge-lud": "LUD", "badge-ktk": "KTK", "fs02": "KTK", "print-ktk": "KTK"}
MAIN_SITE = "HMM"
OFFICER_ROLE_HOLDER = "E0013"
CLOSED = "休業日"
SILENCE_HOURS = 48
"""Hours of working days. The logs end with yesterday; even late in the evening no source of a new demo is silent."""
YEAR = timedelta(days=360)
WHY_COUNCIL = "労働組合の執行委員である。組合活動を監視の対象としない（労働組合法7条）。"
WHY_AGREED = "任命書を確認した。任期の終わりに改めて判断する。"
WHY_DOCTOR = "産業医である。健康相談の記録が検知の対象に混じらないようにする。"
Step = Callable[[int, int | None], None]


def set_up_watch(truth: Truth) -> list[LogSource]:
    """Register log sources, service accounts, renamed accounts and a monitoring charter for each site."""
    places = {site.code: site for site in sites(viewer_of_system())}
    since = date.fromisoformat(truth.start)
    responsible = _person(OFFICER_ROLE_HOLDER)
    for code, closed in truth.closing_days.items():
        for day in closed:
            holiday_add(site=places[code], day=date.fromisoformat(day), name=CLOSED, by=SYSTEM)
    for site in places.values():
        charter_add(
            site=site,
            responsible=responsible,
            valid_from=since,
            noticed_on=since,
            **_charter(site.country, since),
            by=SYSTEM,
        )
    for account in truth.service_accounts:
        account_add(raw=account["account"], reason=account["purpose"], valid_from=since, by=SYSTEM)
    renamed = truth.traps["renamed_account"]
    until = date.fromisoformat(renamed["since"]) - timedelta(days=1)
    former = identity_add(
        person=_person(renamed["person"]), namespace="ad", value=renamed["before"], starts_on=since, by=SYSTEM
    )
    identity_end(identity=former, last=until, by=SYSTEM)
    for user, number in truth.database_users.items():
        identity_add(person=_person(number), namespace="db", value=user, starts_on=since, by=SYSTEM)
    return [_source(told, places) for told in _read(truth)]


def take_logs(folder: Path, truth: Truth, sources: list[LogSource], step: Step) -> None:
    """Take every log file in, source by source; the rows that the simulator spoiled land in quarantine."""
    total = sum(len(told["files"]) for told in _read(truth))
    done = 0
    for told, source in zip(_read(truth), sources, strict=True):
        paths = [folder / file["path"] for file in told["files"]]
        ingest_source(source=source, paths=paths, by=SYSTEM, progress=_counted(step, done, total))
        done += len(paths)


def leave_out(today: date, suspect: Person) -> None:
    """Exclude a member of the works council from today on; a request about the company doctor waits to be decided.

    In a company so small that one person holds both offices both requests wait, as they would there.
    """
    held = role_holders(viewer_of_system(), limit=3)
    privacy, manager = held[Role.PRIVACY_OFFICER][0], held[Role.INFORMATION_MANAGER][0]
    council, doctor = [person for person in held[Role.EMPLOYEE] if person.pk != suspect.pk][:2]
    agreed = exclusion_add(
        who=Excluded(person=council), kind="not_evaluated", ground="council", reason=WHY_COUNCIL, by=actor_of(privacy),
        valid_from=today, valid_to=today + YEAR,
    )  # fmt: skip
    if manager != privacy:
        exclusion_approve(exclusion=agreed, person=manager, reason=WHY_AGREED, by=actor_of(manager))
    exclusion_add(
        who=Excluded(person=doctor), kind="not_taken_in", ground="doctor", reason=WHY_DOCTOR, by=actor_of(manager),
        valid_from=today, valid_to=today + YEAR,
    )  # fmt: skip


def _read(truth: Truth) -> list[dict[str, Any]]:
    """Those of the company's sources that there is a parser for."""
    return [told for told in truth.sources if told["kind"] in PARSERS or told["kind"] in names()]


def _counted(step: Step, done: int, total: int) -> Callable[[int, int], None]:
    """Return a progress that goes on from what the sources before have done."""
    return lambda files, _files: step(done + files, total)


def _person(number: str) -> Person:
    person = person_by_number(viewer_of_system(), number)
    if person is None:
        raise LookupError(number)
    return person


def _charter(country: str, since: date) -> dict[str, Any]:
    if country == "DE":
        purpose = "Schutz der Geschäftsgeheimnisse; Auswertung nur nach der Betriebsvereinbarung."
        rules = "Nur Sicherheitsanalyse und Datenschutz; Namen erst nach begründeter Aufdeckung; Prüfung je Quartal."
        return {"purpose": purpose, "rules": rules, "agreed_on": since}
    purpose = "営業秘密の漏えいを早く見つけ、社員の不正の疑いを晴らすため。"
    rules = "閲覧は分析担当と個人情報責任者のみ。氏名の開示は理由を記して行い、四半期ごとに運用を点検する。"
    return {"purpose": purpose, "rules": rules}


def _source(told: dict[str, Any], places: dict[str, Any]) -> LogSource:
    return source_add(
        name=told["name"],
        kind=PARSERS.get(told["kind"], told["kind"]),
        instance=told["name"],
        zone_name=ZoneInfo(told["zone"]).key,
        encoding=told["encoding"],
        namespace=NAMESPACES.get(told["kind"], "ad"),
        site=places[SITE_OF.get(told["name"], MAIN_SITE)],
        shares=sorted(told.get("shares", {}).items()),
        silence_hours=SILENCE_HOURS,
        by=SYSTEM,
    )
