"""Answers as Grafana's annotations API does, as far as its sources tell."""

from __future__ import annotations

import json
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.integration.notify.receiver import Handler

TOKEN = "glsa_token"
TAGS_MAX_BYTES = 500


class GrafanaApi:
    """A behaviour of a receiver.

    Attributes:
        annotations: by id, as they stand.
        fail_after: writes that are done, and then answered with 500; one is taken off each time.
    """

    def __init__(self, prefix: str = "") -> None:
        self.annotations: dict[int, dict[str, Any]] = {}
        self.fail_after = 0
        self._prefix = prefix
        self._lock = threading.Lock()

    def __call__(self, handler: Handler) -> None:
        with self._lock:
            status, body = self._answer(handler)
        handler.answer(status, json.dumps(body).encode(), content_type="application/json")

    def _answer(self, handler: Handler) -> tuple[int, Any]:
        request = handler.receiver.requests[-1]
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Invalid API key"}
        url = urlsplit(request.path)
        path = url.path.removeprefix(f"{self._prefix}/api/annotations")
        if path == url.path:
            return 404, {"message": "Not found"}
        if request.method == "GET":
            return 200, self._found(parse_qs(url.query).get("tags", []))
        command = json.loads(request.body)
        tags = command.get("tags")
        if tags is not None and 1 + sum(len(tag.encode()) + 3 for tag in tags) > TAGS_MAX_BYTES:
            return 400, {"message": "tags length exceeds the maximum allowed"}
        if request.method == "POST":
            answer = self._create(command)
        else:
            answer = self._patch(self.annotations[int(path.strip("/"))], command)
        if self.fail_after:
            self.fail_after -= 1
            return 500, {"message": "lost after it was done"}
        return answer

    def _create(self, command: dict[str, Any]) -> tuple[int, Any]:
        if not command["text"]:
            return 400, {"message": "text field should not be empty"}
        id_ = len(self.annotations) + 1
        start, end = command["time"], command["timeEnd"] or command["time"]
        self.annotations[id_] = {**command, "id": id_, "time": start, "timeEnd": end}
        return 200, {"message": "Annotation added", "id": id_}

    def _patch(self, kept: dict[str, Any], command: dict[str, Any]) -> tuple[int, Any]:
        for name in ("time", "timeEnd", "text"):
            if command.get(name):
                kept[name] = command[name]
        if command.get("tags") is not None:
            kept["tags"] = command["tags"]
        return 200, {"message": "Annotation patched"}

    def _found(self, wanted: list[str]) -> list[dict[str, Any]]:
        return [
            annotation
            for annotation in self.annotations.values()
            if set(wanted) <= set(annotation["tags"])
        ]
