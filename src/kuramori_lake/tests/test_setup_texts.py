"""What each recipe writes, word by word: directives that the source needs, and none that the server does not know."""

import re

import pytest

from kuramori_lake.setup import RECIPES, SetupError, auditd, cups, postfix, recipes, rsyslog, samba, squid
from kuramori_lake.setup.recipe import version_of

DIRECTIVES = {
    ("cups", 0): ["PageLogFormat %p %u %j %T %P %C %{job-billing} %{job-originating-host-name} %{job-name}",
                  "%{media} %{sides}", "MaxLogSize 0"],
    ("cups", 1): ["PageLog /var/log/cups/page_log", "LogFilePerm 0640"],
    ("pgaudit", 0): ["shared_preload_libraries = 'pgaudit'", "pgaudit.log = 'read, write, ddl, role'",
                     "pgaudit.log_relation = on", "pgaudit.log_rows = on", "log_connections = on",
                     "log_destination = 'csvlog'", "log_timezone = 'UTC'", "log_file_mode = 0640"],
    ("postfix", 0): ["enable_long_queue_ids = yes"],
    ("postfix", 1): ["mail.*", 'template="RSYSLOG_FileFormat"', 'fileCreateMode="0640"'],
    ("rsyslog", 0): ["auth,authpriv.*;kern.*", 'type="omfwd"', 'TCP_Framing="octet-counted"',
                     'template="RSYSLOG_SyslogProtocol23Format"', 'queue.saveOnShutdown="on"',
                     'action.resumeRetryCount="-1"'],
    ("sshd", 0): ["Subsystem sftp internal-sftp -l VERBOSE"],
    ("sshd", 1): ['type="omfwd"', "auth,authpriv.*"],
    ("squid", 0): ["logformat kura %ts.%03tu %tr %>a %Ss/%03>Hs %<st %rm %ru", "up=%>st", "host=%>rd",
                   "access_log stdio:/var/log/squid/access_kura.log kura"],
    ("samba", 0): ["[secret]", "vfs objects = full_audit", "full_audit:prefix = %T|%u|%I|%m|%S",
                   "full_audit:facility = local5", "full_audit:priority = notice", "full_audit:syslog = true"],
    ("samba", 1): ["$MaxMessageSize 8k", "local5.*", "& stop"],
    ("auditd", 0): ["-F dir=/srv/secret", "-F perm=rwa", "-F auid!=unset", "-k kuramori", "-S execve,execveat"],
    ("exchange", 0): ["-MessageTrackingLogEnabled $true", "-MessageTrackingLogMaxAge 30.00:00:00",
                      "-MessageTrackingLogSubjectLoggingEnabled $true"],
    ("zscaler", 0): ['"reqsize":"%d{reqsize}"', '"epochtime":"%d{epochtime}"', '"login":"%s{login}"',
                     '"eurl":"%s{eurl}"', '"reqmethod":"%s{reqmethod}"', '"action":"%s{action}"'],
    ("osquery", 0): ["SELECT * FROM usb_devices;", "SELECT * FROM file_events;", "/srv/secret/%%"],
    ("vsftpd", 0): ["xferlog_enable=YES", "xferlog_std_format=NO", "use_localtime=NO"],
    ("windows", 0): ["auditpol /set", "0CCE921D", "0CCE9224", "0CCE9244", "0CCE9245", "0CCE9215", "0CCE9248"],
    ("windows", 1): ["FileSystemAuditRule", "Set-Acl", "ContainerInherit, ObjectInherit", r"D:\secret"],
    ("windows", 2): ["wevtutil sl Security", "PrintService/Operational /e:true", "Partition/Diagnostic /e:true"],
    ("auditd", 1): ["log_format = ENRICHED", "name_format = HOSTNAME"],
}  # fmt: skip


@pytest.mark.parametrize(("which", "words"), DIRECTIVES.items())
def test_a_recipe_holds_every_directive_that_the_source_reads(which, words):
    server, place = which
    text = recipes(server)[place].text
    for word in words:
        assert text.count(word) >= 1, word


def test_every_recipe_that_there_is_has_its_directives_tested():
    assert set(DIRECTIVES) == {(server, place) for server in RECIPES for place in range(len(recipes(server)))}


