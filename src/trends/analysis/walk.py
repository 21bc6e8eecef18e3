"""Kernel: tokens to topics, by the taxonomy's automaton."""

from __future__ import annotations

import numpy as np

from trends.analysis.arrays import Bytes, Ints, Longs, Words
from trends.analysis.lexicon import LABEL
from trends.analysis.native import native
from trends.analysis.scan import BEGINS_PART

_LABEL_BITS = 32
_STATE_FACTOR = 0x9E3779B1
_LABEL_FACTOR = 0x85EBCA77


@native
def _next(state: int, label: int, keys: Longs, targets: Ints) -> int:
    """The state an edge leads to, or -1."""
    mask = len(keys) - 1
    key = (np.int64(state) << _LABEL_BITS) | label
    slot = (np.int64(state) * _STATE_FACTOR + label * _LABEL_FACTOR) & mask
    while keys[slot] != -1:
        if keys[slot] == key:
            return int(targets[slot])
        slot = (slot + 1) & mask
    return -1


@native
def walk(
    numbers: Ints,
    flags: Bytes,
    rows: Words,
    roots: Ints,
    keys: Longs,
    targets: Ints,
    fails: Ints,
    output_ends: Ints,
    found: Ints,
) -> int:
    """Runs the automaton over all tokens.

    Returns:
        The number of outputs met. The first `len(found)` of them are written to ``found``, rows
        (token where it ends, number of the output).
    """
    count = 0
    state = 0
    for token in range(len(numbers)):
        if flags[token] & BEGINS_PART:
            state = 0
        label = int(rows[numbers[token], LABEL])
        if label == 0:
            state = 0
            continue
        target = -1
        while state > 0:
            target = _next(state, label, keys, targets)
            if target >= 0:
                break
            state = fails[state]
        state = roots[label] if target < 0 else target
        for output in range(output_ends[state - 1] if state else 0, output_ends[state]):
            if count < len(found):
                found[count, 0] = token
                found[count, 1] = output
            count += 1
    return count


@native
def find_topics(
    token_ends: Longs,
    found: Ints,
    outputs: Ints,
    ancestor_ends: Ints,
    ancestors: Ints,
    counts: Ints,
    last_ends: Ints,
    topics: Ints,
    mentions: Ints,
    topic_ends: Longs,
) -> int:
    """Counts the outputs of `walk` by listing, without those inside an exclusion.

    Args:
        token_ends: tokens up to the end of each text, two texts a listing.
        found: what `walk` found.
        outputs, ancestor_ends, ancestors: of the automaton.
        counts, last_ends: per topic, zeros and -1; the same afterwards.
        topics, mentions: out, per topic of a listing; room for every output and its ancestors.
        topic_ends: out, per listing.
    """
    count = 0
    first = 0
    for listing in range(len(topic_ends)):
        end = first
        while end < len(found) and found[end, 0] < token_ends[2 * listing + 1]:
            end += 1
        first_topic = count
        for each in range(first, end):
            token = found[each, 0]
            topic, length, is_phrase = outputs[found[each, 1]]
            if not is_phrase:
                continue
            void = False
            for other in range(first, end):
                other_topic, other_length, other_is_phrase = outputs[found[other, 1]]
                if (
                    not other_is_phrase
                    and other_topic == topic
                    and found[other, 0] >= token
                    and found[other, 0] - other_length <= token - length
                ):
                    void = True
                    break
            if void:
                continue
            for line in range(ancestor_ends[topic - 1] if topic else 0, ancestor_ends[topic]):
                counted = ancestors[line]
                if last_ends[counted] == token:
                    continue
                last_ends[counted] = token
                if counts[counted] == 0:
                    topics[count] = counted
                    count += 1
                counts[counted] += 1
        for each in range(first_topic, count):
            mentions[each] = counts[topics[each]]
            counts[topics[each]] = 0
            last_ends[topics[each]] = -1
        topic_ends[listing] = count
        first = end
    return count
