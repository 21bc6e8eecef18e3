"""`grafana-api` over our own HTTP exchange: with a deadline, without redirects, errors translated.

What the package lacks is mended here: its timeout starts anew with every byte and its session
follows redirects and proxy variables (so a transport of ours stands in), and an answer without a
body is an error to it.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from grafana_api import GrafanaFace
from requests.adapters import BaseAdapter

from trends.http.exchange import Http

_HEADERS: Final = frozenset({"authorization", "content-type", "x-disable-provenance"})


def grafana_face(url: str, auth: str | tuple[str, str], http: Http) -> GrafanaFace:
    """The package's client of one Grafana.

    Args:
        url: its address, with the path it is served under.
        auth: the token of a service account, or a user and a password.
        http: how its requests are sent; raises what `Http` raises.
    """
    parts = urlsplit(url)
    path = parts.path.strip("/")
    host = parts.hostname or ""
    face = GrafanaFace(
        auth=auth,
        host=f"[{host}]" if ":" in host else host,
        port=parts.port,
        url_path_prefix=f"{path}/" if path else "",
        protocol=parts.scheme,
        timeout=http.timeout_s,
    )
    session: requests.Session = face.api.s
    session.trust_env = False
    session.mount(f"{parts.scheme}://", _Transport(http))
    return face


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
            name: str(value) for name, value in request.headers.items() if name.lower() in _HEADERS
        }
        answer = self._http.exchange(str(request.method), str(request.url), headers, content)
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response.encoding = "utf-8"
        # The package takes every answer for JSON, also one that says nothing, as a 204 does.
        response.raw = BytesIO(answer.body or b"null")
        response.request = request
        response.url = str(request.url)
        return response

    def close(self) -> None:
        """Nothing is kept open."""
