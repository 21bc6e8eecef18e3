"""The interface as any HTTP client sees it."""

from __future__ import annotations

import base64
import gzip
import json
import zlib

import lz4.frame  # type: ignore[import-untyped]
import pytest
import zstandard

from .server_process import Server


@pytest.mark.parametrize("path", ["/ping", "/", "/replicas_status"])
def test_health_checks_say_ok(server: Server, path: str) -> None:
    reply = server.ask(method="GET", path=path)
    assert (reply.status, reply.text) == (200, "Ok.\n")
    assert server.ask(method="HEAD", path=path).status == 200


def test_an_unknown_path_gets_a_hint(server: Server) -> None:
    reply = server.ask(method="GET", path="/nope")
    assert reply.status == 404
    assert reply.text.startswith("There is no handle /nope\n\nUse / or /ping for health checks.")


def test_options_names_the_methods(server: Server) -> None:
    reply = server.ask(method="OPTIONS")
    assert (reply.status, reply.headers["Allow"]) == (204, "OPTIONS, GET, HEAD, POST")


def test_headers_of_an_answer(server: Server) -> None:
    reply = server.ask("SELECT number FROM numbers(3)", query_id="my-id")
    assert reply.text == "0\n1\n2\n"
    assert reply.headers["X-ClickHouse-Query-Id"] == "my-id"
    assert reply.headers["X-ClickHouse-Format"] == "TabSeparated"
    assert reply.headers["X-ClickHouse-Timezone"] == server.sql("SELECT timezone()")
    assert reply.headers["X-ClickHouse-Server-Display-Name"]
    assert reply.headers["Content-Type"] == "text/tab-separated-values; charset=UTF-8"
    summary = json.loads(reply.headers["X-ClickHouse-Summary"])
    assert (summary["read_rows"], summary["result_rows"]) == ("3", "3")
    assert all(isinstance(value, str) for value in summary.values())


