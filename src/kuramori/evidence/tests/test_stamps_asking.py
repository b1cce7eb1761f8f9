"""Heads and bundles are stamped by two authorities; what fails waits, is shown, and loses nothing (EVD-08, L8)."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import IntegrityError
from django.utils.timezone import now

from kuramori.evidence.jobs import run_stamps
from kuramori.evidence.models import Authority, Checkpoint, Stamp, StampDue
from kuramori.evidence.rules.stamps import Failed, Problem, expires_too_soon
from kuramori.evidence.sequencer import seal_now
from kuramori.evidence.stamps.acts import authority_edit, authority_retire, stamp_receive
from kuramori.evidence.stamps.asking import STAMP, ask_all_due, note_due, note_new_head
from kuramori.evidence.stamps.bundles import stamps_for
from kuramori.evidence.stamps.credentials import CLIENT, PASSWORD, credentials_of, forget, kept, sweep
from kuramori.evidence.tests.conftest import AKARI
from kuramori.evidence.tests.loopback import Loopback, serving
from kuramori.evidence.tests.stamping import authority_like
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import OutsideAct, Refused, act
from kuramori.kernel.jobs import Progress
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Job, JobState
from kuramori_verify.tests.authority import DAY, TestAuthority, openssl_accepts

pytestmark = pytest.mark.django_db
BUNDLE = UUID(int=77)
SAID = "ひ" + "みつ"


@dataclass
class Office:
    """An authority, the server it answers from, and its row with us."""

    tsa: TestAuthority
    server: Loopback
    row: Authority


@pytest.fixture
def office() -> Iterator[Office]:
    with opened("seiko") as one:
        yield one


@contextmanager
def opened(slug: str) -> Iterator[Office]:
    tsa = TestAuthority.make()
    with serving(tsa.reply) as server:
        yield Office(tsa, server, authority_like(tsa, server.url, slug))


def head_after(write) -> Checkpoint:
    write()
    head = seal_now()
    assert head is not None
    return head


def test_the_newest_head_is_stamped_and_the_token_kept_raw(office, write, tmp_path):
    head = head_after(write)
    assert note_new_head() == 1
    assert ask_all_due(by=SYSTEM) == (1, 0)
    stamp = Stamp.objects.get()
    assert (stamp.authority, stamp.size, stamp.bundle, stamp.refusal) == (office.row, head.size, None, "")
    assert openssl_accepts(tmp_path, bytes(stamp.reply), head.note.encode(), office.tsa.roots)
    assert abs(stamp.gen_time - stamp.received_at) <= timedelta(milliseconds=stamp.difference_ms + 1)
    assert stamp.not_after == office.tsa.cert.not_valid_after_utc
    assert not StampDue.objects.exists()
    (entry,) = read(entries_about(stamp.pk))
    assert entry.verb == "evidence.stamp.receive"
    assert str(stamp) in {f"checkpoint over {head.size:,} entries", f"{head.size:,} 件までのチェックポイント"}


def test_a_token_alone_makes_no_head_that_needs_another(office, write):
    head_after(write)
    note_new_head()
    ask_all_due(by=SYSTEM)
    seal_now()
    assert note_new_head() == 0
    assert note_new_head(even_if_quiet=True) == 1
    ask_all_due(by=SYSTEM)
    head_after(write)
    assert note_new_head() == 1


def test_nothing_is_stamped_before_the_first_head(office):
    assert note_new_head(even_if_quiet=True) == 0


def test_while_the_authority_is_away_the_queue_moves_on_to_the_newest_head_and_keeps_since_when(office, write):
    first = head_after(write)
    office.server.status = 503
    with time_machine.travel(now(), tick=False) as clock:
        note_new_head()
        assert ask_all_due(by=SYSTEM) == (0, 1)
        since = StampDue.objects.get().since
        clock.shift(timedelta(days=2))
        second = head_after(write)
        note_new_head()
        ask_all_due(by=SYSTEM)
    due = StampDue.objects.get()
    assert (due.size, due.since, due.tries) == (second.size, since, 2)
    assert (due.problem, due.detail) == (Problem.STATUS, "503")
    assert first.size < second.size
    assert not Stamp.objects.exists()
    office.server.status = 200
    assert ask_all_due(by=SYSTEM) == (1, 0)
    assert Stamp.objects.get().size == second.size


def test_who_does_not_answer_is_not_asked_again_in_the_same_round(office, write):
    head_after(write)
    note_new_head()
    note_due(office.row, b"tag manifest", BUNDLE)
    office.server.status = 503
    with opened("amano") as other:
        note_new_head()
        assert ask_all_due(by=SYSTEM) == (1, 2)
        assert len(other.server.got) == 1
    assert len(office.server.got) == 1


def test_a_refused_reply_is_kept_raw_once_and_the_query_stays_due(office, write):
    head_after(write)
    note_new_head()
    office.server.answer = lambda _query: b"<html>login</html>"
    ask_all_due(by=SYSTEM)
    ask_all_due(by=SYSTEM)
    stamp = Stamp.objects.get()
    assert (stamp.refusal, bytes(stamp.reply)) == (Problem.MALFORMED, b"<html>login</html>")
    assert stamp.gen_time is None
    assert StampDue.objects.get().tries == 2
    (entry,) = read(entries_about(stamp.pk))
    assert entry.verb == "evidence.stamp.refuse"
    office.tsa.digest, office.server.answer = "sha1", office.tsa.reply
    ask_all_due(by=SYSTEM)
    assert set(Stamp.objects.values_list("refusal", flat=True)) == {Problem.MALFORMED, Problem.WEAK}


def test_an_old_reply_played_again_is_refused_and_so_is_a_number_that_came_before(office, write):
    head_after(write)
    replies = []
    office.server.answer = lambda query: replies.append(office.tsa.reply(query)) or replies[0]
    note_new_head()
    ask_all_due(by=SYSTEM)
    note_new_head(even_if_quiet=True)
    ask_all_due(by=SYSTEM)
    assert StampDue.objects.get().problem == Problem.NONCE_DIFFERS
    office.tsa.serial, office.server.answer = int(Stamp.objects.get(refusal="").serial, 16), office.tsa.reply
    ask_all_due(by=SYSTEM)
    assert StampDue.objects.get().problem == Problem.REPLAYED


def test_the_database_too_takes_no_number_twice_and_no_change_outside_an_act(office, write):
    head_after(write)
    note_new_head()
    ask_all_due(by=SYSTEM)
    stamp = Stamp.objects.get()
    with pytest.raises(OutsideAct):
        stamp.save()
    office.tsa.serial = int(stamp.serial, 16)
    due = note_due(office.row, b"x", BUNDLE)
    values = {"gen_time": now(), "serial": stamp.serial, "not_after": now(), "at": now(), "by": SYSTEM}
    with pytest.raises(IntegrityError):
        stamp_receive(due=due, reply=b"", **values)


def test_a_bundle_gets_a_token_from_each_of_two_authorities_and_a_second_asking_takes_the_same(office, tmp_path):
    content = b"0" * 64 + b"  bagit.txt\n"
    with opened("amano") as other:
        first = stamps_for(content, what=BUNDLE, by=AKARI)
        again = stamps_for(content, what=BUNDLE, by=AKARI)
        assert [each.slug for each in first] == ["amano", "seiko"]
        assert first == again
        assert (len(office.server.got), len(other.server.got)) == (1, 1)
    for each, tsa in zip(first, (other.tsa, office.tsa), strict=True):
        assert openssl_accepts(tmp_path, each.reply, content, tsa.roots)
        assert each.chain.count(b"BEGIN CERTIFICATE") == 2
        assert each.name
    assert set(Stamp.objects.values_list("bundle", flat=True)) == {BUNDLE}
    assert "77" in str(Stamp.objects.first()) or "4d" in str(Stamp.objects.first())


def test_an_authority_may_be_asked_for_sha_512(office, write, tmp_path):
    authority_edit(authority=office.row, algorithm="sha512", policy="1.3.6.1.4.1.99999.1.1", by=AKARI)
    head = head_after(write)
    note_new_head()
    assert ask_all_due(by=SYSTEM) == (1, 0)
    reply = bytes(Stamp.objects.get().reply)
    assert hashlib.sha512(head.note.encode()).digest() in reply
    assert openssl_accepts(tmp_path, reply, head.note.encode(), office.tsa.roots)


def test_a_bundle_is_never_held_up_and_its_token_comes_later(office):
    office.server.status = 503
    (file,) = stamps_for(b"tags", what=BUNDLE, by=AKARI)
    assert (file.reply, file.chain) == (None, office.tsa.roots)
    office.server.status = 200
    assert ask_all_due(by=SYSTEM) == (1, 0)
    (file,) = stamps_for(b"tags", what=BUNDLE, by=AKARI)
    assert file.reply


def test_an_older_head_of_a_bundle_is_asked_for_although_the_queue_is_past_it(office, write):
    old, new = head_after(write), head_after(write)
    note_new_head()
    (file,) = stamps_for(old.note.encode(), what=old.size, by=AKARI)
    assert file.reply
    assert StampDue.objects.get().size == new.size
    assert Stamp.objects.get().size == old.size


def test_the_hourly_job_stamps_and_says_what_came(office, write):
    head_after(write)
    jobs.ask_recurring()
    jobs.run_waiting()
    job = Job.objects.get(kind=STAMP)
    assert (job.state, job.result["came"], job.result["still"]) == (JobState.DONE, 1, 0)


def test_password_and_key_are_files_that_only_we_can_read_and_never_in_the_ledger(office, data):
    authority_edit(authority=office.row, username="kuramori", by=AKARI)
    with pytest.raises(Failed) as failed:
        credentials_of(office.row)
    assert failed.value.problem == Problem.CREDENTIALS_MISSING
    authority_edit(authority=office.row, password=SAID, client_pem="pem", by=AKARI)
    assert credentials_of(office.row).password == bytes.fromhex("e381b2e381bfe381a4").decode()
    assert kept(office.row) == {PASSWORD, CLIENT}
    files = [each for each in data.rglob("*") if each.is_file() and "authorities" in each.parts]
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}
    assert len(files) == 2
    files[0].chmod(0o644)
    with pytest.raises(Failed):
        credentials_of(office.row)
    told = repr([(each.changes, each.notes) for each in read(entries_about(office.row.pk))])
    assert "ひみつ" not in told
    forget(office.row)
    assert kept(office.row) == frozenset()


def test_who_has_no_password_yet_waits(office, write):
    authority_edit(authority=office.row, username="kuramori", by=AKARI)
    head_after(write)
    note_new_head()
    assert ask_all_due(by=SYSTEM) == (0, 1)
    assert StampDue.objects.get().problem == Problem.CREDENTIALS_MISSING
    assert office.server.got == []


def test_a_retired_authority_is_asked_no_more_and_its_tokens_stay(office, write):
    head_after(write)
    note_new_head()
    ask_all_due(by=SYSTEM)
    note_due(office.row, b"tags", BUNDLE)
    authority_retire(authority=office.row, by=AKARI, why="契約終了")
    assert note_new_head(even_if_quiet=True) == 0
    assert ask_all_due(by=SYSTEM) == (0, 0)
    assert stamps_for(b"tags", what=BUNDLE, by=AKARI) == []
    assert Stamp.objects.count() == 1


def test_a_retirement_that_does_not_come_to_be_deletes_nothing_and_one_cut_short_is_finished(
    office, django_capture_on_commit_callbacks
):
    """The act first, the files after it (L5): whichever side of the commit fails, nobody loses what he still needs."""
    with opened("amano") as other:
        for each in (office.row, other.row):
            authority_edit(authority=each, username="kuramori", password=SAID, client_pem="pem", by=AKARI)
        with (
            pytest.raises(Refused),
            django_capture_on_commit_callbacks(execute=True),
            act("evidence.authority.retire", by=AKARI),
        ):
            authority_retire(authority=Authority.objects.get(pk=office.row.pk), by=AKARI, why="契約終了")
            raise Refused("the act ends otherwise")
        assert Authority.objects.get(pk=office.row.pk).retired_at is None
        assert (kept(office.row), sweep()) == ({PASSWORD, CLIENT}, 0)
        with django_capture_on_commit_callbacks():  # as after kill -9: the act is durable, nothing was deleted yet
            authority_retire(authority=office.row, by=AKARI, why="契約終了")
        assert kept(office.row) == {PASSWORD, CLIENT}
        assert run_stamps(Progress(Job(asked_at=now())), {})["came"] == 0
        assert (kept(office.row), kept(other.row)) == (frozenset(), {PASSWORD, CLIENT})


def test_what_belongs_to_no_authority_is_swept_once_no_act_can_still_be_writing_it(office, data):
    """Drafts, and the files of an authority whose act was never committed; a user taken away takes his password."""
    authority_edit(authority=office.row, username="kuramori", password=SAID, client_pem="pem", by=AKARI)
    assert sweep() == 0
    folder = data / "keys" / "authorities"
    draft, stray = folder / str(office.row.pk) / ".0f0f", folder / str(BUNDLE) / PASSWORD
    stray.parent.mkdir()
    for each in (draft, stray):
        each.write_bytes(b"x")
    authority_edit(authority=office.row, username="", by=AKARI)
    assert sweep() == 0, "they may belong to an act that is just being done"
    for each in folder.rglob("*"):
        os.utime(each, (0, 0))
    assert (sweep(), kept(office.row)) == (3, {CLIENT})
    assert not draft.exists()
    assert not stray.exists()


def test_renewal_is_due_when_the_longest_lived_newest_token_ends_within_a_year():
    today = now()
    assert expires_too_soon([], today) is None
    assert expires_too_soon([today + 400 * DAY, today + 3 * DAY], today) is None
    assert expires_too_soon([today + 300 * DAY, today + 3 * DAY], today) == today + 300 * DAY
