"""What documents say of the repository is there: links, commands, folders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trends.cli.commands import COMMANDS
from trends.grafana.files import read_alerting
from trends.grafana.lint_alerts import anchors_of

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    path
    for folder in ("", "docs", "docs/adr", "deploy", "deploy/kubernetes", "deploy/grafana/examples")
    for path in sorted((ROOT / folder).glob("*.md"))
]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_what_is_there(document: Path) -> None:
    wrong = []
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (document.parent / file).resolve() if file else document
        there = target.exists()
        if there and anchor:
            there = anchor in anchors_of(target.read_text(encoding="utf-8"))
        if not there:
            wrong.append(link)
    assert wrong == []


def test_the_readme_has_a_line_for_every_command() -> None:
    table = re.findall(r"^\| (`trends.*?) \|", text("README.md"), re.MULTILINE)
    told = {name for line in table for name in re.findall(r"`trends ([\w-]+)", line)}
    assert told == set(COMMANDS)


def test_the_readme_counts_dashboards_and_rules_right() -> None:
    boards = len(list((ROOT / "dashboards").glob("*.json")))
    files = read_alerting(ROOT / "deploy" / "grafana" / "provisioning" / "alerting")
    rules = sum(len(group["rules"]) for json in files.values() for group in json.get("groups", ()))
    assert f"{NUMBERS[boards]} dashboards and {NUMBERS[rules]} alert rules" in text("README.md")


def test_the_architecture_has_every_package() -> None:
    (folders,) = re.findall(r"## Folders\n+```\n(.*?)```", text("docs/architecture.md"), re.DOTALL)
    words = set(re.findall(r"\w+", folders.partition("src/trends/")[2].partition("dashboards/")[0]))
    source = ROOT / "src" / "trends"
    packages = {path.parent.name for path in source.glob("*/__init__.py")}
    modules = {path.stem for path in source.glob("*.py")} - {"__init__"}
    assert packages | modules <= words
