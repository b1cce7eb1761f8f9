"""Charts in templates: `kernel.charts` draws, `kernel/parts/chart.html` frames the drawing with legend and table."""

from collections.abc import Sequence
from typing import TypedDict

from django.template import Library
from django.utils.safestring import SafeString

from kuramori.kernel import charts

register = Library()
FRAME = "kernel/parts/chart.html"


class Frame(TypedDict):
    """The context of the frame."""

    chart: charts.Chart


@register.simple_tag
def spark(values: Sequence[float]) -> SafeString:
    """Draw a trend line beside a number. It has no words of its own: the number and its change must stand beside it."""
    return charts.spark(values)


@register.inclusion_tag(FRAME)
def stacked(title: str, labels: Sequence[str], series: Sequence[charts.Series], unit: str = "") -> Frame:
    """Draw stacked columns: one label per column, one value per label in each series."""
    return {"chart": charts.stacked(title=title, labels=labels, series=series, unit=unit)}


@register.inclusion_tag(FRAME)
def donut(title: str, parts: Sequence[tuple[str, float, int]], unit: str = "") -> Frame:
    """Draw the shares of a whole from (name, value, tone)."""
    return {"chart": charts.donut(title=title, parts=parts, unit=unit)}


@register.inclusion_tag(FRAME)
def against_peers(title: str, rows: Sequence[charts.Compared], own_name: str, unit: str = "") -> Frame:
    """Draw own figures against the peers' usual range."""
    return {"chart": charts.against_peers(title=title, rows=rows, own_name=own_name, unit=unit)}


@register.inclusion_tag(FRAME)
def strip(title: str, days: Sequence[charts.Day], high: float, unit: str = "") -> Frame:
    """Draw a figure day by day, with marked days and days above `high`."""
    return {"chart": charts.strip(title=title, days=days, high=high, unit=unit)}
