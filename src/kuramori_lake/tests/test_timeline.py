"""A timeline shows every event once, newest first, page by page, whatever the channel and whoever is about."""

from datetime import date, datetime, timedelta

import duckdb
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.context import Context, ExcludedAccount, Identity
from kuramori_lake.event import Activity, DestinationClass
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO
from kuramori_lake.tests.test_lookback import FIRST, SECRET, half_compacted, is_whose
from kuramori_lake.tests.test_store import LINE, take
from kuramori_lake.timeline import CHANNELS, THINGS, Asked, person_timeline, secret_timeline, thing_timeline

DAYS = 60
LAST = FIRST + timedelta(days=DAYS)
EVERYTHING = {"since": FIRST, "until": LAST}


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Sixty days of four people, the first half compacted; several events fall on one moment."""
    with half_compacted(tmp_path_factory.mktemp("timeline"), days=60, rows=240, minutes=3, documents=20) as filled:
        yield filled


def key(row):
    return row["time_utc"], row["event_id"]


def newest_first(rows):
    return sorted((key(row) for row in rows), reverse=True)


def pages(ask, whose, limit, **asked):
    """All pages of a timeline, each asked for with the last line of the one before."""
    found, before = [], None
    while page := ask(whose[0], whose[1], Asked(**asked, before=before, limit=limit)):
        assert len(page) <= limit
        found.append([key(row) for row in page])
        before = found[-1][-1]
    return found


@settings(max_examples=8, deadline=None)
@given(
    person=st.sampled_from(["p-akari", "p-botan", "p-daichi", "p-nobody"]),
    start=st.integers(-5, 65),
    length=st.integers(0, 60),
    limit=st.integers(4, 30),
)
def test_the_pages_of_a_person_are_all_he_did_each_once_newest_first(company, person, start, length, limit):
    lake, everything = company
    since, until = FIRST + timedelta(days=start), FIRST + timedelta(days=start + length)
    mine = [row for row in everything if row["person_id"] == person and since <= row["local_date"] <= until]
    found = pages(person_timeline, (lake, person), limit, since=since, until=until)
    assert [each for page in found for each in page] == newest_first(mine)


@pytest.mark.parametrize("limit", [50, 1000])
def test_the_pages_of_a_secret_are_what_everybody_did_to_it(company, limit):
    lake, everything = company
    touched = [row for row in everything if row["secret_id"] == SECRET["secret_id"]]
    assert {row["person_id"] for row in touched} >= {"p-botan", "p-daichi"}
    found = pages(secret_timeline, (lake, "s1"), limit, **EVERYTHING)
    assert [each for page in found for each in page] == newest_first(touched)
    assert secret_timeline(lake, "s-unknown", Asked(**EVERYTHING)) == []


def test_an_account_that_changed_hands_stands_on_each_side_of_the_day_only(company):
    lake, _everything = company
    first = person_timeline(lake, "p-akari", Asked(**EVERYTHING, limit=1000))
    second = person_timeline(lake, "p-botan", Asked(**EVERYTHING, limit=1000))
    assert first
    assert max(row["time_utc"] for row in first) < datetime(2026, 10, 1)  # noqa: DTZ001  (the lake's times are naive)
    assert {row["actor_raw"] for row in second} == {"akari", "botan"}
    assert not {row["event_id"] for row in first} & {row["event_id"] for row in second}


def test_a_context_that_another_process_wrote_is_seen_by_an_open_lake(tmp_path):
    """A page is asked of a lake that stood open while the day's context was written beside it."""
    with Lake.open(tmp_path / "lake") as lake:
        take(lake, tmp_path, LINE.format(day=20, minute=0, who="akari", n=1))
        month = Asked(since=date(2026, 11, 1), until=date(2026, 11, 30))
        assert person_timeline(lake, "p1", month) == []
        with Lake.open(tmp_path / "lake") as other:
            other.context.write(Context(identities=[is_whose("akari", "p1")]))
        assert len(person_timeline(lake, "p1", month)) == 1


def test_an_empty_lake_has_an_empty_timeline(lake):
    for ask in (person_timeline, secret_timeline):
        assert ask(lake, "p-akari", Asked(**EVERYTHING)) == []


def test_a_night_belongs_to_the_local_day(lake, tmp_path):
    """01:00 in Tokyo is the afternoon before in UTC."""
    take(lake, tmp_path, LINE.format(day=20, minute=0, who="akari", n=1).replace("10:00", "01:00"))
    lake.context.write(Context(identities=[is_whose("akari", "p1")]))
    for day, count in ((19, 0), (20, 1), (21, 0)):
        asked = Asked(since=date(2026, 11, day), until=date(2026, 11, day))
        assert len(person_timeline(lake, "p1", asked)) == count, day


