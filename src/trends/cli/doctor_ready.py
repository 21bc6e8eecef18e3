"""What the services of a running stack say themselves: what they wait for.

In: the address of a service's metrics. Out: what is missing. Never waits long for an answer.
"""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException
from typing import Final
from urllib.parse import urlsplit

ANSWER_TIMEOUT_S: Final = 2.0


def waits_for(metrics_url: str) -> str:
    """What a service waits for, in words; empty if for nothing.

    Args:
        metrics_url: where its metrics are; /ready is beside them.
    """
    parts = urlsplit(metrics_url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=ANSWER_TIMEOUT_S)
    try:
        connection.request("GET", "/ready")
        answer = json.loads(connection.getresponse().read())
        missing = answer["missing"].items()
    except (OSError, HTTPException, ValueError, KeyError, AttributeError, TypeError) as error:
        return f"does not say how it is: {error or type(error).__name__}"
    finally:
        connection.close()
    return "; ".join(f"waits for {name}: {reason}" for name, reason in missing)
