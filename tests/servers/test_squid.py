"""A real Squid with our configuration: what a client uploads is what the lake tells."""

import http.client
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake.setup import recipes
from kuramori_lake.store import Lake
from tests.servers.running import free_port, open_folder, program, running

pytestmark = pytest.mark.servers


class _Taker(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_PUT = do_POST  # noqa: N815  # the name that http.server asks for

    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def site():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Taker) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def ask(proxy, method, url, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", proxy, timeout=20)
    connection.request(method, url, body, {"User-Agent": 'a "quoted" b'})
    with connection.getresponse() as answer:
        answer.read()
    connection.close()


def test_uploads_through_squid_are_events_with_their_bytes(site, tmp_path):
    squid = program("squid", "squid")
    port = free_port()
    with open_folder() as folder:
        log = folder / "log" / "access_kura.log"
        log.parent.mkdir()
        log.parent.chmod(0o777)
        (recipe,) = recipes("squid")
        ours = recipe.text.replace("/var/log/squid/access_kura.log", str(log))
        (folder / "squid.conf").write_text(
            f"http_port 127.0.0.1:{port}\nvisible_hostname proxy.kura.example\npid_filename {folder}/squid.pid\n"
            f"coredump_dir {folder}\ncache deny all\ncache_log {log.parent}/cache.log\nshutdown_lifetime 0 seconds\n"
            f"acl all_here src 127.0.0.0/8\nacl secret url_regex forbidden\nhttp_access deny secret\n"
            f"http_access allow all_here\n{ours}"
        )
        began = datetime.now(UTC).replace(tzinfo=None)
        with running(squid, "-N", "-f", str(folder / "squid.conf"), port=port, log=folder / "said"):
            ask(port, "POST", f"http://127.0.0.1:{site}/upload?id=1", b"x" * 120_000)
            ask(port, "PUT", f"http://127.0.0.1:{site}/%E8%A6%8B%E7%A9%8D.xlsx", b"x" * 66_000)
            ask(port, "POST", f"http://127.0.0.1:{site}/form", b"q=1")
            ask(port, "GET", f"http://127.0.0.1:{site}/")
            ask(port, "GET", f"http://127.0.0.1:{site}/forbidden")
        assert log.read_bytes().count(b"\n") == 6  # the first is the question whether somebody listens
        with Lake.open(tmp_path / "lake") as lake:
            report = lake.ingest(log, source="squid", zone=ZoneInfo("Asia/Tokyo"))
            assert (report.counts.accepted, report.counts.rejected, report.counts.ignored) == (3, 0, 3)
            found = lake.query(
                "SELECT activity, outcome, path, bytes, time_utc FROM events ORDER BY time_utc"
            ).to_pylist()
        assert [(one["activity"], one["outcome"]) for one in found] == [
            ("upload", "ok"),
            ("upload", "ok"),
            ("read", "denied"),
        ]
        assert 120_000 < found[0]["bytes"] < 121_000
        assert 66_000 < found[1]["bytes"] < 67_000
        assert found[1]["path"].endswith("/%E8%A6%8B%E7%A9%8D.xlsx")
        assert abs((found[0]["time_utc"] - began).total_seconds()) < 60