def test_a_query_id_is_made_if_none_is_given(server: Server) -> None:
    first = server.ask("SELECT 1").headers["X-ClickHouse-Query-Id"]
    assert first != server.ask("SELECT 1").headers["X-ClickHouse-Query-Id"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_query_may_stand_in_the_url(server: Server, method: str) -> None:
    assert server.ask("SELECT 'ü'", method=method, body=b" ").text == "ü\n"


def test_the_url_and_the_body_make_one_query(server: Server) -> None:
    assert server.ask("SELECT", body=b"1 + 1").text == "2\n"


def test_a_long_query_fits_in_the_url(server: Server) -> None:
    text = "x" * 100_000
    assert server.ask(f"SELECT length('{text}')", method="GET").text == "100000\n"


def test_a_get_cannot_write(server: Server) -> None:
    for sql in ("CREATE TABLE trends.g (a Int8) ENGINE = Memory", "DROP DATABASE other"):
        reply = server.ask(sql, method="GET")
        assert (reply.status, reply.code) == (500, "164")
    assert server.ask("SELECT 1", method="GET", readonly=0).status == 200
    assert server.ask("INSERT INTO trends.terms VALUES ('g', 1)", method="GET").code == "164"


@pytest.mark.parametrize(
    ("sql", "url", "headers", "format_name", "text"),
    [
        ("SELECT 1 AS a FORMAT JSONEachRow", {}, {}, "JSONEachRow", '{"a":1}\n'),
        ("SELECT 1 AS a format csv", {}, {}, "CSV", "1\n"),
        ("SELECT 1 AS a", {"default_format": "JSONEachRow"}, {}, "JSONEachRow", '{"a":1}\n'),
        ("SELECT 1 AS a", {}, {"X-ClickHouse-Format": "CSVWithNames"}, "CSVWithNames", '"a"\n1\n'),
        ("SELECT 1 AS a FORMAT TSV", {"default_format": "JSON"}, {}, "TSV", "1\n"),
        ("SELECT 1 AS format FORMAT CSV SETTINGS max_threads=1;", {}, {}, "CSV", "1\n"),
        ("SELECT format FROM (SELECT 5 AS format)", {}, {}, "TabSeparated", "5\n"),
    ],
)
def test_formats(
    server: Server,
    sql: str,
    url: dict[str, str],
    headers: dict[str, str],
    format_name: str,
    text: str,
) -> None:
    reply = server.ask(sql, headers=headers, url=url)
    assert (reply.text, reply.headers["X-ClickHouse-Format"].upper()) == (text, format_name.upper())


@pytest.mark.parametrize(
    ("sql", "status", "code", "name"),
    [
        ("SELECT * FROM nope", 404, "60", "UNKNOWN_TABLE"),
        ("SELECT nope", 404, "47", "UNKNOWN_IDENTIFIER"),
        ("SELECT nope(1)", 404, "46", "UNKNOWN_FUNCTION"),
        ("SELEC 1", 400, "62", "SYNTAX_ERROR"),
        ("", 400, "62", "SYNTAX_ERROR"),
        ("-- nothing", 400, "62", "SYNTAX_ERROR"),
        ("1 + 1", 400, "62", "SYNTAX_ERROR"),
        ("exit", 400, "62", "SYNTAX_ERROR"),
        ("\\i /etc/passwd", 400, "62", "SYNTAX_ERROR"),
        ("SELECT 1; SELECT 2", 400, "62", "SYNTAX_ERROR"),
        ("SELECT 1 FORMAT Nope", 404, "73", "UNKNOWN_FORMAT"),
        ("SELECT 1 + 'a'", 500, "43", "ILLEGAL_TYPE_OF_ARGUMENT"),
        ("SELECT throwIf(1)", 500, "395", "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", 500, "358", "INTO_OUTFILE_NOT_ALLOWED"),
        ("INSERT INTO x FROM INFILE '/tmp/x' FORMAT CSV", 404, "78", "UNKNOWN_TYPE_OF_QUERY"),
        ("SELECT 1 SETTINGS max_execution_time = 1, nope = 1", 404, "115", "UNKNOWN_SETTING"),
        ("SELECT {x:String}", 500, "456", "UNKNOWN_QUERY_PARAMETER"),
        ("CREATE TABLE trends.terms (a Int8) ENGINE = Memory", 500, "57", "TABLE_ALREADY_EXISTS"),
    ],
)
def test_errors(server: Server, sql: str, status: int, code: str, name: str) -> None:
    reply = server.ask(sql)
    assert (reply.code, name in reply.text) == (code, True), reply.text
    assert reply.text.startswith(f"Code: {code}. DB::Exception: ")
    assert reply.status == status


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ({"nope_setting": 1}, 404, "115"),
        ({"max_threads": "x"}, 400, "27"),
        ({"bad-name": 1}, 404, "115"),
        ({"session_id": "a"}, 501, "48"),
        ({"compress": 1}, 501, "48"),
        ({"decompress": 1}, 501, "48"),
        ({"role": "x"}, 403, "512"),
        ({"database": "nope"}, 404, "81"),
        ({"user": "nobody"}, 403, "516"),
        ({"password": "x"}, 403, "516"),
        ({"default_format": "Nope"}, 404, "73"),
    ],
)
def test_refused_url_parameters(
    server: Server, url: dict[str, object], status: int, code: str
) -> None:
    reply = server.ask("SELECT 1", url=url)
    assert (reply.status, reply.code) == (status, code), reply.text


def test_settings_in_the_url_do_not_leak(server: Server) -> None:
    sql = "SELECT getSetting('max_block_size'), currentDatabase()"
    changed = server.sql(sql, max_block_size=77, database="trends")
    assert changed == "77\ttrends"
    server.sql("SET max_block_size = 78")
    server.sql("USE other")
    assert server.sql(sql) == "65409\tdefault"


def test_awkward_values_of_settings(server: Server) -> None:
    assert server.sql("SELECT 1, 2 FORMAT CSV", format_csv_delimiter="'") == "1'2"
    assert server.sql("SELECT 1, 2 FORMAT CSV", format_csv_delimiter="\\") == "1\\2"


