"""What a maker of dies and castings keeps secret: kinds, wordings of titles, and why it is useful and not public."""

from dataclasses import dataclass
from random import Random

from kuramori_lake.simulator.company import Trade

PARTNERS = (
    "㈱カナメ自動車部品",
    "ミナト電動機",
    "霞ヶ原アルミ工業",
    "ヤマツミ鋳造機",
    "Nordhain Fahrzeugbau GmbH",
    "白峰大学 凝固研究室",
    "奥羽きらら精密",
    "Halvorsen Energi AS",
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
    "第1世代",
    "第2世代",
    "第3世代",
    "薄肉仕様",
    "北米向け",
    "欧州向け",
    "量産型",
    "試作型",
    "改良型①",
    "改良型②",
    "次期型",
)


_YEARS = ("2019年度", "2020年度", "2021年度", "2022年度", "2023年度", "2024年度", "2025年度", "2026年度")
_MARKETS = (
    "国内電動車",
    "国内産業機械",
    "北米電動車",
    "北米建機",
    "欧州電動車",
    "欧州商用車",
    "東南アジア二輪",
    "補修部品",
    "医療機器筐体",
    "通信機器筐体",
)
_BUSINESSES = (
    "電動車部品事業",
    "金型外販事業",
    "補修部品事業",
    "欧州法人",
    "北上工場",
    "技術センター",
    "鋳造機制御事業",
    "全社",
)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of secret: who has such, how titles are worded, in which folders it lies, and the two notes of the law.

    A title is a wording with `{p}` (one of `subjects`) and `{t}` (one of `themes`). `tangible`: samples count too.
    `system` is where such is kept besides the file server.
    """

    name: str
    trades: tuple[Trade, ...]
    wordings: tuple[str, ...]
    folders: tuple[str, ...]
    uses: tuple[str, ...]
    closed: tuple[str, ...]
    system: str = ""
    subjects: tuple[str, ...] = _PRODUCTS
    themes: tuple[str, ...] = _THEMES
    grave: bool = False
    tangible: bool = False
    from_partners: bool = False


KINDS = (
    Kind(
        name="図面",
        system="PLM：製品構成データ",
        tangible=True,
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
        tangible=True,
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
        tangible=True,
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
        system="SFA：顧客管理",
        subjects=_MARKETS,
        themes=_YEARS,
        trades=("sales",),
        from_partners=True,
        wordings=("{p} 顧客名簿 {t}", "{p} 主要顧客 担当者一覧 {t}", "{p} 商談経過 {t}", "{p} 需要予測 {t}"),
        folders=("顧客", "Kunden", "訪問"),
        uses=("受注確度の高い訪問先が分かる。", "値決めの根拠となる。"),
        closed=("営業部門以外に開示していない。", "公刊物から同じ一覧は作れない。"),
    ),
    Kind(
        name="原価・価格",
        system="ERP：原価モジュール",
        themes=_YEARS,
        trades=("sales", "office"),
        grave=True,
        wordings=("{p} 原価表 {t}", "{p} 見積原単位 {t}", "{p} 仕入単価一覧 {t}", "{p} 値引き方針 {t}"),
        folders=("価格", "見積", "予算", "Angebote", "Buchhaltung"),
        uses=("競合に知られると入札で不利になる。", "利益率の管理に使う。"),
        closed=("経理・営業の一部のみ閲覧可。", "社外に出した見積からは逆算できない。"),
    ),
    Kind(
        name="試験データ",
        system="試験データベース：測定系",
        trades=("lab", "design"),
        from_partners=True,
        wordings=("{p} 耐久試験データ {t}", "{p} 衝突解析結果 {t}", "{p} 腐食試験 {t}", "{p} 失敗事例集 {t}"),
        folders=("試験", "計算", "Prüf", "Berechnung"),
        uses=("再試験を省ける。", "失敗条件を避けられる。"),
        closed=("学会発表は傾向のみ。", "元データは測定室の外に出さない。"),
    ),
    Kind(
        name="ソースコード",
        system="Git：cell-control リポジトリ",
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
        subjects=PARTNERS,
        themes=_YEARS,
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
        subjects=_BUSINESSES,
        themes=_YEARS,
        trades=("board", "office"),
        grave=True,
        wordings=("{p} 中期計画 {t}", "{p} 設備投資計画 {t}", "{p} 再編案 {t}", "{p} 人員計画 {t}"),
        folders=("経営", "取締役", "予算"),
        uses=("投資の順序と規模を示す。",),
        closed=("公表前。", "公表は要旨のみ。"),
    ),
)


def titles(kind: Kind, rng: Random, used: set[str]) -> list[str]:
    """Titles of that kind that are not in use yet; a counted one if all wordings are taken."""
    subject, theme = rng.choice(kind.subjects), rng.choice(kind.themes)
    made = [wording.format(p=subject, t=theme) for wording in kind.wordings]
    return [title for title in made if title not in used] or [f"{made[0]} 補遺{len(used)}"]
