"""Posts on the board: who decides what, with which reason, and that the person concerned never sees it (DET-09, H3)."""

from typing import Any

import pytest
import time_machine

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.evidence.api import PersonAsked
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.permissions import Role
from kuramori.kernel.registers.tests.suite import RegisterSuite
from kuramori.watch.models import PatrolHit, PatrolVerdict
from kuramori.watch.patrols.acts import Decision, hit_decide
from kuramori.watch.patrols.captures import read_capture
from kuramori.watch.patrols.duties import hit_duties, hit_tiles
from kuramori.watch.patrols.exhibits import of_person
from kuramori.watch.patrols.hits import hits
from kuramori.watch.patrols.queries import hits_visible_to, same_author
from kuramori.watch.rules.patrols import HitState
from kuramori.watch.tests.patrolled import Board, look_for, one_hit, taken

INQUIRY, DISCIPLINE, NOT_OURS, HARMLESS = (
    HitState.INQUIRY, HitState.DISCIPLINE, HitState.NOT_OURS, HitState.HARMLESS,
)  # fmt: skip
pytestmark = pytest.mark.usefixtures("charter")


@pytest.fixture
def board(company: Company) -> Board:
    look_for()
    return Board(company)


def test_a_verdict_stands_with_its_reason_who_decided_and_where_it_came_from(board: Board) -> None:
    hit = board.decides(one_hit(), INQUIRY, reason=" 図面が写っている ")
    hit = board.decides(hit, HARMLESS, person=board.second, reason="公開済みの写真")
    told = [(each.before, each.state, each.reason, each.by) for each in PatrolVerdict.objects.order_by("-before")]
    assert told == [
        ("new", "inquiry", "図面が写っている", board.first), ("inquiry", "harmless", "公開済みの写真", board.second),
    ]  # fmt: skip
    assert [entry.verb for entry in entries_about(hit.pk)][:2] == ["watch.hit.decide"] * 2


def test_discipline_needs_an_inquiry_a_name_and_a_second_person(board: Board, company: Company) -> None:
    hit = one_hit()
    with pytest.raises(Refused, match="できないか"):
        board.decides(hit, DISCIPLINE, about=company.botan)
    board.decides(hit, INQUIRY)
    with pytest.raises(Refused, match="誰のものか"):
        board.decides(hit, DISCIPLINE, person=board.second)
    with pytest.raises(Refused, match="調査を始めた人"):
        board.decides(hit, DISCIPLINE, about=company.botan)
    assert PatrolHit.objects.get().concerned is None
    hit = board.decides(hit, DISCIPLINE, person=board.second, about=company.botan)
    assert (hit.state, hit.concerned) == ("discipline", company.botan)
    assert board.decides(hit, INQUIRY).concerned == company.botan, "back to the inquiry, still about the same person"


def test_no_step_without_reason_none_backwards_and_none_about_oneself(board: Board, company: Company) -> None:
    hit = one_hit()
    with pytest.raises(Refused, match="理由"):
        board.decides(hit, INQUIRY, reason=" \n")
    for state in (HitState.NEW, DISCIPLINE):
        with pytest.raises(Refused):
            board.decides(hit, state)
    with pytest.raises(Refused, match="この投稿について"):
        board.decides(hit, INQUIRY, about=board.first)
    board.decides(hit, INQUIRY, about=board.first, person=board.second)
    with pytest.raises(Refused, match="この投稿について"):
        board.decides(hit, HARMLESS)
    assert PatrolVerdict.objects.count() == 1


def test_who_is_cleared_is_named_no_more(board: Board, company: Company) -> None:
    hit = board.decides(one_hit(), INQUIRY, about=company.botan)
    assert board.decides(hit, NOT_OURS).concerned is None


def test_two_who_decide_at_once_take_turns(board: Board) -> None:
    stale = one_hit()
    board.decides(stale, HARMLESS)
    with pytest.raises(Refused, match="できないか"):
        board.decides(stale, HARMLESS, person=board.second)


def test_hr_and_lawyers_see_what_was_handed_on_and_others_nothing(board: Board, company: Company) -> None:
    new, inquiry, over = one_hit(), one_hit(url="https://a.example/2"), one_hit(url="https://a.example/3")
    board.decides(inquiry, INQUIRY)
    board.decides(over, NOT_OURS)
    sees = {
        person: set(hits_visible_to(company.viewer(person)))
        for person in (board.first, board.privacy, board.hr, board.legal, company.akari)
    }
    assert sees[board.first] == sees[board.privacy] == {new, inquiry, over}
    assert sees[board.hr] == sees[board.legal] == {inquiry}
    assert sees[company.akari] == set()
    company.give(company.botan, Role.SECURITY_ANALYST, unit=company.materials)
    assert not hits_visible_to(company.viewer(company.botan)).exists(), "a patrol is of the whole company or of nothing"


def test_the_person_concerned_finds_no_trace_whatever_his_roles(board: Board, company: Company, visit: Any) -> None:
    for role in (Role.SECURITY_ANALYST, Role.HR, Role.PRIVACY_OFFICER, Role.LEGAL):
        company.give(company.botan, role)
    other, hit = one_hit(), one_hit(url="https://a.example/2")
    own = company.viewer(company.botan)
    assert visit(own, "hit-detail", hit.pk).status_code == 200
    before = entries_about(company.botan.pk).count()
    board.decides(hit, INQUIRY, about=company.botan)
    assert [row["pk"] for row in visit(own, "hit-list").context["rows"]] == [other.pk]
    for name in ("hit-detail", "hit-decide", "hit-attach", "hit-history"):
        assert visit(own, name, hit.pk).status_code == 404
    assert [duty.url for duty in hit_duties(own, TODAY)] == ["/watch/patrols/posts/?state=new"]
    assert hit_tiles(own, TODAY)[0]["below"].endswith("0件")
    assert entries_about(company.botan.pk).count() == before, "his own file says nothing of it"
    visit(own, "hit-list")
    export = visit(own, "hit-export", data={"format": "json"})
    assert hit.number not in b"".join(export.streaming_content).decode()