def test_max_execution_time_holds(server: Server) -> None:
    reply = server.ask("SELECT count() FROM numbers(100000000000)", max_execution_time=1)
    assert (reply.status, reply.code) == (408, "159")


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Basic " + base64.b64encode(b"reader:").decode()},
        {"X-ClickHouse-User": "reader", "X-ClickHouse-Key": ""},
    ],
)
def test_ways_to_say_who_asks(server: Server, headers: dict[str, str]) -> None:
    assert server.ask("SELECT * FROM other.hidden", headers=headers).code == "497"


def test_credentials_in_two_places_are_refused(server: Server) -> None:
    headers = {"X-ClickHouse-User": "reader"}
    assert server.ask("SELECT 1", headers=headers, user="default").code == "516"


def _deflate(data: bytes) -> bytes:
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return raw.compress(data) + raw.flush()


ENCODINGS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "lz4": lz4.frame.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("coding", ENCODINGS)
def test_compressed_requests(server: Server, coding: str) -> None:
    server.sql(
        f"CREATE OR REPLACE TABLE trends.c_{coding} (a UInt32) ENGINE = MergeTree ORDER BY a"
    )
    data = b"".join(b"%d\n" % i for i in range(200_000))
    encoded = ENCODINGS[coding](data)
    headers = {"Content-Encoding": coding}
    sql = f"INSERT INTO trends.c_{coding} FORMAT TSV"
    reply = server.ask(sql, body=encoded, headers=headers)
    assert json.loads(reply.headers["X-ClickHouse-Summary"])["written_rows"] == "200000"
    # Cut off at its end, or damaged: nothing goes in.
    for broken in (encoded[:-9], b"x" + encoded):
        assert server.ask(sql, body=broken, headers=headers).code == "271"
    two_frames = ENCODINGS[coding](b"1\n") + ENCODINGS[coding](b"2\n")
    server.ask(sql, body=two_frames, headers=headers)
    assert server.sql(f"SELECT count() FROM trends.c_{coding}") == "200002"


def test_headerless_deflate_is_understood(server: Server) -> None:
    reply = server.ask(None, body=_deflate(b"SELECT 7"), headers={"Content-Encoding": "deflate"})
    assert reply.text == "7\n"


def test_an_unknown_request_coding_is_refused(server: Server) -> None:
    reply = server.ask("SELECT 1", body=b"x", headers={"Content-Encoding": "br"})
    assert (reply.status, reply.code) == (501, "48")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("deflate", "deflate"),
        ("zstd", "zstd"),
        ("lz4", "lz4"),
        ("br, zstd;q=0.5", "zstd"),
        ("gzip;q=0", None),
        ("br", None),
        ("", None),
    ],
)
def test_compressed_answers(server: Server, accepted: str, coding: str | None) -> None:
    decode = {
        "gzip": gzip.decompress,
        "deflate": zlib.decompress,
        "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
        "lz4": lz4.frame.decompress,
        None: bytes,
    }
    headers = {"Accept-Encoding": accepted}
    reply = server.ask(
        "SELECT number FROM numbers(500000)", headers=headers, enable_http_compression=1
    )
    assert reply.headers["Content-Encoding"] == coding
    assert decode[coding](reply.body).count(b"\n") == 500_000
    plain = server.ask("SELECT 1", headers=headers, enable_http_compression=0)
    assert plain.text == "1\n"


def test_form_fields_and_refused_files(server: Server) -> None:
    def form(extra: str) -> bytes:
        part = '--b\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
        fields = part.format("query", "", "SELECT {a:Array(String)}")
        fields += part.format("param_a", "", "['x\\'y','ü']") + extra + "--b--\r\n"
        return fields.encode()

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert server.ask(None, body=form(""), headers=headers).text == "['x\\'y','ü']\n"
    file = '--b\r\nContent-Disposition: form-data; name="t"; filename="t"\r\n\r\n1\r\n'
    reply = server.ask(None, body=form(file), headers=headers)
    assert (reply.status, reply.code) == (501, "48")
    assert "External data" in reply.text
