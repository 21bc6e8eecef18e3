"""Dashboards as TypeScript: typed literals, one value to a line, so that a line names its path.

A JSON file that TypeScript imports would not do: it takes "list" there for any text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = frozenset(
    {
        "annolist",
        "barchart",
        "bargauge",
        "candlestick",
        "dashlist",
        "gauge",
        "heatmap",
        "histogram",
        "logs",
        "news",
        "piechart",
        "stat",
        "state-timeline",
        "status-history",
        "table",
        "text",
        "timeseries",
        "trend",
        "xychart",
    }
)
"""Panels that the types know."""


@dataclass
class Module:
    """A TypeScript module, and what part of the dashboard each of its lines is."""

    lines: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def add(self, line: str, path: str) -> None:
        self.lines.append(line)
        self.paths.append(path)

    def constant(self, type_: str, value: object, path: str) -> None:
        """A constant of a type; its lines are the value's."""
        name = f"c{len(self.lines)}"
        first, *rest = list(_literal(value, path, ""))
        self.add(f"export const {name}: {type_} = {first[0]}", path)
        for line, at in rest:
            self.add(line, at)

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def emitted(dashboard: Mapping[str, Any]) -> Module:
    """The dashboard as a module."""
    module = Module()
    names = "Annotation, Head, OwnAnnotation, PanelOf, Property, Row"
    module.add(f"import type {{ {names} }} from '../types';", "")
    head = {key: value for key, value in dashboard.items() if key != "panels"}
    annotations = head.get("annotations")
    listed = annotations.get("list") if isinstance(annotations, dict) else None
    if isinstance(annotations, dict) and isinstance(listed, list):
        head["annotations"] = {**annotations, "list": []}
        for index, item in enumerate(listed):
            own = isinstance(item, dict) and item.get("builtIn")
            type_ = "OwnAnnotation" if own else "Annotation"
            module.constant(type_, item, f"annotations.list[{index}]")
    module.constant("Head", head, "")
    _panels(module, dashboard.get("panels"), "panels")
    return module


def _panels(module: Module, panels: object, path: str) -> None:
    if not isinstance(panels, list):
        module.constant("PanelOf<'text'>[]", panels, path)
        return
    for index, panel in enumerate(panels):
        at = f"{path}[{index}]"
        if isinstance(panel, dict) and panel.get("type") == "row":
            module.constant("Row", {**panel, "panels": []}, at)
            _panels(module, panel.get("panels", []), f"{at}.panels")
            continue
        kind = panel.get("type") if isinstance(panel, dict) else None
        if kind not in KINDS:
            module.constant("PanelOf<'text'>['type']", kind, f"{at}.type")
            continue
        module.constant(f"PanelOf<{kind!r}>", panel, at)
        for where, id_, value in _properties(panel, at):
            module.constant(f"Property<{kind!r}, {json.dumps(id_)}>", value, where)


def _properties(panel: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, object]]:
    """What overrides set: the path, the property and the value."""
    config = panel.get("fieldConfig")
    overrides = config.get("overrides") if isinstance(config, dict) else None
    for index, override in enumerate(overrides if isinstance(overrides, list) else ()):
        properties = override.get("properties") if isinstance(override, dict) else None
        for place, item in enumerate(properties if isinstance(properties, list) else ()):
            at = f"{path}.fieldConfig.overrides[{index}].properties[{place}]"
            yield f"{at}.value", str(item.get("id")), item.get("value")


def _literal(value: object, path: str, before: str) -> Iterator[tuple[str, str]]:
    """Lines of a value with their paths; ``before`` is what the first one begins with."""
    if isinstance(value, dict) and value:
        yield f"{before}{{", path
        for key, inner in value.items():
            at = f"{path}.{key}" if path else str(key)
            yield from _ended(_literal(inner, at, f"{json.dumps(key)}: "))
        yield "}", path
    elif isinstance(value, list) and value:
        yield f"{before}[", path
        for index, inner in enumerate(value):
            yield from _ended(_literal(inner, f"{path}[{index}]", ""))
        yield "]", path
    else:
        yield f"{before}{json.dumps(value)}", path


def _ended(lines: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The same with a comma after the last."""
    *most, (last, path) = list(lines)
    yield from most
    yield f"{last},", path
