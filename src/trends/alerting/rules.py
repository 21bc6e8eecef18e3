"""Rules: which spikes become alerts, how loud, and who is told. Frozen values; pure.

`trends.alerting.rules_load` reads them from a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from trends.alerting.alert import State, Transition
from trends.alerting.quiet import QuietHours
from trends.alerting.rules_fields import CoolDown, Frozen, Globs, parse_duration
from trends.alerting.rules_notifiers import LOG, AnyNotifier, LogConfig
from trends.detection.spike import Kind, Spike

Horizon = Literal["hour", "day", "week", "month"]
HORIZONS: Final[tuple[Horizon, ...]] = ("hour", "day", "week", "month")


class Severity(StrEnum):
    """How loud an alert is."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Rule(Frozen):
    """Which spikes become alerts, and what becomes of those.

    Patterns are those of file names (``*``, ``?``, ``[ab]``), whatever the case.

    Attributes:
        name: unique among the rules.
        names: any member's name, stored or as people write it, must match one.
        exclude: the leading member's name must match none.
        topics: if given, a topic of the spike must match one.
        tags: if given, `min_docs` listings of the spike must carry one that matches.
        sources: if given, `min_docs` listings must come from those that match, all together.
        watch: names that are tested as a family of their own, which finds weaker rises; none: all.
        min_docs: so many listings of the window at least.
        min_lift: so many times what was expected at least.
        false_discovery_rate: of the alerts, this share may be chance.
        cool_down: so long after an alert resolved, its names open no new one.
        quiet_hours: what happens in them is told when they are over.
        route: the notifiers that are told.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = (Kind.TERM, Kind.TOPIC)
    horizons: Annotated[tuple[Horizon, ...], Field(min_length=1)] = HORIZONS
    names: Annotated[Globs, Field(min_length=1)] = ("*",)
    exclude: Globs = ()
    topics: Globs = ()
    tags: Globs = ()
    sources: Globs = ()
    watch: Globs = ()
    min_docs: Annotated[int, Field(ge=1, strict=True)] = 5
    min_lift: Annotated[float, Field(ge=1, strict=True, allow_inf_nan=False)] = 2.0
    false_discovery_rate: Annotated[
        float, Field(gt=0, le=0.5, strict=True, allow_inf_nan=False)
    ] = 0.05
    severity: Severity = Severity.WARNING
    cool_down: CoolDown = parse_duration("7d")
    quiet_hours: QuietHours | None = None
    route: Globs = (LOG,)

    def matches(self, spike: Spike) -> bool:
        """Whether ``spike`` is of those that the rule selects, and strong enough for it."""
        return self.selects(spike) and self.suffices(spike)

    def suffices(self, spike: Spike) -> bool:
        """Whether ``spike`` reaches the rule's thresholds."""
        return (
            spike.observed >= self.min_docs
            and spike.lift >= self.min_lift
            and spike.q <= self.false_discovery_rate
        )

    def selects(self, spike: Spike) -> bool:
        """Whether ``spike`` is of those that the rule is about, however weak."""
        if spike.kind not in self.kinds or spike.horizon not in self.horizons:
            return False
        stored = [member.name for member in spike.members]
        every_name = {spike.name, *stored}
        if not _any_matches(every_name, self.names):
            return False
        # The leading one alone: what rises must not go unheard for a small thing that rose with it.
        if _any_matches({spike.name, *stored[:1]}, self.exclude):
            return False
        if self.watch and not _any_matches(every_name, self.watch):
            return False
        return self._of_its_topics(spike) and self._from_its_listings(spike)

    def watches(self, name: str) -> bool:
        """Whether ``name`` stands on the rule's watch list; without a list, no name does."""
        return _any_matches((name,), self.watch)

    def _of_its_topics(self, spike: Spike) -> bool:
        if not self.topics:
            return True
        topics = {member.name for member in spike.members if member.kind is Kind.TOPIC}
        if spike.kind is Kind.TOPIC:
            topics.add(spike.name)
        return _any_matches(topics, self.topics)

    def _from_its_listings(self, spike: Spike) -> bool:
        # A listing has many tags: summing them would count it more than once, so that one alone
        # must reach the threshold. It has one source.
        tagged = [docs for tag, docs in spike.tags if _any_matches((tag,), self.tags)]
        came = [docs for source, docs in spike.sources if _any_matches((source,), self.sources)]
        return (not self.tags or max(tagged, default=0) >= self.min_docs) and (
            not self.sources or sum(came) >= self.min_docs
        )


class Rules(Frozen):
    """All rules, and the notifiers they name."""

    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    notifiers: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")], AnyNotifier] = (
        Field(default_factory=dict)
    )

    def rule(self, name: str) -> Rule | None:
        """The rule of this name, if there still is one."""
        return next((rule for rule in self.rules if rule.name == name), None)

    def recipients(self, transition: Transition) -> tuple[str, ...]:
        """The notifiers that are to be told of ``transition``.

        Nobody of an alert that is pending, or was never more; none of a rule that is gone.
        """
        alert = transition.alert
        rule = self.rule(alert.rule)
        if rule is None or alert.state is State.PENDING or alert.fired_at is None:
            return ()
        over = alert.state is State.RESOLVED
        return tuple(name for name in rule.route if not over or self.notifier(name).send_resolved)

    def notifier(self, name: str) -> AnyNotifier:
        """What the file says of the notifier ``name``; ``log`` need not be in it.

        Raises:
            KeyError: if there is none of this name.
        """
        if name == LOG and LOG not in self.notifiers:
            return LogConfig()
        return self.notifiers[name]

    def redacted(self) -> dict[str, Any]:
        """As it may be printed: passwords, tokens and URLs that let one send are stars."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def _any_matches(names: Iterable[str], patterns: Iterable[str]) -> bool:
    folded = [pattern.casefold() for pattern in patterns]
    return any(fnmatchcase(name.casefold(), pattern) for name in names for pattern in folded)
