"""The doctor on a machine where nothing runs: it says so, and neither hangs nor starts anything."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from trends.cli.doctor import examine
from trends.cli.doctor_check import Check, Health, Section
from trends.cli.doctor_kafka import LogEnds
from trends.cli.doctor_machine import FREE_FAIL_BYTES, FREE_WARN_BYTES, check_folder, check_taxonomy
from trends.cli.main import app
from trends.embedded.folder_lock import FolderLock
from trends.embedded.ports import choose_ports
from trends.errors import Unavailable
from trends.settings import Settings
from trends.wire.topics import TopicInfo


@pytest.fixture(autouse=True)
def no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting chDB takes a second; the integration test does that."""
    monkeypatch.setattr("trends.cli.doctor_machine._run", lambda *_: "version")


def named(checks: list[Check], section: str, name: str) -> Check:
    (check,) = [check for check in checks if (check.section, check.name) == (section, name)]
    return check


def test_a_stopped_stack_is_no_fault_and_nothing_is_created(tmp_path: Path) -> None:
    checks = list(examine(tmp_path / "new"))
    assert {check.health for check in checks} == {Health.OK}
    assert "does not run" in named(checks, "Kafka", "server").detail
    assert "does not run" in named(checks, "ClickHouse", "server").detail
    assert not (tmp_path / "new").exists()


def test_servers_that_are_away_are_faults_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = choose_ports(["nobody"])["nobody"]
    monkeypatch.setenv("TRENDS_KAFKA", f"127.0.0.1:{port}")
    monkeypatch.setenv("TRENDS_CLICKHOUSE", f"http://me:secret@127.0.0.1:{port}/trends")
    checks = list(examine(tmp_path))
    for section in ("Kafka", "ClickHouse"):
        check = named(checks, section, "server")
        assert check.health is Health.FAIL
        assert check.remedy
    assert not any("secret" in check.detail for check in checks)


def test_settings_that_cannot_be_parsed_end_the_examination(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRENDS_PARTITIONS", "many")
    *_, last = examine(tmp_path)
    assert (last.name, last.health) == ("settings", Health.FAIL)
    assert "TRENDS_PARTITIONS" in last.detail


def test_a_taxonomy_that_cannot_be_parsed(tmp_path: Path) -> None:
    taxonomy = tmp_path / "taxonomy.yaml"
    taxonomy.write_text("Agents: ['a, b']\n")
    (check,) = check_taxonomy(Settings(taxonomy=taxonomy))
    assert check.health is Health.FAIL
    assert "can never match" in check.detail


def test_a_folder_held_by_a_process_without_a_stack(tmp_path: Path) -> None:
    with FolderLock(tmp_path):
        check = named(list(check_folder(Settings(data_dir=tmp_path))), "data folder", "stack")
    assert check.health is Health.WARN


def test_a_damaged_record_of_the_stack(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text("{")
    check = named(list(check_folder(Settings(data_dir=tmp_path))), "data folder", "stack")
    assert check.health is Health.FAIL
    assert "damaged" in check.detail


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    check = named(list(check_folder(Settings(data_dir=tmp_path / "file"))), "data folder", "folder")
    assert check.health is Health.FAIL


@pytest.mark.parametrize(
    ("free", "health"),
    [
        (FREE_FAIL_BYTES - 1, Health.FAIL),
        (FREE_WARN_BYTES - 1, Health.WARN),
        (FREE_WARN_BYTES, Health.OK),
    ],
)
def test_free_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, health: Health
) -> None:
    class Usage:
        def __init__(self) -> None:
            self.free = free

    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage())
    named_servers: list[dict[str, Any]] = [
        {},
        {"kafka": "kafka:9092"},
        {"clickhouse": "http://trends@clickhouse:8123/trends"},
    ]
    for servers in named_servers:
        settings = Settings(data_dir=tmp_path, **servers)
        check = named(list(check_folder(settings)), "data folder", "space")
        assert check.health is health, servers
        assert "kept here" not in check.detail


def test_space_is_no_matter_where_all_servers_are_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container's folder in memory is smaller than what an embedded store needs."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=FREE_FAIL_BYTES - 1))
    settings = Settings(
        data_dir=tmp_path, kafka="kafka:9092", clickhouse="http://trends@clickhouse:8123/trends"
    )
    check = named(list(check_folder(settings)), "data folder", "space")
    assert check.health is Health.OK
    assert check.detail.endswith("no data is kept here, for all servers are elsewhere")


def test_an_error_among_checks_is_one_more() -> None:
    section = Section("x")

    def checks() -> object:
        yield section.ok("first", "fine")
        raise Unavailable("gone\naway")

    first, second = section.guarded("server", checks, "do this")  # type: ignore[arg-type]
    assert first.health is Health.OK
    assert (second.health, second.detail, second.remedy) == (Health.FAIL, "gone away", "do this")


def test_log_ends_by_shard() -> None:
    ends = LogEnds()
    assert ends.by_shard() == {}
    ends.topic, ends.ends = TopicInfo("listings", "id", 2), {0: 5, 1: 7}
    assert ends.by_shard() == {"listings/id/0": 5, "listings/id/1": 7}


def test_json_is_one_document_and_the_exit_code_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["doctor", "--format", "json", "--data-dir", str(tmp_path)]
    well = CliRunner().invoke(app, arguments)
    assert well.exit_code == 0
    assert json.loads(well.stdout)["ok"] is True
    monkeypatch.setenv("TRENDS_NO_SUCH_SETTING", "1")
    ill = CliRunner().invoke(app, arguments)
    assert ill.exit_code == 1
    document = json.loads(ill.stdout)
    assert document["ok"] is False
    assert {check["health"] for check in document["checks"]} == {"ok", "fail"}
