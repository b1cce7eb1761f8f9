"""Words of `kuramori-lake simulate` in Japanese."""

from typing import Final

JAPANESE: Final = {
    "make a company with ground truth and raw logs, to try detection on": (
        "検知を試すための架空の会社（正解つきの生ログ）を作ります"
    ),
    "Exit status: 0 done; 2 wrong use, such as a company too small for its cases; 3 failed.": (
        "終了コード: 0 完了、2 使い方の誤り（事例に対して会社が小さすぎるなど）、3 失敗。"
    ),
    "folder to write to": "書き出すフォルダ",
    "the same seed gives the same bytes": "同じシードからは同じ内容ができます",
    "people of the company": "会社の人数",
    "months of history": "履歴の月数",
    "lines of ordinary logs, about": "通常業務のログの行数（およそ）",
    "the day after the last day of the logs": "ログの最終日の翌日",
    "all, none, or a list such as CASE-03,CASE-07:tenth": "all、none、または CASE-03,CASE-07:tenth のような一覧",
    "cases end in so many days before today": "事例の終わりを今日より前のこの日数以内に置きます",
    "%(people)s people are too few for all parts of the story": "%(people)s 人では物語のすべての役を割り当てられません",
    "the company needs at least %(least)s people, not %(people)s": (
        "会社には少なくとも %(least)s 人が必要です（指定は %(people)s 人）"
    ),
    "the story needs at least two months of history": "物語には少なくとも 2 か月の履歴が必要です",
    "there must be at least one line of logs": "ログは少なくとも 1 行必要です",
    "cases end at least %(days)s days before today": "事例の終わりは今日より少なくとも %(days)s 日前です",
    "no such case: %(case)s": "そのような事例はありません: %(case)s",
    "no such strength: %(strength)s": "そのような強さはありません: %(strength)s",
    "%(people)s people are too few to play %(case)s": "%(people)s 人では %(case)s を演じられません",
    "the history is too short for %(case)s: %(days)s days": "%(case)s には履歴が短すぎます: %(days)s 日",
    "%(people)s people, %(lines)s lines of logs, %(cases)s cases; the truth is in %(file)s": (
        "%(people)s 人、ログ %(lines)s 行、事例 %(cases)s 件。正解は %(file)s にあります"
    ),
}
