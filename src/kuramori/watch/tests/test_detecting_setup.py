"""The set-up page of a log source: what to paste for the server's version, what to check, and how its log comes in."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kuramori.directory.tests.company import Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.watch.acts.settings import source_add, source_retire
from kuramori.watch.api import ingest_source
from kuramori.watch.detecting.setting_up import PLACE_LABELS, RECIPE_OF, STEPS, setup_of
from kuramori.watch.models import LogSource
from kuramori_lake.setup import PLACES, RECIPES, recipes
from kuramori_lake.sources import names


@pytest.fixture
def botan(company: Company) -> Any:
    company.give(company.botan, Role.IT)
    return replace(company.viewer(company.botan), language="en")


def made(kind: str, **words: Any) -> LogSource:
    return source_add(**({"name": f"源 {kind}", "kind": kind, "instance": "x"} | words), by=SYSTEM)


def test_the_text_is_that_of_the_version_entered_with_the_share_of_the_source(
    visit: Any, botan: Any, source: LogSource
):
    old = visit(botan, "source-set-up", source.pk, version="4.9.5").context["texts"]
    new = visit(botan, "source-set-up", source.pk, version="4.17.12-Debian").context["texts"]
    assert "[zairyo]" in new[0]["text"], "the share that the register knows the server by"
    assert " unlink " in old[0]["text"]
    assert " unlinkat " in new[0]["text"]
    assert [each["text"] for each in new] == [each.text for each in recipes("samba", "4.17", "zairyo")]


def test_without_a_version_the_text_is_for_the_one_that_was_tried_and_the_page_says_which(
    visit: Any, botan: Any, source: LogSource
):
    page = visit(botan, "source-set-up", source.pk)
    assert page.status_code == 200
    assert "the text is for 4.17" in page.content.decode()
    assert page.context["texts"][0]["text"] in page.content.decode().replace("&gt;", ">").replace("&amp;", "&")


@pytest.mark.parametrize("version", ["3.6", "new", "4", "99.1", "４．１７x", "4.17" * 20])
def test_a_version_without_a_recipe_is_told_at_its_field_and_nothing_is_shown_to_paste(
    visit: Any, botan: Any, source: LogSource, version: str
):
    page = visit(botan, "source-set-up", source.pk, version=version)
    assert page.status_code == 422
    assert page.context["found"].form.errors["version"]
    assert page.context["texts"] == [], "a text for another version would take the share down"


@pytest.mark.parametrize("place", ["a]\nroot preexec = x", "a;b", "x" * 300, "a%b"])
def test_a_place_that_is_more_than_a_name_never_reaches_a_configuration(
    visit: Any, botan: Any, source: LogSource, place: str
):
    page = visit(botan, "source-set-up", source.pk, place=place)
    assert page.status_code == 422
    assert page.context["found"].form.errors["place"]
    assert page.context["texts"] == []


def test_the_page_speaks_the_readers_language_warnings_too(visit: Any, botan: Any, source: LogSource):
    japanese = visit(replace(botan, language="ja"), "source-set-up", source.pk).content.decode()
    english = visit(botan, "source-set-up", source.pk).content.decode()
    assert "共有ごとの監査" in japanese
    assert "操作名が一語でも誤ると" in japanese
    assert "one wrong operation name" in english.lower()
    assert "操作名" not in english


def test_it_can_be_copied_without_javascript_and_read_by_key(visit: Any, botan: Any, source: LogSource):
    text = visit(botan, "source-set-up", source.pk).content.decode()
    assert text.count('<pre class="paste" tabindex="0"') == len(recipes("samba"))
    assert "onclick" not in text


@pytest.mark.parametrize("kind", names())
def test_every_kind_of_log_says_what_to_do(company: Company, botan: Any, kind: str):
    found = setup_of(botan, made(kind), {})
    assert bool(found.recipes) is bool(found.form)
    assert found.recipes or found.step, "a page without anything to do helps nobody"
    assert bool(found.columns) is kind.startswith("table:")
    assert not (found.form and found.form.errors)


def test_a_table_names_the_columns_that_it_is_recognised_by_first_and_says_when_they_are_custom(
    company: Company, botan: Any
):
    found = setup_of(botan, made("table:badge"), {})
    assert found.columns[:2] == (("日時", True), ("カード番号", True))
    assert ("扉名", False) in found.columns
    assert len({name for name, _ in found.columns}) == len(found.columns)
    assert not found.is_verified


def test_names_of_recipes_and_places_are_those_that_there_are():
    assert set(RECIPE_OF.values()) <= set(RECIPES)
    assert set(PLACES.values()) == set(PLACE_LABELS)
    assert set(STEPS) <= set(names())
    assert not set(STEPS) & (set(RECIPES) | set(RECIPE_OF)), "either a text to paste or a sentence"


def test_health_stands_below_and_adds_up(visit: Any, botan: Any, source: LogSource, log: Callable[..., Path]):
    assert visit(botan, "source-set-up", source.pk).context["health"] == {}
    path = log(("akari", "a.xlsx"), ("botan", "b.xlsx"))
    with path.open("a", encoding="utf-8") as file:
        file.write("<173>Nov 19 09:00:09 smbd_audit: 2026/11/19 09:00:09|chihiro|broken\n")
    ingest_source(source=source, paths=[path], by=SYSTEM)
    page = visit(botan, "source-set-up", source.pk)
    told = {str(word): value for word, value, _ in page.context["health"]["facts"]}
    assert (told["rows"], told["taken in"], told["not understood"]) == ("3", "2", "1")
    assert "2026" in told["last event"]
    assert "chihiro" not in page.content.decode(), "raw rows are on the page of those who keep the logs only"


def test_what_to_check_fits_how_files_come_in_and_whether_silence_counts(visit: Any, botan: Any, company: Company):
    handed = visit(botan, "source-set-up", made("squid", silence_hours=0).pk).context["checks"]
    watched = made("cups", folder="/srv/spool/cups", silence_hours=48)
    collected = visit(botan, "source-set-up", watched.pk).context["checks"]
    assert any("Hand the log in" in each for each in handed)
    assert not any("silence" in each for each in handed)
    assert any("/srv/spool/cups" in each for each in collected)
    assert any("48" in each for each in collected)
    cloud = visit(botan, "source-set-up", made("m365").pk).context["checks"]
    assert not any("command" in each for each in cloud), "there is nothing to run for an export"


def test_it_is_for_those_who_keep_the_settings_and_for_sources_in_use_only(
    visit: Any, botan: Any, company: Company, source: LogSource
):
    assert visit(company.viewer(company.chihiro), "source-set-up", source.pk).status_code == 403
    assert visit(botan, "source-set-up", uuid4()).status_code == 404
    assert "hand_in" in visit(botan, "source-set-up", source.pk).context
    company.give(company.akari, Role.AUDITOR)
    assert visit(company.viewer(company.akari), "source-set-up", source.pk).context["hand_in"] == ""
    source_retire(source=source, by=SYSTEM, why="撤去")
    assert visit(botan, "source-set-up", source.pk).status_code == 404


def test_health_and_the_sources_own_page_lead_there(visit: Any, botan: Any, source: LogSource):
    address = f"/sources/{source.pk}/set-up/"
    assert address in visit(botan, "health").content.decode()
    assert address in visit(botan, "source-detail", source.pk).content.decode()
    source_retire(source=source, by=SYSTEM, why="撤去")
    assert address not in visit(botan, "source-detail", source.pk).content.decode()


def test_the_page_costs_as_many_queries_for_many_sources_as_for_one(
    visit: Any, botan: Any, source: LogSource, django_assert_num_queries: Any
):
    visit(botan, "source-set-up", source.pk)
    with django_assert_num_queries(3):
        visit(botan, "source-set-up", source.pk)
    for number in range(12):
        made("samba", name=f"fs{number}", instance=f"i{number}")
    with django_assert_num_queries(3):
        visit(botan, "source-set-up", source.pk)
