"""No number, count, page or file tells an analyst that something about himself is kept from him (fault H3).

Chihiro looks over everybody's alerts but her own. Her company before and after an alert about her must be one company.
"""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.room import verbs
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.alert_register import alerts
from kuramori.watch.cases.acts import cases_gather
from kuramori.watch.cases.verdict_acts import verdict_add
from kuramori.watch.models import Alert, Case, Verdict
from kuramori.watch.models.reviews import Review
from kuramori.watch.numbering import DIGITS, by_number, drawn, numbers
from kuramori.watch.privacy.renumbering import renumber
from kuramori.watch.rules.verdicts import Effect
from kuramori.watch.tests.reviewed import kept, line, sign

DAY = date(2026, 11, 19)
FORM = re.compile(r"[ACDR]-2026-\d{4}-\d{4}")
EVERY_ROLE = (Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER, Role.SECURITY_ANALYST, Role.LEAVER_TEAM, Role.AUDITOR)
PAGE = 50
NEVER = "A-2026-0000-0000"
Find = Callable[..., Found]


@pytest.fixture
def chihiro(company: Company) -> Viewer:
    for role in EVERY_ROLE:
        company.give(company.chihiro, role)
    return company.viewer(company.chihiro)


def about(found: Find, person: Any, count: int, key: str = "b") -> list[Alert]:
    """Raise alerts about one person, each on a day and a way out of its own."""
    days = [DAY - timedelta(days=2 * n) for n in range(count)]
    findings = [
        found(key=f"{key}{n}", person_id=person.pk, since=day, until=day, channels=(f"way{n}",),
              score=Decimal(90 - n), secrets={})
        for n, day in enumerate(days)
    ]  # fmt: skip
    return alerts_keep(findings=findings, as_of=DAY)


def counted_before(record: Any, number: str) -> None:
    """Number something as it once was: in a row."""
    with act("watch.number.draw", by=SYSTEM):
        record.number = number
        record.save()


# drawing


def test_numbers_are_drawn_from_all_of_a_year_and_say_nothing_of_their_order(found: Find, company: Company):
    told = [each.number for each in about(found, company.botan, 30)]
    assert all(FORM.fullmatch(number) for number in told)
    assert told != sorted(told), "thirty in their order by chance: once in 10^32"
    lots = sorted(int(number[7:].replace("-", "")) for number in told)
    assert min(after - before for before, after in pairwise(lots)) > 1, "two neighbours: 1 in 10^5"
    assert lots[-1] - lots[0] > 10**DIGITS / 2, "they do not stand together: the other way once in 10^7"


def test_what_is_taken_is_not_drawn_again_neither_from_the_table_nor_from_the_same_lot(found: Find, company: Company):
    """With one digit there are ten numbers: whoever draws all of them meets each one that is taken many times."""
    kept_ones = about(found, company.botan, 3)
    for n, alert in enumerate(kept_ones):
        counted_before(alert, f"A-2026--{n}")
    lot = drawn(Alert, "A", 2026, digits=1)
    assert {next(lot) for _n in range(7)} == {f"A-2026--{n}" for n in range(3, 10)}


def test_what_everybody_sees_all_of_is_counted_on(found: Find, company: Company):
    first, second = about(found, company.botan, 2)
    counted_before(first, "T-2026-9999")
    counted_before(second, "T-2026-10000")
    row = numbers(Alert, "T", 2026)
    assert [next(row), next(row)] == ["T-2026-10001", "T-2026-10002"], "by their letters 9999 would be the last"
    assert next(numbers(Alert, "T", 2027)) == "T-2027-0001"


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}", "{2}", "{3}"])
def test_a_number_is_found_however_it_was_typed(found: Find, company: Company, typed: str):
    alert, _other = about(found, company.botan, 2)
    plain = alert.number
    wide = plain.translate({ord(sign): ord(sign) + 0xFEE0 for sign in plain})
    words = typed.format(plain, plain.lower(), plain.replace("-", ""), wide)
    assert list(by_number(Alert.objects.all(), words)) == [alert]


