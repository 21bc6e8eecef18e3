"""What the server adds is no difference; what people change is."""

from __future__ import annotations

from typing import Any

import pytest

from trends.grafana.compare import comparable, difference, own_rules
from trends.grafana.kinds import Kind


def same(kind: Kind, wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    after, before = comparable(kind, wanted, found)
    return after == before


def board(**json: Any) -> dict[str, Any]:
    return {"dashboard": {"uid": "u", "title": "t", **json}, "folderUid": "f"}


EQUAL: list[tuple[Kind, dict[str, Any], dict[str, Any]]] = [
    (Kind.DASHBOARD, board(), board(id=3, version=9, iteration=4, editable=True)),
    (Kind.DASHBOARD, board(), board(preload=False, links=[], timepicker={}, weekStart="")),
    (Kind.DASHBOARD, board(), board(annotations={"list": [{"builtIn": 1}]})),
    (Kind.DASHBOARD, board(panels=[{"id": 1}]), board(panels=[{"id": 1, "transparent": False}])),
    (Kind.RULE, {"for": "60s"}, {"for": "1m", "isPaused": False, "record": None, "id": 3}),
    (Kind.RULE, {"for": "1m"}, {"for": "1m", "keep_firing_for": "0s", "provenance": "api"}),
    (
        Kind.RULE,
        {"data": [{"refId": "A", "model": {"refId": "A"}}]},
        {
            "data": [
                {
                    "refId": "A",
                    "queryType": "",
                    "relativeTimeRange": {"from": 0, "to": 0},
                    "model": {"refId": "A", "intervalMs": 1_000, "maxDataPoints": 43_200},
                }
            ]
        },
    ),
    (
        Kind.CONTACT_POINT,
        {"settings": {"url": "x", "user": "u"}},
        {"settings": {"url": "[REDACTED]", "user": "u"}, "provenance": "api"},
    ),
    (Kind.POLICIES, {"group_wait": "60s"}, {"group_wait": "1m", "provenance": "api"}),
    (
        Kind.TEMPLATE,
        {"name": "a", "template": "b"},
        {"name": "a", "template": "b\n", "version": "1"},
    ),
    (
        Kind.DATA_SOURCE,
        {"uid": "c", "secureJsonData": {"password": "p"}},
        {"uid": "c", "secureJsonFields": {"password": True}, "version": 3, "isDefault": True},
    ),
]


@pytest.mark.parametrize(("kind", "wanted", "found"), EQUAL)
def test_what_the_server_adds_is_no_difference(kind: Kind, wanted: Any, found: Any) -> None:
    assert same(kind, wanted, found)


DIFFERENT: list[tuple[Kind, dict[str, Any], dict[str, Any]]] = [
    (Kind.DASHBOARD, board(), board(liveNow=True)),
    (Kind.DASHBOARD, board(), board(editable=False)),
    (Kind.DASHBOARD, board(panels=[{"min": 0}]), board(panels=[{}])),
    (Kind.DASHBOARD, board(), {**board(), "folderUid": ""}),
    (Kind.DASHBOARD, board(links=[{}]), board(links=[{}, {}])),
    (Kind.RULE, {"for": "60s"}, {"for": "2m"}),
    (Kind.RULE, {}, {"keep_firing_for": "1m"}),
    (Kind.RULE, {}, {"labels": {"a": "b"}}),
    (Kind.CONTACT_POINT, {"settings": {}}, {"settings": {"url": "[REDACTED]"}}),
    (Kind.CONTACT_POINT, {"settings": {"url": "x"}}, {"settings": {}}),
    (Kind.DATA_SOURCE, {"secureJsonData": {"password": "p"}}, {"secureJsonFields": {}}),
    (Kind.DATA_SOURCE, {"jsonData": {"port": 1}}, {"jsonData": {"port": 2}}),
]


@pytest.mark.parametrize(("kind", "wanted", "found"), DIFFERENT)
def test_what_people_change_is_a_difference(kind: Kind, wanted: Any, found: Any) -> None:
    assert not same(kind, wanted, found)


def test_rules_of_others_in_a_group_are_not_compared() -> None:
    group = {"title": "g", "rules": [{"uid": "a"}, {"uid": "b"}]}
    assert own_rules(group, {"a", "c"}) == {"title": "g", "rules": [{"uid": "a"}]}


def test_a_difference_is_told_line_by_line_without_settings() -> None:
    assert difference({"a": 1}, {"a": 2}, "x").splitlines() == [
        "--- x (in Grafana)",
        "+++ x (in our files)",
        "@@ -1,3 +1,3 @@",
        " {",
        '-  "a": 1',
        '+  "a": 2',
        " }",
    ]
    told = difference(
        {"settings": {"url": "one", "k": "x"}}, {"settings": {"url": "two", "k": "x"}}, "x"
    )
    assert "one" not in told
    assert "two" not in told
    assert '+    "url": "(hidden, another)"' in told
    assert '"k": "(hidden)"' in told
