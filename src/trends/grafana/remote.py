"""Objects of one Grafana: read, written and deleted by kind and key.

In: items as our files want them. Out: what the server has. Writing may be done twice: what is
there is read anew, so an object is created once however often an answer is lost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import quote

from grafana_api import GrafanaFace

from trends.errors import ConfigError
from trends.grafana.client import Client
from trends.grafana.kinds import Body, Found, Item, Kind

MESSAGE: Final = "trends grafana sync"
_SEARCH_MOST: Final = 5_000
_PROVISIONING: Final = "/v1/provisioning"
_EDITABLE: Final = {"X-Disable-Provenance": "true"}
_FROM_FILE: Final = "comes from a file of the server's own provisioning; change it there"


class Remote:
    """One Grafana's objects.

    Args:
        client: speaks to it.
        editable: whether people may go on to change rules and policies in the browser.
    """

    def __init__(self, client: Client, *, editable: bool = False) -> None:
        self._client = client
        self._headers = _EDITABLE if editable else {}

    def read(self, kind: Kind, key: str) -> Found | None:
        """The object; None if it is not there.

        Raises:
            ConfigError: if the server does not let us.
            Unavailable: if it does not answer.
        """
        if kind is Kind.CONTACT_POINT:
            return _of_list(self._get(f"{_PROVISIONING}/contact-points"), key)
        body = self._client.read(lambda face: _request(face, kind, key))
        if body is None:
            return None
        if not isinstance(body, dict):
            raise ConfigError(f"{self._client.who} answers as no Grafana does; change the address")
        return _found(kind, body)

    def write(self, item: Item, uids: Collection[str] = ()) -> None:
        """Creates the object, or changes it to what is wanted.

        Args:
            item: as it is wanted.
            uids: of every rule that our files have: others stay in their group.

        Raises:
            ConfigError: if the server does not let us.
            Refused: if it does not want it.
            Unavailable: if it does not answer.
        """
        self._client.repeatedly(lambda: self._write(item, uids))

    def delete(self, kind: Kind, key: str) -> None:
        """Removes the object; nothing if it is not there.

        Raises:
            ConfigError: if the server does not let us.
            Unavailable: if it does not answer.
        """
        path = _path(kind, key)
        self._client.read(lambda face: face.api.DELETE(path, headers=self._headers))

    def dashboards_in(self, folder: str, tag: str) -> list[tuple[str, str]]:
        """Uid and title of dashboards in the folder that bear the tag."""
        query = f"/search?type=dash-db&tag={quote(tag)}&folderUIDs={quote(folder)}"
        found = self._get(f"{query}&limit={_SEARCH_MOST}")
        return [(str(item["uid"]), str(item["title"])) for item in found]

    def is_empty(self, folder: str) -> bool:
        """Whether a folder holds nothing: no dashboard, no rule, no folder."""
        held = self._get(f"/search?folderUIDs={quote(folder)}&limit=1")
        return not held and not any(rule.get("folderUID") == folder for rule in self.rules())

    def rules(self) -> list[dict[str, Any]]:
        """Every alert rule."""
        return self._get(f"{_PROVISIONING}/alert-rules")

    def folders(self) -> list[dict[str, Any]]:
        """Every folder at the root."""
        return self._get(f"/folders?limit={_SEARCH_MOST}")

    def _get(self, path: str) -> list[dict[str, Any]]:
        found = self._client.read(lambda face: face.api.GET(path))
        if not isinstance(found, list):
            raise ConfigError(f"{self._client.who} has no {path.partition('?')[0]}: no Grafana?")
        return found

    def _write(self, item: Item, uids: Collection[str]) -> None:
        """Once: `Client.repeatedly` does it again where an answer is lost."""
        found = self.read(item.kind, item.key)
        if item.kind is Kind.DASHBOARD:
            body = {**item.body, "overwrite": True, "message": MESSAGE}
            self._client.call(lambda face: face.dashboard.update_dashboard(body))
        elif item.kind is Kind.FOLDER:
            self._write_folder(item, found)
        elif item.kind is Kind.RULE_GROUP:
            self._put(item, _with_others(item.body, found, uids))
        elif found is None and item.kind in _COLLECTIONS:
            path = _COLLECTIONS[item.kind]
            self._client.call(
                lambda face: face.api.POST(path, json=item.body, headers=self._headers)
            )
        else:
            self._put(item, item.body)

    def _write_folder(self, item: Item, found: Found | None) -> None:
        if found is None:
            self._client.call(lambda face: face.folder.create_folder(item.title, item.key))
            return
        self._client.call(
            lambda face: face.folder.update_folder(item.key, item.title, overwrite=True)
        )

    def _put(self, item: Item, body: Body) -> None:
        path = _path(item.kind, item.key)
        self._client.call(lambda face: face.api.PUT(path, json=body, headers=self._headers))


def _request(face: GrafanaFace, kind: Kind, key: str) -> Any:
    if kind is Kind.DASHBOARD:
        return face.dashboard.get_dashboard(quote(key, safe=""))
    if kind is Kind.FOLDER:
        return face.folder.get_folder(quote(key, safe=""))
    return face.api.GET(_path(kind, key))


def _path(kind: Kind, key: str) -> str:
    """Where the API has an object; a group's key has its folder before a slash."""
    if kind is Kind.RULE_GROUP:
        folder, _, group = key.partition("/")
        at = f"{_PROVISIONING}/folder/{quote(folder, safe='')}/rule-groups"
        return f"{at}/{quote(group, safe='')}"
    return _PATHS[kind].format(quote(key, safe=""))


