"""The level schemes that Kuramori ships: four levels by default, three levels, two tiers A and B (CLS-01, CLS-04)."""

from kuramori.governance.rules import Action, LevelPreset, Ruling, SchemePreset
from kuramori.kernel.permissions import Role

FORBIDDEN = (Ruling.FORBIDDEN, None)
NOTIFY = (Ruling.NOTIFY, None)
BY_KEEPER = (Ruling.APPROVAL, Role.KEEPER)
BY_HEAD = (Ruling.APPROVAL, Role.UNIT_HEAD)
BY_OFFICE = (Ruling.APPROVAL, Role.INFORMATION_MANAGER)

TOP = LevelPreset(
    code="top",
    rank=40,
    name_ja="極秘",
    name_en="Top secret",
    mark_ja="極秘・複写厳禁",
    mark_en="TOP SECRET – DO NOT COPY",
    meaning_ja="漏れると会社の存立や競争力に重大な影響が及ぶもの。知る者を個人名で限る。",
    meaning_en="A leak would gravely harm the company's standing or competitiveness. Readers are named one by one.",
    colour="red",
    needs_marking=True,
    stocktaking_months=6,
    handling={
        Action.VIEW: NOTIFY,
        Action.PRINT: BY_KEEPER,
        Action.DOWNLOAD: BY_KEEPER,
        Action.COPY: BY_OFFICE,
        Action.TAKE_OUT: FORBIDDEN,
        Action.SEND: BY_OFFICE,
        Action.STORE: BY_OFFICE,
        Action.DISPOSE: BY_KEEPER,
    },
)
SECRET = LevelPreset(
    code="secret",
    rank=30,
    name_ja="秘",
    name_en="Secret",
    mark_ja="秘・関係者限り",
    mark_en="SECRET – NEED TO KNOW",
    meaning_ja="漏れると取引先や事業に相当の影響が及ぶもの。業務上必要な部署・案件の者に限る。",
    meaning_en="A leak would do considerable harm to the business or a partner. For units and projects that need it.",
    colour="vermilion",
    needs_marking=True,
    stocktaking_months=12,
    handling={
        Action.PRINT: NOTIFY,
        Action.DOWNLOAD: NOTIFY,
        Action.COPY: BY_KEEPER,
        Action.TAKE_OUT: BY_HEAD,
        Action.SEND: BY_KEEPER,
        Action.STORE: NOTIFY,
        Action.DISPOSE: NOTIFY,
    },
)
INTERNAL = LevelPreset(
    code="internal",
    rank=20,
    name_ja="社外秘",
    name_en="Internal",
    mark_ja="社外秘",
    mark_en="INTERNAL USE ONLY",
    meaning_ja="社内では自由に使えるが、社外に出してはならないもの。",
    meaning_en="Free to use inside the company, not to leave it.",
    colour="indigo",
    needs_marking=True,
    stocktaking_months=12,
    handling={Action.TAKE_OUT: NOTIFY, Action.SEND: BY_HEAD},
)
PUBLIC = LevelPreset(
    code="public",
    rank=10,
    name_ja="公開",
    name_en="Public",
    mark_ja="",
    mark_en="",
    meaning_ja="公表してよいと決めたもの。",
    meaning_en="Decided to be fit for publication.",
    colour="grey",
    needs_marking=False,
    stocktaking_months=0,
    handling={},
)
TIER_A = LevelPreset(
    code="a",
    rank=40,
    name_ja="A情報",
    name_en="Tier A",
    mark_ja="A・管理対象",
    mark_en="TIER A – CONTROLLED",
    meaning_ja="図面や計画のように、それだけで価値を持つ秘密。法的な立証に耐える管理をする。",
    meaning_en="Valuable by itself, such as a drawing or a plan: managed so that it holds up in court.",
    colour="red",
    needs_marking=True,
    stocktaking_months=12,
    handling=SECRET.handling,
)
TIER_B = LevelPreset(
    code="b",
    rank=20,
    name_ja="B情報",
    name_en="Tier B",
    mark_ja="B・社内限り",
    mark_en="TIER B – INTERNAL",
    meaning_ja="単独では価値の小さい社内情報。区分と責任者だけを決める。",
    meaning_en="Of little value by itself: level and keeper suffice.",
    colour="indigo",
    needs_marking=False,
    stocktaking_months=0,
    handling=INTERNAL.handling,
)

SCHEMES = {
    scheme.code: scheme
    for scheme in (
        SchemePreset(
            code="four",
            name_ja="四区分（標準）",
            name_en="Four levels (default)",
            levels=(TOP, SECRET, INTERNAL, PUBLIC),
        ),
        SchemePreset(code="three", name_ja="三区分", name_en="Three levels", levels=(TOP, SECRET, INTERNAL)),
        SchemePreset(code="ab", name_ja="A・B二層", name_en="Tiers A and B", levels=(TIER_A, TIER_B)),
    )
}
