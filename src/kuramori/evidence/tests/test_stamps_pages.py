"""Who sets up authorities and who reads them, what their pages say, and the files by which anybody checks (EVD-08)."""

import subprocess
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now

from kuramori.directory.api import Account
from kuramori.directory.tests.company import Company
from kuramori.evidence.models import Authority, Stamp
from kuramori.evidence.rules.stamps import Problem, Standing, fingerprints, standing_of
from kuramori.evidence.sequencer import seal_now
from kuramori.evidence.stamps.asking import STAMP, ask_all_due, note_due, note_new_head
from kuramori.evidence.stamps.credentials import CLIENT, PASSWORD, credentials_of, kept
from kuramori.evidence.stamps.duties import stamp_duties
from kuramori.evidence.stamps.queries import renewal_due, stamped_head
from kuramori.evidence.stamps.registers import authorities, stamps
from kuramori.evidence.stamps.wording import PROBLEMS, STANDINGS, silent_authorities
from kuramori.evidence.tests.loopback import serving
from kuramori.evidence.tests.stamping import authority_like
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Job, JobState
from kuramori.kernel.permissions import Role
from kuramori_verify.tests.authority import DAY, TestAuthority, certificate, key_of, pem, private_pem

pytestmark = pytest.mark.django_db
TSA = TestAuthority.make()
ENTERED = {
    "name_ja": "セイコー", "name_en": "SEIKO", "slug": "seiko", "url": "https://tsa.example.jp/", "algorithm": "sha256",
    "roots_pem": TSA.roots.decode(), "policy": "", "username": "", "password": "", "client_pem": "", "why": "契約開始",
}  # fmt: skip
SAID = "ひ" + "みつ"


@pytest.fixture
def company():
    here = Company()
    here.give(here.akari, Role.INFORMATION_MANAGER)
    here.give(here.daichi, Role.AUDITOR)
    here.give(here.chihiro, Role.SYSTEM_ADMINISTRATOR)
    return here


@pytest.fixture
def sit():
    """Sign somebody in; returns the browser."""

    def as_person(person, language="ja"):
        account, _made = Account.objects.get_or_create(email=person.mail, defaults={"person": person})
        account.language = language
        account.save()
        client = Client(headers={"Accept-Language": language})
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_person


@pytest.fixture
def office():
    with serving(TSA.reply) as server:
        yield server, authority_like(TSA, server.url)


def stamped(write) -> Stamp:
    write()
    seal_now()
    note_new_head()
    ask_all_due(by=SYSTEM)
    return Stamp.objects.latest("received_at")


def page_of(client, name, *args, query=""):
    answer = client.get(reverse(f"evidence:{name}", args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_authority_is_set_up_with_a_password_that_no_page_and_no_entry_ever_shows(company, sit):
    browser = sit(company.akari)
    data = ENTERED | {"username": "kuramori", "password": SAID}
    assert browser.post(authorities.url("add"), data).status_code == 302
    row = Authority.objects.get()
    assert row.root_sha256 == fingerprints(TSA.roots.decode())[0]
    assert (credentials_of(row).password, kept(row)) == (SAID, {PASSWORD})
    for name in ("detail", "edit", "history"):
        page = browser.get(authorities.url(name, row)).content.decode()
        assert "セイコー" in page
        assert SAID not in page
    assert SAID not in repr([(each.changes, each.notes) for each in read(entries_about(row.pk))])
    (entry,) = read(entries_about(row.pk))
    assert (entry.notes["root_sha256"], entry.notes["credentials_replaced"]) == (row.root_sha256, True)


def test_an_empty_password_leaves_the_present_one_and_retiring_deletes_it(
    company, sit, django_capture_on_commit_callbacks
):
    browser = sit(company.akari)
    browser.post(authorities.url("add"), ENTERED | {"username": "kuramori", "password": SAID})
    row = Authority.objects.get()
    as_of = browser.get(authorities.url("edit", row)).context["as_of"]
    changed = ENTERED | {"username": "kuramori", "name_en": "SEIKO 2", "as_of": as_of}
    assert browser.post(authorities.url("edit", row), changed).status_code == 302
    assert credentials_of(Authority.objects.get()).password == SAID
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(authorities.url("retire", row), {"why": "契約終了"}).status_code == 302
        assert kept(row) == {PASSWORD}, "nothing is deleted before the act is durable"
    assert kept(row) == frozenset()
    assert Authority.objects.get().retired_at


def test_a_kept_password_is_never_sent_to_another_server_than_it_was_given_for(
    company, sit, django_capture_on_commit_callbacks
):
    """Whoever may change the address could otherwise have a password sent to himself that he cannot read."""
    browser = sit(company.chihiro)
    browser.post(authorities.url("add"), ENTERED | {"username": "kuramori", "password": SAID})
    row = Authority.objects.get()
    as_of = browser.get(authorities.url("edit", row)).context["as_of"]
    moved = ENTERED | {"username": "kuramori", "url": "https://mine.example.com/", "as_of": as_of}
    answer = browser.post(authorities.url("edit", row), moved)
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"password"})
    within = moved | {"url": "https://tsa.example.jp/other/path"}
    assert browser.post(authorities.url("edit", row), within).status_code == 302
    as_of = browser.get(authorities.url("edit", row)).context["as_of"]
    assert browser.post(authorities.url("edit", row), moved | {"as_of": as_of, "password": "x"}).status_code == 302
    as_of = browser.get(authorities.url("edit", row)).context["as_of"]
    assert credentials_of(Authority.objects.get()).password == "x"  # noqa: S105  (made up)
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(authorities.url("edit", row), ENTERED | {"as_of": as_of}).status_code == 302
    assert kept(row) == frozenset(), "without a user no password is needed, nor kept"


