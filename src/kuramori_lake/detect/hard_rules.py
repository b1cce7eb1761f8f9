"""Hard rules: deeds that somebody looks at for themselves, whatever is usual for the person or his peers.

Each is data: a name, a sentence in both languages, a condition over the view `joined_events e`, and the practice it
serves. Service accounts are out, and so is what an approved flow covers. Parameters are members of `Limits`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kuramori_lake.detect.findings import Code, Reason, Severity
from kuramori_lake.detect.sites import FREE_MAIL, STORAGE, looks_like
from kuramori_lake.detect.sql import A_DEED, FLOW_COVERS, PRINTING, READ_AS_AGREED, READING
from kuramori_lake.event import Activity, ObjectKind

_MEBI: Final = 2**20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a company may set about hard rules. `marks` is a regular expression over titles and labels."""

    marks: str = r"(?i)極秘|厳秘|社外秘|部外秘|関係者外秘|秘密情報|confidential|\bsecret\b|streng geheim|vertraulich"
    gravest: str = r"(?i)極秘|厳秘|top secret|strictly confidential|streng geheim"
    after_notice: int = 100
    """Distinct secret documents read in one day after notice."""
    deleted_after_notice: int = 500
    """Distinct files deleted in one day after notice (LEV-10)."""
    stored_bytes: int = _MEBI
    """What went to a storage service in one request: less is a page, not a document."""
    settled_days: int = 14
    """Something is seen "for the first time" only where the lake goes back that far."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One hard rule. `thing` and `counted` are SQL; sentences may name {thing}, {count} and {documents}."""

    name: str
    practice: str
    title: tuple[str, str]
    """English, Japanese."""
    sentence: tuple[str, str]
    where: str
    thing: str = "NULL"
    counted: str = "count(*)"
    least: str = "1"
    """SQL: from how many counted on it speaks."""
    first_time: str = ""
    """SQL condition of earlier events: it speaks only where none of them was about the same `thing`."""
    severity: Severity = Severity.HIGH
    tells_leaving: bool = False
    """Its sentence tells that the person leaves: only for those who may know (`watch.queries.alerts.tells_leaving`)."""

    @property
    def condition(self) -> str:
        """SQL over `joined_events e`, whoever did it."""
        return f"{A_DEED} AND {FLOW_COVERS} IS NULL AND ({self.where})"

    @property
    def query(self) -> str:
        """One row of numbers for $person on the local $day, so that anybody can count again."""
        return (
            f"SELECT {self.counted} AS count, count(DISTINCT {self.thing}) AS things,"
            f" min({self.thing}) AS thing, count(DISTINCT path) FILTER (secret_id IS NOT NULL) AS secret_documents\n"
            f"FROM joined_events e WHERE person_id = $person AND local_date = $day AND {self.condition}"
        )


_OK: Final = "outcome = 'ok'"
_FILE: Final = f"object_kind = '{ObjectKind.FILE}'"
_FREE_MAIL: Final = looks_like("destination_domain", FREE_MAIL)
_STORAGE: Final = looks_like("destination_domain", STORAGE)
_MARKED: Final = (
    "(secret_id IS NOT NULL OR regexp_matches(coalesce(label_at_event, ''), $marks)"
    " OR regexp_matches(coalesce(e.name, ''), $marks))"
)
_PHONE: Final = (
    "(regexp_matches(coalesce(e.fields, ''), '(?i)\"WPD\"') OR"
    r" regexp_matches(coalesce(e.device, ''), '(?i)iphone|ipad|android|\b(pixel|galaxy|xperia|aquos|mtp)\b'))"
)
_OWN_NAME: Final = r"""EXISTS (SELECT 1 FROM identities n, unnest(regexp_split_to_array(
        split_part(regexp_extract(lower(n.raw), '[^\\]*$'), '@', 1), '[._-]')) AS part(word)
    WHERE n.person_id = e.person_id AND n.namespace IN ('ad', 'mail', 'upn') AND length(part.word) >= 4
      AND contains(lower(split_part(e.destination_value, '@', 1)), part.word))"""
