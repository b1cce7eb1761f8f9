"""What the demo company finds in public: its patrol terms, a file of posts as a hired firm delivers it, a survey."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.imports.api import import_file
from kuramori.watch.api import term_add

TOKYO = ZoneInfo("Asia/Tokyo")
TERMS = (
    ("company", "蒼嶺精機", ["蒼嶺", "ソウレイ精機", "Sorei Precision"]),
    ("improper", "社外秘", ["極秘", "confidential"]),
    ("improper", "盗撮", ["隠し撮り", "無断撮影"]),
    ("improper", "持ち帰り", ["持ち帰った", "持出し"]),
    ("topic", "離席", ["画面を開いたまま", "ロックしない"]),
)
POSTS = (
    ("掲示板", "名無し", "蒼嶺精機の第二工場、金型の写真を無断撮影してる人を見た"),
    ("X", "@example_a", "Sorei Precision の図面、これ社外秘って書いてあるけど大丈夫？"),
    ("X", "@example_b", "そうれい精機の工場見学、楽しかった"),
    ("X", "@example_c", "盗撮はやめましょう"),
    ("ブログ", "example_d", "蒼嶺精機の弁当は持ち帰りもできます"),
)
"""Three of them match: a photo, a drawing, and a lunch box, which is what patrols are like."""
ANSWERS = ("画面を開いたままの離席が多い",) * 7 + ("特になし",) * 12
SURVEY = "秘密管理アンケート"


def set_up_patrols(folder: Path, today: date, why: str) -> None:
    """Add the terms, and take the posts of the last days and a survey of the month before in."""
    for kind, word, spellings in TERMS:
        term_add(kind=kind, word=word, spellings=spellings, by=SYSTEM, why=why)
    posts, survey = folder / "posts.jsonl", folder / "survey.csv"
    posts.write_text("\n".join(_post(n, today) for n in range(len(POSTS))), "utf-8")
    asked_on = today - timedelta(days=30)
    lines = [f"{SURVEY},{asked_on},1000,{answer}" for answer in ANSWERS]
    survey.write_text("\n".join(["アンケート,実施日,部署コード,自由記述", *lines]), "utf-8")
    for kind, path in (("patrol-posts", posts), ("survey-answers", survey)):
        report = import_file(kind, path, why=why)
        if report.rejected:
            raise RuntimeError(f"{path.name}: {report}")


def _post(number: int, today: date) -> str:
    platform, author, text = POSTS[number]
    at = datetime.combine(today - timedelta(days=number + 1), time(20, 15), tzinfo=TOKYO)
    told = {"url": f"https://posts.example/{number}", "created_at": at.isoformat(), "platform": platform}
    return json.dumps(told | {"user": {"screen_name": author}, "text": text}, ensure_ascii=False)
