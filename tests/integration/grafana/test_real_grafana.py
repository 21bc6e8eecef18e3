"""The same against Grafana itself, where a Docker engine answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.grafana.conftest import changes, items
from tests.support.docker_engine import docker_answers
from trends.clock import SystemClock
from trends.grafana.client import Client
from trends.grafana.kinds import Item, Kind
from trends.grafana.remote import Remote
from trends.grafana.sync import apply, delete_empty_folders, deletions, planned

IMAGE = "grafana/grafana:13.2.3"
PLUGIN = "grafana-clickhouse-datasource@4.20.0"
PORT = 3000
PASSWORD = "of-a-test"


@pytest.fixture(scope="module")
def remote() -> Iterator[Remote]:
    if not docker_answers():
        pytest.skip("no Docker engine answers")
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import HttpWaitStrategy

    container: Any = (
        DockerContainer(IMAGE)
        .with_env("GF_SECURITY_ADMIN_PASSWORD", PASSWORD)
        .with_env("GF_PLUGINS_PREINSTALL_SYNC", PLUGIN)
        .with_exposed_ports(PORT)
        .waiting_for(HttpWaitStrategy(PORT, "/api/health").for_status_code(200))
    )
    with container:
        url = f"http://{container.get_container_host_ip()}:{container.get_exposed_port(PORT)}"
        client = Client(url, ("admin", PASSWORD), SystemClock())
        client.check()
        yield Remote(client)


@pytest.fixture
def wanted(remote: Remote) -> Iterator[list[Item]]:
    """Brought in step, and cleared afterwards."""
    wanted = items(policies=True)
    apply(remote, planned(remote, wanted), wanted)
    yield wanted
    apply(remote, deletions(remote, wanted), wanted)
    list(delete_empty_folders(remote, wanted))
    assert deletions(remote, wanted) == []


def test_a_second_sync_finds_nothing_to_do(remote: Remote, wanted: list[Item]) -> None:
    assert changes(planned(remote, wanted)) == {}


@pytest.mark.parametrize("kind", [Kind.DASHBOARD, Kind.RULE, Kind.CONTACT_POINT])
def test_what_somebody_deletes_is_told_and_mended(
    remote: Remote, wanted: list[Item], kind: Kind
) -> None:
    key = {
        Kind.DASHBOARD: "trends-overview",
        Kind.RULE: "trends-dead-letters",
        Kind.CONTACT_POINT: "trends-team-webhook",
    }[kind]
    if kind is Kind.CONTACT_POINT:
        remote.delete(Kind.POLICIES, "tree")  # it is in use there
    remote.delete(kind, key)
    actions = planned(remote, wanted)
    assert changes(actions)
    apply(remote, actions, wanted)
    assert changes(planned(remote, wanted)) == {}
