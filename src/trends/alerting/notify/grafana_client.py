"""`grafana-api` over our own HTTP exchange: with a deadline, without redirects, errors translated.

What the package lacks is mended here: its timeout starts anew with every byte and its session
follows redirects and proxy variables (so a transport of ours stands in), it does not encode tags in
a query, knows no ``dashboardUID``, and gives up on an answer that is not JSON with an error of
another library's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import requests
from grafana_api import GrafanaFace
from grafana_api.grafana_api import GrafanaException
from requests.adapters import BaseAdapter

from trends.alerting.notify.errors import Refused
from trends.alerting.notify.http import Http
from trends.alerting.notify.text import clean
from trends.errors import Unavailable

T = TypeVar("T")

FOUND_MAX: Final = 10


class Grafana:
    """Annotations of one Grafana.

    Args:
        url: its address, with the path it is served under.
        token: of a service account.
    """

    def __init__(self, url: str, token: str, http: Http) -> None:
        parts = urlsplit(url)
        path = parts.path.strip("/")
        host = parts.hostname or ""
        self._http = http
        self._face = GrafanaFace(
            auth=token,
            host=f"[{host}]" if ":" in host else host,
            port=parts.port,
            url_path_prefix=f"{path}/" if path else "",
            protocol=parts.scheme,
            timeout=http.timeout_s,
        )
        session: requests.Session = self._face.api.s
        session.trust_env = False
        session.mount(f"{parts.scheme}://", _Transport(http))

    def find(self, tag: str) -> list[Mapping[str, Any]]:
        """Annotations that carry ``tag``, newest first."""
        found = self._call(
            lambda: self._face.annotations.get_annotation(
                ann_type=None, tags=[quote(tag, safe="")], limit=FOUND_MAX
            )
        )
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise self._no_grafana(found)
        # An older Grafana may look at the part before the colon only.
        return [item for item in found if tag in (item.get("tags") or ())]

    def add(self, annotation: Mapping[str, Any]) -> None:
        """Creates it; the fields are those of Grafana's API."""
        self._call(lambda: self._face.api.POST("/annotations", json=dict(annotation)))

    def change(self, id_: int, *, start_ms: int, end_ms: int, tags: list[str], text: str) -> None:
        """Replaces what the annotation says."""
        self._call(
            lambda: self._face.annotations.partial_update_annotation(
                id_, time_from=start_ms, time_to=end_ms, tags=tags, text=text
            )
        )

    def _call(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except requests.JSONDecodeError as error:
            raise self._no_grafana("no JSON") from error
        except (GrafanaException, requests.RequestException, TypeError) as error:
            # Not reached by an error status, which the transport has judged already.
            raise Unavailable(f"{self._http.who}: {clean(str(error))}") from error

    def _no_grafana(self, answer: object) -> Refused:
        return Refused(
            f"{self._http.who} answers {clean(repr(answer), 80)}, which Grafana does not; "
            "change its url"
        )


class _Transport(BaseAdapter):
    """What `requests` sends, sent by `Http`."""

    def __init__(self, http: Http) -> None:
        super().__init__()
        self._http = http

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        # Of JSON, which is all that is sent here, the body is bytes.
        content = request.body if isinstance(request.body, bytes) else b""
        # How long the body is and whom it is for, httpx says itself.
        headers = {
            name: str(value)
            for name, value in request.headers.items()
            if name.lower() in {"authorization", "content-type"}
        }
        try:
            answer = self._http.exchange(str(request.method), str(request.url), headers, content)
        except Refused as error:
            raise _with_remedy(error) from error
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response.encoding = "utf-8"
        response.raw = BytesIO(answer.body)
        response.request = request
        response.url = str(request.url)
        return response

    def close(self) -> None:
        """Nothing is kept open."""


def _with_remedy(error: Refused) -> Refused:
    words = str(error)
    if " answered 401" in words or " answered 403" in words:
        return Refused(f"{words}; its token must be of a service account with the role Editor")
    return error