def test_an_account_that_no_identity_names_can_be_followed_too(lake, tmp_path):
    take(lake, tmp_path, LINE.format(day=20, minute=0, who="fremd", n=1))
    lake.context.write(Context(identities=[is_whose("akari", "p1")]))
    named = person_timeline(lake, "p1", Asked(since=date(2026, 11, 1), until=date(2026, 11, 30)))
    assert named == [], "nobody's deed is put down to somebody"


# things


NOVEMBER = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}


def of(lake, kind, thing, **words):
    return thing_timeline(lake, kind, thing, Asked(**(EVERYTHING | words)))


def test_a_document_is_found_by_path_or_name_in_whatever_capitals(company):
    lake, everything = company
    path = everything[0]["path"]
    touched = [row for row in everything if row["path"] == path]
    assert 1 < len(touched) < len(everything)
    for written in (path, path.upper(), path.title()):
        assert [key(row) for row in of(lake, "document", written, limit=1000)] == newest_first(touched), written
    assert of(lake, "document", path[:-1]) == [], "a part of a path is another path"
    assert of(lake, "device", path) == [], "a document is no device"


def test_a_machine_is_followed_by_its_name_whoever_sits_at_it(company):
    lake, everything = company
    (client,) = {row["client"] for row in everything}
    found = of(lake, "device", client.upper(), limit=1000)
    assert len(found) == len(everything)
    assert {row["person_id"] for row in found} >= {"p-botan", "p-daichi"}


@pytest.mark.parametrize("text", ["", "%", "_", "' OR 1=1 --", "a" * 500, "図面.dwg\n"])
@pytest.mark.parametrize("kind", sorted(THINGS))
def test_a_text_is_a_name_and_never_a_pattern(company, kind, text):
    lake, _everything = company
    assert of(lake, kind, text) == []


def test_there_are_no_other_kinds_of_things(company):
    lake, _everything = company
    with pytest.raises(KeyError):
        of(lake, "person", "akari")


def test_a_medium_is_found_by_serial_by_model_and_as_a_place_to_copy_to(tmp_path):
    head = "日時,操作,ユーザー名,コンピュータ名,ファイル名,結果,出力先種別,出力先,サイズ,SHA256,IPアドレス\n"
    row = "2026/11/20 10:00,コピー,akari,PC-7,C:\\a.dwg,成功,USB,4C53AB,10,ab,192.0.2.7\n"
    (tmp_path / "e.csv").write_text(head + row, encoding="utf-8")
    with Lake.open(tmp_path / "lake") as lake:
        lake.ingest(tmp_path / "e.csv", source="table:endpoint_generic", instance="e", zone=TOKYO)
        for name in ("4c53ab", "4C53AB", "pc-7"):
            assert [found["name"] or found["path"] for found in of(lake, "device", name, **NOVEMBER)], name
        assert of(lake, "device", "akari", **NOVEMBER) == []


def test_whoever_is_excluded_from_monitoring_is_left_out_of_a_things_events(tmp_path):
    with Lake.open(tmp_path / "lake") as lake:
        take(lake, tmp_path, "".join(LINE.format(day=20, minute=n, who=who, n=1) for n, who in enumerate("ab")))
        name = lake.query("SELECT any_value(path) AS p FROM events").to_pylist()[0]["p"]
        assert {row["actor_raw"] for row in of(lake, "document", name, **NOVEMBER)} == {"a", "b"}
        out = ExcludedAccount(namespace="ad", raw="b", reason="X-1", since=FIRST, until=date(2027, 1, 1))
        lake.context.write(Context(excluded=[out]))
        assert {row["actor_raw"] for row in of(lake, "document", name, **NOVEMBER)} == {"a"}


def test_a_timeline_narrows_to_the_events_of_given_numbers(company):
    lake, everything = company
    mine = [row["event_id"] for row in everything if row["person_id"] == "p-botan"]
    chosen = [mine[0], mine[5], -1, 2**62]
    found = person_timeline(lake, "p-botan", Asked(**EVERYTHING, only=chosen))
    assert {row["event_id"] for row in found} == {mine[0], mine[5]}
    assert person_timeline(lake, "p-botan", Asked(**EVERYTHING, only=())) == []
    assert person_timeline(lake, "p-daichi", Asked(**EVERYTHING, only=[mine[0]])) == [], "another's stay another's"


