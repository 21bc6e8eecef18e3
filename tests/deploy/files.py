"""What is in deploy/, read; and the tools that judge it."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import yaml

from tests.support.need import cannot_be_had

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
KUBERNETES: Final = DEPLOY / "kubernetes"
OVERLAYS: Final = sorted(folder.name for folder in (KUBERNETES / "overlays").iterdir())
OUR_SERVICES: Final = ("processor", "alerter", "ranker")

Object = dict[str, Any]


@functools.cache
def compose() -> Object:
    """compose.yaml with merges and anchors resolved."""
    loaded: Object = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def tool(name: str) -> str:
    """The path of a tool of the development environment, or of the machine."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    return found or cannot_be_had(f"the tool {name}, of trends[dev]")


def run(name: str, *arguments: str) -> str:
    """What a tool prints; the test fails with its words if it fails."""
    done = subprocess.run(
        [tool(name), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{name} {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
    return done.stdout


@functools.cache
def rendered(overlay: str) -> tuple[Object, ...]:
    """The objects that kustomize makes of an overlay."""
    text = run("kubectl", "kustomize", str(KUBERNETES / "overlays" / overlay))
    return tuple(yaml.safe_load_all(text))


def of_kind(overlay: str, kind: str) -> dict[str, Object]:
    """The objects of one kind, by name."""
    return {item["metadata"]["name"]: item for item in rendered(overlay) if item["kind"] == kind}


def settings_of(overlay: str) -> dict[str, str]:
    """The variables that our pods get from their ConfigMap."""
    (found,) = (
        item["data"]
        for name, item in of_kind(overlay, "ConfigMap").items()
        if name.startswith("trends-settings-")
    )
    variables: dict[str, str] = found
    return variables


def dockerfile() -> dict[str, list[str]]:
    """The arguments of each instruction of the Dockerfile, in order."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if match := re.match(r"([A-Z]+)\s+(.*)", line):
            found.setdefault(match[1], []).append(match[2])
    return found


def texts() -> dict[str, str]:
    """Every file of deploy/ that is written by hand, by its path in the repository."""
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in sorted(DEPLOY.rglob("*"))
        if path.is_file()
        and path.name != "requirements.txt"
        and path.relative_to(DEPLOY).parts[0] != "secrets"
    }
