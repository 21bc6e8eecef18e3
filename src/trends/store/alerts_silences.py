"""Silences: for a while, what happens to some alerts is recorded and told to nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.errors import ConfigError
from trends.store.client import translated

_ENDED: Final = 1
_NAMES: Final = ["id", "pattern", "rule", "until", "comment", "created_at", "ended_at", "state"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Keeps some alerts from being told.

    Attributes:
        id: names it.
        pattern: as for file names, whatever the case; one of an alert's names must match.
        rule: of which rule; empty: of any.
        until: when it ends by itself.
        comment: why.
        created_at: since when it is in force.
        ended_at: when it was ended before its time.
    """

    id: str
    pattern: str
    rule: str = ""
    until: datetime
    comment: str = ""
    created_at: datetime
    ended_at: datetime | None = None

    def is_in_force(self, at: datetime) -> bool:
        """Whether it keeps anything from being told at that moment."""
        end = self.until if self.ended_at is None else min(self.until, self.ended_at)
        return self.created_at <= at < end

    def covers(self, rule: str, names: Iterable[str], at: datetime) -> bool:
        """Whether it keeps an alert with these names from being told at that moment."""
        if not self.is_in_force(at) or self.rule not in ("", rule):
            return False
        pattern = self.pattern.casefold()
        return any(fnmatchcase(name.casefold(), pattern) for name in names)


def put_silence(client: Client, silence: Silence) -> None:
    """Records a silence, or that it has ended."""
    row = [getattr(silence, name) for name in _NAMES[:-1]]
    state = 0 if silence.ended_at is None else _ENDED
    with translated():
        client.insert("silences", [[*row, state]], column_names=_NAMES)


def list_silences(client: Client, in_force_at: datetime | None = None) -> list[Silence]:
    """All there ever were, newest first; or those in force at a moment."""
    with translated():
        rows = client.query(
            "SELECT id, pattern, rule, until, comment, created_at, ended_at FROM silences FINAL "
            "ORDER BY created_at DESC, id",
            tz_mode="aware",
        ).result_rows
    every = [Silence(**dict(zip(_NAMES[:-1], row, strict=True))) for row in rows]
    return [each for each in every if in_force_at is None or each.is_in_force(in_force_at)]


def find_silence(client: Client, id_start: str) -> Silence:
    """The one silence whose id begins with ``id_start``.

    Raises:
        ConfigError: if there is none, or more than one.
    """
    found = [each for each in list_silences(client) if id_start and each.id.startswith(id_start)]
    if len(found) != 1:
        many = "several silences have" if found else "no silence has"
        raise ConfigError(f"{many} an id that begins with {id_start!r}")
    return found[0]
