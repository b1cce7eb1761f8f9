"""The verifier as it lies in every bundle: read as files, never imported, so that neither side depends on the other."""

import runpy
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import cast


def verifier_files() -> dict[str, bytes]:
    """Return the `verify/` folder of a bundle: the verifier as one file and as one page, and how to use them."""
    return dict(_files(_folder()))


@cache
def _files(folder: Path) -> Mapping[str, bytes]:
    one_file = cast("Callable[[], str]", runpy.run_path(str(folder / "onefile.py"))["one_file"])
    one_page = cast("Callable[[], str]", runpy.run_path(str(folder / "onepage.py"))["one_page"])
    return {
        "verify/HOWTO.en.html": (folder / "howto.en.html").read_bytes(),
        "verify/HOWTO.ja.html": (folder / "howto.ja.html").read_bytes(),
        "verify/kuramori_verify.py": one_file().encode(),
        "verify/verify.html": one_page().encode(),
    }


def _folder() -> Path:
    spec = find_spec("kuramori_verify")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the verifier is not installed beside Kuramori: install the whole distribution again")
    return Path(spec.origin).parent
