"""PostgreSQL with pgaudit: relations named, rows counted, sign-ins told, a log whose records can be named."""

from typing import Final

from kuramori_lake.setup.recipe import Caution, Recipe, SetupError, version_of

OLDEST: Final = 14

_TEXT: Final = """\
shared_preload_libraries = 'pgaudit'
pgaudit.log = 'read, write, ddl, role'
pgaudit.log_catalog = off
pgaudit.log_relation = on
pgaudit.log_rows = on
log_connections = on
log_disconnections = on
logging_collector = on
log_destination = 'csvlog'
log_file_mode = 0640
log_timezone = 'UTC'
"""
_SECRETS: Final = Caution(
    ja="SQL 文がそのまま残り、パスワードを含むことがあります。表示では伏せますが、ファイル自体は保護してください。",
    en="Statements are logged whole and may hold passwords. They are hidden when shown; protect the file itself.",
)
_COPY: Final = Caution(
    ja="テーブルの COPY の行数は pgaudit では記録されません。持ち出した行数は不明として扱います。",
    en="pgaudit counts no rows of a COPY of a table: how many were taken stays unknown.",
)
_RESTART: Final = Caution(
    ja="shared_preload_libraries の変更には再起動が必要です。既に値がある場合は追記してください。",
    en="shared_preload_libraries needs a restart; add to it where it already has a value.",
)


def recipes(version: str = "15.0") -> tuple[Recipe, ...]:
    """Lines for a file of conf.d.

    Raises:
        SetupError: older than 14, whose pgaudit counts no rows.
    """
    major, _ = version_of(version)
    if major < OLDEST:
        raise SetupError(f"PostgreSQL {version}: {OLDEST} or newer is needed")
    return (
        Recipe(
            title_ja="監査の設定（pgaudit）", title_en="Auditing (pgaudit)",
            file=f"/etc/postgresql/{major}/main/conf.d/kuramori.conf", text=_TEXT,
            check="postgres -C shared_preload_libraries -D DATA", warnings=(_RESTART, _SECRETS, _COPY),
        ),
    )  # fmt: skip
