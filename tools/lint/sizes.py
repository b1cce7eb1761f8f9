"""Small files, small functions, small rooms, and at least as much test as code.

Counted lines are all lines of the file: what does not fit the eye does not fit because it is called blank.
"""

import ast
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tools.lint.finding import ROOT, Finding, is_test, python_files, report, room_of

FILE, TEST_FILE, FUNCTION, TEMPLATE = 500, 600, 60, 150
ROOM, KERNEL, REGISTER_KIT, IMPORT_KIT = 4500, 2500, 700, 4000
# Kits stand on a room and are weighed apart from it: what draws registers, what reads files, what draws pages. On
# evidence's ledger stand five parts as rooms would; each has folders and files of its own names.
PROOFS = {
    "bundles": {"bundles"},
    "claims": {"claims", "damage", "drills", "elements", "plans", "recognition", "statements", "worksheets"},
    "preservation": {
        *("custody", "custody_check", "custody_panel", "custody_store", "erasing", "erasure", "erasure_register"),
        *("hold_jobs", "holds", "keeping", "snapshots", "timelines"),
    },
    "stamps": {"stamps"},
    "witnesses": {"witnesses", "witnessing"},
}
# What `watch` is made of, in the same way: the logs themselves, and what people do with what was found in them.
WATCHING = {
    "cases": {"cases", "verdicts"},
    "detecting": {"detecting", "detecting_sigma"},
    "feeding": {"feeding"},
    "keeping": {"keeping"},
    "letters": {"letters"},
    "logs": {"checking", "logs", "purging", "reading", "receiving", "retention", "sealing", "segment_rows", "sources"},
    "patrols": {"0015_patrols", "patrols"},
    "orders": {"orders"},
    "presence": {"presence"},
    "prints": {"0018_documents", "prints"},
    "privacy": {"masking", "numbering", "privacy", "pseudonyms"},
    "reviews": {"reviews"},
    "rounds": {"rounds"},
    "seeds": {"seeds"},
    "watching": {"unsealing", "watching"},
}
PARTS = {"evidence": PROOFS, "watch": WATCHING}
# On watch stands what lets logs go again: its rules, query and act, beside `kuramori_lake.retention`.
LETTING_GO = {"purging", "retention"}
FOLDERS = {"registers": "register kit", "imports": "import kit", "templatetags": "page kit"}
PAGE_KIT = frozenset({"cells", "charts", "columns", "exporting", "history", "pages", "paging", "saved_views", "svg"})
IMPORTS_INSIDE_FUNCTIONS = 5
TESTS_PER_LINE = 1.0

Function = ast.FunctionDef | ast.AsyncFunctionDef


def lines(path: Path) -> int:
    """Lines of a text file."""
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method, inner ones too."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def long_file(path: Path) -> Iterator[Finding]:
    """A file over the gate."""
    gate = TEST_FILE if is_test(path) else FILE
    if (size := lines(path)) > gate:
        yield Finding(str(path), 1, f"{size} lines; the gate is {gate}. Split it by concept")


def long_functions(path: Path, tree: ast.AST) -> Iterator[Finding]:
    """Functions over the gate, counted from ``def`` to the last line."""
    for function in functions(tree):
        size = (function.end_lineno or function.lineno) - function.lineno + 1
        if size > FUNCTION:
            yield Finding(str(path), function.lineno, f"{function.name} has {size} lines; the gate is {FUNCTION}")


def inner_imports(path: Path, tree: ast.AST) -> Iterator[Finding]:
    """Imports inside functions: each one hides a dependency from the contracts' reader."""
    seen = set()
    for function in functions(tree):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom) and node.lineno not in seen:
                seen.add(node.lineno)
                yield Finding(str(path), node.lineno, "import inside a function; move it to the top")


def big_rooms(files: list[Path]) -> Iterator[Finding]:
    """Rooms over their gate, tests not counted; the kits are weighed apart from the room they stand on."""
    total: Counter[str] = Counter()
    for path in files:
        room = room_of(path)
        if room and not is_test(path):
            total[part_of(path, room)] += lines(path)
    gates = {"kernel": KERNEL, "register kit": REGISTER_KIT, "import kit": IMPORT_KIT}
    for room, size in sorted(total.items()):
        if size > (gate := gates.get(room, ROOM)):
            yield Finding(f"src/kuramori/{room}", 1, f"{size} lines of code; the gate is {gate}. Is it two rooms?")


def part_of(path: Path, room: str) -> str:
    """What a file is weighed with: its room, or a kit that stands on it."""
    if parts := PARTS.get(room):
        inner = {part.removesuffix(".py") for part in path.parts[path.parts.index(room) + 1 :]}
        return next((f"{room}: {part}" for part, names in parts.items() if names & inner), room)
    return kit_of(path) if room == "kernel" else room


def kit_of(path: Path) -> str:
    """The part of the kernel a file is weighed with."""
    inner = path.parts[path.parts.index("kernel") + 1]
    return FOLDERS.get(inner) or ("page kit" if inner.removesuffix(".py") in PAGE_KIT else "kernel")


def too_few_tests(files: list[Path]) -> Iterator[Finding]:
    """Less test than code, the tests of the whole system among them."""
    tests = sum(lines(path) for path in files if is_test(path))
    code = sum(lines(path) for path in files if not is_test(path))
    if code and tests / code < TESTS_PER_LINE:
        yield Finding("src", 1, f"{tests} lines of tests for {code} of code: {tests / code:.2f}, at least 1.0 is asked")


def check(root: Path = ROOT) -> Iterator[Finding]:
    """All findings on sizes below ``root``."""
    inner: list[Finding] = []
    product = []
    for path in python_files(root):
        tree = ast.parse(path.read_bytes())
        yield from long_file(path)
        yield from long_functions(path, tree)
        if path.is_relative_to(root / "src") or path.is_relative_to(root / "tests"):
            product.append(path)
            inner += [] if is_test(path) else inner_imports(path, tree)
    yield from inner if len(inner) > IMPORTS_INSIDE_FUNCTIONS else []
    yield from big_rooms(product)
    yield from too_few_tests(product)
    for path in sorted((root / "src").rglob("templates/**/*.html")):
        if (size := lines(path)) > TEMPLATE:
            yield Finding(str(path), 1, f"{size} lines; a template's gate is {TEMPLATE}. Move parts into includes")


def summary(root: Path = ROOT) -> str:
    """The figures we aim at, whether or not the gate is near."""
    code = [lines(path) for path in python_files(root) if not is_test(path) and path.name != "__init__.py"]
    tests = [lines(path) for path in python_files(root) if is_test(path)]
    ratio = sum(tests) / max(1, sum(code))
    owed = "" if ratio >= TESTS_PER_LINE else f", OWED: {TESTS_PER_LINE:.1f} : 1"
    middle = statistics.median(code)
    return f"{len(code)} files, median {middle:.0f} lines, longest {max(code)}, tests {ratio:.2f} : 1{owed}"


if __name__ == "__main__":
    print(summary())
    sys.exit(report("sizes", check()))
