"""A query asked as if it were another moment. Pure.

A picture of last year's range would otherwise say how long ago last year is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_NOW: Final = re.compile(r"\bnow(?:64)?\((\d*)\)")


def standing_at(sql: str, moment: datetime) -> str:
    """``sql`` with `now()` and `now64(n)` replaced by ``moment``."""
    text = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"

    def constant(found: re.Match[str]) -> str:
        if found[0].startswith("now64"):
            return f"toDateTime64('{text}', {found[1] or 3}, 'UTC')"
        return f"toDateTime('{text}', 'UTC')"

    return _NOW.sub(constant, sql)
