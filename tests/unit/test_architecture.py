"""The rules of the house that no other tool holds."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from trends.counting.buckets import RESOLUTIONS

ROOT = Path(__file__).parents[2]
SOURCES = {"trends": ROOT / "src" / "trends", "trends_services": ROOT / "services"}
MODULE_MAX_LINES = 400
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "setuptools"
]


def packages() -> dict[str, Path]:
    """Every package on disk: dotted name to folder."""
    found = {}
    for name, folder in SOURCES.items():
        for init in folder.rglob("__init__.py"):
            found[".".join([name, *init.parent.relative_to(folder).parts])] = init.parent
    return found


def modules() -> Iterator[Path]:
    for folder in SOURCES.values():
        yield from sorted(folder.rglob("*.py"))


def shown(module: Path) -> str:
    return str(module.relative_to(ROOT))


every_module = pytest.mark.parametrize("module", list(modules()), ids=shown)


def test_the_packages_that_are_installed_are_those_on_disk() -> None:
    assert sorted(SETUPTOOLS["packages"]) == sorted(packages())


def test_every_module_lies_in_a_package() -> None:
    folders = set(packages().values())
    assert [shown(module) for module in modules() if module.parent not in folders] == []


def test_every_file_that_is_no_module_is_installed_with_its_package() -> None:
    patterns = [
        f"{package.replace('.', '/')}/{pattern}"
        for package, globs in SETUPTOOLS["package-data"].items()
        for pattern in globs
    ]
    files = [
        f"{name}/{path.relative_to(folder).as_posix()}"
        for name, folder in SOURCES.items()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    ]
    assert [file for file in files if not any(fnmatch(file, glob) for glob in patterns)] == []


@every_module
def test_a_module_says_what_it_is(module: Path) -> None:
    assert ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))


@every_module
def test_a_module_is_one_concept_long(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= MODULE_MAX_LINES


@pytest.mark.parametrize("package", packages().values(), ids=shown)
def test_a_package_has_no_logic_of_its_own(package: Path) -> None:
    body = ast.parse((package / "__init__.py").read_text(encoding="utf-8")).body
    logic = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)]
    assert [
        ast.unparse(node)
        for node in logic[1:]  # after the docstring
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant | ast.List))
    ] == []


RETENTION = {r.name: r.retention_days for r in RESOLUTIONS if r.retention_days is not None}


def retentions(pattern: str) -> list[dict[str, int]]:
    """Per statement of the migrations: resolution to days, where the pattern names both."""
    found = []
    for migration in sorted((SOURCES["trends"] / "store" / "migrations").glob("*.sql")):
        for statement in migration.read_text(encoding="utf-8").split(";"):
            matches = list(re.finditer(pattern, statement))
            if matches:
                found.append({match["resolution"]: int(match["days"]) for match in matches})
    return found


def test_tables_keep_buckets_as_long_as_they_are_counted() -> None:
    rules = retentions(
        r"INTERVAL (?P<days>\d+) DAY DELETE WHERE resolution = '(?P<resolution>\w+)'"
    )
    assert len(rules) >= 3
    assert all(rule == RETENTION for rule in rules)


def test_views_show_buckets_as_long_as_they_are_kept() -> None:
    rules = retentions(
        r"resolution = '(?P<resolution>\w+)' AND bucket >= now\(\) - INTERVAL (?P<days>\d+) DAY"
    )
    assert len(rules) >= 3
    assert all(rule == RETENTION for rule in rules)


def test_tables_know_every_resolution_by_its_place_in_the_list() -> None:
    enum = ", ".join(f"'{r.name}' = {number}" for number, r in enumerate(RESOLUTIONS, 1))
    tables = (SOURCES["trends"] / "store" / "migrations" / "0001_tables.sql").read_text()
    assert tables.count(f"Enum8({enum})") == tables.count("Enum8(") == 3


def calls(module: Path, names: set[str]) -> list[str]:
    """What a module takes of these dotted names."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    taken = (ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return [name for name in taken if name in names]


@every_module
def test_only_the_clock_asks_for_the_time(module: Path) -> None:
    names = {"time.time", "time.monotonic", "time.perf_counter", "datetime.now", "datetime.utcnow"}
    if module != SOURCES["trends"] / "clock.py":
        assert calls(module, names | {"date.today", "datetime.today"}) == []
