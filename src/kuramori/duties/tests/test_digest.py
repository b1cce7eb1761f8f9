"""The day's letter: one at most, in the person's language, nothing lost and nothing twice, and no secret named (O5)."""

import logging
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.timezone import now

from kuramori.directory.acts import people, units
from kuramori.directory.acts.accounts import account_close, account_open
from kuramori.directory.models import Account
from kuramori.directory.tests.company import TODAY
from kuramori.duties.acts import duty_retire, task_exempt, task_report, tasks_escalate
from kuramori.duties.days import places
from kuramori.duties.digest import queue_letters
from kuramori.duties.mails import LINES, send_waiting
from kuramori.duties.models import Audience, Delivery, Letter, WrittenDay
from kuramori.duties.tests.asked import WEDNESDAY, opened, pass_days, run_round, task_of
from kuramori.duties.tests.smtp import mail_server
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.models import JobState


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    with mail_server() as taking:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", taking.port
        yield taking


@pytest.fixture
def accounts(company):
    for person in (company.akari, company.botan, company.chihiro):
        account_open(person=person, at=now(), by=SYSTEM)
    Account.objects.filter(person=company.botan).update(language="en")
    return company


@pytest.fixture
def akaris(accounts):
    """One duty of Akari's alone, open today, due on Wednesday."""
    return opened(audience=Audience.PERSON, person=accounts.akari, title="極秘X計画の見本を返す", outside="見本の返却")


def queue():
    return queue_letters(places(), now())


def letters(**wanted):
    return Letter.objects.filter(**wanted)


def body(mail):
    return mail.get_content()


def test_a_new_task_is_told_of_in_one_mail_in_plain_words(accounts, akaris, server):
    assert queue() == 1
    assert send_waiting() == {"sent": 1, "kept": 0, "dropped": 0}
    (mail,) = server.taken
    assert mail["To"] == "akari@example.jp"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{Letter.objects.get().pk}@localhost>"
    assert "見本の返却" in body(mail)
    assert "/duties/tasks/" in body(mail)
    assert "極秘X" not in body(mail) + mail["Subject"], "the title stays inside"
    assert (queue(), send_waiting()["sent"]) == (0, 0), "a second round on the same day finds nothing"


def test_the_mail_is_in_the_language_of_who_gets_it(accounts, server):
    opened(audience=Audience.UNIT, unit=accounts.materials)
    queue()
    send_waiting()
    subjects = {mail["To"]: mail["Subject"] for mail in server.taken}
    assert subjects["botan@example.jp"] == "1 duty is due from you"
    assert "件" in subjects["akari@example.jp"]
    english = next(mail for mail in server.taken if mail["To"] == "botan@example.jp")
    assert "Due later" in body(english)


def test_all_that_falls_on_a_day_goes_in_one_mail(accounts, akaris, clock, server):
    opened(audience=Audience.PERSON, person=accounts.akari, outside="棚の点検", first_on=TODAY, lead_days=0)
    opened(audience=Audience.PERSON, person=accounts.akari, outside="鍵の点検", kind="chores.sweeping")
    tasks_escalate(
        tasks=[task_of(accounts.akari, akaris).pk], duty=akaris, level=0, person=accounts.chihiro.pk,
        on_behalf_of=None, today=TODAY, by=SYSTEM,
    )  # fmt: skip
    assert queue() == 2
    send_waiting()
    by_person = {mail["To"]: body(mail) for mail in server.taken}
    assert len(server.taken) == 2
    assert "見本の返却" in by_person["akari@example.jp"]
    assert "棚の点検" in by_person["akari@example.jp"]
    assert "鍵の点検" not in by_person["akari@example.jp"], "a kind says its own plain words"
    assert "見本の返却" in by_person["chihiro@example.jp"]


