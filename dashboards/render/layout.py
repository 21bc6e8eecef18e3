"""Where panels stand when some of a dashboard's rows are drawn. Pure."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from trends.errors import ConfigError

CELL: Final = 38
BAR: Final = 64
MARGIN: Final = 8


def laid_out(dashboard: Mapping[str, Any], titles: Collection[str]) -> dict[str, Any]:
    """The dashboard with rows of these titles alone, open, one below the other.

    Panels above the first row are the row ""; no titles are all of them.

    Raises:
        ConfigError: naming rows that are not there.
    """
    sections: list[tuple[str, list[dict[str, Any]]]] = [("", [])]
    for panel in sorted(copy.deepcopy(dashboard["panels"]), key=_position):
        if panel["type"] == "row":
            inner = sorted(panel.pop("panels", []), key=_position)
            sections.append((panel["title"], [panel, *inner]))
        else:
            sections[-1][1].append(panel)
    unknown = set(titles) - {title for title, _ in sections}
    if unknown:
        raise ConfigError(f"{dashboard['title']} has no rows {', '.join(sorted(unknown))}")
    placed: list[dict[str, Any]] = []
    below = 0
    for title, section in sections:
        if not section or (titles and title not in titles):
            continue
        top = min(panel["gridPos"]["y"] for panel in section)
        for panel in section:
            panel["gridPos"]["y"] += below - top
        below = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in section)
        placed += section
    return {**dashboard, "panels": placed}


def height_of(panels: Sequence[Mapping[str, Any]]) -> int:
    """Pixels that the page is high."""
    cells = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels)
    return int(BAR + cells * CELL + MARGIN)


def _position(panel: Mapping[str, Any]) -> tuple[int, int]:
    return panel["gridPos"]["y"], panel["gridPos"]["x"]
