"""The pages one opens first: index and chronology as HTML that needs no server, and the index on paper as PDF/A."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from kuramori.evidence.bundles.beating import Beat, beating
from kuramori.evidence.bundles.numbering import LANGUAGES
from kuramori.evidence.bundles.paper import paper
from kuramori.evidence.bundles.report import LISTED, Told, lines, report
from kuramori.evidence.bundles.signing import signed
from kuramori.evidence.bundles.writing import write

STYLE = Path(__file__).with_name("index.css")
ROWS_A_PAGE = 5_000


def write_pages(told: Told, draft: Path, beat: Beat) -> None:
    """Write `data/index.*` in both languages, and the pages of the chronology when the index cannot hold it."""
    write(draft / "data/index.css", STYLE.read_bytes())
    for language in LANGUAGES:
        with override(language):
            write(draft / f"data/index.{language}.html", index_page(told, language).encode())
            pdf = signed(paper(report(told, language)), at=told.order.made_at)
            write(draft / f"data/index.{language}.pdf", pdf)
            for number, first in beating(_later_pages(told), beat):
                write(draft / _path(language, number), _chronology(told, language, first))


def index_page(told: Told, language: str) -> str:
    """Draw the index in the present language, which is `language`."""
    return render_to_string("evidence/bundle/index.html", report(told, language) | {"more": _more(told, language)})


def _later_pages(told: Told) -> Iterator[tuple[int, int]]:
    """Yield (number, first line) of the pages of a chronology that is longer than the index lists."""
    if len(told.rows) > LISTED:
        yield from enumerate(range(0, len(told.rows), ROWS_A_PAGE), start=1)


def _path(language: str, number: int) -> str:
    return f"data/chronology/{number:04d}.{language}.html"


def _more(told: Told, language: str) -> list[dict[str, Any]]:
    return [
        {
            "path": _path(language, number).removeprefix("data/"),
            "first": first + 1,
            "last": min(first + ROWS_A_PAGE, len(told.rows)),
        }
        for number, first in _later_pages(told)
    ]


def _chronology(told: Told, language: str, first: int) -> Iterator[bytes]:
    """Draw a page of the chronology line by line: a hundred thousand of them are more than a template bears."""
    title = escape(f"{_('Chronology')}: {told.withholding.masked(told.order.subject.name)}")
    yield (
        f'<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{title}</title>'
        f'<link rel="stylesheet" href="../index.css"></head>\n<body>\n<h1>{title}</h1>\n'
        f'<p><a href="../index.{language}.html">{escape(_("Back to the index"))}</a></p>\n<table>\n'
        f'<thead><tr><th scope="col">{escape(_("Time (UTC)"))}</th><th scope="col">{escape(_("What was done"))}</th>'
        f'<th scope="col">{escape(_("Ledger entry"))}</th></tr></thead>\n<tbody>\n'
    ).encode()
    for line in lines(told, language, first, ROWS_A_PAGE):
        link = f'<a href="../{line["file"]}">{line["entry"]}</a>' if line["file"] else "–"
        yield (
            f'<tr><td class="at">{line["at"]}</td><td>{escape(line["text"])}</td><td class="n">{link}</td></tr>\n'
        ).encode()
    yield b"</tbody></table>\n</body>\n</html>\n"
