"""Why a message could not be delivered; what another try may mend is `Unavailable`."""

from __future__ import annotations

from trends.errors import TrendsError, Unavailable


class Refused(TrendsError):
    """The receiver does not want it, and would not want it at another try either."""


class Throttled(Unavailable):
    """The receiver wants it later.

    Attributes:
        retry_after_s: when, in seconds from now, if it said so.
    """

    def __init__(self, message: str, retry_after_s: float | None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)
