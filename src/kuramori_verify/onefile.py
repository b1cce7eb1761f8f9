"""Assemble the verifier into one file that needs nothing but Python: what lies in every bundle.

The modules are put one after the other in the order they need each other, without their imports of each other.
That works because no two of them use the same top-level name, which is checked. The same source gives the same file.
"""

import ast
import sys
from pathlib import Path

HERE = Path(__file__).parent
# Lower modules first; a module uses only those above it in this list.
MODULES = (
    "ed25519",
    "merkle",
    "canonical",
    "findings",
    "sources",
    "bag",
    "note",
    "shape",
    "streams",
    "der",
    "signatures",
    "certificates",
    "tokens",
    "entries",
    "stamps",
    "witnesses",
    "events",
    "manifest",
    "exhibits",
    "bundle",
    "ledger",
    "messages",
    "report",
    "twins",
    "cli",
)
PREAMBLE = '''#!/usr/bin/env python3
"""Kuramori's verifier in one file: checks an evidence bundle or a ledger export, without a network.

    python3 kuramori_verify.py PATH [--json] [--lang ja|en] [--key KEY] [--head FILE] [--roots FILE]
    python3 kuramori_verify.py twins A B [--json] [--lang ja|en] [--key KEY]

It needs Python 3.11 or later and nothing else. Exit status: 0 sound, 1 integrity broken, 2 incomplete, 3 not a bundle.
Licence: Apache-2.0.
"""

import sys

if sys.version_info < (3, 11):
    sys.stderr.write("This verifier needs Python 3.11 or later.\\n")
    sys.exit(3)

'''
ENDING = '\n\nif __name__ == "__main__":\n    sys.exit(main())\n'


class AssemblyError(ValueError):
    """The modules cannot stand in one file: the message says which name or import is in the way."""


def one_file() -> str:
    """Return the source text of the one-file verifier. Raises AssemblyError."""
    imports: set[str] = set()
    owners: dict[str, str] = {}
    parts: list[str] = []
    for module in MODULES:
        source = (HERE / f"{module}.py").read_text(encoding="utf-8")
        tree = ast.parse(source)
        for name in _top_level_names(tree):
            if owners.setdefault(name, module) != module:
                raise AssemblyError(f"{name} is defined in {owners[name]} and in {module}")
        body, found = _without_imports(source, tree)
        imports |= found
        parts.append(f"\n\n# ---- {module} " + "-" * (112 - len(module)) + "\n" + body)
    return PREAMBLE + "\n".join(sorted(imports, key=_import_order)) + "\n" + "".join(parts) + ENDING


def _without_imports(source: str, tree: ast.Module) -> tuple[str, set[str]]:
    """Split a module into its text without imports and docstring, and its imports of the standard library."""
    lines, imports, dropped = source.splitlines(), set(), set()
    for node in tree.body:
        is_docstring = isinstance(node, ast.Expr) and node is tree.body[0]
        if not isinstance(node, ast.Import | ast.ImportFrom) and not is_docstring:
            continue
        dropped |= set(range(node.lineno - 1, node.end_lineno or node.lineno))
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports |= _standard_imports(node)
    comment = [f"# {line}".rstrip() for line in (ast.get_docstring(tree) or "").splitlines()]
    kept = [line for number, line in enumerate(lines) if number not in dropped]
    return "\n".join(comment) + "\n\n\n" + "\n".join(kept).strip() + "\n", imports


def _standard_imports(node: ast.Import | ast.ImportFrom) -> set[str]:
    if any(alias.asname for alias in node.names):
        raise AssemblyError(f"line {node.lineno}: an import under another name would be lost")
    if isinstance(node, ast.Import):
        return {f"import {alias.name}" for alias in node.names}
    module = node.module or ""
    if module.partition(".")[0] == HERE.name:
        if module == HERE.name:
            raise AssemblyError(f"line {node.lineno}: import names from modules, not modules")
        return set()
    return {f"from {module} import {alias.name}" for alias in node.names}


def _top_level_names(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            names |= {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}
    return names


def _import_order(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line


if __name__ == "__main__":
    sys.stdout.write(one_file())
