"""A real CUPS with our configuration: a job of a client is one event with its title."""

import os
import subprocess
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake.setup import recipes
from kuramori_lake.store import Lake
from tests.servers.running import free_port, open_folder, program, running, until

pytestmark = pytest.mark.servers

CUPSD = """\
Listen 127.0.0.1:{port}
Browsing Off
DefaultAuthType None
WebInterface No
<Location />
  Order allow,deny
  Allow localhost
</Location>
<Location /admin>
  Order allow,deny
  Allow localhost
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
FILES = """\
FileDevice Yes
ServerRoot {0}
RequestRoot {0}/spool
CacheDir {0}/cache
StateDir {0}/state
TempDir {0}/spool
AccessLog {0}/access_log
ErrorLog {0}/error_log
"""


def test_jobs_are_events_with_title_printer_and_claimed_user(tmp_path):
    cupsd, lp, lpadmin = program("cupsd", "cups"), program("lp", "cups-client"), program("lpadmin", "cups-client")
    port = free_port()
    with open_folder() as folder:
        for name in ("spool", "cache", "state"):
            (folder / name).mkdir()
        page_format, place = recipes("cups")
        log = folder / "page_log"
        (folder / "cupsd.conf").write_text(CUPSD.format(port=port) + page_format.text)
        (folder / "files.conf").write_text(
            FILES.format(folder) + place.text.replace("/var/log/cups/page_log", str(log))
        )
        command = (cupsd, "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "files.conf"))
        server = f"127.0.0.1:{port}"
        with running(*command, port=port, log=folder / "said"):
            ours = {"env": os.environ | {"CUPS_SERVER": server}, "timeout": 20, "capture_output": True}
            subprocess.run(
                [lpadmin, "-h", server, "-p", "mfp5f", "-E", "-v", "file:///dev/null", "-m", "raw"], check=True, **ours
            )
            (folder / "a.txt").write_text("設計")
            for user, title in (("akari", "設計書 （極秘） 2026"), ("botan", "a")):
                subprocess.run(
                    [lp, "-h", server, "-U", user, "-d", "mfp5f", "-n", "2", "-t", title, str(folder / "a.txt")],
                    check=True,
                    **ours,
                )
            until(lambda: log.exists() and log.read_bytes().count(b"\n") >= 2, (folder / "error_log").read_text)
        with Lake.open(tmp_path / "lake") as lake:
            report = lake.ingest(log, source="cups", zone=ZoneInfo("Asia/Tokyo"))
            assert (report.counts.accepted, report.counts.rejected) == (2, 0)
            found = lake.query(
                "SELECT actor_raw, confidence, name, device, client FROM events ORDER BY uid"
            ).to_pylist()
    assert [(one["actor_raw"], one["name"]) for one in found] == [("akari", "設計書 （極秘） 2026"), ("botan", "a")]
    assert {(one["confidence"], one["device"], one["client"]) for one in found} == {("claimed", "mfp5f", "localhost")}
