"""Errors as ClickHouse's HTTP interface shows them: a code, its name, a text, an HTTP status.

In: what chDB says when a query fails, or a refusal of our own. Out: `QueryError`.
Never hides the engine's words: clients show them to people and look for the names in them.
"""

from __future__ import annotations

import re
from enum import IntEnum

from trends.errors import TrendsError


class Code(IntEnum):
    """The engine's own codes, those that this server raises or maps to an HTTP status."""

    CANNOT_PARSE_TEXT = 6
    THERE_IS_NO_COLUMN = 8
    DUPLICATE_COLUMN = 15
    CANNOT_PARSE_ESCAPE_SEQUENCE = 25
    CANNOT_PARSE_QUOTED_STRING = 26
    CANNOT_PARSE_INPUT_ASSERTION_FAILED = 27
    BAD_ARGUMENTS = 36
    UNKNOWN_ELEMENT_IN_AST = 37
    CANNOT_PARSE_DATE = 38
    CANNOT_PARSE_DATETIME = 41
    ILLEGAL_COLUMN = 44
    UNKNOWN_FUNCTION = 46
    UNKNOWN_IDENTIFIER = 47
    NOT_IMPLEMENTED = 48
    UNKNOWN_TYPE = 50
    TYPE_MISMATCH = 53
    UNKNOWN_STORAGE = 56
    UNKNOWN_TABLE = 60
    SYNTAX_ERROR = 62
    UNKNOWN_AGGREGATE_FUNCTION = 63
    CANNOT_PARSE_NUMBER = 72
    UNKNOWN_FORMAT = 73
    CANNOT_OPEN_FILE = 76
    UNKNOWN_TYPE_OF_QUERY = 78
    UNKNOWN_DATABASE = 81
    UNKNOWN_SETTING = 115
    INCORRECT_DATA = 117
    UNKNOWN_TYPE_OF_AST_NODE = 123
    UNKNOWN_DIRECTION_OF_SORTING = 152
    TIMEOUT_EXCEEDED = 159
    TOO_DEEP_AST = 167
    TOO_BIG_AST = 168
    UNKNOWN_USER = 192
    WRONG_PASSWORD = 193
    REQUIRED_PASSWORD = 194
    TOO_MANY_SIMULTANEOUS_QUERIES = 202
    SOCKET_TIMEOUT = 209
    UNEXPECTED_AST_STRUCTURE = 223
    QUERY_IS_TOO_LARGE = 229
    ABORTED = 236
    CANNOT_DECOMPRESS = 271
    TOO_MANY_BYTES = 307
    VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE = 321
    UNKNOWN_DATABASE_ENGINE = 336
    INTO_OUTFILE_NOT_ALLOWED = 358
    CANNOT_PARSE_UUID = 376
    HTTP_LENGTH_REQUIRED = 381
    CANNOT_COMPILE_REGEXP = 427
    CANNOT_SCHEDULE_TASK = 439
    CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING = 441
    SETTING_CONSTRAINT_VIOLATION = 452
    ACCESS_DENIED = 497
    UNKNOWN_ROLE = 511
    SET_NON_GRANTED_ROLE = 512
    AUTHENTICATION_FAILED = 516
    CANNOT_PARSE_IPV4 = 675
    CANNOT_PARSE_IPV6 = 676
    UNSUPPORTED_MEDIA_TYPE = 779
    UNKNOWN_EXCEPTION = 1002


# As the real server answers; everything that is not named here is a 500.
_STATUS_BY_NAME: dict[int, str] = {
    401: "REQUIRED_PASSWORD",
    403: "UNKNOWN_USER WRONG_PASSWORD AUTHENTICATION_FAILED SET_NON_GRANTED_ROLE ACCESS_DENIED",
    400: "BAD_ARGUMENTS CANNOT_COMPILE_REGEXP CANNOT_PARSE_TEXT CANNOT_PARSE_ESCAPE_SEQUENCE"
    " CANNOT_PARSE_QUOTED_STRING CANNOT_PARSE_DATE CANNOT_PARSE_DATETIME CANNOT_PARSE_NUMBER"
    " CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING CANNOT_PARSE_IPV4 CANNOT_PARSE_IPV6"
    " CANNOT_PARSE_INPUT_ASSERTION_FAILED CANNOT_PARSE_UUID DUPLICATE_COLUMN ILLEGAL_COLUMN"
    " UNKNOWN_ELEMENT_IN_AST UNKNOWN_TYPE_OF_AST_NODE THERE_IS_NO_COLUMN TOO_DEEP_AST TOO_BIG_AST"
    " UNEXPECTED_AST_STRUCTURE SYNTAX_ERROR INCORRECT_DATA TYPE_MISMATCH"
    " VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE",
    404: "UNKNOWN_TABLE UNKNOWN_FUNCTION UNKNOWN_IDENTIFIER UNKNOWN_TYPE UNKNOWN_STORAGE"
    " UNKNOWN_DATABASE UNKNOWN_SETTING UNKNOWN_DIRECTION_OF_SORTING UNKNOWN_AGGREGATE_FUNCTION"
    " UNKNOWN_FORMAT UNKNOWN_DATABASE_ENGINE UNKNOWN_TYPE_OF_QUERY UNKNOWN_ROLE",
    408: "TIMEOUT_EXCEEDED",
    411: "HTTP_LENGTH_REQUIRED",
    413: "QUERY_IS_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    501: "NOT_IMPLEMENTED",
    503: "SOCKET_TIMEOUT CANNOT_OPEN_FILE CANNOT_SCHEDULE_TASK",
}
_STATUS = {
    Code[name]: status for status, names in _STATUS_BY_NAME.items() for name in names.split()
}
_ENGINE_MESSAGE = re.compile(r"Code: (\d+)\. DB::Exception: ", re.DOTALL)
_TRAILING_VERSION = re.compile(r" \(version [^()]*\)\.? *(\([A-Z0-9_]+\))?\s*$")


class QueryError(TrendsError):
    """A query that failed or was refused.

    Args:
        code: the engine's code, e.g. 60.
        text: the whole message, ``Code: 60. DB::Exception: ... (UNKNOWN_TABLE)``.
    """

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    @classmethod
    def of(cls, code: Code, reason: str) -> QueryError:
        """A refusal by this server, in the engine's form."""
        return cls(code, f"Code: {code.value}. DB::Exception: {reason} ({code.name})")

    @property
    def status(self) -> int:
        """The HTTP status that the real server answers with."""
        return _STATUS.get(self.code, 500)  # type: ignore[call-overload, no-any-return]


def from_engine(message: str) -> QueryError:
    """Read the code out of what chDB raised.

    chDB puts words of its own before the engine's message (``Streaming insert finish failed:``)
    and sometimes repeats it inside itself; clients expect it from ``Code:`` on, once.
    """
    found = list(_ENGINE_MESSAGE.finditer(message))
    if not found:
        return QueryError.of(Code.UNKNOWN_EXCEPTION, message)
    code = int(found[0].group(1))
    start = found[0].start()
    # "Code: 164. DB::Exception: Code: 164. DB::Exception: ... (READONLY) (version x). (READONLY)"
    if len(found) > 1 and found[1].start() == found[0].end() and found[1].group(1) == str(code):
        start = found[1].start()
    return QueryError(code, _TRAILING_VERSION.sub("", message[start:]).rstrip())
