"""Who and which secret, over time: renamed accounts, reused cards, patterns that begin and end, accounts left out."""

from datetime import date

import pytest

from kuramori_lake.context import Context, ExcludedAccount, Flow, Identity, SecretPattern, path_secrets
from kuramori_lake.event import Namespace
from kuramori_lake.tests.conftest import TOKYO
from kuramori_lake.tests.test_store import lines, take

LONG_AGO = date(2000, 1, 1)
DOORS = "日時,カード番号,社員番号,扉名,方向,結果\n"


def is_whose(raw, person, *, namespace=Namespace.AD, since=LONG_AGO, until=None):
    return Identity(namespace=namespace, raw=raw, person_id=person, since=since, until=until)


def lies(pattern, number, *, since=LONG_AGO, until=None, weight=1.0):
    return SecretPattern(
        pattern=pattern, secret_id=f"id-{number}", number=number, level="秘", weight=weight, since=since, until=until
    )


def joined(lake, column):
    return lake.query(f"SELECT {column} AS c FROM joined_events ORDER BY time_utc, event_id")["c"].to_pylist()


def doors(lake, tmp_path, *rows):
    path = tmp_path / "doors.csv"
    path.write_text(DOORS + "".join(f"{row}\n" for row in rows))
    lake.ingest(path, source="table:badge", zone=TOKYO)


def test_whoever_married_is_one_person_under_two_accounts(lake, tmp_path):
    take(lake, tmp_path, lines(0, 1, who="sakura.a", day=10) + lines(0, 1, who="makino.a", day=20))
    names = [is_whose("sakura.a", "p1", until=date(2026, 11, 15)), is_whose("makino.a", "p1", since=date(2026, 11, 16))]
    lake.context.write(Context(identities=names))
    assert joined(lake, "person_id") == ["p1", "p1"]


def test_old_account_after_the_change_is_nobodys(lake, tmp_path):
    take(lake, tmp_path, lines(0, 1, who="sakura.a", day=20))
    lake.context.write(Context(identities=[is_whose("sakura.a", "p1", until=date(2026, 11, 15))]))
    assert joined(lake, "person_id") == [None]


def test_reused_card_is_whoever_held_it_on_that_day(lake, tmp_path):
    doors(lake, tmp_path, *(f"2026/11/{day} 9:00,001,,東門,入室,許可" for day in (10, 15, 16, 20)))
    holders = [
        is_whose("001", "p1", namespace=Namespace.BADGE, until=date(2026, 11, 15)),
        is_whose("001", "p2", namespace=Namespace.BADGE, since=date(2026, 11, 16)),
    ]
    lake.context.write(Context(identities=holders))
    assert joined(lake, "person_id") == ["p1", "p1", "p2", "p2"]


def test_night_shift_is_joined_by_the_local_day_after_midnight(lake, tmp_path):
    doors(lake, tmp_path, "2026/11/15 25:30,001,,東門,退室,許可")
    holders = [
        is_whose("001", "p1", namespace=Namespace.BADGE, until=date(2026, 11, 15)),
        is_whose("001", "p2", namespace=Namespace.BADGE, since=date(2026, 11, 16)),
    ]
    lake.context.write(Context(identities=holders))
    assert joined(lake, "person_id") == ["p2"]


def test_card_number_that_lost_its_zeros_is_not_guessed(lake, tmp_path):
    doors(lake, tmp_path, "2026/11/20 9:00,1,,東門,入室,許可")
    lake.context.write(Context(identities=[is_whose("001", "p1", namespace=Namespace.BADGE)]))
    assert joined(lake, "person_id") == [None]


@pytest.mark.parametrize("namespace", [one for one in Namespace if one is not Namespace.AD])
def test_same_name_in_another_namespace_is_another_name(lake, tmp_path, namespace):
    take(lake, tmp_path, lines(0, 1))
    lake.context.write(Context(identities=[is_whose("akari", "p1", namespace=namespace)]))
    assert joined(lake, "person_id") == [None]


@pytest.mark.parametrize("written", ["AKARI", "ａｋａｒｉ", " akari ", "kura\\AKARI"])
def test_account_is_met_however_it_is_written_in_the_directory(lake, tmp_path, written):
    take(lake, tmp_path, lines(0, 1, who="KURA\\akari"))
    lake.context.write(Context(identities=[is_whose(written, "p1")]))
    assert joined(lake, "person_id") == ["p1"]


def test_full_name_in_the_directory_does_not_meet_a_bare_account(lake, tmp_path):
    take(lake, tmp_path, lines(0, 1, who="akari"))
    lake.context.write(Context(identities=[is_whose("KURA\\akari", "p1")]))
    assert joined(lake, "person_id") == [None]


