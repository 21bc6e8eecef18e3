"""Ports for the processes of one machine: found free, and the same again on the next start.

In: the names that need a port, and the ports recorded by the last start. Out: one port per name.
Never reserves a port: between the choice and the start of the process another program can take it;
the process then fails to start and says so in its log.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Iterable, Mapping

from trends.errors import Unavailable

LOOPBACK = "127.0.0.1"

# Below the range from which Linux (32768 up) and macOS (49152 up) take the ports of outgoing
# connections. A client that keeps calling a dead server within that range sooner or later connects
# to itself, and then holds the very port the restarted server needs.
CHOICE_FROM = 20_000
CHOICE_TO = 32_000
TRIES_MAX = 200


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on ``port`` of ``host`` at this moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: connections of the last run that linger in TIME_WAIT do not block the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def choose_ports(
    names: Iterable[str],
    recorded: Mapping[str, int] | None = None,
    host: str = LOOPBACK,
    seed: int | None = None,
) -> dict[str, int]:
    """One free port per name; the recorded one where it is still free.

    Args:
        names: what needs a port, e.g. ``("kafka", "clickhouse")``.
        recorded: ports of the last start (or preferred ones), by name.
        host: the address the servers will listen on.
        seed: makes the choice repeatable; by default it differs from run to run.

    Raises:
        Unavailable: no free port was found.
    """
    wanted = recorded or {}
    chance = random.Random(seed)
    chosen: dict[str, int] = {}
    for name in names:
        port = wanted.get(name)
        if port is None or port in chosen.values() or not is_free(port, host):
            port = _any_free(host, set(chosen.values()) | set(wanted.values()), chance)
        chosen[name] = port
    return chosen


def _any_free(host: str, taken: set[int], chance: random.Random) -> int:
    for _ in range(TRIES_MAX):
        port = chance.randrange(CHOICE_FROM, CHOICE_TO)
        if port not in taken and is_free(port, host):
            return port
    raise Unavailable(f"no free port found on {host} between {CHOICE_FROM} and {CHOICE_TO}")
