"""Alerters as real processes that find what a script says, at the times it says.

A script is a folder with a number in ``round``, and a file per round: its moment, and the spikes
that are found then. Whoever runs the test sets the round; the process sees its moment as the
present time, so what it decides is known beforehand, however often it is killed. Back-off and
pacing go by the machine's monotonic clock.
"""

from __future__ import annotations

import importlib
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from tests.support.local_process import LocalProcess
from trends.clock import SystemClock
from trends.detection.spike import Spike
from trends.embedded.process import ProcessSpec
from trends.store.alerts_spikes import EvaluationRecord

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Round:
    """A moment, and what is found then."""

    at: datetime
    spikes: tuple[Spike, ...]


_ROUND = TypeAdapter(Round)


class Script:
    """Rounds as files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, rounds: Sequence[Round]) -> None:
        self._folder.mkdir()
        for number, each in enumerate(rounds):
            (self._folder / f"{number}.json").write_bytes(_ROUND.dump_json(each))
        self.turn_to(0)

    def turn_to(self, number: int) -> None:
        # In one step: it is read all the time.
        new = self._folder / f"round-{uuid.uuid4().hex}"
        new.write_text(str(number))
        new.replace(self._folder / "round")

    def now(self) -> Round:
        number = (self._folder / "round").read_text()
        return self._read(self._folder / f"{number}.json")

    def of(self, at: datetime) -> Round:
        for file in self._folder.glob("*.json"):
            if (each := self._read(file)).at == at:
                return each
        raise LookupError(f"no round at {at}")

    def _read(self, file: Path) -> Round:
        return _ROUND.validate_json(file.read_bytes())


class ScriptedClock(SystemClock):
    """Its present time is that of the round."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def now(self) -> datetime:
        return self._script.now().at


@dataclass(frozen=True)
class Scripted:
    """What a round finds, as an evaluation."""

    spikes: Sequence[Spike]
    watched: Mapping[str, Sequence[Spike]] = field(default_factory=dict)

    def records(self, at: datetime) -> Sequence[EvaluationRecord]:
        return [EvaluationRecord(at, "day", at, 1, len(self.spikes), 1)]


class ScriptedSource:
    """Finds what the script says of that moment."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def evaluate(self, now: datetime) -> Scripted:
        return Scripted(self._script.of(now).spikes)


class AlerterProcess(LocalProcess):
    """One alerter; with a script, it finds what that says, else what the store's counts say."""

    def __init__(
        self, name: str, env: Mapping[str, str], folder: Path, script: Path | None = None
    ) -> None:
        scripted = "import sys; sys.path.insert(0, sys.argv.pop(1)); "
        scripted += "from tests.support.alerter import main; sys.exit(main(sys.argv[1]))"
        program = (sys.executable, "-c", scripted, str(ROOT), str(script))
        super().__init__(
            ProcessSpec(
                name=name,
                argv=program if script else (sys.executable, "-m", "trends_services.alerter"),
                env=env,
                log_path=folder / f"{name}.log",
                stop_timeout_s=20,
            )
        )


def main(folder: str) -> int:
    """Runs one, with the script in ``folder``."""
    # By name: type checkers know the service under the name of its folder.
    service = importlib.import_module("trends_services.alerter.__main__")
    script = Script(Path(folder))
    return int(service.main(lambda _client, _rules: ScriptedSource(script), ScriptedClock(script)))
