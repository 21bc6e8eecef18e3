"""What every notifier does, and what it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from trends.alerting.alert import Transition


@dataclass(frozen=True, slots=True)
class Link:
    """Where to read more."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one notifier.

    Attributes:
        id: the same at every try, so that a receiver can tell a repetition.
        attempt: of tries, this one; the first is 1.
        links: shown with the message.
    """

    id: str
    transition: Transition
    attempt: int = 1
    links: tuple[Link, ...] = ()


class Notifier(Protocol):
    """Tells somebody of a transition."""

    @property
    def name(self) -> str:
        """As rules call it."""
        ...

    def send(self, delivery: Delivery) -> None:
        """Returns when the receiver has it.

        Raises:
            Unavailable: another try may succeed; `Throttled` says when to make it.
            Refused: another try would not.
        """
        ...


class MemoryNotifier:
    """Keeps what it is sent; for tests.

    Attributes:
        sent: every delivery that succeeded.
        failures: raised by the next sends, one each.
    """

    def __init__(self, name: str = "memory") -> None:
        self.name = name
        self.sent: list[Delivery] = []
        self.failures: list[Exception] = []

    def send(self, delivery: Delivery) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(delivery)
