"""Samba's vfs_full_audit: names of operations change between versions, and one wrong word takes the share down.

`testparm` does not see it: smbd fails when somebody connects (`init_bitmap: Could not find opname`). So the names are
chosen here by the version: 4.17's were compared with the module itself, the others follow Samba's vfs.h.
"""

import re
from typing import Final

from kuramori_lake.setup.recipe import Caution, Recipe, SetupError, version_of

OLDEST: Final = (4, 3)
NEWEST: Final = (4, 23)
TRIED: Final = (4, 17)
_AT_CALLS: Final = (4, 12)
"""Since 4.12 `rename`, `unlink`, `mkdir` and `rmdir` are `renameat`, `unlinkat` and `mkdirat`."""

_ALWAYS: Final = ("connect", "disconnect", "create_file", "pread_send", "pwrite_send", "sendfile")
_OLD: Final = ("rename", "unlink", "mkdir", "rmdir")
_NEW: Final = ("renameat", "unlinkat", "mkdirat")

_SYMBOL: Final = re.compile(rb"smb_vfs_call_(\w+)")


def names_in(module: bytes) -> frozenset[str]:
    """The operations that an installed `full_audit.so` knows, by the functions that it calls."""
    return frozenset(name.decode() for name in _SYMBOL.findall(module))


def operations(version: tuple[int, int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is logged when it succeeds and when it fails, by the names of that version."""
    changes = _NEW if version >= _AT_CALLS else _OLD
    return (*_ALWAYS[:3], *changes, *_ALWAYS[3:]), ("connect", "create_file", *changes[:2])


_SHARE: Final = """\
[{share}]
   # beside the lines that the share has already; with other modules: vfs objects = full_audit OTHERS
   vfs objects = full_audit
   full_audit:prefix = %T|%u|%I|%m|%S
   full_audit:success = {success}
   full_audit:failure = {failure}
   full_audit:facility = local5
   full_audit:priority = notice
   full_audit:syslog = {syslog}
"""
_RSYSLOG: Final = """\
# an 8 KiB line: a path of Japanese letters does not fit into the 1,024 bytes of old relays
$MaxMessageSize 8k
local5.*    action(type="omfile" file="/var/log/kuramori/samba.log" template="RSYSLOG_FileFormat" fileCreateMode="0640")
& stop
"""
_ONE_WORD: Final = Caution(
    ja="操作名が一語でも誤ると共有に接続できません（testparm では検出不可）。保存後すぐ接続を確認してください。",
    en="One wrong operation name makes the share unreachable, and testparm does not see it: connect once right after.",
)
_UNTRIED: Final = Caution(
    ja="この版の Samba では試していません（確認済みは 4.17）。先に試験用の共有で確かめてください。",
    en="Not tried with this version of Samba (tried: 4.17). Paste it into a test share first.",
)
_NO_BYTES: Final = Caution(
    ja="Samba の監査ログにはバイト数がありません。failure = all にすると記録が十倍以上になります。",
    en="Samba's audit log has no byte counts. `failure = all` makes it more than ten times as long.",
)


def recipes(version: str = "4.17", *, share: str = "secret", syslog: bool = True) -> tuple[Recipe, ...]:
    """Share section for smb.conf, and rsyslog's rule; without `syslog` Samba writes into its own log file.

    Raises:
        SetupError: not a version that we know the names of.
    """
    found = version_of(version)
    if not OLDEST <= found <= NEWEST:
        raise SetupError(f"Samba {version}: the names of operations are known from 4.3 to 4.23")
    success, failure = operations(found)
    text = _SHARE.format(
        share=share, success=" ".join(success), failure=" ".join(failure), syslog="true" if syslog else "false"
    )
    cautions = (_ONE_WORD, _NO_BYTES) if found == TRIED else (_ONE_WORD, _UNTRIED, _NO_BYTES)
    own_log = "" if syslog else "\n[global]\n   log level = 0 full_audit:1\n"
    section = Recipe(
        title_ja="共有ごとの監査", title_en="Audit of a share", file="/etc/samba/smb.conf", text=text + own_log,
        check="testparm -s && smbcontrol all reload-config", warnings=cautions,
    )  # fmt: skip
    rule = Recipe(
        title_ja="ログの書き出し先（rsyslog）", title_en="Where the log goes (rsyslog)",
        file="/etc/rsyslog.d/10-kuramori-samba.conf", text=_RSYSLOG, check="rsyslogd -N1",
    )  # fmt: skip
    return (section, rule) if syslog else (section,)
