"""The schema's statements for a cluster: those of every migration, and forms that are refused."""

from __future__ import annotations

import re

import pytest

from trends.errors import Fatal
from trends.store.cluster import EVERYWHERE, SHARDED, Schema
from trends.store.migrate import migrations, statements
from trends.store.statement_shape import shape

ON = "ON CLUSTER `c`"


def forms(*given: str) -> list[str]:
    schema = Schema("c", "d")
    return [form for each in given for form in schema.forms(each)]


MIGRATED = [each for _, _, sql in migrations() for each in statements(sql)]
FORMS = forms(*MIGRATED)


# -- all of the migrations --------------------------------------------------------------------


def test_without_a_cluster_every_statement_is_as_it_was() -> None:
    schema = Schema("", "d")
    assert [schema.forms(each) for each in MIGRATED] == [[each] for each in MIGRATED]


def test_every_table_of_the_migrations_is_sharded_or_everywhere_and_no_other_is_named() -> None:
    made = {
        found[1]
        for each in MIGRATED
        if (found := re.match(r"CREATE TABLE IF NOT EXISTS (\w+)", each))
    }
    assert made | {"schema_migrations"} == SHARDED | EVERYWHERE
    assert not SHARDED & EVERYWHERE


def test_every_change_of_the_schema_reaches_every_server() -> None:
    alone = [
        form
        for form in FORMS
        if ON not in form and not form.startswith(("INSERT", "ALTER TABLE c"))
    ]
    assert alone == []


def test_every_table_that_keeps_rows_is_replicated_in_a_place_of_its_own() -> None:
    made = [form for form in FORMS if "MergeTree" in form]
    places = {}
    for form in made:
        head = re.match(r"CREATE TABLE IF NOT EXISTS (\w+)", form)
        place = re.search(
            r"ENGINE = Replicated\w*MergeTree\('/clickhouse/tables/([^']*)', '([^']*)'", form
        )
        assert head is not None
        assert place is not None, form
        places[head[1]] = place.groups()
    assert places["term_counts_local"] == ("{shard}/d/term_counts_local", "{replica}")
    assert places["checkpoints"] == ("all/d/checkpoints", "{shard}-{replica}")
    for name, (path, replica) in places.items():
        everywhere = name in EVERYWHERE
        assert path == ("all" if everywhere else "{shard}") + f"/d/{name}"
        assert replica == ("{shard}-{replica}" if everywhere else "{replica}")
        assert everywhere or name.removesuffix("_local") in SHARDED


def test_every_sharded_table_is_spread_by_our_shard() -> None:
    spread = {
        found[1]: found[2]
        for form in FORMS
        if (
            found := re.match(
                r"CREATE TABLE IF NOT EXISTS (\w+) .* ENGINE = Distributed\((.*)\)$", form
            )
        )
    }
    assert spread == {name: f"'c', 'd', '{name}_local', cityHash64(shard)" for name in SHARDED}


@pytest.mark.parametrize("table", sorted(SHARDED))
def test_what_decides_which_row_replaces_which_names_our_shard(table: str) -> None:
    """Only then are all versions of a row in one group of servers."""
    form = [each for each in FORMS if each.startswith(f"CREATE TABLE IF NOT EXISTS {table}_local ")]
    order = re.search(r"ORDER BY \(([^)]*)\)", form[-1])
    assert order is not None
    assert "shard" in order[1].split(", ")


def test_what_is_kept_and_for_how_long_is_as_on_one_server() -> None:
    """Engine arguments, partitions, order, indexes and retention, letter for letter."""

    def plain(form: str) -> str:
        form = re.sub(r" ON CLUSTER `c`| SYNC$", "", form)
        form = re.sub(r"Replicated(\w*MergeTree)\('[^']*', '[^']*'(, )?", r"\1(", form)
        return re.sub(r"(\w)_local\b", r"\1", form).replace("MergeTree()", "MergeTree")

    kept = [plain(form) for form in FORMS if " ENGINE = Distributed(" not in form]
    dropped_twice = [form for form in kept if form.startswith("DROP")]
    for form in dict.fromkeys(dropped_twice):
        kept.remove(form)
    copied = "CREATE TABLE IF NOT EXISTS listings_stored AS listings_counted"
    assert [form for form in kept if form not in MIGRATED and "listings_stored" not in form] == []
    assert len(kept) == len(MIGRATED)
    at = MIGRATED.index(copied)
    source = next(each for each in MIGRATED[:at] if "EXISTS listings_counted" in each)
    assert kept[at] == source.replace("EXISTS listings_counted", "EXISTS listings_stored")


