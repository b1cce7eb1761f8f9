"""Japanese of the command `setup`."""

from collections.abc import Mapping
from typing import Final

JAPANESE: Final[Mapping[str, str]] = {
    "show what to paste on a server so that its log can be read": "ログを読むためのサーバー設定を表示します",
    "kind of server: %(names)s": "サーバーの種類: %(names)s",
    "version of the server, e.g. 4.17; what was tried if not said": "サーバーの版（例: 4.17）。省略時は確認済みの版",
    "Exit status: 0 done; 2 wrong use.": "終了コード: 0 完了、2 使い方の誤り。",
    "# %(title)s: %(file)s": "# %(title)s: %(file)s",
    "# check: %(command)s": "# 確認: %(command)s",
    "# careful: %(warning)s": "# 注意: %(warning)s",
    "%(text)s": "%(text)s",
}
