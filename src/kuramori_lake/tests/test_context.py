"""Who and which secret: joined by what was true on the day of the event, never doubling a row."""

from datetime import date

import pytest

from kuramori_lake.context import (
    Context,
    ExcludedAccount,
    Identity,
    PersonDays,
    SecretPattern,
    Site,
    path_secrets,
)
from kuramori_lake.event import Namespace
from kuramori_lake.spans import disjoint
from kuramori_lake.tests.test_store import lines, take

LONG_AGO = date(2000, 1, 1)
FOREVER = date(9999, 12, 31)


def identity(raw, person, since=LONG_AGO, until=None):
    return Identity(namespace=Namespace.AD, raw=raw, person_id=person, since=since, until=until)


def secret(pattern, number, since=LONG_AGO, until=None):
    return SecretPattern(
        pattern=pattern, secret_id=f"id-{number}", number=number, level="極秘", weight=3.0, since=since, until=until
    )


def joined(lake, columns="person_id, secret_number"):
    return [
        tuple(row.values())
        for row in lake.query(f"SELECT {columns} FROM joined_events ORDER BY time_utc, event_id").to_pylist()
    ]


def test_event_is_joined_to_person_and_secret(lake, tmp_path):
    take(lake, tmp_path, lines(0, 1))
    lake.context.write(Context(identities=[identity("AKARI", "p1")], secrets=[secret("/srv/機密", "A-17")]))
    assert joined(lake) == [("p1", "A-17")]


def test_account_in_a_domain_matches_the_bare_name_but_the_full_name_wins(lake, tmp_path):
    take(lake, tmp_path, lines(0, 1, who="KURA\\akari") + lines(1, 11, who="OTHER\\akari")[-150:].split("\n", 1)[1])
    take(lake, tmp_path, lines(20, 21, who="OTHER\\akari"), name="b.log")
    lake.context.write(Context(identities=[identity("akari", "p1"), identity("other\\akari", "p2")]))
    found = joined(lake, "actor_raw, person_id")
    assert set(found) == {("KURA\\akari", "p1"), ("OTHER\\akari", "p2")}


def test_reassigned_account_belongs_to_whom_it_belonged_on_that_day(lake, tmp_path):
    take(lake, tmp_path, lines(0, 1, day=10) + lines(0, 1, day=20))
    holders = [identity("akari", "p1", until=date(2026, 11, 15)), identity("akari", "p2", since=date(2026, 11, 16))]
    lake.context.write(Context(identities=holders))
    assert joined(lake, "person_id") == [("p1",), ("p2",)]


def test_path_is_the_secret_that_lay_there_on_that_day(lake, tmp_path):
    take(lake, tmp_path, lines(0, 1, day=10) + lines(0, 1, day=20))
    lake.context.write(Context(secrets=[secret("/srv/機密", "A-17", until=date(2026, 11, 15))]))
    assert joined(lake, "secret_number") == [("A-17",), (None,)]


def test_two_claims_to_one_name_or_path_never_double_a_row(lake, tmp_path):
    take(lake, tmp_path, lines(0, 3))
    twice = [secret("/srv/機密", "A-17"), secret("/srv/機密", "A-18", since=date(2020, 1, 1))]
    lake.context.write(Context(identities=[identity("akari", "p1"), identity("akari", "p2")], secrets=twice))
    assert joined(lake, "secret_number") == [("A-18",)] * 3


def test_new_files_and_a_new_context_are_seen_by_the_next_query(lake, tmp_path):
    lake.context.write(Context(secrets=[secret("/srv/機密/0.txt", "A-1")]))
    take(lake, tmp_path, lines(0, 2))
    assert joined(lake, "secret_number") == [("A-1",), (None,)]
    lake.compact()
    take(lake, tmp_path, lines(0, 1, day=21), name="b.log")
    assert joined(lake, "secret_number") == [("A-1",), (None,), ("A-1",)]
    lake.context.write(Context(secrets=[secret("/srv/機密/1.txt", "A-2")]))
    assert joined(lake, "secret_number") == [(None,), ("A-2",), (None,)]


def test_service_account_says_why_it_is_excluded(lake, tmp_path):
    take(lake, tmp_path, lines(0, 1, who="backup"))
    backup = ExcludedAccount(namespace=Namespace.AD, raw="backup", reason="夜間バックアップ", since=LONG_AGO)
    lake.context.write(Context(excluded=[backup]))
    assert joined(lake, "excluded_reason") == [("夜間バックアップ",)]


