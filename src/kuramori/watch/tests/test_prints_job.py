"""Each night the index follows the folder of documents, with counts that add up and an act that names no file."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.jobs import kinds
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.register.api import Secret
from kuramori.watch.acts.settings import source_add
from kuramori.watch.job_names import COLLECT, DOCUMENTS
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import DocumentFolder, DocumentRun
from kuramori.watch.prints.place import documents_place, place_state, secret_folders
from kuramori.watch.rules.prints import Place, folder_name, folders_of
from kuramori.watch.tests.laid import compared, lay, lay_some
from kuramori.watch.tests.test_checking import collected, laid, outgoing
from kuramori_lake.fingerprint.index import PrintIndex
from kuramori_lake.fingerprint.laid import digest_of
from kuramori_lake.fingerprint.tests.test_index import text

pytestmark = pytest.mark.django_db


def owners(words: str) -> set[str]:
    with lake() as found:
        return {one.secret_id for one in PrintIndex(found).check([words])[0]}


def test_documents_of_a_night_are_indexed_and_counted_and_written_down_without_names(secret: Secret) -> None:
    lay_some()
    job = compared()
    assert job.result == {"files": 5, "indexed": 2, "unchanged": 0, "rejected": 3, "removed": 0}, job.error
    assert owners(text(1)[60:300]) == {str(secret.pk)}
    run = DocumentRun.objects.get()
    assert (run.files, run.indexed + run.unchanged + run.rejected) == (5, 5)
    with lake() as found:
        assert run.digest == digest_of(found)
    (about,) = DocumentFolder.objects.all()
    assert (about.secret, about.documents, about.rejected, str(about)) == (secret, 2, 1, "S-0001")
    (entry,) = read(entries_about(run.pk))
    assert (entry.verb, entry.notes["digest"], entry.notes["rejected"]) == ("watch.document.index", run.digest, 3)
    told = "".join(str(each) for each in Entry.objects.values_list())
    for word in ("配合.txt", "新製品X", "図面/A-17", "謎の計画", "メモ.txt"):
        assert word not in told


@pytest.fixture
def gateway(company: Company, tmp_path: Path) -> Path:
    found = tmp_path / "gateway"
    found.mkdir()
    words = {"namespace": "ad", "site": company.tokyo, "folder": str(found)}
    source_add(name="メール出口", kind="fingerprint", instance="gw01", by=SYSTEM, **words)
    return found


def test_a_mail_with_words_of_a_document_laid_there_is_about_its_secret_the_same_day(
    gateway: Path, secret: Secret, charter: Any
) -> None:
    laid(gateway, "m.eml", outgoing(text(1)[50:300]))
    assert collected() == {"accepted": 0, "rejected": 0}, "nothing is compared before there is an index"
    lay("S-0001/配合.txt", text(1))
    compared()
    assert collected() == {"accepted": 1, "rejected": 0}
    with lake() as found:
        rows = found.query("SELECT activity, secret_id FROM joined_events").to_pylist()
    assert rows == [{"activity": "mail_send", "secret_id": str(secret.pk)}]


def test_second_night_changes_nothing_and_the_third_follows_what_changed(secret: Secret) -> None:
    lay_some()
    compared()
    first = DocumentFolder.objects.get()
    assert compared().result == {"files": 5, "indexed": 0, "unchanged": 2, "rejected": 3, "removed": 0}
    assert DocumentFolder.objects.get().updated_at == first.updated_at, "what is as it was is not written again"
    lay("S-0001/配合.txt", text(7))
    (documents_place() / "S-0001" / "新製品X.txt").unlink()
    assert compared().result == {"files": 4, "indexed": 1, "unchanged": 1, "rejected": 2, "removed": 1}
    about = DocumentFolder.objects.get()
    assert (about.documents, about.rejected) == (2, 0)
    assert (owners(text(1)), owners(text(7))) == (set(), {str(secret.pk)})


def test_emptied_folder_takes_its_documents_out_and_its_line_off_the_list(secret: Secret, company: Company) -> None:
    lay_some()
    compared()
    shutil.rmtree(documents_place() / "S-0001")
    job = compared(company.viewer(company.akari))
    assert job.result["removed"] == 2
    assert not DocumentFolder.objects.standing().exists()
    (entry,) = read(entries_about(DocumentRun.objects.get(removed=2).pk))
    assert entry.actor_id == actor_of(company.akari).id, "who asked for it stands in the act"
    lay("S-0001/a.txt", text(1))
    assert compared().result["indexed"] == 1
    assert DocumentFolder.objects.standing().get().documents == 1


def test_retired_secret_has_no_documents_any_more(secret: Secret) -> None:
    lay("S-0001/a.txt", text(1))
    compared()
    with act("register.secret.retire", by=SYSTEM, why="公開", subjects=[secret]):
        secret.retire()
    assert compared().result == {"files": 1, "indexed": 0, "unchanged": 0, "rejected": 1, "removed": 1}
    assert owners(text(1)) == set()


def test_a_share_that_is_not_there_is_told_and_empties_nothing(secret: Secret) -> None:
    assert place_state() is Place.MISSING
    assert compared().result == {}, "there never was one: nothing to tell"
    assert not folder().exists()
    lay("S-0001/a.txt", text(1))
    compared()
    assert place_state() is Place.THERE
    shutil.rmtree(documents_place())
    job = compared()
    assert (job.state, "索引にあるものはそのまま" in job.error) == ("failed", True)
    documents_place().mkdir()
    assert place_state() is Place.EMPTY
    assert compared().state == "failed"
    assert DocumentRun.objects.count() == 1
    assert owners(text(1)) == {str(secret.pk)}


def test_damaged_index_is_named_with_what_to_do(secret: Secret) -> None:
    lay("S-0001/a.txt", text(1))
    lay("S-0001/b.txt", text(2))
    compared()
    (prints,) = (folder() / "prints").iterdir()
    prints.write_bytes(prints.read_bytes()[:-9])
    (documents_place() / "S-0001" / "a.txt").unlink()
    job = compared()
    assert job.state == "failed"
    assert "prints" in job.error
    assert "バックアップ" in job.error


def test_folder_may_stand_elsewhere(secret: Secret, settings: Any, tmp_path: Path) -> None:
    settings.DOCUMENTS = str(tmp_path / "share")
    (tmp_path / "share" / "S-0001").mkdir(parents=True)
    (tmp_path / "share" / "S-0001" / "a.txt").write_text(text(1))
    lay("S-0001/b.txt", text(2))
    assert compared().result["indexed"] == 1
    assert owners(text(2)) == set()
    assert sorted(path.name for path in (tmp_path / "share").rglob("*")) == ["S-0001", "a.txt"], "bytes stay there"


def test_counts_that_do_not_add_up_are_refused_by_the_database(company: Company) -> None:
    with pytest.raises(IntegrityError), act("watch.document.index", by=SYSTEM):
        DocumentRun(files=3, indexed=1, unchanged=1, rejected=0, removed=0, digest="0" * 64).save()


def test_it_runs_each_night() -> None:
    kind = kinds()[DOCUMENTS]
    assert kind.every is not None
    assert kind.every.days == 1
    assert not kind.is_prompt, "it may take an hour: nothing else waits for it"
    assert kinds()[COLLECT].is_prompt


# which folder is whose


def test_numbers_that_no_folder_can_be_called_are_written_with_underlines() -> None:
    assert folder_name("営A/2026:03") == "営A_2026_03"
    assert folder_name("カ\u3099-1") == "ガ-1"
    assert folder_name("S-0001") == "S-0001"


def test_a_name_that_two_secrets_could_have_is_nobodys() -> None:
    found = folders_of([("A/1", "a"), ("A_1", "b"), ("A:2", "c"), ("B", "d")])
    assert found == {"A/1": "a", "A:2": "c", "A_2": "c", "B": "d"}
    assert folders_of([("B", "d"), ("B", "d")]) == {"B": "d"}
    assert folders_of([]) == {}


def test_only_secrets_whose_folder_may_lie_there_are_asked_for(
    secret: Secret, tmp_path: Path, django_assert_num_queries: Any
) -> None:
    laid_there = tmp_path / "documents"
    with django_assert_num_queries(1):
        assert secret_folders(laid_there) == {}
    (laid_there / "S-0001").mkdir(parents=True)
    (laid_there / "表".encode("cp932").decode("utf-8", "surrogateescape")).mkdir()
    with django_assert_num_queries(2):
        assert secret_folders(laid_there) == {"S-0001": str(secret.pk)}
