"""Work that runs by itself: watched folders, files handed in, the seal after a crash, and the night."""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ledger import read
from kuramori.kernel.models import Entry, Job
from kuramori.kernel.permissions import Role
from kuramori.kernel.tests.moments import files_up_to, killed_at
from kuramori.register.api import Secret
from kuramori.watch.acts.settings import charter_add, source_add, source_edit, source_retire
from kuramori.watch.api import ingest
from kuramori.watch.job_names import COLLECT, DETECT, HARD_RULES, INGEST, NIGHT, PURGE, SEAL
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import Alert, LogSource
from kuramori.watch.tests.conftest import charter_words
from kuramori_lake.store import Lake

Log = Callable[..., Path]
pytestmark = pytest.mark.django_db


def ran(kind: str, **arguments: Any) -> Job:
    """Ask for a job, run it and nothing that it asked for, and return it."""
    job = jobs.ask(kind, viewer=None, **arguments)
    taken = jobs.take()
    assert taken is not None
    assert taken.pk == job.pk
    return jobs.run(taken)


def old(path: Path) -> Path:
    """Make a file look as if nobody had written to it for an hour."""
    at = time.time() - 3600
    os.utime(path, (at, at))
    return path


@pytest.fixture
def watched(source: LogSource, tmp_path: Path) -> Path:
    place = tmp_path / "inbox"
    place.mkdir()
    source_edit(source=source, folder=str(place), by=SYSTEM)
    return place


# watched folders


def test_a_new_file_that_has_stopped_growing_is_taken_in_and_evaluated(watched: Path, log: Log):
    old(log(("akari", "a.xlsx"), name="inbox/a.log"))
    assert ran(COLLECT).result == {"accepted": 1, "rejected": 0}
    assert Job.objects.filter(kind=DETECT, state="waiting").count() == 1


def test_a_file_that_still_grows_waits_for_the_next_round(watched: Path, log: Log):
    path = log(("akari", "a.xlsx"), name="inbox/a.log")
    os.utime(path, (time.time() - 5, time.time() - 5))
    assert ran(COLLECT).result["accepted"] == 0
    old(path)
    assert ran(COLLECT).result["accepted"] == 1


def test_a_file_is_looked_at_once_and_again_only_when_it_has_changed(watched: Path, log: Log):
    path = old(log(("akari", "a.xlsx"), name="inbox/a.log"))
    ran(COLLECT)
    Job.objects.filter(kind=DETECT).update(state="done")
    assert ran(COLLECT).result == {"accepted": 0, "rejected": 0}
    seen = json.loads((folder() / "collected.json").read_text())
    assert list(seen) == [str(path)]
    log(("akari", "a.xlsx"), ("akari", "b.xlsx"), name="inbox/b.log")
    old(path.parent / "b.log")
    assert ran(COLLECT).result["accepted"] >= 1


def test_folders_below_are_watched_too_and_a_missing_one_is_no_error(watched: Path, log: Log):
    (watched / "2026").mkdir()
    old(log(("akari", "a.xlsx"), name="inbox/2026/a.log"))
    source_add(name="無い", kind="samba", instance="gone", folder="/nowhere/at/all", by=SYSTEM)
    job = ran(COLLECT)
    assert (job.state, job.result["accepted"]) == ("done", 1)


def test_a_name_that_leads_nowhere_stops_neither_its_folder_nor_the_others(watched: Path, log: Log, tmp_path: Path):
    """Rotation leaves links to files that are gone, and moves files away while the folder is read."""
    (watched / "0-current.log").symlink_to(watched / "gone.log")
    old(log(("akari", "a.xlsx"), name="inbox/a.log"))
    (tmp_path / "other").mkdir()
    source_add(name="別", kind="samba", instance="fs02", folder=str(tmp_path / "other"), by=SYSTEM)
    old(log(("akari", "b.xlsx"), name="other/b.log"))
    job = ran(COLLECT)
    assert (job.state, job.result) == ("done", {"accepted": 2, "rejected": 0}), job.error


def test_a_folder_that_is_a_file_is_nothing_to_collect(watched: Path, log: Log, source: LogSource):
    source_edit(source=source, folder=str(old(log(("akari", "a.xlsx")))), by=SYSTEM)
    assert ran(COLLECT).result == {"accepted": 0, "rejected": 0}


