"""Runs the whole: founds the company, lives the days, writes the files, and says what is true."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from kuramori_lake.simulator import hr_files, ledger_xlsx, library, stage, story
from kuramori_lake.simulator.calendars import days
from kuramori_lake.simulator.confusers import Confusers
from kuramori_lake.simulator.founding import found
from kuramori_lake.simulator.moments import reckon
from kuramori_lake.simulator.ordinary import OrdinaryDays
from kuramori_lake.simulator.register import draw_up
from kuramori_lake.simulator.traps import Traps
from kuramori_lake.simulator.truth import Truth, tell

Progress = Callable[[int, int, str], None]


def simulate(
    out: Path,
    *,
    seed: int = 7,
    people: int = 300,
    months: int = 12,
    events: int = 1_000_000,
    today: date = date(2026, 11, 20),
    progress: Progress | None = None,
) -> Truth:
    """Write the demo company below `out` and return its ground truth, which is also in `out/truth.json`.

    The logs cover whole local days from `months` before `today` up to the day before it, with about `events` lines in
    all (more if that is less than some fifteen per person and month). The same arguments give the same bytes.
    `progress` is called with (days done, days in all, month).

    Raises:
        ValueError: the company is too small for its units or its story, or the history is shorter than two months.
    """
    if months < 2:  # noqa: PLR2004
        raise ValueError("the story needs at least two months of history")
    out.mkdir(parents=True, exist_ok=True)
    moments = reckon(today, months)
    company = found(seed=seed, people=people, moments=moments)
    budget = stage.Budget.plan(events=events, company=company, moments=moments)
    density = min(1.0, events / 1_000_000)
    books = library.stock(
        seed=seed, company=company, density=density, planted=budget.planted, newest=moments.start.year
    )
    scene = stage.set_up(out, seed=seed, company=company, library=books, moments=moments, budget=budget)
    secrets = draw_up(seed=seed, company=company, library=books, today=today, count=max(40, people * 4 // 3))
    hr_files.write(out, company=company)
    ledger_xlsx.write(out / "register.xlsx", secrets=secrets, company=company, today=today, seed=seed)
    plot, confusers, traps, ordinary = story.plan(scene), Confusers(scene), Traps(scene), OrdinaryDays(scene)
    total = (today - moments.start).days
    for done, day in enumerate(days(moments.start, today), start=1):
        ordinary.live(day)
        confusers.happen(day)
        plot.happen(day)
        traps.close_day(day)
        if progress:
            progress(done, total, f"{day:%Y-%m}")
    for file in scene.files.values():
        file.close()
    return tell(out, scene=scene, plot=plot, confusers=confusers, traps=traps, secrets=secrets, seed=seed)
