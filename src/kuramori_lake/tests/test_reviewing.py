"""What reviews are shown: sums of some days beside others, by person, and how much each source told."""

from datetime import date

import pytest

from kuramori_lake.context import Context, ExcludedAccount, Identity
from kuramori_lake.event import Namespace
from kuramori_lake.reviewing import first_pairs, heard_of, odd_copies, sums_of
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO

LONG_AGO = date(2000, 1, 1)
SUNDAY, SUNDAYS_BEFORE = date(2026, 11, 22), [date(2026, 11, 15), date(2026, 11, 8)]
HEAD = "日時,操作,ユーザー名,コンピュータ名,ファイル名,結果,出力先種別,出力先,サイズ,シリアル番号\n"
ROWS = """\
2026/11/08 10:00,コピー,akari,PC-1,D:\\a,成功,USB,E:,100,SN-1
2026/11/18 10:00,コピー,akari,PC-1,D:\\work,成功,USB,E:,100,SN-1
2026/11/22 23:00,コピー,akari,PC-1,D:\\b,成功,USB,E:,100,SN-2
2026/11/22 12:00,コピー,akari,PC-1,D:\\c,成功,USB,E:,100,SN-1
2026/11/22 12:00,コピー,akari,PC-1,D:\\d,拒否,USB,E:,100,SN-1
2026/11/22 12:00,コピー,stranger,PC-1,D:\\e,成功,USB,E:,100,SN-3
2026/11/22 12:00,コピー,backup,PC-9,D:\\f,成功,USB,E:,100,SN-4
"""


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reviewing")
    path = folder / "endpoint.csv"
    path.write_text(HEAD + ROWS, encoding="utf-8")
    with Lake.open(folder / "lake") as found:
        found.ingest(path, source="table:endpoint_generic", instance="all", zone=TOKYO)
        who = Identity(namespace=Namespace.AD, raw="akari", person_id="p-akari", since=LONG_AGO, until=None)
        backup = ExcludedAccount(namespace=Namespace.AD, raw="backup", reason="backup", since=LONG_AGO)
        found.context.write(Context(identities=[who], excluded=[backup]))
        yield found


def test_sums_of_the_days_stand_beside_those_of_other_days_and_unnamed_accounts_are_nobodys(lake):
    (akari,) = sums_of(lake, [SUNDAY], SUNDAYS_BEFORE)
    assert akari.person_id == "p-akari"
    assert (akari.now["copies"], akari.before["copies"]) == (2, 1)
    assert (akari.now["copied_bytes"], akari.before["copied_bytes"]) == (200, 100)
    assert akari.active_before == 1
    assert "mails_out" not in akari.now
    (alone,) = sums_of(lake, [SUNDAY], [])
    assert (alone.now, alone.before) == (akari.now, {})


def test_a_source_is_heard_by_its_events_of_the_days_and_of_the_others(lake):
    (heard,) = heard_of(lake, [SUNDAY], SUNDAYS_BEFORE)
    assert (heard.source, heard.instance, heard.events, heard.events_before) == ("table:endpoint_generic", "all", 5, 1)
    assert heard_of(lake, [date(2026, 11, 1)], []) == []


def test_a_medium_is_met_for_the_first_time_once(lake):
    found = first_pairs(lake, date(2026, 11, 20), date(2026, 11, 30), known_from=LONG_AGO)
    assert found == [{"person_id": "p-akari", "thing": "SN-2", "day": SUNDAY}]


def test_odd_hours_are_night_and_days_off(lake):
    month = date(2026, 11, 1), date(2026, 11, 30)
    assert odd_copies(lake, *month, []) == {"p-akari": 1}
    assert odd_copies(lake, *month, [SUNDAY]) == {"p-akari": 2}
