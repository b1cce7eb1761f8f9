"""No side door tells a stranger that a secret is there: search, counts, exports, histories, names, errors (A2)."""

import json

import pytest
from django.urls import reverse

from kuramori.directory.api import actor_of
from kuramori.kernel.models import Entry, SavedView
from kuramori.kernel.permissions import Role
from kuramori.register.acts import secret_edit
from kuramori.register.models import Secret
from tests.security.conftest import TITLE
from tests.security.test_objects import UNSTABLE

LIST = reverse("register:secret-list")
EXPORT = reverse("register:secret-export")


@pytest.fixture
def stranger(company, sign_in):
    return sign_in(company.chihiro)


def page(browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.parametrize("words", [TITLE, TITLE[:2], "S-0001", "ひみつ", "材料"])
@pytest.mark.parametrize("address", ["/search/?q=", f"{LIST}?q=", f"{LIST}?retired=yes&q="])
def test_search_finds_the_same_nothing_as_for_nonsense(stranger, company, address, words, add):
    before = page(stranger, address + words)
    add(TITLE, note="ひみつの覚え書き")
    assert clean(page(stranger, address + words)) == clean(before)


@pytest.mark.parametrize("address", ["/", LIST, "/inbox/", "/search/"])
def test_no_page_of_the_frame_changes_when_a_secret_appears(stranger, add, address):
    before = page(stranger, address)
    add(TITLE)
    assert clean(page(stranger, address)) == clean(before)


def test_no_filter_or_sorting_of_the_list_brings_it_out(stranger, secret):
    level, unit = secret.level_id, secret.unit_id
    for query in (f"level={level}", f"unit={unit}", "keeper=A-1", "gaps=yes", "tier=a", "sort=title", "sort=-number"):
        answer = stranger.get(f"{LIST}?{query}")
        assert answer.context["rows"] == []
        assert TITLE not in answer.content.decode()


def test_the_history_of_its_keeper_does_not_name_it(stranger, company, secret):
    secret_edit(secret=secret, keeper=company.botan, by=actor_of(company.akari))
    for person in (company.akari, company.botan):
        for name in ("directory:person-detail", "directory:person-history"):
            answer = stranger.get(reverse(name, args=[person.pk]))
            assert TITLE not in answer.content.decode()
            assert secret.number not in answer.content.decode()


def test_a_view_shared_with_him_shows_him_what_he_may_see(stranger, company, sign_in, secret):
    data = {"name": "毎週の確認", "query": f"q={TITLE}", "is_shared": "on"}
    sign_in(company.akari).post(reverse("register:secret-save-view"), data)
    view = SavedView.objects.get()
    assert stranger.get(f"{LIST}?{view.query}").context["rows"] == []


@pytest.mark.parametrize("form", ["json", "csv", "xlsx"])
def test_an_export_of_somebody_who_may_export_holds_only_his_own(company, sign_in, secret, add, form):
    add("顧客名簿", unit=company.sales, keeper=company.chihiro)
    company.give(company.chihiro, Role.INFORMATION_MANAGER, unit=company.sales)
    answer = sign_in(company.chihiro).post(EXPORT, {"format": form, "why": "棚卸し"})
    content = b"".join(answer.streaming_content)
    assert answer.status_code == 200
    assert TITLE.encode() not in content
    assert TITLE not in answer["content-disposition"]
    if form == "json":
        assert [row["title"] for row in json.loads(content)] == ["顧客名簿"]


def test_many_are_not_retired_by_him_and_he_learns_nothing_from_trying(company, sign_in, secret, add):
    own = add("顧客名簿", unit=company.sales, keeper=company.chihiro)
    company.give(company.chihiro, Role.INFORMATION_MANAGER, unit=company.sales)
    browser = sign_in(company.chihiro)
    missing = "01900000-0000-7000-8000-000000000000"
    answers = [
        browser.post(reverse("register:secret-bulk"), {"id": [str(own.pk), str(other)], "why": "x"})
        for other in (secret.pk, missing)
    ]
    assert [each.status_code for each in answers] == [404, 404]
    assert clean(answers[0].content.decode()) == clean(answers[1].content.decode())
    assert not Secret.objects.filter(retired_at__isnull=False).exists()


def test_pages_carry_nothing_by_which_a_cache_or_a_client_could_compare(company, sign_in, secret):
    answer = sign_in(company.akari).get(reverse("register:secret-detail", args=[secret.pk]))
    assert not answer.has_header("etag")
    assert not answer.has_header("last-modified")
    assert "no-store" in answer.get("cache-control", ""), "a shared computer keeps no page"


def test_an_address_holds_no_title_that_a_log_or_a_referrer_could_tell(company, sign_in, secret):
    page_of_it = sign_in(company.akari).get(reverse("register:secret-detail", args=[secret.pk]))
    assert page_of_it["referrer-policy"] == "same-origin"
    assert TITLE not in reverse("register:secret-detail", args=[secret.pk])


def test_trying_is_no_entry_that_names_it_to_others(stranger, secret):
    before = Entry.objects.count()
    stranger.get(reverse("register:secret-detail", args=[secret.pk]))
    assert all(TITLE.encode() not in bytes(entry.body) for entry in Entry.objects.all())
    assert Entry.objects.count() >= before


def clean(text: str) -> str:
    return UNSTABLE.sub("", text)
