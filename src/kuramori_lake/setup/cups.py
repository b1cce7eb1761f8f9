"""CUPS: a page_log with host, title, paper and sides."""

from typing import Final

from kuramori_lake.setup.recipe import Caution, Recipe, SetupError, version_of

OLDEST: Final = (1, 5)

_FORMAT: Final = """\
PageLogFormat %p %u %j %T %P %C %{job-billing} %{job-originating-host-name} %{job-name} %{media} %{sides}
MaxLogSize 0
"""
_FILES: Final = """\
PageLog {log}
LogFilePerm 0640
"""
_CLAIMED: Final = Caution(
    ja="利用者名は端末の申告です（lp -U で偽れます）。確かにするには Create-Job に AuthType と Require を設定します。",
    en="The user is whom the client names (`lp -U`). To be sure, ask for a log-in on jobs (AuthType, Require).",
)
_PAGES: Final = Caution(
    ja="ドライバーレス／raw キューではページ数が 0 になります。ページ数不明として扱います。",
    en="Raw and driverless queues log 0 pages; they are taken as not known.",
)


def recipes(version: str = "2.4", *, log: str = "/var/log/cups/page_log") -> tuple[Recipe, ...]:
    """Lines for cupsd.conf and cups-files.conf.

    Raises:
        SetupError: a CUPS older than 1.5, whose page_log has another format.
    """
    if version_of(version) < OLDEST:
        raise SetupError(f"CUPS {version}: 1.5 or newer is needed")
    return (
        Recipe(
            title_ja="印刷ログの書式", title_en="Format of the page log", file="/etc/cups/cupsd.conf", text=_FORMAT,
            check="cupsd -t", warnings=(_CLAIMED, _PAGES),
        ),
        Recipe(
            title_ja="印刷ログの場所", title_en="Place of the page log", file="/etc/cups/cups-files.conf",
            text=_FILES.format(log=log), check="cupsd -t",
        ),
    )  # fmt: skip
