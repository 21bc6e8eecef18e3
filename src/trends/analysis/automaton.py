"""Aho and Corasick's automaton (1975) over the tokens of the taxonomy's phrases."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from trends.analysis.arrays import Ints, Longs
from trends.analysis.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Automaton:
    """The arrays that the kernel walks over.

    Attributes:
        labels: form to its number from 1; all other forms are 0.
        roots: per label, the state it leads to from the first one, or 0.
        edge_keys, edge_targets: hash table of (state << 32 | label) to the next state; -1 is empty.
        fails: per state the longest proper suffix that is a state.
        output_ends: per state the end of its outputs; they begin where the last state's end.
        outputs: rows (topic, length in tokens, 1 if a phrase or 0 if an exclusion).
        ancestor_ends, ancestors: topic numbers that count with a topic, itself first.
        names: of the topics, by number.
    """

    labels: dict[str, int]
    roots: Ints
    edge_keys: Longs
    edge_targets: Ints
    fails: Ints
    output_ends: Ints
    outputs: Ints
    ancestor_ends: Ints
    ancestors: Ints
    names: tuple[str, ...]


def build_automaton(taxonomy: Taxonomy) -> Automaton:
    """The automaton that finds all phrases and exclusions of a taxonomy at once."""
    labels: dict[str, int] = {}
    children: list[dict[int, int]] = [{}]
    found: list[list[tuple[int, int, int]]] = [[]]
    for number, topic in enumerate(taxonomy.topics):
        for phrases, counts in ((topic.phrases, 1), (topic.exclusions, 0)):
            for phrase in phrases:
                state = 0
                for form in phrase:
                    label = labels.setdefault(form, len(labels) + 1)
                    if label not in children[state]:
                        children[state][label] = len(children)
                        children.append({})
                        found.append([])
                    state = children[state][label]
                found[state].append((number, len(phrase), counts))
    fails = [0] * len(children)
    waiting = deque(children[0].values())
    while waiting:
        state = waiting.popleft()
        for label, child in children[state].items():
            fallback = fails[state]
            while fallback and label not in children[fallback]:
                fallback = fails[fallback]
            fails[child] = children[fallback].get(label, 0)
            found[child] += found[fails[child]]
            waiting.append(child)
    keys, targets = _edges(children)
    names = tuple(topic.name for topic in taxonomy.topics)
    places = {name: number for number, name in enumerate(names)}
    lines = [[places[each] for each in (name, *taxonomy.ancestors(name))] for name in names]
    return Automaton(
        labels=labels,
        roots=np.array([children[0].get(label, 0) for label in range(len(labels) + 1)], np.int32),
        edge_keys=keys,
        edge_targets=targets,
        fails=np.array(fails, np.int32),
        output_ends=np.cumsum([len(items) for items in found], dtype=np.int32),
        outputs=np.array([item for items in found for item in items], np.int32).reshape(-1, 3),
        ancestor_ends=np.cumsum([len(line) for line in lines], dtype=np.int32),
        ancestors=np.array([number for line in lines for number in line], np.int32),
        names=names,
    )


def _edges(children: list[dict[int, int]]) -> tuple[Longs, Ints]:
    size = 16
    while size < 3 * sum(map(len, children)):
        size *= 2
    keys = np.full(size, -1, np.int64)
    targets = np.zeros(size, np.int32)
    for state, following in enumerate(children):
        for label, target in following.items():
            key = state << 32 | label
            slot = edge_slot(key, size)
            while keys[slot] != -1:
                slot = (slot + 1) % size
            keys[slot], targets[slot] = key, target
    return keys, targets


def edge_slot(key: int, size: int) -> int:
    """Where the search for an edge begins in a table of ``size`` slots; as in `topics_of`."""
    return ((key >> 32) * 0x9E3779B1 + (key & 0xFFFFFFFF) * 0x85EBCA77) & (size - 1)
