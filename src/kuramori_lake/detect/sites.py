"""Kinds of places on the net that mean something when somebody is about to leave: job boards, storage, leak sites.

A short list of what everybody knows, not a blocklist: a company's proxy knows more, and its own classes come with the
mapping of its log. A word matches anywhere, without regard to case; one with a dot must begin a label of the name.
"""

from typing import Final

FREE_MAIL: Final = (
    "gmail.", "googlemail.", "yahoo.", "ymail.", "hotmail.", "outlook.", "live.com", "msn.com", "aol.com", "icloud.",
    "me.com", "mail.com", "gmx.", "proton", "zoho.", "docomo.ne.jp", "ezweb.ne.jp", "softbank.ne.jp", "nifty.",
    "comcast.net", "verizon.net", "cox.net", "charter.net", "bellsouth.net", "earthlink.net", "sbcglobal.net",
    "juno.com", "optonline.net", "qq.com", "163.com", "126.com", "naver.com", "web.de", "t-online.de",
)  # fmt: skip
JOBS: Final = (
    "job", "career", "recruit", "hiring", "headhunt", "monster.com", "indeed.", "glassdoor", "linkedin.", "simplyhired",
    "craigslist.", "doda.jp", "bizreach", "rikunabi", "mynavi", "en-japan", "type.jp", "wantedly", "green-japan",
    "tenshoku", "openwork", "51job", "stepstone", "xing.com",
)  # fmt: skip
STORAGE: Final = (
    "dropbox", "box.com", "drive.google", "onedrive", "1drv", "mega.nz", "mega.co", "wetransfer", "gigafile",
    "firestorage", "mediafire", "rapidshare", "4shared", "sendspace", "hightail", "yousendit", "megaupload",
    "depositfile",    "pcloud", "filezen", "transfer.sh", "pan.baidu", "datadeposit", "filemail",
)  # fmt: skip
LEAKS: Final = ("leak", "pastebin", "ghostbin", "anonfile", "cryptome", "whistle", ".onion", "doxbin")
TOOLS: Final = (
    "keylog", "key-log", "keystroke", "spyware", "spyagent", "spector", "rootkit", "mimikatz", "password-crack",
    "passwordcrack", "hacktool", "stealth-monitor", "computer-monitor", "spy-software", "malware", "exploit-db",
)  # fmt: skip


def looks_like(column: str, words: tuple[str, ...]) -> str:
    """SQL that is true where one of the words stands in the column; never null."""
    plain = [word for word in words if "." not in word]
    dotted = [word.replace(".", r"\.") for word in words if "." in word]
    parts = [f"({'|'.join(plain)})"] * bool(plain) + [rf"(^|[./@])({'|'.join(dotted)})"] * bool(dotted)
    return f"coalesce(regexp_matches({column}, '(?i){'|'.join(parts)}'), false)"


_KINDS: Final = f"""{looks_like("destination_domain", FREE_MAIL)} AS is_free_mail,
    {looks_like("destination_domain", JOBS)} AS is_jobs, {looks_like("destination_domain", STORAGE)} AS is_storage,
    {looks_like("destination_domain", LEAKS)} AS is_leaks"""


def places(condition: str) -> str:
    """SELECT of the kind of place that each domain in these events is, looked at once a domain."""
    return f"""
SELECT destination_domain, {_KINDS}
FROM (SELECT DISTINCT destination_domain FROM joined_events WHERE destination_domain IS NOT NULL AND {condition})
"""
