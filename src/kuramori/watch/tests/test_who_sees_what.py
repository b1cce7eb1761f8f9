"""Role by role: which doors open, that none of them names the person, and that no page leads to a closed door.

One company, one lake and one alert stand for the whole file. The tables are written by hand, as an auditor reads them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from kuramori.directory.acts.people import identity_add
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import FOUNDED, NOON, TODAY, Company
from kuramori.governance.api import scheme_install
from kuramori.kernel import guards
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.registers.tests.suite import SIGN_IN, Acting
from kuramori.register.api import Secret, secret_add
from kuramori.watch.acts.alerts import Found, alert_review, alerts_keep
from kuramori.watch.acts.settings import account_add, charter_add, flow_add, source_add
from kuramori.watch.api import ingest
from kuramori.watch.cases.acts import cases_gather
from kuramori.watch.context import context_sync
from kuramori.watch.lake import lake
from kuramori.watch.measures import tiles
from kuramori.watch.models import Alert
from kuramori.watch.panels import access_panel
from kuramori.watch.reasons import reasons_text
from kuramori.watch.rules.alerts import State
from kuramori.watch.tests.conftest import LINE, PATH, SHARE, bulk_read, charter_words, leave
from kuramori_lake.detect import Code, Reason

pytestmark = pytest.mark.django_db

ANALYST, MANAGER, PRIVACY = Role.SECURITY_ANALYST, Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER
ANALYSTS = {ANALYST, MANAGER, PRIVACY}
KEEPERS_OF_LOGS = {Role.IT, Role.SYSTEM_ADMINISTRATOR}
READERS = {Role.AUDITOR, *ANALYSTS, *KEEPERS_OF_LOGS}
LOOK_BACK = {Role.HR, Role.LEAVER_TEAM, MANAGER, ANALYST}
CHARTERS = {Role.EMPLOYEE, Role.EXECUTIVE, Role.HR, Role.LEGAL, *READERS}
DOORS: dict[str, set[Role]] = {
    "alert-list": ANALYSTS,
    "alert-detail": ANALYSTS,
    "alert-events": ANALYSTS,
    "alert-history": ANALYSTS,
    "alert-review": {ANALYST, MANAGER},
    "alert-unseal": {MANAGER, PRIVACY},
    "unsealing-list": {MANAGER, PRIVACY},
    "unsealing-ask": {MANAGER, PRIVACY},
    "case-list": ANALYSTS | {Role.FORENSIC_EXPERT},
    "case-detail": ANALYSTS,
    "case-history": ANALYSTS,
    "case-step": {ANALYST, MANAGER},
    "expert-add": {MANAGER},
    "verdict-list": ANALYSTS,
    "verdict-add": {ANALYST, MANAGER},
    "leavers": LOOK_BACK,
    "look-back": LOOK_BACK,
    "health": READERS,
    "quarantine": READERS,
    "source-list": READERS,
    "source-detail": READERS,
    "source-add": KEEPERS_OF_LOGS,
    "source-edit": KEEPERS_OF_LOGS,
    "source-hand-in": {ANALYST, *KEEPERS_OF_LOGS},
    "account-list": READERS,
    "account-add": {ANALYST, MANAGER},
    "flow-list": READERS,
    "flow-add": {ANALYST, MANAGER},
    "charter-list": CHARTERS,
    "charter-detail": CHARTERS,
    "charter-add": {MANAGER, PRIVACY},
}
EXPERTS = {"case-detail", "case-history"}
"""An expert from outside may see cases; while none was opened to him, there are none."""
BY_NAME = {Role.HR, Role.LEAVER_TEAM}
"""Who knows leavers by name: it is their work."""
OUTSIDE = {Role.CUSTOMER_AUDITOR, Role.FORENSIC_EXPERT, Role.PARTNER_CONTACT}
"""Who comes from outside is no employee, whatever his contract."""
SOME = sorted(READERS | LOOK_BACK | {Role.EMPLOYEE, Role.PARTNER_CONTACT})
BELONGS_TO = {"expert": "case", "unsealing": "alert", "verdict": "alert"}
"""Pages whose address names what they add to."""
PUBLIC = {"charter-list", "charter-detail", "charter-add"}
"""Pages that speak of everybody: names on them are those of who answers for the watching."""
NAMES = re.compile("千尋|遠山|chihiro|toyama|チヒロ", re.IGNORECASE)
TITLE = "電解液の配合比"
LINK = re.compile(r'href="(/[^"#]*)"')


@dataclass(frozen=True)
class World:
    folder: Path
    company: Company
    secret: Secret
    alert: Alert
    line: UUID
    ids: dict[str, UUID]
    viewers: dict[Role, Viewer]

    def of(self, door: str) -> tuple[UUID, ...]:
        """What an address needs: the id of an alert, a case or a source, a leaver's line, or nothing."""
        thing = door.partition("-")[0]
        if door == "look-back":
            return (self.line,)
        asks = re.search("-(detail|events|history|review|unseal|ask|step|edit|hand-in)$|expert-add|verdict-add", door)
        return (self.ids[BELONGS_TO.get(thing, thing)],) if asks else ()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Committed once for this file; each test's own writes are rolled back."""
    folder = tmp_path_factory.mktemp("world")
    with (
        django_db_blocker.unblock(),
        pytest.MonkeyPatch.context() as patch,
        time_machine.travel(NOON, tick=False),
    ):
        patch.setattr("django.conf.settings.DATA", folder)
        yield founded(folder)
        guards.lift()
        call_command("flush", verbosity=0, interactive=False)
        guards.install()


