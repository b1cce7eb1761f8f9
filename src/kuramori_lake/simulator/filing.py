"""How units file their papers: topic folders, stems and endings of file names, in Japan and in Germany.

A topic is (folder, stem of the names, endings, weight: how many documents compared with the other topics).
"""

from random import Random

from kuramori_lake.simulator.company import Project, Trade

SECRET_FOLDER = "図面"  # noqa: S105 - a folder name

Topic = tuple[str, str, tuple[str, ...], int]
_JA: dict[Trade, tuple[Topic, ...]] = {
    "board": (("取締役会", "議案", ("pdf", "docx"), 3), ("経営会議", "資料", ("pptx", "xlsx"), 4)),
    "office": (
        ("規程・様式", "様式", ("docx", "xlsx"), 4),
        ("月次", "月次報告", ("xlsx",), 6),
        ("契約", "契約書", ("pdf", "docx"), 4),
        ("予算", "予算表", ("xlsx",), 3),
        ("会議", "議事録", ("docx",), 5),
    ),
    "sales": (
        ("顧客別", "訪問記録", ("docx",), 6),
        ("見積", "見積書", ("xlsx", "pdf"), 8),
        ("価格表", "価格表", ("xlsx",), 2),
        ("提案", "提案書", ("pptx",), 5),
        ("顧客リスト", "顧客一覧", ("xlsx",), 1),
    ),
    "design": (
        ("図面/量産", "SR", ("dwg", "pdf", "CATPart"), 26),
        ("図面/試作", "SP", ("dwg", "CATPart"), 14),
        ("設計計算", "計算書", ("xlsx",), 5),
        ("設計標準", "設計標準", ("docx", "pdf"), 3),
        ("デザインレビュー", "DR議事録", ("docx",), 3),
    ),
    "software": (
        ("ソース退避", "src", ("zip", "tar.gz"), 3),
        ("仕様", "仕様書", ("docx", "xlsx"), 8),
        ("試験", "試験結果", ("xlsx", "csv"), 6),
        ("運用", "手順書", ("docx",), 4),
    ),
    "lab": (
        ("試験データ", "試験", ("csv", "xlsx"), 18),
        ("報告書", "報告書", ("docx", "pdf"), 6),
        ("配合・条件", "条件表", ("xlsx",), 4),
        ("校正", "校正記録", ("pdf",), 3),
    ),
    "shop": (
        ("作業標準", "作業標準", ("pdf",), 4),
        ("日報", "日報", ("xlsx",), 8),
        ("製造条件", "条件票", ("xlsx", "pdf"), 4),
    ),
}
_DE: dict[Trade, tuple[Topic, ...]] = {
    "design": (
        ("Zeichnungen", "Z", ("dwg", "pdf", "CATPart"), 24),
        ("Berechnungen", "Berechnung", ("xlsx",), 5),
        ("Prüfberichte", "Prüfbericht", ("docx", "pdf"), 6),
    ),
    "sales": (
        ("Angebote", "Angebot", ("xlsx", "pdf"), 8),
        ("Kundenliste", "Kunden", ("xlsx",), 1),
        ("Besuche", "Bericht", ("docx",), 5),
    ),
    "office": (
        ("Verträge", "Vertrag", ("pdf", "docx"), 4),
        ("Buchhaltung", "Beleg", ("pdf", "xlsx"), 8),
        ("Vorlagen", "Vorlage", ("docx",), 2),
    ),
}
_PROJECT_TOPICS: dict[Trade, tuple[str, str, tuple[str, ...]]] = {
    "lab": ("試験データ", "試験", ("csv", "xlsx")),
    "software": ("設計資料", "設計書", ("docx", "xlsx")),
    "office": ("検討資料", "検討資料", ("pptx", "xlsx")),
    "sales": ("提案資料", "提案書", ("pptx", "docx")),
}
_PARTS = (
    "上型",
    "下型",
    "入れ子",
    "中子",
    "スライド",
    "冷却路",
    "押出板",
    "湯口",
    "ゲート",
    "ガイド",
    "組立",
    "部品表①",
)
_PARTS_DE = ("Oberform", "Unterform", "Schieber", "Kühlung", "Auswerferplatte", "Führung", "Zusammenbau")


def filing(trade: Trade, country: str) -> tuple[Topic, ...]:
    """The topic folders of a trade at a site; German units without a table of their own file like an office."""
    return _DE.get(trade, _DE["office"]) if country == "DE" else _JA[trade]


def project_topic(project: Project) -> tuple[str, str, tuple[str, ...]]:
    """What a project mainly makes: folder, stem and endings; drawings carry the number of the project."""
    if project.unit.site.country == "DE":
        return "Zeichnungen", "Z", ("dwg", "CATPart", "pdf")
    if project.unit.trade == "design":
        return SECRET_FOLDER, project.code.replace("-", ""), ("dwg", "CATPart", "pdf")
    return _PROJECT_TOPICS[project.unit.trade]


def file_name(rng: Random, stem: str, number: int, endings: tuple[str, ...], year: int) -> str:
    """The name of one file: drawings carry a part and a revision, papers a month."""
    ending = endings[number % len(endings)]
    if stem.isascii() and len(stem) <= 8 and stem[0] in "SPZ":  # noqa: PLR2004 - drawings have short stems
        part = rng.choice(_PARTS_DE if stem == "Z" else _PARTS)
        return f"{stem}-{number:05d}_{part}_R{rng.randrange(5)}.{ending}"
    if stem == "src":
        return f"cell-control-{year}.{number:03d}.{ending}"
    return f"{stem}_{year}{1 + number % 12:02d}_{number:04d}.{ending}"
