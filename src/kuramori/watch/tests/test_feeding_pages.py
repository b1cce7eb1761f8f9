"""The feed is switched by the office, for a reason; who keeps logs sees how it stands, everybody that it is (H3)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.translation import override

from kuramori.directory.acts import units
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import TODAY, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.room import role_permissions
from kuramori.register.acts import secret_edit
from kuramori.register.api import Audience, Secret, scope_open
from kuramori.watch.acts.settings import charter_retire, source_retire
from kuramori.watch.cases.acts import cases_gather
from kuramori.watch.cases.timeline_acts import timeline_open
from kuramori.watch.cases.timelines import Choice, lines, opened
from kuramori.watch.detecting.map_queries import coverage_map
from kuramori.watch.exhibits import access_exhibits
from kuramori.watch.feeding.acts import feed_off, feed_on
from kuramori.watch.feeding.openings import spool_open
from kuramori.watch.feeding.queries import feed_of
from kuramori.watch.feeding.standing import was_ever_fed
from kuramori.watch.feeding.wording import effects_of, feed_shown, page_words
from kuramori.watch.models import Alert, LedgerFeed, LogSource
from kuramori.watch.panels import access_panel
from kuramori.watch.privacy.own_page import own_page
from kuramori.watch.rules.detecting import Sight
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.tests.fed import WHY, deeds, own_source, runs, signs_in, switched_on

pytestmark = pytest.mark.django_db
SINCE = {"since": "2026-11-20", "reason": WHY}


@pytest.fixture
def officer(company: Company) -> Viewer:
    company.give(company.akari, Role.PRIVACY_OFFICER)
    return replace(company.viewer(company.akari), language="en")


@pytest.fixture
def own(company: Company) -> LogSource:
    return own_source()


# the act


def refused(words: str, **told: Any) -> None:
    with override("en"), pytest.raises(Refused, match=words):
        feed_on(**({"since": TODAY, "by": SYSTEM, "why": WHY} | told))
    assert not was_ever_fed()


def test_without_a_valid_charter_it_cannot_be_switched_on(company: Company, own: LogSource, charter: Any):
    charter_retire(charter=charter, by=SYSTEM, why="協議中")
    refused("No valid monitoring charter", source=own)


def test_a_source_of_a_site_needs_the_charter_of_that_site(company: Company, charter: Any):
    osaka = units.site_add(code="OSA", name_ja="大阪", name_en="Osaka", by=SYSTEM)
    refused("No valid monitoring charter", source=own_source(site=osaka))
    assert switched_on(own_source(name="東京の Kuramori", instance="tokyo", site=company.tokyo))


def test_only_a_standing_source_for_kuramori_itself_is_fed(own: LogSource, source: LogSource, charter: Any):
    refused("Only a log source for Kuramori itself", source=source)
    source_retire(source=own, by=SYSTEM, why="廃止")
    refused("Only a log source for Kuramori itself", source=own)


def test_a_day_to_come_is_refused_and_a_second_feed_too(own: LogSource, charter: Any):
    refused("lies ahead", source=own, since=TODAY + timedelta(days=1))
    feed = switched_on(own)
    assert str(feed) == own.name
    for source in (own, own_source(name="もう一つ", instance="second")):
        with override("en"), pytest.raises(Refused, match="twice"):
            switched_on(source)
    assert LedgerFeed.objects.count() == 1


def test_each_switch_is_an_act_with_its_reason(own: LogSource, charter: Any, company: Company):
    feed = switched_on(own, by=actor_of(company.akari))
    feed_off(feed=feed, by=actor_of(company.daichi), why="協議の結果")
    told = [(each.verb, each.why, each.actor_id) for each in read(entries_about(feed.pk))]
    assert told == [
        ("watch.feed.off", "協議の結果", company.daichi.pk), ("watch.feed.on", WHY, company.akari.pk),
    ]  # fmt: skip
    assert read(entries_about(own.pk)[:1])[0].verb == "watch.feed.on"


# the pages


def test_the_office_switches_it_on_and_off_on_its_page(visit: Any, officer: Viewer, own: LogSource, charter: Any):
    page = visit(officer, "feed-switch", own.pk)
    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="2026-11-20"' in text
    assert "Work on alerts is not taken" in text
    assert visit(officer, "feed-switch", own.pk, data=SINCE).status_code == 302
    feed = feed_of(officer, own)
    assert feed is not None
    assert feed.since == date(2026, 11, 20)
    assert "What was taken stays" in visit(officer, "feed-switch", own.pk).content.decode()
    assert visit(officer, "feed-switch", own.pk, data={"reason": "終了"}).status_code == 302
    assert feed_of(officer, own) is None


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"since": ""}, {"since": "morgen"}, {"reason": "長" * 1001}])
def test_what_is_entered_wrongly_is_told_and_nothing_is_switched(
    visit: Any, officer: Viewer, own: LogSource, charter: Any, wrong: dict[str, str]
):
    page = visit(officer, "feed-switch", own.pk, data=SINCE | wrong)
    assert page.status_code == 422
    assert set(page.context["form"].errors) == set(wrong)
    assert not was_ever_fed()


def test_a_refusal_stands_beside_what_was_entered(visit: Any, officer: Viewer, own: LogSource):
    page = visit(officer, "feed-switch", own.pk, data=SINCE)
    assert page.status_code == 422
    assert "No valid monitoring charter" in page.content.decode()
    assert WHY in page.content.decode()


def test_only_the_office_that_sets_charters_may_switch_and_company_wide_only(  # noqa: PLR0917
    visit: Any, company: Company, own: LogSource, source: LogSource, charter: Any, officer: Viewer
):
    roles = {role for role, held in role_permissions().items() if Permission.FEED_SWITCH in held}
    assert roles == {Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER}
    company.give(company.botan, Role.IT)
    botan = company.viewer(company.botan)
    assert visit(botan, "feed-switch", own.pk).status_code == 403
    assert visit(company.viewer(company.daichi), "feed-switch", own.pk, data=SINCE).status_code == 403
    company.give(company.botan, Role.INFORMATION_MANAGER, unit=company.materials)
    assert visit(company.viewer(company.botan), "feed-switch", own.pk).status_code == 403
    for pk in (source.pk, uuid4()):
        assert visit(officer, "feed-switch", pk).status_code == 404, "no other log is fed"
    assert not was_ever_fed()


def test_the_set_up_page_says_how_it_stands_and_who_may_switch_is_shown_the_way(
    visit: Any, officer: Viewer, company: Company, own: LogSource, charter: Any
):
    company.give(company.botan, Role.IT)
    keeper = replace(company.viewer(company.botan), language="en")
    page = visit(keeper, "source-set-up", own.pk)
    text = page.content.decode()
    assert "no opened page is noted" in text
    assert "/feed/" not in text, "he keeps logs; who is watched is not his to decide"
    assert "does not write its own acts" not in text
    assert page.context["checks"][0].startswith("Switch the feed on")
    assert f"/sources/{own.pk}/feed/" in visit(officer, "source-set-up", own.pk).content.decode()
    switched_on(own)
    signs_in(company.chihiro)
    runs()
    after = visit(keeper, "source-set-up", own.pk)
    assert "Acts since 2026-11-20 are taken into the logs" in after.content.decode()
    assert {str(word): value for word, value, _ in after.context["health"]["facts"]}["taken in"] == "1"


def test_other_sources_know_nothing_of_it_and_strangers_nothing_at_all(  # noqa: PLR0917
    visit: Any, officer: Viewer, company: Company, source: LogSource, own: LogSource, charter: Any
):
    switched_on(own)
    assert feed_shown(officer, source) is None
    assert visit(officer, "source-set-up", source.pk).context["feeding"] is None
    assert feed_of(company.viewer(company.chihiro), own) is None
    assert visit(company.viewer(company.chihiro), "source-set-up", own.pk).status_code == 403


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_word_of_it_is_in_the_readers_language(
    visit: Any, officer: Viewer, own: LogSource, charter: Any, language: str
):
    reader = replace(officer, language=language)
    pages = [visit(reader, name, own.pk).content.decode() for name in ("source-set-up", "feed-switch")]
    switched_on(own)
    pages += [visit(reader, name, own.pk).content.decode() for name in ("source-set-up", "feed-switch")]
    english = [word in "".join(pages) for word in ("Switch on", "Switch off", "Acts since", "Taken are", "act")]
    assert all(english[:4]) is (language == "en")
    assert ("取り込みます" in "".join(pages)) is (language == "ja")
    with override(language):
        assert len(effects_of(None)) > len(effects_of(LedgerFeed.objects.get())) > 0


# what others see of it, and the person concerned does not


def test_everybody_reads_on_his_own_page_what_is_told_of_him(
    visit: Any, company: Company, own: LogSource, charter: Any, secret: Secret
):
    chihiro = company.viewer(company.chihiro)
    before = visit(chihiro, "mine").content.decode()
    switched_on(own)
    signs_in(company.chihiro)
    runs()
    after = visit(chihiro, "mine").content.decode()
    assert [each.way for each in own_page(chihiro, TODAY).logged] == ["kuramori"]
    assert "どの秘密情報のページをいつ開き" in after
    assert before.count("<li>") == after.count("<li>"), "the page is the same whatever was found"


def test_the_map_shows_kuramori_itself_as_seen_once_it_told_something(
    visit: Any, company: Company, officer: Viewer, charter: Any
):
    def sight() -> Sight:
        cells = coverage_map(officer, TODAY, TODAY)[0].cells
        return next(cell.sighting.sight for cell in cells if cell.way == "kuramori")

    assert sight() is Sight.BLIND
    switched_on()
    assert sight() is Sight.SILENT
    signs_in(company.chihiro)
    runs()
    assert sight() is Sight.SEEN
    assert "Kuramori itself" in visit(officer, "coverage").content.decode()


def test_who_keeps_a_secret_does_not_learn_from_its_panel_or_its_proof_who_of_the_office_opened_it(
    company: Company,
    secret: Secret,
    charter: Any,
    read_log: None,
    opens: Callable[..., Any],
):
    akari = company.viewer(company.akari)
    shown = access_panel(secret, akari)
    told = [(each.statement, each.at) for each in access_exhibits(secret.as_subject(), akari, TODAY)]
    switched_on()
    spool_open()
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    assert opens(company.viewer(company.daichi), "secret-detail", secret.pk).status_code == 200
    runs()
    assert (company.daichi.number, "read", str(secret.pk)) in deeds()
    assert access_panel(secret, akari) == shown
    after = access_exhibits(secret.as_subject(), akari, TODAY)
    assert [str(statement) for statement, _at in told] == [str(each.statement) for each in after]


def test_a_timeline_shows_openings_beside_acts_and_neither_twice(  # noqa: PLR0917
    company: Company,
    alert: Alert,
    secret: Secret,
    charter: Any,
    read_log: None,
    opens: Callable[..., Any],
):
    scope_open(
        secret=secret, audience=Audience.PERSON, audience_id=company.chihiro.pk, by=actor_of(company.akari), why="応援"
    )
    switched_on()
    spool_open()
    signs_in(company.chihiro)
    assert opens(company.viewer(company.chihiro), "secret-detail", secret.pk).status_code == 200
    runs()
    case = cases_gather(today=date(2026, 11, 19))[0]
    opening = timeline_open(case=case, opener=company.daichi, reason=WHY, by=actor_of(company.daichi))
    daichi = replace(company.viewer(company.daichi), language="en")

    def rows(*channels: str) -> list[tuple[str, str]]:
        whose = opened(daichi, opening.pk)
        assert whose is not None
        with override("en"):
            chosen = Choice(since=date(2026, 11, 20), until=date(2026, 11, 20), channels=channels)
            return [(str(row["deed"]), str(row["source"])) for row in lines(daichi, whose, chosen)[0]]

    own = "Kuramori itself (ledger)"
    assert [source.startswith(own) for _deed, source in rows()] == [True, True]
    assert rows("kuramori") == rows()
    assert rows("files") == [("read", f"{own} kuramori")]
    assert rows("sign_in") == [("signed in", f"{own} kuramori")], "as an event where the ledger is not asked"


def test_an_event_of_ones_own_is_called_by_what_it_is_not_by_a_number():
    with override("en"):
        assert page_words({"source": "ledger", "secret_id": "7"}) == "its page in the register"
    assert page_words({"source": "ledger", "secret_id": None}) == ""
    assert page_words({"source": "samba", "secret_id": "7"}) == ""


def test_the_history_of_a_secret_is_not_filled_with_readings(
    company: Company,
    secret: Secret,
    charter: Any,
    opens: Callable[..., Any],
):
    switched_on()
    spool_open()
    before = entries_about(secret.pk).count()
    opens(company.viewer(company.akari), "secret-detail", secret.pk)
    runs()
    assert entries_about(secret.pk).count() == before
    secret_edit(secret=secret, by=actor_of(company.akari), title="電解液の配合比 二")
    assert entries_about(secret.pk).count() == before + 1
