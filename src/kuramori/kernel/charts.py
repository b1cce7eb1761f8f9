"""Charts as server-side SVG, coloured by the page's own classes: dark mode, print and a strict CSP just work.

Every drawing but the spark line comes as a `Chart`: the picture, its legend, and the same figures as a table, so that
nobody needs the picture. Tones are 1 own, 2 second, 3 peak, 4 ground, 5 peers (see `.tone1` … in app.css).
Lengths are units of the view box, about one CSS pixel at full width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from kuramori.kernel.svg import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    bar,
    ceiling_of,
    figure,
    fixed,
    grid,
    join,
    svg,
    text,
)

MOST_TIMES = 4  # a bar is cut at this many times the peers' high, or the others could not be read
NEAR_MONTH_END = 24  # from this day on, a label at the first day would touch the next month's


@dataclass(frozen=True, kw_only=True)
class Series:
    """One row of figures under a common name; `tone` 1 to 5 chooses its colour."""

    name: str
    values: Sequence[float]
    tone: int = 1


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One person's or unit's figure beside its peers': the middle one and the high one (95th percentile)."""

    label: str
    own: float
    middle: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Day:
    """One local day's figure; `is_off` by the site's calendar; `mark` names what happened (a notice, the last day)."""

    date: date
    value: float
    is_off: bool = False
    mark: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A drawing with its words: what `kernel/parts/chart.html` shows; `remarks`: the last column holds words."""

    title: str
    svg: SafeString
    legend: Sequence[tuple[int, str, str]]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    round: bool = False
    remarks: bool = False


def spark(values: Sequence[float], *, width: int = 84, height: int = 32) -> SafeString:
    """Draw a wordless trend line beside a number; fewer than two values draw nothing."""
    if len(values) < 2:  # noqa: PLR2004 (a line has two ends)
        return SafeString("")
    low, span = min(values), (max(values) - min(values)) or 1
    step = width / (len(values) - 1)
    points = " ".join(
        f"{n * step:.1f},{height - 3 - (value - low) / span * (height - 6):.1f}" for n, value in enumerate(values)
    )
    return format_html(
        '<svg class="spark" viewBox="0 0 {w} {h}" aria-hidden="true"><polygon class="ar" points="0,{h} {p} {w},{h}"/>'
        '<polyline class="ln" points="{p}"/></svg>',
        w=width,
        h=height,
        p=points,
    )


def stacked(*, title: str, labels: Sequence[str], series: Sequence[Series], unit: str = "") -> Chart:
    """Draw columns, the first series at the bottom, each with its total above it."""
    totals = [sum(one.values[n] for one in series) for n in range(len(labels))]
    ceiling, ground = ceiling_of(totals), HEIGHT - BOTTOM
    slot = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    scale = (ground - TOP) / ceiling
    shapes: list[SafeString] = []
    for n, label in enumerate(labels):
        x, y = LEFT + n * slot + slot * 0.22, float(ground)
        for one in series:
            tall = one.values[n] * scale
            y -= tall
            shapes.append(
                bar(one.tone, (x, y, slot * 0.56, tall), f"{label} {one.name}: {figure(one.values[n])}{unit}")
            )
        middle = x + slot * 0.28
        shapes.append(text(figure(totals[n]), (middle, y - 6), "v"))
        shapes.append(text(label, (middle, HEIGHT - 8)))
    return Chart(
        title=title,
        svg=svg(title, HEIGHT, [grid(ceiling, HEIGHT), *shapes]),
        legend=[(one.tone, one.name, "") for one in series],
        head=["", *(one.name for one in series), gettext("Total")],
        rows=[[label, *(figure(one.values[n]) for one in series), figure(totals[n])] for n, label in enumerate(labels)],
    )


def donut(*, title: str, parts: Sequence[tuple[str, float, int]], unit: str = "") -> Chart:
    """Draw a ring of (name, value, tone) with the sum in its middle. `pathLength` 100 spares the trigonometry."""
    total = sum(value for _, value, _ in parts)
    ring: list[SafeString] = []
    done = 0.0
    for name, value, tone in parts:
        share = value / total * 100 if total else 0
        drawn = max(share - 0.8, 0.1) if share < 100 else share  # noqa: PLR2004 (percent)
        ring.append(
            format_html(
                '<circle class="tone{}" cx="66" cy="66" r="50" pathLength="100" stroke-width="17" '
                'stroke-dasharray="{} {}" stroke-dashoffset="{}" transform="rotate(-90 66 66)">'
                "<title>{}: {}</title></circle>",
                tone,
                f"{drawn:.2f}",
                f"{100 - drawn:.2f}",
                f"{-done:.2f}",
                name,
                figure(value) + unit,
            )
        )
        done += share
    middle = [text(figure(total), (66, 70 if unit else 74), "v big"), text(unit, (66, 88))]
    svg = format_html(
        '<svg class="chart donut" viewBox="0 0 132 132" role="img" aria-label="{}">{}</svg>',
        title,
        join(ring + middle),
    )
    return Chart(
        title=title,
        svg=svg,
        legend=[(tone, name, figure(value)) for name, value, tone in parts],
        head=["", unit or gettext("Number"), gettext("Share")],
        rows=[[name, figure(value), f"{value / total:.1%}" if total else "–"] for name, value, _ in parts],
        round=True,
    )


def against_peers(*, title: str, rows: Sequence[Compared], own_name: str, unit: str = "") -> Chart:
    """Draw one line per subject: the own figure as a bar, the peers' middle-to-high range as a band behind it.

    Unlike subjects share one page, so each line is measured by its own peers' high, and the bands end at one place.
    A bar beyond the band takes the peak tone, is cut at four times the high, and says how many times it is.
    """
    left, line = 150, 34
    height = line * len(rows) + 6
    times = [row.own / (row.high or 1) for row in rows]
    scale = (WIDTH - left - 170) / min(max([1.25, *times]), MOST_TIMES)
    shapes: list[SafeString] = []
    for n, (row, ratio) in enumerate(zip(rows, times, strict=True)):
        y = n * line + 5
        start, end = row.middle / (row.high or 1) * scale, min(max(ratio, 1), MOST_TIMES) * scale
        words = gettext("Peers: middle %(middle)s, high %(high)s")
        words %= {"middle": figure(row.middle), "high": figure(row.high)}
        own = f"{figure(row.own)}{unit}" + (f" ({figure(ratio)}×)" if ratio > 1 else "")
        shapes += [
            text(row.label, (left - 10, y + 16), anchor="end"),
            bar(4, (left + start, y, scale - start, 24), words),
            bar(3 if ratio > 1 else 1, (left, y + 7, min(ratio, MOST_TIMES) * scale, 10), f"{row.label}: {own}"),
            text(own, (left + end + 8, y + 16), "v", anchor="start"),
        ]
        if ratio > MOST_TIMES:
            shapes.append(format_html('<path class="cut" d="m{} {} 5-14"/>', *fixed(left + end - 24, y + 19)))
    axis = format_html('<line class="ax" x1="{x}" x2="{x}" y1="0" y2="{y}"/>', x=left, y=height)
    beyond = gettext("beyond the peers")
    return Chart(
        title=title,
        svg=svg(title, height, [*shapes, axis]),
        legend=[(1, own_name, ""), (3, f"{own_name} ({beyond})", ""), (4, gettext("Peers, middle to high"), "")],
        head=["", own_name, gettext("Peers, middle"), gettext("Peers, high"), gettext("Finding")],
        rows=[
            [row.label, figure(row.own), figure(row.middle), figure(row.high), beyond if row.own > row.high else ""]
            for row in rows
        ],
        remarks=True,
    )


def strip(*, title: str, days: Sequence[Day], high: float, unit: str = "") -> Chart:
    """Draw one thin bar per day, days off shaded, marked days as labelled lines; `days` is gapless and in order.

    A day above `high` (the person's own usual limit) takes the peak tone.
    """
    height, top = 190, 34
    ceiling, ground = ceiling_of([day.value for day in days]), height - BOTTOM
    slot = (WIDTH - LEFT - RIGHT) / max(len(days), 1)
    bars: list[SafeString] = []
    over: list[SafeString] = []
    for n, day in enumerate(days):
        x, tall = LEFT + n * slot, day.value / ceiling * (ground - top)
        if day.is_off:
            bars.append(_rest((x, top, slot, ground - top)))
        if day.value:
            words = f"{date_format(day.date, 'DATE_FORMAT')}: {figure(day.value)}{unit}"
            box = (x + slot * 0.15, ground - tall, max(slot * 0.7, 1), tall)
            bars.append(bar(3 if day.value > high else 1, box, words))
        if day.mark:
            over.append(_mark(x + slot / 2, ground, day.mark, len(over)))
        if day.date.day == 1 or (n == 0 and day.date.day < NEAR_MONTH_END):
            bars.append(text(_axis_date(day.date), (x, height - 8), anchor="start"))
    usual = gettext("A day above the usual (%(high)s)") % {"high": figure(high)}
    return Chart(
        title=title,
        svg=svg(title, height, [grid(ceiling, height, top), *bars, *over]),
        legend=[(1, gettext("A day"), ""), (3, usual, "")],
        head=[gettext("Day"), unit or gettext("Number"), gettext("Remark")],
        rows=[
            [date_format(day.date, "DATE_FORMAT"), figure(day.value), day.mark] for day in days if day.value or day.mark
        ],
        remarks=True,
    )


def _rest(box: tuple[float, float, float, float]) -> SafeString:
    return format_html('<rect class="rest" x="{}" y="{}" width="{}" height="{}"/>', *fixed(*box))


def _mark(x: float, ground: int, label: str, nth: int) -> SafeString:
    """Draw one marked day; labels of neighbouring marks take turns on two lines and lean away from the edge."""
    late = x > WIDTH * 0.7
    y = 12 + nth % 2 * 14
    line = format_html('<line class="mark" x1="{x}" x2="{x}" y1="{}" y2="{}"/>', y - 8, ground, x=f"{x:.1f}")
    return join([line, text(label, (x - 5 if late else x + 5, y), "v", anchor="end" if late else "start")])


def _axis_date(day: date) -> str:
    return date_format(day, pgettext("short date on the axis of a chart, Django's date letters", "j M"))
