"""The vote of a day that is unusual in many respects at once: off unless asked for, small, and never alone (DET-*)."""

import json
import shutil
from dataclasses import asdict, replace
from datetime import timedelta
from math import log10

import pytest

from kuramori_lake.cli import main
from kuramori_lake.commands.rank import as_json
from kuramori_lake.engine import RunsOn
from kuramori_lake.rank import MOST_VOTE, VOTE, Settings, Together, rank, sentence
from kuramori_lake.rank.choose import SCALE, choose
from kuramori_lake.rank.tables import Leaving
from kuramori_lake.rank.tell import Respect
from kuramori_lake.rank.tests.test_choose import DAY, row
from kuramori_lake.rank.tests.works import DAYS, PEOPLE, Works
from kuramori_lake.rank.vote import LEAST_PEOPLE, NAMES, recounted, votes
from kuramori_lake.store import Lake

WIDE, NARROW, LAST = DAYS[24], DAYS[25], DAYS[26]
OFF, ON = Settings(per_day=3), Settings(per_day=3, vote=VOTE)


def planted():
    """p03 does much of everything on one day; p05 much of one thing on another."""
    works = Works().ordinary(DAYS[:27])
    works.mails("p03", WIDE, 14).uploads("p03", WIDE, 6, size=80_000).copies("p03", WIDE, 15, device="stick")
    works.prints("p03", WIDE, 60).queries("p03", WIDE, 900)
    return works.prints("p05", NARROW, 400)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vote")
    with Lake.open(folder / "lake") as opened:
        yield planted().into(opened, folder)


def nights(lake, settings, since=WIDE, until=LAST, **more):
    return list(rank(lake, since=since, until=until, settings=settings, **more))


@pytest.fixture(scope="module")
def off(lake):
    return nights(lake, OFF)


@pytest.fixture(scope="module")
def on(lake):
    return nights(lake, ON)


def people(**differs):
    """A day of as many people as it takes; all alike but those named `n12=…`."""
    plain = dict.fromkeys(NAMES, 3.0)
    named = {f"n{n:02d}": {"person_id": f"n{n:02d}"} | plain for n in range(LEAST_PEOPLE)}
    for who, numbers in differs.items():
        named[who] |= numbers
    return list(named.values())


WILD = dict.fromkeys(("copies", "mails_out", "pages", "db_rows"), 50.0)


# what is a vote


def test_many_respects_at_once_are_a_vote_with_the_three_rarest():
    found = votes(people(n07=WILD), 0.5)
    assert set(found) == {"n07"}
    one = found["n07"]
    assert [(each.metric, each.count, each.share, each.is_less) for each in one.respects] == [
        (name, 50, 0.05, False) for name in ("copies", "mails_out", "pages")
    ]
    assert (one.as_far, one.peer_n, one.channel) == (0.05, LEAST_PEOPLE - 1, "removable")
    assert one.value == round(0.5 * -log10(1 / LEAST_PEOPLE) / 2, 3)


def test_little_of_everything_is_a_vote_too_and_says_fewer():
    found = votes(people(n01=dict.fromkeys(("copies", "mails_out", "pages"), 0.0)), 1)
    assert [(each.share, each.is_less) for each in found["n01"].respects] == [(0.05, True)] * 3


@pytest.mark.parametrize("respects", [0, 1, 2])
def test_one_or_two_numbers_far_out_are_reasons_of_their_own_and_no_vote(respects):
    assert votes(people(n07=dict(list(WILD.items())[:respects])), 1) == {}


def test_two_as_far_out_as_each_other_are_nobody_special_among_so_few():
    assert votes(people(n07=WILD, n08=WILD), 1) == {}


def test_among_too_few_people_nobody_is_unusual():
    assert votes(people(n07=WILD)[:-1], 1) == {}
    assert votes([], 1) == {}


def test_vote_grows_with_how_few_are_as_far_out_but_not_beyond_its_weight():
    crowd = [one | {"person_id": f"{n}-{one['person_id']}"} for n in range(20) for one in people()]
    (top,) = votes([*crowd, {"person_id": "top"} | dict.fromkeys(NAMES, 3.0) | WILD], 0.3).values()
    assert (top.value, top.as_far) == (0.3, 1 / 401)


def test_order_of_people_does_not_matter():
    day = people(n07=WILD, n02={"pages": 9.0})
    assert votes(day[::-1], 1) == votes(day, 1)


# what it does to a review


def vote_of(value=0.5):
    (one,) = votes(people(n07=WILD), 1).values()
    return replace(one, value=value)


def chosen(*rows, leaving=(), **settings):
    return list(choose(rows, leaving, DAY, Settings(**{"per_day": 2} | settings)))


