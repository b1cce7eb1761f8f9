"""A real Samba with our configuration: it takes the words, and a session of a client is the deeds that were done."""

import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake.setup.samba import names_in, operations, recipes
from kuramori_lake.store import Lake
from tests.servers.running import free_port, open_folder, program, running

pytestmark = pytest.mark.servers

GLOBAL = """\
[global]
   netbios name = FS01
   server role = standalone server
   smb ports = {port}
   interfaces = lo
   bind interfaces only = yes
   private dir = {0}/private
   lock directory = {0}/lock
   state directory = {0}/state
   cache directory = {0}/cache
   pid directory = {0}/pid
   ncalrpc dir = {0}/ncalrpc
   log file = {0}/log.smbd
   passdb backend = tdbsam:{0}/private/passdb.tdb
   disable netbios = yes
   load printers = no
   printing = bsd
"""


def installed_version(smbd: str) -> str:
    told = subprocess.run([smbd, "--version"], capture_output=True, text=True, check=True, timeout=20).stdout
    return told.split()[1]


def test_installed_module_knows_every_word_that_we_write():
    version = installed_version(program("smbd", "samba"))
    modules = list(Path("/usr/lib").glob("*/samba/vfs/full_audit.so"))
    if not modules:
        pytest.skip("full_audit.so is not installed here (apt-get install samba-vfs-modules)")
    major, minor = version.split(".")[:2]
    success, failure = operations((int(major), int(minor)))
    assert {*success, *failure} <= names_in(modules[0].read_bytes())


def test_session_of_a_client_is_told_by_our_configuration(tmp_path):
    smbd, client = program("smbd", "samba"), program("smbclient", "smbclient")
    smbpasswd, port = program("smbpasswd", "samba"), free_port()
    with open_folder() as folder:
        for name in ("private", "lock", "state", "cache", "pid", "ncalrpc", "share"):
            (folder / name).mkdir()
        (section,) = recipes(installed_version(smbd), syslog=False)
        conf = folder / "smb.conf"
        conf.write_text(
            GLOBAL.format(folder, port=port)
            + section.text.replace("[secret]", f"[secret]\n   path = {folder}/share\n   read only = no")
        )
        subprocess.run(
            [smbpasswd, "-c", str(conf), "-a", "-s", "root"],
            input="pw\npw\n",
            text=True,
            check=True,
            timeout=20,
            capture_output=True,
        )
        (folder / "a.txt").write_text("設計")
        with running(smbd, "-F", "--no-process-group", "-s", str(conf), port=port, log=folder / "said"):
            doing = "; ".join(
                [
                    f"put {folder}/a.txt 設計書.txt",
                    f"get 設計書.txt {folder}/b.txt",
                    "rename 設計書.txt 顧客.txt",
                    "del 顧客.txt",
                ]
            )
            done = subprocess.run(
                [client, "-s", str(conf), "-p", str(port), "-U", "root%pw", "//127.0.0.1/secret", "-c", doing],
                capture_output=True, text=True, timeout=30, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr + (folder / "log.smbd").read_text(errors="replace")
        with Lake.open(tmp_path / "lake") as lake:
            report = lake.ingest(folder / "log.smbd", source="samba", zone=ZoneInfo("UTC"))
            assert (report.counts.rejected, report.counts.duplicate) == (0, 0)
            found = lake.query("SELECT activity, actor_raw, path FROM events ORDER BY raw_row").to_pylist()
    deeds = [one["activity"] for one in found]
    assert [one for one in deeds if one in {"read", "rename", "delete"}] == ["read", "rename", "delete"]
    assert {"logon", "write", "logoff"} <= set(deeds)
    assert {one["actor_raw"] for one in found} == {"root"}
    assert any(one["path"].endswith("/share/設計書.txt") for one in found)
