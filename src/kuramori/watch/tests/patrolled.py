"""A patrol for tests: what it looks for, fifty posts of which some match, and who works on them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from kuramori.directory.api import Person, actor_of
from kuramori.directory.tests.company import Company
from kuramori.directory.tests.feed import take_in
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.watch.models import PatrolHit, PatrolTerm
from kuramori.watch.patrols.acts import Decision, hit_decide
from kuramori.watch.patrols.post_import import POSTS
from kuramori.watch.patrols.term_acts import term_add
from kuramori.watch.rules.patrols import HitState

TODAY = date(2026, 11, 20)
ROW: dict[str, Any] = {
    "url": "https://x.example/p/1", "posted_at": "2026-11-19T08:30:00+09:00", "author": "@someone",
    "text": "くらもり化成の工場でまた図面を盗撮してる人がいた", "platform": "X",
}  # fmt: skip


def look_for() -> dict[str, PatrolTerm]:
    """Add two names of the company, three improper words and a topic."""
    told = [
        ("company", "クラモリ化成", ["蔵森化成", "Kuramori Chemical"]),
        ("company", "KCX", []),
        ("improper", "盗撮", ["隠し撮り"]),
        ("improper", "社外秘", []),
        ("improper", "leak", ["leaked"]),
        ("topic", "離席", ["ロックしない"]),
    ]
    return {word: term_add(kind=kind, word=word, spellings=spellings, by=SYSTEM) for kind, word, spellings in told}


MATCHING = (
    "クラモリ化成で盗撮",
    "ｸﾗﾓﾘ化成で盗撮",
    "くらもり化成の社外秘",
    "蔵森化成、隠し撮りの写真",
    "KURAMORI CHEMICAL leaked drawings",
    "Ｋｕｒａｍｏｒｉ　Ｃｈｅｍｉｃａｌ：ｌｅａｋ",
    "kuramori\nchemical had a leak",
    "kcxの社外秘を見た",
    "KCX、盗撮",
    "ク\u200bラモリ化成の社\u200b外秘",
    "写真は盗撮です。場所は蔵森化成の第二工場。",
    "#KCX #社外秘",
)
"""Posts that name the company and something improper, however they are written."""
OTHERS = (
    "クラモリ化成の株価が上がった",
    "盗撮はやめよう",
    "KCXA のイベントで盗撮",
    "AKCX と社外秘",
    "Kuramori Chemicals had a leak",
    "Kuramori Chemical and a leakage",
    "クラモリ化学で盗撮",
    "離席が多いクラモリ化成",
)
"""Posts that hold one of the two only, or a longer word that is another one."""


def fifty() -> list[dict[str, Any]]:
    """Return fifty sample posts, those of `MATCHING` scattered among them."""
    fill = [OTHERS[n % len(OTHERS)] for n in range(50 - len(MATCHING))]
    texts = [text for n, other in enumerate(fill) for text in (*MATCHING[n : n + 1], other)]
    return [ROW | {"url": f"https://x.example/p/{n}", "text": text} for n, text in enumerate(texts)]


def taken(*rows: Mapping[str, Any]) -> list[Any]:
    """Take rows in, each a change to a matching one, with an address of its own unless it is told."""
    told = [ROW | {"url": f"https://x.example/q/{n}"} | row for n, row in enumerate(rows)]
    return take_in(POSTS, told)[0]


def one_hit(**row: Any) -> PatrolHit:
    """Return a post on the board."""
    before = set(PatrolHit.objects.values_list("pk", flat=True))
    taken(row)
    return PatrolHit.objects.exclude(pk__in=before).get()


class Board:
    """Who works on posts: two analysts, the privacy officer, HR and a lawyer."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.first = company.daichi
        self.second = self._member("S-2", "検知 次郎", "Jiro Kenchi", Role.SECURITY_ANALYST)
        self.hr = self._member("H-1", "人事 花子", "Hanako Jinji", Role.HR)
        self.legal = self._member("L-1", "法務 律子", "Ritsuko Homu", Role.LEGAL)
        self.privacy = self._member("P-1", "個人 守", "Mamoru Kojin", Role.PRIVACY_OFFICER)

    def _member(self, number: str, name: str, romaji: str, role: Role) -> Person:
        person = self.company.person(number, name, "カナ カナ", romaji, self.company.top)
        self.company.give(person, role)
        return person

    def decides(
        self,
        hit: PatrolHit,
        state: HitState,
        *,
        person: Person | None = None,
        about: Person | None = None,
        reason: str = "確認した",
        today: date = TODAY,
    ) -> PatrolHit:
        """The first analyst decides, unless another is named."""
        who = person or self.first
        decision = Decision(state=state, reason=reason, concerned=about)
        return hit_decide(hit=hit, decision=decision, decider=who, today=today, by=actor_of(who))
