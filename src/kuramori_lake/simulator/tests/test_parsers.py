"""The lake's real parsers understand every line of the simulated logs, except those planted to be refused."""

from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake.sources.cups import CUPS
from kuramori_lake.sources.parsed import Options, Source
from kuramori_lake.sources.pgaudit import PGAUDIT
from kuramori_lake.sources.postfix import POSTFIX
from kuramori_lake.sources.samba import SAMBA
from kuramori_lake.sources.squid import SQUID
from kuramori_lake.sources.table import table_source
from kuramori_lake.sources.windows import EVTX

PARSERS: dict[str, Source] = {
    "samba": SAMBA,
    "winlogbeat": EVTX,
    "table:badge": table_source("badge"),
    "table:endpoint": table_source("jp1_itdm2"),
    "postfix": POSTFIX,
    "squid": SQUID,
    "cups": CUPS,
    "pgaudit": PGAUDIT,
}


@pytest.mark.parametrize("kind", PARSERS)
def test_every_line_is_an_event_or_known_noise_and_only_planted_ones_are_refused(demo, kind):
    out, truth = demo.out, demo.truth
    planted = {(one["file"], one["line"]) for one in truth.traps["rejects"]}
    sources = [source for source in truth.sources if source["kind"] == kind]
    assert sources
    for source in sources:
        options = Options(zone=ZoneInfo(source["zone"]), salt=b"salt", encoding=source["encoding"])
        names = {Path(file["path"]).name for file in source["files"]}
        refused = set()
        for file in source["files"]:
            count: Counter[str] = Counter()
            for reading in PARSERS[kind].parse((out / file["path"]).read_bytes(), options):
                count["understood"] += reading.events.num_rows - reading.derived + reading.ignored
                count["refused"] += len(reading.rejects)
                refused |= {(Path(file["path"]).name, one.row) for one in reading.rejects}
            header = 1 if kind.startswith("table:") else 0
            assert count.total() == file["lines"] + header, file
        assert refused == {place for place in planted if place[0] in names}


def test_the_story_survives_parsing(demo):
    out, truth = demo.out, demo.truth
    source = next(one for one in truth.sources if one["name"] == "fs01")
    options = Options(zone=ZoneInfo(source["zone"]), salt=b"salt")
    seen = set()
    for file in source["files"]:
        for reading in SAMBA.parse((out / file["path"]).read_bytes(), options):
            for row in reading.events.select(["actor_raw", "activity", "path"]).to_pylist():
                if row["actor_raw"] == truth.story["account"] and row["activity"] == "read":
                    seen.add(row["path"])
    inside = {path for path in seen if path.startswith(truth.story["secret_path"])}
    assert len(inside) == truth.story["distinct_secret_documents"]
