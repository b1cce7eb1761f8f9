"""A folder, a mailbox and a sheet of paper hold heads: what is written there reads back, and what is not is said."""

import os
import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils.translation import override

from kuramori.evidence.heads import contradictions
from kuramori.evidence.keys import signer, verifier_keys
from kuramori.evidence.models import KindChoice, WitnessState
from kuramori.evidence.rules.note import Checkpoint, NoteError, sign
from kuramori.evidence.sequencer import NotAPrefix, seal_now
from kuramori.evidence.tests.test_witness_server import cut
from kuramori.evidence.witnessing.acts.witnesses import head_compare, witness_add, witness_edit, witness_print
from kuramori.evidence.witnessing.folder import MARK
from kuramori.evidence.witnessing.outside import held_heads
from kuramori.evidence.witnessing.queries import read_head
from kuramori.evidence.witnessing.rounds import look, refresh
from kuramori.evidence.witnessing.rules.paper import grouped, head_in, note_of, query_of
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.permissions import Viewer

pytestmark = pytest.mark.django_db
VIEWER = Viewer(actor=SYSTEM, person_id=None)


@pytest.fixture
def drive(tmp_path_factory):
    return tmp_path_factory.mktemp("usb")


@pytest.fixture
def folder(drive):
    return witness_add(kind=KindChoice.FOLDER, name="金庫のUSB", place=str(drive), by=SYSTEM)


def notes_in(drive):
    return sorted(drive.glob("*/*.txt"))


def test_a_head_is_written_to_the_folder_and_reads_back(folder, drive, write):
    write(3)
    head = seal_now()
    state = look(folder)
    assert (state.failure, state.size, state.note) == ("", head.size, head.note)
    (path,) = notes_in(drive)
    assert (path.read_text(), path.name) == (head.note, f"{head.size:012d}.txt")
    assert (drive / MARK).read_text().strip() == str(folder.pk)
    assert not list(drive.rglob("*.part")), "no draft stays behind"


def test_of_each_day_the_newest_head_stays(folder, drive, write):
    write()
    seal_now()
    look(folder)
    (first,) = notes_in(drive)
    yesterday = first.stat().st_mtime - 86_400
    os.utime(first, (yesterday, yesterday))
    for _ in range(2):
        write()
        seal_now()
        look(folder)
    assert [int(path.stem) for path in notes_in(drive)] == [2, 4]


def test_a_drive_that_was_taken_out_is_silent_and_nothing_is_written_where_it_was(folder, drive, write, tmp_path):
    write()
    seal_now()
    look(folder)
    drive.rename(drive.with_name("away"))
    drive.mkdir()  # the empty mount point
    write()
    seal_now()
    state = look(folder)
    assert "ドライブ" in state.failure
    assert state.failing_since is not None
    assert list(drive.iterdir()) == []
    drive.rmdir()
    drive.with_name("away").rename(drive)
    assert look(folder).failure == ""
    assert look(folder).size == 3


def test_another_ledger_s_folder_is_not_written_to(folder, drive, write):
    (drive / MARK).write_text("somebody else\n")
    write()
    seal_now()
    assert look(folder).failure
    assert notes_in(drive) == []


def test_a_new_drive_gets_its_mark_when_the_witness_is_changed(folder, drive, write):
    write()
    seal_now()
    look(folder)
    fresh = drive.with_name("fresh")
    fresh.mkdir()
    witness_edit(witness=folder, place=str(fresh), by=SYSTEM, why="容量")
    folder.refresh_from_db()
    assert look(folder).failure == ""
    assert len(notes_in(fresh)) == 1


def test_a_restored_backup_is_found_out_by_the_drive(folder, drive, write, data):
    write(2)
    early = seal_now()
    look(folder)
    write(5)
    late = seal_now()
    look(folder)
    cut(early.size, data)
    with pytest.raises(NotAPrefix, match="金庫のUSB"):
        seal_now()
    (found,) = contradictions()
    assert (found.size, found.missing) == (late.size, late.size - early.size)
    assert found.note == late.note, "the head itself is the proof"
    assert found.at is not None


def test_rubbish_on_the_drive_stops_nothing_but_is_said(folder, drive, write):
    write()
    seal_now()
    look(folder)
    (path,) = notes_in(drive)
    path.write_bytes(b"\xff" * 50)
    state = look(folder)
    assert state.against is None
    assert "署名済み" in state.failure
    write()
    assert seal_now() is not None


