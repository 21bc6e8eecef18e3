"""Variables of the environment put into files of alerting, as Grafana does on reading. Pure.

In: ``$NAME``, ``${NAME}``, ``$__env{NAME}`` and ``$$`` in texts. Out: the texts. A variable that is
not set is an error, where Grafana would put nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from trends.errors import ConfigError

_REFERENCE: Final = re.compile(
    r"\$(?:(?P<escaped>\$)|__(?P<how>env|file)\{(?P<what>[^}]*)\}|\{(?P<braced>\w+)\}|(?P<bare>\w+))"
)


def put_environment(value: Any, environment: Mapping[str, str], path: str) -> Any:
    """``value`` with the variables in its texts replaced, however deep.

    Raises:
        ConfigError: naming ``path`` and a variable that is not set.
    """
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: _replacement(found, environment, path), value)
    if isinstance(value, dict):
        return {
            key: put_environment(inner, environment, f"{path}.{key}")
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [
            put_environment(inner, environment, f"{path}[{index}]")
            for index, inner in enumerate(value)
        ]
    return value


def variables_in(text: str) -> list[str]:
    """Names of the variables, and of the files, that a text is completed by."""
    found = _REFERENCE.finditer(text)
    return [
        match["what"] or match["braced"] or match["bare"] for match in found if not match["escaped"]
    ]


def _replacement(found: re.Match[str], environment: Mapping[str, str], path: str) -> str:
    if found["escaped"]:
        return "$"
    if found["how"] == "file":
        raise ConfigError(
            f"{path}: {found[0]} is a file of Grafana's machine; use a variable of the environment"
        )
    name = found["what"] or found["braced"] or found["bare"] or ""
    if name not in environment:
        raise ConfigError(f"{path}: the environment has no {name}; write $$ for a plain $")
    return environment[name]
