"""What is watched and under which rules: every change is an act, and two things never share a place."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import FOUNDED, TODAY, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.kernel.room import role_permissions
from kuramori.watch.acts import settings
from kuramori.watch.context import context_of
from kuramori.watch.models import ApprovedFlow, LogSource, MonitoringCharter
from kuramori.watch.queries.charters import charters_visible_to
from kuramori.watch.queries.sources import accounts_visible_to, flows_visible_to, sources_visible_to
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.tests.conftest import charter_words

ACCOUNT = {"raw": "svc-x", "reason": "夜間バックアップ", "valid_from": FOUNDED}
FLOW = {"destination": "web", "value": "partner.example", "reason": "契約", "valid_from": FOUNDED}


def last(record: Any) -> Any:
    return read(entries_about(record.pk)[:1])[0]


def test_each_change_is_an_act_of_who_made_it_with_its_reason(company: Company):
    by = actor_of(company.akari)
    account = settings.account_add(**ACCOUNT, by=by, why="導入")
    assert (last(account).verb, last(account).actor_id, last(account).why) == (
        "watch.account.add", company.akari.pk, "導入",
    )  # fmt: skip
    settings.account_edit(account=account, reason="索引作成", by=by, why="役割の変更")
    assert (last(account).verb, last(account).why) == ("watch.account.edit", "役割の変更")
    settings.account_retire(account=account, by=by, why="廃止")
    assert last(account).verb == "watch.account.retire"
    assert account.retired_at is not None


def test_a_flow_is_approved_changed_and_withdrawn(company: Company):
    flow = settings.flow_add(**FLOW, by=SYSTEM)
    settings.flow_edit(flow=flow, person=company.akari, by=SYSTEM, why="本人のみ")
    settings.flow_retire(flow=flow, by=SYSTEM, why="契約終了")
    verbs = [entry.verb for entry in entries_about(flow.pk)]
    assert verbs == ["watch.flow.retire", "watch.flow.edit", "watch.flow.add"]


HANDOVER = {
    "destination": "folder", "value": r"\\fs01\zairyo\引継ぎ", "reason": "後任への引継ぎ", "valid_from": FOUNDED,
    "valid_to": date(2026, 12, 18),
}  # fmt: skip


@pytest.mark.parametrize(("given", "kept"), [
    (r"\\fs01\zairyo\引継ぎ", r"\\fs01\zairyo\引継ぎ"), (r"\\fs01\zairyo\引継ぎ\\", r"\\fs01\zairyo\引継ぎ"),
    ("/srv/samba/zairyo/引継ぎ/", "/srv/samba/zairyo/引継ぎ"),
])  # fmt: skip
def test_a_handover_is_agreed_for_a_folder_and_told_to_the_lake(company: Company, given: str, kept: str):
    settings.flow_add(**HANDOVER | {"value": given}, person=company.akari, by=SYSTEM)
    (told,) = context_of(TODAY).flows
    assert (told.destination_class, told.destination_value) == ("folder", kept)
    assert (told.person_id, told.until) == (str(company.akari.pk), date(2026, 12, 18))


@pytest.mark.parametrize(("words", "message"), [
    ({"value": r"\\fs01\zairyo"}, "Give the whole path of a folder below a share."),
    ({"value": "引継ぎ"}, "Give the whole path of a folder below a share."),
    ({"value": "////"}, "Give the whole path of a folder below a share."),
    ({"person": None}, "A handover is agreed for one person."),
    ({"valid_to": None}, "A handover has a last day."),
])  # fmt: skip
def test_a_handover_that_would_excuse_too_much_is_refused(company: Company, words: dict[str, Any], message: str):
    """A whole share, everybody, or for ever: then the rule on reading after notice would never speak (LEV-09)."""
    with override("en"), pytest.raises(Refused) as refusal:
        settings.flow_add(**HANDOVER | {"person": company.akari} | words, by=SYSTEM)
    assert str(refusal.value.message) == message
    assert not ApprovedFlow.objects.exists()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_nobody_approves_what_he_takes_out_himself(company: Company, language: str):
    """Neither by a new entry, nor by taking over another's, nor by changing his own that somebody else entered."""
    own, daichi = actor_of(company.akari), actor_of(company.daichi)
    words = HANDOVER | {"person": company.akari}
    said = {
        "en": "Nobody approves what he takes out himself.",
        "ja": "自分の持ち出しを自分で承認することはできません。",
    }
    with pytest.raises(Refused) as refusal:
        settings.flow_add(**words, by=own)
    with override(language):
        assert str(refusal.value.message) == said[language]
    others = settings.flow_add(**HANDOVER, person=company.botan, by=daichi)
    with pytest.raises(Refused):
        settings.flow_edit(flow=others, person=company.akari, by=own)
    mine = settings.flow_add(**words, by=daichi)
    with pytest.raises(Refused):
        settings.flow_edit(flow=mine, valid_to=date(2027, 12, 18), by=own)
    with pytest.raises(Refused):
        settings.flow_edit(flow=mine, person=company.botan, by=own)
    kept = ApprovedFlow.objects.get(pk=mine.pk)
    assert (kept.person, kept.valid_to) == (company.akari, date(2026, 12, 18))
    settings.flow_retire(flow=mine, by=own, why="引継ぎ終了")
    assert mine.retired_at is not None, "to give it up harms nobody"


