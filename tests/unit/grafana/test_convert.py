"""Files of alerting become what the API takes, by table; and the environment is put where it is."""

from __future__ import annotations

from typing import Any

import pytest

from trends.errors import ConfigError
from trends.grafana import convert
from trends.grafana.desired import data_source_item, desired
from trends.grafana.environment import put_environment
from trends.grafana.kinds import Kind

ENV = {"A": "a", "LONG_NAME": "l", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("$A", "a"),
        ("${A}", "a"),
        ("$__env{A}", "a"),
        ("x${A}y$LONG_NAME.z", "xayl.z"),
        ("$EMPTY", ""),
        ("$$A", "$A"),
        ("$$$A", "$a"),
        ("{{ $$labels.x }}", "{{ $labels.x }}"),
        ("$$$$", "$$"),
        ("costs 5$", "costs 5$"),
        ("$ A", "$ A"),
        (5, 5),
        (None, None),
        ({"k": ["$A", {"d": "$A"}]}, {"k": ["a", {"d": "a"}]}),
    ],
)
def test_the_environment_is_put_into_texts(text: Any, expected: Any) -> None:
    assert put_environment(text, ENV, "file") == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("$B", r"f: the environment has no B; write \$\$"),
        ({"url": ["${B}"]}, r"f.url\[0\]: the environment has no B"),
        ("$__env{B}", "no B"),
        ("$__file{/run/secrets/x}", "Grafana's machine"),
        ("{{ $labels.x }}", "no labels"),
    ],
)
def test_what_cannot_be_put_is_told_with_its_place(value: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        put_environment(value, ENV, "f")


def group(**rule: Any) -> dict[str, Any]:
    groups = [
        {
            "orgId": 1,
            "name": "pipeline $A",
            "folder": "Trends & more",
            "interval": "1m",
            "rules": [{"uid": "u", "title": "t", **rule}],
        }
    ]
    (found,) = convert.rule_groups({"groups": groups}, ENV, "f.yaml")
    return found


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"for": "5m"}, {"for": "5m"}),
        ({"keepFiringFor": "2m"}, {"keep_firing_for": "2m"}),
        ({"labels": {"a": "$A", "b": "$$x"}}, {"labels": {"a": "a", "b": "$x"}}),
        ({"annotations": {"s": "$labels $A"}}, {"annotations": {"s": "$labels $A"}}),
        ({"title": "of $A"}, {"title": "of a"}),
        ({"isPaused": True}, {"isPaused": True}),
        ({"dashboardUid": "d", "panelId": 3}, {}),
        (
            {"data": [{"refId": "$A", "model": {"rawSql": "$__timeFilter(x) $A"}}]},
            {"data": [{"refId": "a", "model": {"rawSql": "$__timeFilter(x) $A"}}]},
        ),
        (
            {"notification_settings": {"receiver": "$A"}},
            {"notification_settings": {"receiver": "a"}},
        ),
    ],
)
def test_a_rule_is_spelt_as_the_api_spells_it(rule: dict[str, Any], expected: Any) -> None:
    (found,) = group(**rule)["rules"]
    base = {"uid": "u", "title": "t", "ruleGroup": "pipeline a", "folderUID": "trends-more"}
    assert found == {**base, **expected}


def test_a_group_has_seconds_and_the_uid_of_its_folder() -> None:
    found = group()
    assert (found["title"], found["interval"]) == ("pipeline a", 60)
    assert (found["folder"], found["folderUid"]) == ("Trends & more", "trends-more")


def test_contact_points_become_their_receivers() -> None:
    document = {
        "contactPoints": [
            {
                "name": "team",
                "receivers": [
                    {"uid": "1", "type": "webhook", "settings": {"url": "$A"}},
                    {"uid": "2", "type": "email", "settings": {}, "disableResolveMessage": True},
                ],
            }
        ]
    }
    one, two = convert.contact_points(document, ENV, "f")
    assert one == {
        "uid": "1",
        "name": "team",
        "type": "webhook",
        "settings": {"url": "a"},
        "disableResolveMessage": False,
    }
    assert two["disableResolveMessage"] is True


