"""Pure rules of the directory."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from kuramori.directory.matrix import MATRIX
from kuramori.directory.rules.calendars import Calendar
from kuramori.directory.rules.engagements import EngagementSeen, look_back_from
from kuramori.directory.rules.feeds import chain_above, cycles, too_many_end
from kuramori.directory.rules.permissions import Permission
from kuramori.kernel.permissions import Role

DAY = date(2026, 11, 20)


def engaged(**days: date) -> EngagementSeen:
    nothing = {"end_planned": None, "end_actual": None, "notice_received_on": None, "last_working_day": None}
    return EngagementSeen(engagement_kind="regular", start=date(2020, 4, 1), **(nothing | days))


def test_every_permission_is_held_by_somebody_and_auditors_never_write() -> None:
    assert set(MATRIX) == set(Permission)
    assert {p.split(":")[2] for p, roles in MATRIX.items() if Role.AUDITOR in roles} <= {"view", "export"}
    assert set(MATRIX[Permission.LEAVER_VIEW]) == {Role.HR, Role.LEAVER_TEAM}


def test_five_percent_is_still_believed() -> None:
    assert not too_many_end(active=100, ending=5)
    assert too_many_end(active=100, ending=6)
    assert not too_many_end(active=0, ending=0)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")))
def test_circles_are_exactly_those_who_come_back_to_themselves(above: dict[str, str]) -> None:
    def comes_back(start: str) -> bool:
        at = above.get(start)
        for _step in above:
            if at is None or at == start:
                break
            at = above.get(at)
        return at == start

    assert {member for circle in cycles(above) for member in circle} == {n for n in above if comes_back(n)}


def test_a_chain_ends_at_a_circle() -> None:
    assert chain_above("a", {"a": "b", "b": "c", "c": "b"}) == ["b", "c"]


def test_the_look_back_begins_at_the_earlier_of_notice_and_days_before_the_end() -> None:
    assert look_back_from(engaged(), days=90) is None
    assert look_back_from(engaged(notice_received_on=DAY), days=90) == DAY
    assert look_back_from(engaged(notice_received_on=DAY, end_planned=date(2026, 12, 20)), days=90) < DAY


def test_a_company_s_own_days_go_before_the_country_s_calendar() -> None:
    labour_day, saturday, founding = date(2026, 11, 23), date(2026, 11, 21), date(2026, 11, 25)
    plain = Calendar(country="JP")
    own = Calendar(country="JP", off={founding}, on={saturday})
    assert [plain.is_business_day(d) for d in (labour_day, saturday, founding)] == [False, False, True]
    assert [own.is_business_day(d) for d in (labour_day, saturday, founding)] == [False, True, False]
    assert Calendar(country="XX").is_business_day(labour_day)
