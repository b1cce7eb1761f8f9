"""Nights in any order of days, with anything changed between them, say what one run from nothing says.

DET-05: a review must be reproducible; so what a night builds on may never be told apart from what it would work out.
"""

import shutil
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kuramori_lake.content import Recognised, remember
from kuramori_lake.context import Context, ExcludedAccount, Flow, Identity, PersonDays, SecretPattern, Site
from kuramori_lake.event import Namespace
from kuramori_lake.rank import Settings, rank
from kuramori_lake.rank.tests.works import DAYS, Works
from kuramori_lake.store import Lake

FEW = settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
"""Looking for a smaller story of a failure would take minutes: the story is told as it was."""
SMALL = Settings(
    per_day=3, baseline_days=10, least_own=3, peers_least=2, settled_days=4, history_days=9, windows=(3, 7),
    memory_days=4,
)  # fmt: skip
STAFF = ("p00", "p01", "p02", "p03", "p04", "p05")
WEEKS = DAYS[:14]
LONG_AGO = date(2000, 1, 1)


@dataclass
class Company:
    """A lake, what HR and the register say of it, and how each can change between two nights."""

    lake: Lake
    told: list[date] = field(default_factory=list)
    people: dict[str, list[PersonDays]] = field(default_factory=dict)
    context: Context = field(default_factory=Context)
    files: int = 0

    def __post_init__(self):
        place = PersonDays(person_id="", unit="u0", site="plant", role="clerk", since=LONG_AGO)
        self.people = {who: [replace(place, person_id=who, unit=f"u{n % 2}")] for n, who in enumerate(STAFF)}
        names = [Identity(namespace=Namespace.AD, raw=who, person_id=who, since=LONG_AGO) for who in STAFF]
        self.context = Context(identities=names, sites=[Site(site="plant", zone="Asia/Tokyo")])
        self.tell()

    def tell(self, **changes):
        everybody = [one for theirs in self.people.values() for one in theirs]
        self.context = replace(self.context, people=everybody, **changes)
        self.lake.context.write(self.context)

    def receive(self, works):
        self.files += 1
        folder = self.lake.root.parent / f"file {self.files}"
        folder.mkdir()
        works.into(self.lake, folder)

    # what can happen between two nights

    def day_came(self, n):
        """Not always the next one: a source was silent for days and then sent everything."""
        left = [day for day in WEEKS if day not in self.told]
        if left:
            day = left[n % min(2, len(left))]
            self.told.append(day)
            self.receive(ordinary(day, n))

    def late(self, n):
        who, day = STAFF[n % 6], self.told[n % len(self.told)]
        self.receive(Works().prints(who, day, 90 + n).copies(who, day, 6 + n, device=f"stick {n}"))

    def leaver(self, n):
        who = STAFF[n % 6]
        self.people[who] = [replace(one, notice_on=WEEKS[8], last_day=WEEKS[-1]) for one in self.people[who]]
        self.tell()

    def moved(self, n):
        who, day = STAFF[n % 6], WEEKS[5 + n % 8]
        *before, last = self.people[who]
        if last.since < day:
            self.people[who] = [
                *before,
                replace(last, until=day - timedelta(days=1)),
                replace(last, unit="u9", since=day),
            ]
            self.tell()

    def secret(self, n):
        marked = SecretPattern(
            pattern="//fs/all/forms", secret_id=f"s{n % 2}", number="A", level="秘", weight=1 + n, since=LONG_AGO
        )
        self.tell(secrets=[marked])

    def recognised(self, n):
        mail = f"{STAFF[n % 6]}-{self.told[n % len(self.told)]}-0@works"
        found = Recognised(keys=(mail,), secret_id=f"s{n % 2}", document="d" * 64, hits=9, score=1.0)
        remember(self.lake.manifest, [found])

    def excluded(self, n):
        account = ExcludedAccount(namespace=Namespace.AD, raw=STAFF[n % 6], reason="batch", since=WEEKS[n % 14])
        self.tell(excluded=[account])

    def flow(self, n):
        whose = STAFF[n % 6] if n % 2 else None
        mails = {"destination_class": "external_mail", "destination_value": "client.example", "reason": "contract"}
        self.tell(flows=[Flow(**mails, since=WEEKS[n % 14], person_id=whose)])

    def holiday(self, n):
        self.tell(sites=[Site(site="plant", zone="Asia/Tokyo", holidays=(WEEKS[n % 14],))])

    def erased(self, n):
        with self.lake.manifest.transaction() as db:
            live = [row["id"] for row in db.execute("SELECT id FROM segment WHERE retired_utc IS NULL ORDER BY id")]
            if len(live) > 1:
                db.execute("UPDATE segment SET retired_utc = created_utc WHERE id = ?", (live[n % len(live)],))

    def compacted(self, _):
        self.lake.compact()

    # what the nights say

    def night(self):
        return list(rank(self.lake, since=max(self.told), until=max(self.told), settings=SMALL))

    def from_nothing(self, folder):
        """In a copy that has neither sums nor deviations."""
        shutil.copytree(self.lake.root, folder, ignore=shutil.ignore_patterns("rollup", "ranked"))
        with Lake.open(folder) as copy:
            day = max(self.told)
            return list(rank(copy, since=day, until=day, settings=SMALL))


def ordinary(day, n):
    works = Works()
    for place, who in enumerate(STAFF):
        more = (day.toordinal() * 5 + place * 3 + n) % 4
        works.did(who, day, 8.5, "logon", client=f"PC-{who}").mails(who, day, 1 + more).prints(who, day, 2 + 9 * more)
        works.reads(who, day, 2 + more).copies(who, day, more % 2, device="stick")
    return works


CHANGES = ("day_came", "late", "leaver", "moved", "secret", "recognised", "excluded", "flow", "holiday", "erased",
           "compacted")  # fmt: skip
STORY = st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 30)), min_size=3, max_size=5)


def begun(lake):
    company = Company(lake)
    works = Works()
    for day in WEEKS[:11]:
        works.rows += ordinary(day, 1).rows
        company.told.append(day)
    company.receive(works.copies("p03", WEEKS[10], 40, device="new disk"))
    return company


@given(STORY, STORY)
@FEW
def test_whatever_happened_in_whatever_order_tonight_says_what_a_run_from_nothing_says(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("nights")
    with Lake.open(folder / "lake") as lake:
        company = begun(lake)
        assert company.night()[0].person == "p03"
        for number, story in enumerate((first, second)):
            for change, n in story:
                getattr(company, change)(n)
            assert company.night() == company.from_nothing(folder / f"copy {number}")


def test_each_change_alone_and_nothing_at_all(tmp_path):
    """Each once, one after the other, with a night between: what one hides the next would show."""
    with Lake.open(tmp_path / "lake") as lake:
        company = begun(lake)
        said = company.night()
        assert company.night() == said
        for n, change in enumerate(("late", "flow", "recognised", "day_came")):
            getattr(company, change)(2 + n)
            company.night()
        assert company.night() == company.from_nothing(tmp_path / "copy")
