"""Entries of the watch list for tests: Akari heads the materials section; two offices decide about Botan."""

from typing import Any

from kuramori.directory.api import Person, actor_of
from kuramori.directory.tests.company import Company
from kuramori.kernel.permissions import Role
from kuramori.watch.models.watching import WatchEntry
from kuramori.watch.watching.acts import Asked, entry_approve, entry_ask

WORDS: dict[str, Any] = {
    "reason": "配合表の持出しを懸念",
    "milder": "面談では態度が変わらず、権限の縮小は業務上できない",
    "kinds": ("bulk_read", "copy_out"),
    "days": 30,
}


class Offices:
    """Who decides: somebody of HR, a lawyer, the privacy officer."""

    def __init__(self, company: Company) -> None:
        company.give(company.akari, Role.UNIT_HEAD, unit=company.materials)
        self.hr = self._member(company, "H-1", "人事 花子", Role.HR)
        self.legal = self._member(company, "L-1", "法務 律子", Role.LEGAL)
        self.privacy = self._member(company, "P-1", "個人 守", Role.PRIVACY_OFFICER)

    @staticmethod
    def _member(company: Company, number: str, name: str, role: Role) -> Person:
        person = company.person(number, name, "カナ カナ", f"{role.value.replace('_', '')} Officer", company.top)
        company.give(person, role)
        return person


def asked(company: Company, person: Person | None = None, asker: Person | None = None, **words: Any) -> WatchEntry:
    """Akari asks about Botan, unless others are named."""
    asker = asker or company.akari
    told = Asked(person=person or company.botan, **(WORDS | words))
    return entry_ask(asked=told, asker=asker, by=actor_of(asker))


def agrees(company: Company, entry: WatchEntry, person: Person, reason: str = "必要と認める") -> WatchEntry:
    """Somebody agrees for his office."""
    viewer = company.viewer(person)
    return entry_approve(entry=entry, person=person, roles=viewer.roles, reason=reason, by=viewer.actor)


def in_force(company: Company, offices: Offices, **words: Any) -> WatchEntry:
    """An entry to which both offices agreed."""
    entry = asked(company, **words)
    agrees(company, entry, offices.hr)
    return agrees(company, entry, offices.legal)
