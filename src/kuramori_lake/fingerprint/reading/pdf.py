"""PDF documents by PDFium: text page by page, and files attached to the document."""

from collections.abc import Iterator
from typing import Final

import pypdfium2

from kuramori_lake.fingerprint.reading.limits import Budget, Part, Problem, Reason, RefusalError

_PASSWORD: Final = "Incorrect password"  # noqa: S105  # words of an error message


def read_pdf(name: str, data: bytes, budget: Budget) -> Iterator[Part | Problem | tuple[str, bytes]]:
    """One part with the text of all pages, and each attached file as name and bytes."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            yield from _pages(name, document, budget)
            yield from _attached(name, document, budget)
    except pypdfium2.PdfiumError as error:
        reason = Reason.ENCRYPTED if _PASSWORD in str(error) else Reason.DAMAGED
        yield Problem(name=name, reason=reason)


def _pages(name: str, document: pypdfium2.PdfDocument, budget: Budget) -> Iterator[Part | Problem]:
    found: list[str] = []
    for number in range(len(document)):
        if number == budget.limits.pages:
            yield Problem(name=name, reason=Reason.TOO_LARGE)
            break
        try:
            text = _page(document, number)
            budget.speak(len(text))
        except (pypdfium2.PdfiumError, UnicodeDecodeError):
            yield Problem(name=f"{name}/{number + 1}", reason=Reason.DAMAGED)
        except RefusalError as refusal:
            yield Problem(name=f"{name}/{number + 1}", reason=refusal.reason)
            break
        else:
            found.append(text)
    if text := "\n".join(found).strip():
        yield Part(name=name, text=text)
    elif found:
        yield Problem(name=name, reason=Reason.NO_TEXT)


def _page(document: pypdfium2.PdfDocument, number: int) -> str:
    page = document[number]
    try:
        words = page.get_textpage()
        try:
            return str(words.get_text_range(errors="replace"))
        finally:
            words.close()
    finally:
        page.close()


def _attached(name: str, document: pypdfium2.PdfDocument, budget: Budget) -> Iterator[tuple[str, bytes]]:
    for number in range(min(document.count_attachments(), budget.limits.members)):
        attached = document.get_attachment(number)
        data = bytes(attached.get_data())
        budget.unpack(len(data))
        yield f"{name}/{attached.get_name()}", data
