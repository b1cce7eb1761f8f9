"""While a name is sealed, no path, file name or area tells it: on no page, in no language, in no spelling."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori.directory.acts.people import identity_add, identity_end
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import FOUNDED, NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.api import ingest
from kuramori.watch.context import context_sync
from kuramori.watch.detection import DetectionReport
from kuramori.watch.lake import lake
from kuramori.watch.masking import MASK, masked, names_of
from kuramori.watch.models import Alert, LogSource
from kuramori.watch.reasons import reasons_text
from kuramori.watch.tests.conftest import bulk_read, leave
from kuramori.watch.unsealing.acts import alert_unseal
from kuramori_lake.detect import Code, Reason

DAY = date(2026, 11, 19)
TELLING = ("chihiro", "toyama", "千尋", "遠山", "チヒロ", "ctoyama", "zz-900417")
"""In small letters, what would tell who Chihiro is."""
PLACES = (
    "連絡/chihiro/a.txt",
    "連絡/CHIHIRO/b.txt",
    "連絡/遠山 千尋/c.txt",
    "連絡/遠山千尋さん/d.txt",
    "連絡/Toyama_Chihiro/e.txt",
    "連絡/ＣＨＩＨＩＲＯ/f.txt",
    "連絡/トオヤマ チヒロ/g.txt",
    "users/CTOYAMA/h.txt",
    "mail/chihiro@example.jp.pst",
    "badge/ZZ-900417.csv",
)

# the words themselves


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        ("/home/chihiro/a.txt", "chihiro", "/home/•••/a.txt"),
        ("/home/Chihiro/chihiro.txt", r"KURA\chihiro", "/home/•••/•••.txt"),
        ("/home/chihiro/a.txt", "chihiro@example.jp", "/home/•••/a.txt"),
        ("/home/chihiro-backup/a.txt", "chihiro", "/home/•••-backup/a.txt"),
        ("/srv/ab/a.txt", "ab", "/srv/ab/a.txt"),
        ("/srv/a.txt", None, "/srv/a.txt"),
        ("/srv/a.txt", "", "/srv/a.txt"),
        ("", "chihiro", ""),
    ],
)
def test_an_account_is_masked_with_and_without_its_domain(text: str, name: str | None, shown: str):
    assert masked(text, [name]) == shown


@pytest.mark.parametrize(
    "text", ["/x/遠山 千尋/a", "/x/遠山千尋/a", "/x/遠山　千尋/a", "/x/遠山_千尋/a", "/x/千尋 遠山/a"]
)
def test_a_full_name_is_masked_in_either_order_and_with_any_gap(text: str):
    assert masked(text, ["遠山 千尋"]) == "/x/•••/a"


@pytest.mark.parametrize(
    "text", ["toyama.chihiro", "Chihiro Toyama", "TOYAMA_CHIHIRO", "chihirotoyama", "ｔｏｙａｍａ chihiro"]
)
def test_a_name_in_latin_letters_likewise(text: str):
    assert masked(f"/x/{text}.pst", ["Chihiro Toyama"]) == "/x/•••.pst"


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        ("/Straße/Müller/a", "müller", "/Straße/•••/a"),
        ("/GROSSMANN/a", "großmann", "/•••/a"),
        ("/Großmann/a", "GROSSMANN", "/•••/a"),
        ("/ßßß/grossmann/ß", "großmann", "/ßßß/•••/ß"),
        (f"/{unicodedata.normalize('NFD', 'Müller')}/a", "müller", "/•••/a"),
        ("/㈱山/ﾄｵﾔﾏ/a", "トオヤマ", "/㈱山/•••/a"),
        ("/ﾊﾞﾊﾞ/a", "ババ", "/•••/a"),
        ("/İİ/chihiro/a", "chihiro", "/İİ/•••/a"),
    ],
)
def test_letters_that_change_their_length_in_small_shift_nothing(text: str, name: str, shown: str):
    """A mask that begins one letter late leaves the first letter of the name standing."""
    assert masked(text, [name]) == shown


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        ("/kenkyu/ken/ken2.txt", "ken", "/kenkyu/•••/ken2.txt"),
        ("/研究ken資料/a", "ken", "/研究•••資料/a"),
        ("/2010023/10023/u10023", "10023", "/2010023/•••/u•••"),
        ("/A-35/A-3/a", "A-3", "/A-35/•••/a"),
        ("/林力様/a", "林 力", "/•••様/a"),
        ("/森林/a", "林", "/森林/a"),
    ],
)
def test_a_short_name_is_no_hole_in_a_longer_word(text: str, name: str, shown: str):
    """`•••kyu` would tell the account as well as the account does."""
    assert masked(text, [name]) == shown


def test_signs_in_a_name_are_letters_and_no_pattern():
    assert masked("/a.b/axb/a(b/x", ["a.b.c", "a(b+c"]) == "/a.b/axb/a(b/x"
    assert masked("/svc(x)+/y", ["svc(x)+"]) == "/•••/y"


@settings(max_examples=40)
@given(
    before=st.text(max_size=8), name=st.sampled_from(["chihiro", "遠山 千尋", "großmann"]), after=st.text(max_size=8)
)
def test_wherever_a_name_stands_it_goes_and_the_rest_stays(before: str, name: str, after: str):
    shown = masked(f"{before}/{name}/{after}", [name])
    assert name not in shown
    assert masked(shown, [name]) == shown
    if name not in (before, after):
        assert MASK in shown


# what is known of a person


def test_every_name_that_a_person_has_or_had_counts(company: Company):
    chihiro = company.chihiro
    former = identity_add(person=chihiro, namespace="ad", value="cyamada", starts_on=FOUNDED, by=SYSTEM)
    identity_end(identity=former, last=date(2024, 3, 31), by=SYSTEM)
    names = names_of(chihiro.pk)
    assert {chihiro.number, chihiro.name, chihiro.romaji, chihiro.mail, "chihiro", "cyamada"} <= names
    assert names_of(company.tokyo.pk) == frozenset(), "nobody"


# the pages


@pytest.fixture
def telling(log: Callable[..., Path], source: LogSource, charter: Any, company: Company) -> None:
    """Chihiro opens papers whose paths tell who she is, one by one."""
    for namespace, value in (("ad", "ctoyama"), ("badge", "ZZ-900417")):
        identity_add(person=company.chihiro, namespace=namespace, value=value, starts_on=FOUNDED, by=SYSTEM)
    path = log(*(("chihiro", place) for place in PLACES), name="chihiro-audit.log")
    ingest(source="samba", instance="fs01", paths=[path])
    with lake() as found:
        context_sync(found, today=NOON.date())


@pytest.fixture
def own_area(found: Callable[..., Found], company: Company) -> Alert:
    """An alert because of the first steps in a folder that is called after her."""
    numbers = {"area": "/srv/home/chihiro", "areas": 1, "documents": 90, "share": 0.97}
    area = Reason(code=Code.FIRST_AREA, strength=0.5, numbers=numbers, query="", parameters={})
    return alerts_keep(findings=[found(reasons=reasons_text([bulk_read(), area]))], as_of=DAY)[0]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_page_about_somebody_under_a_pseudonym_tells_who_it_is(
    visit: Any, telling: None, own_area: Alert, company: Company, language: str
):
    leave(company)
    analyst = replace(company.viewer(company.daichi), language=language)
    line = company.engagement(company.chihiro).line
    pages = {name: visit(analyst, name, own_area.pk) for name in ("alert-detail", "alert-events", "alert-history")}
    pages |= {"look-back": visit(analyst, "look-back", line), "leavers": visit(analyst, "leavers")}
    for name, page in pages.items():
        text = unicodedata.normalize("NFKC", page.content.decode()).casefold()
        assert page.status_code == 200
        assert page["Content-Language"] == language
        assert not [each for each in (*TELLING, str(company.chihiro.pk)) if each in text], name
    assert len(pages["alert-events"].context["rows"]) == len(PLACES)
    assert pages["look-back"].context["report"].events == len(PLACES)
    for name in ("alert-events", "look-back"):
        assert pages[name].content.decode().count(MASK) >= len(PLACES)


def test_once_the_name_is_shown_the_paths_stand_as_the_log_wrote_them(
    visit: Any, telling: None, own_area: Alert, company: Company
):
    company.give(company.botan, Role.PRIVACY_OFFICER)
    botan = company.viewer(company.botan)
    alert_unseal(alert=own_area, person=company.botan, reason="本人への聞き取り", by=actor_of(company.botan))
    events = visit(botan, "alert-events", own_area.pk).content.decode()
    assert MASK not in events
    assert "遠山千尋さん/d.txt" in events
    assert "chihiro-audit.log" in events
    assert "/srv/home/chihiro" in visit(botan, "alert-detail", own_area.pk).content.decode()


def test_the_leaver_team_reads_a_leavers_paths_as_they_are(visit: Any, telling: None, company: Company):
    leave(company)
    company.give(company.akari, Role.LEAVER_TEAM)
    page = visit(company.viewer(company.akari), "look-back", company.engagement(company.chihiro).line)
    assert any("遠山千尋さん" in row["path"] for row in page.context["documents"])


def test_an_evaluation_in_words_tells_no_folder_called_after_its_person(own_area: Alert):
    with override("en"):
        told = str(DetectionReport(as_of=DAY, alerts=(own_area,), unwatched=()))
    assert own_area.number in told
    assert f"/srv/home/{MASK}" in told
    assert "chihiro" not in told
