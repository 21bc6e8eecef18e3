"""TypeScript's compiler run on dashboards; its complaints with file and path.

In: dashboards by path. Out: lines ``file:path: message``. npm installs only when the lock changed.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.grafana_types.emit import Module, emitted

HERE: Final = Path(__file__).parent
MODULES: Final = HERE / "node_modules"
STAMP: Final = MODULES / ".lock-sha256"
NPM_TIMEOUT_S: Final = 300
TSC_TIMEOUT_S: Final = 120
_COMPLAINT: Final = re.compile(
    r"^(?P<file>[^(\n]+)\((?P<line>\d+),\d+\): error TS\d+: (?P<text>.*(?:\n[ ]+.*)*)", re.MULTILINE
)


def npm() -> str | None:
    """Where npm is, if it is."""
    return shutil.which("npm")


def install(npm_path: str) -> None:
    """What the lock says, unless that is there already."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == lock:
        return
    command = [npm_path, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(
        command, cwd=HERE, capture_output=True, text=True, timeout=NPM_TIMEOUT_S, check=False
    )
    if done.returncode:
        raise RuntimeError(f"npm ci: {done.stdout}{done.stderr}")
    STAMP.write_text(lock, encoding="utf-8")


def type_problems(dashboards: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What the types say of dashboards, as lines of file, path and message.

    Args:
        dashboards: by the name that lines shall have.

    Raises:
        RuntimeError: if the compiler does not get as far as to check them.
    """
    if not dashboards:
        return []
    # Two runs at the same time must not see each other's files.
    with tempfile.TemporaryDirectory(dir=HERE, prefix="build-") as folder:
        modules: dict[str, tuple[str, Module]] = {}
        for number, (name, dashboard) in enumerate(dashboards.items()):
            module = emitted(dashboard)
            (Path(folder) / f"d{number}.ts").write_text(module.text, encoding="utf-8")
            modules[f"d{number}.ts"] = name, module
        config = json.loads((HERE / "tsconfig.json").read_text(encoding="utf-8"))
        config["include"] = ["../types.ts", "*.ts"]
        (Path(folder) / "tsconfig.json").write_text(json.dumps(config), encoding="utf-8")
        done = subprocess.run(
            [MODULES / ".bin" / "tsc", "--pretty", "false", "-p", folder],
            cwd=HERE,
            capture_output=True,
            text=True,
            timeout=TSC_TIMEOUT_S,
            check=False,
        )
    problems = []
    for found in _COMPLAINT.finditer(done.stdout):
        if Path(found["file"]).name not in modules:
            raise RuntimeError(f"tsc: {done.stdout}")
        name, module = modules[Path(found["file"]).name]
        path = module.paths[int(found["line"]) - 1]
        problems.append(f"{name}:{path}: {' '.join(found['text'].split())}")
    if done.returncode and not problems:
        raise RuntimeError(f"tsc: {done.stdout}{done.stderr}")
    return problems
