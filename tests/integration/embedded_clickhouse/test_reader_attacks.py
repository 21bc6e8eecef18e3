"""The read-only user tries to get out; every way must end in a refusal, not in an empty answer."""

from __future__ import annotations

import pytest

from .server_process import Server

READER = {"X-ClickHouse-User": "reader"}
# {secret} is a file that exists and that the server's process can read.
ATTACKS = [
    "SELECT * FROM file('{secret}', 'CSV')",
    "SELECT file('{secret}')",
    "SELECT `file`('{secret}')",
    "SELECT \"file\"('{secret}')",
    "SELECT FILE('{secret}')",
    "SELECT /* harmless */ file -- call\n ('{secret}')",
    "SELECT * FROM trends.terms WHERE term IN (SELECT file('{secret}'))",
    "WITH x AS (SELECT * FROM file('{secret}', 'LineAsString')) SELECT * FROM x",
    "WITH file('{secret}') AS x SELECT x",
    "SELECT * FROM (SELECT * FROM (SELECT * FROM `file`('{secret}', 'LineAsString')))",
    "SELECT * FROM view(SELECT * FROM file('{secret}', 'LineAsString'))",
    "SELECT * FROM view(SELECT file('{secret}'))",
    "SELECT * FROM viewIfPermitted(SELECT 1 ELSE file('{secret}', 'LineAsString'))",
    "SELECT * FROM eval('SELECT file(''{secret}'')')",
    "EXPLAIN SELECT * FROM file('{secret}', 'CSV')",
    "EXPLAIN QUERY TREE SELECT file('{secret}')",
    "EXPLAIN SYNTAX SELECT * FROM file('{secret}', 'CSV')",
    "SELECT * FROM (EXPLAIN SELECT file('{secret}'))",
    "SELECT * FROM viewExplain('EXPLAIN', '', (SELECT file('{secret}')))",
    "DESCRIBE TABLE file('{secret}', 'CSV')",
    "DESC file('{secret}')",
    "DESCRIBE (SELECT file('{secret}'))",
    "DESCRIBE trends.terms SETTINGS max_execution_time = 1000",
    "SELECT arrayMap(file, ['{secret}'])",
    "SELECT arrayMap(x -> file(x), ['{secret}'])",
    "WITH file AS f SELECT arrayMap(f, ['{secret}'])",
    "WITH x -> file(x) AS f SELECT f('{secret}')",
    "SELECT * APPLY(file) FROM (SELECT '{secret}')",
    "SELECT COLUMNS('term') APPLY(x -> file(x)) FROM trends.terms",
    "SELECT * REPLACE(file('{secret}') AS term) FROM trends.terms",
    "SELECT term FROM trends.terms ORDER BY file('{secret}')",
    "SELECT term FROM trends.terms GROUP BY term HAVING file('{secret}') != ''",
    "SELECT term FROM trends.terms LIMIT 1 BY file('{secret}')",
    "SELECT sum(docs) OVER (PARTITION BY file('{secret}')) FROM trends.terms",
    "SELECT * FROM trends.terms ARRAY JOIN [file('{secret}')] AS a",
    "SELECT * FROM trends.terms AS a JOIN trends.terms AS b ON a.term = file('{secret}')",
    "SELECT 1 UNION ALL SELECT file('{secret}')",
    "SELECT 1 INTERSECT SELECT * FROM file('{secret}', 'CSV')",
    "SELECT 1 IN file('{secret}', 'CSV')",
    "SELECT * FROM '{secret}'",
    'SELECT * FROM "{secret}"',
    "SELECT * FROM default.`{secret}`",
    "SELECT '1' IN default.`{secret}`",
    "SELECT * FROM `default`.`{secret}`",
    "DESCRIBE default.`{secret}`",
    "SHOW COLUMNS FROM `{secret}` FROM default",
    "EXISTS TABLE default.`{secret}`",
    "SHOW CREATE TABLE other.hidden",
    "SHOW CREATE other.hidden",
    "SHOW CREATE DATABASE other",
    "SELECT * FROM other.hidden",
    "SELECT a FROM trends.terms, other.hidden",
    "SELECT 42 IN other.hidden",
    "SELECT 42 GLOBAL NOT IN other.hidden",
    "SELECT * FROM merge('other', '.*')",
    "SELECT * FROM merge(REGEXP('.*'), 'hidden')",
    "SELECT * FROM loop(other.hidden)",
    "SELECT * FROM loop('other', 'hidden')",
    "SELECT * FROM remote('127.0.0.1', other.hidden)",
    "SELECT * FROM remoteSecure('127.0.0.1', system.one)",
    "SELECT * FROM cluster('default', other.hidden)",
    "SELECT * FROM clusterAllReplicas('default', system.processes)",
    "SELECT * FROM url('http://127.0.0.1:1/x', 'LineAsString')",
    "SELECT * FROM s3('http://127.0.0.1:1/x', 'CSV')",
    "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM sqlite('{secret}', 'x')",
    "SELECT * FROM executable('cat', 'TSV', 'x String', (SELECT 1))",
    "SELECT * FROM python('reader')",
    "SELECT * FROM Python(reader)",
    "SELECT * FROM input('x String')",
    "SELECT * FROM filesystem('/')",
    "SELECT * FROM dictionary('d')",
    "SELECT * FROM mergeTreeIndex('other', 'hidden')",
    "SELECT * FROM format(CSV, 'x String', '1')",
    "SELECT dictGet('d', 'x', 1)",
    "SELECT joinGet('other.hidden', 'a', 1)",
    "SELECT hasColumnInTable('other', 'hidden', 'a')",
    "SELECT catboostEvaluate('{secret}', 1)",
    "SELECT aiGenerate('x', 'y')",
    "SELECT AIGenerate('x', 'y')",
    "SELECT chdb('SELECT 1')",
    "SELECT addressToLine(1)",
    "SELECT getServerPort('http_port')",
    "SELECT getMacro('x')",
    "SELECT sleep(1)",
    "SELECT * FROM system.processes",
    "SELECT * FROM system.server_settings",
    "SELECT * FROM system.query_log",
    "SELECT 'x' IN system.users",
    "SELECT * FROM `system`.`processes`",
    "SELECT * FROM system.`\\x70rocesses`",
    "SELECT file('\\x2fetc\\x2fpasswd')",
    "SELECT * FROM information_schema.`processes`",
    "SHOW PROCESSLIST",
    "SHOW GRANTS",
    "SHOW USERS",
    "SHOW CLUSTERS",
    "SELECT 1 INTO OUTFILE '{secret}.out'",
    "SELECT 1 INTO OUTFILE '{secret}.out' FORMAT CSV",
    "EXPLAIN SELECT 1 INTO OUTFILE '{secret}.out'",
    "SHOW TABLES INTO OUTFILE '{secret}.out'",
    "INSERT INTO trends.terms VALUES ('x', 1)",
    "INSERT INTO trends.terms SELECT 'x', 1",
    "insert into function file('{secret}.out', 'CSV', 'x String') select 'x'",
    "INSERT INTO FUNCTION file('{secret}.out', 'CSV', 'x String') VALUES ('x')",
    "WITH 1 AS x INSERT INTO trends.terms SELECT 'x', x",
    "CREATE TABLE trends.x (a Int8) ENGINE = Memory",
    "CREATE TEMPORARY TABLE x (a Int8)",
    "CREATE VIEW trends.x AS SELECT * FROM other.hidden",
    "CREATE FUNCTION f AS x -> file(x)",
    "ALTER TABLE trends.terms DELETE WHERE 1",
    "DELETE FROM trends.terms WHERE 1",
    "DROP TABLE trends.terms",
    "TRUNCATE TABLE trends.terms",
    "OPTIMIZE TABLE trends.terms",
    "RENAME TABLE trends.terms TO trends.x",
    "ATTACH TABLE trends.x FROM '{secret}' (a Int8) ENGINE = MergeTree ORDER BY a",
    "BACKUP TABLE trends.terms TO File('{secret}.zip')",
    "KILL QUERY WHERE 1",
    "SYSTEM SHUTDOWN",
    "SYSTEM FLUSH LOGS",
    "SET readonly = 0",
    "SET max_execution_time = 1000",
    "USE other",
    "EXECUTE AS default SELECT 1",
    "SELECT 1 PARALLEL WITH SELECT 2",
    "SELECT 1; SELECT file('{secret}')",
    "SELECT 1; DROP TABLE trends.terms",
    "SELECT 1 ;; -- x\n SELECT file('{secret}')",
    "SELECT 1\0; SELECT file('{secret}')",
    "\\i {secret}",
    "SELECT 1 SETTINGS readonly = 0",
    "SELECT 1 SETTINGS max_execution_time = 1000",
    "SELECT 1 SETTINGS max_execution_time = 0",
    "SELECT 1 SETTINGS max_execution_time = '1e3'",
    "SELECT 1 SETTINGS max_execution_time = -1",
    "SELECT 1 SETTINGS max_memory_usage = 0",
    "SELECT 1 SETTINGS max_result_rows = 0",
    "SELECT 1 SETTINGS result_overflow_mode = 'break'",
    "SELECT 1 SETTINGS timeout_overflow_mode = 'break'",
    "SELECT * FROM (SELECT 1 SETTINGS max_execution_time = 1000)",
    "SELECT 1 FORMAT CSV SETTINGS max_memory_usage = 0",
    "SELECT 1 SETTINGS max_execution_time = 1, max_execution_time = 1000",
    "SELECT 1 SETTINGS dialect = 'prql'",
    "SELECT 1 SETTINGS additional_table_filters = {{'trends.terms': 'file(1)'}}",
    "SELECT 1 SETTINGS additional_result_filter = 'file(1)'",
    "SELECT 1 SETTINGS format_schema = '{secret}'",
    "SELECT 1 SETTINGS profile = 'default'",
    "SELECT 1 SETTINGS param_x = 1",
    "SELECT * FROM numbers(file('{secret}'))",
    "SELECT * FROM values('x String', file('{secret}'))",
    "SELECT CAST(file('{secret}') AS String)",
    "SELECT file('{secret}')::String",
    "SELECT CASE WHEN 1 THEN file('{secret}') END",
    "SELECT [file('{secret}')][1]",
    "SELECT (SELECT (SELECT file('{secret}')))",
    "SELECT EXISTS(SELECT file('{secret}'))",
    "FROM file('{secret}', 'CSV') SELECT *",
    "(SELECT file('{secret}'))",
    "SELECT 1 WHERE file('{secret}') LIKE '%'",
    "SELECT * FROM trends.terms PREWHERE file('{secret}') LIKE '%'",
    "SELECT anyIf(term, file('{secret}') != '') FROM trends.terms",
    "SELECT * FROM trends.terms LIMIT length(file('{secret}'))",
    "TABLE other.hidden",
    "SELECT 42 IN ((other.hidden))",
    "SELECT 42 IN `other.hidden`",
    "SELECT * FROM trends.terms STREAM",
    "SELECT " + "abs(" * 300 + "file('{secret}')" + ")" * 300,
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused(server: Server, attack: str) -> None:
    sql = attack.format(secret=server.secret)
    reply = server.ask(sql, headers=READER)
    assert reply.status != 200, reply.text
    assert b"top" not in reply.body
    assert b"root:" not in reply.body
    # Refused by the guard or by the engine's parser before anything ran; 164 is the engine's
    # readonly, 60 and 47 say that the database trends has no such table.
    assert reply.code in {"497", "452", "62", "36", "358", "164", "60", "47"}, reply.text
    assert not server.secret.with_suffix(".csv.out").exists()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ({"max_execution_time": 1000}, "452"),
        ({"max_memory_usage": 0}, "452"),
        ({"max_result_rows": 10**9}, "452"),
        ({"allow_ddl": 1}, "452"),
        ({"format_schema": "x"}, "452"),
        ({"dialect": "kusto"}, "452"),
        ({"additional_table_filters": "{}"}, "452"),
        ({"database": "other"}, "497"),
        ({"database": "default"}, "497"),
        ({"database": "x`; SELECT 1"}, "497"),
        ({"user": "reader", "password": "x"}, "516"),
        ({"role": "default"}, "512"),
        ({"profile": "default"}, "452"),
    ],
)
def test_a_url_cannot_widen_the_reader(server: Server, url: dict[str, object], code: str) -> None:
    url = {"user": "reader", **url}
    assert server.ask("SELECT 1", url=url).code == code


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM processes",
        "SELECT 'x' IN users",
        "DESCRIBE processes",
        "SHOW CREATE TABLE processes",
        "SELECT * FROM (WITH processes AS (SELECT 1) SELECT * FROM processes), processes",
    ],
)
def test_the_current_database_opens_no_other_tables(server: Server, sql: str) -> None:
    assert server.ask(sql, headers=READER, database="system").code == "497"
    assert server.ask("SELECT * FROM one", headers=READER, database="system").text == "0\n"


def test_a_parameter_cannot_name_a_table_or_reach_a_table_function(server: Server) -> None:
    by_name = server.ask("SELECT * FROM {t:Identifier}", headers=READER, param_t="other.hidden")
    assert by_name.code == "497"
    by_path = server.ask(
        "SELECT * FROM file({p:String}, 'CSV')", headers=READER, param_p=str(server.secret)
    )
    assert by_path.code == "497"


def test_an_insert_with_data_in_the_body_is_refused(server: Server) -> None:
    before = server.sql("SELECT count() FROM trends.terms")
    reply = server.ask("INSERT INTO trends.terms FORMAT TSV", body=b"x\t1\n", headers=READER)
    assert reply.code == "497"
    assert server.sql("SELECT count() FROM trends.terms") == before


def test_readonly_in_the_url_changes_nothing(server: Server) -> None:
    reply = server.ask("CREATE TABLE trends.y (a Int8) ENGINE = Memory", user="reader", readonly=0)
    assert reply.code == "497"
