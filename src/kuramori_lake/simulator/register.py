"""Draws up the company's register: some 400 secrets with level, keeper, places, scope, dates and value."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from kuramori_lake.simulator.company import STAFFED, UNITS, Company, Person, Project, Trade, Unit
from kuramori_lake.simulator.dice import dice, some
from kuramori_lake.simulator.filing import filing
from kuramori_lake.simulator.founding import SECRET_PROJECT
from kuramori_lake.simulator.library import Library
from kuramori_lake.simulator.subjects import KINDS, PARTNERS, Kind, titles

LEVELS = ("極秘", "秘", "社外秘", "公開")
_FIRST_DAY = date(2019, 4, 1)
_STORY_TITLE = "蒼穹 大型一体ダイカスト金型 図面一式"
_PROJECT_KINDS: dict[Trade, str] = {
    "design": "図面",
    "lab": "試験データ",
    "software": "ソースコード",
    "office": "経営計画",
    "sales": "交渉・契約",
}
_STORY_USE = "部品点数を七十から一に減らす一体鋳造金型。量産一型あたり約三億円の原価低減を見込む。"
_STORY_CLOSED = "図面は案件フォルダ以外に保管せず、社外発表・出願なし。鋳造機メーカーにも外形のみ開示。"


@dataclass(frozen=True, kw_only=True)
class Secret:
    """One row of the register. Values are 1 (low) to 5 (high); `keeper` and `persons` are staff numbers."""

    number: str
    title: str
    kind: str
    level: str
    tier: str
    keeper: str
    unit: str
    places: tuple[str, ...]
    medium: str
    origin: str
    partner: str
    units: tuple[str, ...]
    projects: tuple[str, ...]
    persons: tuple[str, ...]
    outsiders: tuple[str, ...]
    acquired: date
    review: date
    retention: int
    technical: int
    economic: int
    legal: int
    usefulness: str
    non_public: str
    note: str
    is_the_story: bool = False


def draw_up(*, seed: int, company: Company, library: Library, today: date, count: int) -> list[Secret]:
    """`count` secrets, numbered in order of the day they came about; one of them is the story's."""
    rng = dice(seed, "register")
    drafts = [_of_project(rng, project, library, today) for project in company.projects]
    weighted = [
        unit for unit in STAFFED for _ in range(2 + unit.weight // 3 + 6 * (unit.trade in {"design", "lab", "sales"}))
    ]
    used: set[str] = {draft.title for draft in drafts}
    while len(drafts) < count:
        unit = rng.choice(weighted)
        kind = rng.choice([kind for kind in KINDS if unit.trade in kind.trades])
        title = rng.choice(titles(kind, rng, used))
        used.add(title)
        drafts.append(_secret(rng, title, kind, unit, company=company, library=library, today=today))
    drafts.sort(key=lambda draft: (draft.acquired, draft.title))
    return [_numbered(draft, place) for place, draft in enumerate(drafts, start=1)]


def _numbered(draft: Secret, place: int) -> Secret:
    return Secret(**{**vars(draft), "number": f"SR-{place:04d}"})


def _of_project(rng: Random, project: Project, library: Library, today: date) -> Secret:
    """What a project makes, kept by its leader; the drawings of the story's project are the gravest."""
    story = project.code == SECRET_PROJECT
    area = library.areas[project.code]
    level = "極秘" if story else rng.choice(("極秘", "秘", "秘"))
    title = _STORY_TITLE if story else f"{project.name} 成果物一式"
    cabinet = (f"{project.unit.site.name} 3F キャビネット C-12",) if story else ()
    return Secret(
        number="",
        title=title,
        kind=_PROJECT_KINDS[project.unit.trade],
        level=level,
        tier="A",
        keeper=project.leader,
        unit=project.unit.code,
        places=(area.unc_of(area.main_folder), *cabinet),
        medium="電子・紙" if story else "電子",
        origin="自社",
        partner="",
        units=(project.unit.code,),
        projects=(project.code,),
        persons=(),
        outsiders=(),
        acquired=project.start,
        review=date(today.year, 3, 31) if story else _next_stocktaking(rng, today),
        retention=20,
        technical=5,
        economic=5 if story else 4,
        legal=4,
        usefulness=_STORY_USE if story else "次期の受注を左右する開発成果。",
        non_public=_STORY_CLOSED if story else "案件の参加者以外には開示していない。",
        note="2024年の応援要員のアクセス権の棚卸しが未了。" if story else "",
        is_the_story=story,
    )


def _secret(
    rng: Random, title: str, kind: Kind, unit: Unit, *, company: Company, library: Library, today: date
) -> Secret:
    level = rng.choices(LEVELS[:3], (2 if kind.grave else 1, 6, 9))[0]
    received = rng.random() < (0.25 if kind.from_partners else 0.05)
    acquired = _came_about(rng, title, today)
    high = {"極秘": 4, "秘": 3, "社外秘": 2}[level]
    project = rng.choice(company.projects) if rng.random() < 0.18 else None  # noqa: PLR2004
    keeper = _keeper(rng, company, unit, today)
    others = some(rng, [p.number for p in company.people if p.employed_on(today)], 2)
    nearby = [other.code for other in STAFFED if other.code[0] == unit.code[0] and other is not unit]
    return Secret(
        number="",
        title=title,
        kind=kind.name,
        level=level,
        tier="A" if level == "極秘" or (level == "秘" and rng.random() < 0.3) else "B",  # noqa: PLR2004
        keeper=keeper.number,
        unit=unit.code,
        places=tuple(_places(rng, unit, library, kind, acquired)),
        medium=rng.choices(("電子", "電子・紙", "紙", "試作品"), (70, 20, 7, 6 * kind.tangible))[0],
        origin="受領" if received else "自社",
        partner=rng.choice(PARTNERS) if received else "",
        units=(unit.code, *(some(rng, nearby, 1) if level == "社外秘" else ())),
        projects=(project.code,) if project else (),
        persons=tuple(others) if level == "極秘" and rng.random() < 0.2 else (),  # noqa: PLR2004
        outsiders=(rng.choice(PARTNERS),) if rng.random() < 0.1 else (),  # noqa: PLR2004
        acquired=acquired,
        review=_next_stocktaking(rng, today),
        retention=rng.choice((5, 7, 10, 10, 15, 20)),
        technical=_value(rng, high),
        economic=_value(rng, high),
        legal=_value(rng, high + received),
        usefulness=rng.choice(kind.uses),
        non_public=rng.choice(kind.closed),
        note=rng.choice(
            (
                "",
                "",
                "",
                "",
                "更新は四半期ごと",
                "旧台帳 No.【統合】より移記",
                "㈱を含む受領資料は先方の表示に従う",
                "要確認～保管場所",
            )
        ),
    )


def _keeper(rng: Random, company: Company, unit: Unit, today: date) -> Person:
    """Mostly the head of the unit, else a regular employee of it who is still there."""
    staff = [p for p in company.staff(unit.code) if p.employed_on(today) and p.career.notice is None]
    staff = [p for p in staff if p.kind in {"正社員", "役員"}] or [company.head(unit.code)]
    return staff[0] if rng.random() < 0.6 else rng.choice(staff)  # noqa: PLR2004


def _places(rng: Random, unit: Unit, library: Library, kind: Kind, acquired: date) -> list[str]:
    """A folder of the file server, or a system; sometimes a cabinet or a zone beside it."""
    area = library.areas[unit.code]
    folders = [topic[0] for topic in filing(unit.trade, unit.site.country)]
    fitting = [folder for folder in folders if any(word in folder for word in kind.folders)] or folders
    within = area.below(rng.choice(fitting))
    same_year = [document for document in within if str(acquired.year) in re.split(r"[/\\]", document[1])]
    folder = area.unc_of(rng.choice(same_year or within)[1]).rpartition("\\")[0]
    places = [folder if rng.random() < 0.7 else folder.rpartition("\\")[0]]  # noqa: PLR2004
    if kind.system and rng.random() < 0.2:  # noqa: PLR2004
        places = [kind.system]
    chance = rng.random()
    if chance < 0.15:  # noqa: PLR2004
        places.append(f"{unit.site.name} {1 + rng.randrange(5)}F キャビネット C-{rng.randrange(1, 40):02d}")
    elif chance < 0.22:  # noqa: PLR2004
        places.append(f"{unit.site.name} 管理区域 Z{rng.randrange(1, 6)}")
    return places


def _came_about(rng: Random, title: str, today: date) -> date:
    """A day since April 2019; what carries a fiscal year in its title came about in that year."""
    first, last = _FIRST_DAY, today - timedelta(days=20)
    if found := re.search(r"(\d{4})年度$", title):
        first = date(int(found[1]), 4, 1)
        last = min(last, first + timedelta(days=360))
    return first + timedelta(days=rng.randrange(max(1, (last - first).days)))


def _next_stocktaking(rng: Random, today: date) -> date:
    """At the end of a half-year to come; one in sixteen is overdue, as in every real ledger."""
    if rng.random() < 1 / 16:
        return date(today.year, 3, 31)
    return rng.choice((date(today.year, 12, 31), date(today.year + 1, 3, 31), date(today.year + 1, 9, 30)))


def _value(rng: Random, middle: int) -> int:
    return max(1, min(5, middle + rng.choice((-1, 0, 0, 0, 1))))


def unit_names(codes: tuple[str, ...]) -> str:
    """Units as a ledger writes them."""
    return "、".join(UNITS[code].name for code in codes)