def test_a_late_task_says_so_in_the_subject_and_long_lists_are_cut(accounts, clock, server):
    for number in range(LINES + 3):
        opened(audience=Audience.PERSON, person=accounts.botan, outside=f"No. {number}", escalate_after=0)
    queue()
    send_waiting()
    pass_days(clock, 12)  # seven days after the day: again
    assert queue() == 1
    send_waiting()
    first, again = server.taken
    assert again["Subject"] == "23 duties of yours are late"
    assert "and 3 more" in body(first)
    assert body(first).count("/duties/tasks/") == LINES


def test_nobody_is_written_to_who_has_nothing_no_account_or_no_way_in(accounts, akaris):
    opened(audience=Audience.PERSON, person=accounts.daichi)  # has no account
    account_close(account=Account.objects.get(person=accounts.akari), by=SYSTEM)
    assert queue() == 0
    assert WrittenDay.objects.get(site=accounts.tokyo).day == TODAY


def test_what_was_done_since_is_not_written_about(accounts, akaris, server):
    queue()
    task_report(task=task_of(accounts.akari), words="返却済み", by=accounts.viewer(accounts.akari))
    assert send_waiting() == {"sent": 0, "kept": 0, "dropped": 1}
    assert server.taken == []


@pytest.mark.parametrize("how", ["exempt", "retire", "close"])
def test_what_was_exempted_or_taken_out_of_use_or_whose_account_closed_is_not_either(accounts, akaris, server, how):
    queue()
    if how == "exempt":
        task_exempt(task=task_of(accounts.akari), reason="休業", by=accounts.viewer(accounts.botan))
    elif how == "retire":
        duty_retire(duty=akaris, by=SYSTEM, why="x")
    else:
        account_close(account=Account.objects.get(person=accounts.akari), by=SYSTEM)
    assert send_waiting()["dropped"] == 1
    assert server.taken == []


def test_while_the_mail_server_is_away_everything_is_kept_and_goes_once(  # noqa: PLR0917
    accounts, akaris, server, clock, caplog, settings
):
    queue()
    port_of_nobody = server.port
    server.close()
    with caplog.at_level(logging.WARNING):
        assert send_waiting() == {"sent": 0, "kept": 1, "dropped": 0}
    assert "akari" not in caplog.text, "a log names nobody"
    assert send_waiting()["sent"] == 0, "it rests for five minutes"
    clock.shift(timedelta(minutes=6))
    with mail_server() as back:
        settings.EMAIL_PORT = back.port
        assert send_waiting()["sent"] == 1
        assert send_waiting()["sent"] == 0
        assert len(back.taken) == 1
    assert port_of_nobody != back.port
    assert letters(delivery=Delivery.SENT).get().attempts == 2


@pytest.mark.parametrize("word", ["EHLO", "MAIL", "RCPT", "DATA", "SENT"])
def test_a_server_that_refuses_for_now_gets_the_same_mail_again(accounts, akaris, server, clock, word):
    queue()
    server.answers[word] = "451 later"
    if word == "EHLO":
        server.answers["HELO"] = "451 later"
    assert send_waiting()["kept"] == 1
    server.answers.clear()
    clock.shift(timedelta(minutes=6))
    assert send_waiting()["sent"] == 1
    assert {mail["Message-ID"] for mail in server.taken} == {f"<{Letter.objects.get().pk}@localhost>"}


def test_a_server_that_falls_silent_after_taking_it_gets_it_again_as_the_same_mail(accounts, akaris, server, clock):
    queue()
    server.answers["SENT"] = ""
    assert send_waiting()["kept"] == 1
    server.answers.clear()
    clock.shift(timedelta(minutes=6))
    assert send_waiting()["sent"] == 1
    first, second = server.taken
    assert first["Message-ID"] == second["Message-ID"], "mail systems show it once"


def test_a_worker_that_died_with_a_letter_in_hand_is_replaced_and_two_do_not_send_one(accounts, akaris, server, clock):
    queue()
    letters().update(delivery=Delivery.SENDING, taken_at=now())
    assert send_waiting()["sent"] == 0, "somebody has it in hand"
    clock.shift(timedelta(minutes=6))
    assert send_waiting()["sent"] == 1


