"""Recipes for servers: the words fit the version, in both languages, and what is printed can be pasted."""

import json

import pytest

from kuramori_lake import cli
from kuramori_lake.setup import PLACES, RECIPES, SetupError, recipes, tried
from kuramori_lake.setup.samba import names_in, operations


def test_every_recipe_speaks_both_languages_and_names_its_check():
    for source in RECIPES:
        for one in recipes(source):
            assert all(
                (
                    one.title_ja,
                    one.title_en,
                    one.file.startswith(("/etc/", "PowerShell", "Administration")),
                    one.text.endswith("\n"),
                    one.check,
                )
            )
            assert all(warning.ja and warning.en for warning in one.warnings)


def test_samba_before_4_12_has_the_old_names_and_after_it_the_new_ones():
    assert {"rename", "unlink", "mkdir", "rmdir"} <= set(operations((4, 11))[0])
    assert {"renameat", "unlinkat", "mkdirat"} <= set(operations((4, 12))[0])
    assert not {"rename", "unlink", "mkdir", "rmdir", "read_data"} & set(operations((4, 12))[0])
    assert set(operations((4, 17))[1]) <= set(operations((4, 17))[0])


def test_names_of_a_module_are_those_of_the_calls_in_it():
    assert names_in(b"\0smb_vfs_call_renameat\0smb_vfs_call_pread_send\0x") == {"renameat", "pread_send"}


def test_samba_version_that_was_not_tried_says_so():
    tried, other = recipes("samba", "4.17.12-Debian")[0], recipes("samba", "4.9")[0]
    assert len(other.warnings) == len(tried.warnings) + 1
    assert "full_audit:prefix = %T|%u|%I|%m|%S" in other.text
    assert "unlink " in other.text


@pytest.mark.parametrize(
    ("source", "version"),
    [
        ("samba", "3.6"), ("samba", "9.0"), ("squid", "3.1"), ("postfix", "2.8"), ("cups", "1.4"), ("cups", "new"),
        ("cups", "2"), ("samba", ".1"), ("pgaudit", "13.1"), ("auditd", "2.4"), ("rsyslog", "7.6"), ("mainframe", None),
        ("windows", "6.1"), ("vsftpd", "1.2"), ("osquery", "3.3"), ("exchange", "14.3"), ("zscaler", "5.7"),
    ],
)  # fmt: skip
def test_server_that_we_do_not_know_has_no_recipe(source, version):
    with pytest.raises(SetupError):
        recipes(source, version)


def test_squid_logs_what_clients_send():
    (recipe,) = recipes("squid")
    assert "up=%>st bodyreq=%{Content-Length}>h" in recipe.text
    assert recipe.text.count("\n") == 2


def test_postfix_has_queue_ids_that_are_never_used_again():
    assert "enable_long_queue_ids = yes" in recipes("postfix")[0].text
    assert "RSYSLOG_FileFormat" in recipes("postfix")[1].text


def test_command_prints_what_can_be_pasted(monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert cli.main(["setup", "squid"]) == 0
    printed = capsys.readouterr().out
    assert recipes("squid")[0].text in printed
    assert all(line.startswith(("#", "logformat", "access_log")) for line in printed.splitlines() if line)
    assert cli.main(["setup", "samba", "--server-version", "4.17", "--json"]) == 0
    assert [one["file"] for one in json.loads(capsys.readouterr().out)] == [
        "/etc/samba/smb.conf", "/etc/rsyslog.d/10-kuramori-samba.conf",
    ]  # fmt: skip
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert cli.main(["setup", "cups"]) == 0
    assert "# 注意: " in capsys.readouterr().out


def test_command_for_an_unknown_server_is_wrong_use(capsys):
    assert cli.main(["setup", "samba", "--server-version", "3.6"]) == 2
    assert "4.3" in capsys.readouterr().err


def test_database_counts_rows_and_rsyslog_keeps_a_queue():
    assert "pgaudit.log_rows = on" in recipes("pgaudit")[0].text
    assert 'TCP_Framing="octet-counted"' in recipes("rsyslog")[0].text
    assert "log_format = ENRICHED" in recipes("auditd")[1].text


def test_windows_is_told_by_guid_for_names_of_subcategories_are_translated():
    policy, folder, logs = recipes("windows", "10.0", r"E:\開発 図面")
    assert policy.text.count("-69AE-11D9-BED3-505054503030}") == len(policy.text.splitlines()) == 8
    assert "$path = 'E:\\開発 図面'\n" in folder.text
    assert "S-1-1-0" in folder.text, "the SID of everyone, whose name is translated as well"
    assert logs.text.count("/rt:true /ab:true") == 3, "a full log is kept, not overwritten (EVD-04)"


def test_windows_before_10_cannot_tell_of_plugged_media_and_is_not_asked_to():
    assert "0CCE9248" not in recipes("windows", "6.3")[0].text
    assert "0CCE9248" in recipes("windows", "10.0")[0].text


def test_osquery_is_told_valid_json_with_the_folder():
    (recipe,) = recipes("osquery", place="/srv/設計")
    told = json.loads(recipe.text)
    assert told["file_paths"] == {"secrets": ["/srv/設計/%%"]}
    assert set(told["schedule"]) == {"usb_devices", "file_events"}, "names that the source reads by their ending"


@pytest.mark.parametrize("source", sorted(PLACES))
def test_a_place_stands_in_the_text_and_can_be_nothing_but_a_name(source):
    assert any("sekkei-1" in one.text for one in recipes(source, place="sekkei-1"))
    for evil in (
        "a\nroot preexec = x",
        'a"b',
        "a'; rm",
        "a]\n[b",
        "{x}",
        "%(x)s",
        "$(id)",
        "`id`",
        "a\x00b",
        "a\u2028b",
    ):
        with pytest.raises(SetupError, match="not a"):
            recipes(source, place=evil)


def test_a_place_is_left_out_where_the_recipe_has_none():
    assert recipes("squid", place="x; y") == recipes("squid")


def test_the_version_that_was_tried_is_the_one_that_is_used_when_none_is_named():
    for source in RECIPES:
        assert recipes(source) == recipes(source, tried(source))
    with pytest.raises(KeyError):
        tried("mainframe")
