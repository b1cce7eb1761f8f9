"""A file that would end many people waits for another person; what was taken in can be undone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.utils.translation import override

from kuramori.directory.feeds.people import PEOPLE_FEED
from kuramori.directory.models import Assignment, Engagement, Identity, Person
from kuramori.directory.queries.history import who_was_where
from kuramori.directory.rules.permissions import Permission
from kuramori.directory.tests.company import TODAY, Company
from kuramori.directory.tests.feed import take_in
from kuramori.directory.viewing import viewer_of_system
from kuramori.kernel.acts import Refused
from kuramori.kernel.imports import acts, storage
from kuramori.kernel.imports.checking import check
from kuramori.kernel.imports.models import ImportRun, RunState
from kuramori.kernel.imports.runs import understand
from kuramori.kernel.imports.undo import undo
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Forbidden, Role, Viewer


def people_csv(count: int, **last: str) -> bytes:
    rows = [f"E{n:03d},社員{n},1100,2021/04/01,{last.get(f'E{n:03d}', '')}" for n in range(count)]
    return "\r\n".join(["社員番号,氏名,所属コード,入社日,退職予定日", *rows, ""]).encode("utf-8-sig")


@dataclass(kw_only=True)
class Desk:
    """HR's desk: hands files in, has them checked and taken in."""

    company: Company
    hr: Viewer
    runs: list[ImportRun] = field(default_factory=list)

    def check(self, content: bytes, *, by: Viewer | None = None) -> ImportRun:
        viewer = by or self.hr
        run = acts.hand_in(kind=PEOPLE_FEED, name="hr.csv", chunks=[content], viewer=viewer)
        source = understand(PEOPLE_FEED, storage.place(run.pk), name=run.file_name).source
        acts.set_columns(run=run, source=source, viewer=viewer)
        acts.keep_check(run=run, checked=check(PEOPLE_FEED, source, viewer=viewer, today=TODAY), viewer=viewer)
        return self.again(run)

    def take_in(self, run: ImportRun, *, by: Viewer | None = None) -> ImportRun:
        acts.take_in(run=run, viewer=by or self.hr, why="月次", today=TODAY)
        return self.again(run)

    def again(self, run: ImportRun) -> ImportRun:
        return ImportRun.objects.get(pk=run.pk)


@pytest.fixture
def desk(company: Company, settings: object, tmp_path: Path) -> Desk:
    settings.DATA = tmp_path  # type: ignore[attr-defined]
    company.give(company.botan, Role.HR)
    company.give(company.daichi, Role.EXECUTIVE)
    here = Desk(company=company, hr=company.viewer(company.botan))
    here.take_in(here.check(people_csv(100)))
    return here


def gone() -> int:
    return Person.objects.filter(left_on__isnull=False).count()


@pytest.mark.parametrize(("left", "stops"), [(100, False), (95, False), (94, True), (60, True), (0, True)])
def test_five_percent_pass_and_one_more_stops(desk: Desk, left: int, stops: bool) -> None:
    content = people_csv(left) if left else people_csv(1).replace(b"E000", b"N000")
    assert (desk.check(content).state == RunState.STOPPED) is stops


def test_a_stopped_file_changes_nothing_until_it_is_approved(desk: Desk) -> None:
    run = desk.check(people_csv(60))
    with pytest.raises(Refused):
        desk.take_in(run)
    assert gone() == 0
    acts.approve(run=run, viewer=desk.company.viewer(desk.company.daichi), why="工場の閉鎖")
    desk.take_in(desk.again(run))
    assert gone() == 40


def test_whoever_handed_it_in_cannot_approve_it_himself(desk: Desk) -> None:
    run = desk.check(people_csv(60))
    with pytest.raises(Refused) as refusal:
        acts.approve(run=run, viewer=desk.hr, why="急ぎ")
    assert desk.again(run).state == RunState.STOPPED
    assert "承認できません" in str(refusal.value.message)
    assert refusal.value.next_step


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.INFORMATION_MANAGER, Role.SYSTEM_ADMINISTRATOR, Role.LEAVER_TEAM])
def test_who_may_not_approve_is_forbidden_to(desk: Desk, role: Role) -> None:
    run = desk.check(people_csv(60))
    desk.company.give(desk.company.chihiro, role)
    with pytest.raises(Forbidden):
        acts.approve(run=run, viewer=desk.company.viewer(desk.company.chihiro), why="?")
    assert desk.again(run).state == RunState.STOPPED


