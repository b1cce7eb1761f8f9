"""Reasons as sentences. English and Japanese are authored side by side: where a number stands carries the emphasis."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from kuramori_lake.detect import hard_rules
from kuramori_lake.detect.findings import Code, Finding, Reason
from kuramori_lake.detect.metrics import BY_NAME

Numbers = Mapping[str, Any]
JAPANESE: Final = "ja"
_GIGA, _MEGA, _KILO = 1e9, 1e6, 1e3
_GROUPS: Final = {
    "team": ("team", "チーム"),
    "unit": ("department", "同じ部署"),
    "role": ("same role", "同じ職種"),
    "company": ("company", "全社"),
}


def sentence(reason: Reason, language: str) -> str:
    """The reason in words: Japanese for `ja`, else English. Levels and areas are named as the company names them."""
    english, japanese = _SENTENCES[reason.code]
    return (japanese if language == JAPANESE else english)(reason.numbers)


_STORY: Final = (
    Code.BULK_READ,
    Code.SECRETS,
    Code.FIRST_AREA,
    Code.COPY_OUT,
    Code.CHANNEL,
    Code.HARD_RULE,
    Code.SIGMA,
    Code.LEAVER,
    Code.OFF_HOURS,
)


def headline(finding: Finding, language: str) -> str:
    """The finding as one tells it: how much, how secret, where, what left, who; without what lowers it."""
    told = sorted((one for one in finding.reasons if one.code in _STORY), key=lambda one: _STORY.index(one.code))
    return ("" if language == JAPANESE else " ").join(sentence(reason, language) for reason in told)


def _one(count: float, one: str, many: str) -> str:
    return f"{count:,g} {one if count == 1 else many}"


def size_text(count: float) -> str:
    """Bytes in the unit that people read: GB, MB, kB, B."""
    for unit, name in ((_GIGA, "GB"), (_MEGA, "MB"), (_KILO, "kB")):
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count:.0f} B"


def _levels(numbers: Numbers) -> str:
    counts: Mapping[str, int] = numbers["secret_count_by_level"] or {}
    return "、".join(f"{level} {count:,}" for level, count in sorted(counts.items(), key=lambda one: -one[1]))


def _bulk_en(n: Numbers) -> str:
    if n["days"] <= 1:
        found = f"{_one(n['own_now'], 'document', 'documents')} in one day; usual {n['own_usual']:,g}"
    else:
        found = (
            f"{n['own_now']:,} documents in {n['days']} days, {n['busiest_day_count']:,} of them on {n['busiest_day']};"
            f" usual {n['own_usual']:,g} a day"
        )
    return found + (f", {_GROUPS[n['peer_group']][0]} {n['peer_usual']:,g}." if n["peer_usual"] is not None else ".")


def _bulk_ja(n: Numbers) -> str:
    days = "1日" if n["days"] <= 1 else f"{n['days']}日間"
    most = f"（最多は{_day_ja(n['busiest_day'])}の{n['busiest_day_count']:,}件）" if n["days"] > 1 else ""
    peers = f"、{_GROUPS[n['peer_group']][1]}は{n['peer_usual']:,g}件" if n["peer_usual"] is not None else ""
    return f"{days}に文書{n['own_now']:,}件{most}。本人のふだんは1日{n['own_usual']:,g}件{peers}。"


def _secrets_en(n: Numbers) -> str:
    levels = _levels(n).replace("、", ", ")
    top = f"; {n['top_secret_documents']:,} of {n['top_secret_number']} ({n['top_secret_level']})"
    return f"{_one(n['secret_count'], 'secret document', 'secret documents')}: {levels}{top}."


def _secrets_ja(n: Numbers) -> str:
    top = f"うち{n['top_secret_number']}（{n['top_secret_level']}）が{n['top_secret_documents']:,}件"
    return f"秘密情報{n['secret_count']:,}件（{_levels(n)}）、{top}。"


def _area_en(n: Numbers) -> str:
    others = f" and in {_one(n['areas'] - 1, 'other area', 'other areas')}" if n["areas"] > 1 else ""
    return (
        f"First time in {n['area']}{others}: {_one(n['documents'], 'document', 'documents')},"
        f" {n['share']:.0%} of all in these days."
    )


def _area_ja(n: Numbers) -> str:
    others = f"ほか{n['areas'] - 1}か所" if n["areas"] > 1 else ""
    return f"{n['area']}{others}に初めて立ち入り、文書{n['documents']:,}件（この期間の{n['share']:.0%}）。"


def _copy_en(n: Numbers) -> str:
    device = "a device never used before" if n["first_time_devices"] else "removable media"
    archives = f", {n['archives']} of them archives" if n["archives"] else ""
    read = f"; {n['read_before']:,} had been read in the same days" if n["read_before"] else ""
    usual = f" {n['own_usual']:,} in the weeks before." if n["own_usual"] else ""
    return f"{_one(n['files'], 'file', 'files')} ({size_text(n['bytes'])}) copied to {device}{archives}{read}.{usual}"


def _copy_ja(n: Numbers) -> str:
    device = "初めて使う外部媒体" if n["first_time_devices"] else "外部媒体"
    archives = f"（うち圧縮ファイル{n['archives']}件）" if n["archives"] else ""
    read = f"うち{n['read_before']:,}件は同じ期間に閲覧した文書。" if n["read_before"] else ""
    usual = f"それまでの数週間は{n['own_usual']:,}件。" if n["own_usual"] else ""
    return f"{device}に{n['files']:,}件（{size_text(n['bytes'])}）を複写{archives}。{read}{usual}"


def _hours_en(n: Numbers) -> str:
    band = "" if n["band_from"] is None else f" (usual: {n['band_from']}:00 to {n['band_until']}:59)"
    rest = f", {n['on_rest_days']:,} on days off" if n["on_rest_days"] else ""
    night = f", {n['night']:,} by night" if n["night"] else ""
    outside = f"{n['events_outside_band']:,} of {_one(n['events'], 'file operation', 'file operations')}"
    return f"{outside} outside the usual hours{band}{night}{rest}."


def _hours_ja(n: Numbers) -> str:
    band = "" if n["band_from"] is None else f"（ふだんは{n['band_from']}時から{n['band_until']}時台）"
    parts = [f"深夜{n['night']:,}件"] if n["night"] else []
    parts += [f"休日{n['on_rest_days']:,}件"] if n["on_rest_days"] else []
    detail = f"（{'、'.join(parts)}）" if parts else ""
    return f"ファイル操作{n['events']:,}件のうち{n['events_outside_band']:,}件がふだんの時間帯{band}の外{detail}。"


def _leaver_en(n: Numbers) -> str:
    last = f" Last working day {n['last_day']}." if n["last_day"] else ""
    since = n["days_since_notice"]
    if since is None:
        return f"Is leaving.{last}"
    if since == 0:
        return f"Gave notice on the first of these days, {n['notice_on']}.{last}"
    if since < 0:
        return f"Gave notice {_one(-since, 'day', 'days')} later, on {n['notice_on']}.{last}"
    return f"Gave notice {_one(since, 'day', 'days')} before, on {n['notice_on']}.{last}"


def _leaver_ja(n: Numbers) -> str:
    last = f"最終出社日は{_day_ja(n['last_day'])}。" if n["last_day"] else ""
    since = n["days_since_notice"]
    if since is None:
        return f"退職予定者。{last}"
    when = f"の{-since}日後" if since < 0 else f"の{since}日前" if since else "の初日"
    return f"この期間{when}（{_day_ja(n['notice_on'])}）に退職届。{last}"


def _day_ja(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _flow_en(n: Numbers) -> str:
    handed = _one(n["handed_over"], "file", "files") + " handed over" if n["handed_over"] else ""
    left = _one(n["files"], "file", "files") + " copied out" if n["files"] else ""
    return f"Approved ({n['flow']}): {', '.join(filter(None, (handed, left)))}. Counts less."


def _flow_ja(n: Numbers) -> str:
    handed = f"引継ぎ{n['handed_over']:,}件" if n["handed_over"] else ""
    left = f"持出し{n['files']:,}件" if n["files"] else ""
    return f"承認済み（{n['flow']}）: {'、'.join(filter(None, (handed, left)))}。評価を下げています。"


def _alone_en(n: Numbers) -> str:
    return f"Only {_one(n['peer_n'], 'person', 'people')} to compare with."


def _alone_ja(n: Numbers) -> str:
    return f"比べられる人が{n['peer_n']}人しかいません。"


def _bread_en(n: Numbers) -> str:
    return f"{n['share_familiar']:.0%} lies where this person always works. Counts less."


def _bread_ja(n: Numbers) -> str:
    return f"{n['share_familiar']:.0%}はふだんから扱う場所の文書。評価を下げています。"


def _newcomer_en(n: Numbers) -> str:
    return f"New here: {_one(n['own_days'], 'day', 'days')} to compare with, so compared with the role."


def _newcomer_ja(n: Numbers) -> str:
    return f"着任して間もないため（比べられる日は{n['own_days']}日）、同じ職種のふだんと比べています。"


def _channel_en(n: Numbers) -> str:
    one, many = BY_NAME[n["metric"]].en
    is_size = one.startswith("byte ")
    words = one.removeprefix("byte ") if is_size else one if n["own_now"] == 1 else many
    days = "in one day" if n["days"] <= 1 else f"in {n['days']} days, most on {n['busiest_day']}"
    peers = (
        f", {_GROUPS[n['peer_group']][0]} {_amount(n['peer_usual'], is_size)}" if n["peer_usual"] is not None else ""
    )
    return f"{_amount(n['own_now'], is_size)} {words} {days}; usual {_amount(n['own_usual'], is_size)} a day{peers}."


def _channel_ja(n: Numbers) -> str:
    what, counter = BY_NAME[n["metric"]].ja
    is_size = counter == "バイト"
    counter = "" if is_size else counter
    most = f"（最多は{_day_ja(n['busiest_day'])}）" if n["days"] > 1 else ""
    peers = ""
    if n["peer_usual"] is not None:
        peers = f"、{_GROUPS[n['peer_group']][1]}は{_amount(n['peer_usual'], is_size)}{counter}"
    usual = f"{_amount(n['own_usual'], is_size)}{counter}"
    now = f"{_amount(n['own_now'], is_size)}{counter}{most}"
    return f"{what}が{max(n['days'], 1)}日間に{now}。本人のふだんは1日{usual}{peers}。"


def _amount(count: float, is_size: bool) -> str:  # read beside the number it is of
    return size_text(count) if is_size else f"{count:,g}"


_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    Code.BULK_READ: ("bulk reading", "大量閲覧"),
    Code.CHANNEL: ("an unusual channel", "ふだんと違う経路"),
    Code.COPY_OUT: ("copying out", "持出し"),
    Code.FIRST_AREA: ("a first-seen area", "初めての領域"),
    Code.OFF_HOURS: ("unusual hours", "時間外"),
    Code.SECRETS: ("secrets touched", "秘密情報への接触"),
}


def _feedback_en(n: Numbers) -> str:
    return f"Decided before ({n['decisions']}): {_KINDS[n['reason']][0]} counts {n['factor']:.0%} of its strength here."


def _feedback_ja(n: Numbers) -> str:
    return f"過去の判断（{n['decisions']}）により、{_KINDS[n['reason']][1]}の重みを{n['factor']:.0%}にしています。"


def _sigma_en(n: Numbers) -> str:
    return f"The rule “{n['title']}” matched ({_one(n['count'], 'event', 'events')})."


def _sigma_ja(n: Numbers) -> str:
    return f"ルール「{n['title_ja'] or n['title']}」に一致（{n['count']:,}件）。"


_SENTENCES: Final[Mapping[Code, tuple[Callable[[Numbers], str], Callable[[Numbers], str]]]] = {
    Code.ALONE: (_alone_en, _alone_ja),
    Code.APPROVED_FLOW: (_flow_en, _flow_ja),
    Code.BULK_READ: (_bulk_en, _bulk_ja),
    Code.CHANNEL: (_channel_en, _channel_ja),
    Code.COPY_OUT: (_copy_en, _copy_ja),
    Code.DAILY_BREAD: (_bread_en, _bread_ja),
    Code.FEEDBACK: (_feedback_en, _feedback_ja),
    Code.FIRST_AREA: (_area_en, _area_ja),
    Code.HARD_RULE: (hard_rules.in_english, hard_rules.in_japanese),
    Code.LEAVER: (_leaver_en, _leaver_ja),
    Code.NEWCOMER: (_newcomer_en, _newcomer_ja),
    Code.OFF_HOURS: (_hours_en, _hours_ja),
    Code.SECRETS: (_secrets_en, _secrets_ja),
    Code.SIGMA: (_sigma_en, _sigma_ja),
}
