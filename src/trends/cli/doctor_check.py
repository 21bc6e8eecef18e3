"""What the doctor says about one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from trends.errors import TrendsError


class Health(StrEnum):
    """How a thing is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report; ``remedy`` says what to do where something is to be done."""

    section: str
    name: str
    health: Health
    detail: str
    remedy: str = ""


class Section:
    """Makes the checks of one section."""

    def __init__(self, name: str) -> None:
        self._name = name

    def ok(self, name: str, detail: str) -> Check:
        return Check(self._name, name, Health.OK, detail)

    def warn(self, name: str, detail: str, remedy: str) -> Check:
        return Check(self._name, name, Health.WARN, detail, remedy)

    def fail(self, name: str, detail: str, remedy: str) -> Check:
        return Check(self._name, name, Health.FAIL, detail, remedy)

    def guarded(
        self, name: str, checks: Callable[[], Iterator[Check]], remedy: str
    ) -> Iterator[Check]:
        """The checks; an error of ours among them becomes one more."""
        try:
            yield from checks()
        except TrendsError as error:
            yield self.fail(name, " ".join(str(error).split()), remedy)
