"""What is wrong with a rules file, so that its author can mend it.

In: pydantic's errors and the lines of the file. Out: one sentence each, with path, line, value and
remedy. Never shows a value that may be a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from trends.alerting.quiet import QuietHours
from trends.alerting.rules import Rule, Rules
from trends.alerting.rules_notifiers import BY_TYPE
from trends.alerting.rules_yaml import Path
from trends.errors import ConfigError, shorten

NOTIFIERS: Final = "notifiers"
_MISSING: Final = "is missing"
# What may stand in a notifier and is no secret; a mistyped name may stand before a password.
_SHOWN_OF_NOTIFIERS: Final = frozenset(
    {"type", "timeout", "send_resolved", "host", "port", "tls", "username", "from", "to"}
    | {"dashboard_uid", "tags", "url_env", "secret_env", "token_env", "password_env", "proxy_env"}
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong; ``value`` is shown as it stands, or is empty."""

    path: Path
    message: str
    value: str = ""


def problems_of(error: ValidationError) -> list[Problem]:
    """What pydantic found, in our words."""
    items = error.errors(include_url=False)
    # A list of wrong items is empty to pydantic.
    found = [_problem(item) for item in items if item["type"] != "too_short" or not item["input"]]
    paths = {problem.path for problem in found}
    # A variable that is not set leaves its secret missing; one error is enough.
    return [
        problem
        for problem in found
        if not problem.path
        or not problem.message.startswith(_MISSING)
        or (*problem.path[:-1], f"{problem.path[-1]}_env") not in paths
    ]


def told(problems: list[Problem], origin: str, lines: Mapping[Path, int]) -> ConfigError:
    """One problem as a sentence, several as a list."""
    sentences = [_sentence(problem, lines) for problem in problems]
    if len(sentences) == 1:
        return ConfigError(f"{origin}: {sentences[0]}")
    return ConfigError("\n  ".join([f"{origin} has {len(sentences)} errors:", *sentences]))


def did_you_mean(word: str, known: list[str]) -> str:
    """A suggestion, and all there is."""
    near = get_close_matches(word, known, n=1)
    return (f"did you mean {near[0]!r}? " if near else "") + f"known: {', '.join(known)}"


def _sentence(problem: Problem, lines: Mapping[Path, int]) -> str:
    line = next(
        (
            lines[part]
            for end in range(len(problem.path), 0, -1)
            if (part := problem.path[:end]) in lines
        ),
        None,
    )
    place = _shown_path(problem.path) + (f" (line {line})" if line else "")
    value = f": {problem.value}" if problem.value else ""
    return f"{place}{value} {problem.message}".strip()


def _shown_path(path: Path) -> str:
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            shown += f".{part}" if shown else part
    return shown


def _problem(item: ErrorDetails) -> Problem:
    path = _path(item["loc"])
    message = _message(item, path)
    return Problem(path, message, "" if message.startswith(_MISSING) else _value(item, path))


def _path(loc: tuple[int | str, ...]) -> Path:
    """Without the type of the notifier, which pydantic puts behind its name."""
    if len(loc) > 2 and loc[0] == NOTIFIERS:
        return (*loc[:2], *(part for part in loc[3:] if part != "[key]"))
    return loc


def _value(item: ErrorDetails, path: Path) -> str:
    value = item["input"]
    if item["type"] == "extra_forbidden" or isinstance(value, Mapping | list | tuple | BaseModel):
        return ""
    if path and path[0] == NOTIFIERS and len(path) > 1:
        if item["loc"][-1] == "[key]":
            return ""
        if len(path) < 3 or path[2] not in _SHOWN_OF_NOTIFIERS:
            return ""
    return shorten(value)


def _message(item: ErrorDetails, path: Path) -> str:
    context: dict[str, Any] = item.get("ctx", {})
    match item["type"]:
        case "missing":
            return f"{_MISSING}; give it a value"
        case "string_type" if item["input"] is None and path[:1] == (NOTIFIERS,):
            return f"{_MISSING}; give it, or name its environment variable in {path[-1]}_env"
        case "extra_forbidden":
            return f"is no field here; {did_you_mean(str(path[-1]), _fields_at(item['loc'][:-1]))}"
        case "string_type":
            return "must be a text; put it in quotes"
        case "tuple_type":
            return "must be a list, such as [a, b]"
        case "too_short":
            return "must not be empty; leave it out, or name one"
        case "string_too_short":
            return "must not be empty; leave it out, or name one"
        case "enum" | "literal_error":
            return f"must be one of {context['expected']}"
        case "union_tag_not_found":
            return f"has no type; write type: and one of {', '.join(BY_TYPE)}"
        case "union_tag_invalid":
            known = did_you_mean(str(context["tag"]), list(BY_TYPE))
            return f"has the unknown type {shorten(context['tag'])}; {known}"
        case "string_pattern_mismatch":
            return "must be of small letters, digits and hyphens, such as taking-off"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "must be a mapping of fields to values"
        case "value_error":
            return str(context["error"])
        case _:
            return item["msg"].replace("Input should", "must", 1)


def _fields_at(loc: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = Rules
    match loc:
        case (_, _, "quiet_hours"):
            model = QuietHours
        case ("notifiers", _, str() as tag):
            model = BY_TYPE[tag]
        case ("rules", _):
            model = Rule
    return [field.alias or name for name, field in model.model_fields.items()]