def test_a_retired_source_is_not_collected(watched: Path, log: Log, source: LogSource):
    old(log(("akari", "a.xlsx"), name="inbox/a.log"))
    source_retire(source=source, by=SYSTEM, why="廃止")
    assert ran(COLLECT).result["accepted"] == 0
    assert not Job.objects.filter(kind=DETECT).exists()


# files handed in

LINE = (
    b"<173>Nov 19 09:00:00 smbd_audit: 2026/11/19 09:00:00|akari|10.1.4.7|pc7|zairyo|create_file|ok|0x120089|file|open|"
    b"/srv/samba/zairyo/a.xlsx\n"
)


def handed(visit: Any, viewer: Any, source: LogSource, name: str = "audit.log", content: bytes = LINE) -> Any:
    return visit(viewer, "source-hand-in", source.pk, data={"file": SimpleUploadedFile(name, content)})


def test_a_file_handed_in_is_a_job_of_who_handed_it_in(visit: Any, company: Company, source: LogSource, data: Path):
    answer = handed(visit, company.viewer(company.daichi), source)
    job = Job.objects.get(kind=INGEST)
    assert str(job.pk) in answer["Location"]
    assert (job.asked_by, job.title) == (company.daichi.pk, source.name)
    done = jobs.run(jobs.take())
    assert (done.state, done.result["accepted"], done.result["failed"]) == ("done", 1, 0), done.error
    (entry,) = read(Entry.objects.filter(verb="watch.source.receive"))
    assert entry.actor_id == company.daichi.pk
    assert not list((data / "incoming").iterdir()), "the copy handed in goes away"


def test_a_copy_that_could_not_be_taken_in_is_kept(visit: Any, company: Company, source: LogSource, data: Path):
    handed(visit, company.viewer(company.daichi), source)
    with lake(), files_up_to(100):
        assert jobs.run(jobs.take()).result["failed"] == 1
    assert list((data / "incoming").rglob("*.log"))


def test_a_file_name_leads_nowhere_but_into_its_own_folder(visit: Any, company: Company, source: LogSource, data: Path):
    handed(visit, company.viewer(company.daichi), source, name="../../evil.log")
    (path,) = Job.objects.get(kind=INGEST).arguments["paths"]
    assert Path(path).resolve().is_relative_to((data / "incoming").resolve())


@pytest.mark.parametrize("name", ["技術資料共有サーバ監査ログ" * 9 + ".log", "a" * 240 + ".evtx", "…" + "髙①" * 60])
def test_a_long_name_in_our_letters_is_no_error(visit: Any, company: Company, source: LogSource, data: Path, name: str):
    """Windows counts 255 letters, our disk 255 bytes: a name in kana and kanji has three for each."""
    assert handed(visit, company.viewer(company.daichi), source, name=name).status_code == 302
    (path,) = Job.objects.get(kind=INGEST).arguments["paths"]
    kept = Path(path).name
    assert len(kept.encode()) <= 200
    assert kept.startswith(name[:40])
    assert Path(kept).suffix == Path(name).suffix
    assert jobs.run(jobs.take()).result["accepted"] == 1


def test_an_empty_form_is_sent_back_and_an_unknown_source_is_not_found(visit: Any, company: Company, source: LogSource):
    daichi = company.viewer(company.daichi)
    assert visit(daichi, "source-hand-in", source.pk).status_code == 200
    assert visit(daichi, "source-hand-in", source.pk, data={}).status_code == 422
    assert handed(visit, daichi, source, content=b"").status_code == 422
    assert visit(daichi, "source-hand-in", uuid4()).status_code == 404
    assert not Job.objects.exists()


def test_who_keeps_no_logs_hands_none_in(visit: Any, company: Company, source: LogSource):
    company.give(company.botan, Role.PRIVACY_OFFICER)
    for person in (company.botan, company.chihiro):
        assert handed(visit, company.viewer(person), source).status_code == 403


