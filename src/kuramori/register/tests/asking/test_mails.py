"""Mails about requests, by a real server on loopback: nothing lost while it is away, nothing sent twice, no words."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings as _settings
from django.db import connection
from django.utils.timezone import now

from kuramori.approvals.acts import request_approve, request_refuse, request_withdraw
from kuramori.approvals.figures import letters_kept
from kuramori.approvals.jobs import mails_of_requests
from kuramori.approvals.mails import AGAIN_AFTER, GIVEN_UP_AFTER, read_link, send_waiting
from kuramori.approvals.models import Delivery, Notice, Occasion
from kuramori.directory.acts.accounts import account_close, account_open
from kuramori.directory.api import Account
from kuramori.directory.tests.company import NOON
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Forbidden
from kuramori.register.tests.asking.conftest import seen
from kuramori.register.tests.asking.smtp_server import mail_server

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
TITLE = "電解液の配合比"


@pytest.fixture
def post(settings):
    """A mail server that Django is told of."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        yield server


@pytest.fixture
def mailboxes(company):
    """Akari reads Japanese, Chihiro English; the others have no account."""
    account_open(person=company.akari, at=NOON, by=SYSTEM)
    account_open(person=company.chihiro, at=NOON, by=SYSTEM, language="en")


def text(mail):
    return mail.get_content()


def links(mail):
    return [line for line in text(mail).splitlines() if line.startswith("http")]


def deliveries():
    return sorted(Notice.objects.values_list("delivery", flat=True))


def test_several_requests_go_in_one_mail_with_numbers_and_links_alone(company, mailboxes, ask, post):
    first, second = ask(), ask(reader=company.emi)
    assert send_waiting() == {"sent": 1, "kept": 0, "dropped": 0}
    (mail,) = post.taken
    assert mail["To"] == "akari@example.jp"
    assert mail["Subject"].strip() == "2件の申請があなたの判断を待っています"
    assert first.number in text(mail)
    assert second.number in text(mail)
    whole = mail.as_string() + text(mail)
    assert all(words not in whole for words in (TITLE, "S-0001", first.why, "遠山", "Chihiro")), "numbers and links"
    assert len(links(mail)) == 2
    assert {read_link(link.split("/")[-2]) for link in links(mail)} == {
        (one.pk, company.akari.pk) for one in (first, second)
    }
    assert all(link.startswith(f"{_settings.PUBLIC_URL}/requests/link/") for link in links(mail))
    assert mail["Auto-Submitted"] == "auto-generated"
    assert send_waiting() == {"sent": 0, "kept": 0, "dropped": 0}
    assert len(post.taken) == 1


def test_who_asked_reads_in_her_language_that_it_was_decided(company, mailboxes, ask, post):
    request = ask()
    request_approve(asking=request, seen=seen(request), by=company.viewer(company.akari))
    mails_of_requests(None, {})
    (mail,) = post.taken
    assert (mail["To"], mail["Subject"]) == ("chihiro@example.jp", "News of your requests")
    assert "your request was decided" in text(mail)
    assert links(mail)[0].endswith(f"/requests/all/{request.pk}/")
    waiting = Notice.objects.get(occasion=Occasion.TO_DECIDE)
    assert waiting.delivery == Delivery.DROPPED, "nobody is called to what is decided already"


def test_while_the_server_is_away_everything_is_kept_and_then_goes_once(company, mailboxes, ask, post, clock):
    port = post.port
    post.close()
    first = ask()
    assert send_waiting() == {"sent": 0, "kept": 1, "dropped": 0}
    office = company.viewer(company.daichi)
    assert letters_kept(office)["count"] == 1
    with pytest.raises(Forbidden):
        letters_kept(company.viewer(company.akari))
    assert send_waiting() == {"sent": 0, "kept": 0, "dropped": 0}, "it rests before it is tried again"
    second = ask(reader=company.emi)
    clock.shift(AGAIN_AFTER + timedelta(seconds=1))
    assert send_waiting()["sent"] == 0
    assert port
    with mail_server() as again:
        settings_port(again.port)
        clock.shift(AGAIN_AFTER + timedelta(seconds=1))
        assert send_waiting()["sent"] == 2
        assert sorted(number for mail in again.taken for number in numbers(mail)) == sorted(
            [first.number, second.number]
        )
        clock.shift(AGAIN_AFTER * 3)
        assert send_waiting()["sent"] == 0
    assert deliveries() == [Delivery.SENT, Delivery.SENT]


