"""Reasons of a ranked day as sentences; each names its channel and the numbers of both sides."""

from collections.abc import Mapping
from typing import Final

from kuramori_lake.detect.metrics import COUNTED, FIRSTS, Channel
from kuramori_lake.detect.sentences import size_text
from kuramori_lake.rank.tell import LEAVER, Reason, Respect, Together

JAPANESE: Final = "ja"
BYTE: Final = "byte "
CHANNELS: Final[Mapping[Channel, tuple[str, str]]] = {
    Channel.CLOUD: ("cloud share", "クラウド共有"),
    Channel.DB: ("database", "データベース"),
    Channel.DOOR: ("doors", "入退室"),
    Channel.FILES: ("files", "ファイル"),
    Channel.LOGON: ("logon", "ログオン"),
    Channel.MAIL: ("mail", "メール"),
    Channel.PRINT: ("print", "印刷"),
    Channel.REMOVABLE: ("removable media", "外部媒体"),
    Channel.WEB: ("web", "ウェブ"),
}
_GROUPS: Final = {
    "team": ("team", "チーム"),
    "unit": ("department", "同じ部署"),
    "role": ("same role", "同じ職種"),
    "company": ("company", "全社"),
}
_WORDS: Final = {one.name: (one.en, one.ja) for one in COUNTED} | {
    "documents": (("document read", "documents read"), ("文書の閲覧", "件")),
    "weight": (("point of secrets read", "points of secrets read"), ("秘密情報の閲覧の重み", "点")),
    "odd_hours": (("hour outside the usual ones", "hours outside the usual ones"), ("ふだんいない時間帯", "時間")),
    "active_hours": (("hour with events", "hours with events"), ("活動のある時間帯", "時間")),
    "quiet": (("event a day", "events a day"), ("1日あたりの操作", "件")),
}
_FIRSTS: Final = {one.name: one for one in FIRSTS}


def sentence(reason: Reason, language: str) -> str:
    """The reason in words: Japanese for `ja`, else English."""
    is_japanese = language == JAPANESE
    channel = CHANNELS[reason.channel][is_japanese]
    if reason.metric == LEAVER:
        return f"{reason.last_day}に退職予定。" if is_japanese else f"Leaves on {reason.last_day}."
    if isinstance(reason, Together):
        return _together_ja(reason) if is_japanese else _together_en(reason)
    if reason.metric in _FIRSTS:
        told = _first_ja(reason) if is_japanese else _first_en(reason)
    else:
        told = _count_ja(reason) if is_japanese else _count_en(reason)
    return f"{channel}：{told}" if is_japanese else f"{channel[0].upper()}{channel[1:]}: {told}"


def _count_en(reason: Reason) -> str:
    one, many = _WORDS[reason.metric][0]
    days = f" in {reason.width} days" if reason.width > 1 else ""
    hours = f" ({', '.join(f'{hour}:00' for hour in reason.hours)})" if reason.hours else ""
    fewer = "only " if reason.metric == "quiet" else ""
    is_size = one.startswith(BYTE)
    words = one.removeprefix(BYTE) if is_size else one if reason.count == 1 else many
    return (
        f"{fewer}{_amount(reason.count, is_size=is_size)} {words}{days}{hours};"
        f" usual {_amount(reason.own_usual, is_size=is_size)},"
        f" {_GROUPS[reason.peer_group][0]} {_amount(reason.peer_usual, is_size=is_size)} ({reason.peer_n:,} others)."
    )


def _amount(count: float, *, is_size: bool) -> str:
    """A number as people read it: at most one decimal, bytes in their unit."""
    if is_size:
        return size_text(count)
    return f"{round(count, 1):,}" if count % 1 else f"{count:,.0f}"


def _count_ja(reason: Reason) -> str:
    what, counter = _WORDS[reason.metric][1]
    is_size = counter == "バイト"
    counter = "" if is_size else counter
    days = f"{reason.width}日間で" if reason.width > 1 else ""
    hours = f"（{'、'.join(f'{hour}時台' for hour in reason.hours)}）" if reason.hours else ""
    fewer = "わずか" if reason.metric == "quiet" else ""
    return (
        f"{what}が{days}{fewer}{_amount(reason.count, is_size=is_size)}{counter}{hours}。"
        f"本人のふだんは{_amount(reason.own_usual, is_size=is_size)}{counter}、"
        f"{_GROUPS[reason.peer_group][1]}（ほか{reason.peer_n:,}人）は"
        f"{_amount(reason.peer_usual, is_size=is_size)}{counter}。"
    )


def _first_en(reason: Reason) -> str:
    more = f" and {reason.count - 1:,g} more" if reason.count > 1 else ""
    others = "nobody else" if not reason.others else f"{reason.others:,} other{'s' if reason.others > 1 else ''}"
    return f"first time {_FIRSTS[reason.metric].en} {reason.thing}{more}; {others} before; usual {_new_en(reason)}."


def _new_en(reason: Reason) -> str:
    return f"{reason.own_usual / 4:,.2g} new a day, {_GROUPS[reason.peer_group][0]} {reason.peer_usual / 4:,.2g}"


def _first_ja(reason: Reason) -> str:
    more = f"ほか{reason.count - 1:,g}件" if reason.count > 1 else ""
    others = f"これまでの利用者は{reason.others:,}人" if reason.others else "これまで誰も使っていない"
    return (
        f"初めて{reason.thing}{more}{_FIRSTS[reason.metric].ja}。{others}。初めてのものは本人のふだん1日"
        f"{reason.own_usual / 4:,.2g}件、{_GROUPS[reason.peer_group][1]}{reason.peer_usual / 4:,.2g}件。"
    )


def _together_en(reason: Together) -> str:
    told = "; ".join(_respect_en(one) for one in reason.respects)
    return f"Unusual in many respects at once, among {reason.peer_n + 1:,} people of that day: {told}."


def _respect_en(one: Respect) -> str:
    single, many = _WORDS[one.metric][0]
    is_size = single.startswith(BYTE)
    words = single.removeprefix(BYTE) if is_size else single if one.count == 1 else many
    side = "fewer" if one.is_less else "more"
    return f"{_amount(one.count, is_size=is_size)} {words} ({_percent(one.share)} had as many or {side})"


def _together_ja(reason: Together) -> str:
    told = "、".join(_respect_ja(one) for one in reason.respects)
    return f"その日の{reason.peer_n + 1:,}人の中で、多くの点で同時に目立つ：{told}。"


def _respect_ja(one: Respect) -> str:
    what, counter = _WORDS[one.metric][1]
    is_size = counter == "バイト"
    side = "以下" if one.is_less else "以上"
    amount = _amount(one.count, is_size=is_size) + ("" if is_size else counter)
    return f"{what}が{amount}（同じかそれ{side}の人は{_percent(one.share)}）"


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"
