"""What is wrong with a dashboard that types do not tell. Pure.

In: dashboards as their files have them. Out: findings. Links are followed among these dashboards.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from trends.grafana.finding import Finding, is_object, is_whole, objects, strings
from trends.grafana.lint_panels import lint_panels, lint_source, lint_target
from trends.grafana.lint_sql import lint_sql
from trends.grafana.variables import REFERENCE

TAG: Final = "trends"
"""Marks what is ours in a Grafana that others use too."""
UID: Final = re.compile(r"[a-zA-Z0-9_-]{1,40}")
SCHEMA_VERSION_MIN: Final = 39
_SERVERS_OWN: Final = ("id", "iteration", "gnetId", "__inputs", "__requires", "__elements", "meta")
_LINK: Final = re.compile(r"/d/([\w-]+)[^\s\"')?]*(?:\?([^\s\"')]*))?")
_LINK_VARIABLE: Final = re.compile(r"(?:^|&)var-(\w+)=")
_IN_BRACES: Final = re.compile(r"\$\{(\w+)[^}]*\}")
Json = Mapping[str, Any]


def lint_dashboard(dashboard: Json, others: Collection[Json] = ()) -> Iterator[Finding]:
    """What is wrong with ``dashboard``; ``others`` are those it may link to, itself included."""
    definitions = dict(_definitions(dashboard))
    variables = {str(item.get("name")): item for item in definitions.values()}
    yield from _head(dashboard)
    yield from _variables(dashboard, definitions, variables)
    yield from _annotations(dashboard, variables)
    yield from lint_panels(dashboard.get("panels"), "panels", variables, set())
    yield from _used(dashboard, definitions, variables)
    yield from _links(dashboard, {str(each.get("uid")): each for each in (*others, dashboard)})


def lint_together(dashboards: Mapping[str, Json]) -> Iterator[tuple[str, Finding]]:
    """What is wrong with files of dashboards only side by side: the file, and what."""
    for key in ("uid", "title"):
        seen: dict[object, str] = {}
        for file, dashboard in dashboards.items():
            value = dashboard.get(key)
            if value in seen:
                yield file, Finding(key, f"{value!r} is that of {seen[value]} too")
            seen[value] = file


def _head(dashboard: Json) -> Iterator[Finding]:
    for key in _SERVERS_OWN:
        if key in dashboard:
            yield Finding(key, "is the server's own, not a file's")
    if not UID.fullmatch(str(dashboard.get("uid") or "")):
        yield Finding("uid", "must be at most 40 letters, digits, - and _")
    if not str(dashboard.get("title") or "").strip():
        yield Finding("title", "no title")
    tags = dashboard.get("tags")
    if not isinstance(tags, list) or TAG not in tags:
        yield Finding("tags", f"must have {TAG!r}: by it our dashboards are known")
    version = dashboard.get("schemaVersion")
    if not is_whole(version) or version < SCHEMA_VERSION_MIN:
        yield Finding("schemaVersion", f"must be a number from {SCHEMA_VERSION_MIN}")
    if "version" in dashboard and not is_whole(dashboard["version"]):
        yield Finding("version", "must be a whole number")
    time = dashboard.get("time")
    if not is_object(time) or not time.get("from") or not time.get("to"):
        yield Finding("time", "must have from and to")
    if not isinstance(dashboard.get("refresh"), str):
        yield Finding("refresh", "must be there, as '1m', or '' for none")
    if not list(objects(dashboard.get("panels"), "panels")):
        yield Finding("panels", "no panels")


def _definitions(dashboard: Json) -> Iterator[tuple[str, dict[str, Any]]]:
    templating = dashboard.get("templating")
    if is_object(templating):
        yield from objects(templating.get("list"), "templating.list")


def _variables(
    dashboard: Json, definitions: Mapping[str, Json], variables: Mapping[str, Json]
) -> Iterator[Finding]:
    names: set[str] = set()
    for path, item in definitions.items():
        name, type_ = str(item.get("name") or ""), item.get("type")
        if not re.fullmatch(r"[a-zA-Z]\w*", name) or name in names:
            yield Finding(f"{path}.name", f"{name!r} must be a word, and there once")
        names.add(name)
        if item.get("includeAll") and not item.get("allValue") and not _asked_for(dashboard, name):
            yield Finding(path, "stands for all, but has no allValue and no $__conditionalAll")
        if type_ != "query":
            continue
        yield from lint_source(item, path)
        if item.get("refresh") not in (1, 2):
            yield Finding(f"{path}.refresh", "must be 1, on loading, or 2, with the time range")
        query = item.get("query")
        sql = query.get("rawSql") if is_object(query) else query
        at = f"{path}.query.rawSql" if is_object(query) else f"{path}.query"
        yield from lint_sql(sql, at, variables)


def _asked_for(dashboard: Json, name: str) -> bool:
    asks = re.compile(rf"\$__conditionalAll\(.*,\s*\$\{{?{re.escape(name)}\}}?\s*\)", re.DOTALL)
    return any(asks.search(text) for _, text in strings(dashboard.get("panels")))


def _annotations(dashboard: Json, variables: Mapping[str, Json]) -> Iterator[Finding]:
    annotations = dashboard.get("annotations")
    listed = annotations.get("list") if is_object(annotations) else None
    for path, item in objects(listed, "annotations.list"):
        if item.get("builtIn"):
            continue
        if not item.get("name"):
            yield Finding(f"{path}.name", "no name")
        yield from lint_source(item, path)
        target = item.get("target")
        if not is_object(target):
            yield Finding(f"{path}.target", "asks nothing")
            continue
        yield from lint_target(target, f"{path}.target")
        yield from lint_sql(target.get("rawSql"), f"{path}.target.rawSql", variables)


def _used(
    dashboard: Json, definitions: Mapping[str, Json], variables: Mapping[str, Json]
) -> Iterator[Finding]:
    used: set[str] = set()
    for path, text in strings(dashboard):
        own = next((item for at, item in definitions.items() if path.startswith(f"{at}.")), {})
        for found in REFERENCE.finditer(text):
            name = found["bare"] or found["old"] or found["braced"]
            if name != own.get("name"):
                used.add(name)
        if not path.endswith(("rawSql", ".query")):
            for name in _IN_BRACES.findall(text):
                if name not in variables and not name.startswith("__"):
                    yield Finding(path, f"${{{name}}} is not defined")
        if path.endswith(".repeat"):
            used.add(text)
    for path, item in definitions.items():
        # What is shown to be passed on by links needs no query of its own.
        if item.get("name") not in used:
            yield Finding(path, f"${item.get('name')} is not used")


def _links(dashboard: Json, known: Mapping[str, Json]) -> Iterator[Finding]:
    for path, text in strings(dashboard):
        for uid, query in _LINK.findall(text):
            target = known.get(uid)
            if target is None:
                yield Finding(path, f"links to a dashboard {uid!r}, which there is not")
                continue
            names = {str(item.get("name")) for _, item in _definitions(target)}
            for name in sorted(set(_LINK_VARIABLE.findall(query)) - names):
                yield Finding(path, f"sets ${name}, which dashboard {uid!r} has not")
    tags = {tag for each in known.values() for tag in each.get("tags") or ()}
    for path, link in objects(dashboard.get("links"), "links"):
        if link.get("type") == "dashboards" and not set(link.get("tags") or ()) <= tags:
            yield Finding(f"{path}.tags", "no dashboard has these tags")
