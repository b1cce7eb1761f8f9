"""Why a rule cannot be used: the file, the rule, the place in it and a sentence in both languages."""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

JAPANESE: Final = MappingProxyType(
    {
        "this is not YAML: %(detail)s": "YAML として読めません: %(detail)s",
        "this file holds no rule": "このファイルにルールがありません",
        "the file cannot be read: %(detail)s": "ファイルを読めません: %(detail)s",
        "the rule has no log source": "ルールにログソース（logsource）がありません",
        "the rule has no detection": "ルールに検知条件（detection）がありません",
        "the condition is wrong: %(detail)s": "condition が正しくありません: %(detail)s",
        "there is no such modifier: %(detail)s": "この修飾子はありません: %(detail)s",
        "the modifier does not suit the value: %(detail)s": "修飾子が値に合いません: %(detail)s",
        "this regular expression is not understood (RE2 syntax, without look-around): %(detail)s": (
            "正規表現を解釈できません（RE2 の構文。先読み・後読みは使えません）: %(detail)s"
        ),
        "the correlation is wrong: %(detail)s": "相関ルールが正しくありません: %(detail)s",
        "the rule is wrong: %(detail)s": "ルールが正しくありません: %(detail)s",
        "the placeholder %(name)s stands for a list of your site; write its values into the rule": (
            "プレースホルダー %(name)s は各社固有の一覧です。値をルールに書き込んでください"
        ),
        "no events of the log source %(source)s are collected": "ログソース %(source)s のイベントは収集していません",
        "events of the log source %(source)s have no field %(field)s": (
            "ログソース %(source)s のイベントに項目 %(field)s はありません"
        ),
        "the correlation refers to %(name)s, which is not among the rules": (
            "相関ルールが参照する %(name)s がルールの中にありません"
        ),
        "the correlations refer to each other in a circle": "相関ルールの参照が循環しています",
        "the correlation groups by %(name)s, which %(rule)s does not group by": (
            "相関ルールは %(name)s でまとめますが、%(rule)s はその項目でまとめていません"
        ),
        "the condition has more than %(most)s alternatives": "condition の場合分けが %(most)s 通りを超えます",
        "the rule has more than %(most)s comparisons": "ルールの比較が %(most)s 個を超えます",
        "two rules have the id %(id)s; the first is used": "ID %(id)s のルールが二つあります。最初のものを使います",
        "its aliases, written out, are more than %(most)s characters": (
            "エイリアスを展開すると %(most)s 文字を超えます"
        ),
        "the archive is not readable: %(detail)s": "アーカイブを読めません: %(detail)s",
        "the archive holds more than %(most)s bytes of rules": "アーカイブ内のルールが %(most)s バイトを超えます",
    }
)
"""Every reason there is; English is the key. What a library says in English stands in `detail`."""


@dataclass(frozen=True)
class Refusal:
    """A rule that is not used."""

    file: str
    rule: str
    """Id or title; empty if the file could not be read at all."""
    place: str
    """Where in the rule: `detection.selection.Image|re`, `line 3`; empty if it is about the whole."""
    reason: str
    values: tuple[tuple[str, Any], ...] = field(default=())

    def sentence(self, *, japanese: bool) -> str:
        """The reason as people read it."""
        return (JAPANESE[self.reason] if japanese else self.reason) % dict(self.values)


class RefusedError(ValueError):
    """A part of a rule cannot be used; becomes a Refusal where file and rule are known."""

    def __init__(self, reason: str, place: str = "", **values: object) -> None:
        """`reason` is a key of JAPANESE."""
        super().__init__(reason % values)
        self.reason, self.place, self.values = reason, place, tuple(sorted(values.items()))

    def refusal(self, file: str, rule: str) -> Refusal:
        """With file and rule."""
        return Refusal(file=file, rule=rule, place=self.place, reason=self.reason, values=self.values)
