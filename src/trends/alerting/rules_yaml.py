"""YAML with the lines it came from, and without the traps of YAML 1.1.

In: a file's text. Out: its values, and the line of each. ``22:00`` and ``2026-01-31`` stay texts,
``1e-3`` is a number, and a key that stands twice is an error. Knows nothing of rules.
"""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from trends.errors import ConfigError

Path = tuple[str | int, ...]

# Aliases can unfold a short text into a huge one.
NODES_MAX: Final = 100_000
_TAG: Final = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """Resolves plain scalars as YAML 1.2 does."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - pyyaml's own
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag.removeprefix(_TAG) not in {"int", "float", "timestamp"}
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver(
    f"{_TAG}int", re.compile(r"^[-+]?(?:0|[1-9][0-9_]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    f"{_TAG}float",
    re.compile(r"^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)


def read_yaml(text: str, origin: str) -> tuple[Any, dict[Path, int]]:
    """The values of ``text`` and, by path, the line where each begins.

    Raises:
        ConfigError: naming ``origin`` and the line, if it is not YAML or a key stands twice.
    """
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        lines: dict[Path, int] = {}
        if node is not None:
            _walk(node, (), lines, origin)
        return (None if node is None else loader.construct_document(node)), lines
    except yaml.YAMLError as problem:
        raise ConfigError(f"{origin}: {_place(problem)}not YAML: {_reason(problem)}") from problem
    except RecursionError as problem:
        raise ConfigError(f"{origin}: nested too deeply for a file of rules") from problem
    except ValueError as problem:
        raise ConfigError(f"{origin}: not YAML: {problem}") from problem
    finally:
        if loader is not None:
            loader.dispose()


def _walk(node: yaml.Node, path: Path, lines: dict[Path, int], origin: str) -> None:
    lines[path] = node.start_mark.line + 1
    if len(lines) > NODES_MAX:
        raise ConfigError(f"{origin}: more than {NODES_MAX:,} values are no file of rules")
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*path, index), lines, origin)
    elif isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in keys:
                raise ConfigError(
                    f"{origin}, line {line}: {name!r} stands twice here; remove or rename one"
                )
            keys.add(name)
            _walk(value, (*path, name), lines, origin)
            lines[(*path, name)] = line


def _place(problem: yaml.YAMLError) -> str:
    mark = getattr(problem, "problem_mark", None)
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""


def _reason(problem: yaml.YAMLError) -> str:
    """In one line, without pyyaml's drawing of the place."""
    if isinstance(problem, yaml.MarkedYAMLError):
        parts = [part for part in (problem.context, problem.problem) if part]
        return ", ".join(parts) + "; put texts with special characters in quotes"
    return " ".join(str(problem).split())
