"""Files of alerting turned into what the provisioning API takes. Pure.

In: documents as read, and the environment. Out: bodies. Where the file says ``keepFiringFor``,
``interval: 1m`` and a folder's title, the API says ``keep_firing_for``, seconds and a uid.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from trends.errors import ConfigError
from trends.grafana.environment import put_environment
from trends.grafana.finding import objects
from trends.grafana.window import parse_duration

# Keys of a rule that the API spells otherwise.
_RENAMED: Final = {"keepFiringFor": "keep_firing_for"}
# What the server's reader of files does not look for variables in.
_AS_IT_IS: Final = frozenset({"annotations", "model"})
_FILES_OWN: Final = frozenset({"orgId", "dashboardUid", "panelId"})


def rule_groups(
    document: Mapping[str, Any], environment: Mapping[str, str], name: str
) -> Iterator[dict[str, Any]]:
    """Groups of rules, each with ``folder``, the title of its folder, beside what the API takes."""
    for path, group in objects(document.get("groups"), f"{name}: groups"):
        head = {key: value for key, value in group.items() if key != "rules"}
        put = put_environment(head, environment, path)
        folder, title = str(put["folder"]), str(put["name"])
        yield {
            "title": title,
            "folder": folder,
            "folderUid": folder_uid(folder),
            "interval": int(parse_duration(str(put["interval"])).total_seconds()),
            "rules": [
                _rule(rule, environment, at, title, folder_uid(folder))
                for at, rule in objects(group.get("rules"), f"{path}.rules")
            ],
        }


def contact_points(
    document: Mapping[str, Any], environment: Mapping[str, str], name: str
) -> Iterator[dict[str, Any]]:
    """Receivers, each under the name of its contact point."""
    for path, point in objects(document.get("contactPoints"), f"{name}: contactPoints"):
        for at, receiver in objects(point.get("receivers"), f"{path}.receivers"):
            put = put_environment(receiver, environment, at)
            yield {"disableResolveMessage": False, **put, "name": str(point["name"])}


def policy_tree(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The tree of policies, if the file has one; nothing in it is replaced."""
    trees = [_without_org(tree) for _, tree in objects(document.get("policies"), "policies")]
    return trees[0] if trees else None


def mute_timings(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Mute times; nothing in them is replaced."""
    for _, item in objects(document.get("muteTimes"), "muteTimes"):
        yield _without_org(item)


def templates(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Templates of messages; a `$` in them is a variable of their own, so nothing is replaced."""
    for _, item in objects(document.get("templates"), "templates"):
        yield {"name": str(item["name"]), "template": str(item["template"]).strip()}


def folder_uid(title: str) -> str:
    """The uid of our folder of this title."""
    uid = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    if not uid:
        raise ConfigError(f"folder {title!r}: no uid can be made of it; use some ASCII letters")
    return uid[:40]


def _rule(
    rule: Mapping[str, Any],
    environment: Mapping[str, str],
    path: str,
    group: str,
    folder: str,
) -> dict[str, Any]:
    put: dict[str, Any] = {}
    for key, value in rule.items():
        if key in _FILES_OWN:
            continue
        name = _RENAMED.get(key, key)
        if key == "data":
            put[name] = [_data(item, environment, at) for at, item in objects(value, path)]
        elif key in _AS_IT_IS:
            put[name] = copy.deepcopy(value)
        else:
            put[name] = put_environment(value, environment, f"{path}.{key}")
    return {**put, "ruleGroup": group, "folderUID": folder}


def _data(data: Mapping[str, Any], environment: Mapping[str, str], path: str) -> dict[str, Any]:
    return {
        key: copy.deepcopy(value)
        if key in _AS_IT_IS
        else put_environment(value, environment, f"{path}.{key}")
        for key, value in data.items()
    }


def _without_org(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: copy.deepcopy(value) for key, value in item.items() if key != "orgId"}
