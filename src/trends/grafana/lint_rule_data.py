"""What is wrong with a rule's queries and expressions, and with how they are chained. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from trends.grafana.finding import Finding, is_object, is_whole, objects
from trends.grafana.lint_sql import lint_sql
from trends.grafana.model import DATASOURCE_UID

EXPRESSION_UID: Final = "__expr__"
INTERVAL_MIN_MS: Final = 1_000
_REDUCERS: Final = frozenset({"last", "min", "max", "mean", "sum", "count", "median"})
_MODES: Final = frozenset({"", "strict", "dropNN", "replaceNN"})
_EVALUATORS: Final = {
    "gt": 1,
    "lt": 1,
    "gte": 1,
    "lte": 1,
    "eq": 1,
    "ne": 1,
    "within_range": 2,
    "outside_range": 2,
    "within_range_included": 2,
    "outside_range_included": 2,
}
_REFERENCE: Final = re.compile(r"\$\{?(\w+)\}?")
# What these give is judged, one number per series; the others give what is to be judged.
_JUDGING: Final = frozenset({"threshold", "math"})
Json = Mapping[str, Any]


def lint_rule_data(rule: Json, path: str) -> Iterator[Finding]:
    """What is wrong with ``data`` and ``condition`` of a rule."""
    listed = list(objects(rule.get("data"), f"{path}.data"))
    if not listed:
        yield Finding(f"{path}.data", "asks nothing")
        return
    refs: dict[str, tuple[str, Json]] = {}
    for at, data in listed:
        ref = str(data.get("refId") or "")
        if not ref or ref in refs:
            yield Finding(f"{at}.refId", f"{ref!r} must be there, and once")
        refs[ref] = (at, data)
        model = data.get("model")
        if not is_object(model):
            yield Finding(f"{at}.model", "must be there")
        elif model.get("refId") != ref:
            yield Finding(f"{at}.model.refId", f"must be {ref!r}, as of the data")
        if data.get("datasourceUid") == DATASOURCE_UID:
            yield from _query(data, at)
        elif data.get("datasourceUid") != EXPRESSION_UID:
            known = f"{DATASOURCE_UID!r} or {EXPRESSION_UID!r}"
            yield Finding(f"{at}.datasourceUid", f"must be {known}")
    for at, data in listed:
        if data.get("datasourceUid") == EXPRESSION_UID:
            yield from _expression(data, at, refs)
    yield from _chain(rule, path, refs)


def _model(data: Json) -> dict[str, Any]:
    model = data.get("model")
    return model if is_object(model) else {}


def _query(data: Json, path: str) -> Iterator[Finding]:
    range_, model = data.get("relativeTimeRange"), _model(data)
    start, end = (range_.get("from"), range_.get("to")) if is_object(range_) else (None, None)
    if not is_whole(start) or not is_whole(end) or not start > end >= 0:
        yield Finding(f"{path}.relativeTimeRange", "must go from more seconds ago to fewer")
    if model.get("editorType") != "sql":
        yield Finding(f"{path}.model.editorType", "must be 'sql'")
    if model.get("format") not in (0, 1):
        yield Finding(f"{path}.model.format", "must be 0, a time series, or 1, a table")
    interval_ms = model.get("intervalMs")
    if not is_whole(interval_ms) or interval_ms < INTERVAL_MIN_MS:
        yield Finding(f"{path}.model.intervalMs", f"must be at least {INTERVAL_MIN_MS}")
    if not is_whole(model.get("maxDataPoints")):
        yield Finding(f"{path}.model.maxDataPoints", "must be there")
    yield from lint_sql(
        model.get("rawSql"),
        f"{path}.model.rawSql",
        {},
        browser=False,
        series=model.get("format") == 0,
    )


def _expression(data: Json, path: str, refs: Mapping[str, tuple[str, Json]]) -> Iterator[Finding]:
    model = _model(data)
    type_ = model.get("type")
    if type_ not in ("reduce", "threshold", "math", "resample"):
        yield Finding(f"{path}.model.type", "must be reduce, threshold, math or resample")
        return
    for name in _asked(data) or [str(model.get("expression"))]:
        if name not in refs or name == data.get("refId"):
            yield Finding(f"{path}.model.expression", f"there is no {name!r} to work on")
    if type_ == "reduce":
        settings = model.get("settings")
        mode = settings.get("mode", "") if is_object(settings) else ""
        if model.get("reducer") not in _REDUCERS:
            yield Finding(f"{path}.model.reducer", f"must be one of {', '.join(sorted(_REDUCERS))}")
        if mode not in _MODES:
            yield Finding(f"{path}.model.settings.mode", f"{mode!r} is no mode")
    if type_ == "threshold":
        yield from _threshold(model, f"{path}.model.conditions")


def _threshold(model: Json, path: str) -> Iterator[Finding]:
    conditions = list(objects(model.get("conditions"), path))
    if len(conditions) != 1:
        yield Finding(path, "must be one condition")
    for at, condition in conditions:
        for key in ("evaluator", "unloadEvaluator"):
            evaluator = condition.get(key)
            if evaluator is None and key == "unloadEvaluator":
                continue
            type_ = evaluator.get("type") if is_object(evaluator) else None
            params = evaluator.get("params") if is_object(evaluator) else None
            count = _EVALUATORS.get(str(type_))
            if count is None:
                yield Finding(f"{at}.{key}.type", f"{type_!r} compares nothing")
            elif not isinstance(params, list) or len(params) < count:
                yield Finding(f"{at}.{key}.params", f"{type_} takes {count}")


def _asked(data: Json) -> list[str]:
    """What an expression works on; queries work on nothing."""
    model = _model(data)
    if data.get("datasourceUid") != EXPRESSION_UID:
        return []
    expression = str(model.get("expression") or "")
    if model.get("type") == "math":
        return list(dict.fromkeys(_REFERENCE.findall(expression)))
    return [expression.strip("${}")] if expression else []


def _chain(rule: Json, path: str, refs: Mapping[str, tuple[str, Json]]) -> Iterator[Finding]:
    condition = str(rule.get("condition") or "")
    if condition not in refs:
        yield Finding(f"{path}.condition", f"there is no {condition!r} in data")
        return
    judge = refs[condition][1]
    if _model(judge).get("type") not in _JUDGING:
        yield Finding(f"{path}.condition", f"{condition!r} is neither a threshold nor math")
    reached: set[str] = set()
    open_ = [condition]
    while open_:
        name = open_.pop()
        if name in reached or name not in refs:
            continue
        reached.add(name)
        open_ += _asked(refs[name][1])
    for name, (at, _) in refs.items():
        if name not in reached:
            yield Finding(at, f"{name!r} has no part in the condition {condition!r}")
    for name in reached:
        at, data = refs[name]
        if _model(data).get("type") not in _JUDGING:
            continue
        for asked in _asked(data):
            if _is_series(refs, asked, set()):
                yield Finding(at, f"judges {asked!r}, a time series: reduce it first")


def _is_series(refs: Mapping[str, tuple[str, Json]], name: str, seen: set[str]) -> bool:
    """Whether ``name`` gives points in time rather than a number per series."""
    if name not in refs or name in seen:
        return False
    data = refs[name][1]
    model = _model(data)
    if data.get("datasourceUid") != EXPRESSION_UID:
        return model.get("format") == 0
    if model.get("type") == "resample":
        return True
    return model.get("type") != "reduce" and any(
        _is_series(refs, asked, seen | {name}) for asked in _asked(data)
    )
