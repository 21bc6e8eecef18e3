"""The doctor on ClickHouse: does it answer, is the schema right, how far are the counts.

In: an address and where the log ends. Out: checks. Never migrates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from trends.cli.doctor_check import Check, Section
from trends.cli.waiting import clickhouse_answers
from trends.clock import Clock
from trends.settings import redact_url
from trends.store.access import StoreAccess
from trends.store.client import connect, database_of, translated
from trends.store.migrate import migrations

QUERY_LIMITS: Final = {"max_execution_time": 10}
SKEW_WARN_S: Final = 5.0
SKEW_FAIL_S: Final = 60.0


def check_clickhouse(
    access: StoreAccess, log_ends: Mapping[str, int], clock: Clock, *, embedded: bool
) -> Iterator[Check]:
    """All about ClickHouse.

    Args:
        access: where it is, and how to get in.
        log_ends: per shard of the present topic, the offset that its next message gets.
        clock: to compare with the server's.
        embedded: whether Kafka is the embedded broker, whose log may seem too short.
    """
    section = Section("ClickHouse")
    yield from section.guarded(
        "server",
        lambda: _check(access, log_ends, clock, embedded, section),
        "start it, or correct TRENDS_CLICKHOUSE",
    )


def _check(
    access: StoreAccess,
    log_ends: Mapping[str, int],
    clock: Clock,
    embedded: bool,
    section: Section,
) -> Iterator[Check]:
    shown = redact_url(access.url)
    if not clickhouse_answers(access):
        yield section.fail(
            "server", f"no answer at {shown}", "start it, or correct TRENDS_CLICKHOUSE"
        )
        return
    database = database_of(access.url)
    client = connect(access, database="default")
    try:
        yield _check_clock(client, shown, clock, section)
        if not _rows(client, f"SELECT 1 FROM system.databases WHERE name = '{database}'"):
            yield section.warn(
                "schema", f"database {database!r} is not there", "the first command makes it"
            )
            return
        client.database = database
        yield _check_schema(client, section)
        yield from _check_checkpoints(client, log_ends, clock, embedded, section)
        yield _check_dead(client, section)
    finally:
        client.close()


def _check_clock(client: Client, shown: str, clock: Clock, section: Section) -> Check:
    before = clock.now()
    ((version, now_s),) = _rows(client, "SELECT version(), toFloat64(now64(6, 'UTC'))")
    after = clock.now()
    middle = before + (after - before) / 2
    skew_s = float(now_s) - middle.timestamp()
    detail = f"{shown}, version {version}, its clock differs from ours by {skew_s:+.2f} s"
    remedy = "set both clocks by NTP: retention and lateness are measured with them"
    if abs(skew_s) > SKEW_FAIL_S:
        return section.fail("server", detail, remedy)
    if abs(skew_s) > SKEW_WARN_S:
        return section.warn("server", detail, remedy)
    return section.ok("server", detail)


def _check_schema(client: Client, section: Section) -> Check:
    if not _rows(client, "EXISTS TABLE schema_migrations")[0][0]:
        return section.warn("schema", "empty", "the first command makes the tables")
    applied = {row[0] for row in _rows(client, "SELECT DISTINCT number FROM schema_migrations")}
    known = {number: name for number, name, _ in migrations()}
    newer = sorted(applied - known.keys())
    if newer:
        return section.fail(
            "schema", f"migration {newer[-1]} is not known here", "upgrade trends on this machine"
        )
    missing = [f"{number:04d}_{known[number]}" for number in sorted(known.keys() - applied)]
    if missing:
        return section.warn(
            "schema", f"not applied: {', '.join(missing)}", "the next command applies them"
        )
    return section.ok("schema", f"{len(applied)} migrations, none missing")


def _check_checkpoints(
    client: Client, log_ends: Mapping[str, int], clock: Clock, embedded: bool, section: Section
) -> Iterator[Check]:
    if not _rows(client, "EXISTS TABLE checkpoints")[0][0]:
        return
    rows = _rows(
        client,
        "SELECT shard, toInt64(max(version)), toUnixTimestamp64Milli(max(flushed_at)) "
        "FROM checkpoints GROUP BY shard",
    )
    stored = {shard: (version, flushed_ms / 1000) for shard, version, flushed_ms in rows}
    if not log_ends:
        yield section.ok("checkpoints", f"{len(stored)} shards; no log to compare with")
        return
    behind: list[str] = []
    ahead: list[str] = []
    for shard, end in log_ends.items():
        version, _ = stored.get(shard, (-1, 0.0))
        partition = shard.rpartition("/")[2]
        if version + 1 < end:
            behind.append(f"partition {partition}: {end - version - 1:,} messages")
        elif version + 1 > end:
            ahead.append(f"partition {partition}: {version + 1 - end:,} messages")
    if ahead:
        # The embedded broker lists too small an end where a batch holds several messages.
        make = section.warn if embedded else section.fail
        yield make(
            "checkpoints",
            f"ahead of the log: {', '.join(ahead)}",
            "Kafka lost its tail: re-create the topic and deliver again",
        )
    newest_s = max((stored[shard][1] for shard in log_ends if shard in stored), default=0.0)
    age = f"; last flush {clock.now() - datetime.fromtimestamp(newest_s, UTC)} ago".split(".")[0]
    if behind:
        yield section.warn(
            "checkpoints",
            f"behind the log: {', '.join(behind)}" + (age if newest_s else ""),
            "wait, and look again; if it does not shrink, look into the processor's log",
        )
    elif not ahead:
        yield section.ok("checkpoints", f"all {len(log_ends)} partitions are at the log's end")


def _check_dead(client: Client, section: Section) -> Check:
    if not _rows(client, "EXISTS TABLE dead_letters")[0][0]:
        return section.ok("dead letters", "none")
    ((count,),) = _rows(client, "SELECT countIf(state = 0) FROM dead_letters FINAL")
    if count:
        return section.warn("dead letters", f"{count:,} open", "see `trends dead list`")
    return section.ok("dead letters", "none open")


def _rows(client: Client, sql: str) -> list[Any]:
    with translated():
        return list(client.query(sql, settings=dict(QUERY_LIMITS)).result_rows)