"""The address holds a word of the person's own account names: somebody else's free mail is another matter."""
_NOTICE: Final = "(SELECT min(p.notice_on) FROM people p WHERE p.person_id = e.person_id)"
_LAST_DAY: Final = "(SELECT max(p.last_day) FROM people p WHERE p.person_id = e.person_id)"
_GUARDED: Final = "FROM doors d WHERE d.door IN (e.device, e.reader) AND e.local_date BETWEEN d.since AND d.until"
_GRAVE: Final = (
    "(secret_weight >= (SELECT max(weight) FROM secrets) OR regexp_matches(coalesce(e.name, ''), $gravest)"
    " OR regexp_matches(coalesce(label_at_event, ''), $gravest))"
)
_MEDIUM: Final = "coalesce(e.device_serial, e.device, e.destination_value)"
_STICK: Final = "destination_class = 'removable' AND coalesce(flags, '') <> 'second_witness'"

RULES: Final = (
    Rule(
        name="usb_unregistered",
        practice="DEV-02",
        title=("Medium that is not registered", "未登録の媒体"),
        sentence=(
            "A medium that is not registered was connected or used: {thing} ({count} events).",
            "登録されていない媒体（{thing}）の接続・書込み（{count}件）。",
        ),
        where=f"{_STICK} AND activity IN ('device_connect', 'copy', 'write', 'create') AND {_OK} AND NOT {_PHONE}"
        " AND EXISTS (SELECT 1 FROM flows f WHERE f.destination_class = 'removable')",
        thing=_MEDIUM,
    ),
    Rule(
        name="phone_first_seen",
        practice="DEV-02",
        title=("Phone seen for the first time", "初めて接続されたスマートフォン"),
        sentence=(
            "A phone that nobody here has connected before: {thing}.",
            "社内で一度も接続されたことのないスマートフォン（{thing}）の接続。",
        ),
        where=f"activity = 'device_connect' AND {_OK} AND {_PHONE}",
        thing="coalesce(e.device_serial, e.uid, e.device)",
        first_time="activity = 'device_connect'",
    ),
    Rule(
        name="log_cleared",
        practice="DET-01",
        title=("Log cleared", "ログの消去"),
        sentence=("A log was cleared on {thing}, {count} times.", "{thing} でログが消去されました（{count}回）。"),
        where="activity = 'log_cleared'",
        thing="coalesce(e.host, e.path)",
    ),
    Rule(
        name="mail_own_private",
        practice="DET-04",
        title=("Secret mailed to one's own private address", "秘密の私用アドレスへの送信"),
        sentence=(
            "Something marked secret was mailed to an address at {thing} with the sender's own name: {count} mails.",
            "本人の名前を含む {thing} のアドレスへ、秘密の表示がある内容をメール送信（{count}通）。",
        ),
        where=f"activity = 'mail_send' AND destination_class = 'external_mail' AND {_OK} AND {_FREE_MAIL}"
        f" AND {_MARKED} AND {_OWN_NAME}",
        thing="destination_domain",
    ),
    Rule(
        name="secret_outside",
        practice="DET-04",
        title=("Text of a secret sent outside", "秘密文書の抜粋の社外送信"),
        sentence=(
            "Words of a registered secret document went to {thing}: {count} mails or uploads.",
            "登録された秘密文書の抜粋を {thing} へ送信（{count}件）。",
        ),
        where="activity IN ('mail_send', 'upload') AND destination_class IN ('external_mail', 'web', 'cloud_share')"
        f" AND {_OK} AND secret_id IS NOT NULL AND NOT (activity = 'mail_send' AND {_FREE_MAIL} AND {_OWN_NAME})",
        thing="destination_domain",
    ),
    Rule(
        name="read_after_notice",
        practice="LEV-09",
        title=("Mass reading after notice", "退職申出後の大量閲覧"),
        sentence=(
            "{count} secret documents read in one day after notice was given.",
            "退職の申出後、1日に秘密文書{count}件を閲覧。",
        ),
        where=f"{READING} AND {_OK} AND secret_id IS NOT NULL AND e.local_date >= {_NOTICE} AND NOT {READ_AS_AGREED}",
        counted="count(DISTINCT path)",
        least="$after_notice",
        tells_leaving=True,
    ),
    Rule(
        name="delete_after_notice",
        practice="LEV-10",
        title=("Mass deletion after notice", "退職申出後の大量削除"),
        sentence=(
            "{count} files deleted in one day after notice was given.",
            "退職の申出後、1日にファイル{count}件を削除。",
        ),
        where=f"activity = '{Activity.DELETE}' AND {_OK} AND {_FILE} AND e.local_date >= {_NOTICE}",
        counted="count(DISTINCT path)",
        least="$deleted_after_notice",
        tells_leaving=True,
    ),
    Rule(
        name="account_after_leaving",
        practice="LEV-07",
        title=("Account used after the last working day", "最終出社日後のアカウント使用"),
        sentence=(
            "Signed in after the last working day, {count} times, at {thing}.",
            "最終出社日より後に {thing} へサインイン（{count}回）。",
        ),
        where=f"activity = 'logon' AND {_OK} AND e.local_date > {_LAST_DAY}",
        thing="coalesce(e.host, e.source)",
        tells_leaving=True,
    ),
    Rule(
        name="door_without_need",
        practice="FAC-13",
        title=("Entered a guarded room without need", "業務上不要な区域への入室"),
        sentence=(
            "Entered {thing}, where secrets are kept that are not open to this person, {count} times.",
            "本人に開示されていない秘密の保管区域（{thing}）に入室（{count}回）。",
        ),
        where=f"activity = 'door_in' AND {_OK} AND coalesce(flags, '') <> 'repeat' AND EXISTS (SELECT 1 {_GUARDED})"
        f" AND NOT EXISTS (SELECT 1 {_GUARDED} AND d.person_id = e.person_id)",
        thing="coalesce(e.device, e.reader)",
    ),
    Rule(
        name="door_denied",
        practice="FAC-03",
        title=("Turned away at a guarded room", "保管区域への入室拒否"),
        sentence=(
            "Turned away at {thing}, where secrets are kept, {count} times.",
            "秘密の保管区域（{thing}）で入室を拒否（{count}回）。",
        ),
        where=f"activity = 'door_denied' AND EXISTS (SELECT 1 {_GUARDED})",
        thing="coalesce(e.device, e.reader)",
        severity=Severity.NOTE,
    ),
    Rule(
        name="print_at_night",
        practice="SYS-11",
        title=("Gravest secret printed at night", "深夜の極秘印刷"),
        sentence=(
            "Something of the gravest level was printed at night on {thing}, {count} times.",
            "深夜に極秘の文書を {thing} で印刷（{count}回）。",
        ),
        where=f"{PRINTING} AND is_night AND {_GRAVE}",
        thing="coalesce(e.device, e.destination_value)",
    ),
    Rule(
        name="storage_unlisted",
        practice="DEV-16",
        title=("Storage service that is not on the list", "指定外のストレージサービス"),
        sentence=(
            "Uploaded to {thing}, a storage service that is not on the list, {count} times.",
            "指定されていないストレージサービス（{thing}）へのアップロード（{count}回）。",
        ),
        where=f"activity = 'upload' AND {_OK} AND {_STORAGE} AND secret_id IS NULL"
        " AND coalesce(e.bytes, e.size, 0) >= $stored_bytes",
        thing="destination_domain",
    ),
    Rule(
        name="link_anonymous",
        practice="SYS-10",
        title=("Secret opened to everybody by a link", "秘密の公開リンク"),
        sentence=(
            "A link that anybody can open was made to something secret, {count} times.",
            "秘密の情報に、だれでも開けるリンクを作成（{count}回）。",
        ),
        where=f"activity = 'share_anonymous' AND {_OK} AND {_MARKED}",
    ),
)
BY_NAME: Final[Mapping[str, Rule]] = {rule.name: rule for rule in RULES}


def tells_leaving(reason: Reason) -> bool:
    """Whether a reason tells that, or when, the person leaves."""
    rule = BY_NAME.get(str(reason.numbers.get("rule"))) if reason.code is Code.HARD_RULE else None
    of_sigma = reason.code is Code.SIGMA and bool(reason.numbers["tells_leaving"])
    return reason.code is Code.LEAVER or of_sigma or (rule is not None and rule.tells_leaving)


def in_english(numbers: Mapping[str, Any]) -> str:
    """The sentence of a hard rule with its numbers."""
    return _told(numbers, 0, "{thing} and {more} others")


def in_japanese(numbers: Mapping[str, Any]) -> str:
    """The same in Japanese."""
    return _told(numbers, 1, "{thing}ほか{more}件")


def _told(numbers: Mapping[str, Any], language: int, several: str) -> str:
    """A rule that was taken away since is told by its name."""
    rule = BY_NAME.get(numbers["rule"])
    if rule is None:
        return f"{numbers['rule']}: {numbers['count']:,}"
    thing = str(numbers["thing"] or "?")
    if numbers["things"] > 1:
        thing = several.format(thing=thing, more=numbers["things"] - 1)
    return rule.sentence[language].format(thing=thing, count=f"{numbers['count']:,}")
