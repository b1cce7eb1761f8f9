"""A number of any channel, counted again from the sealed events alone: the same as the roll-up has."""

from datetime import timedelta

import pytest

from kuramori_lake.context import Context, Flow
from kuramori_lake.detect.metrics import COUNTED
from kuramori_lake.detect.rollup import days_between, roll_up
from kuramori_lake.detect.sites import FREE_MAIL, JOBS, LEAKS, STORAGE, looks_like
from kuramori_lake.detect.sql_channels import recount
from kuramori_lake.rank.tests.works import DAYS, PEOPLE, Works
from kuramori_lake.store import Lake

DAY = DAYS[8]


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recount")
    works = Works().ordinary(DAYS[:10]).mails("p01", DAY, 4, domain="gmail.com").uploads("p01", DAY, 2, size=7)
    works.did("p01", DAY, 9, "read", kind="url", value="https://careers.example/a", domain="careers.example",
              **{"class": "web"})  # fmt: skip
    works.did("p01", DAY, 9, "read", kind="url", value="https://x.example/keylogger", domain="x.example",
              **{"class": "web"})  # fmt: skip
    works.did("p01", DAY, 9, "delete", kind="file", path="//fs/a/b.zip")
    works.did("p01", DAY, 9, "mail_send", kind="mail", count=60, **{"class": "person"})
    with Lake.open(folder / "lake") as opened:
        yield works.into(opened, folder)


def again(lake, metric, person="actor:p01"):
    given = {"person": person, "peers": [f"actor:{who}" for who in PEOPLE if who != "p01"], "since": DAY, "until": DAY,
             "base_from": DAY - timedelta(days=60)}  # fmt: skip
    return lake.query(recount(metric), given).to_pylist()[0]


@pytest.mark.parametrize("metric", COUNTED, ids=lambda one: one.name)
def test_every_number_of_the_roll_up_is_counted_again_from_the_events(lake, metric):
    rolled = days_between(lake, roll_up(lake), "days", DAYS[0], DAY).to_pylist()
    mine = {row["day"]: row[metric.name] for row in rolled if row["person_id"] == "actor:p01"}
    found = again(lake, metric)
    assert found["own_now"] == found["busiest_day_count"] == mine[DAY]
    before = sorted(count for day, count in mine.items() if day < DAY)
    assert (found["own_days"], found["own_usual"]) == (8, (before[3] + before[4]) / 2)
    theirs = sorted(row[metric.name] for row in rolled if row["person_id"] != "actor:p01" and row["day"] < DAY)
    assert found["peer_usual"] == (theirs[len(theirs) // 2 - 1] + theirs[len(theirs) // 2]) / 2


def test_what_was_done_is_what_is_counted(lake):
    by_name = {one.name: again(lake, one)["own_now"] for one in COUNTED}
    expected = {"mails_free": 4, "job_visits": 1, "tool_visits": 1, "deleted": 1, "mail_widest": 60, "uploads": 3,
                "upload_bytes": 5_014, "visits": 2, "leak_visits": 0, "storage_visits": 0, "pcs": 1}  # fmt: skip
    assert {name: by_name[name] for name in expected} == expected


def test_approved_flow_is_not_counted_and_not_news(lake):
    """DEV-08: what may go there is no reason to look."""
    flow = Flow(destination_class="external_mail", destination_value="client.example", reason="contract 7",
                since=DAYS[0], until=None)  # fmt: skip
    before = next(one for one in COUNTED if one.name == "mails_out")
    count = again(lake, before)["own_now"]
    lake.context.write(Context(flows=[flow]))
    assert again(lake, before)["own_now"] == 4 < count
    lake.context.write(Context())


@pytest.mark.parametrize(
    ("words", "hosts", "others"),
    [
        (FREE_MAIL, ("gmail.com", "mail.yahoo.co.jp", "me.com"), ("acme.com", "email.com.example", "hotmale.com")),
        (STORAGE, ("dropbox.com", "app.box.com", "mega.nz"), ("inbox.com", "omega.nz.example", "client.example")),
        (JOBS, ("jobs.example", "doda.jp", "careers.acme.example"), ("client.example", "adoda.jp")),
        (LEAKS, ("wikileaks.example", "pastebin.com"), ("client.example",)),
    ],
)
def test_kinds_of_places_are_told_by_the_beginning_of_a_name(lake, words, hosts, others):
    text = f"SELECT {looks_like('host', words)} AS hit FROM (SELECT $host::VARCHAR AS host)"
    assert {host: lake.query(text, {"host": host}).to_pylist()[0]["hit"] for host in (*hosts, *others)} == {
        **dict.fromkeys(hosts, True), **dict.fromkeys(others, False),
    }  # fmt: skip
    assert lake.query(text, {"host": None}).to_pylist() == [{"hit": False}]


def test_names_of_metrics_are_unique_and_said_in_both_languages():
    assert len({one.name for one in COUNTED}) == len(COUNTED)
    for one in COUNTED:
        assert all((*one.en, *one.ja)), one.name
        assert 0 < one.part <= 1.5, one.name