def test_vote_changes_places_and_is_told_last_and_names_no_channel():
    rows = [row("a", evidence=5.0), row("b", evidence=4.8)]
    assert [one.person for one in chosen(*rows)] == ["a", "b"]
    first, second = chosen(rows[0] | {"vote": None}, rows[1] | {"vote": vote_of()})
    assert (first.person, second.person) == ("b", "a")
    assert isinstance(first.reasons[-1], Together)
    assert first.channels == second.channels == ("removable",)
    mail = replace(vote_of(9.0), channel="mail")
    assert chosen(row(evidence=5) | {"vote": mail})[0].channels == ("removable",)


def test_vote_alone_makes_no_review_whatever_its_weight():
    assert chosen(row(evidence=0.99) | {"vote": vote_of(MOST_VOTE)}) == []
    assert chosen(row(evidence=1.0) | {"vote": vote_of(MOST_VOTE)})[0].score == round(100 * (1 - 2.718281828**-0.2), 1)


def test_leaver_alone_with_a_vote_makes_no_review_either():
    leaver = Leaving(person_id="a", since=DAY, until=DAY + timedelta(days=9), last=DAY + timedelta(days=6))
    assert chosen(row(evidence=0.29) | {"vote": vote_of()}, leaving=[leaver]) == []
    (one,) = chosen(row(evidence=0.3) | {"vote": vote_of()}, leaving=[leaver])
    assert [reason.metric for reason in one.reasons] == ["copies", "leaver", "together"]


def test_what_was_reviewed_takes_its_vote_along():
    """A day later the same again has faded, and the vote with it; after a month both are whole."""

    def later(days, vote):
        rows = [row(evidence=50) | {"vote": vote}, row(day=days, evidence=50) | {"vote": vote}]
        return chosen(*rows)[1].score

    assert later(15, vote_of(1.0)) == round(100 * (1 - 2.718281828459045 ** (-(25 + 0.5) / SCALE)), 1)
    assert later(30, vote_of(1.0)) == chosen(row(evidence=51))[0].score


@pytest.mark.parametrize("vote", [-0.1, MOST_VOTE + 0.01, float("nan"), float("inf")])
def test_weight_is_nothing_or_small(vote):
    with pytest.raises(ValueError, match="vote is"):
        Settings(vote=vote)


# over a lake


def test_off_by_default_and_off_says_nothing_of_it(lake, off):
    assert Settings().vote == 0
    assert nights(lake, Settings(per_day=3, vote=0)) == off
    lines = json.dumps([as_json(one, "en") for one in off], default=str)
    assert "respects" not in lines
    assert "together" not in lines
    fields = {name for one in off for reason in one.reasons for name in asdict(reason)}
    assert fields.isdisjoint({"respects", "as_far", "vote"})


def test_on_raises_the_wide_day_by_its_vote_at_most_and_adds_nobody(off, on):
    before, after = ({(one.day, one.person): one for one in found} for found in (off, on))
    wide = (WIDE, "actor:p03")
    assert before[wide].score < after[wide].score <= 100
    assert after[wide].reasons[:-1] == before[wide].reasons
    assert after[wide].channels == before[wide].channels
    for key in before.keys() & after.keys():
        assert before[key].score <= after[key].score <= before[key].score + 100 * VOTE / SCALE
        others = [reason for reason in after[key].reasons if not isinstance(reason, Together)]
        assert others
    assert {key for key, one in after.items() if isinstance(one.reasons[-1], Together)} >= {wide}


def test_one_number_far_out_gets_no_vote(on):
    (narrow,) = [one for one in on if (one.day, one.person) == (NARROW, "actor:p05")]
    assert not [reason for reason in narrow.reasons if isinstance(reason, Together)]


def told(on):
    return {(one.day, one.person): reason for one in on for reason in one.reasons if isinstance(reason, Together)}


@pytest.mark.parametrize("engine", list(RunsOn))
def test_reason_recomputes_from_the_sealed_events_on_both_engines(lake, on, engine):
    with Lake.open(lake.root, runs_on=engine) as opened:
        by_day = {day: recounted(opened, day, VOTE) for day in {day for day, _ in told(on)}}
        assert recounted(opened, DAYS[0] - timedelta(days=9), VOTE) == {}, "a day of nobody"
    assert told(on)
    assert {key: by_day[key[0]][key[1]] for key in told(on)} == told(on)


def test_both_engines_review_the_same_days(lake, on, tmp_path):
    shutil.copytree(lake.root, tmp_path / "lake", ignore=shutil.ignore_patterns("clickhouse*"))
    for derived in ("rollup", "ranked"):
        shutil.rmtree(tmp_path / "lake" / derived)
    with Lake.open(tmp_path / "lake", runs_on=RunsOn.CLICKHOUSE) as other:
        assert nights(other, ON) == on


