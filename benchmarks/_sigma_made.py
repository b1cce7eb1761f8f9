"""Made-up Sigma rules in the shapes of the public Windows rules, and made-up events that mostly do not match them.

No public rule is copied: names and texts are drawn at random. Shapes and their shares follow what the public Windows
rules look like: image and original file name, lists of command-line parts, filters, windash, regular expressions,
networks, field references.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pyarrow as pa

from kuramori_lake.event import EVENT

SYSMON: Final = "Microsoft-Windows-Sysmon/Operational"
DAY: Final = date(2026, 11, 20)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


class Dictionary:
    """Words that both rules and events draw from, so that prefixes and programs do meet."""

    def __init__(self, seed: int = 1) -> None:
        self.dice = random.Random(seed)
        self.words = ["".join(self.dice.choices(_LETTERS, k=self.dice.randint(4, 9))) for _ in range(4000)]
        self.programs = ["powershell", "cmd", "rundll32", "reg", "net", "wmic", "certutil", "mshta", *self.words[:400]]

    def word(self) -> str:
        return self.dice.choice(self.words)

    def program(self) -> str:
        """Few programs start most processes."""
        return self.programs[int(len(self.programs) * self.dice.random() ** 3)]

    def some(self, least: int, most: int, make: Any) -> list[str]:
        return [make() for _ in range(self.dice.randint(least, most))]

    def part(self) -> str:
        return self.dice.choice((" -{0}", " /{0} {1}", "{0}.{1}(", "\\{0}\\{1}", "{0}://{1}", " {0} ")).format(
            self.word(), self.word()
        )


def rules(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Rules as YAML would give them."""
    made = Dictionary(seed)
    shapes = (_process,) * 11 + (_process_encoded,) + (_file,) * 3 + (_registry,) * 3 + (_security,) * 2
    for number in range(count):
        source, detection = made.dice.choice(shapes)(made)
        yield {
            "title": f"Made rule {number}",
            "id": f"{number:08d}-0000-4000-8000-000000000000",
            "level": made.dice.choice(("low", "medium", "high")),
            "logsource": {"product": "windows"} | source,
            "detection": detection,
        }


def _process(made: Dictionary) -> tuple[dict[str, str], dict[str, Any]]:
    programs = made.some(1, 4, made.program)
    detection: dict[str, Any] = {
        "selection_img": [
            {"Image|endswith": [f"\\{one}.exe" for one in programs]},
            {"OriginalFileName": [f"{one}.EXE" for one in programs]},
        ],
        "selection_cli": {"CommandLine|contains": made.some(1, 10, made.part)},
        "condition": "all of selection_*",
    }
    if made.dice.random() < 0.4:
        detection["filter_main_parent"] = {
            "ParentImage|startswith": ["C:\\Program Files\\", "C:\\Program Files (x86)\\"],
            "ParentImage|endswith": f"\\{made.word()}.exe",
        }
        detection["condition"] += " and not 1 of filter_main_*"
    if made.dice.random() < 0.2:
        detection["selection_all"] = {"CommandLine|contains|all": made.some(2, 3, made.word)}
    if made.dice.random() < 0.1:
        detection["selection_flag"] = {"CommandLine|contains|windash": [f"-{made.word()[:3]} "]}
    return {"category": "process_creation"}, detection


def _process_encoded(made: Dictionary) -> tuple[dict[str, str], dict[str, Any]]:
    if made.dice.random() < 0.5:
        return {"category": "process_creation"}, {
            "selection": {"CommandLine|wide|base64offset|contains": made.some(1, 4, made.word)},
            "condition": "selection",
        }
    return {"category": "process_creation"}, {
        "selection": {"CommandLine|re": rf"(?i)\s-{made.word()[:3]}\s+[a-z0-9+/=]{{12,}}.*{made.word()}"},
        "condition": "selection",
    }


def _file(made: Dictionary) -> tuple[dict[str, str], dict[str, Any]]:
    return {"category": "file_event"}, {
        "selection": {
            "TargetFilename|contains": made.some(1, 3, lambda: f"\\{made.word()}\\"),
            "TargetFilename|endswith": made.some(1, 5, lambda: f".{made.word()[:3]}"),
        },
        "filter_main": {"Image|startswith": f"C:\\Windows\\{made.word()}"},
        "condition": "selection and not 1 of filter_*",
    }


