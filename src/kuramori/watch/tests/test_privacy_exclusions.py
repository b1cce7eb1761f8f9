"""Exclusions: asked by one, decided by another, for a year at most; then no evaluation, or no row at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.permissions import Role, Viewer
from kuramori.watch.api import ingest
from kuramori.watch.context import context_of, context_sync
from kuramori.watch.lake import lake
from kuramori.watch.models import Exclusion, LogSource
from kuramori.watch.privacy.exclusion_acts import (
    Excluded,
    exclusion_add,
    exclusion_approve,
    exclusion_refuse,
    exclusion_retire,
)
from kuramori.watch.privacy.exclusions import exclusions, exclusions_visible_to
from kuramori.watch.privacy.figures import figures_of
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.privacy import quarter_of
from kuramori.watch.tests.test_registers import OpenToItsReaders

TODAY = NOON.date()
YEAR = date(2027, 11, 19)
LOGGED = date(2026, 11, 19)


class Offices:
    """Akari, the privacy officer, asks; Daichi, the information manager, decides."""

    def __init__(self, company: Company) -> None:
        company.give(company.akari, Role.PRIVACY_OFFICER)
        company.give(company.daichi, Role.INFORMATION_MANAGER)


@pytest.fixture
def offices(company: Company) -> Offices:
    return Offices(company)


def asked(company: Company, person: Any = None, **words: Any) -> Exclusion:
    plain: dict[str, Any] = {
        "who": Excluded(person=person or company.chihiro), "kind": "not_evaluated", "ground": "council",
        "reason": "事業所委員会委員", "valid_from": TODAY, "valid_to": YEAR, "by": actor_of(company.akari),
    }  # fmt: skip
    return exclusion_add(**(plain | words))


def approved(company: Company, **words: Any) -> Exclusion:
    daichi = company.daichi
    return exclusion_approve(exclusion=asked(company, **words), person=daichi, reason="法による", by=actor_of(daichi))


def since_before(company: Company, **words: Any) -> Exclusion:
    """One that was in force when the events of the tests' log happened."""
    with time_machine.travel(NOON - timedelta(days=10), tick=False):
        return approved(company, **({"valid_from": date(2026, 11, 10), "valid_to": YEAR - timedelta(days=30)} | words))


def test_it_has_no_effect_until_another_one_agrees(company: Company, charter: Any, offices: Offices):
    exclusion = asked(company)
    assert exclusion.number == "E-2026-0001"
    assert context_of(TODAY).excluded == []
    exclusion_approve(exclusion=exclusion, person=company.daichi, reason="法による", by=actor_of(company.daichi))
    (one,) = [each for each in context_of(TODAY).excluded if each.raw == "chihiro"]
    assert (one.reason, one.since, one.until) == ("E-2026-0001", TODAY, YEAR)


@pytest.mark.parametrize("who", ["akari", "chihiro"])
def test_neither_who_asked_nor_who_is_concerned_decides(company: Company, offices: Offices, who: str):
    exclusion, person = asked(company), getattr(company, who)
    for decide in (exclusion_approve, exclusion_refuse):
        with pytest.raises(Refused):
            decide(exclusion=exclusion, person=person, reason="よし", by=actor_of(person))
    assert Exclusion.objects.get().decided_by is None


def test_a_decision_needs_a_reason_and_falls_once(company: Company, offices: Offices):
    exclusion, daichi = asked(company), company.daichi
    with pytest.raises(Refused):
        exclusion_approve(exclusion=exclusion, person=daichi, reason=" ", by=actor_of(daichi))
    exclusion_refuse(exclusion=exclusion, person=daichi, reason="委員でない", by=actor_of(daichi))
    with pytest.raises(Refused):
        exclusion_approve(exclusion=exclusion, person=daichi, reason="やはり", by=actor_of(daichi))
    assert context_of(TODAY).excluded == []


