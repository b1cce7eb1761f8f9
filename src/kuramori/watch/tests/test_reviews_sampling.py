"""Everybody who handles secrets is drawn within a quarter, by a seed that nobody chose; media every month."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils.timezone import now

from kuramori.directory.api import Person, actor_of
from kuramori.directory.tests.company import Company
from kuramori.governance.api import Level
from kuramori.kernel.permissions import Role
from kuramori.register.acts import secret_add, secret_retire
from kuramori.register.api import Secret
from kuramori.watch.models.reviews import Review, ReviewItem, ReviewKind
from kuramori.watch.queries.reviews import overdue_reviews
from kuramori.watch.reviews.monthly import monthly_reviews
from kuramori.watch.rules.reviews import drawn, population_digest
from kuramori.watch.tests.reviewed import sign

TOKYO = ZoneInfo("Asia/Tokyo")
OCTOBER, NOVEMBER, DECEMBER, JANUARY = (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1))


@pytest.fixture
def keepers(company: Company, levels: dict[str, Level], charter: Any) -> list[Person]:
    """Six people keep a secret each; Daichi keeps none."""
    more = [company.person(f"B-{n}", f"保管 {n}", f"ホカン {n}", f"Keeper{n} Test", company.sales) for n in range(3)]
    people = [company.akari, company.botan, company.chihiro, *more]
    for n, person in enumerate(people):
        keep(company, levels, f"S-{n}", person)
    return people


def keep(company: Company, levels: dict[str, Level], number: str, person: Person) -> Secret:
    return secret_add(
        number=number, title=f"配合比 {number}", keeper=person, unit=company.materials, level=levels["top"],
        identified_on=date(2026, 4, 1), by=actor_of(company.akari),
    )  # fmt: skip


def run(first_of_month: date, hour: int = 7) -> dict[str, Review]:
    """The reviews made on a day; those of the month before it."""
    with time_machine.travel(datetime.combine(first_of_month, datetime.min.time(), TOKYO), tick=False) as clock:
        clock.shift(timedelta(hours=hour))
        return {review.kind: review for review in monthly_reviews(now())}


def about(review: Review) -> list[Any]:
    items = ReviewItem.objects.filter(sheet__review=review)
    return list(items.order_by("rank").values_list("person_id", flat=True))


def test_a_third_is_drawn_each_month_and_at_the_quarters_end_everybody_was(keepers: list[Person]) -> None:
    samples = [run(day)[ReviewKind.SAMPLE] for day in (NOVEMBER, DECEMBER, JANUARY)]
    assert [(each.since, len(about(each))) for each in samples] == [(OCTOBER, 2), (NOVEMBER, 2), (DECEMBER, 2)]
    assert {person for each in samples for person in about(each)} == {person.pk for person in keepers}
    assert {each.seed for each in samples} == {samples[0].seed}
    assert {each.population for each in samples} == {population_digest(person.pk for person in keepers)}


def test_the_same_seed_draws_the_same_so_that_anybody_can_draw_again(keepers: list[Person]) -> None:
    first, second = (run(day)[ReviewKind.SAMPLE] for day in (NOVEMBER, DECEMBER))
    crowd = [person.pk for person in keepers]
    again = drawn(seed=first.seed, population=crowd, done=[], draws_left=3)
    assert set(again) == set(about(first))
    assert set(drawn(seed=second.seed, population=crowd, done=again, draws_left=2)) == set(about(second))


def test_a_new_quarter_has_a_new_seed(keepers: list[Person]) -> None:
    last, first = run(JANUARY)[ReviewKind.SAMPLE], run(date(2027, 2, 1))[ReviewKind.SAMPLE]
    assert last.seed != first.seed
    assert len(last.seed) == len(first.seed) == 32
    assert len(about(last)) == len(keepers), "the last draw of a quarter takes all who were not drawn"
    assert len(about(first)) == 2


def test_who_comes_to_a_secret_in_mid_quarter_is_drawn_too_and_who_gives_it_away_is_not(
    company: Company, levels: dict[str, Level], keepers: list[Person]
) -> None:
    first = run(NOVEMBER)[ReviewKind.SAMPLE]
    left = next(person for person in keepers if person.pk not in about(first))
    secret_retire(secret=Secret.objects.get(keeper=left), why="廃止", by=actor_of(company.akari))
    keep(company, levels, "S-9", company.daichi)
    rest = [run(day)[ReviewKind.SAMPLE] for day in (DECEMBER, JANUARY)]
    people = {person for each in rest for person in about(each)}
    assert company.daichi.pk in people
    assert left.pk not in people
    assert rest[0].population != first.population


def test_somebody_drawn_stands_there_although_nothing_is_known_of_him(
    company: Company, keepers: list[Person], visit: Any
) -> None:
    sample = run(NOVEMBER)[ReviewKind.SAMPLE]
    told = [item.told for item in ReviewItem.objects.filter(sheet__review=sample)]
    assert {(one["tie"], bool(one["now"])) for one in told} == {("sampled", False)}
    viewer = company.viewer(company.daichi)
    page = visit(viewer, "review-detail", sample.pk).content.decode()
    assert sample.seed in page
    assert sample.population in page
    assert page.count("抽出") >= 2


def test_who_may_not_be_watched_is_not_drawn(company: Company, levels: dict[str, Level]) -> None:
    """BetrVG § 87, PPC Q&A 5-7: without a charter of his site nobody is looked at."""
    keep(company, levels, "S-0", company.akari)
    assert run(NOVEMBER) == {}
    assert not Review.objects.exists()


def test_with_nobody_who_handles_secrets_the_sample_is_empty_and_signed_all_the_same(
    company: Company, charter: Any
) -> None:
    sample = run(NOVEMBER)[ReviewKind.SAMPLE]
    assert about(sample) == []
    assert sample.population == population_digest([])
    assert sign(company, sample, company.daichi, said="対象者なし").lines == 0


# the month


def test_at_seven_on_the_first_it_is_ready_and_made_once(keepers: list[Person]) -> None:
    assert run(NOVEMBER, hour=6) == {}
    assert set(run(NOVEMBER)) == {ReviewKind.SAMPLE, ReviewKind.MEDIA}
    assert run(NOVEMBER, hour=9) == {}
    assert Review.objects.filter(since=OCTOBER).count() == 2


def test_one_of_the_two_that_is_missing_is_made_up(company: Company, keepers: list[Person]) -> None:
    run(NOVEMBER)
    assert run(date(2026, 11, 17)) == {}
    late = run(date(2026, 12, 15), hour=15)
    assert {review.due_at for review in late.values()} == {datetime(2026, 12, 25, 12, tzinfo=TOKYO)}


def test_a_month_of_media_without_a_lake_says_that_nothing_was_seen(company: Company, charter: Any, visit: Any) -> None:
    """DEV-15: silence is no sign that nothing was copied."""
    media = run(NOVEMBER)[ReviewKind.MEDIA]
    sheet = media.sheets.get()
    assert {row["state"] for row in sheet.told["coverage"]} == {"blind"}
    assert "removable" in {row["channel"] for row in sheet.told["coverage"]}
    assert sheet.told["share"] == "100"
    page = visit(company.viewer(company.daichi), "review-detail", media.pk).content.decode()
    assert "外部媒体" in page
    assert "100 %" in page


def test_unsigned_after_ten_days_it_is_overdue(company: Company, charter: Any) -> None:
    media = run(NOVEMBER)[ReviewKind.MEDIA]
    office = company.viewer(company.daichi)
    assert media.due_at == datetime(2026, 11, 11, 12, tzinfo=TOKYO)
    with time_machine.travel(media.due_at, tick=False) as clock:
        assert media not in overdue_reviews(office)
        clock.shift(timedelta(seconds=1))
        assert media in overdue_reviews(office)
    sign(company, media, company.daichi)
    with time_machine.travel(media.due_at + timedelta(days=1), tick=False):
        assert media not in overdue_reviews(office)


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.HR, Role.EXECUTIVE])
def test_who_was_drawn_is_nobodys_business_outside_the_office(
    company: Company, keepers: list[Person], role: Role, visit: Any
) -> None:
    sample = run(NOVEMBER)[ReviewKind.SAMPLE]
    company.give(company.akari, role)
    viewer = company.viewer(company.akari)
    assert visit(viewer, "review-detail", sample.pk).status_code == 403
    assert visit(viewer, "review-list").status_code == 403
