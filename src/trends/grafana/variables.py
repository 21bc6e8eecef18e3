"""Dashboard variables put into SQL as the browser does it, before macros. Pure.

In: SQL with ``$v``, ``${v:format}``, ``[[v]]`` and ``$__conditionalAll``, and what each variable
is. Out: SQL with macros only. A name that nobody defined is an error: Grafana would leave it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from trends.errors import ConfigError
from trends.grafana.formats import format_value, plain_value
from trends.grafana.window import Window, duration_text

ALL: Final = "$__all"
"""What stands for every option."""
REFERENCE: Final = re.compile(
    r"\$(?P<bare>\w+)"
    r"|\[\[(?P<old>\w+?)(?::(?P<old_format>\w+))?\]\]"
    r"|\$\{(?P<braced>\w+)(?:\.(?P<path>[^:^}]+))?(?::(?P<format>[^}]+))?\}"
)
_CONDITIONAL: Final = "$__conditionalAll("
_CONDITIONAL_VARIABLE: Final = re.compile(r"(?<=\$\{)\w+(?=\})|(?<=\$)\w+")
# The browser replaces by a string in which these mean something.
_REPLACEMENT_PATTERN: Final = re.compile(r"\$[$&`']")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable and what is chosen.

    Attributes:
        value: one value; many, if several can be chosen (also if one is); `ALL` or a tuple of it.
        text: what the menu shows for it; the value otherwise.
        options: every value there is, for `ALL`; None if they are not known.
        all_value: what `ALL` is written as; not formatted.
    """

    name: str
    value: str | tuple[str, ...]
    text: str = ""
    options: tuple[str, ...] | None = None
    all_value: str | None = None

    @property
    def is_all(self) -> bool:
        return self.value in (ALL, (ALL,))

    def written(self, format_: str | None) -> str:
        """In a format; without one, as the plugin has it.

        Raises:
            ConfigError: if all are chosen and it is not known which there are.
        """
        if self.is_all and format_ == "text":
            return "All"
        if self.is_all and self.all_value:
            return self.all_value
        value = self.value
        if value == ():
            raise ConfigError(f"${self.name} has no value in the file; give it one")
        if self.is_all:
            if self.options is None:
                raise ConfigError(
                    f"${self.name} stands for all options, which are not given; use "
                    f"$__conditionalAll, or give the variable an allValue"
                )
            value = self.options
        text = self.text or (value if isinstance(value, str) else " + ".join(value))
        return plain_value(value) if format_ is None else _formatted(self, value, text, format_)


def _formatted(variable: Variable, value: str | tuple[str, ...], text: str, format_: str) -> str:
    try:
        return format_value(variable.name, value, text, format_)
    except ConfigError as error:
        raise ConfigError(f"${{{variable.name}:{format_}}}: {error}") from error


def interpolate(
    sql: str, variables: Mapping[str, Variable], window: Window, where: str = "query"
) -> str:
    """``sql`` with every variable in it replaced.

    Raises:
        ConfigError: naming ``where`` and what is undefined.
    """
    known = {**built_in(window), **variables}

    def replaced(found: re.Match[str]) -> str:
        name = found["bare"] or found["old"] or found["braced"]
        variable = known.get(name)
        if variable is None:
            # A macro, or the mark of a group in a regular expression.
            if found["bare"] and (name.startswith("__") or name.isdigit()):
                return found[0]
            raise ConfigError(f"{where}: {found[0]} is no variable of this dashboard")
        if found["path"]:
            raise ConfigError(f"{where}: {found[0]}: fields of variables are not supported")
        try:
            return variable.written(found["format"] or found["old_format"])
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}") from error

    return REFERENCE.sub(replaced, conditional_all(sql, variables, where))


def conditional_all(sql: str, variables: Mapping[str, Variable], where: str = "query") -> str:
    """``sql`` with ``1=1`` in place of conditions on variables that are empty or stand for all."""
    while (start := sql.rfind(_CONDITIONAL)) >= 0:
        condition, variable, end = _conditional_arguments(sql, start, where)
        found = _CONDITIONAL_VARIABLE.search(variable.strip())
        if found is None or found[0] not in variables:
            raise ConfigError(
                f"{where}: $__conditionalAll asks for {variable.strip()!r}, which is no variable "
                "of this dashboard"
            )
        if _REPLACEMENT_PATTERN.search(condition):
            raise ConfigError(
                f"{where}: a $ before a quote, & or another $ in the condition of "
                "$__conditionalAll is lost in the browser"
            )
        chosen = variables[found[0]]
        drop = chosen.is_all or chosen.value in ("", ("",), ())
        sql = sql[:start] + ("1=1" if drop else condition) + sql[end:]
    return sql


def _conditional_arguments(sql: str, start: int, where: str) -> tuple[str, str, int]:
    """Both arguments, and where they end; parentheses in literals count too, as in the browser."""
    opening = start + len(_CONDITIONAL) - 1
    depth, commas = 0, []
    for position in range(opening, len(sql)):
        char = sql[position]
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 1:
            commas.append(position)
        if depth == 0:
            if len(commas) != 1:
                break
            return sql[opening + 1 : commas[0]], sql[commas[0] + 1 : position], position + 1
    raise ConfigError(f"{where}: $__conditionalAll takes a condition and a variable")


def built_in(window: Window) -> dict[str, Variable]:
    """What Grafana itself defines."""
    range_ms = window.end_ms - window.start_ms
    range_s = round(range_ms / 1_000)
    values = {
        "__from": str(window.start_ms),
        "__to": str(window.end_ms),
        "__interval": duration_text(window.interval),
        "__interval_ms": str(window.interval_ms),
        "__range": f"{range_s}s",
        "__range_s": str(range_s),
        "__range_ms": str(range_ms),
    }
    return {name: Variable(name, value) for name, value in values.items()}


BUILT_IN: Final = frozenset(
    {"__from", "__to", "__interval", "__interval_ms", "__range", "__range_s", "__range_ms"}
)