@pytest.mark.parametrize(
    "words",
    [
        {"reason": " "},
        {"who": Excluded()},
        {"who": Excluded(raw="doctor")},
        {"who": Excluded(namespace="ad")},
        {"sources": ("x",)},
        {"valid_from": TODAY - timedelta(days=1)},
        {"valid_to": TODAY - timedelta(days=1)},
        {"valid_to": YEAR + timedelta(days=1)},
        {"by": SYSTEM},
    ],
)
def test_what_may_not_be_asked_is_refused(company: Company, offices: Offices, words: dict[str, Any]):
    with pytest.raises(Refused):
        asked(company, **words)
    assert not Exclusion.objects.exists()


def test_nobody_asks_for_himself_or_twice(company: Company, offices: Offices):
    with pytest.raises(Refused):
        asked(company, company.akari)
    asked(company)
    with pytest.raises(Refused):
        asked(company)
    assert Exclusion.objects.count() == 1


def test_the_database_itself_knows_that_two_must_agree(company: Company, offices: Offices):
    exclusion = asked(company)
    for wrong in ({"decided_by": company.akari}, {"decided_by": company.chihiro}, {"asked_by": company.chihiro}):
        for name, value in wrong.items():
            setattr(exclusion, name, value)
        with pytest.raises(IntegrityError), act("watch.exclusion.approve", by=SYSTEM):
            exclusion.save()
        exclusion.refresh_from_db()


def test_a_late_decision_does_not_reach_back(company: Company, offices: Offices):
    exclusion = asked(company)
    with time_machine.travel(NOON + timedelta(days=5), tick=False):
        exclusion_approve(exclusion=exclusion, person=company.daichi, reason="可", by=actor_of(company.daichi))
    assert Exclusion.objects.get().valid_from == TODAY + timedelta(days=5)


def test_nobody_is_behind_the_name_on_those_days_and_again_after_them(company: Company, charter: Any, offices: Offices):
    """Neither a timeline nor a look-back reaches into excluded days."""
    approved(company, valid_to=TODAY + timedelta(days=9))
    told = [each for each in context_of(TODAY).identities if each.raw == "chihiro"]
    assert [each.until for each in told] == [TODAY - timedelta(days=1), None]
    assert told[1].since == TODAY + timedelta(days=10)
    assert [each.until for each in context_of(TODAY).identities if each.raw == "botan"] == [None]


def test_an_account_is_excluded_like_a_person(company: Company, charter: Any, offices: Offices):
    approved(company, who=Excluded(namespace="ad", raw="Chihiro"))
    assert [each.raw for each in context_of(TODAY).excluded] == ["Chihiro"]
    assert [each.until for each in context_of(TODAY).identities if each.raw == "chihiro"] == [TODAY - timedelta(days=1),
                                                                                              None]  # fmt: skip


def test_who_is_not_evaluated_is_nobody_in_the_lake(
    company: Company, charter: Any, offices: Offices, source: LogSource, log: Callable[..., Path]
):
    since_before(company)
    ingest(source="samba", instance="fs01", paths=[log(("chihiro", "a.xlsx"), ("botan", "b.xlsx"))])
    with lake() as found:
        context_sync(found, today=TODAY)
        rows = found.query("SELECT actor_raw, person_id, excluded_reason FROM joined_events ORDER BY 1").to_pylist()
    assert [row["actor_raw"] for row in rows] == ["botan", "chihiro"]
    assert rows[0]["person_id"] == str(company.botan.pk)
    assert (rows[1]["person_id"], rows[1]["excluded_reason"]) == (None, "E-2026-0001")


def test_who_is_not_taken_in_leaves_no_row_from_the_next_file_on(
    company: Company, charter: Any, offices: Offices, source: LogSource, log: Callable[..., Path]
):
    since_before(company, kind="not_taken_in")
    report = ingest(source="samba", instance="fs01", paths=[log(("chihiro", "a.xlsx"), ("botan", "b.xlsx"))])
    assert (report.total("rows"), report.total("accepted"), report.total("ignored")) == (2, 1, 1)
    assert report.total("rejected") == report.total("duplicate") == 0
    with lake() as found:
        assert found.query("SELECT actor_raw FROM events")["actor_raw"].to_pylist() == ["botan"]
        assert b"a.xlsx" not in b"".join(each.read_bytes() for each in found.root.rglob("*") if each.is_file())


