"""Squid's `logformat kura`: the native one with what clients sent (`%>st`), for uploads are not in the native one."""

from typing import Final

from kuramori_lake.setup.recipe import Caution, Recipe, SetupError, version_of

OLDEST: Final = (3, 4)

_TEXT: Final = """\
logformat kura %ts.%03tu %tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt up=%>st bodyreq=%{{Content-Length}}>h \
host=%>rd ua="%{{User-Agent}}>h"
access_log stdio:{log} kura
"""
_QUERY: Final = Caution(
    ja="問い合わせ文字列は既定で記録されません（strip_query_terms on）。off ではパスワードが残りえます。",
    en="Query strings are cut by default (strip_query_terms on). Off, passwords in addresses end up in the log.",
)
_TUNNEL: Final = Caution(
    ja="HTTPS は復号しない限り、接続先とバイト数だけが接続終了時に一行残ります。",
    en="Without decryption HTTPS leaves one line when the tunnel ends: host and bytes only.",
)
_WHO: Final = Caution(
    ja="利用者名は、プロキシ認証（auth_param）を使っている場合だけ記録されます。",
    en="A name is logged only where the proxy asks for one (auth_param).",
)


def recipes(version: str = "5.7", *, log: str = "/var/log/squid/access_kura.log") -> tuple[Recipe, ...]:
    """Lines for squid.conf; a second access_log beside the present one.

    Raises:
        SetupError: a Squid older than 3.4, which knows no `%>rd` with `stdio:`.
    """
    if version_of(version) < OLDEST:
        raise SetupError(f"Squid {version}: 3.4 or newer is needed")
    return (
        Recipe(
            title_ja="アクセスログの書式", title_en="Format of the access log", file="/etc/squid/squid.conf",
            text=_TEXT.format(log=log), check="squid -k parse && squid -k reconfigure",
            warnings=(_TUNNEL, _WHO, _QUERY),
        ),
    )  # fmt: skip