def founded(folder: Path) -> World:
    company = Company()
    levels = {level.code: level for level in scheme_install(scheme="four", by=SYSTEM)}
    for person, account in ((company.chihiro, "chihiro"), (company.akari, "akari")):
        identity_add(person=person, namespace="ad", value=account, starts_on=FOUNDED, by=SYSTEM)
    secret = secret_add(
        number="S-0001", title=TITLE, keeper=company.akari, unit=company.materials, level=levels["top"], tier="a",
        identified_on=FOUNDED, places=[{"kind": "path", "text": rf"{SHARE}\配合"}], by=actor_of(company.akari),
    )  # fmt: skip
    kept = {
        "source": source_add(
            name="材料サーバ", kind="samba", instance="fs01", site=company.tokyo, shares=[[SHARE, PATH]], by=SYSTEM
        ),
        "account": account_add(raw="svc-backup", reason="夜間バックアップ", valid_from=FOUNDED, by=SYSTEM),
        "flow": flow_add(destination="web", value="partner.example", reason="契約", valid_from=FOUNDED, by=SYSTEM),
        "charter": charter_add(**charter_words(company), by=SYSTEM),
    }
    taken_in(folder)
    leave(company)
    kept["alert"] = alerts_keep(findings=[finding(company, secret)], as_of=TODAY)[0]
    kept["case"] = cases_gather(today=TODAY)[0]
    viewers = {role: holder(company, role) for role in Role}
    ids = {name: record.pk for name, record in kept.items()}
    return World(folder, company, secret, kept["alert"], company.engagement(company.chihiro).line, ids, viewers)


def taken_in(folder: Path) -> None:
    opened = [("chihiro", "配合/a.xlsx"), ("chihiro", "連絡/遠山千尋/b.txt"), ("akari", "配合/a.xlsx")]
    lines = [
        LINE.format(clock=f"09:00:{n:02d}", who=who, path=f"{PATH}/{file}") for n, (who, file) in enumerate(opened)
    ]
    (folder / "fs01.log").write_text("".join(lines) + "<173>Nov 19 chihiro broken\n", encoding="utf-8")
    ingest(source="samba", instance="fs01", paths=[folder / "fs01.log"])
    with lake() as found:
        context_sync(found, today=TODAY)


def finding(company: Company, secret: Secret) -> Found:
    touched = {
        "secret_count": 1, "secret_count_by_level": {"極秘": 1}, "top_secret_id": str(secret.pk),
        "top_secret_number": secret.number, "top_secret_level": "極秘", "top_secret_documents": 1,
    }  # fmt: skip
    reasons = [bulk_read(), Reason(code=Code.SECRETS, strength=0.5, numbers=touched, query="", parameters={})]
    return Found(
        key="k", person_id=company.chihiro.pk, unit_id=company.sales.pk, since=date_of(17), until=date_of(19),
        as_of=TODAY, queue="exit_watch", severity="high", score=82, channels=("removable",),
        reasons=reasons_text(reasons), secrets={secret.pk: 1},
    )  # fmt: skip


