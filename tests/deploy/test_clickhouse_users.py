"""ClickHouse's users: what they may do, tried out on the engine, and the limits they have."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, ROOT
from tests.deploy.users import ADMINISTRATOR, ask, users_xml
from trends.store.migrate import migrations, statements

CONFIG = DEPLOY / "clickhouse" / "config.d" / "trends.xml"
READERS = ("grafana_ro", "analyst")
# They show to everyone what concerns them.
OPEN_TO_ALL = {"columns", "databases", "functions", "numbers", "one", "settings", "tables"}
# Each must be refused for want of a right, not for another reason.
REFUSED = (
    "INSERT INTO trends.listings_counted (id) VALUES ('x')",
    "CREATE TABLE trends.mine (a Int8) ENGINE = Memory",
    "CREATE DATABASE mine",
    "CREATE TEMPORARY TABLE mine (a Int8)",
    "DROP TABLE trends.term_counts",
    "TRUNCATE TABLE trends.term_counts",
    "ALTER TABLE trends.term_counts DELETE WHERE 1",
    "OPTIMIZE TABLE trends.term_counts",
    "SELECT * FROM other.secret",
    "SELECT * FROM system.users",
    "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a Int8')",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM remote('127.0.0.1', system.one)",
    "SELECT * FROM s3('http://127.0.0.1:1/bucket/key', 'CSV', 'a Int8')",
    "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM executable('id', 'LineAsString', 'a String')",
    "CREATE USER mine",
    "GRANT ALL ON *.* TO analyst",
    "SYSTEM SHUTDOWN",
    "BACKUP TABLE trends.term_counts TO Disk('a', 'b')",
)
ALLOWED = (
    "SELECT count() FROM trends.terms",
    "SELECT count() FROM trends.topics",
    "SELECT count() FROM trends.listings",
    "SELECT count() FROM trends.alerts",
    "SELECT count() FROM trends.ranked",
    "SELECT count() FROM trends.pipeline_samples",
    "SELECT sum(number) FROM numbers(10)",
    "SELECT count() > 5 FROM system.tables WHERE database = 'trends'",
    "SHOW TABLES FROM trends",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose schema the services' own user made, and a database that is not ours."""
    folder = tmp_path_factory.mktemp("users")
    ask(
        folder,
        ADMINISTRATOR,
        "CREATE DATABASE other",
        "CREATE TABLE other.secret (a Int8) ENGINE = MergeTree ORDER BY a",
    )
    schema = [
        "CREATE DATABASE trends",
        "USE trends",
        *(statement for _, _, sql in migrations() for statement in statements(sql)),
        "INSERT INTO trends.bucket_totals (shard) VALUES ('x')",
    ]
    for (fine, error), statement in zip(ask(folder, "trends", *schema), schema, strict=True):
        assert fine, f"{statement[:80]}: {error}"
    return folder


@pytest.mark.parametrize("user", READERS)
def test_a_reader_reads_what_is_there_to_be_asked(store: Path, user: str) -> None:
    for (fine, error), query in zip(ask(store, user, *ALLOWED), ALLOWED, strict=True):
        assert fine, f"{query}: {error}"


@pytest.mark.parametrize("user", READERS)
def test_a_reader_does_nothing_else(store: Path, user: str) -> None:
    for (fine, error), query in zip(ask(store, user, *REFUSED), REFUSED, strict=True):
        assert not fine, query
        assert re.search("ACCESS_DENIED|Not enough privileges|READONLY", error), f"{query}: {error}"


@pytest.mark.parametrize("user", READERS)
def test_a_reader_cannot_lift_its_limits(store: Path, user: str) -> None:
    attempts = (
        "SET readonly = 0",
        "SET max_memory_usage = 0",
        "SELECT 1 SETTINGS max_rows_to_read = 0",
        "SET max_execution_time = 100000",
    )
    for (fine, error), query in zip(ask(store, user, *attempts), attempts, strict=True):
        assert not fine, query
        assert "READONLY" in error or "SETTING_CONSTRAINT_VIOLATION" in error, error


@pytest.mark.parametrize("user", READERS)
def test_a_result_cannot_be_of_any_length(store: Path, user: str) -> None:
    ((fine, error),) = ask(store, user, "SELECT number FROM numbers(1000001)")
    assert not fine
    assert "TOO_MANY_ROWS_OR_BYTES" in error


def test_a_question_cannot_take_all_memory(store: Path) -> None:
    # The limit that it runs into is one that both readers have.
    query = "SELECT length(groupArray(number)) FROM numbers(400000000)"
    ((fine, error),) = ask(store, "analyst", query)
    assert not fine
    assert "MEMORY_LIMIT_EXCEEDED" in error


def test_the_services_cannot_touch_other_databases_or_users(store: Path) -> None:
    attempts = (
        "SELECT * FROM other.secret",
        "DROP DATABASE other",
        "DROP DATABASE trends",
        "CREATE DATABASE mine",
        "CREATE USER mine",
        "GRANT SELECT ON trends.* TO analyst",
        "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a Int8')",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SYSTEM SHUTDOWN",
    )
    for (fine, error), query in zip(ask(store, "trends", *attempts), attempts, strict=True):
        assert not fine, query
        assert "ACCESS_DENIED" in error, f"{query}: {error}"