@pytest.mark.parametrize(
    "words", ["A-2026", "A-2026-0001", "0001", "千尋", "chihiro", "%", "A-2026-____-____", "'; --"]
)
def test_a_part_of_a_number_a_counted_one_and_a_name_find_nothing(found: Find, company: Company, words: str):
    """Whoever may ask for A-2026-0001, 0002, 0003 … finds the one that answers with nothing."""
    counted_before(about(found, company.botan, 1)[0], "A-2026-0001")
    assert not by_number(Alert.objects.all(), words)


def test_search_of_the_house_goes_to_the_one_alert_for_who_sees_it(
    visit: Any, client: Client, found: Find, chihiro: Viewer, company: Company
):
    (hers,), (other,) = about(found, company.chihiro, 1, "c"), about(found, company.botan, 1)
    visit(chihiro, "charter-list")  # she is signed in from here on
    detail = alerts.url("detail", other)
    assert detail in client.get("/search/", {"q": other.number}).content.decode()
    asked = [(number, client.get("/search/", {"q": number}).content.decode()) for number in (hers.number, NEVER)]
    real, never = (masked(page).replace(number, "") for number, page in asked)
    assert real == never, "an alert about her and none at all"


# nothing about her tells


def doors(chihiro: Viewer, visit: Any, client: Client) -> dict[str, str]:
    """Return what she is shown by every door that lists, counts or hands out."""
    shown: dict[str, str] = {}
    for name in ("alert-list", "case-list", "verdict-list", "review-list", "unsealing-list"):
        for query in ({}, {"state": "new"}, {"sort": "number"}):
            page = visit(chihiro, name, **query)
            shown[f"{name} {query}"] = page.content.decode()
            while older := re.search(r'href="\?([^"]*after=[^"]+)"', page.content.decode()):
                page = client.get(f"{reverse(f'watch:{name}')}?{older[1].replace('&amp;', '&')}")
                shown[f"{name} {query} {len(shown)}"] = page.content.decode()
    for address in ("/", "/inbox/", "/search/?q=A-2026", reverse("watch:leavers")):
        shown[address] = client.get(address).content.decode()
    for register in ("alert", "case", "verdict", "review"):
        for form in ("csv", "json"):
            answer = visit(chihiro, f"{register}-export", data={"format": form, "why": "定例"})
            shown[f"{register} as {form}"] = b"".join(answer.streaming_content).decode("utf-8-sig")
    for alert in Alert.objects.exclude(person=chihiro.person_id).order_by("id")[:2]:
        shown[str(alert.pk)] = visit(chihiro, "alert-detail", alert.pk).content.decode()
    return shown


def masked(text: str) -> str:
    """Return a page without what is drawn anew for each page: tokens against forged requests."""
    return re.sub(r'(csrfmiddlewaretoken" value|"X-CSRFToken"): ?"?[^"]+"?|value="[A-Za-z0-9]{64}"', "", text)


def test_the_company_with_an_alert_about_her_and_the_one_without_are_the_same_to_her(
    visit: Any, client: Client, found: Find, chihiro: Viewer, company: Company
):
    """Lists with every filter, order and page, what they count, links to older and newer ones, files, neighbours."""
    about(found, company.botan, PAGE + 1)
    cases_gather(today=DAY)
    before = doors(chihiro, visit, client)
    assert any("after=" in page for page in before.values()), "there is a second page"
    (alert, _second) = about(found, company.chihiro, 2, "c")
    cases_gather(today=DAY)
    verdict_add(alert=alert, codes=["bulk_read"], effect=Effect.RAISES, for_unit=False, today=DAY, days=30,
                reason="確認した", by=actor_of(company.daichi))  # fmt: skip
    after = doors(chihiro, visit, client)
    assert before.keys() == after.keys()
    differing = [door for door, text in after.items() if masked(text) != masked(before[door])]
    assert differing == []
    daichi = company.viewer(company.daichi)
    assert alerts.visible_to(daichi).count() == alerts.visible_to(chihiro).count() + 2, "others see them"


