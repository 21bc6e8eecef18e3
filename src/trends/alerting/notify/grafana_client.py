"""Annotations of one Grafana, through `grafana-api`.

What the package lacks is mended here: it does not encode tags in a query, knows no
``dashboardUID``, and gives up on an answer that is not JSON with an error of another library's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import quote

import requests
from grafana_api.grafana_api import GrafanaException

from trends.errors import Unavailable
from trends.http.errors import Refused
from trends.http.exchange import Http
from trends.http.grafana_face import grafana_face
from trends.http.text import clean

T = TypeVar("T")

FOUND_MAX: Final = 10


class Grafana:
    """Annotations of one Grafana.

    Args:
        url: its address, with the path it is served under.
        token: of a service account.
    """

    def __init__(self, url: str, token: str, http: Http) -> None:
        self._http = http
        self._face = grafana_face(url, token, http)

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
        except Refused as error:
            raise _with_remedy(error) from error
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


def _with_remedy(error: Refused) -> Refused:
    if error.status in (401, 403):
        return Refused(
            f"{error}; its token must be of a service account with the role Editor", error.status
        )
    return error
