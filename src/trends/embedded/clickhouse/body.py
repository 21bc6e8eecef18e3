"""A request's body, decoded, held in memory while small and on disk when large.

In: pieces of a decoded body. Out: its first bytes, or all of it in pieces, as often as wanted.
The whole body is here before anything of it is used: a body cut off on its way inserts nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from trends.embedded.clickhouse.errors import Code, QueryError

PIECE_BYTES = 1 << 20


class Body:
    """The bytes of one request.

    Args:
        folder: where a large body goes.
        memory_bytes: up to this size the body stays in memory.
        max_bytes: a larger body is refused.
    """

    def __init__(self, folder: Path, memory_bytes: int, max_bytes: int) -> None:
        self._file: tempfile.SpooledTemporaryFile[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - closed by close()
            max_size=memory_bytes, dir=str(folder), prefix="body-"
        )
        self._max_bytes = max_bytes
        self.size_bytes = 0

    def write(self, data: bytes) -> None:
        """Add a piece.

        Raises:
            QueryError: the body is too large.
        """
        self.size_bytes += len(data)
        if self.size_bytes > self._max_bytes:
            raise QueryError.of(
                Code.TOO_MANY_BYTES, f"The body is larger than {self._max_bytes:,} bytes"
            )
        self._file.write(data)

    def head(self, max_bytes: int) -> bytes:
        """The first bytes, at most ``max_bytes``."""
        self._file.seek(0)
        return self._file.read(max_bytes)

    def pieces(self, offset: int = 0) -> Iterator[bytes]:
        """Everything from ``offset`` on."""
        self._file.seek(offset)
        while piece := self._file.read(PIECE_BYTES):
            yield piece

    def close(self) -> None:
        """Drop the body."""
        self._file.close()

    def __enter__(self) -> Body:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
