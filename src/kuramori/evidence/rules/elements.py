"""What the law asks of a secret, element by element, as data: the next legal matrix is another tuple of these.

The words of the Act are those of the Ministry's translation (Unfair Competition Prevention Act, art. 2(6), 21); what
an element means in practice follows the Management Guidelines for Trade Secrets.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One element; `absent` says what would prove it when nothing does. Texts are marked for translation elsewhere."""

    code: str
    title_en: str
    title_ja: str
    law_en: str
    law_ja: str
    explanation_en: str
    explanation_ja: str
    absent_en: str
    absent_ja: str


ACT_EN = "Unfair Competition Prevention Act"
ACT_JA = "不正競争防止法"

TRADE_SECRET: tuple[Requirement, ...] = (
    Requirement(
        code="secrecy_management",
        title_en="Secrecy management",
        title_ja="秘密管理性",
        law_en=f"{ACT_EN}, art. 2(6): “kept secret”",
        law_ja=f"{ACT_JA} 2条6項「秘密として管理されている」",
        explanation_en="The company shows by measures that fit the secret's worth that it wants it kept, and "
        "employees can see so.",
        explanation_ja="会社が秘密として管理する意思を、情報の価値に見合った措置で示し、従業員等がそれを認識できることです。",
        absent_en="No measure is recorded yet: name a keeper, a place and the scope of disclosure.",
        absent_ja="措置の記録がまだありません。管理責任者・保管場所・開示範囲を登録してください。",
    ),
    Requirement(
        code="usefulness",
        title_en="Usefulness",
        title_ja="有用性",
        law_en=f"{ACT_EN}, art. 2(6): “technical or business information useful for business activities”",
        law_ja=f"{ACT_JA} 2条6項「生産方法、販売方法その他の事業活動に有用な技術上又は営業上の情報」",
        explanation_en="The information is good for the business, now or possibly; failed trials count as well.",
        explanation_ja="事業活動に客観的に役立つ情報であることです。失敗した実験のデータなども含まれます。",
        absent_en="It is not recorded what the information is good for.",
        absent_ja="何の役に立つ情報かが記録されていません。",
    ),
    Requirement(
        code="non_public_nature",
        title_en="Non-public nature",
        title_ja="非公知性",
        law_en=f"{ACT_EN}, art. 2(6): “not publicly known”",
        law_ja=f"{ACT_JA} 2条6項「公然と知られていないもの」",
        explanation_en="Outside the company's control it is not generally known and cannot easily be found out.",
        explanation_ja="保有者の管理下以外では一般に知られておらず、容易に知ることもできないことです。",
        absent_en="It is not recorded why nobody else knows it, nor when that was checked.",
        absent_ja="公然と知られていない理由と、それを確認した日が記録されていません。",
    ),
    Requirement(
        code="recognition",
        title_en="Recognition",
        title_ja="認識可能性",
        law_en=f"{ACT_EN}, art. 2(6), read with the Management Guidelines for Trade Secrets",
        law_ja=f"{ACT_JA} 2条6項（営業秘密管理指針）",
        explanation_en="Those who handled it could know that it is secret: marks, training, pledges that name it.",
        explanation_ja="取り扱う人が秘密であると認識できたことです。表示、研修、対象を示した誓約書などが示します。",
        absent_en="No mark, training or pledge that names this secret is recorded.",
        absent_ja="この秘密情報を示す表示・研修・誓約書の記録がありません。",
    ),
    Requirement(
        code="access",
        title_en="Access",
        title_ja="アクセスの記録",
        law_en=f"{ACT_EN}, art. 2(1)(iv) to (ix) and art. 5-2 (presumption of use)",
        law_ja=f"{ACT_JA} 2条1項4号〜9号、5条の2（使用等の推定）",
        explanation_en="Who got at it, when and by what way: what a claim or a charge of taking it rests on.",
        explanation_ja="誰が、いつ、どのように接したかです。持ち出しを主張・立証する土台になります。",
        absent_en="No log event and no reading of this secret is recorded.",
        absent_ja="この秘密情報へのアクセスのログや閲覧の記録がありません。",
    ),
)
