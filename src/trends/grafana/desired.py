"""What our files want a Grafana to have. Pure.

In: dashboards and files of alerting as read, the address of the store as Grafana reaches it, the
environment. Out: items in the order they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from trends.errors import ConfigError
from trends.grafana import convert
from trends.grafana.kinds import ORDER, Item, Kind
from trends.grafana.model import DATASOURCE_UID, PLUGIN

FOLDER: Final = "Trends"
"""Title of the folder of our dashboards."""
POLICIES_KEY: Final = "tree"
_PORTS: Final = {"http": 8_123, "https": 8_443}
Documents = Mapping[str, Mapping[str, Any]]


def desired(
    dashboards: Documents,
    alerting: Documents,
    data_source: str,
    environment: Mapping[str, str],
    *,
    with_policies: bool = False,
) -> list[Item]:
    """Every object that our files want.

    Args:
        dashboards: by file.
        alerting: by file.
        data_source: ``http[s]://user:password@host:port/database``; empty if it is not ours.
        environment: for what files of alerting name of it.
        with_policies: whether who is told, and when, is ours too.

    Raises:
        ConfigError: naming the file and what is missing in it.
    """
    items = [*_dashboards(dashboards), *_alerting(alerting, environment, with_policies)]
    if data_source:
        items.append(data_source_item(data_source))
    kept = {(item.kind, item.key): item for item in items}
    return sorted(kept.values(), key=lambda item: ORDER.index(item.kind))


def data_source_item(url: str) -> Item:
    """The data source that reaches the store at ``url``.

    Raises:
        ConfigError: if that is no address of a store.
    """
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        port = None
    if parts.scheme not in _PORTS or not parts.hostname or not port or not parts.username:
        raise ConfigError(
            "TRENDS_GRAFANA_CLICKHOUSE is no address such as "
            "http://grafana_ro:password@clickhouse:8123/trends"
        )
    body = {
        "uid": DATASOURCE_UID,
        "name": "ClickHouse",
        "type": PLUGIN,
        "access": "proxy",
        "jsonData": {
            "host": parts.hostname,
            "port": port,
            "protocol": "http",
            "secure": parts.scheme == "https",
            "username": unquote(parts.username),
            "defaultDatabase": parts.path.strip("/") or "trends",
            "dialTimeout": "10",
            "queryTimeout": "60",
        },
        "secureJsonData": {"password": unquote(parts.password or "")},
    }
    return Item(Kind.DATA_SOURCE, DATASOURCE_UID, "ClickHouse", body)


def _folder(title: str) -> Item:
    uid = convert.folder_uid(title)
    return Item(Kind.FOLDER, uid, title, {"uid": uid, "title": title})


def _dashboards(documents: Documents) -> Iterator[Item]:
    for file, dashboard in documents.items():
        uid = dashboard.get("uid")
        if not uid:
            raise ConfigError(f"{file}: a dashboard without a uid")
        folder = _folder(FOLDER)
        yield folder
        body = {"dashboard": dashboard, "folderUid": folder.key}
        yield Item(Kind.DASHBOARD, str(uid), str(dashboard.get("title")), body)


def _alerting(
    documents: Documents, environment: Mapping[str, str], with_policies: bool
) -> Iterator[Item]:
    for file, document in documents.items():
        try:
            yield from _groups(document, environment, file)
            if with_policies:
                yield from _policies(document, environment, file)
        except KeyError as error:
            raise ConfigError(f"{file}: no {error}; see trends grafana check") from error


def _groups(
    document: Mapping[str, Any], environment: Mapping[str, str], file: str
) -> Iterator[Item]:
    for group in convert.rule_groups(document, environment, file):
        folder = _folder(group.pop("folder"))
        yield folder
        yield Item(Kind.RULE_GROUP, f"{folder.key}/{group['title']}", group["title"], group)


def _policies(
    document: Mapping[str, Any], environment: Mapping[str, str], file: str
) -> Iterator[Item]:
    for template in convert.templates(document):
        yield Item(Kind.TEMPLATE, template["name"], template["name"], template)
    for timing in convert.mute_timings(document):
        yield Item(Kind.MUTE_TIMING, timing["name"], timing["name"], timing)
    for point in convert.contact_points(document, environment, file):
        yield Item(Kind.CONTACT_POINT, point["uid"], point["name"], point)
    tree = convert.policy_tree(document)
    if tree is not None:
        yield Item(Kind.POLICIES, POLICIES_KEY, "who is told", tree)