def test_people_and_sites_are_tables_of_their_own(lake):
    person = PersonDays(person_id="p1", unit="u", site="東京", role="設計", since=LONG_AGO, projects=("P1", "P2"))
    lake.context.write(Context(people=[person], sites=[Site(site="東京", zone="Asia/Tokyo", holidays=(LONG_AGO,))]))
    (row,) = lake.query("SELECT * FROM people").to_pylist()
    assert (row["projects"], row["until"]) == (["P1", "P2"], FOREVER)
    assert lake.query("SELECT holidays FROM sites").to_pylist() == [{"holidays": [LONG_AGO]}]


def matched(pattern, *paths):
    rows = [
        {
            "pattern": pattern,
            "secret_id": "s",
            "number": "A",
            "level": "秘",
            "weight": 1.0,
            "since": LONG_AGO,
            "until": FOREVER,
        }
    ]
    return [row["path"] for row in path_secrets(paths, rows)]


def test_folder_covers_what_lies_below_and_not_its_namesakes():
    assert matched("/srv/設計", "/srv/設計/a", "/srv/設計", "/srv/設計書/a") == ["/srv/設計/a", "/srv/設計"]


def test_names_meet_across_slashes_case_width_and_composition():
    assert matched("\\\\FS01\\設計\\ｶﾞｽ", "\\\\fs01\\設計\\カ\u3099ス\\a.dwg") == ["\\\\fs01\\設計\\カ\u3099ス\\a.dwg"]


def test_glob_star_stops_at_a_slash_and_two_do_not():
    paths = ("/srv/a/設計/1.dwg", "/srv/a/b/設計/1.dwg", "/srv/a/他/1.dwg")
    assert matched("/srv/*/設計", *paths) == [paths[0]]
    assert matched("/srv/**/設計/*.dwg", *paths) == list(paths[:2])


def test_most_specific_pattern_wins():
    rows = [
        {"pattern": pattern, "secret_id": pattern, "number": pattern, "level": "秘", "weight": 1.0}
        | {"since": LONG_AGO, "until": FOREVER}
        for pattern in ("/srv", "/srv/a/b", "/srv/a")
    ]
    assert [row["number"] for row in path_secrets(["/srv/a/b/c", "/srv/x"], rows)] == ["/srv/a/b", "/srv"]


@pytest.mark.parametrize("path", ["/srv/a/b", "/srv/a/b/", "/srv/a/b/c/d", "\\srv\\a\\b\\c", "/SRV/a/b/c"])
def test_folder_is_found_from_the_path_itself_and_from_any_depth_below_it(path):
    """A path is told by its own name, by a glob of a folder above and by the empty pattern, the nearest first."""
    rows = [
        {"pattern": pattern, "secret_id": pattern, "number": pattern, "level": "秘", "weight": 1.0}
        | {"since": LONG_AGO, "until": FOREVER}
        for pattern in ("", "/srv/*/b", "/srv/a/b")
    ]
    for nearest in ("/srv/a/b", "/srv/*/b", ""):
        assert [row["number"] for row in path_secrets([path], rows)] == [nearest]
        rows.pop()
    assert path_secrets([path], rows) == []


@pytest.mark.parametrize("path", ["a", "/a", "", "/", "//a", "a//"])
def test_path_without_a_folder_is_only_told_by_its_own_name(path):
    whole = {"secret_id": "s", "number": "A", "level": "秘", "weight": 1.0, "since": LONG_AGO, "until": FOREVER}
    assert path_secrets([path], [{"pattern": "/a/b"} | whole]) == []
    assert len(path_secrets([path, path], [{"pattern": path} | whole, {"pattern": ""} | whole])) == 2


def test_disjoint_spans_give_each_day_to_the_best_row():
    whole = {"since": date(2026, 1, 1), "until": FOREVER}
    inner = {"since": date(2026, 3, 1), "until": date(2026, 3, 31)}
    found = [(span.since, span.until, span.row is inner) for span in disjoint([(0, whole), (1, inner)])]
    assert found == [
        (date(2026, 1, 1), date(2026, 2, 28), False),
        (date(2026, 3, 1), date(2026, 3, 31), True),
        (date(2026, 4, 1), FOREVER, False),
    ]


def test_lookback_shows_the_newest_and_counts_all(lake, tmp_path):
    take(lake, tmp_path, lines(0, 30) + lines(0, 5, who="botan") + lines(0, 4, day=25))
    lake.context.write(Context(identities=[identity("akari", "p1")], secrets=[secret("/srv/機密", "A-17")]))
    for _ in range(2):
        found = lake.lookback("p1", date(2026, 11, 1), date(2026, 11, 24), limit=10)
        assert (found.total, found.by_activity, found.secret_documents) == (30, {"read": 30}, 30)
        assert found.by_day == {date(2026, 11, 20): 30}
        assert found.events.num_rows == 10
        assert found.events["path"][0].as_py() == "/srv/機密/29.txt"
        lake.compact()