@pytest.mark.parametrize(
    "words",
    [
        {"valid_to": date(2026, 3, 31)},
        {"retention_months": 0},
        {"purpose": ""},
    ],
)
def test_a_charter_that_cannot_hold_is_refused_and_leaves_no_entry(company: Company, words: dict[str, Any]):
    count = Entry.objects.count()
    with pytest.raises(Refused) as refusal:
        settings.charter_add(**charter_words(company, **words), by=SYSTEM)
    assert str(refusal.value.next_step)
    assert not MonitoringCharter.objects.exists()
    assert Entry.objects.count() == count


@pytest.mark.parametrize(
    ("add", "words"), [(settings.account_add, ACCOUNT), (settings.flow_add, FLOW)], ids=["account", "flow"]
)
def test_what_would_never_hold_is_refused_in_words(company: Company, add: Any, words: dict[str, Any]):
    count = Entry.objects.count()
    with override("en"), pytest.raises(Refused) as refusal:
        add(**words, valid_to=FOUNDED - timedelta(days=1), by=SYSTEM)
    assert str(refusal.value.message) == "The last day lies before the first."
    assert Entry.objects.count() == count


def test_a_changed_charter_keeps_what_it_said_before_in_its_history(charter: MonitoringCharter):
    settings.charter_edit(charter=charter, purpose="目的を狭める", by=SYSTEM, why="従業員代表の意見")
    entry = last(charter)
    assert (entry.why, entry.change_count) == ("従業員代表の意見", 1)
    assert "営業秘密の漏えいの発見" in str(entry.changes)
    assert "目的を狭める" in str(entry.changes)


def test_a_sources_clock_and_shares_come_back_as_they_were_entered(source: LogSource):
    kept = LogSource.objects.get(pk=source.pk)
    assert kept.zone.key == "Asia/Tokyo"
    assert kept.mapped == [(r"\\fs01\zairyo", "/srv/samba/zairyo")]
    assert str(kept) == "材料サーバ"


@pytest.mark.parametrize(
    ("see", "record"),
    [
        (sources_visible_to, lambda: settings.source_add(name="x", kind="samba", instance="x", by=SYSTEM)),
        (accounts_visible_to, lambda: settings.account_add(**ACCOUNT, by=SYSTEM)),
        (flows_visible_to, lambda: settings.flow_add(**FLOW, by=SYSTEM)),
    ],
)
def test_settings_are_read_by_analysts_and_auditors_and_by_no_employee(company: Company, see: Any, record: Any):
    kept = record()
    company.give(company.botan, Role.AUDITOR)
    assert list(see(company.viewer(company.daichi))) == [kept]
    assert list(see(company.viewer(company.botan))) == [kept]
    assert list(see(company.viewer(company.chihiro))) == []


def test_everybody_who_is_watched_may_read_why(company: Company, charter: MonitoringCharter):
    assert list(charters_visible_to(company.viewer(company.chihiro))) == [charter]


@pytest.mark.parametrize("role", list(Role))
def test_nobody_can_both_review_alone_and_name(role: Role):
    """Names are for the office; the analyst, who looks every day, can never have one shown."""
    held = role_permissions()[role]
    if Permission.ALERT_UNSEAL in held:
        assert role in {Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER}
    if Permission.ALERT_VIEW in held:
        assert role in {Role.SECURITY_ANALYST, Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER}


def test_who_keeps_the_logs_sees_no_alert_and_who_sees_alerts_changes_no_source():
    for role in (Role.IT, Role.SYSTEM_ADMINISTRATOR):
        assert Permission.ALERT_VIEW not in role_permissions()[role]
    for role in (Role.SECURITY_ANALYST, Role.PRIVACY_OFFICER):
        assert Permission.SOURCE_EDIT not in role_permissions()[role]