def test_what_did_not_go_out_on_its_day_goes_with_the_next_letter_not_beside_it(accounts, server, clock):
    opened(audience=Audience.PERSON, person=accounts.akari, first_on=date(2026, 12, 4), lead_days=30)
    assert queue() == 1
    letters().update(delivery=Delivery.SENDING, taken_at=now())  # the server stayed silent all day
    clock.shift(timedelta(hours=12))  # midnight in Tokyo
    assert send_waiting()["sent"] == 0, "yesterday's mail is not sent in the night"
    clock.shift(timedelta(days=3, hours=12))  # Monday is a holiday; Tuesday at noon it is then
    assert queue() == 1, "nothing new fell on it, and still it is told"
    assert send_waiting()["sent"] == 1
    assert len(server.taken) == 1
    assert letters(delivery=Delivery.DROPPED).get().day == TODAY


def test_on_days_off_and_before_seven_nobody_is_written_to(accounts, akaris, clock):
    clock.move_to(datetime(2026, 11, 19, 21, 59, tzinfo=UTC))  # 06:59 on Friday
    assert queue() == 0
    clock.move_to(datetime(2026, 11, 21, 3, 0, tzinfo=UTC))  # Saturday
    assert queue() == 0
    clock.move_to(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))  # Labour Thanksgiving Day
    assert queue() == 0
    clock.move_to(datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    WrittenDay.objects.create(site=accounts.tokyo, day=date(2026, 11, 19))
    assert queue() == 1, "what fell on the days before is told now"


def test_each_site_has_its_own_morning_also_after_summer_time_has_ended(accounts, clock):
    clock.move_to(datetime(2026, 10, 23, 3, 0, tzinfo=UTC))
    berlin = units.site_add(code="BER", name_ja="ベルリン", country="DE", zone_name="Europe/Berlin", by=SYSTEM)
    people.assignment_add(
        engagement=accounts.engagement(accounts.chihiro), unit=accounts.sales, site=berlin,
        starts_on=date(2026, 10, 1), today=date(2026, 10, 23), by=SYSTEM,
    )  # fmt: skip
    opened(first_on=date(2026, 10, 29), remind_before=3, site=accounts.tokyo)
    for written in (accounts.tokyo, berlin):
        WrittenDay.objects.create(site=written, day=date(2026, 10, 23))
    clock.move_to(datetime(2026, 10, 26, 5, 30, tzinfo=UTC))  # 14:30 in Tokyo; 06:30 in Berlin, 07:30 a week ago
    assert queue() == 2
    assert not letters(person=accounts.chihiro).exists()
    clock.move_to(datetime(2026, 10, 26, 6, 0, tzinfo=UTC))
    assert queue() == 1
    letter = letters(person=accounts.chihiro).get()
    assert letter.day == date(2026, 10, 26)
    assert letter.until == datetime(2026, 10, 26, 23, 0, tzinfo=UTC), "midnight of winter time"


def test_letters_that_reached_nobody_for_a_week_are_given_up(accounts, akaris, clock):
    queue()
    pass_days(clock, 10)
    account_close(account=Account.objects.get(person=accounts.akari), by=SYSTEM)
    assert send_waiting() == {"sent": 0, "kept": 0, "dropped": 1}


def test_the_worker_queues_and_sends_by_itself(accounts, server):
    opened(audience=Audience.PERSON, person=accounts.akari, first_on=WEDNESDAY)
    assert run_round()["letters"] == 1
    done = jobs.run(jobs.ask("duties.mails", viewer=None))
    assert (done.state, done.result["sent"]) == (JobState.DONE, 1)
    assert str(letters().get()) == "2026-11-20 sent"
    assert str(WrittenDay.objects.get(site=accounts.tokyo)) == "2026-11-20"