def test_of_alerts_before_and_after_hers_the_numbers_leave_no_place_for_it(
    found: Find, chihiro: Viewer, company: Company
):
    """One run finds three: between two that she sees stands hers. A row would go on behind it."""
    three = [found(key=f"k{n}", person_id=who.pk)
             for n, who in enumerate((company.akari, company.chihiro, company.botan))]  # fmt: skip
    alerts_keep(findings=three, as_of=DAY)
    cases_gather(today=DAY)
    for model, seen in ((Alert, alerts.visible_to(chihiro)), (Case, Case.objects.exclude(person=company.chihiro))):
        first, second = (int(each.number[7:].replace("-", "")) for each in seen.order_by("id"))
        assert abs(second - first) > 2, f"{model.__name__}: next to each other, or one apart, once in 10^7"


# what was numbered in a row


@pytest.fixture
def in_a_row(found: Find, company: Company) -> list[Any]:
    """Two alerts with their cases, a decision and two reviews, one of them signed: all numbered as they once were."""
    rows: list[Any] = [*about(found, company.botan, 2), *sorted(cases_gather(today=DAY), key=lambda case: -case.score)]
    rows += verdict_add(alert=rows[0], codes=["bulk_read"], effect=Effect.RAISES, for_unit=False, today=DAY, days=30,
                        reason="確認した", by=actor_of(company.daichi))  # fmt: skip
    rows.append(kept(line(company.botan), key="open"))
    for n, row in enumerate(rows):
        counted_before(row, f"{type(row).__name__[0]}-2026-{n % 2 + 1:04d}")
    signed = kept(key="signed")
    counted_before(signed, "R-2026-0001")
    sign(company, signed, company.daichi)
    return [*rows, Review.objects.get(pk=signed.pk)]


def test_they_get_drawn_numbers_once_and_a_signed_review_keeps_what_was_signed(in_a_row: list[Any], company: Company):
    digest = in_a_row[-1].sheets.get().signatures.get().digest
    assert renumber() == 6
    for row in in_a_row:
        row.refresh_from_db()
    assert [each.number[:7] for each in in_a_row[:-1]] == ["A-2026-", "A-2026-", "C-2026-", "C-2026-", "D-2026-",
                                                          "R-2026-"]  # fmt: skip
    assert all(FORM.fullmatch(each.number) for each in in_a_row[:-1])
    assert in_a_row[-1].number == "R-2026-0001"
    assert in_a_row[-1].sheets.get().signatures.get().digest == digest
    entries = Entry.objects.count()
    assert renumber() == 0
    assert Entry.objects.count() == entries, "again it writes nothing"


def test_links_go_on_and_the_old_number_is_told_by_the_history_alone(visit: Any, in_a_row: list[Any], company: Company):
    """Whoever holds an old paper finds which alert it is; nobody can ask for one old number after another."""
    renumber()
    daichi, alert = company.viewer(company.daichi), Alert.objects.get(pk=in_a_row[0].pk)
    for name, tells in (("alert-detail", False), ("alert-history", True)):
        page = visit(daichi, name, alert.pk).content.decode()
        assert alert.number in page
        assert ("A-2026-0001" in page) is tells
    assert visit(daichi, "alert-list", q="A-2026-0001").context["rows"] == []
    assert [row["pk"] for row in visit(daichi, "alert-list", q=alert.number).context["rows"]] == [alert.pk]


def test_the_ledger_holds_which_became_which_and_names_no_count_in_clear(in_a_row: list[Any], company: Company):
    renumber()
    drawing = list(Entry.objects.filter(verb="watch.number.draw").order_by("-seq")[:4])
    changes = [change for entry in read(drawing) for change in entry.changes]
    assert {change.fields["number"][0] for change in changes} == {
        "A-2026-0001", "A-2026-0002", "C-2026-0001", "C-2026-0002", "V-2026-0001", "R-2026-0002",
    }  # fmt: skip
    assert not any(json.loads(bytes(entry.body))["notes"] for entry in drawing)
    assert not entries_about(company.botan.pk).filter(verb="watch.number.draw"), "nobody's own history tells of it"
    for language, word in (("ja", "番号"), ("en", "numbers")):
        with override(language):
            assert word in str(verbs()["watch.number.draw"]) % {"by": "佐倉"}


def test_with_nothing_to_draw_for_no_entry_is_written(db: None):
    assert renumber() == 0
    assert not Entry.objects.filter(verb="watch.number.draw").exists()
    assert not Verdict.objects.exists()
