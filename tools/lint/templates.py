"""Templates: nothing inline, no text that cannot be translated, forms that are safe and labelled.

The page's Content-Security-Policy refuses inline style and script anyway; here one learns it first.
Text in ``<code>``, ``<kbd>`` and elements with ``translate="no"`` is the same in every language; an element with a
``lang`` of its own shows one language on purpose, as an error page does that must work when nothing else does.
"""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from tools.lint.finding import ROOT, Finding, report

# Names, formats and practice ids (GOV-15) read the same everywhere.
SAME_IN_EVERY_LANGUAGE = re.compile(
    r"Kuramori|蔵守|日本語|English|Excel|SHA-256|&\w+;|\b(?:xlsx|csv|json|pdf)\b|\b[A-Z]{2,4}-\d{2}\b", re.IGNORECASE
)
WORDS = re.compile(r"[A-Za-z]{2,}|[\u3040-\u30ff\u4e00-\u9fff]")
READ_ALOUD = {"title", "placeholder", "alt", "aria-label", "aria-description", "label"}
WRITTEN_BY_HAND = {"button", "hidden", "image", "reset", "submit"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
Attributes = dict[str, str]

COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", re.DOTALL)
TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
TOKEN = re.compile(r"{%\s*csrf_token\s*%}")
# Stands where a template tag prints something; the parser takes it for a sign without meaning.
PRINTED = "\N{BULLET}"


def html_of(template: str) -> str:
    """The HTML around the template tags, on the same lines."""

    def keep_lines(match: re.Match[str]) -> str:
        return PRINTED + "\n" * match.group().count("\n")

    plain = COMMENT.sub(lambda match: "\n" * match.group().count("\n"), template)
    plain = TOKEN.sub("<csrf-token></csrf-token>", plain)
    return TAG.sub(keep_lines, TRANSLATED.sub(keep_lines, plain))


def fixed_language(tag: str, attributes: Attributes) -> bool:
    """Whether an element's text is not translated on purpose."""
    own_language = tag != "html" and "lang" in attributes
    return own_language or tag in {"code", "kbd", "style", "script"} or attributes.get("translate") == "no"


class Page(HTMLParser):
    """Reads one template and collects what is wrong with it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.faults: list[tuple[int, str]] = []
        self.open: list[tuple[str, Attributes]] = []
        self.labelled: set[str] = set()
        self.fields: list[tuple[int, str, Attributes]] = []
        self.post: list[tuple[int, bool]] = []

    def fault(self, says: str) -> None:
        """Note a fault where the parser stands."""
        self.faults.append((self.getpos()[0], says))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one opening tag with its attributes."""
        attributes = {name: value or "" for name, value in attrs}
        self.inline(tag, attributes)
        self.texts(attributes)
        self.field(tag, attributes)
        if tag == "form" and attributes.get("method", "").lower() == "post":
            self.post.append((self.getpos()[0], False))
        if tag == "csrf-token" and self.post:
            self.post[-1] = (self.post[-1][0], True)
        if tag not in VOID:
            self.open.append((tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        """Close a tag, and a form with it."""
        while self.open and any(name == tag for name, _ in self.open):
            if self.open.pop()[0] == tag:
                break
        if tag == "form" and self.post:
            line, safe = self.post.pop()
            if not safe:
                self.faults.append((line, "a POST form without {% csrf_token %}"))

    def handle_data(self, data: str) -> None:
        """Look at text between tags."""
        if any(fixed_language(tag, attributes) for tag, attributes in self.open):
            return
        start = self.getpos()[0]
        for number, line in enumerate(data.splitlines()):
            if WORDS.search(SAME_IN_EVERY_LANGUAGE.sub("", line)):
                self.faults.append((start + number, f"text outside translate: {line.strip()[:50]!r}"))

    def inline(self, tag: str, attributes: Attributes) -> None:
        """Style and script in the page, and things from other hosts."""
        if tag == "style" or (tag == "script" and not attributes.get("src")):
            self.fault(f"inline <{tag}>: put it into a static file")
        for name, value in attributes.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                self.fault(f"inline {name}=: use a class, or a static script")
            if name in {"src", "href", "action"} and value.lower().startswith("javascript:"):
                self.fault("javascript: address")
            if name == "src" and value.startswith(("http:", "https:", "//")):
                self.fault("loaded from another host: everything must work offline")

    def texts(self, attributes: Attributes) -> None:
        """Attributes that a person reads or hears."""
        for name in READ_ALOUD & attributes.keys():
            if WORDS.search(SAME_IN_EVERY_LANGUAGE.sub("", attributes[name])):
                self.fault(f"text outside translate in {name}=: {attributes[name][:50]!r}")

    def field(self, tag: str, attributes: Attributes) -> None:
        """Remember labels, and fields that need one."""
        if tag == "label":
            self.labelled.add(attributes.get("for", ""))
        if tag not in {"input", "select", "textarea"} or attributes.get("type") in WRITTEN_BY_HAND:
            return
        wrapped = any(name == "label" for name, _ in self.open)
        if not wrapped and not {"aria-label", "aria-labelledby"} & attributes.keys():
            self.fields.append((self.getpos()[0], tag, attributes))

    def unlabelled(self) -> Iterator[tuple[int, str]]:
        """Fields that no label names; known only when the whole template is read."""
        for line, tag, attributes in self.fields:
            if not attributes.get("id") or attributes["id"] not in self.labelled:
                yield line, f"<{tag}> without a label: give it an id and a <label for=…>, or wrap it"


def check_template(path: Path, source: str) -> Iterator[Finding]:
    """All findings in one template."""
    page = Page()
    page.feed(html_of(source))
    page.close()
    page.faults += [(line, "a POST form that is not closed here") for line, _ in page.post]
    for line, says in [*page.faults, *page.unlabelled()]:
        yield Finding(str(path), line, says)
    for number, line in enumerate(source.splitlines(), 1):
        if re.search(r"\|\s*safe\b|{%\s*autoescape\s+off", line):
            yield Finding(str(path), number, "unescaped output: build it with format_html where it is made")


def check(root: Path = ROOT) -> Iterator[Finding]:
    """All findings in the templates below ``root``."""
    for path in sorted((root / "src").rglob("templates/**/*.html")):
        yield from check_template(path, path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(report("templates", check()))
