"""A person's recognition timeline: opened for a reason, to one viewer, for a day; each line says where it is from."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from kuramori.directory.api import Account, Person, actor_of, viewer_of_system
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.evidence.api import PersonAsked, seal_now, statement_add
from kuramori.evidence.claims.persons import LOOK_BACK, asked_about, person_exhibits
from kuramori.evidence.models import Hold, OpenedTimeline
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.room import Exhibit
from kuramori.register.acts import scope_open, secret_add, secret_confirm
from kuramori.register.api import Audience, Secret
from kuramori.register.exhibits import scope_exhibits
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.api import ingest
from kuramori.watch.context import context_sync
from kuramori.watch.exhibits import access_exhibits
from kuramori.watch.lake import lake
from kuramori.watch.models import Alert
from kuramori.watch.person_exhibits import MEANING, of_person
from kuramori.watch.reasons import reasons_text
from kuramori.watch.tests.conftest import PATH, bulk_read, leave
from kuramori_lake.deeds import Deed
from kuramori_lake.detect import Code, Reason
from kuramori_lake.event import Activity

NOTICE = date(2026, 11, 19)
REASON = "警察相談の準備"
SHAPE = "<173>Nov 19 {at} smbd_audit: 2026/11/{day} {at}|chihiro|10.1.4.7|pc7|zairyo|{deed}\n"
OPENED = f"create_file|{{}}|0x120089|file|open|{PATH}/配合/a.xlsx"
pytestmark = pytest.mark.django_db
Browse = Callable[[Person], Client]


@pytest.fixture
def browse(client: Client) -> Browse:
    def sign_in(person: Person) -> Client:
        account, _made = Account.objects.get_or_create(email=person.mail, defaults={"person": person, "language": "ja"})
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def office(company: Company, browse: Browse) -> Client:
    company.give(company.botan, Role.INFORMATION_MANAGER)
    return browse(company.botan)


@pytest.fixture
def logged(read_log: None, tmp_path: Path) -> None:
    """Chihiro reads the secret on the 17th and 19th; then renames it, is refused, and deletes it."""
    deeds = [
        ("17", "10:00:00", OPENED.format("ok")),
        ("19", "21:31:00", f"renameat|ok|{PATH}/配合/a.xlsx|{PATH}/配合/写真.jpg"),
        ("19", "21:32:00", OPENED.format("fail (Permission denied)")),
        ("19", "21:33:00", f"unlinkat|ok|{PATH}/配合/b.xlsx"),
    ]
    file = tmp_path / "late.log"
    file.write_text("".join(SHAPE.format(day=day, at=at, deed=deed) for day, at, deed in deeds), encoding="utf-8")
    assert ingest(source="samba", paths=[file], instance="fs01").files[0].rejected == 0
    with lake() as found:
        context_sync(found, today=TODAY)


def asked(company: Company, secret: Secret | None = None, **more: Any) -> PersonAsked:
    subject = secret.as_subject() if secret else None
    words = {"noticed_on": None, "today": TODAY, **more}
    return asked_about(viewer_of_system(), company.chihiro.as_subject(), subject, **words)


def of(exhibits: list[Exhibit], element: str) -> list[Exhibit]:
    return [each for each in exhibits if each.element == element]


def open_for(client: Client, number: str = "A-3", **values: object) -> Any:
    data = {"number": number, "noticed_on": "", "why": REASON, "secret": "", **values}
    return client.post(reverse("evidence:timeline-ask"), data)


def test_what_he_opened_and_what_it_may_mean_stand_in_order_with_their_log_lines(
    company: Company, secret: Secret, logged: None
) -> None:
    """EVD-03: all items in order of time; EVD-04: indicators with weight, innocent explanation and the raw event."""
    found = person_exhibits(viewer_of_system(), asked(company, secret, noticed_on=NOTICE))
    times = [each.at for each in found]
    assert times == sorted(times)
    opened = of(found, "access")
    assert {each.at.day for each in opened} == {17, 19}
    assert all("S-0001" in each.statement and ".log" in each.statement for each in opened)
    indicators = of(found, "intent")
    assert sorted(each.weight for each in indicators) == [2, 3, 3, 4], "renamed, deleted, after notice, refused"
    assert all(each.against and each.kind == "circumstantial" for each in indicators)
    assert [each.at.astimezone(viewer_of_system().zone).date() for each in of(found, "notice")] == [NOTICE]


def test_without_a_day_of_notice_nothing_is_after_it_and_without_a_lake_nothing_was_opened(
    company: Company, secret: Secret, logged: None, settings: Any, tmp_path: Path
) -> None:
    found = person_exhibits(viewer_of_system(), asked(company, secret))
    assert not of(found, "notice")
    assert sorted(each.weight for each in of(found, "intent")) == [2, 3, 4]
    settings.DATA = tmp_path / "elsewhere"
    assert not of(person_exhibits(viewer_of_system(), asked(company, secret)), "access")


def test_hr_s_day_of_notice_and_last_day_count_for_those_who_may_know_them(company: Company) -> None:
    leave(company)
    known = asked(company)
    assert known.noticed_on == date(2026, 11, 10)
    assert asked(company, today=date(2027, 2, 1)).until == date(2026, 12, 31), "nothing after his last day"
    company.give(company.botan, Role.LEGAL)
    person = company.chihiro.as_subject()
    hidden = asked_about(company.viewer(company.botan), person, None, noticed_on=None, today=TODAY)
    assert hidden.noticed_on is None
    stated = asked_about(company.viewer(company.botan), person, None, noticed_on=NOTICE, today=TODAY)
    assert stated.noticed_on == NOTICE


def test_alerts_give_their_reasons_as_indicators_with_the_day_they_speak_of(
    company: Company, secret: Secret, alert: Alert, found: Callable[..., Found]
) -> None:
    company.give(company.botan, Role.INFORMATION_MANAGER)
    viewer = company.viewer(company.botan)
    (one,) = of_person(asked(company, secret), viewer)
    assert (one.weight, one.at.astimezone(viewer.zone).date()) == (5, date(2026, 11, 18))
    assert one.url == reverse("watch:alert-events", args=[alert.pk])
    assert one.against == MEANING["reason"]["bulk_read"]["against"]["ja"]
    numbers = {"notice_on": "2026-11-10", "last_day": "2026-12-18", "days_since_notice": 7, "days_until_last_day": 31}
    leaver = Reason(
        code=Code.LEAVER, strength=0.3, query="", parameters={},
        numbers=numbers | {"documents_before": 1, "documents_after": 2, "secret_before": 0, "secret_after": 2},
    )  # fmt: skip
    known = Reason(code=Code.DAILY_BREAD, strength=-0.2, numbers={"share_familiar": 0.9, "lowered_by": 2}, query="",
                   parameters={})  # fmt: skip
    alerts_keep(findings=[found(reasons=reasons_text([bulk_read(), leaver, known]), secrets={secret.pk: 9})],
                as_of=NOTICE)  # fmt: skip
    assert len(list(of_person(asked(company, secret), viewer))) == 1, "his leaving is HR's to know"
    assert len(list(of_person(asked(company, secret), viewer_of_system()))) == 2, "what lowers a score is no indicator"
    elsewhere = PersonAsked(**(vars(asked(company, secret)) | {"until": date(2026, 11, 1)}))
    assert not list(of_person(elsewhere, viewer))


def test_nobody_is_told_who_may_not_open_timelines_and_nobody_of_himself(
    company: Company, secret: Secret, alert: Alert
) -> None:
    company.give(company.chihiro, Role.INFORMATION_MANAGER)
    company.give(company.botan, Role.LEGAL, unit=company.research)
    for person in (company.akari, company.daichi, company.chihiro, company.botan):
        viewer = company.viewer(person)
        assert not list(of_person(asked(company, secret), viewer))
        if person is not company.chihiro:
            assert not scope_exhibits(asked(company, secret), viewer)
    gone = PersonAsked(**(vars(asked(company)) | {"person": secret.as_subject()}))
    assert not list(of_person(gone, viewer_of_system()))


def test_of_secrets_out_of_sight_neither_name_nor_number_is_told(
    company: Company, secret: Secret, logged: None, alert: Alert
) -> None:
    lawyer = company.person("A-9", "法務 太郎", "ホウム タロウ", "Taro Homu", company.sales)
    company.give(lawyer, Role.LEGAL)
    found = person_exhibits(company.viewer(lawyer), asked(company))
    assert of(found, "access")
    words = "".join(f"{each.title}{each.statement}" for each in found)
    assert "S-0001" not in words
    assert "電解液" not in words
    assert "あなたに開示されていない秘密情報" in words
    assert not any(each.url for each in found), "he may not open alerts"


def test_what_was_open_to_him_and_what_he_did_in_the_register_show_that_he_could_know(
    company: Company, secret: Secret
) -> None:
    by = actor_of(company.akari)
    scope_open(secret=secret, audience=Audience.UNIT, audience_id=company.sales.pk, by=by)
    scope_open(secret=secret, audience=Audience.PERSON, audience_id=company.botan.pk, by=by)
    secret_confirm(secret=secret, by=actor_of(company.chihiro))
    found = of(person_exhibits(viewer_of_system(), asked(company, secret)), "recognition")
    assert [each.source for each in found] == ["register.scope", "evidence.acts"]
    assert "営業部" in str(found[0].statement)
    assert "極秘" in str(found[0].statement)
    assert found[0].entry_id
    assert "遠山 千尋" in found[1].statement
    assert "S-0001" in found[1].statement
    everywhere = of(person_exhibits(viewer_of_system(), asked(company)), "recognition")
    assert [each.source for each in everywhere] == ["evidence.acts"]


def test_a_timeline_opens_to_one_viewer_for_a_reason_and_closes_after_a_day(
    company: Company, secret: Secret, office: Client, browse: Browse, logged: None
) -> None:
    assert open_for(office, why="").status_code == 422
    assert open_for(office, number="A-2").status_code == 422, "his own"
    assert open_for(office, number="X-1").status_code == 422
    assert open_for(office, secret=uuid4()).status_code == 404
    assert not OpenedTimeline.objects.exists()
    answer = open_for(office, noticed_on=NOTICE.isoformat(), secret=secret.pk)
    opened = OpenedTimeline.objects.get()
    assert answer["location"] == reverse("evidence:timeline", args=[opened.pk])
    (entry,) = read(entries_about(opened.pk))
    assert (entry.verb, entry.why) == ("evidence.timeline.open", REASON)
    assert not entries_about(company.chihiro.pk).filter(verb=entry.verb).exists(), "his history does not warn him"
    page = office.get(answer["location"]).content.decode()
    assert REASON in page
    assert "遠山 千尋" in page
    company.give(company.daichi, Role.AUDITOR)
    assert browse(company.daichi).get(answer["location"]).status_code == 404, "open to another"
    with time_machine.travel(NOON + timedelta(hours=25), tick=False):
        assert browse(company.botan).get(answer["location"]).status_code == 404


def test_the_page_parts_before_from_after_notice_and_weighs_the_claim_with_what_he_did(
    company: Company, secret: Secret, office: Client, logged: None, alert: Alert
) -> None:
    statement_add(
        about=secret.as_subject(), recorded_by=None, element="recognition", kind="testimony", said_by="上長",
        said_on=TODAY, text="極秘と説明した", by=SYSTEM,
    )  # fmt: skip
    seal_now()
    answer = office.get(open_for(office, noticed_on=NOTICE.isoformat(), secret=secret.pk)["location"])
    page = answer.content.decode()
    assert "申出・警告の日（2026-11-19）以後" in page
    assert {line["at"][:10] for line in answer.context["after"]} == {"2026-11-19"}
    assert max(line["at"] for line in answer.context["before"]) < "2026-11-19"
    weights = [each["weight"] for each in answer.context["indicators"]]
    assert weights == sorted(weights, reverse=True)
    assert len(weights) >= 5, "EVD-04: five indicators, each with where it comes from"
    elements = {each.code: each for each in answer.context["matrix"].elements}
    assert elements["fault"].exhibits
    assert elements["fault"].rests_on_conclusions
    assert "間接証拠しかありません" in page
    assert [each.title for each in elements["recognition"].exhibits if each.exhibit.kind == "testimony"] == ["上長"]
    other = office.get(answer.request["PATH_INFO"], {"claim": "jp-tort"})
    assert other.context["matrix"].code == "jp-tort"


def test_the_timeline_of_all_secrets_has_no_claim_and_an_empty_one_says_so(company: Company, office: Client) -> None:
    answer = office.get(open_for(office)["location"])
    assert "matrix" not in answer.context
    assert "記録はありません" in answer.content.decode()
    asking = office.get(reverse("evidence:timeline-ask"), {"secret": str(uuid4())}).content.decode()
    assert "24時間" in asking


def test_what_an_open_timeline_is_about_is_preserved_from_its_page_for_a_reason(
    company: Company, secret: Secret, office: Client, browse: Browse
) -> None:
    """LEV-10, SYS-16: person and secret are held together, as far back as the timeline reaches; he is not told."""
    page = open_for(office, secret=secret.pk)["location"]
    opened = OpenedTimeline.objects.get()
    place = reverse("evidence:timeline-preserve", args=[opened.pk])
    assert "この人についての保全はまだありません" in office.get(page).content.decode()
    assert "保全の理由を入力してください" in office.post(place, {"why": ""}, follow=True).content.decode()
    assert not Hold.objects.exists()
    assert office.post(place, {"why": REASON})["location"] == page
    hold = Hold.objects.get()
    assert {held.subject_id for held in hold.subjects.all()} == {company.chihiro.pk, secret.pk}
    assert (hold.covers_from, hold.reason) == (TODAY - LOOK_BACK, REASON)
    assert str(secret) in hold.matter
    shown = office.get(page).content.decode()
    assert reverse("evidence:hold-detail", args=[hold.pk]) in shown
    assert reverse("register:secret-detail", args=[secret.pk]) in shown
    assert not entries_about(company.chihiro.pk).filter(verb__startswith="evidence.").exists()
    assert office.post(reverse("evidence:timeline-preserve", args=[uuid4()]), {"why": REASON}).status_code == 404
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    assert browse(company.daichi).post(place, {"why": REASON}).status_code == 404, "open to another"


def test_the_page_that_leads_there_names_the_person_and_a_stranger_is_not_named(company: Company, office: Client):
    ask = reverse("evidence:timeline-ask")
    assert 'value="A-3"' in office.get(ask, {"person": str(company.chihiro.pk)}).content.decode()
    for person in (str(uuid4()), "nobody"):
        assert 'name="number" value' not in office.get(ask, {"person": person}).content.decode()


@pytest.mark.parametrize(
    ("activity", "way", "outcome", "out", "refused"),
    [
        ("copy", "removable", "ok", True, False),
        ("print", None, "ok", True, False),
        ("copy", "folder", "ok", False, False),
        ("read", None, "denied", False, True),
    ],
)
def test_what_leaves_the_system_and_what_was_refused(
    activity: str, way: str | None, outcome: str, out, refused
) -> None:
    deed = Deed(
        day=TODAY, secret_id=None, activity=activity, destination_class=way, outcome=outcome, first=NOON, documents=1,
        file=None, row=None,
    )  # fmt: skip
    assert (deed.went_out, deed.was_refused) == (out, refused)


def test_meanings_name_deeds_and_reasons_that_exist_in_both_languages() -> None:
    assert MEANING["deed"].keys() <= {*map(str, Activity), "refused"}
    assert MEANING["reason"].keys() <= set(map(str, Code))
    for told in (*MEANING["deed"].values(), *MEANING["reason"].values()):
        assert not told["against"]["ja"].isascii()
        assert told["against"]["en"].isascii()
    assert all(1 <= told["weight"] <= 5 for told in MEANING["deed"].values())


def test_a_log_that_falls_silent_is_a_gap_in_the_proof_of_the_secrets_it_told_of(
    company: Company, secret: Secret, read_log: None
) -> None:
    """EVD-01: removing access logs lowers what is proven and says so."""

    def gaps(viewer: Viewer) -> list[str]:
        return [str(each.statement) for each in access_exhibits(secret.as_subject(), viewer, TODAY) if each.is_gap]

    keeper = company.viewer(company.akari)
    with time_machine.travel(NOON - timedelta(hours=6), tick=False):
        assert gaps(keeper) == []
    assert gaps(keeper) == ["途絶えているログがあります：材料サーバ。"], "nothing came in for more than a day"
    other = secret_add(
        number="S-2", title="連絡先", keeper=company.akari, unit=company.materials, level=secret.level,
        places=[{"kind": "path", "text": r"\\fs09\xx"}], by=actor_of(company.akari),
    )  # fmt: skip
    told = access_exhibits(other.as_subject(), keeper, TODAY)
    assert [each.is_gap for each in told] == [True], "no log names a place of it at all"
