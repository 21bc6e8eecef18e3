"""Rules to notifiers."""

from __future__ import annotations

from typing import Final

from trends.alerting.notify.grafana import GrafanaNotifier
from trends.alerting.notify.log import LogNotifier
from trends.alerting.notify.notifier import Notifier
from trends.alerting.notify.slack import SlackNotifier
from trends.alerting.notify.smtp import EmailNotifier
from trends.alerting.notify.webhook import WebhookNotifier
from trends.alerting.rules import Rules
from trends.alerting.rules_notifiers import (
    LOG,
    AnyNotifier,
    EmailConfig,
    GrafanaConfig,
    LogConfig,
    SlackConfig,
    WebhookConfig,
)
from trends.clock import Clock

_ALWAYS: Final = (LOG,)


def build_notifiers(rules: Rules, clock: Clock) -> dict[str, Notifier]:
    """Every notifier of ``rules`` by name, and ``log``. Connects to none of them."""
    names = dict.fromkeys([*_ALWAYS, *rules.notifiers])
    return {name: _built(name, rules.notifier(name), clock) for name in names}


def _built(name: str, config: AnyNotifier, clock: Clock) -> Notifier:
    match config:
        case LogConfig():
            return LogNotifier(name)
        case EmailConfig():
            return EmailNotifier(name, config, clock)
        case WebhookConfig():
            return WebhookNotifier(name, config, clock)
        case SlackConfig():
            return SlackNotifier(name, config, clock)
        case GrafanaConfig():
            return GrafanaNotifier(name, config, clock)
