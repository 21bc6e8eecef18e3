"""Requests to one Grafana through `grafana-api`: tried again where that can do no harm.

In: calls of that package. Out: its answers, or errors of our own tree that say what to change.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
from grafana_api import GrafanaFace
from grafana_api.grafana_api import GrafanaException
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
)

from trends.clock import Clock
from trends.errors import ConfigError, TrendsError, Unavailable
from trends.http.errors import Refused, Throttled
from trends.http.exchange import Http, host_of
from trends.http.grafana_face import grafana_face
from trends.http.text import clean
from trends.settings import Settings

T = TypeVar("T")

TIMEOUT_S: Final = 15.0
ATTEMPTS: Final = 5
WAIT_MAX_S: Final = 30.0
ANSWER_MAX_BYTES: Final = 64 << 20
VERSION_MIN: Final = (11, 6)
_ROLE: Final = "it must be of a service account with the role Admin"


class Changed(TrendsError):
    """Somebody else changed the object since it was read."""


class Client:
    """One Grafana.

    Attributes:
        face: `grafana-api`'s client; to be used within `call`.
    """

    def __init__(
        self,
        url: str,
        auth: str | tuple[str, str],
        clock: Clock,
        *,
        timeout_s: float = TIMEOUT_S,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.who = f"Grafana at {host_of(url)}"
        http = Http(self.who, clock, timeout_s, answer_max_bytes=ANSWER_MAX_BYTES)
        self.face: GrafanaFace = grafana_face(url, auth, http)
        self._clock = clock
        self._attempts = attempts

    def call(self, request: Callable[[GrafanaFace], T]) -> T:
        """What ``request`` gives; it is made once.

        Raises:
            ConfigError: if the server does not let us, or is none.
            Changed: if it has a newer version than we know.
            Refused: if it does not want what we sent.
            Unavailable: if it does not answer, or not now.
        """
        try:
            return request(self.face)
        except Refused as error:
            raise self._translated(error) from error
        except requests.JSONDecodeError as error:
            raise ConfigError(
                f"{self.who} answers what is no JSON, so it is no Grafana; change TRENDS_GRAFANA"
            ) from error
        except (GrafanaException, requests.RequestException) as error:
            # Not reached by an error status, which the transport has judged already.
            raise Unavailable(f"{self.who}: {clean(str(error))}") from error

    def repeatedly(self, action: Callable[[], T]) -> T:
        """What ``action`` gives; again after a wait while the server is away.

        Args:
            action: may be done twice, as reading is, and writing by uid what was read anew.

        Raises:
            Unavailable: if it still is after some attempts.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(Unavailable),
            wait=_wait_s,
            stop=stop_after_attempt(self._attempts),
            sleep=self._clock.sleep,
            reraise=True,
        )
        return retrying(action)

    def read(self, request: Callable[[GrafanaFace], Any]) -> Any:
        """What is there; None if it is not."""
        try:
            return self.repeatedly(lambda: self.call(request))
        except Refused as error:
            if error.status == 404:
                return None
            raise

    def check(self) -> str:
        """Its version, if it is well and of those that we know.

        Raises:
            ConfigError: if it is too old, or no Grafana.
            Unavailable: if it is not well.
        """
        health = self.read(lambda face: face.api.GET("/health"))
        if not isinstance(health, dict) or "database" not in health:
            raise ConfigError(f"{self.who} is no Grafana; change TRENDS_GRAFANA")
        if health["database"] != "ok":
            raise Unavailable(f"{self.who}: its database is {clean(str(health['database']))}")
        # It may be set to hide its version.
        version = str(health.get("version") or "")
        known = re.match(r"(\d+)\.(\d+)", version)
        if known and (int(known[1]), int(known[2])) < VERSION_MIN:
            least = ".".join(map(str, VERSION_MIN))
            raise ConfigError(f"{self.who} is version {version}; {least} is needed at least")
        return version or "unknown"

    def _translated(self, error: Refused) -> TrendsError:
        words = str(error)
        if error.status == 401:
            return ConfigError(f"{words}; check TRENDS_GRAFANA_TOKEN: {_ROLE}")
        if error.status == 403:
            return ConfigError(f"{words}; change TRENDS_GRAFANA_TOKEN: {_ROLE}")
        if error.status == 412:
            return Changed(f"{words}; somebody changed it meanwhile: see trends grafana diff")
        if error.status is None or 300 <= error.status < 400:
            return ConfigError(f"{words} (TRENDS_GRAFANA)")
        return error


def connected(settings: Settings, clock: Clock) -> Client:
    """A client as the settings say.

    Raises:
        ConfigError: if they do not say enough.
    """
    if not settings.grafana:
        raise ConfigError("TRENDS_GRAFANA names no Grafana, as https://grafana.example.org")
    parts = urlsplit(settings.grafana)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError("TRENDS_GRAFANA is no URL such as https://grafana.example.org")
    token = settings.grafana_token.get_secret_value()
    if not token and not parts.username:
        raise ConfigError(f"TRENDS_GRAFANA_TOKEN is not set; {_ROLE}")
    auth = token or (unquote(parts.username or ""), unquote(parts.password or ""))
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return Client(bare, auth, clock)


_exponential: Final = wait_exponential(multiplier=0.5, max=10.0)


def _wait_s(state: RetryCallState) -> float:
    """As long as the server asks for, within reason; else ever longer."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Throttled) and error.retry_after_s is not None:
        return min(error.retry_after_s, WAIT_MAX_S)
    return float(_exponential(state))
