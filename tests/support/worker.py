"""Processors as real processes that can be killed and started again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.local_process import LocalProcess
from trends.embedded.process import ProcessSpec


class Worker(LocalProcess):
    """One ``python -m trends_services.processor``."""

    def __init__(self, name: str, env: Mapping[str, str], folder: Path) -> None:
        super().__init__(
            ProcessSpec(
                name=name,
                argv=(sys.executable, "-m", "trends_services.processor"),
                env=env,
                log_path=folder / f"{name}.log",
                stop_timeout_s=60,
            )
        )
