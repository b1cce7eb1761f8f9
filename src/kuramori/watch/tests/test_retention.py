"""Logs are kept for as long as the charter says, and no longer, unless somebody has to keep them (DET-01, SYS-16)."""

import sqlite3
from datetime import UTC, date, datetime

import pytest
import time_machine

from kuramori.directory.acts.people import engagement_end
from kuramori.directory.acts.units import site_add
from kuramori.directory.api import viewer_of_system
from kuramori.directory.tests.company import NOON
from kuramori.evidence.acts.holds import hold_retire, separations_place
from kuramori.evidence.api import hold_add, ledger_check, seal_now
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry, JobState
from kuramori.register.api import secret_add
from kuramori.watch.acts.purging import VERB, purge_events
from kuramori.watch.acts.settings import charter_add, charter_retire, source_add, source_edit, source_retire
from kuramori.watch.api import ingest
from kuramori.watch.context import context_sync
from kuramori.watch.job_names import PURGE
from kuramori.watch.lake import folder, lake
from kuramori.watch.queries.retention import kept_for
from kuramori.watch.rules.retention import first_kept
from kuramori.watch.tests.conftest import SHARE, charter_words

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
OLD = (("akari", "配合/a.xlsx"), ("chihiro", "配合/a.xlsx"), ("chihiro", "連絡/c.txt"), ("backup", "連絡/c.txt"))


@pytest.fixture
def years(log, source, secret, charter, company):
    """Four events of September of last year, which thirteen months are over for, and one of this month."""
    for text, opened, name in (("2025/09/19", OLD, "old.log"), ("2026/11/19", (("botan", "連絡/c.txt"),), "new.log")):
        path = log(*opened, name=name)
        path.write_text(path.read_text(encoding="utf-8").replace("2026/11/19", text), encoding="utf-8")
        ingest(source="samba", instance="fs01", paths=[path])
    with lake() as found:
        context_sync(found, today=TODAY)


def purged():
    """Run the job; return how many events left."""
    job = jobs.ask(PURGE, viewer=None)
    jobs.run_waiting()
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.DONE, "")
    return job.result["purged"]


def who_is_left():
    with lake() as found:
        return sorted(found.query("SELECT actor_raw FROM events")["actor_raw"].to_pylist())


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        (date(2026, 11, 23), 13, datetime(2025, 10, 1)),  # noqa: DTZ001  (naive UTC, as the lake has it)
        (date(2026, 1, 1), 1, datetime(2025, 12, 1)),  # noqa: DTZ001
        (date(2026, 1, 31), 12, datetime(2025, 1, 1)),  # noqa: DTZ001
        (date(2026, 12, 31), 60, datetime(2021, 12, 1)),  # noqa: DTZ001
    ],
)
def test_a_term_ends_with_whole_months_and_never_too_early(today, months, first):
    assert first_kept(today, months) == first


def test_what_the_site_s_charter_says_counts_and_where_nobody_has_said_anything_all_stays(company, source):
    viewer = viewer_of_system()

    def told():
        return sorted((each.term.instance, each.charter.retention_months) for each in kept_for(viewer, TODAY))

    assert told() == []
    short = charter_add(**charter_words(company, retention_months=6), by=SYSTEM)
    charter_add(**charter_words(company, retention_months=24, noticed_on=None, valid_from=TODAY), by=SYSTEM)
    assert told() == [("fs01", 6)], "the newer one does not hold: nobody was told of it"
    charter_retire(charter=short, by=SYSTEM, why="改定")
    assert told() == [("fs01", 24)], "with none that holds, what was said last"
    other = source_add(name="大阪", kind="samba", instance="fs02", by=SYSTEM)
    assert told() == [("fs01", 24)], "a source without a site has no charter"
    osaka = site_add(code="OSK", name_ja="大阪", name_en="Osaka", by=SYSTEM)
    source_edit(source=other, site=osaka, by=SYSTEM)
    charter_add(**charter_words(company, site=osaka, retention_months=36), by=SYSTEM)
    assert told() == [("fs01", 24), ("fs02", 36)]
    source_edit(source=source, kind="samba", instance="fs03", by=SYSTEM)
    source_retire(source=other, by=SYSTEM, why="移設")
    source_add(name="同じ機器", kind="samba", instance="fs02", site=company.tokyo, by=SYSTEM)
    assert told() == [("fs02", 36), ("fs03", 24)], "of two sites that had a server the longer term counts"


def test_events_whose_time_is_over_leave_by_an_act_that_proves_what_left_and_why(years, source, charter):
    with lake() as found:
        (old, _new) = found.manifest.db.execute("SELECT * FROM segment ORDER BY id").fetchall()
    assert purged() == 4
    assert who_is_left() == ["botan"]
    (entry,) = read(Entry.objects.filter(verb=VERB))
    notes = entry.notes
    assert (notes["month"], notes["rows"], notes["files"], notes["segments"]) == (
        "2025-09",
        4,
        0,
        [[old["sha256"], 4, 4]],
    )
    assert notes["terms"] == [
        {"source": "samba fs01", "months": 13, "charter": str(charter.pk), "before": "2025-10-01T00:00:00Z"}
    ]
    assert "規程" in entry.why
    assert entries_about(source.pk).filter(verb=VERB).exists(), "it stands in the source's own history"
    seal_now()
    assert (purged(), Entry.objects.filter(verb=VERB).count(), ledger_check().found) == (0, 1, ())