def test_the_approval_holds_for_what_was_checked_and_nothing_else(desk: Desk) -> None:
    run = desk.check(people_csv(60))
    acts.approve(run=run, viewer=desk.company.viewer(desk.company.daichi), why="工場の閉鎖")
    take_in(PEOPLE_FEED, [{"number": "E001", "name": "改名", "unit_code": "1100", "start": "2021/04/01"}] + [
        {"number": f"E{n:03d}", "name": f"社員{n}", "unit_code": "1100", "start": "2021/04/01"}
        for n in range(100) if n != 1
    ])  # fmt: skip
    with pytest.raises(Refused, match="変"):
        desk.take_in(desk.again(run))
    assert gone() == 0


def test_the_approval_is_an_act_with_its_reason(desk: Desk) -> None:
    run = desk.check(people_csv(60))
    acts.approve(run=run, viewer=desk.company.viewer(desk.company.daichi), why="工場の閉鎖")
    entry = read(entries_about(run.pk))[0]
    assert (entry.verb, entry.why, entry.actor_name) == ("kernel.import.approve", "工場の閉鎖", "大地 監査")


def test_the_stop_says_how_many_of_how_many_in_both_languages(desk: Desk) -> None:
    del desk
    outcomes, stop = take_in(PEOPLE_FEED, [{"number": "E000", "name": "x", "unit_code": "9", "start": "2021/04/01"}])
    assert stop is not None
    assert len(outcomes) == 100
    assert stop.permission == Permission.FEED_APPROVE
    for language in ("ja", "en"):
        with override(language):
            assert "99" in str(stop.message)
            assert "100" in str(stop.message), "rejected rows are people who are here"
    with override("en"):
        assert str(stop.message) == "This file would end 99 of 100 people: more than 5 %."


def test_an_import_of_newcomers_is_undone_as_if_they_had_not_come(desk: Desk) -> None:
    newcomers = people_csv(100) + "N001,新人,1100,2026/11/01,\r\n".encode()
    run = desk.take_in(desk.check(newcomers))
    plan = undo(run=run, viewer=desk.hr, why="取り違え")
    assert plan.conflicts == ()
    person = Person.objects.get(number="N001")
    assert person.retired_at is not None
    for model in (Engagement, Assignment, Identity):
        assert not model.objects.known().filter(person=person).exists(), model
    assert desk.again(run).state == RunState.UNDONE


def test_an_import_that_ended_people_is_undone_and_they_are_here_again(desk: Desk) -> None:
    run = desk.take_in(desk.check(people_csv(97)))
    assert gone() == 3
    undo(run=run, viewer=desk.hr, why="欠けたファイル")
    assert gone() == 0
    back = Person.objects.get(number="E099")
    assert Engagement.objects.known().get(person=back).end_actual is None
    where = who_was_where(viewer_of_system(), TODAY, people=[back.pk])
    assert [each.unit_id for each in where] == [desk.company.materials.pk]


def test_undo_leaves_what_somebody_changed_since(desk: Desk) -> None:
    from kuramori.directory.acts.people import person_edit
    from kuramori.kernel.actors import SYSTEM

    renamed = people_csv(100).replace("社員7,".encode(), "改名,".encode())
    run = desk.take_in(desk.check(renamed))
    person_edit(person=Person.objects.get(number="E007"), name="もう一度 改名", by=SYSTEM, why="本人申請")
    plan = undo(run=run, viewer=desk.hr, why="取り違え")
    assert [conflict.name for conflict in plan.conflicts] == ["もう一度 改名"]
    assert Person.objects.get(number="E007").name == "もう一度 改名"


@pytest.mark.parametrize("step", ["hand_in", "take_in", "undo"])
def test_every_step_asks_the_permission_anew(desk: Desk, step: str) -> None:
    stranger = desk.company.viewer(desk.company.chihiro)
    run = desk.check(people_csv(98))
    steps: dict[str, Callable[[], object]] = {
        "hand_in": lambda: desk.check(people_csv(98), by=stranger),
        "take_in": lambda: desk.take_in(run, by=stranger),
        "undo": lambda: undo(run=run, viewer=stranger, why="?"),
    }
    with pytest.raises(Forbidden):
        steps[step]()
    assert gone() == 0