def test_nobodys_posts_are_put_together_unless_there_is_an_inquiry(board: Board, company: Company) -> None:
    taken(
        {"author": "@a"}, {"author": "@a"}, {"author": "@b"}, {"author": "@a", "platform": "Instagram"}, {"author": ""},
    )  # fmt: skip
    viewer = company.viewer(board.first)
    by_author = {}
    for hit in PatrolHit.objects.order_by("number"):
        told = read_capture(hit.pk)
        assert told is not None
        assert same_author(viewer, hit, told) == []
        by_author.setdefault((told.author, hit.platform), []).append((hit, told))
    (first, told), (second, _) = by_author["@a", "X"]
    first = board.decides(first, INQUIRY)
    assert same_author(viewer, first, told) == [second]
    assert same_author(company.viewer(board.hr), first, told) == [], "HR sees only what was handed on"
    (nobody, silent) = by_author["", "X"][0]
    assert same_author(viewer, board.decides(nobody, INQUIRY), silent) == []
    assert same_author(viewer, board.decides(first, HARMLESS), told) == []


def test_posts_are_duties_of_who_looks_and_each_handed_on_of_who_goes_on(board: Board, company: Company) -> None:
    first, hr = company.viewer(board.first), company.viewer(board.hr)
    assert hit_duties(first, TODAY) == []
    hit, _other = one_hit(), one_hit(url="https://a.example/2")
    (duty,) = hit_duties(first, TODAY)
    assert ("2件" in str(duty.title), str(duty.due), duty.urgent) == (True, "2026-11-23", False)
    with time_machine.travel(NOON.replace(day=23), tick=False):
        assert hit_duties(first, NOON.replace(day=23).date())[0].urgent
    board.decides(hit, INQUIRY, about=company.botan)
    assert [str(hit.number) in str(duty.title) for duty in hit_duties(first, TODAY)] == [False, True]
    assert hit_duties(hr, TODAY) == []
    board.decides(hit, DISCIPLINE, person=board.second)
    (duty,) = hit_duties(hr, TODAY)
    assert "規則ではなく人" in str(duty.title)
    assert len(hit_duties(first, TODAY)) == 1
    assert hit_duties(company.viewer(company.akari), TODAY) == []


def test_the_tile_counts_what_nobody_looked_at(board: Board, company: Company) -> None:
    first = company.viewer(board.first)
    assert (hit_tiles(first, TODAY)[0]["value"], hit_tiles(first, TODAY)[0]["tone"]) == ("0", "ok")
    hit = one_hit()
    assert (hit_tiles(first, TODAY)[0]["value"], hit_tiles(first, TODAY)[0]["tone"]) == ("1", "warn")
    board.decides(hit, INQUIRY)
    assert "1件" in hit_tiles(first, TODAY)[0]["below"]
    assert hit_tiles(company.viewer(board.hr), TODAY) == []


def test_an_inquiry_is_an_exhibit_about_its_person_with_its_weakness_named(board: Board, company: Company) -> None:
    company.give(board.legal, Role.INVESTIGATOR)
    hit = one_hit()
    asked = PersonAsked(
        person=company.botan.as_subject(), secret=None, since=TODAY.replace(day=1), until=TODAY, noticed_on=None
    )
    legal = company.viewer(board.legal)
    assert list(of_person(asked, legal)) == []
    board.decides(hit, INQUIRY, about=company.botan)
    (exhibit,) = of_person(asked, legal)
    assert (exhibit.element, exhibit.at, exhibit.url) == ("taking", hit.posted_at, hits.url("detail", hit))
    assert "くらもり化成の工場" not in str(exhibit.statement)
    assert exhibit.gaps
    about = asked.__class__
    late = about(person=asked.person, secret=None, since=TODAY, until=TODAY, noticed_on=None)
    one = about(person=asked.person, secret=hit.as_subject(), since=asked.since, until=TODAY, noticed_on=None)
    assert list(of_person(late, legal)) == list(of_person(one, legal)) == []
    assert list(of_person(asked, company.viewer(company.akari))) == []


def test_a_decision_names_nobody_in_the_entry_that_all_may_read(board: Board, company: Company) -> None:
    hit = one_hit()
    decision = Decision(state=INQUIRY, reason="確認", concerned=company.botan)
    hit_decide(hit=hit, decision=decision, decider=board.first, today=TODAY, by=actor_of(board.first))
    body = bytes(entries_about(hit.pk)[0].body).decode()
    assert "牡丹" not in body
    assert str(company.botan.pk) not in body


class TestHits(RegisterSuite):
    register = hits
    filtered = {"state": ("new", 3), "erased": ("no", 3)}

    @pytest.fixture(autouse=True)
    def noon(self) -> Any:
        """Let the clock run: entries of a record must differ in their time."""
        with time_machine.travel(NOON):
            yield

    @pytest.fixture(autouse=True)
    def _people(self, company: Company) -> None:
        look_for()
        self.board = Board(company)
        self.insider = company.viewer(self.board.privacy)
        company.give(company.botan, Role.PRIVACY_OFFICER, unit=company.materials)
        self.stranger = company.viewer(company.botan)  # holds the role in one unit, and a patrol is of the company

    def make(self, count: int) -> list[Any]:
        before = set(PatrolHit.objects.values_list("pk", flat=True))
        taken(*({"url": f"https://x.example/m/{n}"} for n in range(count)))
        return list(PatrolHit.objects.exclude(pk__in=before).order_by("id"))
