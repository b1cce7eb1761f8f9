"""Sources: what came in adds up, what was not understood is kept, and silence is counted on working days."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from kuramori.directory.acts.units import site_add
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.permissions import Role
from kuramori.watch.acts.settings import source_add, source_edit, source_retire
from kuramori.watch.api import ingest
from kuramori.watch.duties import silence_duties
from kuramori.watch.lake import folder
from kuramori.watch.measures import tiles
from kuramori.watch.models import LogSource
from kuramori.watch.queries.sources import lake_stats, quarantined, source_states

TODAY = NOON.date()
BROKEN = "<173>Nov 19 09:00:09 smbd_audit: 2026/11/19 09:00:09|chihiro|broken\n"
Log = Callable[..., Path]


@pytest.fixture
def it(company: Company) -> Any:
    company.give(company.botan, Role.IT)
    return company.viewer(company.botan)


def broken(log: Log, *opened: tuple[str, str], times: int = 1, name: str = "audit.log") -> Path:
    path = log(*opened, name=name)
    with path.open("a", encoding="utf-8") as file:
        file.write(BROKEN * times)
    return path


# what came in


def test_rows_received_are_taken_in_known_skipped_or_not_understood(visit: Any, it: Any, source: LogSource, log: Log):
    ingest(source="samba", instance="fs01", paths=[broken(log, ("akari", "a.xlsx"), ("akari", "b.xlsx"), times=3)])
    page = visit(it, "quarantine").context
    (state,) = page["states"]
    seen = state.health
    assert seen.rows == seen.accepted + seen.duplicate + seen.ignored + seen.rejected == 5
    assert (page["total"], len(page["rows"])) == (3, 3)
    assert {row["row"] for row in page["rows"]} == {3, 4, 5}


def test_a_row_not_understood_says_why_and_shows_its_beginning_to_who_keeps_the_logs(
    visit: Any, it: Any, company: Company, log: Log
):
    ingest(source="samba", instance="fs01", paths=[broken(log, ("akari", "a.xlsx"))])
    (row,) = visit(it, "quarantine").context["rows"]
    assert row["reason"]
    assert "chihiro|broken" in row["excerpt"]
    (hidden,) = visit(company.viewer(company.daichi), "quarantine").context["rows"]
    assert hidden["excerpt"] == ""


def test_what_came_from_no_registered_source_is_shown_and_said_to_be_unregistered(visit: Any, it: Any, log: Log):
    ingest(source="samba", instance="fs09", paths=[log(("akari", "a.xlsx"))])
    (state,) = source_states(it)
    assert (state.source, state.name, state.quiet, state.is_silent) == (None, "samba fs09", None, False)
    (row,) = visit(it, "health").context["rows"]
    assert (row["url"], row["hand_in"]) == ("", "")


def test_a_registered_source_of_which_nothing_came_is_shown_too(visit: Any, it: Any, source: LogSource):
    page = visit(it, "health")
    assert page.status_code == 200
    assert [row["name"] for row in page.context["rows"]] == ["材料サーバ"]
    assert page.context["stats"] is None, "there is no lake yet"
    assert quarantined(it) == []


def test_health_is_for_who_may_see_sources(visit: Any, company: Company, source: LogSource, log: Log):
    ingest(source="samba", instance="fs01", paths=[broken(log, ("akari", "a.xlsx"))])
    chihiro = company.viewer(company.chihiro)
    assert {visit(chihiro, name).status_code for name in ("health", "quarantine", "source-list")} == {403}
    assert (source_states(chihiro), quarantined(chihiro), lake_stats(chihiro)) == ([], [], None)


def test_a_damaged_segment_is_named_on_the_page(visit: Any, it: Any, log: Log):
    ingest(source="samba", instance="fs01", paths=[log(("akari", "a.xlsx"))])
    segment = next(folder().rglob("*.parquet"))
    segment.chmod(0o600)
    segment.write_bytes(b"")
    assert [one.path for one in visit(it, "health").context["stats"].damaged]


# silence


def test_a_source_is_silent_after_its_hours_of_working_days(it: Any, source: LogSource):
    def silent(**later: int) -> list[bool]:
        with time_machine.travel(NOON + timedelta(**later), tick=False):
            return [state.is_silent for state in source_states(it)]

    assert silent(hours=11) == [False]
    assert silent(days=3) == [False], "Saturday, Sunday, and the holiday of Monday do not count"
    assert silent(days=4, hours=12) == [True]


def test_events_end_the_silence_and_a_file_of_old_events_does_not(it: Any, source: LogSource, log: Log):
    with time_machine.travel(NOON + timedelta(days=6), tick=False):
        ingest(source="samba", instance="fs01", paths=[log(("akari", "a.xlsx"))])
        assert len(silence_duties(it, TODAY)) == 1
    with time_machine.travel(NOON - timedelta(hours=4), tick=False):  # 23 hours after the last event
        assert silence_duties(it, TODAY) == []


def test_a_log_with_a_wrong_clock_hides_no_silence(it: Any, source: LogSource, log: Log):
    """One line dated next year would otherwise let its server be silent until then."""
    path = log(("akari", "a.xlsx"))
    path.write_text(path.read_text().replace("2026/11/19", "2027/11/19"))
    ingest(source="samba", instance="fs01", paths=[path])

    def silent(**later: int) -> list[bool]:
        with time_machine.travel(NOON + timedelta(**later), tick=False):
            return [state.is_silent for state in source_states(it)]

    assert silent(hours=11) == [False], "it was received now"
    assert silent(days=7) == [True]


def test_a_site_abroad_counts_by_its_own_calendar_and_clock(company: Company, it: Any):
    germany = site_add(
        code="LUD", name_ja="ドイツ", name_en="Germany", country="DE", zone_name="Europe/Berlin", by=SYSTEM
    )
    for site, name in ((company.tokyo, "fs01"), (germany, "fsde01")):
        source_add(name=name, kind="samba", instance=name, site=site, silence_hours=24, by=SYSTEM)
    with time_machine.travel(NOON + timedelta(days=4), tick=False):  # Tuesday; Monday was a holiday in Japan only
        assert {state.name: state.is_silent for state in source_states(it)} == {"fs01": False, "fsde01": True}


def test_a_source_of_which_nothing_is_expected_is_never_silent(it: Any, source: LogSource):
    source_edit(source=source, silence_hours=0, by=SYSTEM)
    with time_machine.travel(NOON + timedelta(days=60), tick=False):
        assert [state.is_silent for state in source_states(it)] == [False]


def test_a_source_without_a_site_counts_every_day(it: Any):
    source_add(name="どこでも", kind="samba", instance="x", by=SYSTEM)
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        assert [state.is_silent for state in source_states(it)] == [True]


def test_silence_is_a_duty_a_red_tile_and_a_note_on_the_page_and_ends_with_the_source(
    visit: Any, it: Any, source: LogSource
):
    with time_machine.travel(NOON + timedelta(days=6), tick=False):
        (duty,) = silence_duties(it, TODAY)
        (tile,) = tiles(it, TODAY)
        page = visit(it, "health")
        assert (duty.urgent, tile["tone"], tile["value"]) == (True, "bad", "0 / 1")
        assert [state.name for state in page.context["silent"]] == ["材料サーバ"]
        source_retire(source=source, by=SYSTEM, why="撤去")
        assert silence_duties(it, TODAY) == []


def test_two_standing_sources_cannot_be_one_system_but_a_retired_ones_place_is_free(source: LogSource):
    words = {"kind": "samba", "instance": "fs01", "by": SYSTEM}
    with pytest.raises(Refused):
        source_add(name="もう一つ", **words)
    source_retire(source=source, by=SYSTEM, why="入替")
    assert source_add(name="後任", **words).pk
