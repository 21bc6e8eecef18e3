"""A taxonomy's tree as rows, so that SQL can show topics under their parents.

In: a taxonomy, and the number of the generation that counts by it. Out: rows of `topic_nodes`, and
with them the view `topic_tree`. Never says what is counted: a topic's counts hold those of the
topics within it already.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from clickhouse_connect.driver.client import Client

from trends.analysis.taxonomy import Taxonomy
from trends.store.client import translated

_NAMES: Final = ["generation", "topic", "parent", "path", "depth", "place"]


class Node(NamedTuple):
    """A topic in its place.

    Attributes:
        topic: its name.
        parent: the topic that it lies within; empty at the top.
        path: from the top down to the topic itself.
        depth: how many topics it lies within.
        place: its line when the tree is printed, from 0.
    """

    topic: str
    parent: str
    path: tuple[str, ...]
    depth: int
    place: int


def nodes(taxonomy: Taxonomy) -> list[Node]:
    """Every topic, parents before their children, siblings in the order of the file."""
    children: dict[str, list[str]] = {}
    for topic in taxonomy.topics:
        children.setdefault(topic.parent or "", []).append(topic.name)
    return [
        Node(path[-1], path[-2] if len(path) > 1 else "", path, len(path) - 1, place)
        for place, path in enumerate(_paths(children, ()))
    ]


def put_topic_tree(client: Client, generation: int, taxonomy: Taxonomy) -> None:
    """Writes the tree as a whole, in one insert; writing it again changes nothing."""
    rows = [
        [generation, node.topic, node.parent, list(node.path), node.depth, node.place]
        for node in nodes(taxonomy)
    ]
    if rows:
        with translated():
            client.insert("topic_nodes", rows, column_names=_NAMES)


def has_topic_tree(client: Client, generation: int) -> bool:
    """Whether the tree of that generation is there."""
    with translated():
        result = client.query(
            "SELECT count() FROM topic_nodes WHERE generation = {generation:UInt32}",
            parameters={"generation": generation},
        )
    return bool(result.result_rows[0][0])


def _paths(children: dict[str, list[str]], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name in children.get(above[-1] if above else "", ()):
        path = (*above, name)
        yield path
        yield from _paths(children, path)
