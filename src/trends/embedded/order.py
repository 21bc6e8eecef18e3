"""The order in which processes start: each after everything it needs.

In: process specs. Out: the same specs, sorted; specs that do not depend on each other keep their
order. Never starts anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from trends.embedded.process import ProcessSpec
from trends.errors import ConfigError


def in_order_of_needs(specs: Sequence[ProcessSpec]) -> list[ProcessSpec]:
    """Sort ``specs`` so that each comes after those it needs.

    Raises:
        ConfigError: a name is used twice, a need is unknown, or needs go in a circle.
    """
    by_name = {spec.name: spec for spec in specs}
    if len(by_name) < len(specs):
        names = [spec.name for spec in specs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ConfigError(f"two processes share a name: {', '.join(twice)}")
    for spec in specs:
        unknown = [name for name in spec.needs if name not in by_name]
        if unknown:
            raise ConfigError(f"{spec.name} needs {', '.join(unknown)}, which is not there")
    try:
        names_in_order = TopologicalSorter({s.name: s.needs for s in specs}).static_order()
        return [by_name[name] for name in names_in_order]
    except CycleError as error:
        raise ConfigError(f"processes need each other: {' -> '.join(error.args[1])}") from error
