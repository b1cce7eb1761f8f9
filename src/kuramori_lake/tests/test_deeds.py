"""What one person carried out: correspondence is none of it, a mail that can hold a file is (EVD-03)."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake.context import Context, Identity
from kuramori_lake.deeds import LETTER, deeds_of
from kuramori_lake.event import Namespace
from kuramori_lake.store import Lake
from kuramori_lake.tests.postfix_log import birth, head, removed, to

AKARI = Identity(namespace=Namespace.MAIL, raw="akari@kura.example", person_id="p-akari", since=date(2026, 1, 1))
SINCE, UNTIL = date(2026, 11, 1), date(2026, 11, 30)
ANY = "s-1"


def sent(lake: Lake, folder, *sizes: int) -> list:
    """What Akari carried out after mails of these sizes, all on one day."""
    lines = []
    for n, size in enumerate(sizes):
        at, queue = f"10:{n:02}", f"4FA0B1{n:02X}"
        lines += [birth(f"{at}:01", queue), *head(f"{at}:02", queue, f"{n}@kura", size=size)]
        lines += [to(f"{at}:03", queue, "x@rival.example"), removed(f"{at}:04", queue)]
    log = folder / "mail.log"
    log.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = lake.ingest(log, source="postfix", instance="mx", zone=ZoneInfo("Asia/Tokyo"))
    assert report.counts.rejected == 0
    lake.context.write(Context(identities=[AKARI]))
    return deeds_of(lake, "p-akari", SINCE, UNTIL)


@pytest.mark.parametrize(("size", "told"), [(LETTER - 1, 0), (LETTER, 1), (8_000_000, 1)])
def test_a_mail_is_carried_out_from_the_size_at_which_it_may_hold_a_file(lake, tmp_path, size, told):
    assert [(deed.documents, deed.went_out) for deed in sent(lake, tmp_path, size)] == [(1, True)] * told


def test_mails_of_one_day_are_one_deed_with_their_number_and_letters_are_not_counted(lake, tmp_path):
    (deed,) = sent(lake, tmp_path, 900_000, 5_000, 700_000)
    assert (deed.documents, deed.destination_class, deed.secret_id) == (2, "external_mail", None)
    assert deeds_of(lake, "p-akari", SINCE, UNTIL, secret_id=ANY) == [deed], "whatever secret is asked about"
    assert deeds_of(lake, "p-botan", SINCE, UNTIL) == []
