"""Findings look at every channel too, and each of their numbers recomputes from the sealed events."""

import pytest

from kuramori_lake.detect import Code, Settings, detect, sentence
from kuramori_lake.rank.tests.works import DAYS, Works
from kuramori_lake.store import Lake

DAY = DAYS[40]


@pytest.fixture(scope="module")
def reasons(tmp_path_factory):
    folder = tmp_path_factory.mktemp("findings")
    works = Works().ordinary(DAYS[:41]).mails("p02", DAY, 40, size=900_000).prints("p01", DAY, 900)
    works.uploads("p03", DAY, 30, size=9_000_000).queries("p05", DAY, 2_000_000)
    for n in range(30):
        works.did("p06", DAY, 12 + n / 90, "door_denied", kind="door", device="vault")
        works.did("p08", DAY, 16 + n / 90, "share_anonymous", value=f"https://s/{n}", **{"class": "anonymous_link"})
    with Lake.open(folder / "lake") as lake:
        works.into(lake, folder)
        found = detect(lake, as_of=DAY, settings=Settings(include_unknown=True, floor=5, budget=5_000))
        told = {one.person_id: [r for r in one.reasons if r.code is Code.CHANNEL] for one in found}
        for each in (reason for one in told.values() for reason in one):
            again = each.recompute(lake)
            assert {name: each.numbers[name] for name in again} == again
        yield {person: each for person, each in told.items() if each}


@pytest.mark.parametrize(
    ("person", "channel"),
    [("p01", "print"), ("p02", "mail"), ("p03", "web"), ("p05", "db"), ("p06", "door"), ("p08", "cloud")],
)
def test_channel_is_a_reason_of_its_own(reasons, person, channel):
    (reason,) = reasons[f"actor:{person}"]
    assert reason.numbers["channel"] == channel
    assert 0 < reason.strength < 1


def test_nobody_else_has_one(reasons):
    assert set(reasons) == {f"actor:p0{n}" for n in (1, 2, 3, 5, 6, 8)}


def test_sentences_say_both_sides(reasons):
    (pages,) = reasons["actor:p01"]
    count = pages.numbers["own_now"]
    assert sentence(pages, "en") == f"{count} pages printed in one day; usual 3 a day, team 3."
    assert sentence(pages, "ja") == f"印刷ページが1日間に{count}ページ。本人のふだんは1日3ページ、チームは3ページ。"
