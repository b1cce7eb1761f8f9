"""What a maker of dies and castings keeps secret: kinds, wordings of titles, and why it is useful and not public."""

from dataclasses import dataclass
from random import Random

from kuramori_lake.simulator.company import Trade

PARTNERS = (
    "㈱カナメ自動車部品（架空）",
    "ミナト電動機（架空）",
    "東雲アルミ工業（架空）",
    "ヤマツミ鋳造機（架空）",
    "Nordhain Fahrzeugbau GmbH（架空）",
    "白峰大学 凝固研究室（架空）",
    "アオバ精密（架空）",
    "Halvorsen Energi AS（架空）",
)
_PRODUCTS = (
    "電池筐体",
    "変速機ケース",
    "サブフレーム",
    "モータハウジング",
    "インバータケース",
    "放熱筐体",
    "ロッカーアーム",
    "ショックタワー",
    "バッテリートレイ",
    "減速機ケース",
    "ステアリングギヤボックス",
    "オイルパン",
    "エンドプレート",
    "冷却プレート",
)
_THEMES = (
    "第2世代",
    "薄肉仕様",
    "北米向け",
    "欧州向け",
    "量産型",
    "試作型",
    "改良型②",
    "次期型",
    "2019年度版",
    "2021年度版",
    "2023年度版",
    "2025年度版",
)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of secret: who has such, how titles are worded, in which folders it lies, and the two notes of the law."""

    name: str
    trades: tuple[Trade, ...]
    wordings: tuple[str, ...]
    folders: tuple[str, ...]
    uses: tuple[str, ...]
    closed: tuple[str, ...]
    grave: bool = False
    from_partners: bool = False


KINDS = (
    Kind(
        name="図面",
        trades=("design",),
        grave=True,
        from_partners=True,
        wordings=("{p} {t} 金型図面一式", "{p} {t} 湯口方案図", "{p} {t} 冷却回路図", "{p} {t} 入れ子部品図"),
        folders=("図面", "Zeichnungen"),
        uses=("同等品の設計工数を約四割減らす。", "歩留り向上と型寿命の延長に直結する。", "受注時の競争力の源泉。"),
        closed=(
            "出願せず秘匿と決定（知財会議）。",
            "納入先には外形図のみ開示。",
            "製品を分解しても型構造は分からない。",
        ),
    ),
    Kind(
        name="配合・合金",
        trades=("lab",),
        grave=True,
        wordings=(
            "{p}用 合金配合表 {t}",
            "離型剤 配合 {t}（{p}）",
            "熱処理条件 {p} {t}",
            "時効処理と強度の関係 {p} {t}",
        ),
        folders=("配合", "条件"),
        uses=("従来材より熱伝導率が二割高い。", "材料費を一割下げる。"),
        closed=("成分分析では微量元素の投入順が分からない。", "委託先には記号で指示している。"),
    ),
    Kind(
        name="製造条件",
        trades=("shop", "lab"),
        grave=True,
        wordings=(
            "{p} 鋳造条件票 {t}",
            "{p} 射出速度・圧力プロファイル {t}",
            "{p} 不良対策ノウハウ集 {t}",
            "{p} 段取り手順 {t}",
        ),
        folders=("条件", "作業標準"),
        uses=("不良率を半減させた条件。", "立ち上げ日数を短縮する。"),
        closed=("工場見学の経路から外している。", "現場掲示は記号のみ。"),
    ),
    Kind(
        name="顧客情報",
        trades=("sales",),
        from_partners=True,
        wordings=("顧客名簿 {p} {t}", "{p} 主要顧客 担当者一覧 {t}", "{p} 商談経過 {t}", "{p} 需要予測 {t}"),
        folders=("顧客", "Kunden", "訪問"),
        uses=("受注確度の高い訪問先が分かる。", "値決めの根拠となる。"),
        closed=("営業部門以外に開示していない。", "公刊物から同じ一覧は作れない。"),
    ),
    Kind(
        name="原価・価格",
        trades=("sales", "office"),
        grave=True,
        wordings=("{p} 原価表 {t}", "{p} 見積原単位 {t}", "{p} 仕入単価一覧 {t}", "{p} 値引き方針 {t}"),
        folders=("価格", "見積", "予算", "Angebote", "Buchhaltung"),
        uses=("競合に知られると入札で不利になる。", "利益率の管理に使う。"),
        closed=("経理・営業の一部のみ閲覧可。", "社外に出した見積からは逆算できない。"),
    ),
    Kind(
        name="試験データ",
        trades=("lab", "design"),
        from_partners=True,
        wordings=("{p} 耐久試験データ {t}", "{p} 衝突解析結果 {t}", "{p} 腐食試験 {t}", "{p} 失敗事例集 {t}"),
        folders=("試験", "計算", "Prüf", "Berechnung"),
        uses=("再試験を省ける。", "失敗条件を避けられる。"),
        closed=("学会発表は傾向のみ。", "元データは測定室の外に出さない。"),
    ),
    Kind(
        name="ソースコード",
        trades=("software",),
        grave=True,
        wordings=(
            "{p} 鋳造セル制御 ソースコード {t}",
            "{p} 画像検査アルゴリズム {t}",
            "{p} 学習済みモデル {t}",
            "{p} 通信仕様 {t}",
        ),
        folders=("ソース", "仕様"),
        uses=("検査時間を三分の一にする。", "設備を選ばず移植できる。"),
        closed=("実行形式のみを納入。", "社内の限られた者だけが取得できる。"),
    ),
    Kind(
        name="交渉・契約",
        trades=("office", "sales", "board"),
        from_partners=True,
        wordings=(
            "{p} 共同開発交渉記録 {t}",
            "{p} ライセンス条件案 {t}",
            "{p} 事業提携 検討資料 {t}",
            "{p} 購買交渉方針 {t}",
        ),
        folders=("契約", "会議", "提案", "Verträge", "資料"),
        uses=("譲歩の限度が分かる。", "次の交渉の基礎となる。"),
        closed=("交渉相手にも社内検討は示していない。", "関係者を記録した会議でのみ配布。"),
    ),
    Kind(
        name="経営計画",
        trades=("board", "office"),
        grave=True,
        wordings=("{p}事業 中期計画 {t}", "{p} 設備投資計画 {t}", "{p}事業 再編案 {t}", "{p} 人員計画 {t}"),
        folders=("経営", "取締役", "予算"),
        uses=("投資の順序と規模を示す。",),
        closed=("公表前。", "公表は要旨のみ。"),
    ),
)


def titles(kind: Kind, rng: Random, used: set[str]) -> list[str]:
    """Titles of that kind that are not in use yet; a counted one if all wordings are taken."""
    product, theme = rng.choice(_PRODUCTS), rng.choice(_THEMES)
    made = [wording.format(p=product, t=theme) for wording in kind.wordings]
    return [title for title in made if title not in used] or [f"{made[0]} 補遺{len(used)}"]