def test_a_client_certificate_is_kept_as_a_file_and_never_sent_back(company, sit, django_capture_on_commit_callbacks):
    key = key_of("p256")
    both = (pem(certificate("us", key, "us", key)) + private_pem(key)).decode()
    browser = sit(company.chihiro)
    wrong = browser.post(authorities.url("add"), ENTERED | {"client_pem": both, "slug": "A B"})
    assert wrong.status_code == 422
    assert "PRIVATE KEY" not in wrong.content.decode()
    assert browser.post(authorities.url("add"), ENTERED | {"client_pem": both}).status_code == 302
    row = Authority.objects.get()
    assert kept(row) == {CLIENT}
    answer = browser.get(authorities.url("edit", row))
    assert "保管済み" in answer.content.decode()
    dropped = ENTERED | {"drop_client": "on", "as_of": answer.context["as_of"]}
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(authorities.url("edit", row), dropped).status_code == 302
    assert kept(row) == frozenset()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"slug": "taken"}, "slug"),
        ({"slug": "-a"}, "slug"),
        ({"slug": "Seiko"}, "slug"),
        ({"policy": "not an oid"}, "policy"),
        ({"roots_pem": "no pem"}, "roots_pem"),
        ({"roots_pem": pem(TSA.cert).decode()}, "roots_pem"),
        ({"client_pem": "no pem"}, "client_pem"),
        ({"client_pem": pem(TSA.cert).decode()}, "client_pem"),
        ({"url": "ftp://tsa.example.jp/"}, "url"),
        ({"url": "https://user:word@tsa.example.jp/"}, "url"),
        ({"url": "http://tsa.example.jp/", "username": "kuramori"}, "url"),
        ({"name_ja": ""}, "name_ja"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(company, sit, values, field):
    authority_like(TSA, "https://other.example.jp/", "taken")
    answer = sit(company.akari).post(authorities.url("add"), ENTERED | values)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}


def test_inside_our_own_network_a_password_may_go_without_tls(company, sit):
    data = ENTERED | {
        "url": "http://tsa/",
        "username": "kuramori",
        "password": SAID,
        "is_inside": "on",
        "policy": "1.2.3",
    }
    assert sit(company.akari).post(authorities.url("add"), data).status_code == 302