def date_of(day: int) -> Any:
    return TODAY.replace(day=day)


def holder(company: Company, role: Role) -> Viewer:
    """Somebody who holds this role and no other, for the whole company."""
    person = company.person(f"R-{role}", f"役 {role}", "ヤク", f"Yaku {role}", company.top)
    if role is not Role.EMPLOYEE:
        company.give(person, role)
    return company.viewer(person)


@pytest.fixture
def open_as(world: World, settings: Any, client: Client) -> Iterator[Any]:
    """Open a page of the world as a role, in a language."""
    settings.DATA = world.folder
    mine = "kuramori.kernel.registers.tests.suite.Acting"
    settings.MIDDLEWARE = [mine if each == SIGN_IN else each for each in settings.MIDDLEWARE]

    def go(role: Role, address: str, language: str = "ja", **posted: Any) -> Any:
        Acting.viewer = replace(world.viewers[role], language=language)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client.post(address, posted) if posted else client.get(address)

    yield go
    Acting.viewer = None


def address_of(world: World, door: str) -> str:
    return reverse(f"watch:{door}", args=world.of(door))


# doors


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_doors_and_no_other(world: World, open_as: Any, role: Role):
    held = {role} if role in OUTSIDE else {Role.EMPLOYEE, role}
    for door, roles in DOORS.items():
        status = open_as(role, address_of(world, door)).status_code
        nothing_of_his = role is Role.FORENSIC_EXPERT and door in EXPERTS
        assert status == (200 if held & roles else 404 if nothing_of_his else 403), door


@pytest.mark.parametrize(
    ("role", "language"),
    [*((role, "ja") for role in sorted(READERS | LOOK_BACK)), (ANALYST, "en"), (Role.LEAVER_TEAM, "en")],
)
def test_nobody_is_named_and_no_title_told_but_to_whom_it_is_due(world: World, open_as: Any, role: Role, language: str):
    for door in sorted(set(DOORS) - PUBLIC):
        page = open_as(role, address_of(world, door), language)
        text = unescape(page.content.decode())
        if role in BY_NAME and door in {"leavers", "look-back"}:
            assert NAMES.search(text), f"{door}: they settle the leaving and must know whose"
        elif not (role in KEEPERS_OF_LOGS and door == "quarantine"):
            assert not NAMES.search(text), door
        assert str(world.company.chihiro.pk) not in text, door
        if role is not MANAGER:  # the office for information management keeps the register
            assert "配合" not in text, f"{door}: who works on an alert does not thereby learn a secret's title"


@pytest.mark.parametrize("role", [ANALYST, PRIVACY, Role.IT, Role.LEAVER_TEAM, Role.AUDITOR])
def test_no_page_leads_to_a_closed_door(world: World, open_as: Any, role: Role):
    """A link that answers 403 tells that there is something, and helps nobody."""
    seen: dict[str, str] = {}
    for door in DOORS:
        page = open_as(role, address_of(world, door))
        if page.status_code == 200:
            seen |= {unescape(link): door for link in LINK.findall(page.content.decode()) if "/watch/" in link}
    assert seen
    for link, door in seen.items():
        assert open_as(role, link).status_code == 200, (door, link)


# exports and lists


@pytest.mark.parametrize("role", SOME)
def test_alerts_leave_the_house_only_by_who_may_and_never_with_a_name(world: World, open_as: Any, role: Role):
    answer = open_as(role, reverse("watch:alert-export"), format="csv", why="定例")
    assert answer.status_code == (200 if role in ANALYSTS else 403)
    if role in ANALYSTS:
        raw = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert world.alert.number in raw
        assert not NAMES.search(raw)
        assert str(world.company.chihiro.pk) not in raw
        assert TITLE not in raw