def test_later_events_change_nothing_about_a_day(on, tmp_path):
    works = planted()
    works.rows = [one for one in works.rows if one["time"][:10] <= f"{WIDE:%Y/%m/%d}"]
    with Lake.open(tmp_path / "lake") as shorter:
        works.into(shorter, tmp_path)
        assert nights(shorter, ON) == [one for one in on if one.day == WIDE]


def test_what_nights_keep_does_not_depend_on_the_vote(lake, on, off):
    assert nights(lake, ON, since=NARROW) == [one for one in on if one.day >= NARROW]
    assert nights(lake, OFF, building=False) == off


# in words


REASON = replace(
    vote_of(),
    respects=(
        Respect(metric="copied_bytes", count=5_000_000, share=0.005, is_less=False),
        Respect(metric="mails_out", count=1, share=0.015, is_less=False),
        Respect(metric="pages", count=0, share=0.1, is_less=True),
    ),
    peer_n=1_199,
)


def test_sentence_names_three_numbers_and_how_many_have_as_much():
    assert sentence(REASON, "en") == (
        "Unusual in many respects at once, among 1,200 people of that day: 5.0 MB copied to removable media"
        " (0.5 % had as many or more); 1 mail to an address outside (1.5 % had as many or more);"
        " 0 pages printed (10 % had as many or fewer)."
    )
    assert sentence(REASON, "ja") == (
        "その日の1,200人の中で、多くの点で同時に目立つ：外部媒体への複写量が5.0 MB（同じかそれ以上の人は0.5 %）、"
        "社外宛てメールが1通（同じかそれ以上の人は1.5 %）、印刷ページが0ページ（同じかそれ以下の人は10 %）。"
    )


@pytest.mark.parametrize("name", NAMES)
def test_each_number_has_words_in_both_languages(name):
    one = replace(REASON, respects=(Respect(metric=name, count=2, share=1 / 3, is_less=False),))
    for language in ("en", "ja"):
        assert "33 %" in sentence(one, language)


# at the command line


def printed(capsys, lake, *more):
    status = main(["rank", "--lake", str(lake.root), "--per-day", "3", "--from", str(WIDE), "--to", str(LAST), *more])
    return status, capsys.readouterr()


def test_command_is_off_by_default_and_on_where_asked(lake, capsys, off, on):
    for more, found in (((), off), (("--vote", "ecod"), on), (("--vote", f"ecod={VOTE}"), on),
                        (("--vote", "ecod=0"), off)):  # fmt: skip
        status, said = printed(capsys, lake, "--json", *more)
        assert status == 0
        assert [json.loads(line)["score"] for line in said.out.splitlines()] == [one.score for one in found]
        assert ("respects" in said.out) == (found is on)
    line = next(one for one in map(json.loads, printed(capsys, lake, "--json", "--vote", "ecod")[1].out.splitlines())
                if one["person"] == "p03")  # fmt: skip
    last = line["reasons"][-1]
    assert (last["metric"], len(last["respects"])) == ("together", 3)
    assert (last["en"][:7], last["ja"][:3]) == ("Unusual", "その日")


WRONG = {
    "pyod": ("no such vote, there is ecod: pyod", "そのような票はありません（使えるのは ecod）: pyod"),
    "": ("no such vote, there is ecod: ", "そのような票はありません"),
    "ecod=": ("is a number from 0 to 1.0: ", "票の重みは 0 から 1.0 までの数です: "),
    "ecod=much": ("is a number from 0 to 1.0: much", "までの数です: much"),
    "ecod=2": ("is a number from 0 to 1.0: 2", "までの数です: 2"),
    "ecod=-0.1": ("is a number from 0 to 1.0: -0.1", "までの数です: -0.1"),
    "ecod=nan": ("is a number from 0 to 1.0: nan", "までの数です: nan"),
}


@pytest.mark.parametrize("value", WRONG)
def test_wrong_vote_is_refused_in_both_languages(lake, capsys, monkeypatch, value):
    for language, words in zip(("en_US.UTF-8", "ja_JP.UTF-8"), WRONG[value], strict=True):
        monkeypatch.setenv("LC_ALL", language)
        with pytest.raises(SystemExit) as ended:
            printed(capsys, lake, f"--vote={value}")
        assert ended.value.code == 2
        assert words in capsys.readouterr().err


def test_everybody_of_the_works_is_enough_for_a_vote():
    assert len(PEOPLE) >= LEAST_PEOPLE
