"""Words for what logs and detection call by short names; each word once, for pages, lists and exports alike."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from kuramori_lake.sources import names

SOURCE_WORDS: dict[str, str | Promise] = {
    "auditd": _("Linux audit log (auditd)"),
    "box": _("Box audit log"),
    "cert:device": _("CERT data set: devices"),
    "cert:email": _("CERT data set: mail"),
    "cert:file": _("CERT data set: files"),
    "cert:http": _("CERT data set: web"),
    "cert:logon": _("CERT data set: sign-ins"),
    "cups": _("CUPS print server"),
    "dropbox": _("Dropbox audit log"),
    "elff": _("web proxy in the W3C's format (ProxySG)"),
    "evtx": _("Windows event log"),
    "exchange": _("Exchange message tracking or trace"),
    "fingerprint": _("checks for excerpts of secrets (fingerprints)"),
    "gdrive": _("Google Drive audit log"),
    "ledger": _("Kuramori itself (ledger)"),
    "m365": _("Microsoft 365 audit log"),
    "osquery": _("osquery results"),
    "pgaudit": _("PostgreSQL audit log (pgaudit)"),
    "postfix": _("Postfix mail server"),
    "receiver": _("Kuramori's syslog receiver: what it lost"),
    "samba": _("Samba file server (full_audit)"),
    "setupapi": _("Windows device installation log"),
    "squid": _("Squid web proxy"),
    "sshd": _("Linux sign-ins and SFTP (sshd, PAM, sudo)"),
    "table:alligate": _("table: ALLIGATE doors"),
    "table:badge": _("table: entry badges"),
    "table:ccas": _("table: copy and print (CCAS)"),
    "table:endpoint_generic": _("table: endpoint manager"),
    "table:ism_cloudone": _("table: ISM CloudOne"),
    "table:jp1_itdm2": _("table: JP1/ITDM2"),
    "table:print": _("table: printers"),
    "table:remotelock": _("table: RemoteLOCK doors"),
    "table:systemwalker": _("table: Systemwalker"),
    "table:visitor": _("table: visitors' book"),
    "udev": _("USB media on Linux (kernel)"),
    "vsftpd": _("vsftpd file transfer"),
    "zscaler": _("Zscaler web log (NSS)"),
}
CHANNEL_WORDS: dict[str, str | Promise] = {
    "anonymous_link": _("open link"),
    "cloud_share": _("share in the cloud"),
    "db_client": _("database client"),
    "external_mail": _("mail to outside"),
    "folder": _("folder"),
    "person": _("person"),
    "printer": _("print"),
    "removable": _("removable medium"),
    "web": _("web"),
}
ACTIVITY_WORDS: dict[str, str | Promise] = {
    "account_disable": _("account disabled"),
    "account_enable": _("account enabled"),
    "agent_silent": _("agent silent"),
    "clipboard": _("clipboard"),
    "copy": _("copied"),
    "copy_scan_fax": _("copied, scanned or faxed on paper"),
    "create": _("created"),
    "db_change": _("database changed"),
    "db_export": _("database exported"),
    "db_read": _("database read"),
    "delete": _("deleted"),
    "device_connect": _("device connected"),
    "device_disconnect": _("device disconnected"),
    "device_lost": _("device lost"),
    "door_denied": _("door: denied"),
    "door_in": _("door: in"),
    "door_out": _("door: out"),
    "download": _("downloaded"),
    "log_cleared": _("log cleared"),
    "log_gap": _("gap in the log"),
    "logoff": _("signed out"),
    "logon": _("signed in"),
    "logon_fail": _("sign-in failed"),
    "mail_block": _("mail blocked"),
    "mail_hold": _("mail held"),
    "mail_release": _("mail released"),
    "mail_send": _("mail sent"),
    "permission_change": _("permission changed"),
    "print": _("printed"),
    "privilege": _("privilege used"),
    "process_start": _("program started"),
    "read": _("read"),
    "rename": _("renamed"),
    "share_anonymous": _("shared by open link"),
    "share_external": _("shared with outside"),
    "share_internal": _("shared inside"),
    "system_event": _("system event"),
    "unshare": _("share ended"),
    "upload": _("uploaded"),
    "visitor_in": _("visitor in"),
    "visitor_out": _("visitor out"),
    "write": _("written"),
}
MEASURE_WORDS: dict[str, str | Promise] = {
    "documents": _("documents"),
    "secret_documents": _("secret documents"),
    "copied_out": _("copies to media"),
    "pages": _("pages printed"),
}
REASON_WORDS: dict[str, str | Promise] = {
    "bulk_read": _("bulk reading"),
    "channel": _("an unusual channel"),
    "copy_out": _("copying out"),
    "first_area": _("a first-seen area"),
    "off_hours": _("unusual hours"),
    "secrets": _("secrets touched"),
}
DEPTH_WORDS: dict[str, str | Promise] = {
    "list": _("listed"),
    "read": _("read"),
    "write": _("written"),
    "print": _("printed"),
    "copy_out": _("copied out"),
}


def word(words: dict[str, str | Promise], name: str | None) -> str:
    """Return the word for a short name, the name itself when it is new to us, "" for none."""
    return str(words.get(name or "", name or ""))


def channels_in_words(channels: Iterable[str]) -> str:
    """Return ways out as one line."""
    return pgettext("between words of a list", ", ").join(word(CHANNEL_WORDS, each) for each in channels)


def source_choices() -> list[tuple[str, str | Promise]]:
    """Return the kinds of log that can be read, with their words."""
    return [(name, SOURCE_WORDS.get(name, name)) for name in names()]
