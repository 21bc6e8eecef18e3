from __future__ import annotations

import pytest

from trends.embedded.clickhouse.errors import Code, QueryError, from_engine


@pytest.mark.parametrize(
    ("message", "code", "text"),
    [
        (
            "Code: 60. DB::Exception: Table x does not exist. (UNKNOWN_TABLE)",
            60,
            "Code: 60. DB::Exception: Table x does not exist. (UNKNOWN_TABLE)",
        ),
        (
            "Streaming insert finish failed: Code: 33. DB::Exception: Cannot read all data."
            " (CANNOT_READ_ALL_DATA) (version 26.9.2.1)",
            33,
            "Code: 33. DB::Exception: Cannot read all data. (CANNOT_READ_ALL_DATA)",
        ),
        (
            "Code: 164. DB::Exception: Code: 164. DB::Exception: Cannot modify 'x'. (READONLY)"
            " (version 26.9.2.1). (READONLY)",
            164,
            "Code: 164. DB::Exception: Cannot modify 'x'. (READONLY)",
        ),
        ("odd", 1002, "Code: 1002. DB::Exception: odd (UNKNOWN_EXCEPTION)"),
    ],
)
def test_messages_of_the_engine(message: str, code: int, text: str) -> None:
    error = from_engine(message)
    assert (error.code, error.text) == (code, text)


@pytest.mark.parametrize(
    ("code", "status"),
    [(60, 404), (62, 400), (115, 404), (159, 408), (241, 500), (497, 403), (516, 403), (194, 401)],
)
def test_statuses_are_the_real_servers(code: int, status: int) -> None:
    assert QueryError(code, "").status == status


def test_own_refusals_have_the_engines_form() -> None:
    error = QueryError.of(Code.NOT_IMPLEMENTED, "No.")
    assert (error.text, error.status) == ("Code: 48. DB::Exception: No. (NOT_IMPLEMENTED)", 501)
