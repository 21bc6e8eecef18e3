"""A transition as an annotation: from when the rise began until it was over.

An alert has one annotation, found by a tag with its id: created when it fires, changed when it is
told again or resolves. A try that was answered too late is thus not repeated as a second one.
"""

from __future__ import annotations

import html
from datetime import datetime
from typing import Any, Final

from trends.alerting.alert import Alert, State, Transition
from trends.alerting.notify.grafana_client import Grafana
from trends.alerting.notify.message import display_name, explained
from trends.alerting.notify.notifier import Delivery
from trends.alerting.notify.text import web_url
from trends.alerting.rules_notifiers import GrafanaConfig
from trends.clock import Clock
from trends.http.exchange import Http, host_of
from trends.http.text import clean

# Grafana refuses annotations whose tags are longer as JSON (its setting tags_length), and its store
# single ones.
TAGS_MAX_BYTES: Final = 500
TAG_MAX_BYTES: Final = 100
RESOLVED_TAG: Final = f"state:{State.RESOLVED}"


class GrafanaNotifier:
    """Annotates one Grafana."""

    def __init__(self, name: str, config: GrafanaConfig, clock: Clock) -> None:
        self.name = name
        self._config = config
        http = Http(
            f"grafana {name} ({host_of(config.url)})", clock, config.timeout_s, config.proxy_url
        )
        self._grafana = Grafana(config.url, config.token.get_secret_value(), http)

    def send(self, delivery: Delivery) -> None:
        transition = delivery.transition
        start_ms, end_ms = _region_ms(transition)
        tags = annotation_tags(transition.alert, self._config.tags)
        text = annotation_text(delivery)
        found = self._grafana.find(alert_tag(transition.alert))
        if found:
            # Told late, after it was told to be over: it stays over.
            if transition.alert.state is State.FIRING and RESOLVED_TAG in found[0]["tags"]:
                return
            self._grafana.change(
                int(found[0]["id"]), start_ms=start_ms, end_ms=end_ms, tags=tags, text=text
            )
            return
        annotation: dict[str, Any] = {
            "time": start_ms,
            "timeEnd": end_ms,
            "tags": tags,
            "text": text,
        }
        if self._config.dashboard_uid:
            annotation["dashboardUID"] = self._config.dashboard_uid
        self._grafana.add(annotation)


def alert_tag(alert: Alert) -> str:
    """By which an alert's annotation is found."""
    return f"alert:{alert.id}"


def annotation_tags(alert: Alert, more: tuple[str, ...] = ()) -> list[str]:
    """What annotations are filtered by, as much as Grafana takes; the first are never left out."""
    tags: list[str] = []
    length = len("[]")
    wanted = [
        "trends",
        alert_tag(alert),
        f"rule:{alert.rule}",
        f"severity:{alert.severity}",
        f"state:{alert.state}",
        display_name(alert).replace(":", " "),
        *more,
    ]
    for tag in dict.fromkeys(map(_tag, wanted)):
        length += len(tag.encode()) + len('"",')
        if tag and length <= TAGS_MAX_BYTES:
            tags.append(tag)
    return tags


def annotation_text(delivery: Delivery) -> str:
    """The explanation as the little HTML that Grafana shows."""
    message = explained(delivery.transition)
    lines = [f"<b>{html.escape(message.title)}</b>", html.escape(message.summary), ""]
    lines += [html.escape(f"{fact.label}: {fact.text}") for fact in message.facts]
    for item in message.evidence:
        lines.append(f"- {_linked(item.title, item.url)} ({html.escape(item.note)})")
    for link in delivery.links:
        lines.append(_linked(clean(link.text), web_url(link.url)))
    return "\n".join(lines)


def _linked(text: str, url: str) -> str:
    shown = html.escape(text)
    return f'<a href="{html.escape(url)}">{shown}</a>' if url else shown


def _region_ms(transition: Transition) -> tuple[int, int]:
    """From the first window that was too high to the end of the last, which may not be over yet."""
    alert = transition.alert
    start = alert.spike.first_window
    end = alert.resolved_at or min(alert.last_seen, transition.at)
    return _ms(start), max(_ms(end), _ms(start))


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _tag(text: str) -> str:
    """``text``, cut to what one tag holds."""
    return clean(text).encode()[:TAG_MAX_BYTES].decode(errors="ignore").strip()
