"""Postfix: queue ids that are never used again, and a log with year and zone."""

from typing import Final

from kuramori_lake.setup.recipe import Caution, Recipe, SetupError, version_of

LONG_IDS: Final = (2, 9)
OWN_LOG: Final = (3, 4)

_MAIN: Final = """\
# queue ids with the time in them, never used again
enable_long_queue_ids = yes
"""
_OWN: Final = """\
# Postfix writes the log itself; master.cf needs its line: postlog unix-dgram n - n - 1 postlogd
maillog_file = {log}
maillog_file_prefixes = {folder}
"""
_RSYSLOG: Final = """\
mail.*    action(type="omfile" file="/var/log/kuramori/mail.log" template="RSYSLOG_FileFormat" fileCreateMode="0640")
"""
_FILTER: Final = Caution(
    ja="コンテンツフィルターを使う場合も設定は同じです。メールは二度記録されますが、Message-ID で一通として数えます。",
    en="A content filter needs nothing else: the mail is logged twice and counted once, by its Message-ID.",
)
_SUBJECT: Final = Caution(
    ja="件名と添付ファイルは Postfix のログにはありません。",
    en="Subject and attachments are not in Postfix's log.",
)
_ZONELESS: Final = Caution(
    ja="maillog_file の時刻には年と時間帯がありません。サーバーの時間帯を取り込み設定に入れてください。",
    en="maillog_file has neither year nor zone: tell the server's zone where the log is taken in.",
)


def recipes(
    version: str = "3.7", *, syslog: bool = True, log: str = "/var/log/kuramori/mail.log"
) -> tuple[Recipe, ...]:
    """Lines for main.cf, and rsyslog's rule; without `syslog` Postfix writes the file `log` itself.

    Raises:
        SetupError: too old for long queue ids (2.9), or for a log of its own (3.4).
    """
    found = version_of(version)
    least = LONG_IDS if syslog else OWN_LOG
    if found < least:
        raise SetupError(f"Postfix {version}: {least[0]}.{least[1]} or newer is needed")
    own = "" if syslog else _OWN.format(log=log, folder=log.rpartition("/")[0])
    main = Recipe(
        title_ja="Postfix の設定", title_en="Postfix", file="/etc/postfix/main.cf", text=_MAIN + own,
        check="postfix check && postfix reload",
        warnings=(_FILTER, _SUBJECT) if syslog else (_ZONELESS, _FILTER, _SUBJECT),
    )  # fmt: skip
    rule = Recipe(
        title_ja="ログの書き出し先（rsyslog）", title_en="Where the log goes (rsyslog)",
        file="/etc/rsyslog.d/10-kuramori-mail.conf", text=_RSYSLOG, check="rsyslogd -N1",
    )  # fmt: skip
    return (main, rule) if syslog else (main,)
