"""HR's file of people: a snapshot that adds, moves and ends, and that is not believed blindly."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from kuramori.directory.acts import units
from kuramori.directory.feeds.people import PEOPLE_FEED
from kuramori.directory.models import Assignment, Engagement, Identity, Person, Unit
from kuramori.directory.queries.history import who_was_where
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.directory.tests.feed import actions, reasons, take_in
from kuramori.directory.viewing import viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.imports.mapping import Action

ROW = {
    "number": "E0001",
    "name": "山田 太郎",
    "kana": "ヤマダ タロウ",
    "mail": "yamada@example.jp",
    "account_name": "yamada",
    "unit_code": "1100",
    "position": "主任",
    "kind": "正社員",
    "start": "2021/04/01",
    "notice_received_on": "",
    "end_planned": "",
    "boss": "",
    "site": "東京",
    "side_1": "",
}


def row(number: str, **values: str) -> dict[str, str]:
    own = {"number": number, "mail": f"{number.lower()}@example.jp", "account_name": number.lower()}
    return ROW | own | values


def staff(count: int) -> list[dict[str, str]]:
    return [row(f"E{n:04d}") for n in range(1, count + 1)]


def main_of(number: str) -> Assignment:
    return Assignment.objects.known().on(TODAY).get(person__number=number, is_main=True)


def test_a_newcomer_gets_person_engagement_place_and_identities(company: Company) -> None:
    outcomes, stop = take_in(PEOPLE_FEED, [ROW | {"boss": "A-1", "side_1": "2000"}])
    assert (actions(outcomes), stop) == ([Action.ADD], None)
    person = Person.objects.get(number="E0001")
    assert Engagement.objects.known().get(person=person).start == date(2021, 4, 1)
    assert (main_of("E0001").unit, main_of("E0001").boss) == (company.materials, company.akari)
    assert {a.unit.code for a in Assignment.objects.known().filter(person=person)} == {"1100", "2000"}
    assert {i.namespace: i.value for i in Identity.objects.known().filter(person=person)} == {
        "mail": "yamada@example.jp",
        "ad": "yamada",
    }


def test_the_same_file_twice_changes_nothing(company: Company) -> None:
    file = [*staff(3), row("E0004", side_1="2000", boss="E0001", kind="派遣社員", end_planned="2027/03/31")]
    take_in(PEOPLE_FEED, file)
    before = Person.objects.count(), Engagement.objects.count(), Assignment.objects.count(), Identity.objects.count()
    outcomes, _stop = take_in(PEOPLE_FEED, file)
    assert actions(outcomes) == [Action.UNCHANGED] * 4
    assert before == (
        Person.objects.count(),
        Engagement.objects.count(),
        Assignment.objects.count(),
        Identity.objects.count(),
    )


def test_a_move_ends_the_former_place_yesterday_and_keeps_it(company: Company) -> None:
    take_in(PEOPLE_FEED, staff(1))
    outcomes, _stop = take_in(PEOPLE_FEED, [row("E0001", unit_code="2000", position="課長")])
    assert actions(outcomes) == [Action.EDIT]
    former = who_was_where(viewer_of_system(), TODAY - timedelta(days=1), people=_ids("E0001"))
    now = who_was_where(viewer_of_system(), TODAY, people=_ids("E0001"))
    assert [w.unit_id for w in former] == [company.materials.pk]
    assert [(w.unit_id, w.position) for w in now] == [(company.sales.pk, "課長")]


def _ids(*numbers: str) -> list:
    return list(Person.objects.filter(number__in=numbers).values_list("pk", flat=True))


def test_a_new_account_name_keeps_the_former_one_for_its_days(company: Company) -> None:
    take_in(PEOPLE_FEED, staff(1))
    take_in(PEOPLE_FEED, [row("E0001", account_name="tanaka")])
    held = {i.value: i.ends_on for i in Identity.objects.known().filter(person__number="E0001", namespace="ad")}
    assert held == {"e0001": TODAY - timedelta(days=1), "tanaka": None}


def test_who_is_missing_has_left(company: Company) -> None:
    take_in(PEOPLE_FEED, staff(20))
    outcomes, stop = take_in(PEOPLE_FEED, staff(19))
    assert stop is None
    assert actions(outcomes)[-1] is Action.END
    gone = Person.objects.get(number="E0020")
    assert gone.left_on == TODAY - timedelta(days=1)
    assert Engagement.objects.known().get(person=gone).end_actual == gone.left_on
    assert not Assignment.objects.known().on(TODAY).filter(person=gone).exists()


def test_people_entered_by_hand_are_not_ended_by_a_file(company: Company) -> None:
    take_in(PEOPLE_FEED, staff(1))
    company.akari.refresh_from_db()
    assert company.akari.left_on is None


@pytest.mark.parametrize("left", [18, 12, 0])
def test_a_file_that_ends_more_than_five_percent_stops(company: Company, left: int) -> None:
    take_in(PEOPLE_FEED, staff(20))
    outcomes, stop = take_in(PEOPLE_FEED, staff(left))
    assert stop is not None
    assert stop.permission == "directory:feed:approve"
    assert actions(outcomes).count(Action.END) == 20 - left
    assert not Person.objects.filter(left_on__isnull=False).exists()


def test_leaving_days_in_the_past_count_as_ends(company: Company) -> None:
    take_in(PEOPLE_FEED, staff(20))
    gone = [row(f"E{n:04d}", end_planned="2026/10/31") for n in range(1, 9)]
    _outcomes, stop = take_in(PEOPLE_FEED, [*gone, *staff(20)[8:]])
    assert stop is not None


def test_a_leaving_day_in_the_past_ends_the_engagement_on_that_day(company: Company) -> None:
    take_in(PEOPLE_FEED, staff(20))
    take_in(PEOPLE_FEED, [row("E0001", end_planned="2026/10/31"), *staff(20)[1:]])
    assert Person.objects.get(number="E0001").left_on == date(2026, 10, 31)
    outcomes, _stop = take_in(PEOPLE_FEED, [row("E0001", end_planned="2026/10/31"), *staff(20)[1:]])
    assert set(actions(outcomes)) == {Action.UNCHANGED}


def test_a_circle_of_bosses_is_reported_with_its_members_and_rows(company: Company) -> None:
    outcomes, _stop = take_in(
        PEOPLE_FEED, [row("E0001", boss="E0002"), row("E0002", boss="E0003"), row("E0003", boss="E0001"), row("E0004")]
    )
    assert actions(outcomes) == [Action.REJECT] * 3 + [Action.ADD]
    with override("en"):
        assert "E0001 (2) → E0002 (3) → E0003 (4) → E0001 (2)" in reasons(outcomes[0])


def test_an_unknown_unit_site_or_boss_keeps_the_row_out_and_ends_nobody(company: Company) -> None:
    take_in(PEOPLE_FEED, staff(3))
    outcomes, stop = take_in(
        PEOPLE_FEED, [row("E0001", unit_code="9999"), row("E0002", boss="E9"), row("E0003", site="火星", side_1="8888")]
    )
    assert stop is None
    assert actions(outcomes) == [Action.REJECT] * 3
    assert [len(o.errors) for o in outcomes] == [1, 1, 2]


def test_a_row_without_a_readable_number_ends_nobody(company: Company) -> None:
    take_in(PEOPLE_FEED, staff(40))
    outcomes, _stop = take_in(PEOPLE_FEED, [*staff(39), row("E0041") | {"number": ""}])
    assert Action.END not in actions(outcomes)


def test_the_first_file_founds_its_units_and_later_ones_do_not(db: None, clock: object) -> None:
    take_in(PEOPLE_FEED, [row("E0001", unit_code="10", unit_name="総務部", site="")])
    assert Unit.objects.get(code="10").name_ja == "総務部"
    outcomes, _stop = take_in(PEOPLE_FEED, [row("E0001", unit_code="11", unit_name="経理部", site="")])
    assert actions(outcomes) == [Action.REJECT]


def test_the_head_that_a_unit_waits_for_is_seated_when_he_comes_in(company: Company) -> None:
    units.unit_edit(unit=company.sales, head_number="E0001", by=SYSTEM)
    take_in(PEOPLE_FEED, staff(1))
    assert Unit.objects.get(code="2000").head == Person.objects.get(number="E0001")


def test_who_comes_back_is_the_same_person_with_another_engagement(company: Company) -> None:
    take_in(PEOPLE_FEED, staff(20))
    take_in(PEOPLE_FEED, staff(19))
    take_in(PEOPLE_FEED, [*staff(19), row("E0020", start="2026/11/20")])
    back = Person.objects.get(number="E0020")
    assert back.left_on is None
    assert Engagement.objects.known().filter(person=back).count() == 2


def test_who_never_came_is_withdrawn(company: Company) -> None:
    take_in(PEOPLE_FEED, [*staff(30), row("E0031", start="2026/12/01")])
    take_in(PEOPLE_FEED, staff(30))
    assert not Engagement.objects.known().filter(person__number="E0031").exists()
    assert who_was_where(viewer_of_system(), date(2026, 12, 1), people=_ids("E0031")) == []
    assert [w.unit_id for w in who_was_where(viewer_of_system(), date(2026, 12, 1), NOON, people=_ids("E0031"))] == []


def test_a_contractor_without_an_end_is_taken_with_a_warning(company: Company) -> None:
    outcomes, _stop = take_in(PEOPLE_FEED, [row("E0001", kind="業務委託")])
    assert actions(outcomes) == [Action.ADD]
    assert outcomes[0].warnings


def test_resolving_asks_no_more_for_more_people(company: Company, django_assert_max_num_queries) -> None:
    from kuramori.directory.tests.feed import rows_of

    take_in(PEOPLE_FEED, staff(100))
    rows = rows_of(PEOPLE_FEED, *staff(100))
    with django_assert_max_num_queries(8):
        PEOPLE_FEED.resolve(rows, viewer=viewer_of_system(), today=TODAY)


def test_a_long_file_is_written_some_people_at_a_time_and_nobody_is_lost(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kuramori.directory.feeds.people_apply.BATCH", 2)
    below = [row(f"E{n:04d}", boss=f"E{n + 1:04d}", side_1="2000") for n in range(1, 5)]
    take_in(PEOPLE_FEED, [*below, row("E0005")])
    engaged = Engagement.objects.known().filter(person__number__startswith="E")
    assert sorted(engaged.values_list("person__number", flat=True)) == [f"E{n:04d}" for n in range(1, 6)]
    bosses = Assignment.objects.known().filter(is_main=True).values_list("person__number", "boss__number")
    assert {number: boss for number, boss in bosses if number.startswith("E")} == {
        **{f"E{n:04d}": f"E{n + 1:04d}" for n in range(1, 5)}, "E0005": None,
    }, "a boss may stand below, and blocks away"  # fmt: skip
    beside = Assignment.objects.known().filter(is_main=False, unit__code="2000", person__number__startswith="E")
    assert sorted(beside.values_list("person__number", flat=True)) == [f"E{n:04d}" for n in range(1, 5)]
    assert Identity.objects.known().filter(person__number__startswith="E").count() == 2 * 5
    assert Person.objects.get(number="E0003").joined_on == date(2021, 4, 1)


def test_an_address_that_one_gives_up_goes_to_the_newcomer_of_the_same_file(company: Company) -> None:
    take_in(PEOPLE_FEED, [row("E0001", mail="info@example.jp")])
    take_in(PEOPLE_FEED, [row("E0001"), row("E0002", mail="info@example.jp")])
    held = Identity.objects.known().filter(namespace="mail", value="info@example.jp")
    assert {(each.person.number, each.ends_on is None) for each in held} == {("E0001", False), ("E0002", True)}
    assert Person.objects.get(number="E0001").mail == "e0001@example.jp"


def test_moving_keeps_the_boss_and_a_new_boss_keeps_the_place(company: Company) -> None:
    take_in(PEOPLE_FEED, [row("E0001", boss="E0002"), row("E0002"), row("E0003")])
    take_in(PEOPLE_FEED, [row("E0001", boss="E0002", position="課長"), row("E0002"), row("E0003")])
    assert (main_of("E0001").position, main_of("E0001").boss.number) == ("課長", "E0002")
    take_in(PEOPLE_FEED, [row("E0001", boss="E0003", position="課長"), row("E0002"), row("E0003")])
    assert (main_of("E0001").position, main_of("E0001").boss.number) == ("課長", "E0003")
    take_in(PEOPLE_FEED, [row("E0001", position="課長"), row("E0002"), row("E0003")])
    assert main_of("E0001").boss is None
