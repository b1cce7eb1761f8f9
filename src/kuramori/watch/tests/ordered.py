"""Monitoring orders for tests: Akari heads the materials section; the data team and two offices decide about Botan."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kuramori.directory.acts.people import identity_add
from kuramori.directory.api import Person, actor_of
from kuramori.directory.tests.company import FOUNDED, NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.watch.api import ingest
from kuramori.watch.context import context_sync
from kuramori.watch.lake import lake
from kuramori.watch.models import MonitoringOrder
from kuramori.watch.orders.acts import Asked, order_approve, order_ask
from kuramori.watch.rules.orders import Kind
from kuramori.watch.tests.watched import Offices
from kuramori_lake.tests.postfix_log import mail

YESTERDAY = date(2026, 11, 19)
WORDS: dict[str, Any] = {
    "reason": "夜間に図面が印刷されている",
    "clause": "第4条2項",
    "milder": "注意喚起では止まらなかった",
    "channels": ("files", "print", "media", "mail", "web", "doors"),
    "days": 14,
}


class Deciders(Offices):
    """Who decides: Daichi of the data team, somebody of HR, a lawyer, the privacy officer; and who else asks."""

    def __init__(self, company: Company) -> None:
        super().__init__(company)
        self.data = company.daichi
        self.second = self._member(company, "D-2", "解析 涼", Role.SECURITY_ANALYST)


def asked(company: Company, asker: Person | None = None, **words: Any) -> MonitoringOrder:
    """Akari asks about Botan, unless words name others or another subject."""
    asker = asker or company.akari
    if not {"person", "alert", "secret", "thing"} & set(words):
        words |= {"kind": Kind.PERSON, "person": company.botan}
    if not {"person", "alert", "sites"} & set(words):
        words |= {"sites": (company.tokyo.pk,)}
    return order_ask(asked=Asked(**(WORDS | {"kind": Kind.PERSON} | words)), asker=asker, by=actor_of(asker))


def agrees(company: Company, order: MonitoringOrder, person: Person, reason: str = "必要と認める") -> MonitoringOrder:
    """Somebody agrees for his office."""
    viewer = company.viewer(person)
    return order_approve(order=order, person=person, roles=viewer.roles, reason=reason, by=viewer.actor)


def in_force(company: Company, deciders: Deciders, **words: Any) -> MonitoringOrder:
    """An order to which every office agreed that has to: all three for a person, the data team alone for the rest."""
    order = asked(company, **words)
    everybody: Sequence[Person] = (deciders.data, deciders.hr, deciders.legal)
    for person in everybody if order.person_id else everybody[:1]:
        order = agrees(company, order, person)
    return order


def logs_of_six_channels(company: Company, folder: Path) -> None:
    """Botan's Thursday as six systems wrote it down, one deed each hour, handed in in no order."""
    for namespace, value in (("employee", "A-2"), ("mail", "botan@kura.example")):
        identity_add(person=company.botan, namespace=namespace, value=value, starts_on=FOUNDED, by=SYSTEM)
    for kind, text in _texts().items():
        path = folder / f"{kind.replace(':', '_')}.log"
        path.write_text(text, encoding="utf-8")
        ingest(source=kind, instance="one", paths=[path])
    with lake() as found:
        context_sync(found, today=NOON.date())


def _texts() -> dict[str, str]:
    noon = int(datetime(2026, 11, 19, 12, tzinfo=ZoneInfo("Asia/Tokyo")).timestamp())
    mails = "\n".join(mail(at="13:00", sender="botan@kura.example")).replace("Nov 20", "Nov 19")
    return {
        "postfix": f"{mails}\n",
        "squid": f"{noon}.000 63 192.0.2.7 TCP_MISS/200 270 POST https://up.rival.example/a botan "
        'HIER_DIRECT/198.51.100.9 text/html up=120449 bodyreq=120201 host=up.rival.example ua="x"\n',
        "table:badge": "日時,カード番号,社員番号,氏名,所属,扉コード,扉名,リーダ,方向,結果,理由\n"
        "2026/11/19 8:00:00,0012345678,A-2,,,H-1,正面玄関,R1,入室,許可,\n",
        "cups": "mfp5f botan 7 [19/Nov/2026:10:00:00 +0900] total 12 - 192.0.2.7 図面 A4 two-sided\n",
        "samba": "<173>Nov 19 09:00:00 smbd_audit: 2026/11/19 09:00:00|botan|10.1.4.7|pc7|zairyo|create_file|ok|"
        "0x120089|file|open|/srv/samba/zairyo/a.xlsx\n",
        "table:endpoint_generic": "日時,操作,ユーザー名,コンピュータ名,"
        "ファイル名,結果,出力先種別,出力先,サイズ,SHA256,IPアドレス\n"
        "2026/11/19 11:00:00,コピー,botan,PC-7,/srv/samba/zairyo/a.xlsx,成功,USB,E:,10,ab,192.0.2.7\n",
    }  # fmt: skip
