"""Posts come in as files: exactly what matches goes to the board, once; all else is counted and let go (DET-09)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils.timezone import now
from django.utils.translation import override
from openpyxl import Workbook

from kuramori.directory.tests.company import NOON, Company
from kuramori.directory.tests.feed import actions, reasons, rows_of
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.imports.api import import_file
from kuramori.kernel.imports.mapping import Action
from kuramori.kernel.imports.models import ImportRun
from kuramori.kernel.imports.undo import undo
from kuramori.kernel.models import Entry, Job
from kuramori.kernel.permissions import Forbidden, Role
from kuramori.watch.job_names import PATROL
from kuramori.watch.models import PatrolHit
from kuramori.watch.patrols.captures import capture_path, folder, kept, read_capture
from kuramori.watch.patrols.post_import import AUDIENCES, POSTS
from kuramori.watch.patrols.term_acts import term_edit, term_retire
from kuramori.watch.tests.patrolled import MATCHING, OTHERS, ROW, TODAY, fifty, look_for, one_hit, taken


@pytest.fixture(autouse=True)
def terms(company: Company) -> dict[str, Any]:
    return look_for()


def refused_for(**row: Any) -> str:
    (outcome,) = taken(row)
    assert outcome.action is Action.REJECT
    return reasons(outcome)


def test_of_fifty_posts_exactly_those_that_name_the_company_and_something_improper_are_queued(
    company: Company, tmp_path: Path
) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in fifty()), encoding="utf-8")
    report = import_file("patrol-posts", path, viewer=company.viewer(company.daichi), why="週次")
    assert (report.read, report.accepted, report.rejected, report.added) == (50, 50, 0, len(MATCHING))
    queued = {told.text for hit in PatrolHit.objects.all() if (told := read_capture(hit.pk))}
    assert {" ".join(text.split()) for text in queued} == {" ".join(text.split()) for text in MATCHING}
    assert set(PatrolHit.objects.values_list("state", flat=True)) == {"new"}
    entry = Entry.objects.get(verb="watch.hit.import")
    assert entry.actor_id == company.daichi.pk
    assert json.loads(bytes(entry.body))["notes"]["queued"] == {"open": len(MATCHING)}
    again = import_file("patrol-posts", path, viewer=company.viewer(company.daichi), dry_run=True)
    assert (again.added, again.accepted) == (0, 50)


def test_half_a_match_is_none_and_nothing_of_it_is_kept() -> None:
    assert set(actions(taken(*({"text": text} for text in OTHERS)))) == {Action.UNCHANGED}
    assert not PatrolHit.objects.exists()
    assert list(kept()) == []


def test_the_capture_holds_the_row_as_it_came_and_the_ledger_holds_no_word_of_it() -> None:
    hit = one_hit(text="KCXの社外秘 資料", url="http://www.x.com/a/1/", author="@someone")
    told = read_capture(hit.pk)
    assert told is not None
    assert (told.url, told.author, told.text) == ("https://x.com/a/1", "@someone", "KCXの社外秘 資料")
    assert told.row == {"url": "http://www.x.com/a/1/", "posted_at": ROW["posted_at"], "author": "@someone",
                        "text": "KCXの社外秘 資料", "platform": "X"}  # fmt: skip
    assert (hit.platform, hit.posted_at) == ("X", datetime(2026, 11, 18, 23, 30, tzinfo=UTC))
    assert capture_path(hit.pk).stat().st_mode & 0o077 == 0
    ledger = " ".join(
        json.dumps(entry.disclosure.members) + bytes(entry.body).decode()
        for entry in Entry.objects.filter(verb="watch.hit.import").select_related("disclosure")
    )
    assert not any(word in ledger for word in ("資料", "someone", "x.com"))


def test_two_equal_posts_have_captures_that_cannot_be_told_by_guessing() -> None:
    taken({}, {})
    first, second = PatrolHit.objects.order_by("id")
    assert first.sha256 != second.sha256, "each has its own salt"
    assert first.number != second.number


def test_the_same_post_again_is_not_doubled_however_its_address_is_written() -> None:
    one = "https://x.com/a/status/1"
    assert actions(taken({"url": one}, {"url": f"{one}#top"}, {"url": "http://www.x.com/a/status/1/"})) == [
        Action.ADD, Action.UNCHANGED, Action.UNCHANGED,
    ]  # fmt: skip
    assert actions(taken({"url": one, "text": "クラモリ化成で盗撮（追記）"})) == [Action.UNCHANGED]
    assert PatrolHit.objects.count() == 1
    assert len(list(kept())) == 1


def test_a_hit_says_by_which_version_of_which_words_it_was_found(terms: dict[str, Any]) -> None:
    first = one_hit(text="KCX 盗撮")
    term_edit(term=terms["盗撮"], spellings=["隠し撮り", "無断撮影"], by=SYSTEM)
    second = one_hit(text="KCX 無断撮影", url="https://x.example/second")
    company, improper = terms["KCX"].number, terms["盗撮"].number
    assert [(each["number"], each["version"]) for each in first.terms] == [(company, 1), (improper, 1)]
    assert [(each["number"], each["version"], each["word"]) for each in second.terms] == [
        (company, 1, "KCX"), (improper, 2, "盗撮"),
    ]  # fmt: skip


def test_a_term_taken_out_of_use_finds_nothing_more(terms: dict[str, Any]) -> None:
    term_retire(term=terms["盗撮"], by=SYSTEM, why="誤検知が多い")
    assert actions(taken({"text": "KCX 盗撮"}, {"text": "KCX 社外秘"})) == [Action.UNCHANGED, Action.ADD]


@pytest.mark.parametrize("left", ["company", "improper"])
def test_without_terms_a_file_is_refused_and_not_passed_over_in_silence(terms: dict[str, Any], left: str) -> None:
    for term in terms.values():
        if term.kind not in {left, "topic"}:
            term_retire(term=term, by=SYSTEM, why="x")
    with pytest.raises(Refused, match="検索語"):
        taken({})


def test_what_is_not_public_is_refused() -> None:
    told = taken(*({"audience": word} for word in AUDIENCES["private"]))
    assert set(actions(told)) == {Action.REJECT}
    assert all("公開" in reasons(each) for each in told)
    assert actions(taken({"audience": "公開"})) == [Action.ADD]


def test_what_lies_where_not_everybody_can_look_is_refused_with_its_place() -> None:
    addresses = ("https://x.com/messages/1", "https://t.slack.com/x", "file:///etc/passwd", "投稿1")
    outcomes = taken(*({"url": url} for url in addresses), {})
    assert actions(outcomes) == [Action.REJECT] * 4 + [Action.ADD]
    assert [each.errors[0].where for each in outcomes[:-1]] == ["A2", "A3", "A4", "A5"]


def test_a_time_needs_a_zone_and_lies_behind_us() -> None:
    assert "時間帯" in refused_for(posted_at="2026-11-19 09:00")
    ahead = (NOON + timedelta(minutes=1)).isoformat()
    assert "未来" in refused_for(posted_at=ahead)
    assert actions(taken({"posted_at": "2026-11-19 09:00", "zone": "JST"})) == [Action.ADD]
    assert actions(taken({"posted_at": now().isoformat(), "url": "https://x.example/now"})) == [Action.ADD]


def test_a_row_without_what_is_needed_is_refused_and_the_others_are_taken() -> None:
    told = taken(*({empty: ""} for empty in ("url", "posted_at", "text", "platform")), {})
    assert actions(told) == [Action.REJECT] * 4 + [Action.ADD]
    assert actions(taken({"author": "", "url": "https://x.example/anonymous"})) == [Action.ADD]


def test_every_refusal_reads_in_both_languages() -> None:
    told = [{"audience": "DM"}, {"posted_at": "2026-11-19 09:00"}, {"url": "x"}, {"posted_at": "2099-01-01T00:00:00Z"}]
    outcomes = taken(*told)
    errors = [error for outcome in outcomes for error in outcome.errors]
    assert len(errors) == len(told)
    for language in ("ja", "en"):
        with override(language):
            assert {str(each.message).isascii() for each in errors} == {language == "en"}
            assert {str(each.next_step).isascii() for each in errors} == {language == "en"}


def test_who_does_not_work_on_posts_imports_none(company: Company) -> None:
    for role in (Role.PRIVACY_OFFICER, Role.HR, Role.LEGAL, Role.AUDITOR, Role.EMPLOYEE):
        company.give(company.botan, role)
    company.give(company.botan, Role.SECURITY_ANALYST, unit=company.sales)
    with pytest.raises(Forbidden):
        POSTS.resolve(rows_of(POSTS, ROW), viewer=company.viewer(company.botan), today=TODAY)


def test_counts_add_up_with_rejected_rows_by_their_place_in_a_workbook(company: Company, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["URL", "投稿日時", "タイムゾーン", "アカウント", "本文", "媒体", "公開範囲", "いいね"])
    for n, (text, audience) in enumerate([("KCX 盗撮", "公開"), ("KCX", "公開"), ("KCX 盗撮", "鍵アカウント")]):
        moment = datetime(2026, 11, 19, 9, n)  # noqa: DTZ001 - as a spreadsheet keeps it
        book.active.append([f"https://x.example/w/{n}", moment, "Asia/Tokyo", "@a", text, "X", audience, n])
    path = tmp_path / "posts.xlsx"
    book.save(path)
    report = import_file("patrol-posts", path, viewer=company.viewer(company.daichi), why="週次")
    assert (report.read, report.accepted, report.rejected, report.added) == (3, 2, 1, 1)
    hit = PatrolHit.objects.get()
    assert hit.posted_at == datetime(2026, 11, 19, 0, 0, tzinfo=UTC)
    told = read_capture(hit.pk)
    assert told is not None
    assert "いいね" not in told.row, "what nobody asked for is not kept"


def test_an_import_asks_for_its_seals_at_once() -> None:
    one_hit()
    assert Job.objects.filter(kind=PATROL).exists()


def test_an_act_that_fails_leaves_no_hit_and_the_same_file_can_be_taken_in_later(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "patrols").write_text("a file lies where the folder should be")
    with pytest.raises(OSError, match="patrols"):
        taken({})
    assert not PatrolHit.objects.exists()
    assert not Entry.objects.filter(verb="watch.hit.import").exists()
    (tmp_path / "patrols").unlink()
    assert actions(taken({})) == [Action.ADD]
    assert folder().is_dir()


def test_an_import_that_is_undone_lets_the_posts_come_in_again(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text(
        "url,posted_at,text,platform\nhttps://x.example/1,2026-11-19T09:00:00Z,KCX 盗撮,X\n", encoding="utf-8"
    )
    viewer = company.viewer(company.daichi)
    import_file("patrol-posts", path, viewer=viewer, why="週次")
    undo(run=ImportRun.objects.get(), viewer=viewer, why="誤ったファイル")
    assert not PatrolHit.objects.standing().exists()
    assert import_file("patrol-posts", path, viewer=viewer, why="週次").added == 1
