"""Words of `kuramori-lake presence` in Japanese."""

from typing import Final

JAPANESE: Final = {
    "say who was alone in a zone, as its doors tell it": "扉の記録から、区域に一人でいた人を示します",
    "a row for each door: zone, door, inner, least, minutes, permit": (
        "扉ごとに1行の表（列 zone、door、inner、least、minutes、permit）"
    ),
    "entry permits: zone, person, from, to": "入室許可の表（列 zone、person、from、to）",
    "clock of the zones": "区域の時計の時間帯",
    "%(error)s": "%(error)s",
    "%(file)s: no column %(columns)s": "%(file)s: 列 %(columns)s がありません",
    "%(file)s, line %(line)s: wrong: %(text)s": "%(file)s の %(line)s 行目: 正しくありません: %(text)s",
    "%(file)s: zone %(zone)s has no outer door": "%(file)s: 区域 %(zone)s に外側の扉がありません",
    "sure": "確実",
    "not sure: %(why)s": "不確実: %(why)s",
    "%(since)s  %(zone)s  %(who)s: %(minutes)s minutes (%(sure)s)": (
        "%(since)s  %(zone)s  %(who)s: %(minutes)s分（%(sure)s）"
    ),
    "%(since)s  %(zone)s  %(who)s: entered without a permit (%(slot)s)": (
        "%(since)s  %(zone)s  %(who)s: 許可のない入室（%(slot)s）"
    ),
    "%(zone)s: %(stays)s stays, %(no_exit)s without leaving, %(no_entry)s without entering": (
        "%(zone)s: 在室 %(stays)s件、うち退室の記録なし %(no_exit)s件、入室の記録なし %(no_entry)s件"
    ),
}
