"""Japanese of what every command says, and of ingest, stats, verify, detect and compact."""

from collections.abc import Mapping
from typing import Final

JAPANESE: Final[Mapping[str, str]] = {
    "Take logs into an event lake and look after it.": "ログをイベントレイクに取り込み、管理します。",
    "Exit status: 0 done; 1 done, but rows were rejected or damage was found; 2 wrong use; 3 failed: nothing is "
    "stored of a file whose failure was told, the other files of the call are in.": (
        "終了コード: 0 完了、1 完了したが取り込めない行または破損あり、2 使い方の誤り、"
        "3 失敗（失敗と表示されたファイルは何も保存していません。同時に指定した他のファイルは取り込み済みです）。"
    ),
    "usage: ": "使い方: ",
    "options": "オプション",
    "commands": "コマンド",
    "arguments": "引数",
    "show this help and exit": "この説明を表示して終了します",
    "take files in; the same file again stores nothing": (
        "ファイルを取り込みます（同じファイルを再度渡しても何も増えません）"
    ),
    "show what the lake holds and how its sources are": "レイクの内容とログ源の状態を表示します",
    "read every file and compare digests": "すべてのファイルを読み、ダイジェストを照合します",
    "bring new segments into order by month and actor": "新しいセグメントを月と行為者の順に並べ直します",
    "look for people and days that somebody should look at": "確認すべき人と日を探します",
    "nothing after this day is read": "この日より後のものは読みません",
    "how many days up to it are judged": "この日までの何日間を対象にするか",
    "findings a week per 1,000 people": "千人あたり週に確認できる件数",
    "not a day like 2026-11-20: %(day)s": "日付ではありません（例: 2026-11-20）: %(day)s",
    "%(severity)s %(score)s  %(person_id)s  %(since)s to %(until)s": (
        "%(severity)s %(score)s  %(person_id)s  %(since)s ～ %(until)s"
    ),
    "  %(reason)s": "  %(reason)s",
    "nothing that somebody should look at": "確認すべきものはありません",
    "folder of the lake; created if missing": "レイクのフォルダー（無ければ作成します）",
    "kind of log: %(names)s, or table:FILE.json": "ログの種類: %(names)s、または table:FILE.json",
    "name of the server or system that wrote the log": "ログを書いたサーバーまたはシステムの名前",
    "zone of the log's clock, e.g. Asia/Tokyo": "ログの時計のタイムゾーン（例: Asia/Tokyo）",
    "zone of the people's day, if it is not that of the log's clock": (
        "人が働く拠点のタイムゾーン（ログの時計と異なる場合）"
    ),
    "encoding of text logs that do not say": "文字コードが書かれていないテキストログの文字コード",
    "keep a copy of each received file": "受け取ったファイルの写しを保管します",
    "log files": "ログファイル",
    "the lake knows its people from elsewhere; the LDAP snapshots were not taken": (
        "このレイクの人の情報は別のところから登録済みのため、LDAP のスナップショットは取り込みませんでした"
    ),
    "%(people)s people from %(snapshots)s LDAP snapshots": (
        "LDAP のスナップショット %(snapshots)s 件から %(people)s 人を登録しました"
    ),
    "print JSON": "JSON で出力します",
    "%(file)s: %(accepted)s new, %(duplicate)s known, %(rejected)s rejected, %(ignored)s skipped": (
        "%(file)s: 新規 %(accepted)s、既知 %(duplicate)s、取込不可 %(rejected)s、対象外 %(ignored)s"
    ),
    "  row %(row)s: %(reason)s": "  %(row)s 行目: %(reason)s",
    "%(file)s: %(error)s": "%(file)s: %(error)s",
    "not a time zone: %(zone)s": "タイムゾーンではありません: %(zone)s",
    "the zone was assumed to be %(zone)s; say --tz to be sure": (
        "タイムゾーンを %(zone)s と仮定しました。確かにするには --tz を指定してください"
    ),
    "%(events)s events in %(segments)s segments, %(bytes)s bytes": (
        "イベント %(events)s 件、セグメント %(segments)s 個、%(bytes)s バイト"
    ),
    "%(source)s %(instance)s: last event %(last)s, %(rows)s rows, %(rejected)s rejected, %(gaps)s gaps, "
    "%(cleared)s logs cleared": (
        "%(source)s %(instance)s: 最終イベント %(last)s、%(rows)s 行、取込不可 %(rejected)s、欠番 %(gaps)s、"
        "ログ消去 %(cleared)s"
    ),
    "never": "なし",
    "all files are as they were stored": "すべてのファイルは保存時のままです",
    "damaged: %(path)s: %(reason)s": "破損: %(path)s: %(reason)s",
    "%(before)s segments became %(after)s, %(rows)s rows": (
        "セグメント %(before)s 個を %(after)s 個にまとめました（%(rows)s 行）"
    ),
}