def settings_port(port):
    _settings.EMAIL_PORT = port


def numbers(mail):
    return [line.split(":")[0] for line in text(mail).splitlines() if line.startswith("Q-")]


@pytest.mark.parametrize(
    ("word", "answer"), [("EHLO", ""), ("MAIL", "451 later"), ("RCPT", "451 later"), ("DATA", ""), ("SENT", "")]
)
@pytest.mark.usefixtures("company", "mailboxes")
def test_whatever_word_it_fails_at_the_mail_goes_again_under_the_same_id(ask, post, clock, word, answer):
    request = ask()
    post.answers[word] = answer
    assert send_waiting() == {"sent": 0, "kept": 1, "dropped": 0}
    assert deliveries() == [Delivery.SENDING]
    post.answers.clear()
    clock.shift(AGAIN_AFTER + timedelta(seconds=1))
    assert send_waiting() == {"sent": 1, "kept": 0, "dropped": 0}
    assert {mail["Message-ID"] for mail in post.taken} == {f"<{Notice.objects.get().letter}@localhost>"}
    assert numbers(post.taken[-1]) == [request.number]
    assert len(post.taken) == (2 if word == "SENT" else 1), (
        "only what may have been taken comes twice, as the same mail"
    )


def test_a_worker_that_died_after_sending_is_followed_by_the_same_mail(company, mailboxes, ask, post, clock):
    ask()
    send_waiting()
    Notice.objects.update(delivery=Delivery.SENDING, sent_at=None)  # the process died before it could write it down
    assert send_waiting()["sent"] == 0
    clock.shift(AGAIN_AFTER + timedelta(seconds=1))
    assert send_waiting()["sent"] == 1
    assert len({mail["Message-ID"] for mail in post.taken}) == 1
    assert Notice.objects.get().attempts == 2


def test_who_has_no_account_is_not_written_to_and_keeps_nobody_waiting(company, mailboxes, ask, post):
    request = ask(company.akari, reader=company.emi)  # lies before Botan, who has no account
    assert send_waiting() == {"sent": 0, "kept": 0, "dropped": 0}
    assert deliveries() == [Delivery.DROPPED]
    account_close(account=Account.objects.get(person=company.chihiro), by=SYSTEM)
    other = ask()
    request_refuse(asking=other, seen=seen(other), by=company.viewer(company.akari), reason="x")
    assert send_waiting()["sent"] == 0
    assert request.number not in str(post.taken)


def test_after_three_days_a_mail_is_given_up_and_counted(company, mailboxes, ask, post, clock):
    post.close()
    ask()
    send_waiting()
    clock.shift(GIVEN_UP_AFTER + timedelta(minutes=1))
    assert send_waiting() == {"sent": 0, "kept": 0, "dropped": 1}
    assert letters_kept(company.viewer(company.daichi, now()))["count"] == 0


def test_what_an_act_did_not_keep_is_not_mailed(company, mailboxes, ask, post):
    request = ask()
    request_withdraw(asking=request, by=company.viewer(company.chihiro))
    assert send_waiting()["sent"] == 0
    assert post.taken == []


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's test database is one connection's, in memory")
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_mail_once(company, mailboxes, ask, post):
    ask()
    meet, told = threading.Barrier(2), []

    def work():
        meet.wait(30)
        told.append(send_waiting()["sent"])
        connection.close()

    workers = [threading.Thread(target=work) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sum(told) == 1
    assert len(post.taken) == 1
