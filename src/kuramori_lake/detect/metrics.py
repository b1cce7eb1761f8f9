"""What is counted of a person's day, channel by channel: for roll-up, ranking and findings.

A metric is SQL over the events of a day (`sql_rollup.of_day`), so that its numbers can be counted again from the sealed
events. `part` says how much the metric speaks for, by principle: what leaves the house most, what is merely more of
the ordinary least. No figure here was fitted to anybody's answers.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kuramori_lake.event import Activity, DestinationClass, ObjectKind, Outcome


class Channel(StrEnum):
    """The way by which something was taken, or the place where it shows."""

    CLOUD = "cloud"
    DB = "db"
    DOOR = "door"
    FILES = "files"
    LOGON = "logon"
    MAIL = "mail"
    PRINT = "print"
    REMOVABLE = "removable"
    WEB = "web"


class Stage(StrEnum):
    """Where a deed stands in a story that ends with a loss."""

    SEARCH = "search"
    """Looks for another place: job boards."""
    HOURS = "hours"
    """Comes when nobody else is there."""
    REACH = "reach"
    """Goes where the person never went: somebody else's PC, a new door, a new area."""
    COLLECT = "collect"
    OUT = "out"
    HIDE = "hide"


class Kind(StrEnum):
    """What somebody can use for the first time."""

    ADDRESS = "address"
    AREA = "area"
    DEVICE = "device"
    DOOR = "door"
    PC = "pc"
    PRINTER = "printer"
    RELATION = "relation"
    SITE = "site"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One number of a person's day."""

    name: str
    channel: Channel
    sql: str
    """Aggregate over `of_day`."""
    part: float
    en: tuple[str, str]
    """One, many."""
    ja: tuple[str, str]
    """What, and its counter."""
    stage: Stage | None = None
    slow: bool = False
    """Also summed over weeks: a little every day is a lot."""


def _count(condition: str) -> str:
    return f"count(*) FILTER ({condition})"


def _sum(value: str, condition: str) -> str:
    return f"coalesce(sum({value}) FILTER ({condition}), 0)::BIGINT"


_SIZE: Final = "coalesce(bytes, size)"
_OK: Final = f"outcome = '{Outcome.OK}'"
_UNAPPROVED: Final = "NOT approved"
_TO: Final = "destination_class = "
MAIL_OUT: Final = f"activity = '{Activity.MAIL_SEND}' AND {_TO}'{DestinationClass.EXTERNAL_MAIL}' AND {_UNAPPROVED}"
WEB: Final = f"{_TO}'{DestinationClass.WEB}'"
UPLOADING: Final = f"activity = '{Activity.UPLOAD}' AND {_OK} AND {_UNAPPROVED}"
_VISITING: Final = f"{WEB} AND activity = '{Activity.READ}'"
_FILE: Final = f"object_kind = '{ObjectKind.FILE}'"
_ARCHIVE: Final = r"regexp_matches(lower(coalesce(name, path)), '\.(zip|7z|rar|lzh|tgz|gz|cab|iso)$')"
_RELATION: Final = f"activity IN ('{Activity.DB_READ}', '{Activity.DB_EXPORT}')"
_SHARED: Final = f"activity IN ('{Activity.SHARE_EXTERNAL}', '{Activity.SHARE_ANONYMOUS}') AND {_UNAPPROVED}"
_RIGHTS: Final = f"activity IN ('{Activity.PRIVILEGE}', '{Activity.PERMISSION_CHANGE}', '{Activity.ACCOUNT_ENABLE}')"


def _m(  # noqa: PLR0917  # a table of rows, read across
    channel: Channel, name: str, sql: str, part: float, en: tuple[str, str], ja: tuple[str, str],
    stage: Stage | None = None, *, slow: bool = False,
) -> Metric:  # fmt: skip
    return Metric(name=name, channel=channel, sql=sql, part=part, en=en, ja=ja, stage=stage, slow=slow)


