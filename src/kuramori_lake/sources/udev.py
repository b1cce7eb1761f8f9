"""USB media on Linux, as the kernel tells them in syslog (`usb 1-2: New USB device found, …`) and udev beside it.

The kernel says what was plugged in over several lines and nobody's name: who sat there is joined from sign-ins of the
host. Only mass storage is told: a keyboard is no medium. Serial numbers are those the stick gives itself.
"""

import re
from typing import Final

from kuramori_lake.event import Activity, DestinationClass, ObjectKind, Outcome
from kuramori_lake.sources.syslog_talk import NOTHING, Answer, Said, Talk, talk_source
from kuramori_lake.sources.text_rows import Row

VERSION: Final = 1

_LINE: Final = re.compile(
    r"(?:\[ *\d+\.\d+\] )?(?P<driver>usb|usb-storage|uas) (?P<port>\d+-[\d.]+)(?::[\d.]+)?: (?P<what>.*)"
)
_FOUND: Final = re.compile(
    r"New USB device found, idVendor=(?P<vendor>[0-9a-f]{4}), idProduct=(?P<product>[0-9a-f]{4})"
)
_TOLD: Final = re.compile(r"(?P<name>Product|Manufacturer|SerialNumber): (?P<value>.*)")


def _group(said: Said) -> str:
    """A port of a host."""
    found = _LINE.match(said.message)
    return f"{said.host}/usb/{found['port']}" if found else f"{said.host}/other"


def _row(memory: Row, activity: Activity, port: str) -> Row:
    model = " ".join(word for name in ("Manufacturer", "Product") if (word := memory.get(name, "").strip()))
    known = f"USB\\VID_{memory['vendor']}&PID_{memory['product']}".upper() if "vendor" in memory else None
    return {
        "activity": activity, "outcome": Outcome.OK, "object_kind": ObjectKind.DEVICE, "device": model or known,
        "device_serial": memory.get("SerialNumber"), "uid": known, "session_key": port,
        "destination_class": DestinationClass.REMOVABLE, "flags": None if known else "head_missing",
    }  # fmt: skip


def _answer(said: Said, memory: Row) -> Answer:  # noqa: PLR0911  # a line has seven meanings
    line = _LINE.match(said.message)
    if line is None:
        return NOTHING
    what = line["what"]
    if found := _FOUND.match(what):
        memory.clear()
        memory |= {"vendor": found["vendor"], "product": found["product"]}
        return Answer(keep=True)
    if told := _TOLD.match(what):
        memory[told["name"]] = told["value"]
        return Answer(keep=True)
    if line["driver"] != "usb":
        if memory.get("told"):
            return NOTHING
        memory["told"] = True
        return Answer(row=_row(memory, Activity.DEVICE_CONNECT, _group(said)), keep=True)
    if what.startswith("USB disconnect"):
        row = _row(memory, Activity.DEVICE_DISCONNECT, _group(said)) if memory.get("told") else None
        return Answer(row=row, over=True)
    return NOTHING


UDEV: Final = talk_source(
    "udev", VERSION, Talk(services=frozenset({"kernel", "systemd-udevd", "mtp-probe"}), group=_group, answer=_answer)
)
