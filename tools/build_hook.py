"""Build hook: compile the Japanese catalogues before hatch gathers the files of a wheel."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):
    """Called by hatch for every build, editable ones too."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch's signature
        """Compile; the .mo files themselves are declared as artifacts in pyproject.toml."""
        catalogues = runpy.run_path(str(Path(self.root) / "tools" / "catalogues.py"))
        catalogues["compile_all"]()
