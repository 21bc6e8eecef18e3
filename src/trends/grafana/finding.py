"""One thing that is wrong with a file of dashboards or alerting. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong, and where.

    Attributes:
        path: within the file, as ``panels[3].gridPos``; empty for the whole of it.
        message: in words.
    """

    path: str
    message: str


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is a JSON object."""
    return isinstance(value, dict)


def is_whole(value: object) -> TypeGuard[int]:
    """Whether it is a whole number; a truth value is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def objects(value: object, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a list, with its path; nothing of what is no list."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if is_object(item):
                yield f"{path}[{index}]", item


def strings(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a document, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from strings(inner, f"{path}[{index}]")
