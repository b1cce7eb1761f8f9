"""A real OpenSSH with our line: what a client fetches and puts over SFTP is told with who, path and bytes."""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake.setup import recipes
from kuramori_lake.store import Lake
from tests.servers.running import free_port, open_folder, program, running, until

pytestmark = pytest.mark.servers

SYSLOG = Path("/dev/log")
CONF = """\
ListenAddress 127.0.0.1:{port}
HostKey {0}/host
PidFile {0}/pid
AuthorizedKeysFile {0}/key.pub
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
"""


@contextmanager
def syslog(log: Path) -> Iterator[None]:
    """What rsyslog does with what programs say: the priority goes, zone and host come (RSYSLOG_FileFormat)."""
    if SYSLOG.exists():
        pytest.skip("/dev/log is somebody's here, and sshd speaks to nobody else")
    log.touch()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(SYSLOG))
        listener = threading.Thread(target=_hear, args=(ear, log))
        listener.start()
        try:
            SYSLOG.chmod(0o666)
            yield
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
                last.sendto(b"", str(SYSLOG))
            listener.join()
            SYSLOG.unlink()


def _hear(ear: socket.socket, log: Path) -> None:
    """Write down what is said until somebody says nothing."""
    with log.open("ab", buffering=0) as file:
        while said := ear.recv(65_536):
            text = said.rstrip(b"\0\n").partition(b">")[2][len("Nov 23 10:00:00 ") :]
            file.write(datetime.now(UTC).isoformat().encode() + b" fs01 " + text + b"\n")


def key(path: Path) -> None:
    """A new pair of keys."""
    subprocess.run(
        [program("ssh-keygen", "openssh-client"), "-q", "-t", "ed25519", "-N", "", "-f", str(path)],
        check=True, timeout=20,
    )  # fmt: skip


def test_files_fetched_and_put_over_sftp_are_events_with_their_bytes(tmp_path):
    sshd, sftp = program("sshd", "openssh-server"), program("sftp", "openssh-client")
    ours, _ = recipes("sshd")
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd locks itself in; the package's service makes it
    with open_folder() as folder:
        port, log = free_port(), folder / "auth.log"
        key(folder / "host")
        key(folder / "key")
        (folder / "設計書 1.dwg").write_bytes(b"x" * 70_000)
        (folder / "conf").write_text(CONF.format(folder, port=port) + ours.text)
        (folder / "doing").write_text(
            f'get "{folder}/設計書 1.dwg" {folder}/out\nput {folder}/key.pub {folder}/up\n'
            f"rename {folder}/up {folder}/moved\nrm {folder}/moved\n"
        )
        command = (sshd, "-D", "-f", str(folder / "conf"))
        with syslog(log), running(*command, port=port, log=folder / "said", environment={"LC_ALL": "C.UTF-8"}):
            done = subprocess.run(
                [sftp, "-b", str(folder / "doing"), "-P", str(port), "-i", str(folder / "key"), "-o",
                 "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={folder}/known", "root@127.0.0.1"],
                capture_output=True, text=True, timeout=30, check=False, env=os.environ | {"LC_ALL": "C.UTF-8"},
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr + log.read_text()
            until(lambda: b"session closed for local user" in log.read_bytes(), log.read_text)
        put = (folder / "key.pub").stat().st_size
        with Lake.open(tmp_path / "lake") as lake:
            counts = lake.ingest(log, source="sshd", zone=ZoneInfo("UTC")).counts
            found = lake.query("SELECT * FROM events ORDER BY raw_row").to_pylist()
        lines = log.read_bytes().count(b"\n")
    assert (counts.rows, counts.rejected, counts.accepted) == (lines, 0, lines - counts.ignored)
    by = {(one["actor_raw"], one["confidence"], one["ip"], one["tz_basis"]) for one in found}
    assert by == {("root", "authenticated", "127.0.0.1", "explicit")}
    told = [(one["activity"], (one["path"] or "").removeprefix(f"{folder}/"), one["bytes"]) for one in found]
    assert told == [
        ("logon", "", None),
        ("download", "設計書 1.dwg", 70_000),
        ("write", "up", put),
        ("rename", "up", None),
        ("delete", "moved", None),
    ]
