"""One HTTP exchange with a deadline, and what its answer means.

In: a request. Out: the answer, if the receiver took it; otherwise `Unavailable` or `Refused`, with
the receiver's own words. Follows no redirect and no proxy variable of the environment.
"""

from __future__ import annotations

import asyncio
import math
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import certifi
import httpx

from trends import __version__
from trends.clock import Clock
from trends.errors import Unavailable
from trends.http.errors import Refused, Throttled
from trends.http.text import clean

CONNECT_TIMEOUT_S: Final = 5.0
ANSWER_MAX_BYTES: Final = 1 << 20
RETRY_AFTER_MAX_S: Final = 86_400.0
# 4xx that pass: too slow, too early, too often.
_PASSING: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said; of a long body, the beginning."""

    status: int
    headers: httpx.Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Http:
    """Exchanges with one receiver.

    Attributes:
        who: what messages call it; must not hold a secret.
        timeout_s: for the whole exchange, however many bytes trickle in.
        answer_max_bytes: of a longer answer the beginning is read.
    """

    who: str
    clock: Clock
    timeout_s: float
    proxy: str | None = None
    answer_max_bytes: int = ANSWER_MAX_BYTES

    def exchange(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        """The answer, if it is a 2xx.

        Raises:
            Unavailable: no whole answer in time, or one that may pass.
            Refused: an answer that another try would not change.
        """
        try:
            # The only way to limit the whole of it: a sync client's timeouts start anew with every
            # byte, which a receiver can send one by one.
            answer = asyncio.run(self._within_time(method, url, headers, content))
        except TimeoutError as error:
            raise Unavailable(f"{self.who}: no answer within {self.timeout_s:g} s") from error
        except httpx.TimeoutException as error:
            raise Unavailable(f"{self.who}: {_words(error) or 'timed out'}") from error
        except (httpx.HTTPError, OSError) as error:
            raise Unavailable(f"{self.who}: {_words(error)}") from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise Refused(f"{self.who}: nothing can be sent to its url; change it") from error
        self._judge(answer, url)
        return answer

    async def _within_time(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes
    ) -> Answer:
        async with (
            asyncio.timeout(self.timeout_s),
            httpx.AsyncClient(
                trust_env=False,
                proxy=self.proxy,
                verify=_tls(),
                timeout=httpx.Timeout(
                    self.timeout_s, connect=min(CONNECT_TIMEOUT_S, self.timeout_s)
                ),
            ) as client,
            client.stream(method, url, headers=_complete(headers), content=content) as response,
        ):
            body = bytearray()
            # Raw: a few bytes of a compressed body can unfold into gigabytes.
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) >= self.answer_max_bytes:
                    break
            return Answer(
                response.status_code, response.headers, bytes(body[: self.answer_max_bytes])
            )

    def _judge(self, answer: Answer, url: str) -> None:
        status = answer.status
        if 200 <= status < 300:
            return
        said = clean(answer.body.decode("utf-8", "replace"))
        message = f"{self.who} answered {status}" + (f": {said}" if said else "")
        if 300 <= status < 400:
            target = _shown(answer.headers.get("location", ""), url)
            raise Refused(
                f"{self.who} redirects ({status}) to {target}; redirects are not followed, "
                "change its url",
                status,
            )
        if status in _PASSING or status == 503:
            raise Throttled(message, self._retry_after_s(answer.headers.get("retry-after", "")))
        if status >= 500 or status < 200:
            raise Unavailable(message)
        raise Refused(message, status)

    def _retry_after_s(self, value: str) -> float | None:
        """Seconds, or a date; None if it is neither."""
        try:
            seconds = float(value)
        except ValueError:
            try:
                at = parsedate_to_datetime(value)
            except ValueError:
                return None
            aware = at if at.tzinfo else at.replace(tzinfo=UTC)
            seconds = (aware - self.clock.now()).total_seconds()
        if not math.isfinite(seconds):
            return None
        return min(max(seconds, 0.0), RETRY_AFTER_MAX_S)


def host_of(url: str) -> str:
    """Scheme, host and port of ``url``: enough to know it by, and without what is secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _complete(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        "user-agent": f"trends/{__version__}",
        "accept-encoding": "identity",
        **headers,
    }


def _shown(location: str, url: str) -> str:
    """Where a redirect leads; of the same host, its path."""
    if not location:
        return "nowhere"
    parts = urlsplit(location)
    shown = location.partition("?")[0] if not parts.username else host_of(location)
    return clean(shown if parts.netloc else host_of(url) + shown)


def _words(error: Exception) -> str:
    """What went wrong, from the cause if the error itself does not say."""
    said = clean(str(error)) or clean(str(error.__cause__ or ""))
    return said or type(error).__name__


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Trusts what this machine trusts (also by SSL_CERT_FILE), and the usual authorities."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