def test_single_logs_are_left_out_while_the_others_are_evaluated(
    company: Company, charter: Any, offices: Offices, source: LogSource, log: Callable[..., Path]
):
    since_before(company, kind="not_taken_in", sources=(str(source.pk),))
    told = context_of(TODAY)
    assert told.excluded == []
    assert {(each.source, each.instance) for each in told.untaken} == {("samba", "fs01")}
    other = log(("chihiro", "a.xlsx"))
    assert ingest(source="samba", instance="fs02", paths=[other]).total("accepted") == 1
    assert ingest(source="samba", instance="fs01", paths=[other]).total("accepted") == 0


def test_what_was_ended_still_covers_its_days(company: Company, charter: Any, offices: Offices):
    exclusion = approved(company)
    exclusion_retire(exclusion=exclusion, by=actor_of(company.daichi), why="任期満了")
    assert [each.until for each in context_of(TODAY).excluded if each.raw == "chihiro"] == [TODAY]
    withdrawn = exclusion_retire(exclusion=asked(company), by=actor_of(company.akari), why="誤り")
    assert withdrawn.standing(TODAY) == "withdrawn"


def test_one_that_is_ended_before_it_begins_does_nothing(company: Company, charter: Any, offices: Offices):
    exclusion = approved(company, valid_from=TODAY + timedelta(days=30))
    exclusion_retire(exclusion=exclusion, by=actor_of(company.daichi), why="辞任")
    assert context_of(TODAY).excluded == []


def test_only_the_offices_see_it_and_the_persons_history_tells_nothing(company: Company, offices: Offices):
    exclusion = approved(company)
    assert not entries_about(company.chihiro.pk).filter(verb__startswith="watch.").exists()
    assert entries_about(exclusion.pk).count() == 2
    assert exclusions_visible_to(company.viewer(company.akari)).exists()
    for role in (Role.SECURITY_ANALYST, Role.HR, Role.AUDITOR, Role.EXECUTIVE, Role.IT):
        company.give(company.botan, role)
    assert not exclusions_visible_to(company.viewer(company.botan)).exists()


def test_the_works_council_is_told_how_many_and_never_so_few_that_it_points(company: Company, offices: Offices):
    office = Viewer(actor=SYSTEM, person_id=None, permissions=frozenset({Permission.REPORT_ADD}))
    approved(company)
    told = figures_of(office, quarter_of(TODAY), None)["exclusions"]
    assert told == {"not_evaluated": None, "not_taken_in": 0}
    for number in range(5):
        approved(company, who=Excluded(namespace="ad", raw=f"arzt{number}"), kind="not_taken_in")
    assert figures_of(office, quarter_of(TODAY), None)["exclusions"]["not_taken_in"] == 5
    assert figures_of(office, quarter_of(TODAY), company.tokyo)["exclusions"]["not_taken_in"] == 0
    assert figures_of(office, quarter_of(TODAY).next.next.next.next, None)["exclusions"]["not_taken_in"] == 0


@pytest.fixture(params=["ja", "en"])
def decider(request: pytest.FixtureRequest, company: Company, offices: Offices) -> Viewer:
    return replace(company.viewer(company.daichi), language=request.param)


@pytest.mark.parametrize("data", [{"x": ""}, {"decision": "agree"}, {"decision": "maybe", "reason": "x"}])
def test_a_decision_that_lacks_something_is_asked_again(
    visit: Any, company: Company, decider: Viewer, data: dict[str, str]
):
    assert visit(decider, "exclusion-decide", asked(company).pk, data=data).status_code == 422