def test_what_witnesses_hold_is_what_the_check_compares_with(folder, write):
    write()
    seal_now()
    look(folder)
    heads, outside = held_heads()
    assert (outside[0].name, outside[0].size) == ("金庫のUSB", 2)
    assert set(heads) == {2}
    assert outside[0].as_json()["at"]


@pytest.fixture
def auditor():
    return witness_add(kind=KindChoice.MAIL, name="監査人", place="audit@example.jp", by=SYSTEM)


def test_the_auditor_gets_each_day_s_head_once(auditor, write):
    write()
    head = seal_now()
    look(auditor)
    (sent,) = mail.outbox
    assert sent.to == ["audit@example.jp"]
    assert head.note in sent.body
    assert reverse("evidence:head-compare") in sent.body
    write()
    seal_now()
    look(auditor)
    assert len(mail.outbox) == 1, "the next one goes tomorrow"
    state = look(auditor, at_once=True)
    assert len(mail.outbox) == 2
    assert state.seen_at == state.held_at


def test_a_mail_server_that_is_away_is_a_failure_not_a_crash(auditor, write, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    write()
    seal_now()
    state = look(auditor)
    assert state.failure
    assert state.size is None


@pytest.mark.parametrize("mangled", ["{}", "前文\n{}\n署名", "> {}", "\r\n{}\r\n", "   {}"])
def test_a_head_is_found_in_a_mail_however_it_was_pasted(write, mangled):
    write()
    head = seal_now()
    mark = "> " if ">" in mangled else "   " if mangled.startswith(" ") else ""
    body = "\n".join(mark + line for line in head.note.splitlines())
    text = mangled.replace("> ", "").replace("   ", "").format(body)
    found = head_in(text, {key.name for key in verifier_keys()})
    told, against = read_head(VIEWER, found)
    assert (told.size, against) == (head.size, None)
    with pytest.raises(NoteError):
        read_head(VIEWER, head_in("nothing of the kind", {"x"}))


def test_a_mailed_head_that_is_no_part_stops_the_signing_and_is_a_fact(auditor, write):
    """The auditor alone has kept the head of a history that was rewritten."""
    write(3)
    seal_now()
    forged = Checkpoint(signer().origin, 2, bytes(32))
    note = sign(forged.text, signer().key, signer().origin)
    head, found = read_head(VIEWER, note)
    head_compare(witness=auditor, note=note, head=head, found=found, by=SYSTEM)
    write()
    with pytest.raises(NotAPrefix, match="2"):
        seal_now()
    assert entries_about(auditor.pk).filter(verb="evidence.witness.contradict").count() == 1
    look(auditor)
    assert WitnessState.objects.get().against is not None, "a round does not wipe out what people brought"
    assert contradictions()[0].missing == 0


def test_a_head_that_fits_is_a_fact_too(auditor, write):
    write()
    note = seal_now().note
    head, found = read_head(VIEWER, note)
    head_compare(witness=auditor, note=note, head=head, found=found, by=SYSTEM)
    assert entries_about(auditor.pk).filter(verb="evidence.head.compare").count() == 1


def test_a_printed_head_carries_the_whole_note_in_its_code(write):
    write(3)
    note = seal_now().note
    words = dict(part.split("=") for part in query_of(note).split("&"))
    assert note_of(words, verifier_keys()) == note
    assert len(query_of(note)) < 250, "so that the code stays coarse enough for any phone"
    for name, value in (("size", "x"), ("size", "9" * 5000), ("signature", "AAAA"), ("signature", "é"), ("root", "a")):
        with pytest.raises(NoteError):
            read_head(VIEWER, note_of(words | {name: value}, verifier_keys()))
    assert grouped("a" * 20) == "aaaaaaaa aaaaaaaa aaaa"


def test_printing_is_an_act_and_paper_is_not_asked(write):
    paper = witness_add(kind=KindChoice.PRINT, name="金庫", by=SYSTEM)
    write()
    head = seal_now()
    refresh()
    assert not WitnessState.objects.filter(witness=paper, held_at__isnull=False).exists()
    state = witness_print(witness=paper, head=head, by=SYSTEM)
    assert (state.size, state.seen_at) == (head.size, state.held_at)
    body = bytes(entries_about(paper.pk).filter(verb="evidence.witness.print").get().body).decode()
    assert re.search(rf'"size":\{{"open":{head.size}\}}', body)
    assert look(paper).size == head.size


def test_a_mail_speaks_the_language_of_the_house(auditor, write):
    write()
    seal_now()
    with override("en"):
        look(auditor)
    assert "Please keep this mail" in mail.outbox[0].body
