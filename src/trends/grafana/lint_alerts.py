"""What is wrong with files of alert provisioning, which Grafana reads at its start. Pure.

In: the files as read, and what a runbook has headings for. Out: findings. Receivers and mute
timings may stand in another of these files.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from trends.errors import ConfigError
from trends.grafana.finding import Finding, is_object, objects
from trends.grafana.lint_dashboard import TAG, UID
from trends.grafana.lint_rule_data import lint_rule_data
from trends.grafana.window import parse_duration

LABEL: Final = "app"
"""The label of a rule that marks it as ours; its value is `TAG`."""
RUNBOOK: Final = "docs/operations.md"
_SECTIONS: Final = frozenset(
    {"apiVersion", "groups", "deleteRules", "contactPoints", "deleteContactPoints", "policies"}
    | {"resetPolicies", "muteTimes", "deleteMuteTimes", "templates", "deleteTemplates"}
)
_NO_DATA: Final = frozenset({"NoData", "Alerting", "OK", "KeepLast"})
_EXEC_ERROR: Final = frozenset({"Error", "Alerting", "OK", "KeepLast"})
_ANNOTATIONS: Final = ("summary", "description", "runbook_url")
# `$$` is how the file says `$`.
_SINGLE_DOLLAR: Final = re.compile(r"(?<!\$)(?:\$\$)*\$(?!\$)")
_EVALUATED_EVERY_S: Final = 10
Json = Mapping[str, Any]


def lint_alerting(
    files: Mapping[str, Json], anchors: Collection[str] | None = None
) -> Iterator[tuple[str, Finding]]:
    """What is wrong with these files: the file, and what.

    Args:
        files: by name.
        anchors: of the runbook; None if it cannot be read.
    """
    receivers = {name for json in files.values() for name in _names(json, "contactPoints")}
    mutes = {name for json in files.values() for name in _names(json, "muteTimes")}
    seen: dict[tuple[str, str], str] = {}
    for file, json in files.items():
        for finding in _file(json, receivers, mutes, anchors):
            yield file, finding
        for kind, name, path in _identities(json):
            if (kind, name) in seen:
                yield file, Finding(path, f"{kind} {name!r} is in {seen[kind, name]} already")
            seen[kind, name] = f"{file}: {path}"


def anchors_of(markdown: str) -> frozenset[str]:
    """What headings and marks of a text can be linked to by."""
    found = set(re.findall(r"""<a\s+(?:id|name)=["']([^"']+)["']""", markdown))
    for heading in re.findall(r"^#+\s+(.+?)\s*#*$", markdown, re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(words.replace(" ", "-"))
    return frozenset(found)


def _file(
    json: Json, receivers: set[str], mutes: set[str], anchors: Collection[str] | None
) -> Iterator[Finding]:
    if json.get("apiVersion") != 1:
        yield Finding("apiVersion", "must be 1")
    for key in sorted(set(json) - _SECTIONS):
        yield Finding(key, "is no section of alerting")
    for path, group in objects(json.get("groups"), "groups"):
        yield from _group(group, path)
        for at, rule in objects(group.get("rules"), f"{path}.rules"):
            yield from _rule(rule, at, anchors)
            settings = rule.get("notification_settings")
            if is_object(settings):
                yield from _route(settings, f"{at}.notification_settings", receivers, mutes)
    for path, point in objects(json.get("contactPoints"), "contactPoints"):
        yield from _contact_point(point, path)
    for path, policy in objects(json.get("policies"), "policies"):
        if not policy.get("receiver"):
            yield Finding(f"{path}.receiver", "the root of policies needs one")
        yield from _route(policy, path, receivers, mutes)
    for key, needed in (("muteTimes", "time_intervals"), ("templates", "template")):
        for path, item in objects(json.get(key), key):
            if not item.get("name") or not item.get(needed):
                yield Finding(path, f"must have name and {needed}")


def _group(group: Json, path: str) -> Iterator[Finding]:
    for key in ("name", "folder"):
        if not group.get(key):
            yield Finding(f"{path}.{key}", "must be there")
    seconds = _seconds(group.get("interval"))
    if not seconds or seconds % _EVALUATED_EVERY_S:
        yield Finding(f"{path}.interval", f"must be a multiple of {_EVALUATED_EVERY_S} seconds")
    if not list(objects(group.get("rules"), path)):
        yield Finding(f"{path}.rules", "no rules")


def _seconds(duration: object) -> float | None:
    try:
        return parse_duration(duration).total_seconds() if isinstance(duration, str) else None
    except ConfigError:
        return None


def _rule(rule: Json, path: str, anchors: Collection[str] | None) -> Iterator[Finding]:
    if not UID.fullmatch(str(rule.get("uid") or "")):
        yield Finding(f"{path}.uid", "must be at most 40 letters, digits, - and _")
    if not str(rule.get("title") or "").strip():
        yield Finding(f"{path}.title", "no title")
    for key, allowed in (("noDataState", _NO_DATA), ("execErrState", _EXEC_ERROR)):
        if rule.get(key) not in allowed:
            yield Finding(f"{path}.{key}", f"must be one of {', '.join(sorted(allowed))}")
    if _seconds(rule.get("for")) is None:
        yield Finding(f"{path}.for", "must be a duration, '0s' for none")
    if "keepFiringFor" in rule and _seconds(rule["keepFiringFor"]) is None:
        yield Finding(f"{path}.keepFiringFor", "must be a duration")
    if rule.get("isPaused"):
        yield Finding(f"{path}.isPaused", "a rule that is paused alerts nobody")
    yield from _labels(rule, path)
    yield from _rule_annotations(rule, path, anchors)
    yield from lint_rule_data(rule, path)


def _labels(rule: Json, path: str) -> Iterator[Finding]:
    labels = rule.get("labels")
    if not is_object(labels) or labels.get(LABEL) != TAG:
        yield Finding(f"{path}.labels", f"must have {LABEL}: {TAG}: by it our rules are known")
        return
    for key, value in labels.items():
        if not isinstance(value, str):
            yield Finding(f"{path}.labels.{key}", f"{value!r} is no text: put it in quotes")
        elif _SINGLE_DOLLAR.search(value):
            yield Finding(f"{path}.labels.{key}", "write $$ for $: the file expands $NAME")
    if "severity" not in labels:
        yield Finding(f"{path}.labels", "no severity to route by")


def _rule_annotations(rule: Json, path: str, anchors: Collection[str] | None) -> Iterator[Finding]:
    annotations = rule.get("annotations")
    texts = annotations if is_object(annotations) else {}
    for key in _ANNOTATIONS:
        if not str(texts.get(key) or "").strip():
            yield Finding(f"{path}.annotations.{key}", "must be there")
    runbook = str(texts.get("runbook_url") or "")
    file, _, anchor = runbook.partition("#")
    if runbook and not (file.endswith(RUNBOOK) and anchor):
        yield Finding(f"{path}.annotations.runbook_url", f"must lead to {RUNBOOK}#...")
    elif anchors is not None and anchor and anchor not in anchors:
        yield Finding(f"{path}.annotations.runbook_url", f"{RUNBOOK} has no heading #{anchor}")


def _contact_point(point: Json, path: str) -> Iterator[Finding]:
    if not point.get("name"):
        yield Finding(f"{path}.name", "must be there")
    listed = list(objects(point.get("receivers"), f"{path}.receivers"))
    if not listed:
        yield Finding(f"{path}.receivers", "nobody receives anything")
    for at, receiver in listed:
        if not UID.fullmatch(str(receiver.get("uid") or "")):
            yield Finding(f"{at}.uid", "must be at most 40 letters, digits, - and _")
        if not receiver.get("type"):
            yield Finding(f"{at}.type", "must be there")
        if not is_object(receiver.get("settings")):
            yield Finding(f"{at}.settings", "must be there")


def _route(route: Json, path: str, receivers: set[str], mutes: set[str]) -> Iterator[Finding]:
    receiver = route.get("receiver")
    if receiver and receiver not in receivers:
        yield Finding(f"{path}.receiver", f"{receiver!r} is none of the contact points")
    for key in ("mute_time_intervals", "active_time_intervals"):
        for name in route.get(key) or ():
            if name not in mutes:
                yield Finding(f"{path}.{key}", f"{name!r} is none of the mute times")
    matchers = route.get("object_matchers")
    for index, matcher in enumerate(matchers if isinstance(matchers, list) else ()):
        if not (isinstance(matcher, list) and len(matcher) == 3):
            yield Finding(f"{path}.object_matchers[{index}]", "must be [label, operator, value]")
        elif matcher[1] not in ("=", "!=", "=~", "!~"):
            yield Finding(f"{path}.object_matchers[{index}]", f"{matcher[1]!r} compares nothing")
    for at, inner in objects(route.get("routes"), f"{path}.routes"):
        yield from _route(inner, at, receivers, mutes)


def _names(json: Json, section: str) -> Iterator[str]:
    for _, item in objects(json.get(section), section):
        yield str(item.get("name"))


def _identities(json: Json) -> Iterator[tuple[str, str, str]]:
    """What may be there once in all files: kind, name, path."""
    for path, group in objects(json.get("groups"), "groups"):
        yield "group", f"{group.get('folder')}/{group.get('name')}", path
        for at, rule in objects(group.get("rules"), f"{path}.rules"):
            yield "rule", str(rule.get("uid")), f"{at}.uid"
            yield "title", f"{group.get('folder')}/{rule.get('title')}", f"{at}.title"
    for path, point in objects(json.get("contactPoints"), "contactPoints"):
        yield "contact point", str(point.get("name")), path
        for at, receiver in objects(point.get("receivers"), f"{path}.receivers"):
            yield "receiver", str(receiver.get("uid")), f"{at}.uid"
    for section in ("muteTimes", "templates"):
        for path, item in objects(json.get(section), section):
            yield section, str(item.get("name")), path
    for path, _ in objects(json.get("policies"), "policies"):
        yield "policy tree", "of the organisation", path
