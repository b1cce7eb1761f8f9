"""vsftpd: its own log with users and bytes, on a clock of which the zone is known."""

from typing import Final

from kuramori_lake.setup.recipe import Caution, Recipe, SetupError, version_of

OLDEST: Final = (2, 0)

_TEXT: Final = """\
xferlog_enable=YES
xferlog_std_format=NO
vsftpd_log_file=/var/log/vsftpd.log
use_localtime=NO
"""
_CLOCK: Final = Caution(
    ja="use_localtime=NO では時刻は UTC です。ログソースの「ログの時間帯」を UTC にしてください。",
    en="With use_localtime=NO the times are UTC: enter UTC as the zone of this log source.",
)
_NOBODY: Final = Caution(
    ja="匿名接続では利用者を特定できません。秘密情報を置くサーバーでは anonymous_enable=NO にしてください。",
    en="Anonymous users are nobody: set anonymous_enable=NO on a server that holds secrets.",
)


def recipes(version: str = "3.0") -> tuple[Recipe, ...]:
    """Lines for vsftpd.conf.

    Raises:
        SetupError: older than 2.0.
    """
    if version_of(version) < OLDEST:
        raise SetupError(f"vsftpd {version}: 2.0 or newer is needed")
    return (
        Recipe(
            title_ja="転送ログ", title_en="Log of transfers", file="/etc/vsftpd.conf", text=_TEXT,
            check="systemctl restart vsftpd && systemctl is-active vsftpd", warnings=(_CLOCK, _NOBODY),
        ),
    )  # fmt: skip