def _registry(made: Dictionary) -> tuple[dict[str, str], dict[str, Any]]:
    return {"category": "registry_set"}, {
        "selection": {
            "TargetObject|contains": made.some(1, 3, lambda: f"\\{made.word()}\\{made.word()}"),
            "Details|startswith": "DWORD",
        },
        "condition": "selection",
    }


def _security(made: Dictionary) -> tuple[dict[str, str], dict[str, Any]]:
    return {"service": "security"}, {
        "selection": {"EventID": made.dice.choice((4624, 4625, 4697, 4720, 5145)), "SubjectUserName": made.word()},
        "filter_main_net": {"IpAddress|cidr": ["10.0.0.0/8", "127.0.0.0/8", "fe80::/10"]},
        "filter_main_none": {"IpAddress": None},
        "condition": "selection and not 1 of filter_main_*",
    }


def events(count: int, seed: int = 2) -> pa.Table:
    """Events of one day: half processes, a quarter files, the rest registry and security."""
    made = Dictionary(1)
    made.dice = random.Random(seed)
    start = datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None)
    kinds = (_started,) * 5 + (_wrote,) * 3 + (_set, _logged_on)
    rows = []
    for number in range(count):
        activity, fields = made.dice.choice(kinds)(made)
        rows.append(
            _PLAIN
            | {
                "event_id": number,
                "dedupe_key": number,
                "time_utc": start + timedelta(milliseconds=800 * number % 86_000_000),
                "activity": activity,
                "actor_raw": f"KURA\\{made.words[number % 300]}",
                "path": fields.get("TargetFilename"),
                "fields": json.dumps(fields),
            }
        )
    return pa.Table.from_pylist(rows, EVENT)


_PLAIN: Final = {
    "source": "evtx",
    "instance": "made",
    "parser_version": 1,
    "batch_id": 1,
    "received_utc": datetime(2026, 11, 21, tzinfo=UTC).replace(tzinfo=None),
    "actor_key": "",
    "tz_basis": "explicit",
    "outcome": "ok",
    "local_hour": 12,
    "local_date": DAY,
    "is_night": False,
}


def _started(made: Dictionary) -> tuple[str, dict[str, Any]]:
    program, parent = made.program(), made.program()
    file = f"C:\\Users\\{made.word()}\\{made.word()}.txt"
    line = f'"C:\\Windows\\System32\\{program}.exe" -{made.word()} {made.word()} {file}'
    return "process_start", {
        "EventID": 1,
        "Channel": SYSMON,
        "Image": f"C:\\Windows\\System32\\{program}.exe",
        "OriginalFileName": f"{program}.exe",
        "CommandLine": line + "".join(made.some(0, 4, made.part)),
        "ParentImage": f"C:\\Windows\\{parent}.exe",
        "ParentCommandLine": f"C:\\Windows\\{parent}.exe",
        "User": f"KURA\\{made.word()}",
        "IntegrityLevel": "Medium",
        "Hashes": f"SHA256={made.dice.getrandbits(256):064X}",
    }


def _wrote(made: Dictionary) -> tuple[str, dict[str, Any]]:
    folder = "\\".join(made.some(2, 5, made.word))
    return "create", {
        "EventID": 11,
        "Channel": SYSMON,
        "Image": f"C:\\Windows\\{made.program()}.exe",
        "TargetFilename": f"C:\\Users\\{folder}\\{made.word()}.{made.word()[:3]}",
    }


def _set(made: Dictionary) -> tuple[str, dict[str, Any]]:
    return "write", {
        "EventID": 13,
        "Channel": SYSMON,
        "TargetObject": f"HKLM\\Software\\{made.word()}\\{made.word()}",
        "Details": "DWORD (0x00000001)",
    }


def _logged_on(made: Dictionary) -> tuple[str, dict[str, Any]]:
    return "logon", {
        "EventID": made.dice.choice((4624, 4625)),
        "Channel": "Security",
        "SubjectUserName": made.word(),
        "TargetUserName": made.word(),
        "LogonType": 3,
        "IpAddress": f"10.1.{made.dice.randint(0, 255)}.{made.dice.randint(1, 254)}",
    }
