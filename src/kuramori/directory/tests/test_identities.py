"""Systems know people by names that change; an event belongs to whoever had the name on its day."""

from datetime import date

from kuramori.directory.acts import people
from kuramori.directory.queries.history import identities_in_period
from kuramori.directory.tests.company import FOUNDED, Company
from kuramori.kernel.actors import SYSTEM


def test_a_former_account_stays_the_person_s_for_the_days_it_was_his(company: Company) -> None:
    former = people.identity_add(
        person=company.akari, namespace="ad", value="sakura.a", starts_on=FOUNDED, by=SYSTEM, why="改姓前のアカウント"
    )
    people.identity_end(identity=former, last=date(2026, 5, 23), by=SYSTEM)
    held = identities_in_period(company.viewer(company.daichi), date(2026, 5, 1), date(2026, 6, 30))
    mine = {
        (each.value, each.ends_on) for each in held if each.person_id == company.akari.pk and each.namespace == "ad"
    }
    assert ("sakura.a", date(2026, 5, 23)) in mine
