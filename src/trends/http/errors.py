"""Why a request was not taken; what another try may mend is `Unavailable`."""

from __future__ import annotations

from trends.errors import TrendsError, Unavailable


class Refused(TrendsError):
    """The receiver does not want it, and would not want it at another try either.

    Attributes:
        status: what it answered with, if it answered.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)


class Throttled(Unavailable):
    """The receiver wants it later.

    Attributes:
        retry_after_s: when, in seconds from now, if it said so.
    """

    def __init__(self, message: str, retry_after_s: float | None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)
