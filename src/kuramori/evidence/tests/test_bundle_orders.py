"""A bundle is looked through before it is made; what somebody chose to keep back is kept back, or nothing is made.

EVD-08: no more leaves the house than its reader needs; what is withheld is said with its reason and stays provable.
"""

import base64
import json
import zipfile
from html import unescape
from pathlib import Path

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.acts import people
from kuramori.directory.api import Account, actor_of, subjects_of_person
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.bundles import choices
from kuramori.evidence.bundles.asking import BUNDLE, PERSON, ask_bundle, ask_contents, ask_ordered, renewed
from kuramori.evidence.bundles.contents import acts
from kuramori.evidence.bundles.contents.acts import order_add, order_place, order_retire, order_show, order_withhold
from kuramori.evidence.bundles.contents.forms import NarrowForm, SettingsForm
from kuramori.evidence.bundles.contents.looking import keep, kept, look
from kuramori.evidence.bundles.contents.orders import as_order
from kuramori.evidence.bundles.contents.queries import (
    contents_seen,
    group_members,
    open_orders,
    order_seen,
    orders_seen_by,
)
from kuramori.evidence.bundles.contents.showing import choice_rows, exhibit_rows, group_rows, member_words
from kuramori.evidence.bundles.order import Delivery
from kuramori.evidence.bundles.place import bundle_file, contents_file
from kuramori.evidence.bundles.selection import select
from kuramori.evidence.models import Bundle, BundleOrder
from kuramori.evidence.rules.permissions import Permission
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.jobs import Cancelled, run_waiting
from kuramori.kernel.models import Entry, Job
from kuramori.kernel.permissions import Role
from kuramori_verify.cli import verify

WORD = "佐倉 灯里が気付いた誤り"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def company(db):
    here = Company()
    here.give(here.daichi, Role.AUDITOR)
    people.person_edit(person=here.botan, kana="マキノ", by=actor_of(here.akari), why=WORD)
    return here


@pytest.fixture
def daichi(company):
    return company.viewer(company.daichi)


@pytest.fixture
def row(company, daichi):
    """An order that was looked through."""
    ask(daichi, company)
    run_waiting()
    return BundleOrder.objects.get()


def ask(viewer, company, **values) -> Job:
    return ask_bundle(
        viewer, kind=PERSON, subject=company.botan.as_subject(), permission=Permission.BUNDLE_PERSON, why="調査",
        ids=subjects_of_person(viewer, company.botan), look=True, **values,
    )  # fmt: skip


def group_of(found, verb: str, place: str) -> str:
    assert any((each["verb"], each["place"]) == (verb, place) for each in found["groups"])
    return choices.of_group(verb, place)


def made(tmp_path: Path) -> tuple[str, dict[str, str]]:
    """All disclosed words of the one bundle there is, and its withheld members with their reasons; it verifies."""
    folder = tmp_path / "bag"
    with zipfile.ZipFile(bundle_file(Bundle.objects.latest("created_at").pk)) as file:
        file.extractall(folder)
    bag = folder if (folder / "data").exists() else next(folder.iterdir())
    report = verify(bag)
    assert (report["exit"], report["findings"]) == (0, [])
    shown = [json.loads(each.read_bytes()) for each in bag.rglob("data/entries/*.json")]
    raw = [base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)) for each in shown for word in each["disclosures"]]
    told = json.loads((bag / "data/manifest.json").read_bytes())
    return b"\n".join(raw).decode(), {f"{w['entry']}:{w['member']}": w["reason"] for w in told["withheld"]}


# what a choice is


