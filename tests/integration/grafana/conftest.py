"""A Grafana to keep in step, and what our files want of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from tests.support.grafana_plants import FIXTURES
from tests.support.grafana_server import ADMIN, GrafanaServer, grafana_server
from trends.clock import ManualClock
from trends.grafana.client import Client
from trends.grafana.desired import desired
from trends.grafana.kinds import Action, Item, Verb
from trends.grafana.remote import Remote
from trends.grafana.sync import apply, planned

STORE = "http://grafana_ro:pass@clickhouse:8123/trends"
ENVIRONMENT = {"TEAM_WEBHOOK_URL": "https://hooks.example.org/secret"}
Documents = dict[str, dict[str, Any]]


def dashboards() -> Documents:
    return {
        path.name: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((FIXTURES / "dashboards").glob("*.json"))
    }


def alerting() -> Documents:
    return {
        path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted((FIXTURES / "alerting").glob("*.yaml"))
    }


def items(
    boards: Documents | None = None, rules: Documents | None = None, policies: bool = False
) -> list[Item]:
    return desired(
        copy.deepcopy(dashboards() if boards is None else boards),
        copy.deepcopy(alerting() if rules is None else rules),
        STORE,
        ENVIRONMENT,
        with_policies=policies,
    )


@pytest.fixture
def server() -> Iterator[GrafanaServer]:
    with grafana_server("/grafana") as running:
        yield running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2025, 1, 1, tzinfo=UTC))


@pytest.fixture
def client(server: GrafanaServer, clock: ManualClock) -> Client:
    return Client(server.url, ADMIN, clock, timeout_s=5.0)


@pytest.fixture
def remote(client: Client) -> Remote:
    return Remote(client)


Verbs = dict[str, str]


@pytest.fixture
def sync(remote: Remote) -> Callable[..., Verbs]:
    """Plans and does it; gives the verb of each object by its key."""

    def run(wanted: list[Item] | None = None, **options: Any) -> Verbs:
        wanted = items() if wanted is None else wanted
        actions = planned(remote, wanted, **options)
        apply(remote, actions, wanted)
        return verbs(actions)

    return run


def verbs(actions: list[Action]) -> Verbs:
    return {action.item.key: str(action.verb) for action in actions}


def changes(actions: list[Action]) -> Verbs:
    """The same without what is as it should be."""
    return {
        action.item.key: str(action.verb) for action in actions if action.verb is not Verb.UNCHANGED
    }
