"""Secrets are preserved by number or title, and their own history stays silent about it (SYS-16)."""

from datetime import timedelta

from django.urls import reverse

from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.api import held
from kuramori.evidence.models import CustodyItem, Hold
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.permissions import Role
from kuramori.register.tests.conftest import Add, Open


def test_a_secret_is_held_and_copied_and_its_pages_say_nothing(company: Company, add: Add, signed_in: Open) -> None:
    company.give(company.chihiro, Role.LEGAL)
    company.give(company.chihiro, Role.INFORMATION_MANAGER)
    secret, *_others = add("配合比"), add("図面"), add("図面")
    browser, address = signed_in("chihiro"), reverse("evidence:hold-add")
    refused = browser.post(address, {"matter": "D社の件", "secrets": "図面\nS-9999", "why": "x"}).content.decode()
    assert ("「図面」という番号・名称のものは 2 件" in refused, "S-9999" in refused) == (True, True)
    assert browser.post(address, {"matter": "D社の件", "secrets": "S-0001\n", "why": "訴訟"}).status_code == 302
    assert held([secret.pk], NOON + timedelta(hours=1))
    assert not held([company.akari.pk], NOON + timedelta(hours=1))
    run_waiting()
    (item,) = CustodyItem.objects.all()
    assert (item.kind, item.title) == ("entries", "S-0001 配合比 についての証跡（1 件）")
    assert (
        "S-0001 配合比" in browser.get(reverse("evidence:hold-detail", args=[Hold.objects.get().pk])).content.decode()
    )
    for name in ("detail", "history"):
        assert "D社" not in browser.get(reverse(f"register:secret-{name}", args=[secret.pk])).content.decode()
