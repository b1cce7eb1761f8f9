"""rsyslog to our receiver: TCP with counted octets, a queue on the disk, times with zone."""

from typing import Final

from kuramori_lake.setup.recipe import Caution, Recipe, SetupError, version_of

OLDEST: Final = (8, 0)

_TEXT: Final = """\
auth,authpriv.*;kern.*  action(type="omfwd" target="{target}" port="{port}" protocol="tcp" TCP_Framing="octet-counted"
    template="RSYSLOG_SyslogProtocol23Format" action.resumeRetryCount="-1"
    queue.type="LinkedList" queue.filename="kuramori" queue.maxDiskSpace="1g" queue.saveOnShutdown="on")
"""
_LOSS: Final = Caution(
    ja="syslog（TCP）には受領応答がないため、受信側が停止した瞬間に転送中だった行は失われることがあります。",
    en="Syslog over TCP has no answer: lines on their way when the receiver stops may be lost.",
)
_PLAIN: Final = Caution(
    ja="平文で送られます。信頼できないネットワークでは TLS（--tls）を使ってください。",
    en="Sent in the clear: use TLS (--tls) where the network is not your own.",
)


def recipes(version: str = "8.2302", *, target: str = "127.0.0.1", port: int = 6514) -> tuple[Recipe, ...]:
    """One rule that sends sign-ins and kernel lines.

    Raises:
        SetupError: older than 8.
    """
    if version_of(version) < OLDEST:
        raise SetupError(f"rsyslog {version}: 8.0 or newer is needed")
    return (
        Recipe(
            title_ja="受信サーバーへの転送", title_en="To the receiver", file="/etc/rsyslog.d/20-kuramori.conf",
            text=_TEXT.format(target=target, port=port), check="rsyslogd -N1", warnings=(_LOSS, _PLAIN),
        ),
    )  # fmt: skip
