"""What the legal department of the demo company does about the planted story: from the preservation to the bundle.

Everything goes through the acts behind the pages; only the queue of long work is emptied here, not by a server.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import override

from kuramori.directory.api import Person, Role, role_holders, viewer_of, viewer_of_system
from kuramori.evidence.api import (
    Currency,
    Item,
    ProofKind,
    ask_bundle,
    hold_add,
    loss_add,
    plan_set,
    plan_standing,
    refresh_witnesses,
    seal_now,
    statement_add,
    witness_add,
)
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Subject
from kuramori.kernel.models import Job, JobState
from kuramori.kernel.permissions import Viewer
from kuramori.register.api import SECRET_PROVE, Audience, Secret, scope_open

WITNESS_FOLDER = "demo-witness"
WITNESS = "デモの立会先（同じ計算機の中）"
PRESERVED = timedelta(days=365)
WHY_HELD = "退職の申出の後の大量閲覧について、顧問弁護士の助言を受けて証拠を保全する。"
WHY_SHOWN = "持出しの疑いの調査と立証を担当するため。"
WHY_PLANNED = "区分「極秘」の標準の計画を、秘密情報管理委員会で決定した。"
WHY_BUNDLE = "顧問弁護士による仮処分申立ての検討のため。"
STATEMENTS = (
    (
        "secrecy_management",
        "先行開発部長",
        330,
        "図面一式は案件フォルダに置き、案件の担当者だけが開けるようにしている。印刷した図面は施錠した書庫に納め、貸出簿を付けている。",
    ),
    (
        "recognition",
        "先行開発部長",
        120,
        "案件フォルダの入口と図面の各葉に「極秘」の表示がある。全社の技術連絡会で、蒼穹の図面は案件の外に開示しないことを説明した。",
    ),
    (
        "usefulness",
        "生産技術課長",
        60,
        "図面の型構造と冷却回路により不良率が半減し、量産の立上げが二か月早まった。他社が同じ水準に達するには試作から始めることになる。",
    ),
)  # element, who says it, days ago, in his own words
LOSSES = (
    (
        Item.DEVELOPMENT_COST,
        84_000_000,
        "設計 4,200時間 × 9,500円と、金型試作 3回分の外注費",
        "案件別原価台帳（2024年度・2025年度）",
    ),
    (
        Item.LICENCE_VALUE,
        36_000_000,
        "同種の金型設計の使用許諾 売上の3％ × 3年の見込売上 12億円",
        "2023年の使用許諾契約",
    ),
    (Item.INVESTIGATION_COST, 2_750_000, "外部の調査会社によるログと端末の調査", "調査会社の見積書"),
)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Who works on the case, and through whose eyes; days are the company's."""

    person: Person
    viewer: Viewer
    today: date

    def said(self, about: Subject) -> None:
        """Record what those who know say, each for one element (EVD-07)."""
        for element, said_by, days_ago, text in STATEMENTS:
            statement_add(
                about=about,
                element=element,
                kind=ProofKind.TESTIMONY,
                said_by=said_by,
                said_on=self.today - timedelta(days=days_ago),
                text=text,
                recorded_by=self.person,
                by=self.viewer.actor,
            )

    def lost(self, about: Subject) -> None:
        """Enter what the theft costs, with basis and source (EVD-05)."""
        for item, amount, basis, source in LOSSES:
            loss_add(
                about=about,
                item=item,
                amount=amount,
                currency=Currency.JPY,
                basis=basis,
                source=source,
                by=self.viewer.actor,
            )


def witness_in_folder() -> None:
    """Have a folder hold the ledger's heads; that it lies on this very machine is said in its name (EVD-08)."""
    place = Path(settings.DATA) / WITNESS_FOLDER
    place.mkdir(exist_ok=True)
    witness_add(kind="folder", name=WITNESS, place=str(place), by=viewer_of_system().actor)
    refresh_witnesses()


def build_case(suspect: Person, secret: Secret, today: date, step: Callable[[int, int], Any]) -> str:
    """Preserve, plan, state, reckon, and make the bundle for the court; return the bundle's id.

    Raises RuntimeError when a long work failed: a demo that lacks its end would be a defect.
    """
    legal = role_holders(viewer_of_system(), limit=1)[Role.LEGAL][0]
    desk = Desk(person=legal, viewer=viewer_of(legal, now()), today=today)
    about, by = secret.as_subject(), desk.viewer.actor
    # Legal staff see no secret by their role alone: whoever works on a case is let in, and that is in the ledger too.
    scope_open(secret=secret, audience=Audience.PERSON, audience_id=legal.pk, by=SYSTEM, why=WHY_SHOWN)
    seal_now()
    witness_in_folder()
    hold_add(
        matter=f"{secret.title}の持出しの疑い",
        held=[suspect.as_subject(), about],
        covers_from=today - PRESERVED,
        by=by,
        why=WHY_HELD,
    )
    step(1, 4)
    planned = plan_standing(about, desk.viewer, tier=secret.tier, today=today)
    plan_set(
        about=about, claim=planned.claim.code, proofs=[each.code for each in planned.lines], by=by, why=WHY_PLANNED
    )
    desk.said(about)
    desk.lost(about)
    step(2, 4)
    with override("ja"):  # the company's language: titles of what lies in custody
        _work()
        step(3, 4)
        asked = ask_bundle(desk.viewer, kind="secret", subject=about, permission=SECRET_PROVE, why=WHY_BUNDLE)
        _work()
    step(4, 4)
    return str(asked.arguments["order"]["id"])


def _work() -> None:
    """Do the long work that waits; what failed stops the demo."""
    jobs.run_waiting()
    failed = Job.objects.exclude(state=JobState.DONE).values_list("title", "error")
    if failed:
        raise RuntimeError(f"the demo's work ended otherwise: {list(failed)}")
