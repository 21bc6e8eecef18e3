"""A store of 100 million count rows, made by SQL out of one that real listings were counted into.

In: a database with counts of real listings, by day. Out: another one that holds them many times
over, one after the other and side by side, ending today. A name of many listings keeps its name, so
that it has a long series; a rarer one gets a name of its own in each copy, as new listings bring
new words. So what is many is what really is many, and the shape of a day is that of a real day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from clickhouse_connect.driver.client import Client

from trends.store.migrate import migrate

FREQUENT_DOCS = 10
"""A name with as many listings in the source keeps its name in every copy."""
HOURS_DAYS = 365
MINUTES_DAYS = 14


@dataclass(frozen=True, slots=True)
class Size:
    """How often the source is repeated: after itself, and beside itself."""

    periods: int = 12
    density: int = 2


def inflate(client: Client, source: str, target: str, size: Size, today: date) -> None:
    """Fills database ``target``, which must not exist yet, from database ``source``.

    Args:
        client: of the server that has the source.
        source: has counts by day; other resolutions are made out of these.
        target: is created, with the newest schema.
        size: how many copies.
        today: the newest day of the copies.
    """
    migrate(client, target)
    first, last = client.query(
        f"SELECT toDate(min(bucket)), toDate(max(bucket)) FROM {source}.bucket_totals "
        "WHERE resolution = '1d'"
    ).result_rows[0]
    span_days = (last - first).days + 1
    client.command(
        f"CREATE TABLE {target}.frequent (term String, one UInt8) ENGINE = Join(ANY, LEFT, term)"
    )
    client.command(
        f"INSERT INTO {target}.frequent SELECT term, 1 FROM {source}.term_counts "
        f"WHERE resolution = '1d' GROUP BY term HAVING sum(docs) >= {FREQUENT_DOCS}"
    )
    client.command(f"INSERT INTO {target}.generations SELECT * FROM {source}.generations")
    for period in range(size.periods):
        shift_days = (today - last).days - period * span_days
        newest = today - timedelta(days=period * span_days)
        for copy in range(size.density):
            _copy(client, source, target, shift_days, newest, f"{period}.{copy}", today)
    client.command(f"DROP TABLE {target}.frequent")


def _copy(
    client: Client,
    source: str,
    target: str,
    shift_days: int,
    newest: date,
    label: str,
    today: date,
) -> None:
    shard = f"concat(shard, '@{label.partition('.')[2]}')"
    moved = f"bucket + INTERVAL {shift_days} DAY"
    term = f"if(joinGet('{target}.frequent', 'one', term) = 1, term, concat(term, ' {label}'))"
    tables = (
        ("term_counts", "term", f"{term} AS term, ", ""),
        ("topic_counts", "topic", "topic, ", "generation, "),
        ("bucket_totals", "", "", ""),
    )
    for table, name, named, generation in tables:
        counts = "docs, mentions" if name else "listings"
        of_name = "term" if name == "term" else (name or "shard")
        # What a day holds falls in two hours of it, and in an hour of those in five minutes.
        second = f"(cityHash64({of_name}, bucket) % 2) * 3600 + 28800"
        for resolution, start, since in (
            ("1d", moved, None),
            ("1h", f"{moved} + INTERVAL {second} SECOND", HOURS_DAYS),
            ("5m", f"{moved} + INTERVAL {second} SECOND", MINUTES_DAYS),
        ):
            if since is not None and newest < today - timedelta(days=since):
                continue
            recent = f"AND {moved} > today() - {since}" if since is not None else ""
            columns = [*filter(None, [generation.strip(", "), "shard", "resolution", "bucket"])]
            columns += [name] if name else []
            columns += [*counts.split(", "), "version"]
            client.command(
                f"INSERT INTO {target}.{table} ({', '.join(columns)}) "
                f"SELECT {generation}{shard}, '{resolution}', {start} AS bucket, {named}"
                f"{counts}, version FROM {source}.{table} WHERE resolution = '1d' {recent}",
                settings={"max_partitions_per_insert_block": 0},
            )
    own_name = f"if(joinGet('{target}.frequent', 'one', t) = 1, t, concat(t, ' {label}'))"
    terms = f"arrayMap(t -> {own_name}, terms)"
    client.command(
        f"INSERT INTO {target}.term_days SELECT {term} AS term, {moved} AS bucket, "
        f"{shard} AS shard, docs, mentions, version FROM {source}.term_counts "
        "WHERE resolution = '1d'"
    )
    client.command(
        f"INSERT INTO {target}.checkpoints SELECT * REPLACE({shard} AS shard) "
        f"FROM {source}.checkpoints FINAL"
    )
    client.command(
        f"INSERT INTO {target}.listings_counted SELECT * REPLACE("
        f"concat(id, '@{label}') AS id, {shard} AS shard, "
        f"event_time + INTERVAL {shift_days} DAY AS event_time, "
        f"listed_at + INTERVAL {shift_days} DAY AS listed_at, {terms} AS terms) "
        f"FROM {source}.listings_counted",
        settings={"max_partitions_per_insert_block": 0},
    )