def test_the_same_file_handed_in_twice_stores_nothing(visit: Any, company: Company, source: LogSource):
    for accepted in (1, 0):
        handed(visit, company.viewer(company.daichi), source)
        taken = jobs.take()
        while taken.kind != INGEST:
            taken = jobs.take()
        assert jobs.run(taken).result["accepted"] == accepted


# seal, evaluation, night


def test_what_a_crash_left_unsealed_is_sealed_by_the_next_round(log: Log):
    with killed_at(Lake.mark_sealed):
        ingest(source="samba", paths=[log(("akari", "a.xlsx"))])
    assert ran(SEAL).result == {"sealed": 1}
    assert ran(SEAL).result == {"sealed": 0}
    assert Entry.objects.filter(verb="watch.segment.seal").count() == 1


def test_without_a_lake_there_is_nothing_to_do_and_no_error():
    assert ran(SEAL).result == {"sealed": 0}
    assert ran(COLLECT).state == "done"
    assert not folder().exists() or not (folder() / "collected.json").exists()


def test_the_night_orders_seals_and_evaluates(
    company: Company, secret: Secret, source: LogSource, charter: Any, log: Log
):
    ingest(source="samba", instance="fs01", paths=[log(("chihiro", "配合/a.xlsx"))])
    job = ran(NIGHT)
    assert job.state == "done", job.error
    assert (job.result["alerts"], job.result["sites_without_charter"]) == (0, [])
    assert job.result["segments"] == 1
    with lake() as found:
        assert found.unsealed() == []


def test_a_night_before_the_first_log_evaluates_nobody_and_is_no_error(company: Company, charter: Any):
    job = ran(NIGHT)
    assert job.state == "done", job.error
    assert job.result == {"alerts": 0, "sites_without_charter": []}
    assert not Entry.objects.filter(verb__in=["watch.detection.run", "watch.segment.seal"]).exists()


def test_a_night_is_of_the_companys_day_and_not_of_the_machines(settings: Any, company: Company):
    """At 23:30 UTC it is tomorrow in Tokyo: the charter that begins then holds."""
    settings.COMPANY_ZONE = "Asia/Tokyo"
    charter_add(**charter_words(company, valid_from=date(2026, 11, 21)), by=SYSTEM)
    with time_machine.travel(datetime(2026, 11, 20, 14, 59, tzinfo=UTC), tick=False):
        assert ran(DETECT).result["sites_without_charter"] == ["TYO"]
    with time_machine.travel(datetime(2026, 11, 20, 15, 0, tzinfo=UTC), tick=False):
        assert ran(DETECT).result["sites_without_charter"] == []


def test_a_damaged_segment_stops_the_ordering_and_nothing_else(charter: Any, log: Log):
    ingest(source="samba", paths=[log(("akari", "a.xlsx"))])
    ingest(source="samba", paths=[log(("akari", "b.xlsx"), ("akari", "c.xlsx"), name="b.log")])
    segment = next(folder().rglob("*.parquet"))
    segment.chmod(0o600)
    segment.write_bytes(segment.read_bytes()[:-20] + b"x" * 20)
    job = ran(NIGHT)
    assert job.state == "done", job.error
    assert job.result["damage"]
    assert job.result["alerts"] == 0


def test_an_evaluation_names_the_sites_it_left_out(company: Company):
    job = ran(DETECT, as_of="2026-11-19")
    assert job.result == {"alerts": 0, "sites_without_charter": ["TYO"]}
    assert not Alert.objects.exists()


def test_an_evaluation_is_asked_for_by_post_from_who_may(visit: Any, company: Company):
    daichi = company.viewer(company.daichi)
    assert visit(daichi, "detection-run").status_code == 405
    assert visit(daichi, "detection-run", data={}).status_code == 302
    assert Job.objects.get().kind == DETECT
    assert visit(company.viewer(company.botan), "detection-run", data={}).status_code == 403


def test_the_recurring_work_is_declared_and_the_rest_waits_to_be_asked():
    every = {name: kind.every for name, kind in jobs.kinds().items() if name.startswith("watch.")}
    assert {name for name, period in every.items() if period} >= {COLLECT, HARD_RULES, SEAL, NIGHT, PURGE}
    assert every[COLLECT] < every[SEAL] < every[NIGHT]
    assert NOON.tzinfo is not None
