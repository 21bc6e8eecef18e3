"""ClickHouse's HTTP interface over chDB, in a process of its own.

Run it with ``python -m trends.embedded.clickhouse --data DIR --port N``. Any ClickHouse HTTP
client works against it unchanged; `docs` of what differs stand in the modules that differ.
"""
