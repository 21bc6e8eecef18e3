"""A rules file to rules.

In: a path and the environment that secrets come from. Out: rules without errors. Never sends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from trends.alerting.rules import Rules
from trends.alerting.rules_errors import NOTIFIERS, Problem, did_you_mean, problems_of, told
from trends.alerting.rules_notifiers import LOG
from trends.alerting.rules_yaml import read_yaml
from trends.errors import ConfigError

DEFAULT_ORIGIN: Final = "the built-in rules"


def load_rules(path: Path | None, environment: Mapping[str, str]) -> Rules:
    """The rules of the file at ``path``, or the built-in ones.

    Args:
        path: a YAML file.
        environment: where ``..._env`` fields find their variables.

    Raises:
        ConfigError: with all errors, each naming file, field, line, value and remedy.
    """
    if path is None:
        return parse_rules(default_text(), DEFAULT_ORIGIN, environment)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"rules file {path}: {error.strerror}; name a file of rules") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"rules file {path} is not UTF-8; save it as UTF-8") from error
    return parse_rules(text, str(path), environment)


def default_text() -> str:
    """The file of the built-in rules."""
    return files("trends.alerting").joinpath("rules.yaml").read_text(encoding="utf-8")


def parse_rules(text: str, origin: str, environment: Mapping[str, str]) -> Rules:
    """Rules from YAML; ``origin`` is what messages call the text.

    Raises:
        ConfigError: as `load_rules` does.
    """
    values, lines = read_yaml(text, origin)
    if not isinstance(values, dict):
        raise ConfigError(
            f"{origin}: must have `rules:`, a list of rules such as - name: taking-off"
        )
    try:
        rules = Rules.model_validate(values, context={"environment": environment})
    except ValidationError as error:
        # Its own text would show what a secret was set to.
        raise told(problems_of(error), origin, lines) from None
    problems = [*_repeated(rules), *_unknown_in_routes(rules), *_log_is_not_the_log(rules)]
    if problems:
        raise told(problems, origin, lines)
    return rules


def _repeated(rules: Rules) -> list[Problem]:
    names = [rule.name for rule in rules.rules]
    return [
        Problem(("rules", names.index(name, names.index(name) + 1), "name"), message, repr(name))
        for name, count in Counter(names).items()
        if count > 1 and (message := f"stands for {count} rules; each needs a name of its own")
    ]


def _unknown_in_routes(rules: Rules) -> list[Problem]:
    known = sorted({LOG, *rules.notifiers})
    return [
        Problem(
            ("rules", index, "route", place),
            f"is no notifier; define it under notifiers, or {did_you_mean(name, known)}",
            repr(name),
        )
        for index, rule in enumerate(rules.rules)
        for place, name in enumerate(rule.route)
        if name not in known
    ]


def _log_is_not_the_log(rules: Rules) -> list[Problem]:
    config = rules.notifiers.get(LOG)
    if config is None or config.type == LOG:
        return []
    message = f"is the name of the log, not of a notifier of type {config.type}; name it otherwise"
    return [Problem((NOTIFIERS, LOG), message)]
