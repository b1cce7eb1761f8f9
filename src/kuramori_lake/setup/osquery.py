"""osquery: media that were plugged in, and what changed below a folder, every minute."""

import json
from typing import Final

from kuramori_lake.setup.recipe import Caution, Recipe, SetupError, version_of

OLDEST: Final = (4, 0)
EVERY_S: Final = 60

_GONE: Final = Caution(
    ja="一分より短く接続された媒体は記録に残りません。",
    en="A medium that was there for less than a minute leaves no line.",
)
_FLAGS: Final = Caution(
    ja="ファイルの変更には --disable_events=false と --enable_file_events=true も必要です（フラグファイル）。",
    en="Changes of files also need --disable_events=false and --enable_file_events=true (flag file).",
)


def recipes(version: str = "5.0", *, folder: str = "/srv/secret") -> tuple[Recipe, ...]:
    """A configuration: the schedule and the folder.

    Raises:
        SetupError: older than 4.0.
    """
    if version_of(version) < OLDEST:
        raise SetupError(f"osquery {version}: 4.0 or newer is needed")
    told = {
        "schedule": {
            "usb_devices": {"query": "SELECT * FROM usb_devices;", "interval": EVERY_S},
            "file_events": {"query": "SELECT * FROM file_events;", "interval": EVERY_S},
        },
        "file_paths": {"secrets": [f"{folder}/%%"]},
    }
    return (
        Recipe(
            title_ja="収集の予定", title_en="Schedule", file="/etc/osquery/osquery.conf",
            text=json.dumps(told, ensure_ascii=False, indent=2) + "\n",
            check="osqueryctl config-check", warnings=(_FLAGS, _GONE),
        ),
    )  # fmt: skip
