"""What is chosen in a dashboard's variables, as Grafana has it once a dashboard is open.

In: the definitions, and something that runs SQL. Out: values, and the texts shown for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from trends.grafana.contract import Columns, Rows
from trends.grafana.model import variable_definitions, variables_of
from trends.grafana.panels import dashboard_queries
from trends.grafana.variables import Variable

Run = Callable[[str], tuple[Columns, Rows]]
Values = Mapping[str, str | tuple[str, ...]]
Menus = dict[str, dict[str, str]]
HIDDEN = 2


def menus_of(
    dashboard: Mapping[str, Any], start: datetime, end: datetime, values: Values, run: Run
) -> Menus:
    """What there is to choose: text by value, by variable."""
    menus: Menus = {}
    for _, definition in variable_definitions(dashboard):
        if definition.get("type") == "custom":
            menus[definition["name"]] = _custom(str(definition.get("query", "")))
    asking = {**dashboard, "panels": [], "annotations": {}}
    # Until it is known what there is, "all" stands for nothing.
    unknown: dict[str, tuple[str, ...]] = dict.fromkeys(variables_of(dashboard, values), ())
    for query in dashboard_queries(asking, start, end, values, unknown):
        _, rows = run(query.sql)
        menus[query.name.removeprefix("$")] = {str(row[0]): str(row[-1]) for row in rows}
    return menus


def chosen(dashboard: Mapping[str, Any], values: Values, menus: Menus) -> Values:
    """``values``, and the first option of variables that have none of theirs."""
    found = dict(values)
    for name, variable in variables_of(dashboard, values).items():
        menu = menus.get(name)
        picked = (variable.value,) if isinstance(variable.value, str) else variable.value
        if menu and not variable.is_all and not any(value in menu for value in picked):
            found[name] = next(iter(menu))
    return found


def shown_text(variable: Variable, menu: Mapping[str, str]) -> str:
    """What the menu shows when it is shut."""
    if variable.is_all:
        return "All"
    values = (variable.value,) if isinstance(variable.value, str) else variable.value
    return " + ".join(menu.get(value, value).strip() for value in values)


def shown_variables(dashboard: Mapping[str, Any], texts: Mapping[str, str]) -> list[dict[str, str]]:
    """Labels and texts, in order, of those that the dashboard does not hide."""
    return [
        {"label": json.get("label") or json["name"], "text": texts[json["name"]]}
        for _, json in variable_definitions(dashboard)
        if json.get("hide", 0) != HIDDEN
    ]


def _custom(query: str) -> dict[str, str]:
    """Options that stand in the file: ``text : value``, or both in one."""
    menu = {}
    for part in query.split(","):
        text, _, value = part.rpartition(" : ")
        menu[value.strip()] = text.strip() or value.strip()
    return menu
