"""House rules that ruff does not know. One function per rule; its docstring is the rule.

Each rule has a good and a bad example in tools/lint/tests/test_house.py.
A remark made twice in a review becomes a rule here.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.lint.finding import ROOT, Finding, is_test, python_files, report, room_of

Fault = tuple[int, str]
Rule = Callable[[ast.Module, Path], Iterator[Fault]]
Function = ast.FunctionDef | ast.AsyncFunctionDef

VAGUE_SUFFIXES = ("Manager", "Helper", "Helpers", "Util", "Utils", "Service", "Base")
VAGUE_FILES = {"utils", "util", "helpers", "helper", "core", "misc", "common", "base", "managers", "services"}
SIGNED_POSTS = ("witnessing", "views", "serving.py")
CLOCKS = {"now", "today", "utcnow", "localtime", "localdate", "monotonic", "time_ns", "perf_counter"}


def part_of(path: Path) -> str:
    """The part of a room a file is: ``acts`` for acts.py and for every file of a folder acts/."""
    return path.parent.name if path.parent.name in {"acts", "queries", "views", "models", "rules"} else path.stem


def public_functions(tree: ast.Module) -> Iterator[Function]:
    """Functions at the top of a module that others may call."""
    for node in tree.body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node


def views_ask_queries(tree: ast.Module, path: Path) -> Iterator[Fault]:
    """A view never touches a table: it asks a query, which knows who is looking."""
    if part_of(path) != "views":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_base_manager", "_default_manager"}:
            yield node.lineno, f".{node.attr} in a view: put the read into queries.py, with the viewer"


def acts_say_who(tree: ast.Module, path: Path) -> Iterator[Fault]:
    """An act takes keyword arguments only, and one of them is ``by``."""
    if part_of(path) != "acts" or room_of(path) == "kernel":
        return
    for function in public_functions(tree):
        if "by" not in {argument.arg for argument in function.args.kwonlyargs}:
            yield function.lineno, f"{function.name} has no keyword-only argument 'by'"
        if function.args.posonlyargs or function.args.args:
            yield function.lineno, f"{function.name} takes positional arguments: put * first"


def queries_know_the_viewer(tree: ast.Module, path: Path) -> Iterator[Fault]:
    """A query's first argument is the viewer: nothing is read without asking for whom."""
    if part_of(path) != "queries" or room_of(path) == "kernel":
        return
    for function in public_functions(tree):
        first = [*function.args.posonlyargs, *function.args.args][:1]
        if not first or first[0].arg != "viewer":
            yield function.lineno, f"{function.name} must take 'viewer' as its first argument"


def no_request_below_views(tree: ast.Module, path: Path) -> Iterator[Fault]:
    """HTTP ends in the view: nothing below takes a request."""
    if part_of(path) not in {"acts", "queries", "rules", "models", "api", "jobs"} or room_of(path) == "kernel":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.arg == "request":
            yield node.lineno, "a request below the views: ask for what you need"


def rules_have_no_clock(tree: ast.Module, path: Path) -> Iterator[Fault]:
    """Rules are pure: the time is an argument."""
    if part_of(path) != "rules":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CLOCKS or ast.unparse(node.func) == "time.time":
                yield node.lineno, f"{name}() in a rule: take today or now as an argument"


def no_blind_except(tree: ast.Module, path: Path) -> Iterator[Fault]:
    """Catch the error you can handle. Whoever catches all raises again, or says why on that line."""
    del path
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            raises = any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
            if caught in {"everything", "Exception", "BaseException"} and not raises:
                yield node.lineno, f"except {caught}: name the error, or raise it again"
        elif isinstance(node, ast.Call) and ast.unparse(node).endswith("suppress(Exception)"):
            yield node.lineno, "suppress(Exception): name the error"


