"""Objects as files want them and as the server has them, made comparable. Pure.

In: both bodies. Out: both without what says nothing: numbers the server gives, defaults that it
adds, secrets that it does not tell. What somebody changed remains.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from difflib import unified_diff
from typing import Any, Final

from trends.errors import ConfigError
from trends.grafana.kinds import Body, Kind
from trends.grafana.window import parse_duration

REDACTED: Final = "[REDACTED]"
_INTERVAL_MS: Final = 1_000
_MAX_POINTS: Final = 43_200
_NO_RANGE: Final = {"from": 0, "to": 0}
_RULE_DURATIONS: Final = ("for", "keep_firing_for")
_ROUTE_DURATIONS: Final = ("group_wait", "group_interval", "repeat_interval")
_RULES_OWN: Final = frozenset({"id", "orgID", "updated", "provenance", "ruleGroup", "folderUID"})
_DATA_SOURCE_KEYS: Final = ("uid", "name", "type", "access", "jsonData")


def comparable(kind: Kind, wanted: Body, found: Body) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is wanted and what is found, so that they are equal if nothing is to be done."""
    normalise = _NORMALISE[kind]
    after, before = normalise(wanted), normalise(found)
    return after, _pruned(after, _redacted(after, before))


def difference(before: Body, after: Body, name: str) -> str:
    """What would change, as `diff -u` tells it; settings of contact points are not shown."""
    if "settings" in before or "settings" in after:
        hidden = _hidden(before.get("settings"), after.get("settings"))
        before, after = _with_settings(before, hidden[0]), _with_settings(after, hidden[1])
    lines = unified_diff(
        _lines(before), _lines(after), f"{name} (in Grafana)", f"{name} (in our files)", lineterm=""
    )
    return "\n".join(lines)


def own_rules(group: Body, uids: Collection[str]) -> dict[str, Any]:
    """The group with the rules of these uids only: others in it are somebody else's, or left."""
    rules = [rule for rule in group.get("rules") or () if rule.get("uid") in uids]
    return {**group, "rules": rules}


def _lines(body: Body) -> list[str]:
    if not body:
        return []
    return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False).splitlines()


def _hidden(before: Any, after: Any) -> tuple[dict[str, str], dict[str, str]]:
    """What can be said of settings, which may be secrets: which there are, and which change."""
    one, other = dict(before or {}), dict(after or {})
    changed = {key for key in one if key in other and one[key] != other[key]}
    return (
        dict.fromkeys(one, "(hidden)"),
        {key: "(hidden, another)" if key in changed else "(hidden)" for key in other},
    )


def _with_settings(body: Body, settings: Body) -> Body:
    return {**body, "settings": settings} if body else body


def _dashboard(body: Body) -> dict[str, Any]:
    dashboard = {
        key: value
        for key, value in body["dashboard"].items()
        if key not in ("id", "version", "iteration")
    }
    annotations = dashboard.get("annotations")
    if isinstance(annotations, Mapping):
        # Grafana adds its own to every dashboard.
        listed = [item for item in annotations.get("list") or () if not item.get("builtIn")]
        dashboard["annotations"] = {**annotations, "list": listed}
    # What it takes for granted.
    dashboard = {"editable": True, "fiscalYearStartMonth": 0, "graphTooltip": 0, **dashboard}
    return {"dashboard": dashboard, "folderUid": body.get("folderUid", "")}


def _data_source(body: Body) -> dict[str, Any]:
    found = {key: body[key] for key in _DATA_SOURCE_KEYS if key in body}
    fields = body.get("secureJsonFields") or body.get("secureJsonData") or {}
    # Of a password it is only told whether there is one.
    return {**found, "password": bool(fields.get("password"))}


def _folder(body: Body) -> dict[str, Any]:
    return {"uid": body.get("uid"), "title": body.get("title")}


def _rule_group(body: Body) -> dict[str, Any]:
    return {
        "title": body.get("title"),
        "interval": body.get("interval"),
        "rules": [rule(item) for item in body.get("rules") or ()],
    }


def rule(body: Body) -> dict[str, Any]:
    """A rule without what its group and the server say of it."""
    kept = {key: value for key, value in body.items() if key not in _RULES_OWN}
    kept = {"isPaused": False, "labels": {}, "annotations": {}, **kept}
    for key in _RULE_DURATIONS:
        kept[key] = _seconds(kept.get(key) or "0s")
    kept["data"] = [_rule_data(item) for item in body.get("data") or ()]
    return kept


def _rule_data(body: Body) -> dict[str, Any]:
    model = {"intervalMs": _INTERVAL_MS, "maxDataPoints": _MAX_POINTS, **(body.get("model") or {})}
    kept = {"relativeTimeRange": _NO_RANGE, **body, "model": model}
    # The server repeats the one of the model.
    kept.pop("queryType", None)
    return kept


def _policies(body: Body) -> dict[str, Any]:
    kept = {key: value for key, value in body.items() if key != "provenance"}
    for key in _ROUTE_DURATIONS:
        if kept.get(key):
            kept[key] = _seconds(kept[key])
    if kept.get("routes"):
        kept["routes"] = [_policies(route) for route in kept["routes"]]
    return kept


def _by_name(body: Body) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in ("provenance", "version")}


def _template(body: Body) -> dict[str, Any]:
    return {"name": body.get("name"), "template": str(body.get("template", "")).strip()}


_NORMALISE: Final[Mapping[Kind, Callable[[Body], dict[str, Any]]]] = {
    Kind.FOLDER: _folder,
    Kind.DATA_SOURCE: _data_source,
    Kind.DASHBOARD: _dashboard,
    Kind.TEMPLATE: _template,
    Kind.MUTE_TIMING: _by_name,
    Kind.CONTACT_POINT: _by_name,
    Kind.POLICIES: _policies,
    Kind.RULE_GROUP: _rule_group,
    Kind.RULE: rule,
}


def _seconds(duration: object) -> float | object:
    """A duration as seconds: the server writes 60s as 1m."""
    try:
        return parse_duration(str(duration)).total_seconds()
    except ConfigError:
        return duration


def _says_nothing(value: Any) -> bool:
    """Whether a value is what its absence means."""
    if isinstance(value, Mapping):
        return all(map(_says_nothing, value.values()))
    return value is None or value is False or value in ("", 0) or value == []


def _pruned(wanted: Any, found: Any) -> Any:
    """``found`` without keys that ``wanted`` has not, if they say nothing."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return {
            key: _pruned(wanted.get(key), value)
            for key, value in found.items()
            if key in wanted or not _says_nothing(value)
        }
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [_pruned(one, other) for one, other in zip(wanted, found, strict=True)]
    return found


def _redacted(wanted: Any, found: Any) -> Any:
    """``found`` with what the server does not tell taken to be as wanted."""
    if found == REDACTED and isinstance(wanted, str) and wanted:
        return wanted
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return {key: _redacted(wanted.get(key), value) for key, value in found.items()}
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [_redacted(one, other) for one, other in zip(wanted, found, strict=True)]
    return found
