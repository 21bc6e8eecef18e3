from __future__ import annotations

from pathlib import Path

import pytest

from trends.embedded.log_file import TAIL_MAX_BYTES, last_lines, open_log
from trends.errors import ConfigError


def test_a_log_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "broker.log"
    with open_log(path) as log:
        assert log.tell() == 0
        log.write(b"first\n")
    with open_log(path) as log:
        assert log.tell() == 6
        log.write(b"second\n")
    assert path.read_text() == "first\nsecond\n"


def test_a_log_that_has_grown_too_large_makes_room(tmp_path: Path) -> None:
    path = tmp_path / "broker.log"
    for text in (b"old" * 10, b"new" * 10, b"newest"):
        with open_log(path, max_bytes=20) as log:
            log.write(text)
    assert path.read_text() == "newest"
    assert (tmp_path / "broker.log.1").read_text() == "new" * 10
    assert len(list(tmp_path.iterdir())) == 2


def test_a_log_that_cannot_be_written_is_an_error_of_configuration(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot write the log"):
        open_log(tmp_path / "file" / "broker.log")


def test_the_last_lines_are_those_of_this_run(tmp_path: Path) -> None:
    path = tmp_path / "broker.log"
    path.write_text("before\n" + "".join(f"line {n}\n" for n in range(5)))
    assert last_lines(path, from_offset=7, lines=3) == "line 2\nline 3\nline 4"
    assert last_lines(path, from_offset=7).startswith("line 0")


def test_the_end_of_a_huge_log_is_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "broker.log"
    path.write_bytes(b"x" * (3 * TAIL_MAX_BYTES) + b"\nthe end\n")
    tail = last_lines(path)
    assert tail.endswith("\nthe end")
    assert len(tail) <= TAIL_MAX_BYTES


def test_a_log_that_is_missing_or_not_text_harms_nothing(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "missing.log") == ""
    (tmp_path / "binary.log").write_bytes(b"\xff\xfe ok\n")
    assert last_lines(tmp_path / "binary.log").endswith(" ok")
