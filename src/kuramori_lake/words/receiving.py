"""Japanese of the command `receive`."""

from collections.abc import Mapping
from typing import Final

JAPANESE: Final[Mapping[str, str]] = {
    "listen for syslog and take in what comes": "syslog を待ち受け、届いたものを取り込みます",
    "folder for what is received": "受信したものを置くフォルダー",
    "kind of log that is received": "受信するログの種類",
    "address to listen on": "待ち受けるアドレス",
    "port for %(name)s": "%(name)s のポート",
    "our certificate (PEM)": "サーバー証明書（PEM）",
    "its key (PEM)": "その秘密鍵（PEM）",
    "authority that must have signed the clients' certificates": "送信元の証明書に署名しているべき認証局",
    "how much may wait in the folder": "フォルダーに溜めてよい量",
    "name a port to listen on": "待ち受けるポートを指定してください",
    "TLS needs --cert and --key": "TLS には --cert と --key が必要です",
    "listening: %(ports)s": "待ち受け中: %(ports)s",
}
