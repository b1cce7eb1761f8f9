"""Deeds written as rows of columns, so that a test names what a rule looks at and no format of a log."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from kuramori_lake.context import Context, ExcludedAccount, Flow, GuardedDoor, Identity, PersonDays, SecretPattern
from kuramori_lake.event import PARSED, Activity, Namespace
from kuramori_lake.sources.parsed import Reading, Source, digest

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 14, 59, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)
NUMBER, GRAVE = "A-17", "B-1"
PATHS = r"\\fs01\設計\A-17"


def lines(*deeds: dict[str, Any]) -> bytes:
    """Deeds as a file: a line each; what is not said is an ordinary success of Akari at noon of the day."""
    return "".join(json.dumps(deed, ensure_ascii=False) + "\n" for deed in deeds).encode()


def _parse(data: Any, options: Any) -> Any:
    rows = []
    for number, line in enumerate(bytes(data).splitlines(), 1):
        deed = json.loads(line)
        day, at = date.fromisoformat(deed.pop("day", DAY.isoformat())), deed.pop("at", "12:00")
        hour, minute = map(int, at.split(":"))
        moment = datetime(day.year, day.month, day.day) + timedelta(hours=hour - 9, minutes=minute)  # noqa: DTZ001
        plain = {
            "row_key": digest(options.salt, line + b"%d" % number), "time_utc": moment, "original_text": at,
            "tz_basis": "explicit", "actor_raw": "akari", "actor_namespace": "ad", "confidence": "authenticated",
            "outcome": "ok", "raw_row": number,
        }  # fmt: skip
        rows.append(plain | deed)
    yield Reading(events=pa.Table.from_pylist(rows, schema=PARSED))


DEEDS = Source(name="deeds", version=1, parse=_parse, numbered=False)


def context(**words: Any) -> Context:
    """Akari and Botan, the unwatched Chihiro, a backup, two secrets, one registered stick, a guarded room."""
    plain: dict[str, Any] = {
        "identities": [
            Identity(namespace=kind, raw=raw, person_id=person, since=LONG_AGO)
            for person, kind, raw in (
                ("akari", Namespace.AD, "akari"),
                ("akari", Namespace.MAIL, "akari.sakura@kura.example"),
                ("akari", Namespace.BADGE, "0017"),
                ("botan", Namespace.AD, "botan"),
            )
        ],
        "people": [
            PersonDays(person_id=one, unit="u1", site="tokyo", role="設計", since=LONG_AGO)
            for one in ("akari", "botan")
        ],
        "secrets": [
            SecretPattern(pattern=PATHS, secret_id=NUMBER, number=NUMBER, level="秘", weight=0.5, since=LONG_AGO),
            SecretPattern(
                pattern=r"\\fs01\設計\B-1", secret_id=GRAVE, number=GRAVE, level="極秘", weight=1.0, since=LONG_AGO
            ),
        ],
        "excluded": [ExcludedAccount(namespace=Namespace.AD, raw="backup", reason="バックアップ", since=LONG_AGO)],
        "flows": [
            Flow(destination_class="removable", destination_value="REG-1", reason="貸与USB", since=LONG_AGO),
            Flow(destination_class="web", destination_value="files.box.com", reason="指定", since=LONG_AGO),
        ],
        "doors": [GuardedDoor(door="保管庫", person_id=one, since=LONG_AGO) for one in ("", "botan")],
    }
    return Context(**(plain | words))


def stick(**words: Any) -> dict[str, Any]:
    """A medium put into a PC."""
    plain = {"activity": Activity.DEVICE_CONNECT, "object_kind": "device", "destination_class": "removable"}
    return plain | {"device": "SanDisk Extreme", "device_serial": "S-99"} | words


def phone(**words: Any) -> dict[str, Any]:
    """A phone on the cable."""
    return stick(device="Pixel 8", device_serial="8C1X") | words


def mail(**words: Any) -> dict[str, Any]:
    """A mail with the gravest secret to Akari's own free mail."""
    plain = {"activity": Activity.MAIL_SEND, "object_kind": "mail", "destination_class": "external_mail"}
    plain |= {
        "destination_value": "sakura1980@gmail.com",
        "destination_domain": "gmail.com",
        "name": "極秘 配合表.xlsx",
    }
    return plain | words


def reading(count: int, **words: Any) -> list[dict[str, Any]]:
    """So many documents of a secret read."""
    plain = {"activity": Activity.READ, "object_kind": "file"}
    return [plain | {"path": rf"{PATHS}\{number}.dwg"} | words for number in range(count)]


def door(**words: Any) -> dict[str, Any]:
    """A badge at the guarded room."""
    return {"activity": Activity.DOOR_IN, "object_kind": "door", "device": "保管庫"} | words


def printing(**words: Any) -> dict[str, Any]:
    """The gravest secret printed at eleven at night."""
    plain = {"activity": Activity.PRINT, "object_kind": "paper", "destination_class": "printer", "at": "23:00"}
    return plain | {"name": "【極秘】配合表", "device": "3F-複合機", "count": 4} | words


def upload(**words: Any) -> dict[str, Any]:
    """A file given to a storage service."""
    plain = {"activity": Activity.UPLOAD, "object_kind": "url", "destination_class": "web", "bytes": 5 * 2**20}
    return plain | {"destination_domain": "www.dropbox.com", "destination_value": "www.dropbox.com"} | words