def test_a_choice_names_an_exhibit_a_group_or_a_member_and_nothing_else():
    good = [
        choices.of_exhibit("0" * 32), choices.of_group("a.b_c.d", "changes.17.kana"), choices.of_member(3, "by.name"),
        choices.of_group("a.b.c", "notes.name:01938a00-0000-7000-8000-000000000001"),
    ]  # fmt: skip
    assert all(map(choices.is_choice, good))
    assert good[1] == "group:a.b_c.d:changes.*.kana"
    assert good[3] == "group:a.b.c:notes.name:*"
    for wrong in ("", "exhibit:", "exhibit:../x", "group::why", "member:x:why", "member:3", "all", f"{good[0]}\n"):
        assert not choices.is_choice(wrong)


def test_the_narrowest_reason_is_the_one_that_is_told():
    chosen = choices.Chosen(reasons={"group:a.b.c:why": "群", "member:3:why": "個", "exhibit:aaaa": "全"})
    assert chosen.member(3, "a.b.c", "why") == "個"
    assert chosen.member(4, "a.b.c", "why") == "群"
    assert chosen.member(4, "a.b.d", "why") is None
    assert (chosen.exhibit("aaaa"), chosen.exhibit("bbbb"), chosen.exhibits) == ("全", None, {"aaaa"})


# looking


def test_nothing_is_made_while_somebody_looks(row, daichi):
    found = contents_seen(daichi, row)
    assert found is not None
    assert not Bundle.objects.exists()
    assert found["entries"] > 0
    assert [each["kind"] for each in found["exhibits"]] == ["entries"]
    assert Job.objects.get().result == {"url": reverse("evidence:bundle-order", args=[row.pk])}
    kana = next(each for each in found["groups"] if each["place"] == "changes.*.kana" and "edit" in each["verb"])
    assert (kana["count"], kana["people"], kana["on"]) == (1, 1, "directory.person")


def test_an_order_is_seen_by_its_owner_alone_and_only_while_he_may(row, company, daichi):
    company.give(company.chihiro, Role.LEGAL)
    other = company.viewer(company.chihiro)
    assert list(orders_seen_by(daichi)) == [row]
    assert order_seen(daichi, row.pk) == row
    assert not orders_seen_by(other).exists()
    assert contents_seen(other, row) is None
    assert group_members(other, row, verb="directory.person.edit", place="why", after=0, most=9) == ([], None)
    assert not orders_seen_by(company.viewer(company.botan)).exists()
    row.order = row.order | {"permission": "register:secret:prove"}
    with act("evidence.bundleorder.edit", by=daichi.actor, subjects=[row]):
        row.save()
    assert order_seen(daichi, row.pk) is None, "the right to make it is asked each time"


def test_the_person_concerned_is_no_subject_of_the_choosing(row, company):
    entry = Entry.objects.get(verb="evidence.bundleorder.add")
    assert str(company.botan.pk) not in {str(each) for each in entry.subjects.values_list("subject_id", flat=True)}


def test_who_lost_his_right_is_not_shown_what_would_be_in_it(company, daichi):
    job = ask(daichi, company)
    Job.objects.filter(pk=job.pk).update(asked_by=company.botan.pk)
    run_waiting()
    assert Job.objects.get(pk=job.pk).state == "failed"
    assert kept(BundleOrder.objects.get().pk) is None


# choosing


def test_a_group_and_a_member_are_kept_back_each_with_its_reason(row, daichi, tmp_path):
    found = contents_seen(daichi, row)
    (member,), later = group_members(daichi, row, verb="directory.person.edit", place="why", after=0, most=50)
    assert (member.text, member.why, later) == (WORD, None, None)
    (change,), _none = group_members(
        daichi, row, verb="directory.person.edit", place="changes.*.kana", after=0, most=50
    )
    assert change.text.endswith("→ マキノ"), "what it was and what it became"
    order_withhold(row=row, what=[member.what], by=daichi.actor, why="通報者の保護")
    order_withhold(
        row=row, what=[group_of(found, "directory.person.edit", "changes.*.kana")], by=daichi.actor, why="争点外"
    )
    ask_ordered(daichi, row)
    run_waiting()
    text, reasons = made(tmp_path)
    assert WORD not in text
    assert {"single: 通報者の保護", "single: 争点外"} <= set(reasons.values())
    bundle = Bundle.objects.get()
    assert (bundle.pk, bundle.withheld["single: 争点外"]) == (BundleOrder.objects.get().bundle_id, 1)
    assert dict(map(tuple, bundle.order["choices"]))[member.what] == "通報者の保護"
    assert not contents_file(row.pk).exists()
    assert open_orders(daichi) == []