@pytest.mark.parametrize("query", ["千尋", "chihiro", "A-3", "chihiro@example.jp", "牡丹", "誰でもない"])
def test_no_search_by_name_finds_an_alert(world: World, open_as: Any, query: str):
    """A list that answers to one name and not to another is a name: whom it is about and who never was are alike."""
    assert world.alert.number not in open_as(ANALYST, f"/search/?q={query}").content.decode()
    assert open_as(ANALYST, f"{reverse('watch:alert-list')}?q={query}").context["rows"] == []


@pytest.mark.parametrize("sort", ["person", "who", "-person", "person__name"])
def test_no_order_of_the_list_sorts_by_who_it_is(world: World, open_as: Any, sort: str):
    page = open_as(ANALYST, f"{reverse('watch:alert-list')}?sort={sort}")
    assert page.status_code == 200
    assert 'aria-sort="ascending"' not in page.content.decode()


# front page


@pytest.mark.parametrize("role", list(Role))
def test_the_front_page_counts_for_each_role_what_it_may_open(world: World, open_as: Any, role: Role):
    told = {tile["url"] for tile in tiles(world.viewers[role], TODAY)}
    assert (reverse("watch:alert-list") in told) is (role in ANALYSTS)
    assert (reverse("watch:health") in told) is (role in READERS)


@pytest.mark.parametrize("role", SOME)
def test_who_reads_a_secret_is_told_to_its_keeper_and_the_office_only(world: World, open_as: Any, role: Role):
    panel = access_panel(world.secret, world.viewers[role]) or ""
    assert ("<table" in panel) is (role in ANALYSTS)
    assert not NAMES.search(panel)
    assert "<table" in (access_panel(world.secret, world.company.viewer(world.company.akari)) or "")


# steps


@pytest.mark.parametrize("role", SOME)
def test_a_step_is_taken_by_who_may_and_else_leaves_no_trace(world: World, open_as: Any, role: Role):
    address = address_of(world, "alert-review")
    answer = open_as(role, address, state="in_review", taken="me", comment="確認する")
    world.alert.refresh_from_db()
    is_allowed = role in {ANALYST, MANAGER}
    assert answer.status_code == (302 if is_allowed else 403)
    assert world.alert.comments.count() == is_allowed
    assert (world.alert.state == State.IN_REVIEW) is is_allowed


@pytest.mark.parametrize("role", SOME)
def test_a_name_is_shown_to_the_office_only(world: World, open_as: Any, role: Role):
    answer = open_as(role, address_of(world, "alert-unseal"), reason="本人への聞き取り")
    is_allowed = role in {MANAGER, PRIVACY}
    assert answer.status_code == (302 if is_allowed else 403)
    assert world.alert.unsealings.count() == is_allowed
    named = open_as(role, address_of(world, "alert-detail"))
    assert bool(NAMES.search(named.content.decode())) is is_allowed


def test_a_name_shown_to_one_is_shown_to_no_other(world: World, open_as: Any):
    open_as(PRIVACY, address_of(world, "alert-unseal"), reason="本人への聞き取り")
    for role in (MANAGER, ANALYST):
        for door in ("alert-detail", "alert-events", "alert-history", "alert-list"):
            assert not NAMES.search(open_as(role, address_of(world, door)).content.decode()), (role, door)


def test_an_export_right_after_the_name_was_shown_holds_none(world: World, open_as: Any):
    open_as(MANAGER, address_of(world, "alert-unseal"), reason="本人への聞き取り")
    for form in ("csv", "json"):
        raw = b"".join(open_as(MANAGER, reverse("watch:alert-export"), format=form).streaming_content).decode()
        assert not NAMES.search(raw)


def test_what_a_reviewer_wrote_is_read_by_the_office_and_by_nobody_else(world: World, open_as: Any):
    author = world.company.daichi
    alert_review(
        alert=world.alert, state=State.IN_REVIEW, comment="上長に確かめた", assignee=None, author=author,
        by=actor_of(author),
    )  # fmt: skip
    for role in SOME:
        page = open_as(role, address_of(world, "alert-detail")).content.decode()
        assert ("上長に確かめた" in page) is (role in ANALYSTS)
