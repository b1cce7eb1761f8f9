"""What the register shows for a secret, element by element, in both languages, dated by the entry that proves it."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import TODAY, Company
from kuramori.governance.api import Action, Level, Ruling, handling_set
from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import Subject
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.room import Exhibit
from kuramori.register import acts
from kuramori.register.exhibits import MISSING, SOURCES, secret_exhibits
from kuramori.register.models import Secret
from kuramori.register.rules import Audience, Gap
from kuramori.register.tests.conftest import Add


@pytest.fixture
def by(company: Company) -> Actor:
    return actor_of(company.akari)


@pytest.fixture
def whole(add: Add, by: Actor) -> Secret:
    """A secret of which everything is shown."""
    secret = add(usefulness="電池の寿命が2倍になる", non_public="社外に出していない")
    acts.secret_value(secret=secret, technical=5, economic=4, legal=3, by=by)
    acts.non_public_confirm(secret=secret, by=by, why="特許検索")
    return acts.secret_confirm(secret=secret, by=by)


def shown(secret: Secret, company: Company) -> list[Exhibit]:
    return [e for e in secret_exhibits(secret.as_subject(), company.viewer(company.akari), TODAY) if not e.is_gap]


def missing(secret: Secret, company: Company, today: date = TODAY) -> list[Exhibit]:
    return [e for e in secret_exhibits(secret.as_subject(), company.viewer(company.akari), today) if e.is_gap]


@pytest.mark.parametrize(
    ("element", "ja", "en"),
    [
        ("secrecy_management", "「秘」として登録しています。", "Registered as Secret."),
        ("secrecy_management", "佐倉 灯里 が責任を負っています。", "Akari Sakura answers for it."),
        (
            "secrecy_management",
            "取扱基準表で 7 種類の利用を制限しています。",
            "The handling matrix limits 7 kinds of use.",
        ),
        ("secrecy_management", r"\\FS01\材料\配合 に保管しています。", r"Kept in \\FS01\材料\配合."),
        ("secrecy_management", "定められた 1 の開示先だけに開示しています。", "Open to 1 named audiences only."),
        (
            "secrecy_management",
            "2026-11-20 の棚卸しで所定の場所にあることを確認しました。",
            "Found in its place at the stocktaking of 2026-11-20.",
        ),
        ("usefulness", "電池の寿命が2倍になる", "電池の寿命が2倍になる"),
        (
            "usefulness",
            "五段階で、技術 5、経済 4、法的 3 と評価しました。",
            "Valued 5 technically, 4 economically, 3 legally, of 5 each.",
        ),
        ("non_public_nature", "社外に出していない", "社外に出していない"),
        ("non_public_nature", "2026-11-20 に確認しました。", "Checked on 2026-11-20."),
    ],
)
def test_each_exhibit_says_what_it_proves_in_the_language_it_is_read_in(
    whole: Secret, company: Company, element: str, ja: str, en: str
) -> None:
    found = [exhibit for exhibit in shown(whole, company) if exhibit.element == element]
    for language, words in (("ja", ja), ("en", en)):
        with override(language):
            assert words in [str(exhibit.statement) for exhibit in found]


def test_nothing_is_missing_of_a_whole_secret_and_each_exhibit_names_its_practice(
    whole: Secret, company: Company
) -> None:
    assert missing(whole, company) == []
    assert all(exhibit.practice for exhibit in shown(whole, company))


def test_each_exhibit_is_dated_by_the_entry_that_made_it_true(whole: Secret, company: Company) -> None:
    verbs = {entry.entry.id: entry.verb for entry in read(entries_about(whole.pk))}
    by_words = {str(e.statement): verbs.get(e.entry_id) for e in shown(whole, company) if e.entry_id}
    with override("ja"):
        assert by_words["電池の寿命が2倍になる"] == "register.secret.add"
        said = {str(e.statement): verbs.get(e.entry_id) for e in shown(whole, company)}
    assert said["2026-11-20 に確認しました。"] == "register.secret.check_non_public"
    assert said["五段階で、技術 5、経済 4、法的 3 と評価しました。"] == "register.secret.value"
    assert said["2026-11-20 の棚卸しで所定の場所にあることを確認しました。"] == "register.secret.confirm"


def test_a_word_changed_twice_is_dated_by_its_last_change(add: Add, company: Company, by: Actor) -> None:
    secret = add(usefulness="寿命")
    first = shown(secret, company)[-1].entry_id
    acts.secret_edit(secret=secret, usefulness="寿命が2倍", by=by)
    acts.secret_edit(secret=secret, note="別の話", by=by)
    newest, edited, entered = (entry.id for entry in entries_about(secret.pk))
    assert first == entered
    assert shown(secret, company)[-1].entry_id == edited != newest


def test_the_matrix_dates_the_handling_rules(add: Add, company: Company, levels: dict[str, Level]) -> None:
    secret = add()
    handling_set(level=levels["secret"], action=Action.VIEW, ruling=Ruling.NOTIFY, by=SYSTEM, why="監査")
    rules = next(exhibit for exhibit in shown(secret, company) if exhibit.practice == "CLS-13")
    assert rules.entry_id == entries_about(levels["secret"].pk)[0].id


def test_a_level_that_limits_nothing_shows_no_handling_rules(
    add: Add, company: Company, levels: dict[str, Level]
) -> None:
    assert "CLS-13" not in {exhibit.practice for exhibit in shown(add(level=levels["public"]), company)}


@pytest.mark.parametrize(
    ("entered", "gap"),
    [
        ({"tier": "b", "keeper": None}, Gap.KEEPER),
        ({"tier": "b", "places": []}, Gap.PLACE),
        ({"identified_on": date(2024, 1, 1)}, Gap.STOCKTAKING_DUE),
        ({}, Gap.USEFULNESS),
        ({}, Gap.VALUATION),
        ({}, Gap.NON_PUBLIC),
        ({"non_public": "社外に出していない"}, Gap.NON_PUBLIC_CHECK_OLD),
    ],
)
def test_each_gap_says_what_is_missing_and_leads_to_where_it_is_mended(
    add: Add, company: Company, levels: dict[str, Level], entered, gap: Gap
) -> None:
    secret = add(**entered, unit=company.materials)
    source, _title, statement, page = MISSING[gap]
    found = [e for e in secret_exhibits(secret.as_subject(), company.viewer(company.botan), TODAY) if e.is_gap]
    told = {(e.element, e.source, str(e.statement), e.fix_url) for e in found}
    assert (
        SOURCES[source][0],
        f"register.{source}",
        str(statement),
        reverse(f"register:secret-{page}", args=[secret.pk]),
    ) in told


def test_when_its_last_row_is_closed_it_is_a_gap_that_nobody_is_named(add: Add, company: Company, by: Actor) -> None:
    secret = add()
    acts.scope_close(scope=secret.scopes.get(), by=by, why="見直し")
    assert reverse("register:secret-scope", args=[secret.pk]) in {
        exhibit.fix_url for exhibit in missing(secret, company)
    }


def test_a_row_that_has_run_out_counts_no_more(add: Add, company: Company, by: Actor) -> None:
    secret = add()
    acts.scope_open(secret=secret, audience=Audience.COMPANY, until=TODAY, by=by)
    viewer = company.viewer(company.akari)
    with override("en"):
        counts = {
            day: [str(e.statement) for e in secret_exhibits(secret.as_subject(), viewer, day) if e.practice == "SYS-07"]
            for day in (TODAY, date(2026, 11, 21))
        }
    assert counts == {
        TODAY: ["Open to 2 named audiences only."],
        date(2026, 11, 21): ["Open to 1 named audiences only."],
    }


def test_the_check_of_non_public_nature_is_old_after_a_year(whole: Secret, company: Company) -> None:
    old = {gap.fix_url.rsplit("/", 2)[1] for gap in missing(whole, company, date(2027, 11, 21))}
    assert old == {"non-public", "stocktaking"}
    assert missing(whole, company, date(2027, 11, 20)) == []


def test_of_another_kind_of_subject_the_register_says_nothing(whole: Secret, company: Company) -> None:
    other = Subject("directory.person", whole.pk)
    assert secret_exhibits(other, company.viewer(company.akari), TODAY) == []


def test_every_gap_of_the_rules_has_its_words() -> None:
    assert set(MISSING) == set(Gap)
