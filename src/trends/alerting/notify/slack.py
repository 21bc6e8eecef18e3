"""A transition as blocks to a Slack-compatible incoming webhook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson

from trends.alerting.notify.message import Evidence, explained, subject
from trends.alerting.notify.notifier import Delivery, Link
from trends.alerting.notify.text import web_url
from trends.alerting.notify.webhook import CONTENT_TYPE
from trends.alerting.rules_notifiers import SlackConfig
from trends.clock import Clock
from trends.http.exchange import Http, host_of
from trends.http.text import clean

# Slack refuses a message whose parts are longer.
HEADER_MAX_CHARS: Final = 150
SECTION_MAX_CHARS: Final = 3_000
LINE_MAX_CHARS: Final = 400
URL_MAX_CHARS: Final = 1_000


class SlackNotifier:
    """Posts to the channel that the URL stands for."""

    def __init__(self, name: str, config: SlackConfig, clock: Clock) -> None:
        self.name = name
        self._url = config.url.get_secret_value()
        self._http = Http(
            f"slack {name} ({host_of(self._url)})", clock, config.timeout_s, config.proxy_url
        )

    def send(self, delivery: Delivery) -> None:
        self._http.exchange("POST", self._url, CONTENT_TYPE, orjson.dumps(slack_message(delivery)))


def slack_message(delivery: Delivery) -> dict[str, Any]:
    """Blocks, and the text that stands for them where blocks are not shown."""
    message = explained(delivery.transition)
    title = subject(delivery.transition)
    blocks: list[dict[str, Any]] = [
        {
            "type": "header",
            "text": {"type": "plain_text", "text": clean(title, HEADER_MAX_CHARS), "emoji": False},
        }
    ]
    facts = (
        f"*{escaped(fact.label)}:* {escaped(clean(fact.text, LINE_MAX_CHARS))}"
        for fact in message.facts
    )
    blocks += _sections([escaped(message.summary)])
    blocks += _sections(facts)
    blocks += _sections(_evidence_line(item) for item in message.evidence)
    blocks += _sections(filter(None, (_link(link) for link in delivery.links)))
    return {
        "text": escaped(f"{title}\n{message.summary}"),
        "blocks": blocks,
        "unfurl_links": False,
    }


def escaped(text: str) -> str:
    """``text`` that is no link, channel or mention to Slack."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _sections(lines: Iterable[str]) -> list[dict[str, Any]]:
    """As few sections as hold the lines whole: a cut could fall into a link."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + 1 + len(line) <= SECTION_MAX_CHARS:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in texts]


def _evidence_line(item: Evidence) -> str:
    title = _linked(item.title, item.url) if item.url else escaped(item.title)
    return f"- {title} ({escaped(item.note)})"


def _link(link: Link) -> str:
    url = web_url(link.url)
    return _linked(clean(link.text), url) if url else ""


def _linked(text: str, url: str) -> str:
    if len(url) > URL_MAX_CHARS:
        return escaped(text)
    return f"<{escaped(url)}|{escaped(text)}>"