# channels


@pytest.fixture(scope="module")
def channels_of():
    """The channels in which a deed lies, by what was done and where it went."""
    wheres = ", ".join(["NULL", *(f"'{each}'" for each in DestinationClass)])
    deeds = ", ".join(f"'{each}'" for each in Activity)
    asked = ", ".join(f"({condition}) AS {name}" for name, condition in CHANNELS.items())
    places = f"(SELECT unnest([{wheres}]) AS destination_class)"
    everything = f"SELECT unnest([{deeds}]) AS activity, 'samba' AS source, destination_class FROM {places}"
    with duckdb.connect() as db:
        rows = db.execute(f"SELECT activity, destination_class, {asked} FROM ({everything})").fetchall()
    return {tuple(row[:2]): {name for name, holds in zip(CHANNELS, row[2:], strict=True) if holds} for row in rows}


def test_every_deed_lies_in_a_channel_wherever_it_went(channels_of):
    """DET-14: an event that no channel holds would be left out of every narrowed timeline."""
    assert len(channels_of) == len(Activity) * (len(DestinationClass) + 1)
    assert [deed for deed, channels in channels_of.items() if not channels] == []


@pytest.mark.parametrize(
    ("activity", "destination", "channels"),
    [
        (Activity.READ, None, {"files"}),
        (Activity.COPY, DestinationClass.REMOVABLE, {"media"}),
        (Activity.COPY, DestinationClass.FOLDER, {"files"}),
        (Activity.DEVICE_CONNECT, None, {"media"}),
        (Activity.PRINT, DestinationClass.PRINTER, {"print"}),
        (Activity.MAIL_SEND, DestinationClass.EXTERNAL_MAIL, {"mail"}),
        (Activity.SHARE_ANONYMOUS, DestinationClass.ANONYMOUS_LINK, {"web"}),
        (Activity.UPLOAD, DestinationClass.WEB, {"web"}),
        (Activity.VISITOR_IN, None, {"doors"}),
        (Activity.DB_EXPORT, DestinationClass.DB_CLIENT, {"databases"}),
        (Activity.LOGON_FAIL, None, {"sign_in"}),
        (Activity.LOG_CLEARED, None, {"system"}),
    ],
)
def test_a_deed_lies_where_people_look_for_it(channels_of, activity, destination, channels):
    assert channels_of[activity, destination] == channels


def test_own_acts_lie_in_their_own_channel_too_and_can_be_left_to_who_tells_them_himself(lake, tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_bytes(
        b"".join(
            orjson.dumps(
                {
                    "id": f"e{n}", "at": f"2026-11-20T10:0{n}:00+09:00", "verb": verb, "activity": activity,
                    "actor": {"name": "A-1"}, "subjects": [{"kind": "register.secret", "id": "s1"}],
                },
                option=orjson.OPT_APPEND_NEWLINE,
            )
            for n, (verb, activity) in enumerate([("secret.edit", "write"), ("page", "read"), ("odd.verb", "no such")])
        )
    )  # fmt: skip
    lake.ingest(path, source="ledger", zone=TOKYO)
    days = {"since": date(2026, 11, 20), "until": date(2026, 11, 20)}
    lake.context.write(Context(identities=[Identity(namespace="employee", raw="A-1", person_id="p", since=FIRST)]))

    def told(**words):
        return [row["activity"] for row in person_timeline(lake, "p", Asked(**days, **words))]

    assert told() == told(channels=("kuramori",)) == ["system_event", "read", "write"]
    assert told(channels=("files",)) == ["read", "write"]
    assert told(untold=("secret.edit",)) == ["system_event", "read"]
    assert told(untold=("secret.edit", "page", "odd.verb")) == []


def test_narrowed_to_channels_only_their_events_are_left(company):
    lake, everything = company
    files = person_timeline(lake, "p-botan", Asked(**EVERYTHING, channels=("files",), limit=1000))
    assert len(files) == sum(row["person_id"] == "p-botan" for row in everything)
    assert person_timeline(lake, "p-botan", Asked(**EVERYTHING, channels=("mail", "doors"))) == []
    both = Asked(**EVERYTHING, channels=("mail", "files"), limit=1000)
    assert person_timeline(lake, "p-botan", both) == files


def test_a_channel_that_is_none_is_refused_and_nothing_is_asked_of_the_lake(company):
    lake, _everything = company
    with pytest.raises(KeyError):
        person_timeline(lake, "p-botan", Asked(**EVERYTHING, channels=("1=1) OR (1=1",)))
