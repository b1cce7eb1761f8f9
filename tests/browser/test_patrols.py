"""Public posts: a file comes in, one looks and sends to inquiry, a second hands on; walked in both languages."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.house import House
from tests.browser.test_imports import DONE
from tests.browser.test_review import is_sound
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
BOARD = "/watch/patrols/posts/"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000154a24f5d000000"
    "0049454e44ae426082"
)


def posts(folder: Path, language: str) -> Path:
    """Two posts of one account that match, one that does not, one that is not public."""
    texts = ("蒼嶺精機の社外秘の図面", "Sorei Precision: confidential", "蒼嶺精機の見学", "蒼嶺精機で盗撮")
    rows = [
        {"url": f"https://{language}.example/{n}", "created_at": "2026-11-01T09:00:00+09:00", "author": f"@{language}",
         "text": text, "platform": "X", "visibility": "private" if n == 3 else "public"}
        for n, text in enumerate(texts)
    ]  # fmt: skip
    path = folder / "posts.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def hands_in(visitor: Visitor, path: Path) -> None:
    """Bring the file in over the list's own button, as far as the result."""
    visitor.goes(BOARD)
    visitor.follows("取込み", "Import", within=".acts")
    visitor.field("ファイル", "File").set_input_files(path)
    visitor.presses("提出して列の対応を選ぶ", "Hand in and choose columns")
    expect(visitor.page.locator("main table select").first).to_be_visible()
    visitor.presses("ファイルを確認", "Check the file")
    expect(visitor.card("結果", "Result")).to_be_visible(timeout=DONE)
    visitor.sees("公開の投稿ではない", "This post is not public")
    visitor.page.locator("#id_why").fill(visitor.words("週次の巡回", "The weekly patrol"))
    visitor.page.locator("main form").filter(has=visitor.page.locator("#id_why")).get_by_role("button").first.click()
    expect(visitor.page.locator("main")).to_contain_text(visitor.words("取り込み済み", "taken in"), timeout=DONE)


def decides(visitor: Visitor, state: str, reason: str, concerned: str = "") -> None:
    visitor.page.locator(f"main input[name=state][value={state}]").check()
    visitor.page.locator("#id_reason").fill(reason)
    visitor.page.locator("#id_concerned").fill(concerned)
    visitor.presses("判断を記録する", "Record the decision")
    visitor.sees("判断を記録しました", "Your decision is recorded")


def test_posts_come_in_are_looked_at_and_handed_on_by_two(
    arrive: Arrive, house: House, language: str, tmp_path: Path
) -> None:
    first = arrive(language)
    first.sits("analyst")
    for page in ("/watch/patrols/terms/", "/watch/patrols/surveys/", f"{BOARD}?state=new"):
        first.goes(page)
        is_sound(first)
    hands_in(first, posts(tmp_path, language))
    asked = "SELECT hex(id) FROM watch_patrolhit WHERE platform = 'X' ORDER BY created_at DESC, id DESC LIMIT 2"
    ids = [str(row[0]) for row in house.ask(asked)]
    assert len(ids) == 2
    first.goes(f"{BOARD}?sort=-created_at")
    first.page.locator("main tbody a").first.click()
    post = first.page.url.removeprefix(first.address)
    first.sees("写し", "Capture")
    is_sound(first)

    first.goes(f"{post}file/")
    is_sound(first)
    first.page.locator("#id_file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    first.presses("封印する", "Seal the file")
    first.sees("封印しました", "The file is sealed")

    first.goes(f"{post}decide/")
    is_sound(first)
    first.presses("判断を記録する", "Record the decision")
    expect(first.page.locator("main [aria-invalid=true]")).not_to_have_count(0)
    is_sound(first)
    first.complaints.clear()  # that a form was refused (422), as it had to be
    decides(first, "inquiry", first.words("図面が写っている", "A drawing is seen"), house.story["person_number"])
    expect(first.page.locator("main")).to_contain_text(house.leaver[language])
    is_sound(first)

    second = arrive(language)
    second.sits("manager")
    second.goes(f"{post}decide/")
    decides(second, "discipline", second.words("本人が認めた", "The person admitted it"))
    hr = arrive(language)
    hr.sits("hr")
    hr.goes("/inbox/")
    hr.sees("懲戒の検討に回されました", "was handed to discipline")
    hr.goes(post)
    assert hr.status_of(f"{post}decide/") == 403
    for desk in ("employee", "auditor"):
        other = arrive(language)
        other.sits(desk)
        assert [other.status_of(door) for door in (post, BOARD, f"{post}history/")] == [403] * 3
