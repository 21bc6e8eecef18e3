"""A sync does what differs, once, and leaves what others have in the same Grafana."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.grafana.conftest import (
    Verbs,
    alerting,
    changes,
    dashboards,
    items,
)
from tests.support.grafana_server import Fault, GrafanaServer
from trends.errors import ConfigError, Unavailable
from trends.grafana.client import Client
from trends.grafana.kinds import Kind
from trends.grafana.remote import Remote
from trends.grafana.sync import apply, delete_empty_folders, deletions, planned

Sync = Callable[..., Verbs]
FOREIGN_RULE = {
    "uid": "foreign",
    "title": "Somebody's",
    "condition": "A",
    "data": [],
    "for": "1m",
    "labels": {"app": "shop"},
}


@pytest.mark.parametrize("policies", [False, True])
def test_a_second_sync_does_nothing(server: GrafanaServer, sync: Sync, policies: bool) -> None:
    wanted = items(policies=policies)
    assert set(sync(wanted).values()) <= {"create", "update"}
    before = len(server.writes)
    assert set(sync(wanted).values()) == {"unchanged"}
    assert len(server.writes) == before


def test_everything_arrives_as_the_files_say(server: GrafanaServer, sync: Sync) -> None:
    sync(items(policies=True))
    state = server.state
    assert state.folders["trends"]["title"] == "Trends"
    assert state.sources["clickhouse"]["jsonData"]["host"] == "clickhouse"
    assert state.sources["clickhouse"]["secureJsonFields"] == {"password": True}
    overview = state.dashboards["trends-overview"]
    assert overview["folderUid"] == "trends"
    assert overview["json"]["panels"] == dashboards()["trends.json"]["panels"]
    rule = state.rules["trends-ingest-stalled"]
    assert (rule["folderUID"], rule["ruleGroup"]) == ("trends", "pipeline")
    assert rule["keep_firing_for"] == "2m"
    assert rule["labels"]["shard"] == "{{ $labels.shard }}"
    assert state.intervals["trends", "pipeline"] == 60
    assert state.points["trends-team-webhook"]["settings"]["url"].endswith("/secret")
    assert state.policies["receiver"] == "trends-team"
    assert set(state.timings) == {"trends-nights"}
    assert set(state.templates) == {"trends-message"}


def test_without_policies_who_is_told_stays(server: GrafanaServer, sync: Sync) -> None:
    sync()
    assert server.state.points == {}
    assert server.state.policies["receiver"] == "grafana-default-email"


@pytest.mark.parametrize(("editable", "provenance"), [(False, "api"), (True, "")])
def test_objects_are_locked_in_the_browser_unless_asked(
    server: GrafanaServer, client: Client, editable: bool, provenance: str
) -> None:
    remote = Remote(client, editable=editable)
    wanted = items(policies=True)
    apply(remote, planned(remote, wanted), wanted)
    assert server.state.rules["trends-dead-letters"]["provenance"] == provenance
    assert server.state.points["trends-team-webhook"]["provenance"] == provenance


def test_a_planned_sync_changes_nothing(server: GrafanaServer, remote: Remote) -> None:
    planned(remote, items())
    assert server.writes == []


def test_what_others_have_stays(server: GrafanaServer, sync: Sync, remote: Remote) -> None:
    sync()
    state = server.state
    state.folders["shop"] = {"id": 90, "uid": "shop", "title": "Shop", "version": 1}
    state.dashboards["shop"] = {
        "json": {"id": 91, "uid": "shop", "title": "Shop", "tags": ["trends"], "version": 1},
        "folderUid": "shop",
        "provisioned": False,
    }
    state.dashboards["guest"] = {
        "json": {"id": 92, "uid": "guest", "title": "Guest", "tags": [], "version": 1},
        "folderUid": "trends",
        "provisioned": False,
    }
    for uid, folder in (("foreign", "trends"), ("elsewhere", "shop")):
        labels = {"app": "trends"} if folder == "shop" else {"app": "shop"}
        rule = {**FOREIGN_RULE, "uid": uid, "title": uid, "labels": labels}
        state._keep_rule(rule, folder, "pipeline", "")
        state.intervals[folder, "pipeline"] = 60
    state.rules["trends-dead-letters"]["title"] = "Changed"
    foreign = copy.deepcopy({**state.dashboards, **state.rules})

    assert {key for key, verb in sync(prune=True).items() if verb != "unchanged"} == {
        "trends/pipeline"
    }
    assert state.rules["trends-dead-letters"]["title"] == "Dead letters"
    wanted = items()
    apply(remote, deletions(remote, wanted), wanted)
    assert set(state.dashboards) == {"shop", "guest"}
    assert set(state.rules) == {"foreign", "elsewhere"}
    for uid in ("shop", "guest"):
        assert state.dashboards[uid] == foreign[uid]
    assert state.rules["elsewhere"] == foreign["elsewhere"]
    assert state.rules["foreign"]["labels"] == {"app": "shop"}
    (kept,) = delete_empty_folders(remote, wanted)
    assert (kept.verb, set(state.folders)) == ("unchanged", {"trends", "shop"})


def test_leftovers_are_told_and_deleted_when_asked(
    server: GrafanaServer, sync: Sync, remote: Remote
) -> None:
    sync()
    boards, rules = dashboards(), alerting()
    del boards["listings.json"]
    del rules["rules.yaml"]["groups"][0]["rules"][1]
    wanted = items(boards, rules)
    assert changes(planned(remote, wanted)) == {
        "trends-listings": "leftover",
        "trends-dead-letters": "leftover",
    }
    sync(wanted)
    assert "trends-dead-letters" in server.state.rules
    sync(wanted, prune=True)
    assert set(server.state.rules) == {"trends-ingest-stalled"}
    assert set(server.state.dashboards) == {"trends-overview"}
    assert changes(planned(remote, wanted)) == {}


def test_a_leftover_survives_a_change_of_its_group(server: GrafanaServer, sync: Sync) -> None:
    sync()
    rules = alerting()
    rules["rules.yaml"]["groups"][0]["interval"] = "2m"
    del rules["rules.yaml"]["groups"][0]["rules"][1]
    assert sync(items(rules=rules))["trends/pipeline"] == "update"
    assert set(server.state.rules) == {"trends-ingest-stalled", "trends-dead-letters"}


def test_a_rule_can_move_to_another_group(server: GrafanaServer, sync: Sync) -> None:
    sync()
    rules = alerting()
    groups = rules["rules.yaml"]["groups"]
    groups.append({**groups[0], "name": "letters", "rules": [groups[0]["rules"].pop()]})
    sync(items(rules=rules))
    assert server.state.rules["trends-dead-letters"]["ruleGroup"] == "letters"
    assert server.state.rules["trends-ingest-stalled"]["ruleGroup"] == "pipeline"
    assert set(sync(items(rules=rules)).values()) == {"unchanged"}


def foreign_tree(state: Any) -> None:
    state.points["shop"] = {"uid": "shop", "name": "shop", "type": "email", "settings": {}}
    state.policies = {"receiver": "grafana-default-email", "routes": [{"receiver": "shop"}]}


def test_the_policies_of_others_are_not_replaced_unasked(
    server: GrafanaServer, sync: Sync, remote: Remote
) -> None:
    foreign_tree(server.state)
    wanted = items(policies=True)
    with pytest.raises(
        ConfigError, match=r"lead to grafana-default-email, shop.*--replace-policies"
    ):
        planned(remote, wanted, replace_policies=False)
    assert server.writes == []
    sync(wanted, replace_policies=True)
    assert server.state.policies["receiver"] == "trends-team"
    planned(remote, wanted, replace_policies=False)


def test_the_policies_of_others_are_not_deleted(
    server: GrafanaServer, sync: Sync, remote: Remote
) -> None:
    wanted = items(policies=True)
    sync(wanted)
    assert "tree" in {action.item.key for action in deletions(remote, wanted)}
    foreign_tree(server.state)
    assert "tree" not in {action.item.key for action in deletions(remote, wanted)}


def test_what_is_ours_goes_and_the_folder_with_it(
    server: GrafanaServer, sync: Sync, remote: Remote
) -> None:
    wanted = items(policies=True)
    sync(wanted)
    apply(remote, deletions(remote, wanted), wanted)
    list(delete_empty_folders(remote, wanted))
    state = server.state
    kept = (state.folders, state.dashboards, state.rules, state.points, state.timings)
    assert [*kept, state.templates, state.sources] == [{}] * 7
    assert state.policies["receiver"] == "grafana-default-email"
    assert deletions(remote, wanted) == []


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        (lambda s: s.dashboards["trends-overview"].update(provisioned=True), "dashboard 'Trends'"),
        (lambda s: s.rules["trends-dead-letters"].update(provenance="file"), "rule group"),
        (lambda s: s.sources["clickhouse"].update(readOnly=True), "data source"),
    ],
)
def test_what_the_servers_files_provide_is_not_touched(
    server: GrafanaServer, sync: Sync, lock: Callable[[Any], object], said: str
) -> None:
    sync()
    lock(server.state)
    assert set(sync().values()) == {"unchanged"}
    server.state.dashboards["trends-overview"]["json"]["title"] = "Changed"
    server.state.rules["trends-dead-letters"]["title"] = "Changed"
    server.state.sources["clickhouse"]["jsonData"]["host"] = "changed"
    before = len(server.writes)
    with pytest.raises(ConfigError, match=f"{said}.*server's own provisioning"):
        sync()
    assert len(server.writes) == before


def test_a_folder_of_the_same_name_is_not_taken_over(server: GrafanaServer, sync: Sync) -> None:
    server.state.folders["x1"] = {"id": 1, "uid": "x1", "title": "Trends", "version": 1}
    with pytest.raises(ConfigError, match="folder 'Trends' already, with the uid x1"):
        sync()


def test_without_a_data_source_nothing_is_done(server: GrafanaServer, sync: Sync) -> None:
    wanted = [item for item in items() if item.kind is not Kind.DATA_SOURCE]
    with pytest.raises(ConfigError, match="TRENDS_GRAFANA_CLICKHOUSE"):
        sync(wanted)
    sync()
    del server.state.dashboards["trends-overview"]
    assert sync(wanted)["trends-overview"] == "create"


def test_a_sync_that_breaks_off_is_finished_by_another(server: GrafanaServer, sync: Sync) -> None:
    for number in range(9):
        server.faults += [Fault(503, "P", done=number % 2 == 0) for _ in range(number)]
        server.faults += [Fault(503, "POST") for _ in range(number % 3)]
    wanted = items(policies=True)
    for _ in range(30):
        try:
            sync(wanted)
            break
        except Unavailable:
            continue
    server.faults.clear()
    assert set(sync(wanted).values()) == {"unchanged"}
