"""Statements for one server, made into statements for a cluster; text in, text out.

    CREATE TABLE x  ->  x_local, replicated within each group of servers,
                        and x, Distributed over the groups

What a cluster's configuration calls its shards are *groups* here: a shard is a partition of the
topic. All rows of a shard are in one group, because every group finds the last version of a row for
itself, and because the rows of one bucket must land in one block. Tables that stay small are on
every server as a whole.

A statement whose form is not known here is refused: passed through, it would change one server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from trends.errors import Fatal
from trends.store.statement_shape import quoted, shape

SHARDED: Final = frozenset(
    {
        "listings_stored",
        "listings_counted",
        "sightings",
        "forwards",
        "term_counts",
        "term_days",
        "topic_counts",
        "bucket_totals",
    }
)
"""Tables with a column ``shard`` that grow with the number of listings."""

EVERYWHERE: Final = frozenset(
    {
        "schema_migrations",
        "shards",
        "checkpoints",
        "generations",
        "rebuilt",
        "dead_letters",
        "alert_records",
        "deliveries",
        "silences",
        "spikes",
        "evaluations",
        "pipeline_samples",
        "rankings",
        "topic_nodes",
    }
)
"""Tables that every server has as a whole: each is one replica of one replicated table."""

SHARDING_KEY: Final = "cityHash64(shard)"
LOCAL: Final = "_local"

_NAME: Final = r"(?P<name>\w+)"
_CREATE_TABLE: Final = re.compile(rf"CREATE TABLE (?P<if>IF NOT EXISTS )?{_NAME}\b")
_COPIED: Final = re.compile(r"\s+AS (?P<source>\w+)\s*$")
_ENGINE: Final = re.compile(r"\bENGINE\s*=\s*(?P<engine>\w*MergeTree)\b")
_CREATE_DATABASE: Final = re.compile(r"CREATE DATABASE (?:IF NOT EXISTS )?(?:\w+|`[^`]+`)\s*$")
_CREATE_VIEW: Final = re.compile(
    rf"CREATE (?:OR REPLACE )?VIEW (?:IF NOT EXISTS )?{_NAME}\b(?=\s+AS\b)"
)
_DROP: Final = re.compile(rf"DROP (?P<kind>TABLE|VIEW) (?P<if>IF EXISTS )?{_NAME}\s*$")
_TRUNCATE: Final = re.compile(rf"TRUNCATE TABLE (?P<if>IF EXISTS )?{_NAME}\s*$")
_ALTER: Final = re.compile(rf"ALTER TABLE {_NAME}\s+(?P<action>.*)$", re.DOTALL)
_INSERT: Final = re.compile(rf"INSERT INTO {_NAME}\b.*\bSELECT\b", re.DOTALL)
# What changes the columns of a table, and what concerns only how its rows are kept.
_OF_COLUMNS: Final = re.compile(r"(ADD|DROP) COLUMN\b")
_OF_STORAGE: Final = re.compile(
    r"DROP PARTITION\b|ADD INDEX\b|DROP INDEX\b|MODIFY TTL\b|MODIFY SETTING\b"
)


@dataclass(slots=True)
class Schema:
    """The forms that a schema's statements have here; remembers the tables that it has seen made.

    Args:
        cluster: name of the cluster, as settings accept it; empty: one server.
        database: that the tables are in.
    """

    cluster: str
    database: str
    _made: dict[str, str] = field(default_factory=dict)

    def forms(self, statement: str) -> list[str]:
        """What does here, in this order, what ``statement`` does on one server.

        Raises:
            Fatal: if there is a cluster, and the form or a table of the statement is not known.
        """
        if not self.cluster:
            return [statement]
        text = statement.strip()
        plan = shape(text)
        if found := _CREATE_TABLE.match(plan):
            return self._create_table(text, plan, found)
        if _CREATE_DATABASE.match(text):
            return [f"{text} {self._on}"]
        if found := _CREATE_VIEW.match(plan):
            return [f"{text[: found.end()]} {self._on}{text[found.end() :]}"]
        if found := _DROP.match(plan):
            return self._drop(found)
        if found := _TRUNCATE.match(plan):
            return [self._changed(found["name"], f"TRUNCATE TABLE {found['if'] or ''}", "")]
        if found := _ALTER.match(plan):
            return self._alter(text, found)
        if found := _INSERT.match(plan):
            self._is_sharded(found["name"])
            return [text]  # into a Distributed table, which spreads it, or into a replicated one
        raise Fatal(f"no form for a cluster is known of the statement {text[:80]!r}")

    @property
    def _on(self) -> str:
        return f"ON CLUSTER {quoted(self.cluster)}"

    def _create_table(self, text: str, plan: str, head: re.Match[str]) -> list[str]:
        name, if_not_exists = head["name"], head["if"] or ""
        if copied := _COPIED.match(plan, head.end()):
            original = self._made.get(copied["source"])
            if original is None:
                raise Fatal(f"{text[:80]!r} copies a table that no statement before it has made")
            text, plan = original, shape(original)
            found = _CREATE_TABLE.match(plan)
            assert found is not None
            head = found
        engine = _ENGINE.search(plan)
        if engine is None:
            raise Fatal(f"no form for a cluster is known of the engine in {text[:80]!r}")
        self._made[name] = text
        body = text[head.end() : engine.start("engine")]
        tail = text[engine.end() :]
        if not self._is_sharded(name):
            kept = self._engine(
                engine["engine"], tail, f"all/{self.database}/{name}", "{shard}-{replica}"
            )
            return [f"CREATE TABLE {if_not_exists}{name} {self._on}{body}{kept}"]
        local = name + LOCAL
        kept = self._engine(
            engine["engine"], tail, f"{{shard}}/{self.database}/{local}", "{replica}"
        )
        over = f"{_text(self.cluster)}, {_text(self.database)}, {_text(local)}, {SHARDING_KEY}"
        create = f"CREATE TABLE {if_not_exists}"
        return [
            f"{create}{local} {self._on}{body}{kept}",
            f"{create}{name} {self._on} AS {local} ENGINE = Distributed({over})",
        ]

    def _engine(self, engine: str, tail: str, path: str, replica: str) -> str:
        """The replicated engine, and what follows it: its arguments come after path and replica."""
        place = f"{_text(f'/clickhouse/tables/{path}')}, {_text(replica)}"
        arguments, rest = "", tail
        if tail.startswith("("):
            end = shape(tail).index(")")
            arguments, rest = tail[1:end].strip(), tail[end + 1 :]
        inside = f"{place}, {arguments}" if arguments else place
        return f"Replicated{engine}({inside}){rest}"

    def _drop(self, found: re.Match[str]) -> list[str]:
        kind, name = found["kind"], found["name"]
        names = [name]
        if kind == "TABLE" and self._is_sharded(name):
            names.append(name + LOCAL)
        # Without SYNC its place in the keeper would be taken for minutes, and no table made there.
        return [f"DROP {kind} {found['if'] or ''}{each} {self._on} SYNC" for each in names]

    def _alter(self, text: str, found: re.Match[str]) -> list[str]:
        name, action = found["name"], text[found.start("action") :]
        first = found["action"]
        if "," in first or not (_OF_COLUMNS.match(first) or _OF_STORAGE.match(first)):
            raise Fatal(f"no form for a cluster is known of the statement {text[:80]!r}")
        changes = [self._changed(name, "ALTER TABLE ", f" {action}")]
        if self._is_sharded(name) and _OF_COLUMNS.match(first):
            changes.append(f"ALTER TABLE {name} {self._on} {action}")
        return changes

    def _changed(self, name: str, verb: str, rest: str) -> str:
        """A change of what a table keeps."""
        if self._is_sharded(name):
            return f"{verb}{name}{LOCAL} {self._on}{rest}"
        # Said to one replica of a replicated table, it is done by all.
        return f"{verb}{name}{rest}"

    def _is_sharded(self, name: str) -> bool:
        if name in SHARDED:
            return True
        if name in EVERYWHERE:
            return False
        raise Fatal(f"trends.store.cluster does not say whether table {name!r} is sharded")


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
