"""How the register reads: histories as sentences, audiences in words, the keeper with his page, states in words."""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.acts.units import project_add, project_join
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import TODAY, Company
from kuramori.governance.api import Level
from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.history import lines
from kuramori.kernel.permissions import Role
from kuramori.kernel.room import verbs
from kuramori.register import acts
from kuramori.register.audience import audience_names
from kuramori.register.models import Secret
from kuramori.register.registers import keeper_link, secret_audience, secret_facts, secret_state, secrets
from kuramori.register.rules import Audience
from kuramori.register.tests.conftest import Add, Open


@pytest.fixture
def by(company: Company) -> Actor:
    return actor_of(company.akari)


@pytest.fixture
def lived(add: Add, company: Company, levels: dict[str, Level], by: Actor) -> Secret:
    """A secret to which everything has happened once."""
    secret = add("配合比")
    acts.secret_edit(secret=secret, note="改訂", by=by)
    acts.secret_reclassify(secret=secret, level=levels["top"], by=by, why="量産")
    acts.secret_value(secret=secret, technical=5, economic=4, legal=3, by=by)
    acts.secret_confirm(secret=secret, by=by)
    acts.non_public_confirm(secret=secret, by=by, why="特許検索")
    row = acts.scope_open(secret=secret, audience=Audience.PERSON, audience_id=company.chihiro.pk, by=by)
    acts.scope_close(scope=row, by=by)
    return acts.secret_retire(secret=secret, by=by, why="公表")


SAID = {
    "ja": [
        "佐倉 灯里 が S-0001 配合比 を台帳に登録しました",
        "佐倉 灯里 が S-0001 配合比 の登録内容を変更しました",
        "佐倉 灯里 が S-0001 配合比 の区分を「秘」から「極秘」に変更しました",
        "佐倉 灯里 が S-0001 配合比 の価値を評価しました",
        "佐倉 灯里 が棚卸しで S-0001 配合比 を確認しました",
        "佐倉 灯里 が S-0001 配合比 の非公知性を確認しました",
        "佐倉 灯里 が S-0001 配合比 の開示範囲を広げました",
        "佐倉 灯里 が S-0001 配合比 の開示範囲を狭めました",
        "佐倉 灯里 が S-0001 配合比 を台帳から外しました",
    ],
    "en": [
        "佐倉 灯里 entered S-0001 配合比 in the register",
        "佐倉 灯里 changed the entry of S-0001 配合比",
        "佐倉 灯里 moved S-0001 配合比 from “秘” to “極秘”",
        "佐倉 灯里 valued S-0001 配合比",
        "佐倉 灯里 confirmed S-0001 配合比 at the stocktaking",
        "佐倉 灯里 checked that S-0001 配合比 is not publicly known",
        "佐倉 灯里 widened the scope of disclosure of S-0001 配合比",
        "佐倉 灯里 narrowed the scope of disclosure of S-0001 配合比",
        "佐倉 灯里 took S-0001 配合比 out of the register",
    ],
}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_whole_life_of_a_secret_reads_as_sentences(lived: Secret, company: Company, language: str) -> None:
    with override(language):
        told = lines(lived, company.viewer(company.akari))[0]
    assert [line.sentence for line in reversed(told)] == SAID[language]


def test_no_sentence_of_the_room_is_left_untold() -> None:
    own = {verb for verb in verbs() if verb.startswith("register.")}
    assert len(own) == len(SAID["ja"]) + 1, "the import of a file is told with its file"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", ["全社", "部署：営業部", "案件：次世代電池", "個人：遠山 千尋", "取引先：架空化学（2026-11-25 まで）"]),
        ("en", None),
    ],
)
def test_each_audience_reads_in_the_reader_s_words(
    add: Add, company: Company, by: Actor, language: str, words: list[str] | None
) -> None:
    secret = add()
    project = project_add(code="P-1", name_ja="次世代電池", name_en="Next cell", by=SYSTEM)
    project_join(project=project, person=company.akari, starts_on=TODAY, by=SYSTEM)
    rows = [
        acts.scope_open(secret=secret, by=by, **named)
        for named in (
            {"audience": Audience.COMPANY},
            {"audience": Audience.UNIT, "audience_id": company.sales.pk},
            {"audience": Audience.PROJECT, "audience_id": project.pk},
            {"audience": Audience.PERSON, "audience_id": company.chihiro.pk},
            {"audience": Audience.PARTNER, "partner": "架空化学", "until": date(2026, 11, 25)},
        )
    ]
    with override(language):
        told = audience_names(company.viewer(company.akari), rows)
    if words is None:
        words = ["everybody in the company", "unit: Unit 2000", "project: Next cell", told[3]]
        words.append("partner: 架空化学 until 2026-11-25")
        assert told[3].startswith("person: ")
    assert told == words


