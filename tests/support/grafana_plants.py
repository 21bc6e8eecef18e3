"""Errors planted in a good dashboard, and which check is to find each of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FIXTURES: Final = Path(__file__).parents[1] / "fixtures" / "grafana"
Dashboard = dict[str, Any]


def dashboards() -> dict[Path, Dashboard]:
    """The good dashboards."""
    return {
        path: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((FIXTURES / "dashboards").glob("*.json"))
    }


def good() -> Dashboard:
    """The one that errors are planted in."""
    return copy.deepcopy(dashboards()[FIXTURES / "dashboards" / "trends.json"])


@dataclass(frozen=True)
class Plant:
    """One error.

    Attributes:
        name: what is wrong.
        plant: puts it into the dashboard.
        path: where it must be found.
    """

    name: str
    plant: Callable[[Dashboard], object]
    path: str

    def __str__(self) -> str:
        return self.name.replace(" ", "-")

    def planted(self) -> Dashboard:
        dashboard = good()
        self.plant(dashboard)
        assert dashboard != good()
        return dashboard


def panel(dashboard: Dashboard, index: int = 1) -> Dashboard:
    found: Dashboard = dashboard["panels"][index]
    return found


def defaults(dashboard: Dashboard, index: int = 1) -> Dashboard:
    found: Dashboard = panel(dashboard, index)["fieldConfig"]["defaults"]
    return found


def override(dashboard: Dashboard, index: int = 1) -> Dashboard:
    found: Dashboard = panel(dashboard, index)["fieldConfig"]["overrides"][0]
    return found


def target(dashboard: Dashboard, index: int = 1) -> Dashboard:
    found: Dashboard = panel(dashboard, index)["targets"][0]
    return found


def variable(dashboard: Dashboard, index: int) -> Dashboard:
    found: Dashboard = dashboard["templating"]["list"][index]
    return found


def resay(dashboard: Dashboard, old: str, new: str, index: int = 1) -> None:
    query = target(dashboard, index)
    assert old in query["rawSql"]
    query["rawSql"] = query["rawSql"].replace(old, new)


BY_TYPES: Final = (
    Plant(
        "legend mode misspelt",
        lambda d: panel(d)["options"]["legend"].update(displayMode="tabel"),
        "panels[1].options.legend.displayMode",
    ),
    Plant("option misspelt", lambda d: panel(d)["options"].update(legnd={}), "panels[1].options"),
    Plant(
        "custom field misspelt",
        lambda d: defaults(d)["custom"].update(lineWdth=1),
        "panels[1].fieldConfig.defaults.custom",
    ),
    Plant(
        "override of a property that the panel has not",
        lambda d: override(d)["properties"][0].update(id="custom.cellOptions"),
        "panels[1].fieldConfig.overrides[0].properties[0]",
    ),
    Plant(
        "override with a value of another type",
        lambda d: override(d)["properties"][0].update(value="wide"),
        "panels[1].fieldConfig.overrides[0].properties[0].value",
    ),
    Plant(
        "gauge of a cell in no mode",
        lambda d: override(d, 3)["properties"][1]["value"].update(mode="basci"),
        "panels[3].fieldConfig.overrides[0].properties[1].value.mode",
    ),
    Plant("panel key misspelt", lambda d: panel(d).update(titel="x"), "panels[1].titel"),
    Plant(
        "tooltip in no mode",
        lambda d: panel(d)["options"]["tooltip"].update(mode="many"),
        "panels[1].options.tooltip.mode",
    ),
    Plant(
        "calculations not a list",
        lambda d: panel(d, 2)["options"]["reduceOptions"].update(calcs="last"),
        "panels[2].options.reduceOptions.calcs",
    ),
    Plant(
        "scale of a heat map in no mode",
        lambda d: panel(d, 5)["panels"][0]["options"]["color"].update(scale="exp"),
        "panels[5].panels[0].options.color.scale",
    ),
    Plant(
        "thresholds in no mode",
        lambda d: defaults(d)["thresholds"].update(mode="relative"),
        "panels[1].fieldConfig.defaults.thresholds.mode",
    ),
    Plant(
        "mapping of no type",
        lambda d: defaults(d, 2)["mappings"][0].update(type="values"),
        "panels[2].fieldConfig.defaults.mappings[0]",
    ),
    Plant(
        "variable of no type",
        lambda d: variable(d, 0).update(type="costum"),
        "templating.list[0].type",
    ),
    Plant(
        "variable hidden by 9", lambda d: variable(d, 0).update(hide=9), "templating.list[0].hide"
    ),
    Plant("link of no type", lambda d: d["links"][0].update(type="dash"), "links[0].type"),
    Plant(
        "annotation of no kind of query",
        lambda d: d["annotations"]["list"][1]["target"].update(editorType="code"),
        "annotations.list[1].target",
    ),
    Plant("time zone a number", lambda d: d.update(timezone=1), "timezone"),
)
"""What Grafana's own types tell."""

