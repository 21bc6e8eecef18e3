"""`trends analyse`: what it prints of one text."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from trends.cli.main import app

TEXT = "Scaling LLM agents\nLarge language models (LLMs) act.\n"


def run(*arguments: str, text: str = TEXT) -> Result:
    return CliRunner().invoke(app, ["analyse", *arguments], input=text, catch_exceptions=False)


def test_the_first_line_is_the_title() -> None:
    found = json.loads(run("-", "--format", "json").stdout)
    assert list(found["terms"])[: found["title_terms"]][0] == "scaling"
    assert found["terms"]["large language model"] == 3
    assert found["acronyms"] == {"llm": "large language model"}
    assert "Language models" in found["topics"]
    assert "explain" not in found


def test_without_a_title() -> None:
    found = json.loads(run("-", "--no-title", "--format", "json").stdout)
    assert found["title_terms"] == 0
    assert "scaling llm agent" in found["terms"]


def test_reasons_are_given_when_asked_for() -> None:
    assert "begins with" not in run("-").stdout
    shown = run("-", "--explain", text="The title\nThe model.").stdout
    assert "begins with 'the' (link)" in shown
    reasons = json.loads(run("-", "--explain", "--format", "json").stdout)["explain"]
    assert {run["name"] for run in reasons["title"]["runs"] if run["is_term"]} >= {"scaling"}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = run(str(tmp_path / "none.txt"))
    assert result.exit_code == 2
    assert "none.txt" in result.stderr