# -- single forms -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("CREATE DATABASE IF NOT EXISTS `d`", [f"CREATE DATABASE IF NOT EXISTS `d` {ON}"]),
        (
            "CREATE OR REPLACE VIEW v AS SELECT ')' AS x",
            [f"CREATE OR REPLACE VIEW v {ON} AS SELECT ')' AS x"],
        ),
        (
            "DROP TABLE IF EXISTS term_counts",
            [
                f"DROP TABLE IF EXISTS term_counts {ON} SYNC",
                f"DROP TABLE IF EXISTS term_counts_local {ON} SYNC",
            ],
        ),
        ("DROP TABLE rankings", [f"DROP TABLE rankings {ON} SYNC"]),
        ("DROP VIEW IF EXISTS term_counts", [f"DROP VIEW IF EXISTS term_counts {ON} SYNC"]),
        ("TRUNCATE TABLE term_counts", [f"TRUNCATE TABLE term_counts_local {ON}"]),
        (
            "ALTER TABLE topic_counts DROP PARTITION ID 'a-b'",
            [f"ALTER TABLE topic_counts_local {ON} DROP PARTITION ID 'a-b'"],
        ),
        (
            "ALTER TABLE term_counts ADD COLUMN IF NOT EXISTS x Map(String, UInt8)",
            [
                f"ALTER TABLE term_counts_local {ON} ADD COLUMN IF NOT EXISTS x Map(String, UInt8)",
                f"ALTER TABLE term_counts {ON} ADD COLUMN IF NOT EXISTS x Map(String, UInt8)",
            ],
        ),
        (
            "ALTER TABLE checkpoints ADD COLUMN IF NOT EXISTS generation UInt32",
            ["ALTER TABLE checkpoints ADD COLUMN IF NOT EXISTS generation UInt32"],
        ),
        (
            "CREATE TABLE shards (shard String) ENGINE = MergeTree ORDER BY shard",
            [
                f"CREATE TABLE shards {ON} (shard String) ENGINE = ReplicatedMergeTree("
                "'/clickhouse/tables/all/d/shards', '{shard}-{replica}') ORDER BY shard"
            ],
        ),
        (
            "INSERT INTO term_days (term) SELECT term FROM term_counts",
            ["INSERT INTO term_days (term) SELECT term FROM term_counts"],
        ),
    ],
)
def test_the_form_for_a_cluster(statement: str, expected: list[str]) -> None:
    assert forms(statement) == expected


@pytest.mark.parametrize(
    "statement",
    [
        "OPTIMIZE TABLE term_counts FINAL",
        "RENAME TABLE term_counts TO x",
        "EXCHANGE TABLES term_counts AND term_days",
        "DELETE FROM term_counts WHERE 1",
        "ALTER TABLE term_counts DELETE WHERE 1",
        "ALTER TABLE term_counts UPDATE docs = 1 WHERE 1",
        "ALTER TABLE term_counts ADD COLUMN a UInt8, ADD COLUMN b UInt8",
        "INSERT INTO term_counts VALUES (1)",
        "CREATE MATERIALIZED VIEW v TO term_counts AS SELECT 1",
        "CREATE TABLE term_counts (a UInt8) ENGINE = Memory",
        "CREATE TABLE term_counts AS term_days",
        "CREATE TABLE unheard_of (a UInt8) ENGINE = MergeTree ORDER BY a",
        "TRUNCATE TABLE unheard_of",
        "INSERT INTO unheard_of SELECT 1",
        "SYSTEM STOP MERGES",
    ],
)
def test_what_is_not_known_is_refused(statement: str) -> None:
    with pytest.raises(Fatal):
        forms(statement)


@pytest.mark.parametrize(
    ("sql", "outermost"),
    [
        ("a (b (c) d) e", "a (       ) e"),
        ("a 'b) -- ' c", "a          c"),
        ('a `)` "(" c', "a         c"),
        ("a -- it's (\nb", "a          \nb"),
        (r"a '\'(' b", "a       b"),
    ],
)
def test_only_the_outermost_level_is_looked_at(sql: str, outermost: str) -> None:
    assert shape(sql) == outermost
