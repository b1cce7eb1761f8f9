"""Deterministic Japanese documents and mails of a company that does not exist, for the benchmark of fingerprints.

Words are drawn from a made-up vocabulary with a few words far more frequent than the rest (Zipf), joined freely,
and every document has a letterhead, a closing and clauses that many others have too: what an index must not alarm on.
"""

import random
from collections.abc import Sequence
from itertools import accumulate


def _words(text: str) -> list[str]:
    return text.split()


_HEADS = _words("""
    配合 反応 圧延 焼成 塗布 成形 切削 溶接 検査 制御 測定 洗浄 乾燥 搬送 研磨 鋳造 充填
    冷却 加熱 分離 転写 蒸着 露光 撹拌 濾過 鍛造 窒化 浸炭 脱脂 曝気 造粒 混錬 発酵 抽出
    蒸留 晶析 粉砕 選別 計量 包装 積層 接着 含浸 延伸 紡糸 染色 漂白 製版 裁断 縫製
""")
_TAILS = _words("""
    条件 温度 圧力 速度 時間 比率 濃度 手順 装置 工程 誤差 寿命 強度 粘度 収率 基準 治具
    部品 材料 試料 図面 仕様 原価 歩留 周期 配管 電極 触媒 樹脂 膜厚 流量 湿度 振動 騒音
    純度 剛性 硬度 密度 光沢 残渣 気泡 亀裂 公差 摩耗 電圧 電流 回路 金型 塗膜 溶剤
""")
_SIDES = _words("""
    第一 第二 新型 旧型 小型 量産 試作 高温 低温 連続 二次 社外 北棟 南棟 夜間 次期 共通
    標準 特殊 補助 急速 片側 外周
""")
_VERBS = _words("""
    確認 変更 記録 比較 測定 調整 保管 報告 見直 採用 評価 中止 依頼 検討 承認 延期 試算
    解析 分解 交換 再現 推定 廃止 統合 移設 改良 追加 省略
""")
_ENDS = _words("""
    した。 する。 している。 することとした。 しておきたい。 する予定である。 したところ良好だった。
    できなかった。 し直す。 する必要がある。 することで合意した。 したが再発した。 してもらう。
    せずに済んだ。 すべきだ。 した方が安い。
""")
_LINKS = _words("""
    の に を で と から まで より へ は が も では との での からの への による に応じた
    を含む を除く ごとの
""")
_JOINTS = _words("""
    また、 さらに、 一方で、 この結果、 なお、 ただし、 そのため、 前回と同様に、 以上から、 特に
""")
_UNITS = _words("""
    度 分 秒 ミリ 気圧 パーセント グラム 回 本 枚 時間 日
""")
_PEOPLE = _words("""
    佐倉 牧野 遠山 大地 小暮 早瀬 榊原 結城 真壁 藤代 水城 楠本
""")
_CLAUSES = tuple(
    f"本{kind}は{who}の承認を得たものに限り利用でき、{what}を第三者に開示し、又は{why}以外の目的に用いてはならない。"
    f"{what}を廃棄するときは{who}が立ち会い、{how}の方法により復元できないようにするものとする。"
    for kind in ("文書", "資料", "記録")
    for who in ("管理責任者", "部門長", "事務局", "情報管理課")
    for what in ("記載事項", "写し及び控え", "添付図表")
    for why, how in (("所定の業務", "裁断又は溶解"), ("契約に定める", "上書き消去"))
)


class Writer:
    """Writes documents; the same seed writes the same."""

    def __init__(self, seed: int) -> None:
        """Draw this writer's luck."""
        self._luck = random.Random(seed)
        words = [f"{side}{head}{tail}" for head in _HEADS for tail in _TAILS for side in ("", *_SIDES)]
        random.Random(7).shuffle(words)
        self._words = words
        self._weights = list(accumulate(1 / (rank + 20) for rank in range(len(words))))

    def sentence(self) -> str:
        """One sentence: things and quantities joined by particles, and what was done."""
        luck = self._luck
        things = luck.choices(self._words, cum_weights=self._weights, k=luck.randrange(2, 5))
        parts = [luck.choice(("", "", "", *_JOINTS))]
        for thing in things:
            much = luck.random()
            if much < 0.25:
                parts.append(f"{luck.randrange(2, 999)}{luck.choice(_UNITS)}の")
            elif much < 0.35:
                parts.append(f"{luck.choice('ABCDKMRTX')}{luck.randrange(10, 9_999)}号機")
            parts += [thing, luck.choice(_LINKS)]
        return "".join((*parts, luck.choice(_VERBS), luck.choice(_ENDS)))

    def body(self, characters: int) -> str:
        """Sentences up to a length."""
        found, size = [], 0
        while size < characters:
            found.append(self.sentence())
            size += len(found[-1])
        return "".join(found)

    def document(self, number: int) -> str:
        """A registered document: letterhead, two clauses of many, some 1,000 characters of its own."""
        luck = self._luck
        head = f"技術資料 第{number}号\n作成者 {luck.choice(_PEOPLE)}\n株式会社蔵守製作所 技術本部 生産技術部 社外秘\n"
        own = max(300, int(luck.lognormvariate(6.72, 0.45)))
        return head + luck.choice(_CLAUSES) + self.body(own) + luck.choice(_CLAUSES) + "\n以上\n"

    def mail(self) -> str:
        """An innocent mail of the same trade: a greeting, talk of the same things in other words, a signature."""
        luck = self._luck
        who = luck.choice(_PEOPLE)
        return (
            f"いつもお世話になっております。蔵守製作所の{who}です。\n{self.body(luck.randrange(100, 1_500))}\n"
            f"{luck.choice(_CLAUSES) if luck.random() < 0.3 else ''}\nよろしくお願いいたします。\n"
            f"--\n株式会社蔵守製作所 技術本部 生産技術部 {who}\n"
        )


def excerpt(document: str, size: int, luck: random.Random) -> str:
    """A piece of the document's own text, at random."""
    first, last = 250, len(document) - 250 - size
    start = luck.randrange(first, last) if last > first else max((len(document) - size) // 2, 0)
    return document[start : start + size]


def edited(text: str, share: float, luck: random.Random) -> str:
    """So many of the characters left out, exchanged or followed by another, a third each."""
    found: list[str] = []
    for char in text:
        chance = luck.random() / share
        if chance >= 1 or chance >= 2 / 3:
            found.append(char)
        if chance < 1 and chance >= 1 / 3:
            found.append(luck.choice("あいうえおかきくけこ高低新旧内外上下"))
    return "".join(found)


def hidden(piece: str, mail: str) -> str:
    """An excerpt in the middle of a mail."""
    middle = len(mail) // 2
    return mail[:middle] + piece + mail[middle:]


def megabytes(texts: Sequence[str]) -> float:
    """Size of texts in UTF-8, in millions of bytes."""
    return sum(len(text.encode()) for text in texts) / 1e6
