"""The demo company in small: the planted story comes first with its true numbers, the innocent never come high."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from kuramori_lake.detect import Code, Queue, Severity, detect, lookback_report
from kuramori_lake.detect.tests.company import fill
from kuramori_lake.simulator import Truth, simulate
from kuramori_lake.store import Lake

SEED = 1


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lake, Truth]]:
    out = tmp_path_factory.mktemp("company")
    truth = simulate(out, seed=SEED, people=60, months=4, events=30_000)
    with Lake.open(out / "lake") as lake:
        fill(lake, out, truth)
        yield lake, truth


def day(text):
    return date.fromisoformat(text)


def test_story_comes_first_with_its_true_numbers(company):
    lake, truth = company
    story, (found, *others) = truth.story, detect(lake, as_of=day(truth.today))
    said = {reason.code: reason.numbers for reason in found.reasons}
    assert (found.person_id, found.severity, found.queue) == (story["person"], Severity.HIGH, Queue.EXIT_WATCH)
    assert found.since == day(story["evenings"][0]["day"])
    assert found.until == day(story["evenings"][-1]["day"])
    assert said[Code.SECRETS]["top_secret_number"] == story["secret"]["number"]
    assert said[Code.SECRETS]["top_secret_documents"] == story["distinct_secret_documents"]
    assert said[Code.FIRST_AREA]["area_documents"] == story["distinct_secret_documents"]
    assert said[Code.COPY_OUT]["files"] == story["usb"]["files_copied"]
    assert said[Code.COPY_OUT]["device_serial"] == story["usb"]["serial"]
    assert said[Code.LEAVER]["days_since_notice"] == (found.since - day(story["notice"])).days
    assert abs(said[Code.BULK_READ]["own_usual"] - story["usual"]["own_median_a_day"]) <= 2
    assert Severity.HIGH not in {one.severity for one in others}


def test_story_is_found_on_its_first_evening_long_before_the_last_working_day(company):
    lake, truth = company
    first = day(truth.story["evenings"][0]["day"])
    (found, *_) = detect(lake, as_of=first)
    assert (found.person_id, found.severity) == (truth.story["person"], Severity.HIGH)
    assert first < day(truth.story["last_working_day"])


def test_the_innocent_are_never_high(company):
    lake, truth = company
    confusers = truth.confusers
    moments = [day(confusers["handover"]["until"]), *map(day, confusers["batch_export"]["days"]), date(2026, 9, 30)]
    for moment in moments:
        found = detect(lake, as_of=moment + timedelta(days=1))
        assert Severity.HIGH not in {one.severity for one in found}, moment


def test_service_accounts_are_nobody(company):
    lake, truth = company
    accounts = {one["account"] for one in truth.service_accounts}
    people = {one.person_id for one in detect(lake, as_of=day(truth.today))}
    assert not any(account in person for person in people for account in accounts)


def test_look_back_shows_what_the_story_says(company):
    lake, truth = company
    story = truth.story
    found = lookback_report(lake, story["person"], day(story["notice"]) - timedelta(days=60), day(truth.today))
    evenings = {day(one["day"]): one for one in story["evenings"]}
    for one in found.days:
        if one.day in evenings:
            assert one.copied_out == evenings[one.day]["copied_to_usb"]
            assert one.documents >= evenings[one.day]["distinct_documents"]
    assert found.secrets[0].number == story["secret"]["number"]
    assert found.secrets[0].documents_before == 0
    assert found.new_areas[0].documents == story["distinct_secret_documents"]
    assert json.dumps([vars(one) for one in found.channels], ensure_ascii=False)
