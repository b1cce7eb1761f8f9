"""OpenSSH: who fetched and put which file over SFTP, with its bytes, sent on by rsyslog with the sign-ins."""

from typing import Final

from kuramori_lake.setup import rsyslog
from kuramori_lake.setup.recipe import Caution, Recipe, SetupError, version_of

OLDEST: Final = (5, 0)

_TEXT: Final = """\
Subsystem sftp internal-sftp -l VERBOSE
"""
_ONCE: Final = Caution(
    ja="Subsystem sftp の行は一つだけにしてください。二つあると sshd は起動しません（9.4 以前）。",
    en="Keep one line Subsystem sftp only: with two of them sshd up to 9.4 does not start.",
)
_CHROOT: Final = Caution(
    ja="ChrootDirectory を使う場合、その中に /dev/log がないとファイルの記録が残りません。",
    en="Under ChrootDirectory files leave no line unless /dev/log is there too.",
)
_SHELL: Final = Caution(
    ja="シェルや古い scp（scp -O）での持ち出しは記録に残りません。SFTP 専用の利用者には ForceCommand を設定します。",
    en="A shell or the old scp (scp -O) leaves no line of files: set ForceCommand for accounts that need SFTP only.",
)


def recipes(version: str = "9.2", *, target: str = "127.0.0.1") -> tuple[Recipe, ...]:
    """The line of sshd_config, and rsyslog's rule that sends what it says to `target`.

    Raises:
        SetupError: older than 5.0, which does not say who used internal-sftp.
    """
    if version_of(version) < OLDEST:
        raise SetupError(f"OpenSSH {version}: 5.0 or newer is needed")
    transfers = Recipe(
        title_ja="SFTP の転送ログ（既存の Subsystem sftp の行を置き換え）",
        title_en="Log of SFTP transfers (replace the line Subsystem sftp there)",
        file="/etc/ssh/sshd_config", text=_TEXT, check="sshd -t", warnings=(_ONCE, _CHROOT, _SHELL),
    )  # fmt: skip
    return (transfers, *rsyslog.recipes(target=target))
