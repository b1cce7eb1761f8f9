"""Exchange Server: message tracking with subjects, kept long enough that a server that stood still loses nothing."""

from typing import Final

from kuramori_lake.setup.recipe import Caution, Recipe, SetupError, version_of

OLDEST: Final = (15, 0)

_TEXT: Final = """\
Get-TransportService | Set-TransportService -MessageTrackingLogEnabled $true `
    -MessageTrackingLogSubjectLoggingEnabled $true -MessageTrackingLogMaxAge 30.00:00:00
"""
_SUBJECTS: Final = Caution(
    ja="件名が記録されます。監視規程に書き、不要なら -MessageTrackingLogSubjectLoggingEnabled $false にします。",
    en="Subjects are logged. Say so in the charter, or set -MessageTrackingLogSubjectLoggingEnabled $false.",
)
_EVERY: Final = Caution(
    ja="全サーバーのログ（MSGTRK*.LOG）を集めます。同じ通は何台を通っても1件に数えます。",
    en="Collect the logs of every server (MSGTRK*.LOG): a mail counts once, however many it passes.",
)
_OWN: Final = Caution(
    ja="自社ドメインを渡さない場合、差出人と同じドメインだけを社内とみなします。",
    en="Without the company's own domains only the sender's own domain counts as inside.",
)


def recipes(version: str = "15.2") -> tuple[Recipe, ...]:
    """Commands for the Exchange Management Shell; 15.0 is Exchange 2013, 15.2 is 2019 and Subscription Edition.

    Raises:
        SetupError: older than Exchange 2013, whose servers have other commands.
    """
    if version_of(version) < OLDEST:
        raise SetupError(f"Exchange {version}: 15.0 (2013) or newer is needed")
    return (
        Recipe(
            title_ja="メッセージ追跡", title_en="Message tracking",
            file="PowerShell (Exchange Management Shell)", text=_TEXT,
            check="Get-TransportService | Format-List Name,MessageTrackingLog*", warnings=(_EVERY, _SUBJECTS, _OWN),
        ),
    )  # fmt: skip