def _with_others(wanted: Body, found: Found | None, uids: Collection[str]) -> dict[str, Any]:
    """The group with the rules in it that are not of our files: a PUT would remove them."""
    there = (found.body.get("rules") or ()) if found else ()
    others = [rule for rule in there if rule.get("uid") not in uids]
    return {**wanted, "rules": [*wanted["rules"], *others]}


def _of_list(listed: list[dict[str, Any]], uid: str) -> Found | None:
    for item in listed:
        if item.get("uid") == uid:
            return _found(Kind.CONTACT_POINT, item)
    return None


def _found(kind: Kind, body: dict[str, Any]) -> Found:
    if kind is Kind.DASHBOARD:
        meta = body.get("meta") or {}
        held = {"dashboard": body.get("dashboard") or {}, "folderUid": meta.get("folderUid", "")}
        return Found(held, _FROM_FILE if meta.get("provisioned") else "")
    locked = body.get("readOnly") or body.get("provenance") == "file"
    rules = body.get("rules") or ()
    if kind is Kind.RULE_GROUP and any(rule.get("provenance") == "file" for rule in rules):
        locked = True
    return Found(body, _FROM_FILE if locked else "")


_PATHS: Final[Mapping[Kind, str]] = {
    Kind.FOLDER: "/folders/{}",
    Kind.DATA_SOURCE: "/datasources/uid/{}",
    Kind.DASHBOARD: "/dashboards/uid/{}",
    Kind.TEMPLATE: f"{_PROVISIONING}/templates/{{}}",
    Kind.MUTE_TIMING: f"{_PROVISIONING}/mute-timings/{{}}",
    Kind.CONTACT_POINT: f"{_PROVISIONING}/contact-points/{{}}",
    Kind.POLICIES: f"{_PROVISIONING}/policies",
    Kind.RULE: f"{_PROVISIONING}/alert-rules/{{}}",
}
_COLLECTIONS: Final[Mapping[Kind, str]] = {
    Kind.DATA_SOURCE: "/datasources",
    Kind.MUTE_TIMING: f"{_PROVISIONING}/mute-timings",
    Kind.CONTACT_POINT: f"{_PROVISIONING}/contact-points",
}
"""Where an object is created that a PUT does not create."""
