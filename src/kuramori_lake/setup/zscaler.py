"""Zscaler Internet Access: the output format of an NSS feed for web logs, as `sources/zscaler.py` reads it."""

from typing import Final

from kuramori_lake.setup.recipe import Caution, Recipe, SetupError, version_of

OLDEST: Final = (6, 0)
NUMBERS: Final = ("epochtime", "reqsize", "respsize")
TEXTS: Final = ("tz", "login", "reqmethod", "respcode", "action", "ehost", "eurl", "appname", "cip", "devicehostname")
"""Zscaler's names of fields; `ehost` and `eurl` are host and address with all that could end a line encoded."""

_ESCAPES: Final = Caution(
    ja='Feed Escape Character に ," を指定します。波括弧の前の \\ は書式の一部です。',
    en='Set "Feed Escape Character" to ,". The \\ before each brace belongs to the format.',
)
_OBFUSCATED: Final = Caution(
    ja="利用者名の難読化（ologin）を有効にしていると、だれの操作かは分かりません。",
    en="With logins obfuscated (ologin) nobody can tell whose deed it was.",
)
_ALL: Final = Caution(
    ja="許可と遮断の両方（Action: 未指定）を送ります。",
    en="Send both what was allowed and what was blocked (no filter on the action).",
)


def recipes(version: str = "6.2") -> tuple[Recipe, ...]:
    """The text for "Feed Output Format", with "Feed Output Type" JSON or Custom.

    Raises:
        SetupError: a version of NSS older than any that speaks JSON.
    """
    if version_of(version) < OLDEST:
        raise SetupError(f"NSS {version}: 6.0 or newer is needed")
    members = [f'"{name}":"%d{{{name}}}"' for name in NUMBERS] + [f'"{name}":"%s{{{name}}}"' for name in TEXTS]
    text = r"\{ " + ",".join(members) + r"\}" + "\n"
    return (
        Recipe(
            title_ja="Web ログの出力書式", title_en="Output format of the web log", text=text,
            file="Administration > Nanolog Streaming Service > NSS Feeds", check="tcpdump -A -c 5 port 514",
            warnings=(_ESCAPES, _ALL, _OBFUSCATED),
        ),
    )  # fmt: skip
