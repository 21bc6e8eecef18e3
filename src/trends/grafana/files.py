"""Files of dashboards (JSON) and of alerting (YAML), read.

In: folders or files. Out: their documents by path. In a checkout the folders are known; where the
package alone is installed they must be named.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from trends.errors import ConfigError

DASHBOARDS: Final = Path("dashboards")
ALERTING: Final = Path("deploy/grafana/provisioning/alerting")
EXAMPLES: Final = Path("deploy/grafana/examples")
_CHECKOUT: Final = Path(__file__).parents[3]
_DASHBOARD: Final = (".json",)
_ALERTING: Final = (".yaml", ".yml")
Documents = dict[Path, dict[str, Any]]


def folder(given: Path | None, usual: Path, option: str) -> Path:
    """The folder to read: the one given, else the checkout's.

    Raises:
        ConfigError: if it is not there, or this is no checkout and none was given.
    """
    found = given if given is not None else _CHECKOUT / usual
    if found.is_dir():
        return found
    if given is not None:
        raise ConfigError(f"{option} {given}: no such folder")
    raise ConfigError(
        f"the folder {usual} is in the repository only, not in the installed package; name it "
        f"with {option}"
    )


def examples() -> Path | None:
    """The checkout's folder of examples of who is told; None if this is no checkout."""
    found = _CHECKOUT / EXAMPLES
    return found if found.is_dir() else None


def rules_of_checkout() -> Documents:
    """The checkout's own files of alerting; none if this is no checkout, or one cannot be read."""
    found = _CHECKOUT / ALERTING
    try:
        return read_alerting(found) if found.is_dir() else {}
    except ConfigError:
        return {}


def read_dashboards(where: Path) -> Documents:
    """Dashboards of a folder, not of those in it.

    Raises:
        ConfigError: if a file cannot be read.
    """
    return {path: read_document(path) for path in _listed(where, _DASHBOARD)}


def read_alerting(where: Path) -> Documents:
    """Files of alerting of a folder.

    Raises:
        ConfigError: if a file cannot be read.
    """
    return {path: read_document(path) for path in _listed(where, _ALERTING)}


def read_files(paths: Sequence[Path]) -> tuple[Documents, Documents]:
    """Dashboards, and files of alerting, among files and folders.

    Raises:
        ConfigError: if one cannot be read, or is neither.
    """
    dashboards: Documents = {}
    alerting: Documents = {}
    for path in paths:
        if path.is_dir():
            dashboards |= read_dashboards(path)
            alerting |= read_alerting(path)
        elif path.suffix in _DASHBOARD:
            dashboards[path] = read_document(path)
        elif path.suffix in _ALERTING:
            alerting[path] = read_document(path)
        else:
            raise ConfigError(f"{path}: neither JSON, a dashboard, nor YAML, a file of alerting")
    return dashboards, alerting


def read_document(path: Path) -> dict[str, Any]:
    """One file.

    Raises:
        ConfigError: if it is not there, is no JSON or YAML, or holds no object.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    try:
        found = json.loads(text) if path.suffix in _DASHBOARD else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{path}: {error}") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: holds no object")
    return found


def _listed(where: Path, suffixes: tuple[str, ...]) -> list[Path]:
    return sorted(path for path in where.iterdir() if path.suffix in suffixes and path.is_file())
