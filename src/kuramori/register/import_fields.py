"""What the columns of an Excel register may hold, under the many names that companies give them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from kuramori.kernel.imports import cells
from kuramori.kernel.imports.cell import RawValue
from kuramori.kernel.imports.errors import Unreadable
from kuramori.kernel.imports.mapping import ID_FIELD, ImportField
from kuramori.kernel.imports.wording import phrase
from kuramori.register.models import Kind, Medium, Origin
from kuramori.register.rules import SCALE, Tier

KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    Kind.DRAWING: ("図面", "設計", "図面・設計", "drawing", "drawing, design data"),
    Kind.FORMULATION: ("配合", "配合・合金", "材料", "組成", "formulation", "formulation, material"),
    Kind.PROCESS: ("製造条件", "工程", "製造方法", "process", "process, manufacturing condition"),
    Kind.TEST_DATA: ("試験データ", "研究データ", "実験データ", "test data", "test and research data"),
    Kind.SOURCE_CODE: ("ソースコード", "プログラム", "source code"),
    Kind.CUSTOMER_LIST: ("顧客情報", "顧客名簿", "顧客リスト", "customer list"),
    Kind.PRICE: ("原価・価格", "価格", "原価", "price", "price, cost"),
    Kind.PLAN: ("計画", "経営計画", "戦略", "事業計画", "plan", "plan, strategy"),
    Kind.NEGOTIATION: ("交渉", "契約", "交渉・契約", "negotiation", "negotiation, contract"),
    Kind.PERSONNEL: ("人事", "人事情報", "personnel", "personnel information"),
    Kind.SECURITY: ("セキュリティ", "セキュリティ設定", "security", "security setting"),
    Kind.OTHER: ("その他", "other"),
}
TIER_WORDS: Mapping[str, tuple[str, ...]] = {Tier.A: ("A", "A情報", "重要"), Tier.B: ("B", "B情報", "一般")}
MEDIUM_WORDS: Mapping[str, tuple[str, ...]] = {
    Medium.ELECTRONIC: ("電子", "電子データ", "electronic"),
    Medium.PAPER: ("紙", "書類", "paper"),
    Medium.BOTH: ("電子・紙", "紙・電子", "両方", "electronic and paper"),
    Medium.SAMPLE: ("試作品", "現物", "サンプル", "金型", "sample", "sample, prototype, mould"),
    Medium.KNOW_HOW: ("ノウハウ", "know-how", "know-how of persons"),
}
ORIGIN_WORDS: Mapping[str, tuple[str, ...]] = {
    Origin.OWN: ("自社", "自社保有", "own"),
    Origin.RECEIVED: ("受領", "他社", "他社より受領", "received", "received from another party"),
}
T = TypeVar("T", bound=str)


def spoken(words: Mapping[T, tuple[str, ...]]) -> dict[str, T]:
    """Return every word that means a value, with the value."""
    return {word: value for value, names in words.items() for word in (*names, str(value))}


def mark(value: RawValue) -> int:
    """Read a value on an axis: a whole number from 1 to 5."""
    found = cells.whole(value)
    if found not in SCALE:
        raise Unreadable(
            phrase(gettext_noop("%(value)s is not a value from 1 to 5."), value=value),
            phrase(gettext_noop("Write 1 to 5.")),
        )
    return found


def years(value: RawValue) -> int:
    """Read a number of years: 10, 10年, １０年."""
    found: Decimal = cells.number(value)
    return int(found)


def _field(
    name: str, label: object, parse: object, *aliases: str, required: bool = False, unique: bool = False
) -> ImportField:
    return ImportField(name=name, label=label, parse=parse, aliases=aliases, required=required, unique=unique)  # type: ignore[arg-type]


MANY_CODES = cells.many(cells.code)
FIELDS: tuple[ImportField, ...] = (
    _field(ID_FIELD, _("id"), cells.record_id, "id", unique=True),
    _field(
        "number",
        pgettext_lazy("secret", "number"),
        cells.upto(40, cells.code),
        "管理番号",
        "番号",
        "台帳番号",
        "情報管理番号",
        "No",
        "number",
        required=True,
        unique=True,
    ),
    _field(
        "title",
        _("title"),
        cells.upto(200),
        "名称",
        "情報名",
        "情報の名称",
        "件名",
        "秘密情報名",
        "title",
        "name",
        required=True,
    ),
    _field("kind", _("kind"), cells.choice(spoken(KIND_WORDS)), "種別", "種類", "情報の種類", "分類", "kind"),
    _field(
        "level",
        _("level"),
        cells.text,
        "区分",
        "秘密区分",
        "情報区分",
        "機密区分",
        "秘密等級",
        "ランク",
        "level",
        "class",
        required=True,
    ),
    _field("tier", _("tier"), cells.choice(spoken(TIER_WORDS)), "重要度", "管理ランク", "層", "tier"),
    _field(
        "keeper",
        _("keeper's number"),
        cells.code,
        "管理責任者番号",
        "責任者社員番号",
        "管理責任者社員番号",
        "keeper",
        "keeper number",
    ),
    _field(
        "unit",
        _("responsible unit"),
        cells.text,
        "所管部署コード",
        "部署コード",
        "所属コード",
        "所管部署",
        "部署",
        "部門",
        "unit",
        "responsible unit",
        required=True,
    ),
    _field(
        "place",
        _("place"),
        cells.upto(500),
        "保管場所①",
        "保管場所1",
        "保管場所",
        "所在",
        "保存場所",
        "place",
        "location",
    ),
    _field("place_2", _("second place"), cells.upto(500), "保管場所②", "保管場所2", "second place"),
    _field("place_3", _("third place"), cells.upto(500), "保管場所③", "保管場所3", "third place"),
    _field("medium", _("medium"), cells.choice(spoken(MEDIUM_WORDS)), "媒体", "媒体種別", "medium"),
    _field("origin", _("origin"), cells.choice(spoken(ORIGIN_WORDS)), "取得区分", "自社・受領", "出所", "origin"),
    _field("received_from", _("received from"), cells.upto(200), "受領元", "提供元", "開示元", "received from"),
    _field(
        "scope_units",
        _("open to units"),
        cells.many(cells.text),
        "開示範囲（部署）",
        "開示範囲 部署",
        "開示部署",
        "開示範囲",
        "open to units",
    ),
    _field("scope_projects", _("open to projects"), MANY_CODES, "開示範囲（案件）", "開示案件", "open to projects"),
    _field("scope_persons", _("open to persons"), MANY_CODES, "開示範囲（個人）", "開示対象者", "open to persons"),
    _field(
        "scope_partners",
        _("disclosed to partners"),
        cells.many(cells.upto(200)),
        "開示先（社外）",
        "社外開示先",
        "disclosed to partners",
    ),
    _field(
        "identified_on", _("registered on"), cells.day, "取得・作成日", "登録日", "作成日", "取得日", "registered on"
    ),
    _field("next_stocktaking", _("next stocktaking"), cells.day, "次回棚卸日", "棚卸予定日", "next stocktaking"),
    _field("stocktaken_on", _("last stocktaking"), cells.day, "前回棚卸日", "棚卸日", "last stocktaking"),
    _field("retention", _("retention in years"), years, "保存年限", "保存期間", "retention in years"),
    _field("protect_until", _("protected until"), cells.day, "保護期限", "秘密保持期限", "protected until"),
    _field("value_technical", _("technical value"), mark, "技術的価値", "technical value"),
    _field("value_economic", _("economic value"), mark, "経済的価値", "economic value"),
    _field("value_legal", _("legal value"), mark, "法的価値", "legal value"),
    _field("usefulness", _("usefulness"), cells.text, "有用性", "有用性の根拠", "usefulness"),
    _field("non_public", _("non-public nature"), cells.text, "非公知性", "非公知性の根拠", "non-public nature"),
    _field(
        "non_public_checked_on",
        _("non-public nature checked on"),
        cells.day,
        "非公知性確認日",
        "non-public nature checked on",
    ),
    _field("note", _("note"), cells.text, "備考", "摘要", "note", "remarks"),
)
