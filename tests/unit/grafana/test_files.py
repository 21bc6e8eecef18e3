"""Files are read, and what cannot be is told by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from trends.errors import ConfigError
from trends.grafana.files import folder, read_alerting, read_dashboards, read_document, read_files


def test_only_the_files_of_a_folder_itself_are_read(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "package.json").write_text("{}")
    (tmp_path / "b.json").write_text('{"uid": "b"}')
    (tmp_path / "a.json").write_text('{"uid": "a"}')
    (tmp_path / "r.yml").write_text("apiVersion: 1")
    (tmp_path / "note.txt").write_text("words")
    assert [path.name for path in read_dashboards(tmp_path)] == ["a.json", "b.json"]
    assert list(read_alerting(tmp_path).values()) == [{"apiVersion": 1}]
    boards, rules = read_files([tmp_path, tmp_path / "inner" / "package.json"])
    assert (len(boards), len(rules)) == (3, 1)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b"{", "a.json: "),
        ("a.json", b"[1]", "holds no object"),
        ("a.json", b"\xff", "a.json: "),
        ("a.yaml", b"a: b: c", "a.yaml: "),
        ("a.yaml", b"", "holds no object"),
    ],
)
def test_what_is_no_document_is_told(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        read_document(tmp_path / name)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="neither JSON"):
        read_files([tmp_path / "a.toml"])


def test_a_folder_is_the_one_given_or_the_checkouts(tmp_path: Path) -> None:
    assert folder(tmp_path, Path("x"), "--x") == tmp_path
    assert folder(None, Path("src"), "--x").name == "src"
    with pytest.raises(ConfigError, match=r"--x .*none: no such folder"):
        folder(tmp_path / "none", Path("src"), "--x")
    with pytest.raises(ConfigError, match=r"in the repository only.*--x"):
        folder(None, Path("there-is-none"), "--x")
