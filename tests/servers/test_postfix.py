"""A real Postfix with our configuration and a content filter: a mail for two counts once for each of them."""

import smtplib
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake.setup.postfix import recipes
from kuramori_lake.store import Lake
from tests.servers.running import free_port, open_folder, program, running, until

pytestmark = pytest.mark.servers

MAIN = """\
compatibility_level = 3.6
queue_directory = {0}/spool
data_directory = {0}/data
myhostname = mx.kura.example
mydestination =
relayhost = [127.0.0.1]:{sink}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtp_host_lookup = native
smtp_dns_support_level = disabled
smtputf8_enable = no
alias_maps =
local_recipient_maps =
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd -o content_filter=scan:[127.0.0.1]:{filter}
127.0.0.1:{again} inet n - n - - smtpd -o syslog_name=postfix/reinject
scan unix - - n - - smtp
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class _Taking(socketserver.StreamRequestHandler):
    """As much SMTP as Postfix needs; what a mail is answered is the server's `answer`."""

    def handle(self):
        self._say("220 sink")
        sender, recipients = "", []
        for line in iter(self.rfile.readline, b""):
            words = line.decode().strip()
            verb = words[:4].upper()
            if verb == "MAIL":
                sender, recipients = words.partition("<")[2].partition(">")[0], []
            elif verb == "RCPT":
                recipients.append(words.partition("<")[2].partition(">")[0])
            elif verb == "DATA":
                self._say("354 go on")
                content = b"".join(iter(self.rfile.readline, b".\r\n"))
                self._say(self.server.answer(sender, recipients, content))
                continue
            elif verb == "QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _say(self, words):
        self.wfile.write(words.encode() + b"\r\n")


@contextmanager
def taking(answer) -> Iterator[int]:
    """An SMTP server that answers each mail with what `answer(sender, recipients, content)` says."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Taking) as server:
        server.answer = answer
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def send(port, subject, *recipients):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "akari@kura.example", ", ".join(recipients), subject
    mail["Message-ID"] = f"<{subject}@pc7>"
    mail.set_content("x" * 2_000)
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as connection:
        connection.send_message(mail)


def test_mail_through_a_filter_is_one_event_for_each_recipient(tmp_path):
    postfix = program("postfix", "postfix")
    port, again = free_port(), free_port()

    def filtering(sender, recipients, content):
        if b"Subject: blocked" in content:
            return "554 5.7.1 blocked by policy"
        with smtplib.SMTP("127.0.0.1", again, timeout=20) as back:
            back.sendmail(sender, recipients, content)
        return "250 2.0.0 OK reinjected"

    with open_folder() as folder, taking(filtering) as scan, taking(lambda *_: "250 2.0.0 Ok: queued as SINK") as sink:
        conf, log = folder / "conf", folder / "mail.log"
        for name in ("conf", "spool", "data"):
            (folder / name).mkdir()
        subprocess.run(["chown", "postfix", str(folder / "data")], check=True)
        (recipe,) = recipes("3.7", syslog=False, log=str(log))
        (conf / "main.cf").write_text(MAIN.format(folder, sink=sink) + recipe.text)
        (conf / "master.cf").write_text(MASTER.format(port=port, again=again, filter=scan))
        stop = [postfix, "-c", str(conf), "stop"]
        try:
            with running(postfix, "-c", str(conf), "start-fg", port=port, log=folder / "said"):
                send(port, "two", "x@rival.example", "botan@kura.example")
                send(port, "blocked", "y@rival.example")
                until(
                    lambda: log.exists() and log.read_bytes().count(b": removed") >= 4,
                    lambda: log.read_text() if log.exists() else (folder / "said").read_text(),
                )
                subprocess.run(stop, check=False, timeout=20, capture_output=True)
        finally:
            subprocess.run(stop, check=False, timeout=20, capture_output=True)
        with Lake.open(tmp_path / "lake") as lake:
            report = lake.ingest(log, source="postfix", zone=ZoneInfo("UTC"))
            assert report.counts.rejected == 0
            wanted = "activity, outcome, uid, destination_value, destination_class, actor_raw, count"
            found = lake.query(f"SELECT {wanted} FROM events ORDER BY uid, destination_value").to_pylist()
    told = [tuple(one.values()) for one in found]
    assert told == [
        ("mail_block", "blocked", "blocked@pc7", "y@rival.example", "external_mail", "akari@kura.example", 1),
        ("mail_send", "ok", "two@pc7", "botan@kura.example", "person", "akari@kura.example", 2),
        ("mail_send", "ok", "two@pc7", "x@rival.example", "external_mail", "akari@kura.example", 2),
    ]
