"""What a gateway lays into the folder of a checking source is compared with registered documents, under a charter."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from kuramori.directory.acts.people import identity_add
from kuramori.directory.tests.company import FOUNDED, Company
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.tests.moments import never_begins
from kuramori.register.api import Secret
from kuramori.watch import checking
from kuramori.watch.acts.settings import charter_add, source_add, source_edit
from kuramori.watch.job_names import COLLECT, HARD_RULES, NIGHT
from kuramori.watch.jobs import AT_REST
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import Alert, LogSource
from kuramori.watch.tests.conftest import charter_words
from kuramori_lake.fingerprint.index import PrintIndex
from kuramori_lake.fingerprint.reading.reader import Reader
from kuramori_lake.fingerprint.tests import made
from kuramori_lake.fingerprint.tests.test_index import registered, text

pytestmark = pytest.mark.django_db
WORDS = text(1)
ADDRESS = "akari@kura.example"


@pytest.fixture
def place(company: Company, tmp_path: Path) -> Path:
    found = tmp_path / "gateway"
    found.mkdir()
    words = {"namespace": "ad", "site": company.tokyo, "folder": str(found)}
    source_add(name="メール出口", kind="fingerprint", instance="gw01", by=SYSTEM, **words)
    return found


@pytest.fixture
def indexed(secret: Secret) -> Secret:
    with lake() as found:
        PrintIndex(found).add([registered("配合.docx", WORDS, of=str(secret.pk))])
    return secret


def laid(place: Path, name: str, data: bytes) -> Path:
    path = place / name
    path.write_bytes(data)
    at = time.time() - AT_REST
    os.utime(path, (at, at))
    return path


def collected() -> dict[str, Any]:
    job = jobs.run(jobs.ask(COLLECT, viewer=None))
    assert job.state == "done", job.error
    return dict(job.result)


def seen() -> str:
    note = folder() / "collected.json"
    return note.read_text() if note.exists() else ""


def outgoing(words: str = WORDS[50:300]) -> bytes:
    return made.mail(words).replace(b"chihiro@other.example", b"x@partner.example")


def test_excerpt_in_an_upload_and_in_a_mail_becomes_an_event_about_the_secret(
    place: Path, indexed: Secret, charter: Any
):
    laid(place, "図.docx", made.docx(WORDS[50:300]))
    laid(place, "m.eml", outgoing())
    laid(place, "innocent.txt", "昼食の件".encode())
    assert collected() == {"accepted": 2, "rejected": 0}
    assert collected() == {"accepted": 0, "rejected": 0}
    with lake() as found:
        rows = found.query("SELECT activity, secret_id, instance, actor_raw FROM joined_events ORDER BY activity")
    assert rows.to_pylist() == [
        {"activity": "mail_send", "secret_id": str(indexed.pk), "instance": "gw01", "actor_raw": ADDRESS},
        {"activity": "upload", "secret_id": str(indexed.pk), "instance": "gw01", "actor_raw": None},
    ]
    assert sorted(path.name for path in place.iterdir()) == ["innocent.txt", "m.eml", "図.docx"]


def test_mail_of_somebody_known_is_an_alert_of_a_hard_rule(
    place: Path, indexed: Secret, charter: Any, company: Company
):
    identity_add(person=company.akari, namespace="mail", value=ADDRESS, starts_on=FOUNDED, by=SYSTEM)
    laid(place, "m.eml", outgoing())
    collected()
    assert jobs.run(jobs.ask(HARD_RULES, viewer=None)).result == {"alerts": 1, "beyond": 0}
    alert = Alert.objects.get()
    assert (alert.person_id, alert.told[0]["numbers"]["rule"]) == (company.akari.pk, "secret_outside")
    assert [row.secret_id for row in alert.secrets.all()] == [indexed.pk]


def test_nothing_is_read_as_long_as_no_document_is_registered(place: Path, charter: Any):
    laid(place, "m.eml", outgoing())
    with never_begins(Reader.__init__):
        assert collected() == {"accepted": 0, "rejected": 0}
    assert "m.eml" not in seen(), "it waits until there is something to compare it with"


def test_nothing_is_read_without_a_valid_charter_or_a_site(place: Path, indexed: Secret, company: Company):
    laid(place, "m.eml", outgoing())
    with never_begins(Reader.__init__):
        assert collected() == {"accepted": 0, "rejected": 0}
        source_edit(source=LogSource.objects.get(kind="fingerprint"), site=None, by=SYSTEM)
        assert collected() == {"accepted": 0, "rejected": 0}
    assert "m.eml" not in seen()
    source_edit(source=LogSource.objects.get(kind="fingerprint"), site=company.tokyo, by=SYSTEM)
    charter_add(**charter_words(company), by=SYSTEM)
    assert collected() == {"accepted": 1, "rejected": 0}, "it has waited"


def test_mail_whose_own_log_comes_in_too_is_linked_and_not_counted_twice(place: Path, indexed: Secret, charter: Any):
    source_add(name="メールサーバ", kind="postfix", instance="mx", by=SYSTEM)
    laid(place, "m.eml", outgoing())
    laid(place, "図.docx", made.docx(WORDS[50:300]))
    assert collected() == {"accepted": 1, "rejected": 0}
    with lake() as found:
        keys = [row["key"] for row in found.manifest.db.execute("SELECT key FROM content_match")]
    assert "m1@kura.example" in keys


def test_what_a_gateway_checked_by_itself_is_taken_in_as_a_log(place: Path, charter: Any):
    line = (
        '{"file": "a", "sha256": "' + "ab" * 32 + '", "time": "2026-11-20T03:00:00+00:00", "activity": "upload",'
        ' "destinations": ["mega.nz"], "matches": [{"hits": 9}]}\n'
    )
    laid(place, "gw.jsonl", line.encode())
    assert collected() == {"accepted": 1, "rejected": 0}


@pytest.mark.usefixtures("charter")
def test_damaged_index_lets_the_files_wait_is_told_at_night_and_stops_no_other_source(
    place: Path, indexed: Secret, source: LogSource, log: Any
):
    inbox = place.parent / "inbox"
    inbox.mkdir()
    source_edit(source=source, folder=str(inbox), by=SYSTEM)
    other = log(("akari", "a.xlsx"), name="inbox/a.log")
    os.utime(other, (time.time() - AT_REST,) * 2)
    (prints,) = (folder() / "prints").iterdir()
    prints.write_bytes(prints.read_bytes()[:-9])
    laid(place, "図.docx", made.docx(WORDS[50:300]))
    assert collected() == {"accepted": 1, "rejected": 0}
    assert "図.docx" not in seen()
    assert jobs.run(jobs.ask(NIGHT, viewer=None)).result["damaged_prints"] == [f"prints/{prints.name}"]


def test_a_round_is_short_and_the_next_one_goes_on(
    place: Path, indexed: Secret, charter: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(checking, "A_ROUND", 1)
    for number in range(2):
        laid(place, f"{number}.txt", f"{WORDS[50:300]}{number}".encode())
    assert [collected()["accepted"] for _ in range(3)] == [1, 1, 0]
