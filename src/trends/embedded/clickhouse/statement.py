"""One statement of SQL: what kind, which format, and where an INSERT's data begins.

In: the SQL of a request as bytes. Out: a `Statement`.
Never decides who may do what, and never reads past the start of an INSERT's data.
"""

from __future__ import annotations

from dataclasses import dataclass

from trends.embedded.clickhouse.errors import Code, QueryError
from trends.embedded.clickhouse.lexer import Token, tokens

_QUERY_BEGINS = frozenset({"SELECT", "WITH", "FROM", "WATCH"})
# Commands of the interactive client, which chDB would run: they are no SQL.
_CLIENT_COMMANDS = frozenset({"EXIT", "QUIT", "LOGOUT", "Q"})


@dataclass(frozen=True, slots=True)
class Statement:
    """What the server must know about a statement before it runs it.

    Attributes:
        keyword: the first word in upper case, e.g. ``SELECT``; empty for an empty statement.
        format: the format that the statement names, if any.
        head: for an INSERT with data, the text before ``FORMAT`` or ``VALUES``; else everything.
        data_offset: for an INSERT that takes data, where in the text the data begins.
    """

    keyword: str
    format: str | None
    head: bytes
    data_offset: int | None = None

    @property
    def takes_data(self) -> bool:
        """Whether this is an INSERT that reads rows from the request."""
        return self.data_offset is not None


def parse_statement(sql: bytes) -> Statement:
    """Look at ``sql`` as far as needed.

    Raises:
        QueryError: empty, more than one statement, or a statement that makes the server's
            process read or write files of its own (``INTO OUTFILE``, ``FROM INFILE``).
    """
    stream = tokens(sql)
    first = next((token for token in stream if token.text not in (b"(", b";")), None)
    if first is None:
        raise QueryError.of(Code.SYNTAX_ERROR, "Syntax error: Empty query.")
    if first.kind != "word" or first.word in _CLIENT_COMMANDS:
        shown = bytes(sql[first.start : first.start + 40]).decode("utf-8", "replace")
        raise QueryError.of(
            Code.SYNTAX_ERROR, f"Syntax error: failed at position {first.start + 1}: {shown}"
        )
    if first.word == "INSERT":
        return _parse_insert(sql, first)
    return _parse_other(sql, first)


def _parse_insert(sql: bytes, first: Token) -> Statement:
    named = False
    previous = ""
    for token in tokens(sql):
        if token.start <= first.start or token.depth != 0:
            continue
        word = token.word
        if not named:
            # The first name after INTO [TABLE] [FUNCTION] may be called anything, even `values`.
            named = word not in ("INTO", "TABLE", "FUNCTION")
        elif word == "INFILE" and previous == "FROM":
            raise QueryError.of(
                Code.UNKNOWN_TYPE_OF_QUERY, "INSERT FROM INFILE is not possible over HTTP"
            )
        elif word == "VALUES" and previous != ".":
            return Statement("INSERT", "Values", sql[: token.start], token.end)
        elif word == "FORMAT" and previous != ".":
            return _with_format(sql, token)
        elif word in _QUERY_BEGINS and previous != ".":
            if word != "FROM":
                # The SELECT may hold anything; it takes no data from the request.
                return Statement("INSERT", None, sql)
        elif token.text == b";":
            _refuse_more(sql, token)
            return Statement("INSERT", None, sql[: token.start], token.end)
        previous = word or token.text.decode("ascii", "replace")
    return Statement("INSERT", None, sql, len(sql))


def _with_format(sql: bytes, keyword: Token) -> Statement:
    name = next((t for t in tokens(sql) if t.start > keyword.start), None)
    if name is None or name.kind not in ("word", "quoted"):
        raise QueryError.of(Code.SYNTAX_ERROR, "Syntax error: FORMAT must be followed by a name")
    # As the engine does: blanks, an optional semicolon, then at most one line end belong to the
    # statement; the rest, leading line ends included, belongs to the data.
    offset = name.end
    while sql[offset : offset + 1] in (b" ", b"\t", b"\f"):
        offset += 1
    if sql[offset : offset + 1] == b";":
        offset += 1
        while sql[offset : offset + 1] in (b" ", b"\t", b"\f"):
            offset += 1
    if sql[offset : offset + 2] == b"\r\n":
        offset += 2
    elif sql[offset : offset + 1] == b"\n":
        offset += 1
    return Statement("INSERT", _unquoted(name), sql[: keyword.start], offset)


def _parse_other(sql: bytes, first: Token) -> Statement:
    format_name: str | None = None
    before: Token | None = None
    last: Token | None = None
    for token in tokens(sql):
        if token.start < first.start:
            continue
        if token.text == b";":
            _refuse_more(sql, token)
            break
        if token.depth == 0 and last is not None:
            if last.word == "INTO" and token.word == "OUTFILE":
                raise QueryError.of(
                    Code.INTO_OUTFILE_NOT_ALLOWED, "INTO OUTFILE is not possible over HTTP"
                )
            if last.word == "FORMAT" and token.kind in ("word", "quoted"):
                # `SELECT format FROM t` is no FORMAT clause; the name must end the query.
                format_name = _unquoted(token)
                before = token
        followed = before is not None and last is before
        if followed and token.word not in ("SETTINGS", "INTO"):
            format_name = before = None
        last = token
    return Statement(first.word, format_name, sql)


def _refuse_more(sql: bytes, semicolon: Token) -> None:
    if any(t.start > semicolon.start and t.text != b";" for t in tokens(sql)):
        raise QueryError.of(
            Code.SYNTAX_ERROR,
            "Syntax error (Multi-statements are not allowed): failed at position "
            f"{semicolon.start + 1}",
        )


def _unquoted(name: Token) -> str:
    text = name.text.decode("utf-8", "replace")
    return text[1:-1] if name.kind == "quoted" else text