def test_policies_and_mute_times_are_taken_as_they_are() -> None:
    document = {
        "policies": [{"orgId": 1, "receiver": "$A"}],
        "muteTimes": [{"orgId": 1, "name": "$A", "time_intervals": []}],
    }
    assert convert.policy_tree(document) == {"receiver": "$A"}
    assert list(convert.mute_timings(document)) == [{"name": "$A", "time_intervals": []}]
    assert convert.policy_tree({}) is None


def test_templates_are_stripped_as_the_server_strips_them() -> None:
    document = {"templates": [{"orgId": 1, "name": "n", "template": "{{ $x }}\n\n"}]}
    assert list(convert.templates(document)) == [{"name": "n", "template": "{{ $x }}"}]


@pytest.mark.parametrize(
    ("title", "uid"), [("Trends", "trends"), ("A / b  C!", "a-b-c"), ("x" * 60, "x" * 40)]
)
def test_folders_have_uids_of_their_titles(title: str, uid: str) -> None:
    assert convert.folder_uid(title) == uid


def test_a_folder_without_letters_has_none() -> None:
    with pytest.raises(ConfigError, match="ASCII"):
        convert.folder_uid("趋势")


@pytest.mark.parametrize(
    ("url", "json"),
    [
        (
            "http://ro:p%40ss@ch:8123/trends",
            {"host": "ch", "port": 8123, "secure": False, "defaultDatabase": "trends"},
        ),
        ("https://ro:p@ch", {"port": 8443, "secure": True, "defaultDatabase": "trends"}),
        ("http://ro:p@ch/other", {"port": 8123, "defaultDatabase": "other", "username": "ro"}),
    ],
)
def test_a_data_source_is_made_of_an_address(url: str, json: dict[str, Any]) -> None:
    item = data_source_item(url)
    assert json.items() <= item.body["jsonData"].items()
    assert item.body["secureJsonData"]["password"] in ("p", "p@ss")


@pytest.mark.parametrize("url", ["ch:9000", "tcp://ro@ch:9000", "http://ch:8123", "http://ro@ch:x"])
def test_what_is_no_address_of_a_store_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError, match="TRENDS_GRAFANA_CLICKHOUSE is no address"):
        data_source_item(url)


def test_items_come_in_the_order_they_are_written_and_each_once() -> None:
    rules = {"groups": [{"name": "g", "folder": "Trends", "interval": "1m", "rules": []}]}
    points = {"contactPoints": [{"name": "n", "receivers": [{"uid": "c", "type": "email"}]}]}
    boards = {"d.json": {"uid": "d", "title": "D"}, "e.json": {"uid": "e", "title": "E"}}
    files: dict[str, dict[str, Any]] = {"r": rules, "n": points}
    found = desired(boards, files, "http://a:b@c:1/d", ENV, with_policies=True)
    assert [item.kind for item in found] == [
        Kind.FOLDER,
        Kind.DATA_SOURCE,
        Kind.DASHBOARD,
        Kind.DASHBOARD,
        Kind.CONTACT_POINT,
        Kind.RULE_GROUP,
    ]
    without = desired(boards, files, "", ENV)
    assert {item.kind for item in without} == {Kind.FOLDER, Kind.DASHBOARD, Kind.RULE_GROUP}


@pytest.mark.parametrize(
    ("boards", "files", "said"),
    [
        ({"d.json": {"title": "D"}}, {}, "d.json: a dashboard without a uid"),
        ({}, {"r.yaml": {"groups": [{"name": "g"}]}}, "r.yaml: no 'folder'"),
    ],
)
def test_a_file_that_lacks_something_is_named(boards: Any, files: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        desired(boards, files, "", ENV)
