"""The jars of Apache Kafka: resolved once by Maven, then kept in the user's cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
RESOLVE_TIMEOUT_S = 900


class JarsUnavailable(Exception):
    """Maven is missing or could not fetch the jars."""


def kafka_jars() -> Path:
    """The folder that holds the jars of the version named in ``pom.xml``.

    Two test runs at the same time are safe: the second waits for the first one's jars.

    Raises:
        JarsUnavailable: there is no Maven, or it failed.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trends-tests"
    jars = cache / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:16]}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{jars.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.is_dir():
            _resolve(jars)
    return jars


def _resolve(jars: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise JarsUnavailable("Maven (mvn) is not installed")
    with tempfile.TemporaryDirectory(dir=jars.parent) as folder:
        # The goal with its version, so that a run does not depend on Maven's own choice.
        goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
        options = ["-DincludeScope=runtime", f"-DoutputDirectory={folder}/jars"]
        try:
            done = subprocess.run(
                [maven, "-q", "-B", "-f", str(POM), goal, *options],
                capture_output=True,
                text=True,
                timeout=RESOLVE_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise JarsUnavailable(f"Maven took longer than {RESOLVE_TIMEOUT_S} s") from error
        if done.returncode != 0:
            raise JarsUnavailable(f"Maven could not fetch Apache Kafka: {done.stdout[-500:]}")
        # Renamed when complete: a run that is killed half-way leaves no half cache.
        Path(folder, "jars").rename(jars)