_REMOVABLE: Final = (
    _m(Channel.REMOVABLE, "copies", _count(f"copying AND {_UNAPPROVED}"), 1.2,
       ("file copied to removable media", "files copied to removable media"), ("外部媒体への複写", "件"),
       Stage.OUT, slow=True),
    _m(Channel.REMOVABLE, "copied_bytes", _sum(_SIZE, "copying"), 1.0,
       ("byte copied to removable media", "bytes copied to removable media"), ("外部媒体への複写量", "バイト"),
       Stage.OUT, slow=True),
    _m(Channel.REMOVABLE, "connects", _count(f"activity = '{Activity.DEVICE_CONNECT}'"), 1.0,
       ("connection of removable media", "connections of removable media"), ("外部媒体の接続", "回"),
       Stage.OUT, slow=True),
)  # fmt: skip
_MAIL: Final = (
    _m(Channel.MAIL, "mails_out", _count(MAIL_OUT), 0.7,
       ("mail to an address outside", "mails to addresses outside"), ("社外宛てメール", "通"), Stage.OUT, slow=True),
    _m(Channel.MAIL, "mail_bytes", _sum(_SIZE, MAIL_OUT), 0.8,
       ("byte mailed to outside", "bytes mailed to outside"), ("社外宛てメールの量", "バイト"), Stage.OUT, slow=True),
    _m(Channel.MAIL, "mails_attached", _count(f"{MAIL_OUT} AND coalesce(flags, '') LIKE '%attached%'"), 0.8,
       ("mail with an attachment to outside", "mails with attachments to outside"), ("添付のある社外宛てメール", "通"),
       Stage.OUT),
    _m(Channel.MAIL, "mails_free", _count(f"{MAIL_OUT} AND is_free_mail"), 0.8,
       ("mail to a private mail service", "mails to private mail services"), ("個人用メールサービス宛て", "通"),
       Stage.OUT),
    _m(Channel.MAIL, "mails_from_private", _count(f"{MAIL_OUT} AND coalesce(flags, '') LIKE '%private_sender%'"), 0.5,
       ("mail sent from a private address", "mails sent from a private address"), ("個人アドレスからの送信", "通"),
       Stage.OUT),
    _m(Channel.MAIL, "mails_inside", _count(f"activity = '{Activity.MAIL_SEND}' AND {_TO}'{DestinationClass.PERSON}'"),
       0.3, ("mail inside the company", "mails inside the company"), ("社内メール", "通")),
    _m(Channel.MAIL, "mail_widest", f"coalesce(max(count) FILTER (activity = '{Activity.MAIL_SEND}'), 0)::BIGINT", 0.8,
       ("addressee of one mail", "addressees of one mail"), ("1通の宛先", "件")),
)  # fmt: skip
_WEB: Final = (
    _m(Channel.WEB, "uploads", _count(UPLOADING), 1.0, ("upload", "uploads"), ("アップロード", "件"), Stage.OUT),
    _m(Channel.WEB, "upload_bytes", _sum(_SIZE, UPLOADING), 1.1,
       ("byte uploaded", "bytes uploaded"), ("アップロード量", "バイト"), Stage.OUT, slow=True),
    _m(Channel.WEB, "visits", _count(_VISITING), 0.2, ("page opened", "pages opened"), ("ウェブ閲覧", "件")),
    _m(Channel.WEB, "job_visits", _count(f"{WEB} AND is_jobs"), 1.0,
       ("page of a job board", "pages of job boards"), ("転職サイトの閲覧", "件"), Stage.SEARCH, slow=True),
    _m(Channel.WEB, "storage_visits", _count(f"{WEB} AND is_storage"), 0.9,
       ("request to a file storage service", "requests to file storage services"),
       ("ファイル保管サービスへのアクセス", "件"), Stage.OUT),
    _m(Channel.WEB, "leak_visits", _count(f"{WEB} AND is_leaks"), 1.4,
       ("request to a site for publishing leaks", "requests to sites for publishing leaks"),
       ("暴露サイトへのアクセス", "件"), Stage.OUT),
    _m(Channel.WEB, "tool_visits", _count(f"{WEB} AND is_tools"), 1.2,
       ("page about tools for spying", "pages about tools for spying"), ("盗み見ツールのページの閲覧", "件"),
       Stage.REACH),
    _m(Channel.WEB, "web_downloads", _count(f"{WEB} AND activity = '{Activity.DOWNLOAD}'"), 0.3,
       ("download from the web", "downloads from the web"), ("ウェブからのダウンロード", "件")),
)  # fmt: skip
_PRINT: Final = (
    _m(Channel.PRINT, "prints", _count("printing"), 0.6, ("print job", "print jobs"), ("印刷", "件"), Stage.OUT),
    _m(Channel.PRINT, "pages", _sum("count", "printing"), 1.0, ("page printed", "pages printed"),
       ("印刷ページ", "ページ"), Stage.OUT, slow=True),
)  # fmt: skip
_DB: Final = (
    _m(Channel.DB, "db_reads", _count(f"{_RELATION} AND {_OK}"), 0.5, ("database query", "database queries"),
       ("データベース照会", "件"), Stage.COLLECT),
    _m(Channel.DB, "db_rows", _sum("count", f"{_RELATION} AND {_OK}"), 1.1,
       ("database row read", "database rows read"), ("データベースから読んだ行", "行"), Stage.COLLECT, slow=True),
    _m(Channel.DB, "db_exports", _count(f"activity = '{Activity.DB_EXPORT}' AND {_OK}"), 1.2,
       ("database export", "database exports"), ("データベースの書出し", "件"), Stage.OUT),
)  # fmt: skip
_DOOR: Final = (
    _m(Channel.DOOR, "doors", _count("door"), 0.4, ("passage of a door", "passages of doors"), ("入退室", "回")),
    _m(Channel.DOOR, "doors_denied", _count(f"activity = '{Activity.DOOR_DENIED}'"), 0.9,
       ("door that did not open", "doors that did not open"), ("入室拒否", "回"), Stage.REACH),
)  # fmt: skip
_CLOUD: Final = (
    _m(Channel.CLOUD, "shares_out", _count(_SHARED), 1.2, ("share given to outside", "shares given to outside"),
       ("社外への共有", "件"), Stage.OUT, slow=True),
)  # fmt: skip
_LOGON: Final = (
    _m(Channel.LOGON, "logons", _count(f"activity = '{Activity.LOGON}'"), 0.3, ("logon", "logons"), ("ログオン", "回")),
    _m(Channel.LOGON, "logon_fails", _count(f"activity = '{Activity.LOGON_FAIL}'"), 0.6,
       ("failed logon", "failed logons"), ("ログオン失敗", "回"), Stage.REACH),
    _m(Channel.LOGON, "pcs", "count(DISTINCT client)", 0.6, ("PC used", "PCs used"), ("使った PC", "台"), Stage.REACH),
    _m(Channel.LOGON, "rights", _count(_RIGHTS), 0.9, ("change of rights", "changes of rights"), ("権限の変更", "件"),
       Stage.REACH),
    _m(Channel.LOGON, "cleared", _count(f"activity = '{Activity.LOG_CLEARED}'"), 1.5,
       ("log cleared", "logs cleared"), ("ログの消去", "回"), Stage.HIDE),
)  # fmt: skip
_FILES: Final = (
    _m(Channel.FILES, "deleted", _count(f"{_FILE} AND activity = '{Activity.DELETE}' AND {_OK}"), 0.5,
       ("file deleted", "files deleted"), ("ファイル削除", "件"), Stage.HIDE),
    _m(Channel.FILES, "renamed", _count(f"{_FILE} AND activity = '{Activity.RENAME}' AND {_OK}"), 0.4,
       ("file renamed", "files renamed"), ("ファイル名の変更", "件"), Stage.HIDE),
    _m(Channel.FILES, "archives",
       _count(f"{_FILE} AND activity IN ('{Activity.CREATE}', '{Activity.WRITE}', '{Activity.COPY}') AND {_ARCHIVE}"),
       0.9, ("archive made or copied", "archives made or copied"), ("圧縮ファイルの作成・複写", "件"), Stage.COLLECT),
)  # fmt: skip
COUNTED: Final = (*_REMOVABLE, *_MAIL, *_WEB, *_PRINT, *_DB, *_DOOR, *_CLOUD, *_LOGON, *_FILES)
"""Counted straight from the events of a day."""