def test_what_has_run_out_no_longer_stands_among_who_may_see_it(add: Add, company: Company, by: Actor) -> None:
    secret, akari = add(), company.viewer(company.akari)
    row = acts.scope_open(secret=secret, audience=Audience.COMPANY, until=TODAY, by=by)
    assert len(secret_audience(secret, akari)) == 2
    acts.scope_close(scope=row, by=by)
    assert len(secret_audience(secret, akari)) == 1


def test_the_keeper_leads_to_his_page_and_nobody_to_none(add: Add, company: Company) -> None:
    akari = company.viewer(company.akari)
    link = keeper_link(add(), akari)
    assert link is not None
    assert (str(link), link.url) == ("佐倉 灯里", reverse("directory:person-detail", args=[company.akari.pk]))
    assert keeper_link(add(tier="b", keeper=None), akari) is None


def test_the_list_leads_to_the_keeper(add: Add, company: Company, signed_in: Open) -> None:
    add()
    page = signed_in("botan").get(secrets.url("list")).content.decode()
    assert reverse("directory:person-detail", args=[company.akari.pk]) in page
    assert signed_in("botan").get(reverse("directory:person-detail", args=[company.akari.pk])).status_code == 200


def test_who_may_not_look_people_up_reads_the_name_without_a_link(add: Add, company: Company) -> None:
    botan = company.viewer(company.botan)
    kept = botan.permissions - {"directory:person:view"}
    link = keeper_link(add(), type(botan)(actor=botan.actor, person_id=botan.person_id, permissions=kept))
    assert link is not None
    assert (str(link), link.url) == ("佐倉 灯里", "")


@pytest.mark.parametrize(("language", "gaps"), [("ja", "3"), ("en", "3 gaps")])
def test_the_state_counts_the_gaps_and_says_when_there_are_none(  # noqa: PLR0917
    add: Add, company: Company, lived: Secret, by: Actor, language: str, gaps: str
) -> None:
    akari, secret = company.viewer(company.akari), add()
    with override(language):
        bare = secret_state(secret, akari)
        assert bare is not None
        assert gaps in str(bare)
        acts.secret_edit(secret=secret, usefulness="寿命", non_public="社外秘", by=by)
        acts.secret_value(secret=secret, technical=5, economic=4, legal=3, by=by)
        acts.non_public_confirm(secret=secret, by=by, why="特許検索")
        assert [getattr(secret_state(each, akari), "tone", None) for each in (secret, lived)] == ["ok", ""]


def test_the_page_says_the_value_once_it_was_valued(add: Add, company: Company, by: Actor) -> None:
    secret, akari = add(), company.viewer(company.akari)
    assert "5 / 4 / 3" not in [fact.value for fact in secret_facts(secret, akari)]
    acts.secret_value(secret=secret, technical=5, economic=4, legal=3, by=by)
    assert "5 / 4 / 3" in [fact.value for fact in secret_facts(secret, akari)]


@pytest.mark.parametrize(("who", "rows"), [("daichi", 2), ("chihiro", 1)])
def test_an_export_holds_what_its_reader_may_see_and_nothing_else(
    add: Add, company: Company, signed_in: Callable[[str], Client], who: str, rows: int
) -> None:
    add("配合比")
    add("顧客名簿", unit=company.sales, keeper=company.chihiro)
    company.give(company.chihiro, Role.UNIT_HEAD)
    answer = signed_in(who).post(secrets.url("export"), {"format": "json", "why": "点検"})
    written = b"".join(answer.streaming_content).decode()
    assert (written.count("S-000"), "配合比" in written) == (rows, rows == 2)


def test_who_may_read_may_not_therefore_take_the_list_away(add: Add, signed_in: Open) -> None:
    add()
    assert signed_in("botan").post(secrets.url("export"), {"format": "json", "why": "点検"}).status_code == 403


@pytest.mark.parametrize(("word", "found"), [("佐倉", True), ("A-1", True), ("A-3", False), ("だれか", False)])
def test_the_list_is_narrowed_by_the_keeper_s_number_or_name(
    add: Add,
    signed_in: Open,
    word: str,
    found: bool,
) -> None:
    add("配合比")
    page = signed_in("botan").get(f"{secrets.url('list')}?{urlencode({'keeper': word})}").content.decode()
    assert ("配合比" in page) is found
