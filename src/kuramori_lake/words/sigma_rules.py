"""Japanese of what `kuramori-lake sigma` says."""

from collections.abc import Mapping
from typing import Final

JAPANESE: Final[Mapping[str, str]] = {
    "run Sigma rules over stored events": "保存済みのイベントに Sigma ルールを適用します",
    "Exit status: 0 done; 1 done, but rules were refused or damage was found; 2 wrong use, such as a path that does "
    "not exist; 3 failed.": (
        "終了コード: 0 完了、1 完了したが使えないルールまたは破損あり、2 使い方の誤り（存在しないパスなど）、3 失敗。"
    ),
    "rule files, folders or zip archives; without any: Kuramori's own rules and the sets taken in": (
        "ルールのファイル、フォルダー、zip。省略時は Kuramori 付属のルールと取り込み済みのルールセット"
    ),
    "first local day": "最初の日（現地）",
    "last local day": "最後の日（現地）",
    "only say which rules can be used, and why not": "使えるルールと、使えない理由だけを表示します",
    "only count the alerts of each rule by day": "ルールごとの一日あたりの検知件数だけを数えます",
    "take the rules in as the set NAME": "ルールをルールセット NAME として取り込みます",
    "%(file)s: no such file or folder": "%(file)s: ファイルまたはフォルダーがありません",
    "name the rule files to take in": "取り込むルールのファイルを指定してください",
    "not a name for a set (small letters, digits, hyphens): %(name)s": (
        "ルールセットの名前に使えません（英小文字、数字、ハイフンのみ）: %(name)s"
    ),
    "set %(name)s: %(files)s files, %(rules)s rules, %(correlations)s correlations, %(refused)s refused": (
        "ルールセット %(name)s: ファイル %(files)s 個、ルール %(rules)s 件、相関ルール %(correlations)s 件、"
        "使用不可 %(refused)s 件"
    ),
    "usable   %(id)s  %(title)s": "使用可    %(id)s  %(title)s",
    "%(rules)s usable, %(refused)s refused": "使用可 %(rules)s 件、使用不可 %(refused)s 件",
    "refused  %(where)s: %(reason)s": "使用不可  %(where)s: %(reason)s",
    "%(level)s  %(last)s  %(title)s  events %(events)s": "%(level)s  %(last)s  %(title)s  イベント %(events)s",
    "%(alerts)s alerts on %(days)s days, at most %(busiest)s a day: %(title)s": (
        "検知 %(alerts)s 件（%(days)s 日、一日最大 %(busiest)s 件）: %(title)s"
    ),
}