def absolute_named_imports(tree: ast.Module, path: Path) -> Iterator[Fault]:
    """Imports are absolute and name what they take; settings that vary other settings take them all."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                yield node.lineno, "relative import: write it from the package down"
            if any(alias.name == "*" for alias in node.names) and not path.stem.startswith("settings_"):
                yield node.lineno, "import *: name what you need"


def names_say_something(tree: ast.Module, path: Path) -> Iterator[Fault]:
    """No class is a Manager, Helper, Util, Service or Base, and no file is a drawer for odds and ends."""
    if path.stem in VAGUE_FILES:
        yield 1, f"{path.name}: say what is in it"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith(VAGUE_SUFFIXES):
            yield node.lineno, f"class {node.name}: name the thing, not its role in a framework"


def no_signals(tree: ast.Module, path: Path) -> Iterator[Fault]:
    """Business has no hidden listeners; only the kernel may hook into Django's set-up."""
    if room_of(path) in {None, "kernel"}:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in {"django.dispatch", "django.db.models.signals"}:
            yield node.lineno, "Django signal: call the act, or declare a port in room.py"


def no_open_posts(tree: ast.Module, path: Path) -> Iterator[Fault]:
    """No view is excused from the check against forged requests, but one that other servers call.

    That one asks for no session and changes nothing for anybody: a signature lets in what it takes.
    """
    if path.parts[-3:] == SIGNED_POSTS:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.alias) and getattr(node, "id", getattr(node, "name", "")) == "csrf_exempt":
            yield node.lineno, "csrf_exempt: there is no such view here"


def verifier_stands_alone(tree: ast.Module, path: Path) -> Iterator[Fault]:
    """The verifier imports the standard library and itself: a court's expert installs nothing."""
    if "kuramori_verify" not in path.parts or is_test(path):
        return
    allowed = sys.stdlib_module_names | {"kuramori_verify"}
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.split(".")[0] not in allowed:
                yield node.lineno, f"{name} is not in the standard library"


RULES: tuple[Rule, ...] = (
    views_ask_queries,
    acts_say_who,
    queries_know_the_viewer,
    no_request_below_views,
    rules_have_no_clock,
    no_blind_except,
    absolute_named_imports,
    names_say_something,
    no_signals,
    no_open_posts,
    verifier_stands_alone,
)

# A handler that must catch all, as at the edge of a job, gives its reason in a comment of three words or more.
REASONED = re.compile(r"#\s*\S+ \S+ \S+")
# What differs from machine to machine.
PLACES = re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.org|/[r]oot/|/home/\w+/")
TEXT_FILES = ("*.py", "*.md", "*.toml", "*.lock", "*.sh", "*.cfg", "*.ini", "*.csv", "Makefile", "run")


def named_places(path: Path) -> Iterator[Finding]:
    """No file names a package host or somebody's folder: both differ from machine to machine."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if found := PLACES.search(line):
            yield Finding(str(path), number, f"names a place of one machine or host: {found.group()}")


def check_module(path: Path, source: str) -> Iterator[Finding]:
    """All rules on one module. A test may reach where product code may not."""
    tree = ast.parse(source)
    lines = source.splitlines()
    rules = (absolute_named_imports, names_say_something) if is_test(path) else RULES
    for rule in rules:
        for line, says in rule(tree, path):
            if not (rule is no_blind_except and REASONED.search(lines[line - 1])):
                yield Finding(str(path), line, says)


def check(root: Path = ROOT) -> Iterator[Finding]:
    """All findings on house rules below ``root``."""
    for path in python_files(root):
        yield from check_module(path.relative_to(root), path.read_text(encoding="utf-8"))
    for pattern in TEXT_FILES:
        for folder in (root, root / ".ci", root / "docs", root / "src", root / "tools", root / "benchmarks"):
            found = folder.glob(pattern) if folder in (root, root / ".ci") else folder.rglob(pattern)
            for path in sorted(found):
                if not is_test(path):
                    yield from named_places(path)


if __name__ == "__main__":
    sys.exit(report("house", check()))
