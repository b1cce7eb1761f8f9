"""One inbox for everything that waits, the most pressing first."""

from datetime import date

from kuramori.directory.tests.company import TODAY, Company
from kuramori.kernel.room import Duty
from kuramori.kernel.tests.above import room_above
from kuramori.register.tests.conftest import Add
from kuramori.site.inbox import count_of, duties_of
from kuramori.site.tests.conftest import SignIn


def test_an_overdue_stocktaking_waits_for_its_keeper_alone(company: Company, add: Add) -> None:
    secret = add("配合比", stocktaken_on=date(2025, 1, 10))
    mine = duties_of(company.viewer(company.akari), today=TODAY)
    assert [(str(secret) in str(duty.title), duty.due, duty.urgent) for duty in mine] == [
        (True, date(2026, 1, 10), True)
    ]
    assert duties_of(company.viewer(company.botan), today=TODAY) == []


def test_urgent_comes_first_then_what_is_due_first_then_what_has_no_day(company: Company) -> None:
    listed = [
        Duty(title="some day", url="/"),
        Duty(title="next week", url="/", due=date(2026, 11, 27)),
        Duty(title="now", url="/", due=date(2026, 12, 24), urgent=True),
        Duty(title="tomorrow", url="/", due=date(2026, 11, 21)),
    ]
    with room_above(duties=(lambda _viewer, _today: listed,)):
        found = [duty.title for duty in duties_of(company.viewer(company.akari), today=TODAY)]
    assert found == ["now", "tomorrow", "next week", "some day"]


def test_the_page_groups_by_urgency_and_links_to_the_deed(company: Company, sign_in: SignIn, add: Add) -> None:
    secret = add("配合比", stocktaken_on=date(2025, 1, 10))
    page = sign_in(company.akari).get("/inbox/").content.decode()
    assert "Overdue or urgent" in page
    assert f"/register/secrets/{secret.pk}/stocktaking/" in page


def test_an_empty_inbox_says_so(company: Company, sign_in: SignIn) -> None:
    assert "Nothing to do" in sign_in(company.botan).get("/inbox/").content.decode()


def test_the_bell_counts_them(company: Company, add: Add) -> None:
    add("配合比", stocktaken_on=date(2025, 1, 10))
    assert count_of(company.viewer(company.akari), today=TODAY) == 1