def test_the_second_person_decides_on_a_page(visit: Any, company: Company, decider: Viewer):
    exclusion = asked(company)
    detail = visit(decider, "exclusion-detail", exclusion.pk).content.decode()
    assert f"/exclusions/{exclusion.pk}/decide/" in detail
    assert "事業所委員会委員" in visit(decider, "exclusion-decide", exclusion.pk).content.decode()
    data = {"decision": "refuse", "reason": "委員ではない"}
    assert visit(decider, "exclusion-decide", exclusion.pk, data=data).status_code == 302
    assert "委員ではない" in visit(decider, "exclusion-detail", exclusion.pk).content.decode()
    assert visit(decider, "exclusion-decide", exclusion.pk).status_code == 409
    akari = replace(company.viewer(company.akari), language=decider.language)
    assert visit(akari, "exclusion-decide", asked(company).pk).status_code == 409
    assert visit(company.viewer(company.botan), "exclusion-decide", exclusion.pk).status_code == 403


VALID = {
    "person": "A-3", "kind": "not_evaluated", "ground": "council", "reason": "委員", "valid_from": "2026-11-20",
    "valid_to": "2027-11-19",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"person": ""}, "person"),
        ({"person": "A-99"}, "person"),
        ({"namespace": "ad", "raw": "x"}, "person"),
        ({"person": "", "raw": "x"}, "namespace"),
        ({"kind": "nothing"}, "kind"),
        ({"ground": ""}, "ground"),
        ({"reason": " "}, "reason"),
        ({"valid_from": "2026-11-19"}, "valid_from"),
        ({"valid_from": "x"}, "valid_from"),
        ({"valid_to": "2026-11-19"}, "valid_to"),
        ({"valid_to": "2027-11-20"}, "valid_to"),
        ({"sources": ["x"]}, "sources"),
    ],
)
def test_bad_input_is_named_beside_its_field(visit: Any, decider: Viewer, changed: dict[str, Any], field: str):
    answer = visit(decider, "exclusion-add", data=VALID | changed)
    assert answer.status_code == 422
    words = " ".join(str(each) for each in answer.context["form"].errors[field])
    assert any(letter > "\u3000" for letter in words) is (decider.language == "ja")
    assert not Exclusion.objects.exists()


def test_single_logs_are_only_for_what_is_not_taken_in(visit: Any, decider: Viewer, source: LogSource):
    chosen = VALID | {"sources": [str(source.pk)]}
    assert "sources" in visit(decider, "exclusion-add", data=chosen).context["form"].errors
    assert visit(decider, "exclusion-add", data=chosen | {"kind": "not_taken_in"}).status_code == 302
    detail = visit(decider, "exclusion-detail", Exclusion.objects.get().pk).content.decode()
    assert source.name in detail


class TestExclusions(OpenToItsReaders):
    register = exclusions
    required = ("person", "reason", "valid_from", "valid_to", "ground", "kind")
    filtered = {"standing": ("waiting", 3), "kind": ("not_evaluated", 3)}
    entered = VALID

    def make(self, count: int) -> list[Any]:
        """Return requests about accounts."""
        return [asked(self.company, who=Excluded(namespace="ad", raw=f"arzt{n}")) for n in range(count)]

    def test_each_standing_is_a_filter_of_its_own(self) -> None:
        waiting, coming, active, ended, withdrawn, refused = self.make(6)
        daichi = self.company.daichi
        for each in (coming, active, ended):
            exclusion_approve(exclusion=each, person=daichi, reason="可", by=actor_of(daichi))
        exclusion_refuse(exclusion=refused, person=daichi, reason="否", by=actor_of(daichi))
        later = {"valid_from": TODAY + timedelta(days=3), "who": Excluded(namespace="ad", raw="later")}
        lies_ahead = approved(self.company, **later)
        for each in (ended, withdrawn):
            exclusion_retire(exclusion=each, by=actor_of(daichi), why="終了")
        expected = {"waiting": [waiting], "coming": [lies_ahead], "active": [coming, active], "refused": [refused]}
        for standing, rows in expected.items():
            assert set(self.shown(self.get("list", query=f"?standing={standing}"))) == {each.pk for each in rows}
        gone = {"ended": [ended], "withdrawn": [withdrawn], "lapsed": []}
        for standing, rows in gone.items():
            query = f"?retired=yes&standing={standing}"
            assert set(self.shown(self.get("list", query=query))) == {each.pk for each in rows}