SCREENED: Final = {
    "mails_out": 20, "mail_bytes": 20_000_000, "uploads": 10, "upload_bytes": 20_000_000, "pages": 100,
    "db_rows": 5_000, "doors_denied": 5, "shares_out": 5, "pcs": 4,
}  # fmt: skip
"""Numbers that findings look for beside documents and copies, with the least that is worth a look in a window."""
BY_NAME: Final = {one.name: one for one in COUNTED}


@dataclass(frozen=True, kw_only=True)
class First:
    """Something used for the first time."""

    kind: Kind
    channel: Channel
    part: float
    en: str
    ja: str
    stage: Stage | None

    @property
    def name(self) -> str:
        """As a metric is called."""
        return f"new_{self.kind}"


def _f(kind: Kind, channel: Channel, part: float, stage: Stage | None, words: tuple[str, str]) -> First:
    return First(kind=kind, channel=channel, part=part, stage=stage, en=words[0], ja=words[1])


FIRSTS: Final = (
    _f(Kind.ADDRESS, Channel.MAIL, 0.7, Stage.OUT, ("mailed to", "宛てにメール")),
    _f(Kind.AREA, Channel.FILES, 1.0, Stage.COLLECT, ("in the area", "に立入り")),
    _f(Kind.DEVICE, Channel.REMOVABLE, 1.0, Stage.OUT, ("with the device", "を使用")),
    _f(Kind.DOOR, Channel.DOOR, 0.8, Stage.REACH, ("through the door", "を通行")),
    _f(Kind.PC, Channel.LOGON, 1.0, Stage.REACH, ("at the PC", "を使用")),
    _f(Kind.PRINTER, Channel.PRINT, 0.5, Stage.OUT, ("at the printer", "で印刷")),
    _f(Kind.RELATION, Channel.DB, 0.8, Stage.COLLECT, ("in the table", "を照会")),
    _f(Kind.SITE, Channel.WEB, 0.3, None, ("at the site", "にアクセス")),
)
