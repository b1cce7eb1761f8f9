"""Linux auditd: who, by the account that signed in, opened, changed or removed files below a folder."""

from typing import Final

from kuramori_lake.setup.recipe import Caution, Recipe, SetupError, version_of

ENRICHES: Final = (2, 7)

_RULES: Final = """\
-a always,exit -F arch=b64 -F dir={folder} -F perm=rwa -F auid>=1000 -F auid!=unset -k kuramori
-a always,exit -F arch=b64 -S execve,execveat -F auid>=1000 -F auid!=unset -k kuramori-run
"""
_CONF: Final = """\
log_format = ENRICHED
name_format = HOSTNAME
"""
_MANY: Final = Caution(
    ja="対象フォルダーが広いと記録が非常に多くなります。秘密情報のあるフォルダーに絞ってください。",
    en="A wide folder logs very much: name only those that hold secrets.",
)


def recipes(version: str = "3.0", *, folder: str = "/srv/secret") -> tuple[Recipe, ...]:
    """Rules and lines for auditd.conf.

    Raises:
        SetupError: older than 2.7, which adds no names.
    """
    if version_of(version) < ENRICHES:
        raise SetupError(f"auditd {version}: 2.7 or newer is needed")
    rules = Recipe(
        title_ja="監査ルール", title_en="Rules", file="/etc/audit/rules.d/50-kuramori.rules",
        text=_RULES.format(folder=folder), check="augenrules --check", warnings=(_MANY,),
    )  # fmt: skip
    form = Recipe(
        title_ja="ログの形式（auditd.conf の該当行を置き換え）", title_en="Form of the log (replace the lines there)",
        file="/etc/audit/auditd.conf", text=_CONF, check="service auditd restart",
    )  # fmt: skip
    return (rules, form)
