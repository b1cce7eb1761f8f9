"""Files of sites, units, projects and roles: each bad cell by name, in both languages, and nothing half written."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from kuramori.directory.acts import units
from kuramori.directory.feeds.places import SITE_FEED, UNIT_FEED
from kuramori.directory.feeds.projects import PROJECT_FEED
from kuramori.directory.feeds.roles import ROLE_FEED
from kuramori.directory.models import ROLE_WORDS, Project, ProjectMember, RoleAssignment, Site, Unit
from kuramori.directory.tests.company import TODAY, Company
from kuramori.directory.tests.feed import actions, rows_of, take_in
from kuramori.directory.viewing import viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ids import uuid7
from kuramori.kernel.imports.mapping import Action, RowOutcome
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role

SITE = {"code": "OSA", "name_ja": "大阪", "country": "JP", "zone_name": "Asia/Tokyo"}
UNIT = {"code": "7000", "name_ja": "品質部", "parent": "0000", "site": "TYO"}
PROJECT = {"code": "P1", "name_ja": "新型", "unit": "1000", "leader": "A-1", "members": "A-1;A-2"}
ROLE = {"number": "A-1", "role": "hr", "where": "全社"}

BAD = {
    "site: zone": (SITE_FEED, SITE | {"zone_name": "Mars/Olympus"}, "zone_name", "no time zone", "時間帯"),
    "unit: parent": (UNIT_FEED, UNIT | {"parent": "77"}, "parent", "There is no unit “77”", "「77」"),
    "unit: site": (UNIT_FEED, UNIT | {"site": "火星"}, "site", "There is no site “火星”", "「火星」"),
    "unit: itself": (UNIT_FEED, UNIT | {"parent": "7000"}, "parent", "in a circle: 7000 (2) → 7000 (2)", "7000 (2)"),
    "project: unit": (PROJECT_FEED, PROJECT | {"unit": "77"}, "unit", "There is no unit “77”", "「77」"),
    "project: leader": (PROJECT_FEED, PROJECT | {"leader": "X9"}, "leader", "employee number X9", "X9"),
    "project: member": (PROJECT_FEED, PROJECT | {"members": "A-1;X9"}, "members", "employee number X9", "X9"),
    "role: nobody": (ROLE_FEED, ROLE | {"number": "X9"}, "number", "employee number X9", "X9"),
    "role: where": (ROLE_FEED, ROLE | {"where": "77"}, "where", "no unit or site “77”", "「77」"),
}


def resolved(feed, *rows: dict) -> list[RowOutcome]:
    return list(feed.resolve(rows_of(feed, *rows), viewer=viewer_of_system(), today=TODAY))


@pytest.mark.parametrize("case", BAD)
def test_a_bad_cell_is_named_with_the_next_step_in_both_languages(company: Company, case: str) -> None:
    feed, row, column, english, japanese = BAD[case]
    [outcome] = resolved(feed, row)
    assert outcome.action is Action.REJECT
    [error] = outcome.errors
    assert (error.header, error.row) == (column, 2)
    for language, words in (("en", english), ("ja", japanese)):
        with override(language):
            assert words in str(error.message)
            assert str(error.next_step)
    with override("ja"):
        assert not str(error.next_step).isascii()


@pytest.mark.parametrize("feed", [SITE_FEED, UNIT_FEED, PROJECT_FEED, ROLE_FEED], ids=lambda f: f.name)
def test_a_file_without_rows_does_nothing(company: Company, feed) -> None:
    before = Entry.objects.count()
    assert take_in(feed, []) == ([], None)
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    ("feed", "row"), [(SITE_FEED, SITE), (UNIT_FEED, UNIT), (PROJECT_FEED, PROJECT), (ROLE_FEED, ROLE)],
    ids=["sites", "units", "projects", "roles"],
)  # fmt: skip
def test_the_same_file_twice_changes_nothing_the_second_time(company: Company, feed, row: dict) -> None:
    assert actions(take_in(feed, [row])[0]) == [Action.ADD]
    before = Entry.objects.count()
    assert actions(take_in(feed, [row])[0]) == [Action.UNCHANGED]
    assert Entry.objects.count() == before


@pytest.mark.parametrize(("feed", "row"), [(SITE_FEED, SITE), (UNIT_FEED, UNIT), (PROJECT_FEED, PROJECT)])
def test_an_id_that_belongs_to_nothing_or_to_another_is_refused(company: Company, feed, row: dict) -> None:
    [parsed] = rows_of(feed, row)
    for record_id in (uuid7(), company.tokyo.pk, company.top.pk):
        odd = type(parsed)(
            file=parsed.file, sheet="", number=2, columns=parsed.columns, raw=parsed.raw, values=parsed.values,
            record_id=record_id,
        )  # fmt: skip
        [outcome] = feed.resolve([odd], viewer=viewer_of_system(), today=TODAY)
        assert outcome.action is Action.REJECT


def test_an_id_that_fits_its_code_is_taken(company: Company) -> None:
    [parsed] = rows_of(SITE_FEED, {"code": "TYO", "name_ja": "東京本社"})
    mine = type(parsed)(
        file=parsed.file, sheet="", number=2, columns=parsed.columns, raw=parsed.raw, values=parsed.values,
        record_id=company.tokyo.pk,
    )  # fmt: skip
    [outcome] = SITE_FEED.resolve([mine], viewer=viewer_of_system(), today=TODAY)
    assert outcome.action is Action.EDIT
    assert [(c.label, c.before, c.after) for c in outcome.changes] == [("name_ja", "東京", "東京本社")]


# sites and units


def test_what_a_file_of_sites_does_not_say_stays(company: Company) -> None:
    units.site_edit(site=company.tokyo, country="DE", subdivision="BW", by=SYSTEM)
    take_in(SITE_FEED, [{"code": "TYO", "name_ja": "東京本社", "name_en": ""}])
    site = Site.objects.get(code="TYO")
    assert (site.name_ja, site.name_en, site.country, site.subdivision) == ("東京本社", "Tokyo", "DE", "BW")


@pytest.mark.parametrize(
    ("feed", "row", "model"), [(SITE_FEED, SITE, Site), (UNIT_FEED, UNIT, Unit)], ids=["site", "unit"]
)
def test_what_was_closed_is_opened_again_by_its_code(company: Company, feed, row: dict, model) -> None:
    take_in(feed, [row])
    thing = model.objects.get(code=row["code"])
    if model is Site:
        units.site_retire(site=thing, by=SYSTEM)
    else:
        units.unit_retire(unit=thing, today=TODAY, by=SYSTEM)
    assert actions(take_in(feed, [row])[0]) == [Action.EDIT]
    again = model.objects.get(code=row["code"])
    assert (again.pk, again.retired_at) == (thing.pk, None)


def test_nothing_is_closed_because_a_file_does_not_name_it(company: Company) -> None:
    outcomes, _stop = take_in(UNIT_FEED, [UNIT])
    assert actions(outcomes) == [Action.ADD]
    assert Unit.objects.standing().count() == 5


def test_a_site_may_be_named_in_either_language(company: Company) -> None:
    for n, word in enumerate(("TYO", "東京", "Tokyo")):
        take_in(UNIT_FEED, [UNIT | {"code": f"70{n}", "site": word}])
    assert Unit.objects.filter(site=company.tokyo, code__startswith="70").count() == 3


def test_a_unit_is_taken_from_its_place_by_an_empty_cell_only_when_the_column_is_there(company: Company) -> None:
    take_in(UNIT_FEED, [{"code": "1100", "name_ja": "材料課"}])
    assert Unit.objects.get(code="1100").parent == company.research
    take_in(UNIT_FEED, [{"code": "1100", "name_ja": "材料課", "parent": "", "site": ""}])
    unit = Unit.objects.get(code="1100")
    assert (unit.parent, unit.site, unit.line_up) == (None, None, (unit.pk,))


def test_a_head_is_seated_changed_and_taken(company: Company) -> None:
    for head, expected in (("A-1", company.akari), ("A-2", company.botan), ("Z-9", None), ("", None)):
        take_in(UNIT_FEED, [UNIT | {"head": head}])
        unit = Unit.objects.get(code="7000")
        assert (unit.head, unit.head_number) == (expected, head)


def test_a_unit_found_by_its_new_name(company: Company) -> None:
    from kuramori.directory.registers import units as register
    from kuramori.kernel.search import matching

    take_in(UNIT_FEED, [UNIT])
    take_in(UNIT_FEED, [UNIT | {"name_ja": "品質保証部"}])
    assert matching(register.visible_to(viewer_of_system()), "保証").get().code == "7000"


# projects


def members() -> dict[str, tuple[date, date | None]]:
    return {m.person.number: (m.starts_on, m.ends_on) for m in ProjectMember.objects.known().select_related("person")}


def test_the_first_members_are_in_it_since_its_first_day_and_later_ones_since_today(company: Company) -> None:
    take_in(PROJECT_FEED, [PROJECT | {"starts_on": "2026/04/01"}])
    take_in(PROJECT_FEED, [PROJECT | {"starts_on": "2026/04/01", "members": "A-1;A-2;A-3"}])
    assert members() == {
        "A-1": (date(2026, 4, 1), None), "A-2": (date(2026, 4, 1), None), "A-3": (TODAY, None),
    }  # fmt: skip


def test_nobody_is_a_member_before_he_joined_the_company(company: Company) -> None:
    take_in(PROJECT_FEED, [PROJECT | {"starts_on": "2019/01/01"}])
    assert {start for start, _end in members().values()} == {date(2020, 4, 1)}


def test_who_is_missing_has_left_and_a_file_without_the_column_ends_nobody(company: Company) -> None:
    take_in(PROJECT_FEED, [PROJECT | {"starts_on": "2026/04/01"}])
    take_in(PROJECT_FEED, [{"code": "P1", "name_ja": "新型 改"}])
    assert {end for _start, end in members().values()} == {None}
    take_in(PROJECT_FEED, [PROJECT | {"members": "A-2"}])
    assert members()["A-1"][1] == TODAY - timedelta(days=1)
    take_in(PROJECT_FEED, [PROJECT | {"members": ""}])
    assert members()["A-2"][1] == TODAY - timedelta(days=1)


def test_changes_of_a_project_are_shown_before_and_after(company: Company) -> None:
    take_in(PROJECT_FEED, [PROJECT])
    [outcome] = resolved(PROJECT_FEED, PROJECT | {"leader": "A-3", "members": "A-1;A-3", "ends_on": "2027/03/31"})
    shown = {str(change.label): (change.before, change.after) for change in outcome.changes}
    assert shown == {
        "leader": ("A-1", "A-3"), "members": ("A-1, A-2", "A-1, A-3"), "ends_on": ("", "2027-03-31"),
    }  # fmt: skip
    assert Project.objects.get().leader == company.akari, "a look changes nothing"


# roles


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.EMPLOYEE])
def test_every_role_can_be_given_by_its_word_or_its_name(company: Company, role: Role) -> None:
    for number, word in (("A-1", role.value), ("A-2", role.value.upper())):
        take_in(ROLE_FEED, [{"number": number, "role": word, "where": "company"}])
    assert RoleAssignment.objects.known().filter(role=role).count() == 2
    assert role in ROLE_WORDS


@pytest.mark.parametrize(("where", "scope"), [("全社", "company"), ("*", "company"), ("1000", "unit"), ("TYO", "site")])
def test_a_role_says_where_it_holds(company: Company, where: str, scope: str) -> None:
    take_in(ROLE_FEED, [ROLE | {"where": where}])
    given = RoleAssignment.objects.known().get()
    assert (given.scope, given.starts_on, given.given_by_name) == (scope, TODAY, SYSTEM.name)


def test_a_file_of_roles_takes_nothing(company: Company) -> None:
    take_in(ROLE_FEED, [ROLE])
    take_in(ROLE_FEED, [ROLE | {"number": "A-2"}])
    assert RoleAssignment.objects.known().filter(ends_on__isnull=True).count() == 2


def test_resolving_asks_no_more_for_more_rows(company: Company, django_assert_max_num_queries) -> None:
    for feed, row in ((SITE_FEED, SITE), (UNIT_FEED, UNIT), (PROJECT_FEED, PROJECT)):
        rows = rows_of(feed, *(row | {"code": f"C{n}"} for n in range(60)))
        with django_assert_max_num_queries(5):
            feed.resolve(rows, viewer=viewer_of_system(), today=TODAY)
    rows = rows_of(ROLE_FEED, *(ROLE | {"role": role.value} for role in Role))
    with django_assert_max_num_queries(5):
        ROLE_FEED.resolve(rows, viewer=viewer_of_system(), today=TODAY)
