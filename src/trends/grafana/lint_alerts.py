"""What is wrong with files of alert provisioning, which Grafana reads at its start. Pure.

In: the files as read, and what a runbook has headings for. Out: findings. Receivers, mute times and
templates may stand in another of these files.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from trends.errors import ConfigError
from trends.grafana.alert_fields import fields_of
from trends.grafana.finding import Finding, is_object, objects
from trends.grafana.lint_contacts import lint_contact_point
from trends.grafana.lint_dashboard import TAG, UID
from trends.grafana.lint_policies import Known, lint_policies, lint_route
from trends.grafana.lint_rule_data import lint_rule_data
from trends.grafana.lint_templates import lint_templates
from trends.grafana.lint_times import lint_mute_time
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
    files: Mapping[str, Json],
    anchors: Collection[str] | None = None,
    beside: Iterable[Json] = (),
) -> Iterator[tuple[str, Finding]]:
    """What is wrong with these files: the file, and what.

    Args:
        files: by name.
        anchors: of the runbook; None if it cannot be read.
        beside: files whose rules policies and templates are for, if these files have no rules.
    """
    receivers = {name for json in files.values() for name in _names(json, "contactPoints")}
    mutes = {name for json in files.values() for name in _names(json, "muteTimes")}
    fields = fields_of(files.values()) or fields_of(beside)
    known = Known(receivers, mutes, fields)
    seen: dict[tuple[str, str], str] = {}
    for file, json in files.items():
        for finding in _file(json, known, anchors):
            yield file, finding
        for kind, name, path in _identities(json):
            if (kind, name) in seen:
                yield file, Finding(path, f"{kind} {name!r} is in {seen[kind, name]} already")
            seen[kind, name] = f"{file}: {path}"
    yield from lint_templates(files, fields)


def anchors_of(markdown: str) -> frozenset[str]:
    """What headings and marks of a text can be linked to by."""
    found = set(re.findall(r"""<a\s+(?:id|name)=["']([^"']+)["']""", markdown))
    for heading in re.findall(r"^#+\s+(.+?)\s*#*$", markdown, re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(words.replace(" ", "-"))
    return frozenset(found)


def _file(json: Json, known: Known, anchors: Collection[str] | None) -> Iterator[Finding]:
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
                yield from lint_route(settings, f"{at}.notification_settings", known)
    for path, point in objects(json.get("contactPoints"), "contactPoints"):
        yield from lint_contact_point(point, path)
    for path, policy in objects(json.get("policies"), "policies"):
        yield from lint_policies(policy, path, known)
    for path, item in objects(json.get("muteTimes"), "muteTimes"):
        yield from lint_mute_time(item, path)
    for path, item in objects(json.get("templates"), "templates"):
        if not item.get("name") or not item.get("template"):
            yield Finding(path, "must have name and template")


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
