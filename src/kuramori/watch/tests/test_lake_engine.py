"""Nights run on the engine that the setting names; pages always ask the files."""

import pytest

from kuramori.watch.lake import lake, night_lake
from kuramori_lake.engine import RunsOn


@pytest.mark.parametrize("engine", list(RunsOn))
def test_night_runs_where_the_setting_says_and_pages_do_not(settings, tmp_path, engine) -> None:
    settings.DATA, settings.LAKE_ENGINE = tmp_path, str(engine)
    with night_lake() as found:
        assert found.runs_on is engine
    with lake() as found:
        assert found.runs_on is RunsOn.DUCKDB


def test_without_a_word_nights_run_on_the_files(settings) -> None:
    assert settings.LAKE_ENGINE == "duckdb"
