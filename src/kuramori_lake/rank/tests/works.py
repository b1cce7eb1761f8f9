"""A works of twenty people on paper: what each does on an ordinary day, and rows beside it, as one table."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kuramori_lake.store import Lake

FIRST = date(2026, 8, 3)
COLUMNS = ("time", "who", "activity", "kind", "path", "device", "client", "class", "value", "domain", "bytes", "count",
           "uid")  # fmt: skip
PEOPLE = tuple(f"p{n:02d}" for n in range(20))
DAYS = tuple(FIRST + timedelta(days=n) for n in range(61) if (FIRST + timedelta(days=n)).weekday() < 5)
MAPPING = {
    "name": "works", "version": 1, "title_ja": "工場", "title_en": "Works", "header": ["time", "who"], "time": "time",
    "actor": [{"column": "who", "namespace": "ad"}],
    "activity": {"columns": ["activity"], "values": {one: one for one in (
        "logon", "mail_send", "upload", "read", "copy", "print", "db_read", "door_in", "door_denied", "share_anonymous",
        "delete", "device_connect")}},
    "destination": {"columns": ["class"], "values": {one: one for one in (
        "external_mail", "person", "web", "removable", "printer", "anonymous_link")}},
    "fields": {"object_kind": "kind", "path": "path", "device": "device", "client": "client",
               "destination_value": "value", "destination_domain": "domain", "bytes": "bytes", "count": "count",
               "uid": "uid"},
}  # fmt: skip


class Works:
    """Rows of the table. `hour` may be a fraction."""

    def __init__(self):
        self.rows = []

    def did(self, who, day, hour, activity, **cells):
        clock = f"{int(hour):02d}:{int(hour % 1 * 60):02d}:{len(self.rows) % 60:02d}"
        self.rows.append({"time": f"{day:%Y/%m/%d} {clock}", "who": who, "activity": activity} | cells)
        return self

    def ordinary(self, days=DAYS):
        """Everybody a little of everything, with small differences from day to day."""
        for place, who in enumerate(PEOPLE):
            for day in days:
                more = (day.toordinal() * 7 + place * 3) % 3
                self.did(who, day, 8.5 + more / 4, "logon", client=f"PC-{who}").mails(who, day, 1 + more)
                self.uploads(who, day, 1, size=5_000).copies(who, day, more, device="stick")
                self.prints(who, day, 2 + more).queries(who, day, 40 + 5 * more).reads(who, day, 3 + more)
                self.did(who, day, 8.4, "door_in", kind="door", device="main gate")
        return self

    def mails(self, who, day, many, *, domain="client.example", size=30_000, hour=10):
        for n in range(many):
            self.did(who, day, hour + n / 90, "mail_send", kind="mail", value=f"a{n}@{domain}", domain=domain,
                     bytes=size, count=1, uid=f"{who}-{day}-{n}@works", **{"class": "external_mail"})  # fmt: skip
        return self

    def uploads(self, who, day, many, *, domain="portal.example", size, hour=11):
        for n in range(many):
            self.did(who, day, hour + n / 90, "upload", kind="url", value=f"https://{domain}/", domain=domain,
                     bytes=size, **{"class": "web"})  # fmt: skip
        return self

    def copies(self, who, day, many, *, device, hour=13):
        for n in range(many):
            self.did(who, day, hour + n / 90, "copy", kind="file", path=f"{who}-{n}.doc", value=device,
                     **{"class": "removable"})  # fmt: skip
        return self

    def prints(self, who, day, pages, *, device="printer 1"):
        return self.did(who, day, 14, "print", kind="paper", device=device, count=pages, **{"class": "printer"})

    def queries(self, who, day, rows, *, table="erp/orders"):
        return self.did(who, day, 15, "db_read", kind="db_relation", path=table, count=rows)

    def reads(self, who, day, many, *, folder="//fs/all/forms", hour=9):
        for n in range(many):
            self.did(who, day, hour + n / 400, "read", kind="file", path=f"{folder}/{n}.doc")
        return self

    def into(self, lake: Lake, folder: Path):
        """Take all rows in as one file."""
        (folder / "works.json").write_text(json.dumps(MAPPING))
        with (folder / "works.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(sorted(self.rows, key=lambda row: row["time"]))
        report = lake.ingest(folder / "works.csv", source=f"table:{folder / 'works.json'}", zone=ZoneInfo("Asia/Tokyo"))
        assert report.counts.accepted == len(self.rows)
        return lake