def test_longest_prefix_wins_on_each_day_that_it_holds(lake, tmp_path):
    take(lake, tmp_path, "".join(lines(0, 1, day=day) for day in (10, 15, 20)))
    inner = lies("/srv/機密/0.txt", "A-2", since=date(2026, 11, 12), until=date(2026, 11, 17))
    lake.context.write(Context(secrets=[lies("/srv", "A-1"), inner]))
    assert joined(lake, "secret_number") == ["A-1", "A-2", "A-1"]


def test_first_and_last_day_of_a_pattern_belong_to_it(lake, tmp_path):
    take(lake, tmp_path, "".join(lines(0, 1, day=day) for day in (11, 12, 17, 18)))
    lake.context.write(Context(secrets=[lies("/srv", "A-1", since=date(2026, 11, 12), until=date(2026, 11, 17))]))
    assert joined(lake, "secret_number") == [None, "A-1", "A-1", None]


def test_weight_level_and_number_come_with_the_secret(lake, tmp_path):
    take(lake, tmp_path, lines(0, 1))
    lake.context.write(Context(secrets=[lies("/srv", "A-1", weight=2.5)]))
    columns = "secret_id, secret_number, secret_level, secret_weight"
    assert list(lake.query(f"SELECT {columns} FROM joined_events").to_pylist()[0].values()) == [
        "id-A-1",
        "A-1",
        "秘",
        2.5,
    ]


def matches(pattern, path):
    row = vars(lies(pattern, "A")) | {"until": date.max}
    return bool(path_secrets([path], [row]))


@pytest.mark.parametrize(
    ("pattern", "path", "met"),
    [
        ("/srv/*/設計", "/srv/a/設計/x/1.dwg", True),
        ("/srv/*/設計", "/srv/a/b/設計/1.dwg", False),
        ("/srv/**/設計", "/srv/a/b/設計/1.dwg", True),
        ("/srv/A-1?", "/srv/A-17/x", True),
        ("/srv/A-1?", "/srv/A-1/x", False),
        ("/srv/A-1?", "/srv/A-177/x", False),
        ("*.dwg", "1.dwg", True),
        ("**/*.dwg", "/srv/x/1.dwg", True),
        ("/srv/[a]", "/srv/a", False),
        ("/srv/[a]", "/srv/[a]/x", True),
        ("/srv/a.b", "/srv/aXb", False),
        ("\\\\FS01\\設計\\", "\\\\fs01\\設計\\A", True),
        ("//fs01/設計", "\\\\fs01\\設計\\A", True),
        ("/srv", "/srv2/a", False),
        ("", "/srv/a", True),
    ],
)
def test_pattern(pattern, path, met):
    assert matches(pattern, path) is met


def test_excluded_account_is_excluded_on_its_days_only(lake, tmp_path):
    take(lake, tmp_path, "".join(lines(0, 1, who="svc-backup", day=day) for day in (10, 20)))
    backup = ExcludedAccount(
        namespace=Namespace.AD, raw="SVC-BACKUP", reason="夜間バックアップ", since=LONG_AGO, until=date(2026, 11, 15)
    )
    lake.context.write(Context(excluded=[backup]))
    assert joined(lake, "excluded_reason") == ["夜間バックアップ", None]


def test_excluded_account_of_one_domain_does_not_excuse_its_namesake(lake, tmp_path):
    take(lake, tmp_path, lines(0, 1, who="KURA\\svc") + lines(1, 2, who="OTHER\\svc"))
    backup = ExcludedAccount(namespace=Namespace.AD, raw="KURA\\svc", reason="索引", since=LONG_AGO)
    lake.context.write(Context(excluded=[backup]))
    assert joined(lake, "excluded_reason") == ["索引", None]


def test_joining_never_adds_or_loses_a_row(lake, tmp_path):
    take(lake, tmp_path, lines(0, 20) + lines(0, 20, who="botan", day=21))
    names = [is_whose("akari", f"p{n}", since=date(2026, 1, 1 + n)) for n in range(5)]
    patterns = [lies(pattern, f"A-{n}") for n, pattern in enumerate(("/srv", "/srv/機密", "/srv/**", "/srv/*/1*.txt"))]
    lake.context.write(Context(identities=names, secrets=patterns))
    assert len(joined(lake, "event_id")) == len(set(joined(lake, "event_id"))) == 40
    assert set(joined(lake, "person_id")) == {"p4", None}


def test_context_is_replaced_whole_and_approved_flows_are_a_table(lake):
    lake.context.write(Context(identities=[is_whose("akari", "p1")]))
    first = lake.context.version
    flow = Flow(destination_class="external_mail", destination_value="partner.example", reason="NDA", since=LONG_AGO)
    lake.context.write(Context(flows=[flow]))
    assert lake.context.version != first
    assert lake.query("SELECT reason FROM flows")["reason"].to_pylist() == ["NDA"]
    assert lake.query("SELECT * FROM identities").num_rows == 0
