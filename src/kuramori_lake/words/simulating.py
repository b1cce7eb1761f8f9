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
    "%(people)s people, %(lines)s lines of logs, %(cases)s cases; the truth is in %(file)s": (
        "%(people)s 人、ログ %(lines)s 行、事例 %(cases)s 件。正解は %(file)s にあります"
    ),
}