BY_LINT: Final = (
    Plant("unit of nobody", lambda d: defaults(d).update(unit="parsec"), "panels[1].fieldConfig"),
    Plant("unit that misleads", lambda d: defaults(d).update(unit="rps"), "panels[1].fieldConfig"),
    Plant("no unit", lambda d: defaults(d).pop("unit"), "panels[1].fieldConfig"),
    Plant("no description", lambda d: panel(d).pop("description"), "panels[1]"),
    Plant("title of blanks", lambda d: panel(d).update(title=" "), "panels[1]"),
    Plant("id twice", lambda d: panel(d).update(id=7), "panels[5].panels[0].id"),
    Plant("id of the server", lambda d: d.update(id=4), "id"),
    Plant("uid with blanks", lambda d: d.update(uid="a b"), "uid"),
    Plant("no tag", lambda d: d.update(tags=["other"]), "tags"),
    Plant("old schema", lambda d: d.update(schemaVersion=16), "schemaVersion"),
    Plant("no time", lambda d: d.pop("time"), "time"),
    Plant("no refresh", lambda d: d.pop("refresh"), "refresh"),
    Plant("panels overlap", lambda d: panel(d)["gridPos"].update(w=17), "panels[2].gridPos"),
    Plant("panel too wide", lambda d: panel(d, 2)["gridPos"].update(w=9), "panels[2].gridPos"),
    Plant(
        "another data source",
        lambda d: target(d).update(datasource={"uid": "prometheus", "type": "prometheus"}),
        "panels[1].targets[0].datasource",
    ),
    Plant(
        "format and query type differ",
        lambda d: target(d).update(queryType="table"),
        "panels[1].targets[0].queryType",
    ),
    Plant("panel of no kind", lambda d: panel(d).update(type="graph"), "panels[1].type"),
    Plant(
        "transformation of no kind",
        lambda d: panel(d, 3)["transformations"][0].update(id="organise"),
        "panels[3].transformations[0].id",
    ),
    Plant(
        "override of a field that there is not",
        lambda d: override(d, 3)["matcher"].update(options="lift"),
        "panels[3].fieldConfig.overrides[0].matcher.options",
    ),
    Plant(
        "override by no matcher",
        lambda d: override(d)["matcher"].update(id="byTitle"),
        "panels[1].fieldConfig.overrides[0].matcher",
    ),
    Plant(
        "override by no regular expression",
        lambda d: override(d)["matcher"].update(options="/(/"),
        "panels[1].fieldConfig.overrides[0].matcher.options",
    ),
    Plant(
        "override of nothing",
        lambda d: override(d)["properties"][0].update(id="units"),
        "panels[1].fieldConfig.overrides[0].properties[0].id",
    ),
    Plant(
        "undefined variable in SQL",
        lambda d: resay(d, "'$resolution'", "'$resolutoin'"),
        "panels[1].targets[0].rawSql",
    ),
    Plant(
        "undefined variable in a title",
        lambda d: panel(d).update(title="Mentions of ${knd} and ${kind}"),
        "panels[1].title",
    ),
    Plant(
        "variable that nobody uses",
        lambda d: d["templating"]["list"].append({"name": "idle", "type": "custom", "query": "a"}),
        "templating.list[5]",
    ),
    Plant(
        "variable twice", lambda d: variable(d, 1).update(name="kind"), "templating.list[1].name"
    ),
    Plant(
        "variable that never refreshes",
        lambda d: variable(d, 4).update(refresh=0),
        "templating.list[4].refresh",
    ),
    Plant(
        "several values without quotes",
        lambda d: resay(d, "${name:sqlstring}", "$name"),
        "panels[1].targets[0].rawSql",
    ),
    Plant(
        "several values in no SQL format",
        lambda d: resay(d, "${name:sqlstring}", "${name:csv}"),
        "panels[1].targets[0].rawSql",
    ),
    Plant(
        "quotes in quotes",
        lambda d: resay(d, "${name:sqlstring}", "'${name:sqlstring}'"),
        "panels[1].targets[0].rawSql",
    ),
    Plant(
        "free text without quotes",
        lambda d: resay(d, "${search:sqlstring}", "'$search'", 3),
        "panels[3].targets[0].rawSql",
    ),
    Plant(
        "several values encoded as one",
        lambda d: resay(d, "${name:sqlstring}", "decodeURLComponent('${name:percentencode}')"),
        "panels[1].targets[0].rawSql",
    ),
    Plant(
        "encoded text without quotes",
        lambda d: resay(d, "${search:sqlstring}", "decodeURLComponent(${search:percentencode})", 3),
        "panels[3].targets[0].rawSql",
    ),
    Plant(
        "all without a condition",
        lambda d: resay(
            d, "$__conditionalAll(source IN (${source:sqlstring}), $source)", "1 = 1", 2
        ),
        "templating.list[2]",
    ),
    Plant(
        "macro of nobody",
        lambda d: resay(d, "$__timeFilter", "$__timeFliter"),
        "panels[1].targets[0].rawSql",
    ),
    Plant(
        "semicolon", lambda d: resay(d, "LIMIT 20", "LIMIT 20;", 3), "panels[3].targets[0].rawSql"
    ),
    Plant(
        "every column",
        lambda d: resay(d, "term, sum(docs) AS docs, avg(share) AS share", "*", 3),
        "panels[3].targets[0].rawSql",
    ),
    Plant(
        "series in no order",
        lambda d: resay(d, "ORDER BY time, name", ""),
        "panels[1].targets[0].rawSql",
    ),
    Plant(
        "link to nowhere",
        lambda d: defaults(d)["links"][0].update(url="/d/trends-listing/listings"),
        "panels[1].fieldConfig.defaults.links[0].url",
    ),
    Plant(
        "link that sets nothing",
        lambda d: defaults(d)["links"][0].update(url="/d/trends-listings/l?var-term=a"),
        "panels[1].fieldConfig.defaults.links[0].url",
    ),
    Plant("tag of nobody", lambda d: d["links"][0].update(tags=["trend"]), "links[0].tags"),
    Plant(
        "annotation that asks nothing",
        lambda d: d["annotations"]["list"][1].pop("target"),
        "annotations.list[1].target",
    ),
    Plant("repeated over nothing", lambda d: panel(d).update(repeat="nme"), "panels[1].repeat"),
)
"""What types do not tell."""