def test_what_is_preserved_stays_until_it_is_released_and_the_act_gives_nobody_away(years, company, secret):
    hold = hold_add(matter="B社の件", held=[company.chihiro.as_subject()], by=SYSTEM, why="訴訟の準備")
    assert (purged(), who_is_left()) == (1, ["backup", "botan", "chihiro", "chihiro"])
    (entry,) = read(Entry.objects.filter(verb=VERB))
    told = repr((entry.notes, entry.why, entry.subjects))
    assert not [word for word in (hold.matter, str(hold.pk), str(company.chihiro.pk), "chihiro") if word in told]
    hold_retire(hold=hold, by=SYSTEM, why="和解")
    whole = hold_add(
        matter="全部", held=[], covers_from=date(2025, 9, 1), covers_to=date(2025, 9, 30), by=SYSTEM, why="捜査"
    )
    assert purged() == 0, "a preservation of days keeps whatever is of those days"
    hold_retire(hold=whole, by=SYSTEM, why="終結")
    later = hold_add(matter="別件", held=[], covers_from=date(2025, 10, 1), by=SYSTEM, why="x")
    assert (purged(), who_is_left()) == (3, ["botan"]), "one of other days keeps nothing of these"
    assert later.retired_at is None
    seal_now()
    assert ledger_check().found == ()


def test_a_preserved_secret_keeps_the_events_about_it_and_who_has_left_is_kept_as_long_as_others(
    years, company, secret, levels
):
    letters = secret_add(
        number="S-0002", title="連絡先", keeper=company.akari, unit=company.materials, level=levels["top"], tier="b",
        identified_on=date(2025, 4, 1), places=[{"kind": "path", "text": rf"{SHARE}\連絡"}], by=SYSTEM,
    )  # fmt: skip
    with lake() as found:
        context_sync(found, today=TODAY)
    hold = hold_add(matter="取引先", held=[letters.as_subject()], by=SYSTEM, why="訴訟の準備")
    assert (purged(), who_is_left()) == (2, ["backup", "botan", "chihiro"])
    hold_retire(hold=hold, by=SYSTEM, why="和解")
    engagement_end(engagement=company.engagement(company.chihiro), last=date(2026, 11, 1), today=TODAY, by=SYSTEM)
    separations_place(by=SYSTEM)
    assert (purged(), who_is_left()) == (1, ["botan", "chihiro"])


def test_a_run_that_was_cut_between_act_and_lake_is_finished_without_a_second_act(years):
    """The act is durable, the lake cannot be written just then: the next run carries out what the act has said."""
    other = sqlite3.connect(folder() / "manifest.sqlite3", isolation_level=None)
    with lake() as found, other, pytest.raises(sqlite3.OperationalError, match="locked"):
        found.manifest.db.execute("PRAGMA busy_timeout = 0")
        other.execute("BEGIN IMMEDIATE")
        purge_events(segments_of=found, kept_for=kept_for(viewer_of_system(), TODAY), by=SYSTEM)
    other.close()
    assert (len(who_is_left()), Entry.objects.filter(verb=VERB).count()) == (5, 1)
    assert (purged(), who_is_left(), Entry.objects.filter(verb=VERB).count()) == (4, ["botan"], 1)


def test_lines_that_were_not_understood_leave_too_and_without_a_lake_nothing_is_done(company, source, charter, log):
    assert purged() == 0
    assert not folder().exists()
    path = log(*OLD[:1], name="old.log")
    path.write_text(path.read_text().replace("2026/11/19", "2025/09/19") + "not a line\n")
    ingest(source="samba", instance="fs01", paths=[path])
    with lake() as found:
        assert len(found.quarantine()) == 1
    heard = []
    with lake() as found:
        terms = kept_for(viewer_of_system(), TODAY)
        assert purge_events(segments_of=found, kept_for=terms, by=SYSTEM, step=lambda *done: heard.append(done)) == 1
        assert (found.quarantine(), heard) == ([], [(1, 1)])
    (entry,) = read(Entry.objects.filter(verb=VERB))
    assert (entry.notes["files"], len(entry.notes["segments"])) == (1, 2)


def test_a_file_of_which_nothing_was_understood_leaves_when_its_time_is_over(company, source, charter, log):
    """It holds no event that could be asked about, and may speak of anybody."""
    path = log(name="odd.log")
    path.write_text("not a line\n")
    with time_machine.travel(datetime(2025, 9, 19, tzinfo=UTC)):
        ingest(source="samba", instance="fs01", paths=[path])
    assert purged() == 0
    with lake() as found:
        assert found.quarantine() == []
    (entry,) = read(Entry.objects.filter(verb=VERB))
    assert (entry.notes["files"], len(entry.notes["segments"])) == (1, 1), "the file by its digest"