def test_every_limit_and_setting_is_one_that_the_engine_knows(store: Path) -> None:
    ((fine, known),) = ask(store, ADMINISTRATOR, "SELECT name FROM system.settings")
    assert fine
    names = set(known.split())
    for profile in users_xml().findall("profiles/*"):
        constrained = [setting.tag for setting in profile.findall("constraints/*")]
        own = [each.tag for each in profile if each.tag not in ("constraints", "profile")]
        assert set(constrained + own) <= names, profile.tag


@pytest.mark.parametrize("user", READERS)
def test_a_reader_has_every_kind_of_limit(user: str) -> None:
    root = users_xml()
    profile = root.find(f"profiles/{root.findtext(f'users/{user}/profile')}")
    assert profile is not None
    own = {each.tag: each.text or "" for each in profile}
    if inherited := own.get("profile"):
        own = {each.tag: each.text or "" for each in root.findall(f"profiles/{inherited}/*")} | own
    assert own["readonly"] == "1"
    for limit in (
        "max_execution_time",
        "max_memory_usage",
        "max_memory_usage_for_user",
        "max_threads",
        "max_rows_to_read",
        "max_bytes_to_read",
        "max_result_rows",
        "max_result_bytes",
        "max_concurrent_queries_for_user",
    ):
        assert int(own[limit]) > 0, limit
    # Grafana's data source sets it with every query, and is refused otherwise.
    constraint = profile.find("constraints/max_execution_time")
    assert constraint is not None
    assert constraint.find("changeable_in_readonly") is not None
    assert int(constraint.findtext("max") or 0) >= int(own["max_execution_time"])
    quota = root.find(f"quotas/{root.findtext(f'users/{user}/quota')}/interval")
    assert quota is not None
    assert quota.findtext("duration") == "3600"
    assert int(quota.findtext("queries") or 0) > 0


def tables_granted(user: str) -> set[str]:
    """The tables of the server about itself that a user has a grant for."""
    grants = [each.text or "" for each in users_xml().findall(f"users/{user}/grants/query")]
    return {table for grant in grants for table in re.findall(r"ON system\.(\w+)", grant)}


def test_the_services_may_read_the_tables_of_the_server_that_they_ask() -> None:
    # The embedded store asks its own engine, which knows no grants.
    files = [file for file in (ROOT / "src").rglob("*.py") if "embedded" not in file.parts]
    asked = {
        table
        for file in files
        for table in re.findall(r"(?:FROM|JOIN) system\.(\w+)", file.read_text(encoding="utf-8"))
    }
    assert asked - OPEN_TO_ALL == tables_granted("trends")


def test_grafana_may_read_the_tables_of_the_server_that_dashboards_ask() -> None:
    asked = {
        table
        for file in [*(ROOT / "dashboards").glob("*.json"), *(DEPLOY / "grafana").rglob("*.yaml")]
        for table in re.findall(r"\bsystem\.(\w+)", file.read_text(encoding="utf-8"))
    }
    assert asked - OPEN_TO_ALL <= tables_granted("grafana_ro")


def test_no_user_may_do_everything_or_manage_users() -> None:
    for user in users_xml().findall("users/*"):
        assert user.find("access_management") is None
        grants = [grant.text or "" for grant in user.findall("grants/query")]
        assert grants
        for grant in grants:
            assert not re.search(r"\bALL\b|GRANT OPTION", grant)
            if "*.*" in grant:
                assert user.tag == "trends"
        # None has a password here: it is a secret of its own.
        assert not [each.tag for each in user if "password" in each.tag]


def test_the_user_without_a_password_is_removed() -> None:
    removed = ET.parse(DEPLOY / "clickhouse" / "users.d" / "no-default-user.xml").getroot()
    default = removed.find("users/default")
    assert default is not None
    assert default.get("remove") == "remove"


def test_the_server_is_told_what_the_users_rely_on() -> None:
    improvements = ET.parse(CONFIG).getroot().find("access_control_improvements")
    assert improvements is not None
    assert {each.tag: each.text for each in improvements} == {
        "settings_constraints_replace_previous": "true",
        "select_from_system_db_requires_grant": "true",
        "select_from_information_schema_requires_grant": "true",
        "on_cluster_queries_require_cluster_grant": "true",
    }


def test_tables_of_the_server_about_itself_do_not_grow_for_ever() -> None:
    root = ET.parse(CONFIG).getroot()
    logs = [each for each in root if each.tag.endswith("_log") and each.get("remove") is None]
    assert {"query_log", "part_log"} <= {each.tag for each in logs}
    for log in logs:
        assert re.fullmatch(r"event_date \+ INTERVAL \d+ DAY DELETE", log.findtext("ttl") or "")


def test_the_server_s_settings_are_ones_that_the_engine_knows(store: Path) -> None:
    ((fine, known),) = ask(store, ADMINISTRATOR, "SELECT name FROM system.server_settings")
    assert fine
    plain = {each.tag for each in ET.parse(CONFIG).getroot() if len(each) == 0 and each.text}
    assert plain
    assert plain <= set(known.split())
