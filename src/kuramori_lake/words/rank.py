"""Words of `kuramori-lake rank` in Japanese."""

from typing import Final

JAPANESE: Final = {
    "say each day whose day is worth a review": "日ごとに、確認すべき人と日を順位付けします",
    "people who leave: columns person and date": "退職予定者の一覧（列 person と date）",
    "reviews a day at most": "1日に確認する件数の上限",
    "first day": "最初の日",
    "last day": "最後の日",
    "duckdb (in this process) or clickhouse (the server in KURAMORI_CLICKHOUSE_URL, or the package chdb)": (
        "duckdb（このプロセスの中）または clickhouse（KURAMORI_CLICKHOUSE_URL のサーバー、なければパッケージ chdb）"
    ),
    "the engine clickhouse needs the Python package %(error)s, which is not installed": (
        "エンジン clickhouse には Python パッケージ %(error)s が要りますが、入っていません"
    ),
    "the engine failed: %(error)s": "エンジンが失敗しました: %(error)s",
    "neither use nor change what earlier nights worked out": "前の夜までの計算結果を使わず、変えもしません",
    "let a day that is unusual in many respects at once count a little beside other reasons, at most"
    " WEIGHT (0 to %(most)s, else %(usual)s) of evidence; off by default": (
        "多くの点で同時に目立つ日を、ほかの理由に添えて少しだけ重くします。WEIGHT は証拠の強さに加える上限"
        "（0～%(most)s、省略時 %(usual)s）。初期設定では使いません"
    ),
    "no such vote, there is ecod: %(vote)s": "そのような票はありません（使えるのは ecod）: %(vote)s",
    "the weight of a vote is a number from 0 to %(most)s: %(weight)s": (
        "票の重みは 0 から %(most)s までの数です: %(weight)s"
    ),
    "no columns person and date": "person と date の列がありません",
    "line %(line)s: not a day: %(day)s": "%(line)s 行目: 日付ではありません: %(day)s",
    "%(day)s  %(rank)s.  %(score)s  %(person)s": "%(day)s  %(rank)s位  %(score)s  %(person)s",
}
