"""Members of a consumer group as processes, and what they report."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.local_process import LocalProcess
from trends.embedded.process import ProcessSpec

ROOT = Path(__file__).resolve().parents[3]


class GroupMember(LocalProcess):
    """A consumer in a process of its own."""

    def __init__(self, name: str, bootstrap: str, topic: str, group: str, folder: Path) -> None:
        program = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
        program += "runpy.run_module('tests.support.kafka.group_member', run_name='__main__')"
        super().__init__(
            ProcessSpec(
                name=name,
                argv=(sys.executable, "-c", program, str(ROOT), bootstrap, topic, group),
                log_path=folder / f"{name}.log",
            )
        )

    @property
    def partitions(self) -> list[int]:
        """The partitions it has now."""
        changes = [fact["partitions"] for fact in self._facts() if "partitions" in fact]
        return changes[-1] if changes else []

    @property
    def read(self) -> list[tuple[int, int]]:
        """Partition and offset of each message it has read and committed."""
        return [(fact["read"][0], fact["read"][1]) for fact in self._facts() if "read" in fact]

    def _facts(self) -> list[dict[str, list[int]]]:
        text = self.spec.log_path.read_text(encoding="utf-8")
        # The last line may be half written.
        lines = text.splitlines() if text.endswith("\n") else text.splitlines()[:-1]
        return [json.loads(line) for line in lines if line.startswith("{")]


@contextmanager
def members(
    names: str, bootstrap: str, topic: str, group: str, folder: Path
) -> Iterator[list[GroupMember]]:
    """Group members, one per letter of ``names``; not started yet, killed at the end."""
    made = [GroupMember(name, bootstrap, topic, group, folder) for name in names]
    try:
        yield made
    finally:
        for member in made:
            member.kill()
