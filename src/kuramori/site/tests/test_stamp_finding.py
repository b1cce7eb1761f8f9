"""The health report names the time-stamp authority that has fallen silent (EVD-08, L8)."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils.timezone import now

from kuramori.directory.api import viewer_of_system
from kuramori.evidence.models import StampDue
from kuramori.evidence.rules.stamps import Problem
from kuramori.evidence.stamps.asking import note_due
from kuramori.evidence.tests.stamping import authority_like
from kuramori.site.findings import State
from kuramori.site.proof_state import stamp_finding
from kuramori_verify.tests.authority import TestAuthority


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "state"), [(23, State.OK), (25, State.WARN)])
def test_an_authority_is_silent_after_a_day_without_a_good_answer(settings, tmp_path, hours, state):
    settings.DATA = tmp_path
    assert stamp_finding(viewer_of_system()).state is State.OK
    authority = authority_like(TestAuthority.make(), "https://tsa.example.jp/")
    due = note_due(authority, b"tags", UUID(int=7))
    StampDue.objects.filter(pk=due.pk).update(problem=Problem.AWAY, since=now() - timedelta(hours=hours))
    found = stamp_finding(viewer_of_system())
    assert found.state is state
    assert (str(authority) in found.words, bool(found.next_step)) == ((state is State.WARN),) * 2