def test_the_auditor_reads_and_changes_nothing_and_others_do_not_even_read(company, sit, office, write):
    stamp = stamped(write)
    auditor, botan = sit(company.daichi), sit(company.botan)
    for url in (
        authorities.url("list"), authorities.url("detail", office[1]), stamps.url("list"), stamps.url("detail", stamp),
        reverse("evidence:stamp-check", args=[stamp.pk]), reverse("evidence:stamp-part", args=[stamp.pk, "reply"]),
    ):  # fmt: skip
        assert auditor.get(url).status_code == 200
        assert botan.get(url).status_code == 403
    for url in (authorities.url("add"), authorities.url("edit", office[1]), reverse("evidence:stamps-ask")):
        assert auditor.get(url).status_code == 403
        assert auditor.post(url).status_code == 403


@pytest.mark.parametrize("language", ["ja", "en"])
def test_without_an_authority_the_pages_say_what_that_means(company, sit, language):
    browser = sit(company.akari, language)
    home = page_of(browser, "home")
    assert {"ja": "当社の時計だけ", "en": "our own clock alone"}[language] in home
    assert {"ja": "二つの局", "en": "Two are asked"}[language] in page_of(browser, "authority-list")
    assert {"ja": "届いたままの形", "en": "kept as it came"}[language] in page_of(browser, "stamp-list")


def test_health_is_told_on_the_home_page_the_list_and_the_authority_s_own(company, sit, office, write):
    server, row = office
    browser = sit(company.akari, "en")
    assert "not asked yet" in page_of(browser, "home")
    stamped(write)
    for name, args in (("home", ()), ("authority-list", ()), ("authority-detail", (row.pk,))):
        assert ">stamps<" in page_of(browser, name, *args)
    server.status = 503
    write()
    seal_now()
    note_new_head()
    ask_all_due(by=SYSTEM)
    page = page_of(browser, "authority-detail", row.pk)
    assert "no good answer" in page
    assert "Check address, user name and password." in page
    assert "503" in page


def test_asking_now_stamps_although_nothing_was_done_since(company, sit, office, write):
    stamped(write)
    seal_now()
    browser = sit(company.akari)
    assert "最新の署名済み" in page_of(browser, "stamps-ask")
    assert browser.post(reverse("evidence:stamps-ask")).status_code == 302
    run_waiting()
    job = Job.objects.get(kind=STAMP)
    assert (job.state, job.result["came"], Stamp.objects.count()) == (JobState.DONE, 1, 2)
    assert browser.get(job.result["url"]).status_code == 200


def test_the_commands_on_the_page_check_the_files_that_it_gives(company, sit, office, write, tmp_path):
    """The page is held to its word: what it offers is fetched, and the line that it shows is run."""
    stamp = stamped(write)
    browser = sit(company.daichi, "en")
    answer = browser.get(reverse("evidence:stamp-check", args=[stamp.pk]))
    fetched = tmp_path / "fetched"
    fetched.mkdir()
    for each in answer.context["parts"]:
        file = browser.get(each["url"])
        assert file["Content-Disposition"] == f'attachment; filename="{each["name"]}"'
        (fetched / each["name"]).write_bytes(file.content)
    assert {each.name for each in fetched.iterdir()} == {"seiko.tsr", "seiko.pem", "checkpoint.txt"}
    (line,) = [each for each in answer.content.decode().split("<code>")[1].splitlines() if "-verify" in each]
    told = subprocess.run(line.split(), cwd=fetched, capture_output=True, text=True, check=False)
    assert "Verification: OK" in told.stdout + told.stderr
    assert f"-attime {int(stamp.gen_time.timestamp())}" in answer.content.decode()
    assert stamp.content_sha256 in page_of(browser, "stamp-detail", stamp.pk)


def test_a_refused_reply_is_shown_with_its_reason_and_given_raw(company, sit, office, write):
    server, row = office
    server.answer = lambda _query: b"<html>login</html>"
    stamp = stamped(write)
    browser = sit(company.akari, "en")
    assert "This is no reply of a time-stamp authority" in page_of(browser, "stamp-detail", stamp.pk)
    assert "it is no proof" in page_of(browser, "stamp-check", stamp.pk)
    assert browser.get(reverse("evidence:stamp-part", args=[stamp.pk, "reply"])).content == b"<html>login</html>"
    assert browser.get(reverse("evidence:stamp-part", args=[stamp.pk, "chain"])).content == TSA.roots
    assert browser.get(reverse("evidence:stamp-part", args=[stamp.pk, "key"])).status_code == 404
    assert str(stamp.pk) in page_of(browser, "stamp-list", query="?state=refused")
    assert str(stamp.pk) not in page_of(browser, "stamp-list", query="?state=good")
    assert str(stamp.pk) in page_of(browser, "stamp-list", query=f"?authority={row.slug}")


