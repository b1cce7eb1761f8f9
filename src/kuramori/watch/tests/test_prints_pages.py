"""The page of the index of documents: counts for who tends it, names of files only for who may see the secret."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext, override

from kuramori.directory.tests.company import NOON, Company
from kuramori.governance.api import Level
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.models import Job
from kuramori.kernel.permissions import Role, Viewer
from kuramori.register.api import Secret, secret_add
from kuramori.watch.job_names import DOCUMENTS
from kuramori.watch.lake import lake
from kuramori.watch.models import DocumentFolder
from kuramori.watch.prints import register
from kuramori.watch.prints.acts import documents_index
from kuramori.watch.prints.place import documents_place
from kuramori.watch.prints.queries import documents_standing, files_of
from kuramori.watch.prints.register import documents, documents_facts, documents_mark
from kuramori.watch.prints.wording import REFUSALS
from kuramori.watch.tests.laid import compared, lay, lay_some
from kuramori.watch.tests.test_registers import OpenToItsReaders
from kuramori_lake.fingerprint.index import PrintIndex
from kuramori_lake.fingerprint.laid import Folder, Night
from kuramori_lake.fingerprint.laying import Why
from kuramori_lake.fingerprint.reading.limits import Reason
from kuramori_lake.fingerprint.tests import made
from kuramori_lake.fingerprint.tests.test_index import text

pytestmark = pytest.mark.django_db
NAMES = ("配合.txt", "図面/A-17.txt", "新製品X.txt")
QUERIES = 22
"""Of the overview: permissions and frame of every page, the last comparison, the job, the secrets of the rows."""


@pytest.fixture(params=["ja", "en"])
def speaks(request: pytest.FixtureRequest, company: Company) -> Callable[..., Viewer]:
    """Somebody with roles, as a viewer in Japanese, then in English."""

    def with_roles(person: Any, *roles: Role) -> Viewer:
        for role in roles:
            company.give(person, role)
        return replace(company.viewer(person), language=request.param)

    return with_roles


def said(viewer: Viewer, english: str) -> str:
    with override(viewer.language):
        found = gettext(english)
    assert (found == english) is (viewer.language == "en"), f"not translated: {english}"
    return found


def body(answer: Any) -> str:
    assert answer.status_code == 200
    return unescape(" ".join(answer.content.decode().split()))


def test_before_the_first_document_the_page_teaches_what_to_do(
    speaks: Callable[..., Viewer], company: Company, visit: Any
) -> None:
    it = speaks(company.chihiro, Role.IT)
    shown = body(visit(it, "documents"))
    assert said(it, "No document yet") in shown
    assert said(it, "never") in shown
    assert said(it, "Compare now") in shown
    assert str(documents_place()) in shown
    assert said(it, "Why files were rejected") not in shown
    assert "note bad" not in shown


def test_who_tends_the_folder_reads_counts_that_add_up_and_no_names_of_secrets_files(
    speaks: Callable[..., Viewer], company: Company, secret: Secret, visit: Any
) -> None:
    lay_some()
    compared()
    it = speaks(company.chihiro, Role.IT)
    shown = body(visit(it, "documents"))
    figures = [part.split("</span>")[0] for part in shown.split('<span class="val">')[1:]]
    assert figures == ["5", "2", "0", "3"]
    for word in (Reason.NO_TEXT, Why.UNKNOWN_SECRET, Why.BESIDE):
        assert said(it, str(REFUSALS[word].word._args[0])) in shown
        assert said(it, str(REFUSALS[word].step._args[0])) in shown
    assert "S-0001" in shown
    assert "X-9" in shown, "a folder of no secret is named to who can rename it"
    assert "メモ.txt" in shown
    assert said(it, "named to those who may see the secret") in shown
    for name in (*NAMES, "謎の計画"):
        assert name not in shown
    about = DocumentFolder.objects.get()
    for page in ("document-detail", "document-history"):
        told = body(visit(it, page, about.pk))
        assert not [name for name in NAMES if name in told]
        assert secret.title not in told
    assert said(it, "Shown to those who may see the secret.") in body(visit(it, "document-detail", about.pk))


def test_who_keeps_the_secret_reads_the_names_of_its_files_and_of_no_others(
    speaks: Callable[..., Viewer], company: Company, secret: Secret, levels: dict[str, Level], visit: Any
) -> None:
    words = {"unit": company.sales, "level": levels["top"], "tier": "b", "identified_on": NOON.date(), "by": SYSTEM}
    secret_add(number="S-0002", title="顧客の原価", keeper=company.chihiro, **words)
    lay_some()
    lay("S-0002/原価表.txt", b"")
    compared()
    akari = speaks(company.akari, Role.IT)
    shown = body(visit(akari, "documents"))
    assert "新製品X.txt" in shown
    assert "S-0002" in shown
    assert "原価表" not in shown
    about = {each.secret.number: each for each in DocumentFolder.objects.select_related("secret")}
    told = body(visit(akari, "document-detail", about["S-0001"].pk))
    assert all(name in told for name in NAMES)
    assert told.index("新製品X.txt") < told.index("配合.txt"), "what was rejected comes first"
    assert "原価表" not in body(visit(akari, "document-detail", about["S-0002"].pk))


def test_an_auditor_reads_numbers_and_starts_nothing(
    speaks: Callable[..., Viewer], company: Company, secret: Secret, visit: Any
) -> None:
    lay_some()
    compared()
    auditor = speaks(company.botan, Role.AUDITOR)
    auditor = replace(auditor, permissions=auditor.permissions - {"register:secret:view_all"})
    shown = body(visit(auditor, "documents"))
    assert said(auditor, "Compare now") not in shown
    assert str(documents_place()) not in shown
    for hidden in ("X-9", "メモ.txt", "謎の計画"):
        assert hidden not in shown, "a name somebody gave a folder may be a secret that nobody registered"
    assert visit(auditor, "documents-run", data={}).status_code == 403
    assert Job.objects.filter(kind=DOCUMENTS).count() == 1


def test_strangers_are_turned_away_and_nothing_is_found_for_them(company: Company, secret: Secret, visit: Any) -> None:
    lay_some()
    compared()
    about = DocumentFolder.objects.get()
    stranger = company.viewer(company.chihiro)
    for page, args in (("documents", ()), ("document-list", ()), ("document-detail", (about.pk,))):
        assert visit(stranger, page, *args).status_code == 403
    assert documents_standing(stranger) is None
    company.give(company.chihiro, Role.IT)
    it = company.viewer(company.chihiro)
    assert files_of(it, about) is None
    assert visit(it, "document-detail", uuid4()).status_code == 404
    assert visit(it, "documents-run").status_code == 405


@pytest.mark.parametrize(
    ("role", "reads", "starts"),
    [
        (Role.AUDITOR, 200, 403),
        (Role.EMPLOYEE, 403, 403),
        (Role.EXECUTIVE, 403, 403),
        (Role.HR, 403, 403),
        (Role.INFORMATION_MANAGER, 200, 302),
        (Role.IT, 200, 302),
        (Role.LEGAL, 403, 403),
        (Role.PRIVACY_OFFICER, 403, 403),
        (Role.SECURITY_ANALYST, 200, 302),
        (Role.SYSTEM_ADMINISTRATOR, 200, 302),
    ],
)
def test_who_may_read_how_the_index_stands_and_who_may_start_a_comparison(
    company: Company, visit: Any, role: Role, reads: int, starts: int
) -> None:
    company.give(company.chihiro, role)
    viewer = company.viewer(company.chihiro)
    for page in ("documents", "document-list"):
        assert visit(viewer, page).status_code == reads
    assert visit(viewer, "documents-run", data={}).status_code == starts
    assert Job.objects.filter(kind=DOCUMENTS).exists() is (starts == 302)
    assert (documents_standing(viewer) is not None) is (reads == 200)


def test_asking_for_it_now_leads_to_its_job_once(
    speaks: Callable[..., Viewer], company: Company, secret: Secret, visit: Any
) -> None:
    it = speaks(company.chihiro, Role.IT)
    answer = visit(it, "documents-run", data={})
    job = Job.objects.get(kind=DOCUMENTS)
    assert (answer.status_code, answer["Location"]) == (302, f"/jobs/{job.pk}/")
    assert said(it, "is running") in body(visit(it, "documents"))
    assert visit(it, "documents-run", data={})["Location"] == "/watch/documents/"
    assert said(it, "A comparison is running already.") in body(visit(it, "documents"))
    assert Job.objects.filter(kind=DOCUMENTS).count() == 1
    jobs.run(job)
    assert said(it, "Compare now") in body(visit(it, "documents"))


def test_the_next_time_is_a_day_after_the_last_and_late_ones_are_due_now(company: Company, secret: Secret) -> None:
    company.give(company.chihiro, Role.IT)
    it = company.viewer(company.chihiro)
    first = documents_standing(it)
    assert first is not None
    assert (first.next_at, first.is_running, first.last) == (NOON, False, None)
    compared()
    with time_machine.travel(NOON.replace(hour=23), tick=False):
        soon = documents_standing(it)
    assert soon is not None
    assert soon.next_at == NOON.replace(day=NOON.day + 1)


def test_a_missing_or_empty_folder_and_a_changed_index_are_told(
    speaks: Callable[..., Viewer], company: Company, secret: Secret, visit: Any, data: Any
) -> None:
    lay("S-0001/a.txt", text(1))
    compared()
    it = speaks(company.chihiro, Role.IT)
    assert 'class="note' not in body(visit(it, "documents"))
    with lake() as found:
        PrintIndex(found).forget([(str(secret.pk), "0" * 64)])
        found.manifest.db.execute("DELETE FROM laid_print")
    assert said(
        it,
        "The index does not hold exactly what the last comparison wrote down: it was broken off, or somebody changed "
        "it since. The next comparison mends it.",
    ) in body(visit(it, "documents"))
    documents_place().rename(data / "moved")
    gone = "The folder of documents is not there. What is indexed stays in the index; nothing new comes in."
    assert said(it, gone) in body(visit(it, "documents"))
    documents_place().mkdir()
    empty = (
        "The folder of documents is empty, as if its share was not mounted. What is indexed stays. If all documents "
        "are meant to go, leave empty folders."
    )
    assert said(it, empty) in body(visit(it, "documents"))


def test_many_rejected_files_are_counted_and_the_first_of_them_shown(company: Company, visit: Any) -> None:
    for number in range(53):
        lay(f"beside-{number:02}.txt", b"")
    lay("S/x.txt", b"")
    compared()
    company.give(company.chihiro, Role.IT)
    it = replace(company.viewer(company.chihiro), language="en")
    with CaptureQueriesContext(connection) as captured:
        shown = body(visit(it, "documents"))
    assert "beside-49.txt" in shown
    assert "beside-50.txt" not in shown
    assert "4 more" in shown
    assert len(captured) <= QUERIES


def test_page_of_a_secret_shows_its_first_files_and_counts_the_rest(
    company: Company, secret: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "FILES_SHOWN", 2)
    lay_some()
    compared()
    akari = replace(company.viewer(company.akari), permissions=company.viewer(company.daichi).permissions)
    (about,) = DocumentFolder.objects.select_related("secret")
    told = [(str(each.label), str(each.value)) for each in documents_facts(about, akari)]
    assert [label for label, _value in told[3:5]] == ["新製品X.txt", "図面/A-17.txt"]
    assert told[-1][1] == "1"
    with override("en"):
        about.retired_at = NOON
        assert len(documents_facts(about, akari)) == 3
        assert str(documents_mark(about, akari).word) == "nothing there any more"


def test_document_that_is_not_whole_says_so(company: Company, secret: Secret) -> None:
    lay("S-0001/a.zip", zipped_with_a_locked_member())
    compared()
    (about,) = DocumentFolder.objects.select_related("secret")
    with override("en"):
        told = [str(each.value) for each in documents_facts(about, company.viewer(company.akari))]
    assert told[-1] == "indexed, but not whole: encrypted. Lay a copy without password there."
    assert str(documents_mark(about, company.viewer(company.akari)).tone) == "ok"


def zipped_with_a_locked_member() -> bytes:
    data = bytearray(made.packed({"a.txt": text(1), "b.txt": text(2)}, 0))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize("reason", sorted({*map(str, Why), *map(str, Reason)}))
def test_every_reason_has_words_and_a_next_step_in_both_languages(reason: str) -> None:
    refusal = REFUSALS[reason]
    for words in (refusal.word, refusal.step):
        with override("en"):
            english = str(words)
        with override("ja"):
            assert str(words) != english


class TestDocuments(OpenToItsReaders):
    register = documents
    filtered = {"rejected": ("yes", 2)}
    searched = ("Z-002", 1)

    @pytest.fixture(autouse=True)
    def noon(self) -> Iterator[None]:
        """Let the clock run: two changes of a record must differ in their time."""
        with time_machine.travel(NOON):
            yield

    @pytest.fixture(autouse=True)
    def _secrets(self, levels: dict[str, Level]) -> None:
        self.level = levels["top"]

    def make(self, count: int) -> list[Any]:
        """Return what lies in the folders of so many secrets; of every other one something was rejected."""
        folders = []
        for n in range(count):
            one = secret_add(
                number=f"Z-{n:03}", title=f"秘密{n}", keeper=self.company.akari, unit=self.company.materials,
                level=self.level, tier="b", identified_on=NOON.date(), by=SYSTEM,
            )  # fmt: skip
            folders.append(Folder(name=one.number, secret_id=str(one.pk), documents=n, rejected=(n + 1) % 2))
        night = Night(files=0, indexed=0, unchanged=0, rejected=0, removed=0, digest="0" * 64)
        documents_index(night=night, folders=folders, by=SYSTEM)
        return list(DocumentFolder.objects.select_related("secret").order_by("secret__number"))
