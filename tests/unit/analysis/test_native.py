"""Kernels are kept compiled in a folder that changes with whatever they could depend on."""

from __future__ import annotations

from pathlib import Path

import pytest

from trends.analysis import native
from trends.analysis.hashing import name_keys


def test_kernels_lie_in_the_folder_of_their_fingerprint() -> None:
    path = Path(name_keys._cache.cache_path)  # type: ignore[attr-defined]
    assert native.fingerprint() in str(path)


def test_a_change_of_any_file_changes_the_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    monkeypatch.setattr(native, "files", lambda _: folder)
    seen = set()
    for name, text in (("a.py", "A = 1"), ("a.py", "A = 2"), ("b.py", ""), ("b.txt", "no code")):
        (folder / name).write_text(text)
        seen.add(native.fingerprint())
    assert len(seen) == 3