def test_a_choice_needs_a_reason_and_can_be_taken_back(row, daichi):
    what = choices.of_member(1, "why")
    for words, reason, complaint in (
        ([what], " ", "理由|why"),
        ([], "x", "Nothing|何も|選"),
        (["all"], "x", "選|Noth"),
    ):
        with pytest.raises(Refused, match=complaint):
            order_withhold(row=row, what=words, by=daichi.actor, why=reason)
    order_withhold(row=row, what=[what], by=daichi.actor, why="一")
    order_withhold(row=row, what=[what], by=daichi.actor, why="二")
    assert row.choices == [[what, "二"]]
    with pytest.raises(Refused):
        order_show(row=row, what=["member:9:why"], by=daichi.actor)
    assert order_show(row=row, what=[what], by=daichi.actor).choices == []
    told = [each.verb for each in Entry.objects.filter(verb__startswith="evidence.bundleorder").order_by("seq")]
    assert [each.rpartition(".")[2] for each in told] == ["add", "withhold", "withhold", "show"]


def test_more_choices_than_anybody_reads_are_refused(row, daichi, monkeypatch):
    monkeypatch.setattr(acts, "MOST_CHOICES", 2)
    with pytest.raises(Refused, match="2"):
        order_withhold(row=row, what=[f"member:{n}:why" for n in range(3)], by=daichi.actor, why="x")


def test_what_was_looked_through_is_made_or_nothing(row, company, daichi):
    found = contents_seen(daichi, row)
    keep(row.pk, {**found, "digest": "0" * 64})
    ask_ordered(daichi, row)
    run_waiting()
    assert Job.objects.get(kind=BUNDLE).state == "failed"
    assert not Bundle.objects.exists()
    assert open_orders(daichi) == [BundleOrder.objects.get()], "it can be looked through again"


def test_an_exhibit_chosen_that_is_gone_is_never_silently_shown(row, daichi):
    order_withhold(row=row, what=[choices.of_exhibit("0" * 32)], by=daichi.actor, why="x")
    ask_ordered(daichi, row)
    run_waiting()
    assert not Bundle.objects.exists()
    assert "変わ" in Job.objects.get(kind=BUNDLE).error


def test_an_order_is_given_once_and_only_after_a_look(row, daichi):
    contents_file(row.pk).unlink()
    with pytest.raises(Refused):
        ask_ordered(daichi, row)
    order_place(row=row, bundle_id=row.pk, by=daichi.actor)
    for change in (
        lambda: order_place(row=row, bundle_id=row.pk, by=daichi.actor),
        lambda: order_retire(row=row, by=daichi.actor),
        lambda: order_show(row=row, what=[], by=daichi.actor),
        lambda: order_withhold(row=row, what=["member:1:why"], by=daichi.actor, why="x"),
    ):
        with pytest.raises(Refused):
            change()


def test_looking_again_is_as_of_now_and_of_a_twin_as_of_its_first(row, company, daichi):
    people.person_edit(person=company.botan, romaji="Botan M", by=actor_of(company.akari), why="後から")
    assert renewed(row).up_to > as_order(row).up_to
    row.order = row.order | {"twin": "0" * 64}
    assert renewed(row) == as_order(row)
    ask_contents(daichi, row)
    assert kept(row.pk) is None, "what was found before is thrown away at once"


# words


