"""What was seen to be wrong in pictures once, and can be told from the files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.pictures import ROOT

DASHES = {"-", "–"}


def panels() -> Iterator[Any]:
    for file in sorted((ROOT / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]:
            for each in (panel, *panel.get("panels", [])):
                if each["type"] != "row":
                    yield pytest.param(each, id=f"{file.stem}: {each['title']}")


PANELS = list(panels())


def properties(panel: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for override in panel["fieldConfig"]["overrides"]:
        by_id = {each["id"]: each["value"] for each in override["properties"]}
        yield override["matcher"]["options"], by_id


@pytest.mark.parametrize("panel", PANELS)
def test_what_an_empty_table_says_is_not_said_by_empty_cells(panel: Any) -> None:
    said = panel["fieldConfig"]["defaults"].get("noValue", "–")
    if panel["type"] == "table" and said not in DASHES:
        everywhere = dict(properties(panel)).get("/.*/", {})
        assert everywhere.get("noValue") in DASHES, "Grafana writes it into every empty cell"


@pytest.mark.parametrize("panel", PANELS)
def test_a_gauge_in_a_table_is_full_at_the_most_of_its_own_column(panel: Any) -> None:
    for name, by_id in properties(panel):
        if by_id.get("custom.cellOptions", {}).get("type") == "gauge":
            assert by_id.get("fieldMinMax") or "max" in by_id, f"{name}: full at the table's most"


@pytest.mark.parametrize("panel", PANELS)
def test_mapped_states_are_not_coloured_by_thresholds(panel: Any) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    if panel["type"] == "state-timeline" and defaults.get("mappings"):
        assert defaults["color"]["mode"] != "thresholds", "merged by thresholds, mappings are lost"


@pytest.mark.parametrize("panel", PANELS)
def test_a_column_is_not_called_like_one_that_is_hidden(panel: Any) -> None:
    hidden = {
        name
        for name, by_id in properties(panel)
        if by_id.get("custom.hideFrom", {}).get("viz") or by_id.get("custom.hidden")
    }
    shown = {by_id["displayName"] for _, by_id in properties(panel) if "displayName" in by_id}
    assert not hidden & shown, "matchers go by the name shown, too: it would be hidden"


@pytest.mark.parametrize("panel", PANELS)
def test_counts_are_not_rounded_to_thousands(panel: Any) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    units = [defaults.get("unit"), *(by_id.get("unit") for _, by_id in properties(panel))]
    assert "short" not in units, "1 K is no count; locale writes 1,389"
