"""Runs the whole: founds the company, lives the days, writes the files, and says what is true."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from kuramori_lake.simulator import hr_files, ledger_xlsx, library, stage, story
from kuramori_lake.simulator.calendars import days
from kuramori_lake.simulator.cases import CasePlay, Strength, cast
from kuramori_lake.simulator.cases.book import VAULTS
from kuramori_lake.simulator.cases.casting import SPAN_LEFT
from kuramori_lake.simulator.cases.playing import hr_events
from kuramori_lake.simulator.confusers import Confusers
from kuramori_lake.simulator.founding import found
from kuramori_lake.simulator.moments import reckon
from kuramori_lake.simulator.ordinary import OrdinaryDays
from kuramori_lake.simulator.register import draw_up
from kuramori_lake.simulator.traffic import Traffic
from kuramori_lake.simulator.traps import Traps
from kuramori_lake.simulator.truth import Acts, Truth, tell
from kuramori_lake.simulator.unplayable import Unplayable

Progress = Callable[[int, int, str], None]


def simulate(
    out: Path,
    *,
    seed: int = 7,
    people: int = 300,
    months: int = 12,
    events: int = 1_000_000,
    today: date = date(2026, 11, 20),
    cases: Mapping[str, Strength] | None = None,
    within: int | None = None,
    progress: Progress | None = None,
) -> Truth:
    """Write the demo company below `out` and return its ground truth, which is also in `out/truth.json`.

    The logs cover whole local days from `months` before `today` up to the day before it, with about `events` lines in
    all (more if that is less than some fifteen per person and month). What `cases` plant comes on top (see
    `cases.chosen`), at any time or, with `within`, in so many days before today. The same arguments give the same
    bytes. `progress` is called with (days done, days in all, month).

    Raises:
        Unplayable: the company is too small for its units or its story, the history is shorter than two months or than
            a case, or there would be no logs.
    """
    _refuse(months=months, events=events, within=within)
    moments = reckon(today, months)
    company, parts = cast(
        found(seed=seed, people=people, moments=moments), seed=seed, wanted=cases or {}, moments=moments, within=within
    )
    out.mkdir(parents=True, exist_ok=True)
    budget = stage.Budget.plan(events=events, company=company, moments=moments)
    density = min(1.0, events / 1_000_000)
    books = library.stock(
        seed=seed, company=company, density=density, planted=budget.planted, newest=moments.start.year,
        stocks={code: vault[3] for code, vault in VAULTS.items()},
    )  # fmt: skip
    scene = stage.set_up(out, seed=seed, company=company, library=books, moments=moments, budget=budget)
    secrets = draw_up(seed=seed, company=company, library=books, today=today, count=max(40, people * 4 // 3))
    hr_files.write(out, company=company)
    hr_files.write_events(out, hr_events(parts, today))
    ledger_xlsx.write(out / "register.xlsx", secrets=secrets, company=company, today=today, seed=seed)
    plot, play, confusers = story.plan(scene), CasePlay(scene, parts), Confusers(scene)
    traps, ordinary, traffic = Traps(scene), OrdinaryDays(scene), Traffic(scene)
    total = (today - moments.start).days
    for done, day in enumerate(days(moments.start, today), start=1):
        ordinary.live(day)
        confusers.happen(day)
        plot.happen(day)
        play.happen(day)
        traffic.flow(day)
        traps.close_day(day)
        if progress:
            progress(done, total, f"{day:%Y-%m}")
    for file in scene.files.values():
        file.close()
    acts = Acts(plot=plot, play=play, confusers=confusers, traps=traps)
    return tell(out, scene=scene, acts=acts, secrets=secrets, seed=seed)


def _refuse(*, months: int, events: int, within: int | None) -> None:
    if months < 2:  # noqa: PLR2004
        raise Unplayable("the story needs at least two months of history")
    if events < 1:
        raise Unplayable("there must be at least one line of logs")
    if within is not None and within < SPAN_LEFT:
        raise Unplayable("cases end at least %(days)s days before today", days=SPAN_LEFT)