def test_a_bundle_s_stamp_points_into_the_bundle(company, sit, office):
    note_due(office[1], b"tags", UUID(int=77))
    ask_all_due(by=SYSTEM)
    stamp = Stamp.objects.get()
    browser = sit(company.daichi, "en")
    assert "-data tagmanifest-sha256.txt" in page_of(browser, "stamp-check", stamp.pk)
    assert browser.get(reverse("evidence:stamp-part", args=[stamp.pk, "head"])).status_code == 404
    assert stamped_head(company.viewer(company.daichi), stamp) is None


def test_duties_go_to_those_who_look_after_it_for_silence_clocks_and_renewal(company, office, write):
    server, row = office
    akari, daichi = company.viewer(company.akari), company.viewer(company.daichi)
    stamped(write)
    today = now().date()
    with translation.override("en"):
        assert stamp_duties(akari, today) == []
        server.status = 503
        write()
        seal_now()
        note_new_head()
        ask_all_due(by=SYSTEM)
        assert stamp_duties(akari, today) == []
        with time_machine.travel(now() + timedelta(hours=25)):
            (duty,) = stamp_duties(akari, today)
            assert (duty.urgent, row.slug in duty.title, "gives no time stamp" in duty.title) == (True, True, True)
            assert stamp_duties(daichi, today) == []
            assert silent_authorities(daichi) == [row]
        assert silent_authorities(daichi) == []


def test_clocks_that_differ_and_certificates_that_end_are_duties(company, write):
    tsa = TestAuthority.make(end=now() + 200 * DAY)
    tsa.at = (now() - timedelta(seconds=9)).replace(microsecond=0)
    akari = company.viewer(company.akari)
    with serving(tsa.reply) as server, translation.override("en"):
        authority_like(tsa, server.url)
        stamped(write)
        clock, renewal = stamp_duties(akari, now().date())
        assert "more than 5 seconds" in clock.title
        assert (renewal.urgent, renewal.title.startswith("Renew")) == (False, True)
        assert renewal.due == renewal_due(akari, now()).astimezone(akari.zone).date()
        with serving(TSA.reply) as other:
            authority_like(TSA, other.url, "amano")
            stamped(write)
            assert renewal_due(akari, now()) is None


def test_an_authority_stands_as_its_worst_sign_says():
    moment = now()
    cases = {
        Standing.SILENT: {"failing_since": moment - timedelta(hours=25), "difference_ms": 9_999},
        Standing.FAILING: {"failing_since": moment - timedelta(hours=23), "difference_ms": 9_999},
        Standing.CLOCK_OFF: {"failing_since": None, "difference_ms": 5_001},
        Standing.WELL: {"failing_since": None, "difference_ms": 5_000},
        Standing.NEVER: {"failing_since": None, "difference_ms": None},
    }
    assert {standing_of(**values, now=moment) for values in cases.values()} == set(Standing)
    assert all(standing_of(**values, now=moment) is standing for standing, values in cases.items())


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_problem_and_every_standing_has_its_own_words(language):
    with translation.override(language):
        assert len({str(PROBLEMS[each]) for each in Problem}) == len(Problem) == len(PROBLEMS)
        assert len({str(STANDINGS[each]) for each in Standing}) == len(Standing)


def test_lists_cost_the_same_for_many_authorities_and_stamps(
    company, sit, office, write, django_assert_max_num_queries
):
    stamped(write)
    for number in range(8):
        authority_like(TSA, "https://tsa.example.jp/", f"tsa-{number}")
        note_due(office[1], b"tags", UUID(int=number + 1))
    ask_all_due(by=SYSTEM)
    browser = sit(company.akari)
    page_of(browser, "authority-list")
    for name in ("authority-list", "stamp-list"):
        with django_assert_max_num_queries(12):
            page_of(browser, name)
