"""Settings: from arguments, environment and file, validated once, printed without passwords."""

from __future__ import annotations

from pathlib import Path

import pytest

from trends.errors import ConfigError
from trends.settings import load_settings, redact_url, redacted


@pytest.fixture(autouse=True)
def no_variables_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TRENDS_KAFKA", "TRENDS_CLICKHOUSE", "TRENDS_CONFIG", "TRENDS_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_the_environment_goes_before_the_file_and_an_argument_before_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "trends.toml"
    file.write_text('kafka = "file:1"\npartitions = 8\ngroup = "file"\n')
    monkeypatch.setenv("TRENDS_CONFIG", str(file))
    monkeypatch.setenv("TRENDS_KAFKA", "environment:1")
    monkeypatch.setenv("TRENDS_GROUP", "environment")
    settings = load_settings(group="argument", data_dir=None)
    assert (settings.kafka, settings.partitions, settings.group) == ("environment:1", 8, "argument")


def test_a_bad_value_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENDS_FLOOD_SHARE", "2")
    with pytest.raises(ConfigError, match=r"TRENDS_FLOOD_SHARE='2'.*less than or equal to 1"):
        load_settings()


def test_a_misspelt_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENDS_KAFKAS", "x:1")
    with pytest.raises(ConfigError, match="TRENDS_KAFKAS is no setting of trends"):
        load_settings()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("kafka =", "is not TOML"), ("kafkas = 'x'", "KAFKAS"), (None, "No such file")],
)
def test_a_config_file_that_cannot_be_used_is_named(
    content: str | None, complaint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "trends.toml"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("TRENDS_CONFIG", str(file))
    with pytest.raises(ConfigError, match=complaint):
        load_settings()


def test_passwords_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENDS_CLICKHOUSE", "https://ada:secret@db:8443/trends")
    assert redacted(load_settings())["clickhouse"] == "https://ada:***@db:8443/trends"
    assert redact_url("http://db:8123/trends") == "http://db:8123/trends"
