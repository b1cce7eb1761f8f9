"""Assemble the page that verifies a bundle in a browser, offline: one file, words and scripts inside, nothing loaded.

Its content policy names the digests of its one script and one style, so that nothing else can run in it. The words of
the findings are those of the Python verifier. The same sources give the same page.
"""

import base64
import hashlib
import json
import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent / "page"
# Lower files first; the last one is the page itself, the others also run without it (the tests do).
LIBRARY = (
    "hashing.js",
    "forms.js",
    "der.js",
    "signatures.js",
    "certificates.js",
    "tree.js",
    "sources.js",
    "bundle.js",
    "rows.js",
    "tokens.js",
    "witnesses.js",
)
PAGE = "page.js"


def one_page() -> str:
    """Return the page's text."""
    # Read as a file, as the writer of bundles reads this one: neither side imports the other.
    messages = runpy.run_path(str(HERE.parent / "messages.py"))
    told = {
        "meanings": {
            code: {"area": each.area, "ja": each.ja, "en": each.en} for code, each in messages["MEANINGS"].items()
        },
        "verifier": messages["WORDS"],
        "page": json.loads(_read("words.json")),
    }
    script = '"use strict";\n(() => {\n' + library() + _read(PAGE) + "})();\n"
    style = _read("page.css")
    parts = {
        "script_digest": _digest(script),
        "style_digest": _digest(style),
        "style": style,
        # In a script element only "<" could end it or begin a comment.
        "words": json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        "script": script,
    }
    page = _read("page.html")
    for name, text in parts.items():
        page = page.replace("{{" + name + "}}", text, 1)
    return page


def library() -> str:
    """Return the checks without the page, as one script."""
    return "\n".join(_read(name) for name in LIBRARY) + "\n"


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


if __name__ == "__main__":
    sys.stdout.write(one_page())
