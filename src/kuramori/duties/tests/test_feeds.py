"""Calendar addresses: unguessable, shown once, ended at once; what they tell, to whom, and to whom no more."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from kuramori.directory.acts import people, units
from kuramori.directory.acts.accounts import account_close, account_open
from kuramori.directory.models import Account
from kuramori.directory.tests.company import TODAY
from kuramori.duties.acts import task_report
from kuramori.duties.feeds import MOST, feed_add, feed_retire, feeds_of, unit_offers
from kuramori.duties.models import Audience, Feed
from kuramori.duties.tests.asked import opened, pass_days, task_of
from kuramori.duties.tests.test_ical import read
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.ids import uuid7
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.models import Disclosure, Entry

PAGE = "/duties/calendars/"


@pytest.fixture
def accounts(company):
    for person in (company.akari, company.botan, company.chihiro):
        account_open(person=person, at=now(), by=SYSTEM)
    return company


def browser(person):
    client = Client(headers={"accept-language": "ja"})
    account = get_user_model().objects.get(person=person)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def fetch(token):
    """What a calendar program gets, which is signed in nowhere."""
    return Client().get(reverse("duties:calendar", args=[token]))


def summaries(token):
    return [value for name, value in read(fetch(token).content) if name == "SUMMARY"]


def test_ones_own_calendar_has_each_task_on_its_day_in_plain_words(accounts):
    opened(audience=Audience.PERSON, person=accounts.akari, title="極秘X計画", outside="見本の返却")
    opened(audience=Audience.PERSON, person=accounts.akari, kind="chores.sweeping", title="Y計画")
    _feed, token = feed_add(unit=None, by=accounts.viewer(accounts.akari))
    answer = fetch(token)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-store"
    assert "見本の返却 (D-00001)" in summaries(token)
    assert len(summaries(token)) == 2
    text = answer.content.replace(b"\r\n ", b"").decode()
    assert "極秘" not in text
    assert "Y計画" not in text
    assert "佐倉" not in text
    assert text.count("DTSTART;VALUE=DATE:20261125") == 2


def test_what_is_done_leaves_the_calendar(accounts):
    opened(audience=Audience.PERSON, person=accounts.akari)
    _feed, token = feed_add(unit=None, by=accounts.viewer(accounts.akari))
    assert len(summaries(token)) == 1
    task_report(task=task_of(accounts.akari), words="済み", by=accounts.viewer(accounts.akari))
    assert summaries(token) == []
    assert fetch(token).status_code == 200


def test_a_units_calendar_counts_and_names_nobody(accounts):
    opened(audience=Audience.UNIT, unit=accounts.research, outside="棚の点検")
    opened(audience=Audience.PERSON, person=accounts.chihiro, outside="営業の点検")
    _feed, token = feed_add(unit=accounts.materials, by=accounts.viewer(accounts.botan))
    (summary,) = summaries(token)
    assert summary.startswith("棚の点検 (D-00001)")
    assert "2" in summary.removeprefix("棚の点検 (D-00001)")
    text = fetch(token).content.replace(b"\r\n ", b"").decode()
    assert "佐倉" not in text
    assert "牧野" not in text
    assert "材料課" not in text, "the unit goes by its code"
    task_report(task=task_of(accounts.akari), words="済み", by=accounts.viewer(accounts.akari))
    assert "1" in summaries(token)[0].removeprefix("棚の点検 (D-00001)")


def test_the_calendar_is_in_the_language_of_who_keeps_it(accounts):
    Account.objects.filter(person=accounts.akari).update(language="en")
    _feed, token = feed_add(unit=None, by=accounts.viewer(accounts.akari))
    assert ("NAME", "Kuramori: my duties") in read(fetch(token).content)


def test_the_token_is_long_kept_nowhere_and_each_is_another(accounts):
    viewer = accounts.viewer(accounts.akari)
    feed, token = feed_add(unit=None, by=viewer)
    assert len(token) >= 43, "256 bits"
    assert token != feed_add(unit=None, by=viewer)[1]
    assert token not in feed.token_sha256
    entry = entries_about(feed.pk).get()
    assert entry.verb == "duties.feed.add"
    assert token not in bytes(entry.body).decode() + str(Disclosure.objects.get(entry=entry).members)


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "..", "é"])
def test_a_token_that_nobody_made_is_no_page(accounts, token):
    assert fetch(token).status_code == 404


def test_an_address_that_was_ended_answers_nobody(accounts):
    viewer = accounts.viewer(accounts.akari)
    feed, token = feed_add(unit=None, by=viewer)
    with pytest.raises(Refused):
        feed_retire(feed=feed, by=accounts.viewer(accounts.chihiro))
    assert fetch(token).status_code == 200
    feed_retire(feed=feed, by=viewer)
    assert fetch(token).status_code == 404
    assert feeds_of(viewer) == []


def test_it_answers_nobody_once_its_keeper_has_left_or_his_account_is_closed(accounts, clock):
    _feed, token = feed_add(unit=None, by=accounts.viewer(accounts.akari))
    _other, closed = feed_add(unit=None, by=accounts.viewer(accounts.chihiro))
    account_close(account=Account.objects.get(person=accounts.chihiro), by=SYSTEM)
    assert fetch(closed).status_code == 404
    engagement = accounts.engagement(accounts.akari)
    people.engagement_end(engagement=engagement, last=TODAY, today=TODAY, by=SYSTEM)
    assert fetch(token).status_code == 200, "the last day is still his"
    pass_days(clock, 1)
    assert fetch(token).status_code == 404


def test_who_heads_a_unit_no_more_has_its_calendar_no_more(accounts):
    _feed, token = feed_add(unit=accounts.materials, by=accounts.viewer(accounts.botan))
    assert fetch(token).status_code == 200
    units.unit_edit(unit=accounts.materials, head=accounts.akari, by=SYSTEM)
    assert fetch(token).status_code == 404


def test_nobody_has_the_calendar_of_a_unit_that_is_not_his(accounts):
    for who, unit in ((accounts.akari, accounts.materials), (accounts.botan, accounts.sales)):
        with pytest.raises(Refused):
            feed_add(unit=unit, by=accounts.viewer(who))
    assert Feed.objects.count() == 0
    assert unit_offers(accounts.viewer(accounts.akari)) == []
    assert [pk for pk, _name in unit_offers(accounts.viewer(accounts.botan))] == [accounts.materials.pk]
    assert len(unit_offers(accounts.viewer(accounts.chihiro))) == 4, "the office, of every unit"


def test_ten_addresses_are_enough(accounts):
    viewer = accounts.viewer(accounts.akari)
    kept = [feed_add(unit=None, by=viewer)[0] for _number in range(MOST)]
    with pytest.raises(Refused):
        feed_add(unit=None, by=viewer)
    feed_retire(feed=kept[0], by=viewer)
    assert feed_add(unit=None, by=viewer)


def test_the_page_shows_an_address_once_and_ends_it(accounts):
    akari = browser(accounts.akari)
    assert akari.get(PAGE).status_code == 200
    shown = akari.post(PAGE, {"unit": ""}).content.decode()
    token = shown.split("/duties/calendar/")[1].split(".ics")[0]
    assert fetch(token).status_code == 200
    again = akari.get(PAGE)
    assert token not in again.content.decode()
    assert "no-store" in again["Cache-Control"]
    feed = Feed.objects.get()
    assert akari.get(f"{PAGE}{feed.pk}/end/").status_code == 405
    assert browser(accounts.chihiro).post(f"{PAGE}{feed.pk}/end/").status_code == 404
    assert akari.post(f"{PAGE}{uuid7()}/end/").status_code == 404
    assert akari.post(f"{PAGE}{feed.pk}/end/").url == PAGE
    assert fetch(token).status_code == 404
    assert list(entries_about(feed.pk).values_list("verb", flat=True)) == ["duties.feed.retire", "duties.feed.add"]


@pytest.mark.parametrize("unit", ["x", "sales", "0190"])
def test_a_unit_that_is_not_offered_is_refused_by_the_page(accounts, unit):
    asked = str(accounts.sales.pk) if unit == "sales" else unit
    answer = browser(accounts.botan).post(PAGE, {"unit": asked})
    assert answer.status_code == 422
    assert Feed.objects.count() == 0
    assert not Entry.objects.filter(verb="duties.feed.add").exists()
    assert browser(accounts.botan).post(PAGE, {"unit": str(accounts.materials.pk)}).status_code == 200
    assert str(Feed.objects.get()) == "材料課"