def test_rows_say_number_size_personal_data_and_state(row, daichi):
    found = contents_seen(daichi, row)
    log = {
        "number": 2, "key": "01938a00-0000-7000-8000-000000000001", "kind": "log", "title": {"ja": "ログ", "en": "Log"},
        "purport": {"ja": "p", "en": "p"}, "at": "2026-11-20T03:00:00.000000Z", "rows": 5000, "bytes": 0,
        "people": True,
    }  # fmt: skip
    more = {**found, "exhibits": [*found["exhibits"], log]}
    row.choices = [[choices.of_exhibit(log["key"]), "営業秘密"], ["member:1:why", "x"], ["group:a.b.c:why", "y"]]
    entries, shown = exhibit_rows(more, as_order(row), daichi)
    assert (entries["what"], entries["label"], entries["at"]) == ("", "甲第1号証", "–")
    assert (shown["size"], shown["why"], shown["people"]) == ("5,000 行", "営業秘密", True) or "5,000" in shown["size"]
    assert shown["at"] == "2026-11-20 12:00"
    words = [each["words"] for each in choice_rows(more, as_order(row), daichi)]
    assert words[0] == "甲第2号証 ログ"
    assert len({*words}) == 3
    assert all(each["done"] and each["member"] for each in group_rows(found, as_order(row)))


def test_members_are_named_in_words():
    assert len({member_words(each) for each in ("by.name", "why", "notes.name:*", "notes.count", "changes.*.x")}) == 5
    assert "x" in member_words("changes.*.x")
    assert member_words("changes.*.kana", "directory.person") != member_words("changes.*.name", "directory.person")
    assert "x" in member_words("changes.*.x", "directory.person")


def test_lists_are_narrowed_by_words_kind_people_and_state():
    row = {"text": "Log of the server", "kind": "log", "people": True, "why": None}
    for asked, keeps in (
        ({}, True), ({"q": "SERVER"}, True), ({"q": "mail"}, False), ({"kind": "log"}, True),
        ({"kind": "record"}, False),
        ({"people": "1"}, True), ({"people": "0"}, False), ({"state": "shown"}, True), ({"state": "withheld"}, False),
        ({"kind": "nonsense"}, True),
    ):  # fmt: skip
        assert NarrowForm(asked, has_kinds=True).keeps(row) is keeps
    assert "kind" not in NarrowForm({}, has_kinds=False).fields


def test_settings_begin_as_ordered_and_argue_claims_of_a_secret_only(row, company, daichi):
    order = as_order(row)
    assert "why" not in SettingsForm(order).fields
    assert "claims" not in SettingsForm(order).fields
    assert order_add(order=order, asked_by=None, by=daichi.actor).choices == []


# pages


