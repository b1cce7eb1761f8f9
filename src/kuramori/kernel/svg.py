"""The few SVG shapes that charts are made of. Lengths are units of the view box, about one CSS pixel at full width."""

import math
from collections.abc import Iterable

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 860, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 20, 26


def figure(value: float) -> str:
    """Write a number the reader's way, grouped, without needless decimals."""
    return number_format(value, decimal_pos=0 if float(value).is_integer() else 1, use_l10n=True, force_grouping=True)


def ceiling_of(values: Iterable[float]) -> float:
    """Give the round number at or above all values, where the axis ends: a short number times a power of ten."""
    greatest = max(values, default=0) or 1
    power = 10.0 ** math.floor(math.log10(greatest))
    return next(nice * power for nice in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if nice * power >= greatest)


def grid(ceiling: float, height: int, top: int = TOP) -> SafeString:
    """Draw the axis and its lines: four steps, or fewer where a quarter would not be a whole number."""
    steps = next(n for n in (4, 5, 2, 1) if (ceiling / n).is_integer() or n == 1)
    ground = height - BOTTOM
    lines = []
    for n in range(steps + 1):
        y = ground - n / steps * (ground - top)
        lines.append(
            format_html(
                '<line class="{}" x1="{}" x2="{}" y1="{y}" y2="{y}"/>',
                "gl" if n else "ax",
                LEFT,
                WIDTH - RIGHT,
                y=f"{y:.1f}",
            )
        )
        lines.append(text(figure(ceiling * n / steps), (LEFT - 8, y + 4), anchor="end"))
    return join(lines)


def bar(tone: int, box: tuple[float, float, float, float], words: str) -> SafeString:
    """Draw a bar; `box` is x, y, width, height, and `words` show when the pointer rests on it."""
    return format_html(
        '<rect class="tone{}" x="{}" y="{}" width="{}" height="{}" rx="1.5"><title>{}</title></rect>',
        tone,
        *fixed(*box),
        words,
    )


def text(words: str, at: tuple[float, float], css: str = "", *, anchor: str = "middle") -> SafeString:
    """Write words at a point; `anchor` start, middle or end tells which part of them stands there."""
    return format_html('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>', css, *fixed(*at), anchor, words)


def svg(title: str, height: float, shapes: Iterable[SafeString]) -> SafeString:
    """Wrap shapes into one picture of full width, named by its title."""
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        WIDTH,
        height,
        title,
        join(shapes),
    )


def fixed(*lengths: float) -> list[str]:
    """Write lengths the SVG way: a point, never the reader's comma."""
    return [f"{length:.1f}" for length in lengths]


def join(parts: Iterable[SafeString]) -> SafeString:
    """Put shapes one after the other."""
    return format_html_join("", "{}", ((part,) for part in parts))
