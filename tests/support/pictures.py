"""The Python that draws dashboards is not a package: its modules are found by their folder."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
RENDER: Final = ROOT / "dashboards" / "render"


def render_module(name: str) -> Any:
    """A module of dashboards/render, which needs neither Node nor a browser to be imported."""
    sys.path.insert(0, str(RENDER))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(RENDER))
