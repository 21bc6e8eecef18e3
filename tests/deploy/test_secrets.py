"""make-secrets.sh: makes what is missing, changes nothing that is there."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

from tests.deploy.files import DEPLOY, ROOT, run

SCRIPT = DEPLOY / "make-secrets.sh"
READERS = {
    "trends": "trends_clickhouse_password",
    "grafana_ro": "grafana_clickhouse_password",
    "analyst": "analyst_clickhouse_password",
}


def made(folder: Path) -> dict[str, str]:
    shell = shutil.which("sh")
    assert shell is not None
    subprocess.run([shell, str(SCRIPT), str(folder)], check=True, capture_output=True, timeout=30)
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


def test_shellcheck_finds_nothing() -> None:
    run("shellcheck", str(SCRIPT))


def test_passwords_are_long_and_all_different(tmp_path: Path) -> None:
    files = made(tmp_path / "secrets")
    passwords = [text for name, text in files.items() if name.endswith("_password")]
    assert len(set(passwords)) == len(passwords) == 4
    assert all(re.fullmatch(r"[0-9a-f]{48}", password) for password in passwords)


def test_a_second_run_keeps_every_password(tmp_path: Path) -> None:
    assert made(tmp_path / "secrets") == made(tmp_path / "secrets")


def test_a_password_that_was_deleted_is_made_anew_and_its_hash_follows(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    before = made(folder)
    (folder / READERS["analyst"]).unlink()
    after = made(folder)
    assert before[READERS["analyst"]] != after[READERS["analyst"]]
    assert before[READERS["trends"]] == after[READERS["trends"]]
    assert before["clickhouse_hashes.env"] != after["clickhouse_hashes.env"]


def test_clickhouse_gets_hashes_of_them(tmp_path: Path) -> None:
    files = made(tmp_path / "secrets")
    users = ET.fromstring(files["clickhouse_passwords.xml"]).find("users")
    assert users is not None
    hashes = {user.tag: user.findtext("password_sha256_hex") for user in users}
    assert hashes == {
        user: hashlib.sha256(files[file].encode()).hexdigest() for user, file in READERS.items()
    }
    lines = files["clickhouse_hashes.env"].splitlines()
    assert dict(line.split("=") for line in lines) == hashes


def test_others_on_the_machine_cannot_reach_them(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    # Containers' own users read the files, which are mounted as they are.
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o444}


def test_git_does_not_see_them() -> None:
    assert "/secrets/" in (DEPLOY / ".gitignore").read_text(encoding="utf-8").split()
    assert "deploy/secrets" not in (ROOT / ".dockerignore").read_text(encoding="utf-8")
