"""What a Grafana holds, and how it answers requests on it, as far as its sources tell.

Numbers, versions and defaults are added as the server adds them, so that a client that takes them
for drift, or drops what others put there, is found out.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Answer = tuple[int, Any]
NOT_FOUND: Answer = (404, {"message": "Not found"})
SECRETS = ("password", "token", "url", "authorization_credentials")
BUILT_IN = {
    "builtIn": 1,
    "datasource": {"type": "grafana", "uid": "-- Grafana --"},
    "enable": True,
    "hide": True,
    "iconColor": "rgba(0, 211, 255, 1)",
    "name": "Annotations & Alerts",
    "type": "dashboard",
}


class GrafanaState:
    """One Grafana's objects; not safe for threads by itself.

    Attributes:
        folders: by uid, and so with the others.
        policies: the tree.
    """

    def __init__(self) -> None:
        self.version = "13.2.3"
        self.folders: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, dict[str, Any]] = {}
        self.dashboards: dict[str, dict[str, Any]] = {}
        self.rules: dict[str, dict[str, Any]] = {}
        self.intervals: dict[tuple[str, str], int] = {}
        self.points: dict[str, dict[str, Any]] = {}
        self.timings: dict[str, dict[str, Any]] = {}
        self.templates: dict[str, dict[str, Any]] = {}
        self.policies: dict[str, Any] = {}
        self._next_id = 1
        self._reset_policies()

    def answer(self, method: str, target: str, body: Any, headers: dict[str, str]) -> Answer:
        """The status and the JSON; a body of None is none."""
        url = urlsplit(target)
        query = parse_qs(url.query)
        provenance = "" if headers.get("x-disable-provenance") == "true" else "api"
        for pattern, handle in self._routes():
            found = re.fullmatch(pattern, url.path)
            if found:
                parts = [unquote(part) for part in found.groups()]
                return handle(method, parts, copy.deepcopy(body), query, provenance)
        return NOT_FOUND

    def _routes(self) -> list[tuple[str, Callable[..., Answer]]]:
        provisioning = "/api/v1/provisioning"
        return [
            ("/api/health", lambda *_: (200, {"database": "ok", "version": self.version})),
            ("/api/folders", self._folder_list),
            ("/api/folders/([^/]+)", self._folder),
            ("/api/datasources", self._source_list),
            ("/api/datasources/uid/([^/]+)", self._source),
            ("/api/search", self._search),
            ("/api/dashboards/db", self._save_dashboard),
            ("/api/dashboards/uid/([^/]+)", self._dashboard),
            (f"{provisioning}/alert-rules", self._rule_list),
            (f"{provisioning}/alert-rules/([^/]+)", self._rule),
            (f"{provisioning}/folder/([^/]+)/rule-groups/([^/]+)", self._rule_group),
            (f"{provisioning}/contact-points", self._point_list),
            (f"{provisioning}/contact-points/([^/]+)", self._point),
            (f"{provisioning}/mute-timings", self._timing_list),
            (f"{provisioning}/mute-timings/([^/]+)", self._timing),
            (f"{provisioning}/templates/([^/]+)", self._template),
            (f"{provisioning}/policies", self._policies),
        ]

    def _id(self) -> int:
        self._next_id += 1
        return self._next_id

    # Folders

    def _folder_list(self, method: str, _: Any, body: Any, *__: Any) -> Answer:
        if method == "GET":
            return 200, [
                {key: folder[key] for key in ("id", "uid", "title")}
                for folder in self.folders.values()
            ]
        uid = body.get("uid") or f"made-{self._id()}"
        if uid in self.folders:
            return 409, {"message": "a folder with that uid already exists"}
        self.folders[uid] = {
            "id": self._id(),
            "uid": uid,
            "title": body["title"],
            "url": f"/dashboards/f/{uid}",
            "version": 1,
            "canSave": True,
            "created": "2025-01-01T00:00:00Z",
        }
        return 200, self.folders[uid]

    def _folder(self, method: str, parts: list[str], body: Any, *_: Any) -> Answer:
        folder = self.folders.get(parts[0])
        if folder is None:
            return 404, {"message": "folder not found", "status": "not-found"}
        if method == "PUT":
            if not body.get("overwrite") and body.get("version") != folder["version"]:
                return 412, {"message": "the folder has been changed by someone else"}
            folder.update(title=body["title"], version=folder["version"] + 1)
        if method == "DELETE":
            if any(rule["folderUID"] == parts[0] for rule in self.rules.values()):
                return 400, {"message": "folder cannot be deleted: it contains alert rules"}
            del self.folders[parts[0]]
            for uid in [u for u, d in self.dashboards.items() if d["folderUid"] == parts[0]]:
                del self.dashboards[uid]
        return 200, folder

    # Data sources

    def _source_list(self, _: str, __: Any, body: Any, *___: Any) -> Answer:
        if any(source["name"] == body["name"] for source in self.sources.values()):
            return 409, {"message": "data source with the same name already exists"}
        self._keep_source(body, self._id(), 1)
        return 200, {"datasource": self.sources[body["uid"]], "message": "Datasource added"}

    def _source(self, method: str, parts: list[str], body: Any, *_: Any) -> Answer:
        source = self.sources.get(parts[0])
        if source is None:
            return 404, {"message": "Data source not found"}
        if method == "PUT":
            self._keep_source(body, source["id"], source["version"] + 1)
        if method == "DELETE":
            del self.sources[parts[0]]
        return 200, self.sources.get(parts[0], {"message": "Data source deleted"})

    def _keep_source(self, body: dict[str, Any], id_: int, version: int) -> None:
        kept = {key: value for key, value in body.items() if key != "secureJsonData"}
        self.sources[body["uid"]] = {
            "orgId": 1,
            "typeLogoUrl": "img.svg",
            "url": "",
            "user": "",
            "database": "",
            "basicAuth": False,
            "withCredentials": False,
            "isDefault": False,
            "readOnly": False,
            **kept,
            "secureJsonFields": dict.fromkeys(body.get("secureJsonData") or {}, True),
            "id": id_,
            "version": version,
        }

    # Dashboards

    def _search(self, _: str, __: Any, ___: Any, query: Any, *____: Any) -> Answer:
        tags, folders = query.get("tag", []), query.get("folderUIDs", [])
        return 200, [
            {
                "id": kept["json"]["id"],
                "uid": uid,
                "title": kept["json"]["title"],
                "type": "dash-db",
            }
            for uid, kept in self.dashboards.items()
            if set(tags) <= set(kept["json"].get("tags") or [])
            and (not folders or kept["folderUid"] in folders)
        ]

    def _save_dashboard(self, _: str, __: Any, body: Any, *___: Any) -> Answer:
        json, uid = body["dashboard"], body["dashboard"]["uid"]
        folder = body.get("folderUid", "")
        if folder and folder not in self.folders:
            return 400, {"message": "folder not found"}
        kept = self.dashboards.get(uid)
        if kept and kept["provisioned"]:
            return 400, {"message": "Cannot save provisioned dashboard"}
        old = kept["json"] if kept else {"id": self._id(), "version": 0}
        if kept and not body.get("overwrite") and json.get("version") != old["version"]:
            return 412, {"message": "The dashboard has been changed", "status": "version-mismatch"}
        annotations = json.setdefault("annotations", {}).setdefault("list", [])
        if not any(item.get("builtIn") for item in annotations):
            annotations.insert(0, copy.deepcopy(BUILT_IN))
        defaults = {"editable": True, "graphTooltip": 0, "fiscalYearStartMonth": 0, "links": []}
        added = {"preload": False, "liveNow": False, "timepicker": {}, "weekStart": ""}
        versions = {"id": old["id"], "version": old["version"] + 1}
        self.dashboards[uid] = {
            "json": {**defaults, **added, **json, **versions},
            "folderUid": folder,
            "provisioned": False,
        }
        return 200, {"uid": uid, "status": "success", "url": f"/d/{uid}", **versions}

    def _dashboard(self, method: str, parts: list[str], *_: Any) -> Answer:
        kept = self.dashboards.get(parts[0])
        if kept is None:
            return 404, {"message": "Dashboard not found"}
        if method == "DELETE":
            del self.dashboards[parts[0]]
            return 200, {"title": kept["json"]["title"], "message": "Dashboard deleted"}
        meta = {key: kept[key] for key in ("folderUid", "provisioned")}
        return 200, {"dashboard": kept["json"], "meta": {**meta, "canSave": True, "slug": "x"}}

    # Rules

    def _rule_list(self, *_: Any) -> Answer:
        return 200, list(self.rules.values())

    def _rule(self, method: str, parts: list[str], *_: Any) -> Answer:
        if method == "DELETE":
            self.rules.pop(parts[0], None)
            return 204, None
        return (200, self.rules[parts[0]]) if parts[0] in self.rules else NOT_FOUND

    def _rule_group(
        self, method: str, parts: list[str], body: Any, _: Any, provenance: str
    ) -> Answer:
        folder, name = parts
        there = [
            rule
            for rule in self.rules.values()
            if (rule["folderUID"], rule["ruleGroup"]) == (folder, name)
        ]
        if method == "PUT":
            if folder not in self.folders:
                return 404, {"message": "folder does not exist"}
            if not isinstance(body["interval"], int) or body["interval"] % 10:
                return 400, {"message": "interval must be a multiple of 10 seconds"}
            titles = [rule["title"] for rule in body["rules"]]
            if len(set(titles)) < len(titles):
                return 409, {"message": "a rule with this title exists in the folder"}
            for rule in there:
                del self.rules[rule["uid"]]
            for rule in body["rules"]:
                self._keep_rule(rule, folder, name, rule.get("provenance") or provenance)
            self.intervals[folder, name] = body["interval"]
            return 200, body
        if not there:
            return NOT_FOUND
        interval = self.intervals[folder, name]
        return 200, {"title": name, "folderUid": folder, "interval": interval, "rules": there}

    def _keep_rule(self, rule: dict[str, Any], folder: str, group: str, provenance: str) -> None:
        data = []
        for item in rule["data"]:
            model = {"intervalMs": 1_000, "maxDataPoints": 43_200, **item["model"]}
            range_ = item.get("relativeTimeRange", {"from": 0, "to": 0})
            data.append({"queryType": "", **item, "relativeTimeRange": range_, "model": model})
        self.rules[rule["uid"]] = {
            "labels": {},
            "annotations": {},
            "isPaused": False,
            "notification_settings": None,
            "record": None,
            **rule,
            "data": data,
            "for": as_go_writes(rule.get("for", "0s")),
            "keep_firing_for": as_go_writes(rule.get("keep_firing_for", "0s")),
            "id": self._id(),
            "orgID": 1,
            "updated": "2025-01-01T00:00:00Z",
            "folderUID": folder,
            "ruleGroup": group,
            "provenance": provenance,
        }

    # Who is told

    def _point_list(self, method: str, _: Any, body: Any, __: Any, provenance: str) -> Answer:
        if method == "GET":
            return 200, [_redacted(point) for point in self.points.values()]
        if body["uid"] in self.points:
            return 409, {"message": "contact point exists"}
        self.points[body["uid"]] = {**body, "provenance": provenance}
        return 202, _redacted(self.points[body["uid"]])

    def _point(self, method: str, parts: list[str], body: Any, _: Any, provenance: str) -> Answer:
        if parts[0] not in self.points:
            return NOT_FOUND
        if method == "DELETE":
            if self.points[parts[0]]["name"] in _receivers(self.policies):
                return 409, {"message": "contact point is used by a notification policy"}
            del self.points[parts[0]]
            return 202, {"message": "contactpoint deleted"}
        self.points[parts[0]] = {**body, "uid": parts[0], "provenance": provenance}
        return 202, {"message": "contactpoint updated"}

    def _timing_list(self, method: str, _: Any, body: Any, __: Any, provenance: str) -> Answer:
        if method == "GET":
            return 200, list(self.timings.values())
        if body["name"] in self.timings:
            return 409, {"message": "time interval exists"}
        self.timings[body["name"]] = {**body, "version": "1", "provenance": provenance}
        return 201, self.timings[body["name"]]

    def _timing(self, method: str, parts: list[str], body: Any, _: Any, provenance: str) -> Answer:
        return self._named(self.timings, method, parts[0], body, provenance)

    def _template(
        self, method: str, parts: list[str], body: Any, _: Any, provenance: str
    ) -> Answer:
        if method == "PUT":
            text = body["template"].strip() + "\n"
            kept = {"name": parts[0], "template": text, "provenance": provenance}
            self.templates[parts[0]] = {**kept, "version": str(self._id())}
            return 202, self.templates[parts[0]]
        return self._named(self.templates, method, parts[0], body, provenance)

    def _named(
        self, kept: dict[str, dict[str, Any]], method: str, name: str, body: Any, provenance: str
    ) -> Answer:
        if method == "DELETE":
            kept.pop(name, None)
            return 204, None
        if name not in kept:
            return NOT_FOUND
        if method == "PUT":
            kept[name] = {**body, "name": name, "version": "2", "provenance": provenance}
            return 202, kept[name]
        return 200, kept[name]

    def _policies(self, method: str, _: Any, body: Any, __: Any, provenance: str) -> Answer:
        if method == "PUT":
            names = {point["name"] for point in self.points.values()} | {"grafana-default-email"}
            unknown = _receivers(body) - names
            if unknown:
                return 400, {"message": f"receiver {sorted(unknown)} does not exist"}
            self.policies = {**body, "provenance": provenance}
            return 202, {"message": "policies updated"}
        if method == "DELETE":
            self._reset_policies()
            return 202, {"message": "policies reset"}
        return 200, self.policies

    def _reset_policies(self) -> None:
        self.policies = {
            "receiver": "grafana-default-email",
            "group_by": ["grafana_folder", "alertname"],
        }


def as_go_writes(duration: str) -> str:
    """A duration in whole seconds in its greatest unit, as the server writes it back."""
    found = re.fullmatch(r"(\d+)([smhd])", duration)
    if not found:
        return duration
    seconds = int(found[1]) * {"s": 1, "m": 60, "h": 3_600, "d": 86_400}[found[2]]
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _redacted(point: dict[str, Any]) -> dict[str, Any]:
    settings = {
        key: "[REDACTED]" if key in SECRETS else value for key, value in point["settings"].items()
    }
    return {**point, "settings": settings}


def _receivers(route: dict[str, Any]) -> set[str]:
    found = {route["receiver"]} if route.get("receiver") else set()
    return found.union(*(_receivers(inner) for inner in route.get("routes") or []))
