"""What is wrong with policies: who is told, of what, when, and how often. Pure.

In: a tree of policies, what contact points and mute times there are, and what alerts carry. Out:
findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, Final

from trends.errors import ConfigError
from trends.grafana.alert_fields import Fields
from trends.grafana.finding import Finding, objects
from trends.grafana.window import parse_duration

Json = Mapping[str, Any]
REPEAT_MAX_S: Final = 5 * 86_400.0
"""Grafana forgets what it has told after five days, and would tell it again."""
_INTERVALS: Final = ("group_wait", "group_interval", "repeat_interval")
_MUTES: Final = ("mute_time_intervals", "active_time_intervals")
_KEYS: Final = frozenset(
    {"orgId", "name", "receiver", "group_by", "matchers", "object_matchers", "continue", "routes"}
    | {*_INTERVALS, *_MUTES}
)
_NOT_FOR_ROOT: Final = ("object_matchers", "matchers", "continue", *_MUTES)


@dataclass(frozen=True, slots=True)
class Known:
    """What policies may name; ``fields`` is None if it is not known what alerts carry."""

    receivers: Set[str]
    mutes: Set[str]
    fields: Fields | None


def lint_policies(root: Json, path: str, known: Known) -> Iterator[Finding]:
    """What is wrong with a whole tree."""
    if not root.get("receiver"):
        yield Finding(f"{path}.receiver", "the root of policies needs one")
    for key in _NOT_FOR_ROOT:
        if root.get(key):
            yield Finding(f"{path}.{key}", "the root takes every alert, at all times")
    yield from lint_route(root, path, known)


def lint_route(route: Json, path: str, known: Known) -> Iterator[Finding]:
    """What is wrong with a policy and those below it."""
    for unknown in sorted(set(route) - _KEYS):
        yield Finding(f"{path}.{unknown}", "is nothing that a policy has")
    receiver = route.get("receiver")
    if receiver and receiver not in known.receivers:
        yield Finding(f"{path}.receiver", f"{receiver!r} is none of the contact points")
    for key in _MUTES:
        for name in _listed(route.get(key)):
            if name not in known.mutes:
                yield Finding(f"{path}.{key}", f"{name!r} is none of the mute times")
    for label in _listed(route.get("group_by")):
        if known.fields and label != "..." and label not in known.fields.labels:
            yield Finding(f"{path}.group_by", f"no rule gives a label {label!r}")
    yield from _intervals(route, path)
    for index, matcher in enumerate(_listed(route.get("object_matchers"))):
        yield from _matcher(matcher, f"{path}.object_matchers[{index}]", known.fields)
    for at, inner in objects(route.get("routes"), f"{path}.routes"):
        yield from lint_route(inner, at, known)


def _intervals(route: Json, path: str) -> Iterator[Finding]:
    seconds: dict[str, float] = {}
    for key in _INTERVALS:
        if key not in route:
            continue
        try:
            seconds[key] = parse_duration(str(route[key])).total_seconds()
        except ConfigError:
            yield Finding(f"{path}.{key}", "must be a duration, such as 30s, 5m or 4h")
            continue
        if key != "group_wait" and not seconds[key]:
            yield Finding(f"{path}.{key}", "must be more than nothing")
    repeat = seconds.get("repeat_interval")
    if repeat is not None and repeat < seconds.get("group_interval", 0.0):
        yield Finding(f"{path}.repeat_interval", "is shorter than group_interval, which rules")
    if repeat is not None and repeat > REPEAT_MAX_S:
        yield Finding(f"{path}.repeat_interval", "Grafana remembers five days, and tells again")


def _matcher(matcher: object, path: str, fields: Fields | None) -> Iterator[Finding]:
    if not (isinstance(matcher, list) and len(matcher) == 3):
        yield Finding(path, "must be [label, operator, value]")
        return
    label, operator, value = map(str, matcher)
    if operator not in ("=", "!=", "=~", "!~"):
        yield Finding(path, f"{operator!r} compares nothing")
    if fields is not None and label not in fields.labels:
        yield Finding(path, f"no rule gives a label {label!r}")
    matches = _matches(operator, value)
    if matches is None:
        yield Finding(path, f"{value!r} is no regular expression")
    elif fields and label == "alertname" and not any(map(matches.fullmatch, fields.titles)):
        yield Finding(path, f"no rule has the title {value!r}")


def _matches(operator: str, value: str) -> re.Pattern[str] | None:
    try:
        return re.compile(value if operator.endswith("~") else re.escape(value))
    except re.error:
        return None


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
