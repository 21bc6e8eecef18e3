"""Annotations: one for an alert, whatever is lost on the way, and its region ends when it does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.notify.conftest import Build
from tests.integration.notify.grafana_api import TOKEN, GrafanaApi
from tests.integration.notify.receiver import Receiver, answering, receiving
from tests.unit.alerting.transitions import DAY, FIRED, delivery, spike, transition
from trends.alerting.alert import State
from trends.alerting.notify.grafana_client import Grafana
from trends.alerting.notify.notifier import Notifier
from trends.clock import ManualClock
from trends.errors import Unavailable
from trends.http.errors import Refused
from trends.http.exchange import Http


@pytest.fixture
def api() -> GrafanaApi:
    return GrafanaApi("/grafana")


@pytest.fixture
def server(api: GrafanaApi) -> Iterator[Receiver]:
    with receiving(api) as running:
        yield running


@pytest.fixture
def notifier(server: Receiver, build: Build) -> Notifier:
    url = f"http://127.0.0.1:{server.port}/grafana/"
    return build(type="grafana", url=url, token=TOKEN, dashboard_uid="trends", tags=["team"])


def test_a_firing_alert_is_a_region_from_when_it_began(api: GrafanaApi, notifier: Notifier) -> None:
    notifier.send(delivery())
    (annotation,) = api.annotations.values()
    began = spike().first_window.timestamp() * 1000
    assert (annotation["time"], annotation["timeEnd"]) == (began, FIRED.timestamp() * 1000)
    assert annotation["dashboardUID"] == "trends"
    assert {"trends", "rule:taking-off", "state:firing", "world model", "team"} <= set(
        annotation["tags"]
    )
    assert "14 of 220 listings" in annotation["text"]


def test_its_end_ends_the_region(api: GrafanaApi, notifier: Notifier) -> None:
    notifier.send(delivery())
    over = transition(state=State.RESOLVED)
    notifier.send(delivery(over))
    (annotation,) = api.annotations.values()
    assert annotation["timeEnd"] == over.at.timestamp() * 1000
    assert "state:resolved" in annotation["tags"]
    assert "state:firing" not in annotation["tags"]
    assert "no longer mentioned" in annotation["text"]


def test_an_answer_that_got_lost_makes_no_second_annotation(
    api: GrafanaApi, notifier: Notifier
) -> None:
    api.fail_after = 1
    with pytest.raises(Unavailable, match="lost after it was done"):
        notifier.send(delivery())
    notifier.send(delivery(attempt=2))
    assert len(api.annotations) == 1


def test_an_end_that_is_told_first_stays_the_end(api: GrafanaApi, notifier: Notifier) -> None:
    notifier.send(delivery(transition(state=State.RESOLVED)))
    notifier.send(delivery(transition(), attempt=5))
    (annotation,) = api.annotations.values()
    assert "state:resolved" in annotation["tags"]
    assert annotation["time"] < annotation["timeEnd"]


def test_another_alert_has_its_own(api: GrafanaApi, notifier: Notifier) -> None:
    other = spike(window_start=DAY.replace(day=20))
    notifier.send(delivery())
    notifier.send(delivery(transition(other)))
    assert len(api.annotations) == 2


def test_names_of_any_kind_are_taken(api: GrafanaApi, notifier: Notifier) -> None:
    notifier.send(delivery(transition(spike(name="C++ & C# : 100% 世界 " * 20))))
    notifier.send(delivery(transition(spike(name="C++ & C# : 100% 世界 " * 20))))
    assert len(api.annotations) == 1


def test_a_tag_is_looked_for_whatever_is_in_it(api: GrafanaApi, server: Receiver) -> None:
    http = Http("grafana", ManualClock(FIRED), 5)
    grafana = Grafana(f"http://127.0.0.1:{server.port}/grafana", TOKEN, http)
    tag = "a&b=c + 50% #1 世界"
    grafana.add({"time": 1, "timeEnd": 2, "tags": [tag], "text": "x"})
    grafana.add({"time": 1, "timeEnd": 2, "tags": ["a"], "text": "x"})
    assert [found["tags"] for found in grafana.find(tag)] == [[tag]]


def test_a_wrong_token_is_told_with_what_it_must_be(server: Receiver, build: Build) -> None:
    url = f"http://127.0.0.1:{server.port}/grafana"
    with pytest.raises(Refused, match=r"answered 401.*Invalid API key.*role Editor") as caught:
        build(type="grafana", url=url, token="wr0ng").send(delivery())
    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"", b'{"a": 1}', b"[1]", b"\xff"])
def test_what_is_no_grafana_is_refused(body: bytes, build: Build) -> None:
    with receiving(answering(200, body)) as running:
        notifier = build(type="grafana", url=running.url, token=TOKEN)
        with pytest.raises(Refused, match="which Grafana does not; change its url"):
            notifier.send(delivery())