@pytest.mark.parametrize("server", sorted(RECIPES))
def test_no_placeholder_of_ours_is_left_in_a_text(server):
    for one in recipes(server):
        assert not re.search(r"(?<!%)(?<!%[ds])\{[a-z_]*\}", one.text)
        assert "{{" not in one.text
        assert "\t" not in one.text
        assert "\r" not in one.text


@pytest.mark.parametrize("minor", range(3, 24))
def test_samba_names_every_operation_of_that_version_and_no_other(minor):
    """One wrong word takes the share down: what is written is exactly what is known, once each."""
    section = recipes("samba", f"4.{minor}")[0].text
    written = {
        kind: re.search(rf"^   full_audit:{kind} = (.+)$", section, re.MULTILINE)[1].split()
        for kind in ("success", "failure")
    }
    success, failure = samba.operations((4, minor))
    assert (written["success"], written["failure"]) == (list(success), list(failure))
    assert len(set(success)) == len(success)
    assert ("renameat" in success) is (minor >= 12) is ("rename" not in success)
    assert {"connect", "create_file"} <= set(failure) <= set(success)


@pytest.mark.parametrize(
    ("server", "oldest", "too_old"),
    [
        ("samba", "4.3", "4.2"), ("squid", "3.4", "3.3"), ("postfix", "2.9", "2.8"), ("cups", "1.5", "1.4"),
        ("pgaudit", "14.0", "13.9"), ("auditd", "2.7", "2.6"), ("rsyslog", "8.0", "7.9"), ("sshd", "5.0", "4.9"),
    ],
)  # fmt: skip
def test_the_oldest_version_has_a_recipe_and_the_one_before_is_refused_by_number(server, oldest, too_old):
    assert recipes(server, oldest)
    with pytest.raises(SetupError, match=re.escape(too_old)):
        recipes(server, too_old)


def test_samba_newer_than_what_is_known_is_refused():
    assert recipes("samba", "4.23")
    with pytest.raises(SetupError, match=r"from 4\.3 to 4\.23"):
        recipes("samba", "4.24")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("4.17", (4, 17)), (" 4.17.12-Debian ", (4, 17)), ("15.0", (15, 0)), ("8.2302.0", (8, 2302)), ("2.4b1", (2, 4)),
        ("16beta.1", None), ("4", None), ("4.", None), (".4", None), ("", None), ("v4.1", None), ("-4.1", None),
        ("4.x", None),
    ],
)  # fmt: skip
def test_a_version_is_two_numbers_whatever_the_packager_adds(text, version):
    if version:
        assert version_of(text) == version
    else:
        with pytest.raises(SetupError, match="not a version"):
            version_of(text)


def test_own_paths_names_and_ports_stand_in_the_text_once_asked_for():
    assert "PageLog /srv/log/pages" in cups.recipes(log="/srv/log/pages")[1].text
    assert "stdio:/srv/a.log kura" in squid.recipes(log="/srv/a.log")[0].text
    assert 'target="10.0.0.5" port="514"' in rsyslog.recipes(target="10.0.0.5", port=514)[0].text
    assert "-F dir=/srv/設計" in auditd.recipes(folder="/srv/設計")[0].text
    assert "[設計]" in samba.recipes(share="設計")[0].text


def test_without_syslog_a_server_writes_its_own_file_and_rsyslog_has_no_part():
    (mail,) = postfix.recipes("3.7", syslog=False, log="/srv/log/mail.log")
    assert "maillog_file = /srv/log/mail.log\nmaillog_file_prefixes = /srv/log\n" in mail.text
    assert any("year" in warning.en for warning in mail.warnings)
    with pytest.raises(SetupError, match=r"3\.4"):
        postfix.recipes("3.3", syslog=False)
    (share,) = samba.recipes(syslog=False)
    assert "full_audit:syslog = false" in share.text
    assert "log level = 0 full_audit:1" in share.text


def test_a_server_without_a_recipe_is_told_which_there_are():
    with pytest.raises(SetupError, match=", ".join(sorted(RECIPES))):
        recipes("mainframe")
