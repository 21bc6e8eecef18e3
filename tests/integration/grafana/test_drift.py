"""Whatever somebody changes in what is ours, and that alone, is told and mended."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.grafana.conftest import changes, items
from tests.support.grafana_server import ADMIN, grafana_server
from trends.clock import SystemClock
from trends.grafana.client import Client
from trends.grafana.compare import difference
from trends.grafana.remote import Remote
from trends.grafana.sync import apply, planned

Spot = tuple[str, Any, Any]


def spots(key: str, value: Any, path: tuple[Any, ...] = ()) -> list[tuple[str, tuple[Any, ...]]]:
    """Every place in an object that holds a text, a number or a truth value."""
    if isinstance(value, dict):
        return [spot for name, inner in value.items() for spot in spots(key, inner, (*path, name))]
    if isinstance(value, list):
        return [s for index, inner in enumerate(value) for s in spots(key, inner, (*path, index))]
    return [] if value is None else [(key, path)]


def changed(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 10
    return f"{value} changed"


def objects(state: Any) -> dict[str, Any]:
    """What of the server's is ours, by the key of its item, as far as people can change it."""
    found: dict[str, Any] = {}
    for uid, kept in state.dashboards.items():
        found[uid] = kept["json"]
    found["clickhouse"] = state.sources["clickhouse"]["jsonData"]
    for point in state.points.values():
        shown = {key: value for key, value in point["settings"].items() if key != "url"}
        found[point["uid"]] = {"settings": shown}
    return found


IGNORED = {"id", "version", "uid", "tags", "builtIn"}


@pytest.fixture(scope="module")
def harness() -> Any:
    with grafana_server() as server:
        remote = Remote(Client(server.url, ADMIN, SystemClock()))
        wanted = items(policies=True)
        apply(remote, planned(remote, wanted), wanted)
        yield server, remote, wanted


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_change_of_one_object_is_told_and_mended(harness: Any, data: st.DataObject) -> None:
    server, remote, wanted = harness
    state = server.state
    rules = dict(state.rules)
    places = [
        spot
        for key, value in {**objects(state), **rules}.items()
        for spot in spots(key, value)
        if not IGNORED & set(spot[1]) and "annotations" not in spot[1][:1]
    ]
    places = [
        (key, path)
        for key, path in places
        if key not in rules
        or (
            path[0] in ("title", "condition", "labels", "noDataState", "data")
            and path[-1] not in ("refId", "queryType", "app")
        )
    ]
    key, path = data.draw(st.sampled_from(places))
    target = {**objects(state), **rules}[key]
    if key == "trends-team-webhook":
        target = state.points[key]
    for step in path[:-1]:
        target = target[step]
    before = copy.deepcopy(target[path[-1]])
    target[path[-1]] = changed(before)

    actions = planned(remote, wanted)
    expected = "trends/pipeline" if key in rules else key
    assert changes(actions) == {expected: "update"}
    (action,) = [action for action in actions if action.item.key == expected]
    told = difference(action.before, action.after, expected)
    if key != "trends-team-webhook":
        assert json.dumps(changed(before), ensure_ascii=False).strip('"') in told
    apply(remote, actions, wanted)
    assert changes(planned(remote, wanted)) == {}


ADDED: list[Callable[[Any], object]] = [
    lambda s: s.dashboards["trends-overview"]["json"]["panels"].append({"id": 99, "type": "text"}),
    lambda s: s.dashboards["trends-overview"]["json"]["panels"].pop(),
    lambda s: s.dashboards["trends-overview"]["json"].update(liveNow=True),
    lambda s: s.dashboards["trends-overview"].update(folderUid=""),
    lambda s: s.dashboards.pop("trends-overview"),
    lambda s: s.rules["trends-dead-letters"].update(isPaused=True),
    lambda s: s.rules["trends-dead-letters"]["labels"].update(team="x"),
    lambda s: s.rules.pop("trends-dead-letters"),
    lambda s: s.rules["trends-dead-letters"].update(keep_firing_for="10m"),
    lambda s: s.intervals.update({("trends", "pipeline"): 120}),
    lambda s: s.folders["trends"].update(title="Renamed"),
    lambda s: s.sources["clickhouse"].update(secureJsonFields={}),
    lambda s: s.points["trends-team-webhook"]["settings"].update(username="x"),
    lambda s: s.policies.update(group_by=["alertname"]),
    lambda s: s.policies["routes"][0].update(group_wait="1m"),
    lambda s: s.timings["trends-nights"]["time_intervals"].clear(),
    lambda s: s.templates["trends-message"].update(template="other"),
]


@pytest.mark.parametrize("number", range(len(ADDED)))
def test_what_is_added_or_gone_is_told_and_mended(harness: Any, number: int) -> None:
    server, remote, wanted = harness
    ADDED[number](server.state)
    actions = planned(remote, wanted)
    assert len(changes(actions)) == 1
    apply(remote, actions, wanted)
    assert changes(planned(remote, wanted)) == {}
