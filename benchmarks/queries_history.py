"""A past for the dashboards of a big store: rankings, alerts, and how the pipeline was doing.

Rankings are the ranker's own of the present windows; everything else is rows made by SQL, as many
as a busy pipeline leaves behind: a sample of each shard every ten seconds for 30 days, an
evaluation of each horizon every minute, 400 alerts, 5,000 spikes, 10,000 dead letters.
"""

from __future__ import annotations

from datetime import timedelta

from clickhouse_connect.driver.client import Client

from trends.clock import Clock
from trends.ranker.board import StoreBoard
from trends.ranker.plan import plan

SHARD = "concat('listings/00000000-0000-7000-8000-000000000000/', toString(number % 4))"
# Names that there are, the most frequent ones; and listings for evidence.
NAMES = (
    "(SELECT groupArray(name) FROM (SELECT names[1] AS name FROM ranked WHERE kind = 'term' "
    "AND rank > 0 GROUP BY name ORDER BY min(rank), name LIMIT 700))"
)
IDS = (
    "(SELECT groupArray(id) FROM (SELECT id FROM listings_counted "
    "WHERE event_time > now() - INTERVAL 90 DAY LIMIT 1000))"
)

HISTORY = (
    "INSERT INTO shards SELECT "
    f"{SHARD}, 'listings', '00000000-0000-7000-8000-000000000000', number % 4, 4, "
    "now64(3) - INTERVAL 40 DAY FROM numbers(4)",
    "INSERT INTO pipeline_samples SELECT "
    "now64(3) - toIntervalSecond(intDiv(number, 4) * 10) AS at, "
    f"concat('worker:', toString(number % 2)), {SHARD}, "
    "1e7 - intDiv(number, 4) * 10 AS position, "
    "position + (number * 7) % 5, (number * 7) % 5 / 10, "
    "(1e7 - intDiv(number, 4) * 10) * 20, intDiv(toUInt64(2e7 - intDiv(number, 4) * 20), 50), "
    "intDiv(toUInt64(2e7 - intDiv(number, 4) * 20), 1000), 0, 0, 0, at, 10, 300, 60 "
    "FROM numbers(4 * 30 * 8640)",
    "INSERT INTO evaluations SELECT now64(3) - toIntervalMinute(intDiv(number, 3)), "
    "arrayElement(['hour', 'day', 'week'], number % 3 + 1), "
    "toStartOfHour(now() - toIntervalMinute(intDiv(number, 3))), 50000, 3, 300 + number % 400 "
    "FROM numbers(3 * 30 * 1440)",
    "INSERT INTO spikes SELECT arrayElement(['hour', 'day', 'week'], number % 3 + 1), "
    "toStartOfDay(now()) - toIntervalDay(number % 1800) AS start, start + INTERVAL 1 DAY, '', "
    "'term', name, name, 40, 8.5, 15.2, 600, 1e-9, 1e-4, 4.7, 0, 1, start, [name], [], "
    "['a', 'b', 'c'], ['A first listing', 'a second', 'a third'], "
    "['https://example.org/a', 'https://example.org/b', ''], start + INTERVAL 1 DAY "
    f"FROM (SELECT number, arrayElement({NAMES}, number % 700 + 1) AS name FROM numbers(5000))",
    "INSERT INTO alert_records SELECT hex(cityHash64(number % 400)), intDiv(number, 400), "
    "'transition', "
    "now64(3) - toIntervalDay(number % 400) + toIntervalHour(intDiv(number, 400) * 9) AS at, "
    "'spikes', arrayElement(['info', 'warning', 'critical'], number % 3 + 1), "
    "arrayElement(['firing', 'resolved'], intDiv(number, 400) + 1), '', name, 'term', 'day', "
    "toStartOfDay(at) AS start, start + INTERVAL 1 DAY, 40, 8.5, 15.2, 600, 1e-9, 1e-4, 4.7, 0, "
    "at, at, if(intDiv(number, 400) = 1, at, NULL), at, [name], "
    "[ids[number % 400 + 1], ids[number % 400 + 2]], ['A', 'B'], "
    "['https://example.org/a', ''], ['mail'], '', '' "
    f"FROM (SELECT number, arrayElement({NAMES}, number % 200 + 1) AS name, {IDS} AS ids "
    "FROM numbers(790))",
    "INSERT INTO deliveries SELECT hex(cityHash64(number)), hex(cityHash64(number, 1)), 'mail', "
    "hex(cityHash64(number, 2)), 'firing', 'delivered', 1, now64(3) - toIntervalDay(number), '', 1 "
    "FROM numbers(400)",
    "INSERT INTO dead_letters SELECT 'listings/0', number, 0, "
    "arrayElement(['bad_json', 'missing_title', 'bad_time'], number % 3 + 1), 'a message', "
    "'{\"title\": 1', 0, now64(3) - toIntervalMinute(number * 4), NULL, 0 FROM numbers(10000)",
)


def add_history(client: Client, clock: Clock) -> None:
    """Fills what dashboards read beside the counts; the client's database is the big store."""
    add_rankings(client, clock)
    for statement in HISTORY:
        client.command(statement)


def add_rankings(client: Client, clock: Clock) -> None:
    """The rankings of the present windows, by the ranker's own code."""
    board = StoreBoard(client, clock)
    known = board.known()
    for key in plan(clock.now(), known, timedelta(0), since=None).due:
        made = board.rank(key, known)
        print(f"  ranked {key.kind} by {key.ordering}, {key.span} days: {made.took_ms:,} ms")
