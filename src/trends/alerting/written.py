"""How people write what rose: read off the listings that mention it, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.alerting.risen import Thing
from trends.detection.source import Name
from trends.detection.spike import Kind
from trends.ranking.display import written
from trends.ranking.surfaces import votes_of
from trends.store.evidence import Mentioning, texts_of

TEXTS_PER_NAME: Final = 12
REMEMBERED_MAX: Final = 10_000


class WrittenNames:
    """Remembers how things are written; a name that is written otherwise later keeps its form."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], str] = {}

    def of(
        self,
        client: Client,
        start: datetime,
        things: Sequence[Thing],
        evidence: Sequence[Mentioning],
    ) -> dict[Name, str]:
        """Things by their most significant name, as people write them.

        Topics are written as the taxonomy has them.

        Args:
            client: of the store.
            start: of the window.
            things: to be named.
            evidence: the listings that things refer to by number.
        """
        if len(self._known) > REMEMBERED_MAX:
            self._known.clear()
        terms = {thing.name: thing for thing in things if thing.name.kind is Kind.TERM}
        new = [thing for thing in terms.values() if _names(thing) not in self._known]
        chosen = {
            thing.name: [evidence[place].id for place in sorted(thing.listings)[:TEXTS_PER_NAME]]
            for thing in new
        }
        texts = texts_of(client, start, {one for ids in chosen.values() for one in ids})
        for thing in new:
            names = _names(thing)
            read = [texts[one] for one in chosen[thing.name] if one in texts]
            self._known[names] = written(names, votes_of(names, read))
        return {
            thing.name: self._known[_names(thing)] if thing.name in terms else thing.name.name
            for thing in things
        }


def _names(thing: Thing) -> tuple[str, ...]:
    return tuple(one.name.name for one in thing.found)
