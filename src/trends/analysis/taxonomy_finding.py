"""What is found wrong in a taxonomy file.

In: nothing. Out: `Finding`, which the reader and the rules make. Never decides what follows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from trends.errors import shorten


class Severity(StrEnum):
    """Whether the file can be used."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to correct, and how.

    Attributes:
        severity: an error keeps the taxonomy from being used, a warning does not.
        line: where it stands in the file, counted from 1.
        topic: the topic's name; empty where the finding is about the whole file.
        field: the field of the topic; empty where it is about the topic as such.
        value: the value at fault, as it was written; empty where there is none.
        message: what is wrong with it, and the remedy.
        origin: the file, as messages call it.
    """

    severity: Severity
    line: int
    topic: str
    field: str
    value: str
    message: str
    origin: str = ""

    def __str__(self) -> str:
        where = [self.origin] if self.origin else []
        where.append(f"line {self.line}")
        if self.topic:
            where.append(f"topic {shorten(self.topic)}")
        if self.field:
            where.append(f"{self.field} {shorten(self.value)}" if self.value else self.field)
        return f"{', '.join(where)}: {self.message}"


def error(line: int, topic: str, field: str, value: str, message: str) -> Finding:
    """A finding that keeps the taxonomy from being used."""
    return Finding(Severity.ERROR, line, topic, field, value, message)


def warning(line: int, topic: str, field: str, value: str, message: str) -> Finding:
    """A finding that leaves the taxonomy usable."""
    return Finding(Severity.WARNING, line, topic, field, value, message)


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, as the end of a message; empty if none is near."""
    by_key = {name.casefold(): name for name in known}
    near = get_close_matches(text.casefold(), by_key, n=1)
    return f"; did you mean {by_key[near[0]]!r}?" if near else ""
