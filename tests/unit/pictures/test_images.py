"""The pictures in docs/: there, small, of every dashboard, and of rows that exist."""

from __future__ import annotations

import json
import re
import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.pictures import RENDER, ROOT, render_module

DOCS = ROOT / "docs"
PAGE = DOCS / "dashboards.md"
VIEWS = render_module("views").views(datetime(2025, 9, 29, tzinfo=UTC), "")
MAX_BYTES = 150_000


def named() -> list[str]:
    return re.findall(r"\]\(images/([\w-]+)\.png\)", PAGE.read_text(encoding="utf-8"))


def test_the_page_names_what_is_drawn_and_nothing_else_lies_there() -> None:
    assert sorted(named()) == sorted(view.file for view in VIEWS)
    assert sorted(file.stem for file in (DOCS / "images").iterdir()) == sorted(named())


@pytest.mark.parametrize("name", named())
def test_a_picture_is_one_and_small(name: str) -> None:
    content = (DOCS / "images" / f"{name}.png").read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    (view,) = [view for view in VIEWS if view.file == name]
    assert width == view.width
    dashboard = json.loads((RENDER.parent / f"{view.dashboard}.json").read_text(encoding="utf-8"))
    layout = render_module("layout")
    panels = layout.laid_out(dashboard, view.rows)["panels"]
    assert height == layout.height_of(panels), "panels moved since: draw it again"
    assert len(content) <= MAX_BYTES


def test_every_dashboard_and_every_link_of_the_page_is_there() -> None:
    dashboards = {file.stem for file in (ROOT / "dashboards").glob("*.json")}
    assert {view.dashboard for view in VIEWS} == dashboards
    for target in re.findall(r"\]\(([^)#:]+)\)", PAGE.read_text(encoding="utf-8")):
        assert (DOCS / Path(target)).exists(), target


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((RENDER / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"]
    assert not [name for name, each in lock["packages"].items() if "resolved" in each]