@pytest.fixture
def desk(client, company):
    account = Account.objects.create(email="daichi@example.jp", person=company.daichi, language="ja")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_from_the_first_form_over_what_is_in_it_to_the_bundle(company, desk, tmp_path):
    asked = desk.post(reverse("evidence:person-bundle"), {"number": "A-2", "why": "調査", "look": "1"})
    assert asked.status_code == 302
    order = BundleOrder.objects.get()
    at = {name: reverse(f"evidence:bundle-order{name}", args=[order.pk])
          for name in ("", "-entries", "-choose", "-settings", "-look", "-place", "-give-up")}  # fmt: skip
    assert "甲第1号証" not in desk.get(at[""]).content.decode()
    assert desk.get(reverse("evidence:bundles")).context["orders"][0][0] == order
    run_waiting()
    for tab, word in (
        ("", "甲第1号証"),
        ("groups", "理由"),
        ("chosen", "証"),
        ("settings", "age"),
        ("else", "甲第1号証"),
    ):
        assert word in unescape(desk.get(at[""], {"tab": tab, "after": "0"}).content.decode())
    list_of = {"verb": "directory.person.edit", "place": "why"}
    assert WORD in desk.get(at["-entries"], list_of).content.decode()
    back = "tab=groups&q=%E7%90%86%E7%94%B1"
    answer = desk.post(at["-choose"], {"all": "1", "back": back, "step": "withhold", "why": "争点外"})
    assert answer["Location"] == f"{at['']}?{back}"
    kept_back = BundleOrder.objects.get().choices
    assert kept_back
    assert {why for _what, why in kept_back} == {"争点外"}
    entries = "verb=directory.person.edit&place=why"
    assert desk.post(at["-choose"], {"back": entries, "step": "withhold", "why": "x"}).status_code == 409
    shown = desk.post(at["-choose"], {"what": kept_back[0][0], "back": entries, "step": "show"})
    assert shown["Location"].startswith(at["-entries"])
    assert desk.post(at["-settings"], {"variant": "auditor", "withhold": ["notes"]}).status_code == 422
    assert desk.post(at["-settings"], {"variant": "auditor"}).status_code == 302
    assert BundleOrder.objects.get().order["withhold"] == ["values"]
    assert desk.post(at["-place"]).status_code == 302
    assert "束" in desk.get(at[""]).content.decode()
    run_waiting()
    bundle = Bundle.objects.get()
    assert bundle.variant == "auditor"
    made(tmp_path)
    assert reverse("evidence:bundle", args=[bundle.pk]) in desk.get(at[""]).content.decode()
    for step in ("-look", "-settings", "-give-up", "-place"):
        assert desk.post(at[step], {"variant": "court"}).status_code == 409, step


def test_an_order_is_looked_at_again_or_given_up(company, desk, row):
    again = desk.post(reverse("evidence:bundle-order-look", args=[row.pk]))
    assert again.status_code == 302
    assert kept(row.pk) is None
    choose = reverse("evidence:bundle-order-choose", args=[row.pk])
    assert desk.post(choose, {"all": "1", "why": "x"}).status_code == 409, "nothing is chosen of what nobody has seen"
    assert desk.post(reverse("evidence:bundle-order-give-up", args=[row.pk])).status_code == 302
    assert desk.get(reverse("evidence:bundle-order", args=[row.pk])).status_code == 404
    assert not Delivery().choices


def test_a_stranger_finds_no_order(client, company, row):
    company.give(company.chihiro, Role.LEGAL)
    account = Account.objects.create(email="chihiro@example.jp", person=company.chihiro, language="en")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    for name in ("", "-entries"):
        assert client.get(reverse(f"evidence:bundle-order{name}", args=[row.pk])).status_code == 404
    for name in ("-choose", "-settings", "-look", "-place", "-give-up"):
        assert client.post(reverse(f"evidence:bundle-order{name}", args=[row.pk])).status_code == 404


def test_a_look_gives_a_sign_of_life_at_every_entry_it_reads_and_can_be_stopped(row, daichi):
    """A job that is silent for half a minute is taken over by another worker; the entries are read twice."""
    told: list[tuple[int, int]] = []
    found = look(as_order(row), daichi, lambda done, total: told.append((done, total)))
    total = 2 * found["entries"]
    assert told == [(done, total) for done in range(1, total + 1)]
    assert found == contents_seen(daichi, row)

    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        look(as_order(row), daichi, stop)


def test_the_size_of_all_entries_is_told_once_and_their_exhibit_names_people(row, daichi):
    (exhibit,) = contents_seen(daichi, row)["exhibits"]
    ours = select(as_order(row), frozenset())
    assert exhibit["bytes"] == sum(len(bytes(each.body)) for each in Entry.objects.filter(seq__in=[s for _, s in ours]))
    assert (exhibit["people"], exhibit["entry"]) == (True, None)


def test_fields_without_a_name_of_their_own_are_told_in_words():
    with override("ja"):
        assert "目録のハッシュ値" in member_words("changes.*.manifest_sha256", "evidence.bundle")
        assert member_words("changes.*.person_id", "directory.assignment").isascii() is False
