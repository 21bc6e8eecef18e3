"""What is to be done so that a Grafana has what our files want. Pure.

In: items wanted, objects found, objects left over. Out: actions in the order they are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from trends.errors import ConfigError
from trends.grafana.compare import comparable, own_rules, rule
from trends.grafana.finding import is_object
from trends.grafana.kinds import ORDER, Action, Body, Found, Item, Kind, Verb
from trends.grafana.lint_alerts import LABEL
from trends.grafana.lint_dashboard import TAG

Read = Callable[[Kind, str], Found | None]
DEFAULT_RECEIVERS: Final = frozenset({"", "empty", "grafana-default-email"})
"""Where a new Grafana's policies lead."""


def plan(items: Sequence[Item], read: Read) -> list[Action]:
    """What is to be done for each item.

    Args:
        items: wanted, in the order they are written.
        read: what the server has of one.
    """
    uids = rule_uids(items)
    return [_action(item, read(item.kind, item.key), uids) for item in items]


def rule_uids(items: Iterable[Item]) -> frozenset[str]:
    """Uids of every rule that is wanted."""
    return frozenset(
        str(each["uid"])
        for item in items
        if item.kind is Kind.RULE_GROUP
        for each in item.body["rules"]
    )


def _action(item: Item, found: Found | None, uids: Collection[str]) -> Action:
    if found is None:
        after, _ = comparable(item.kind, item.body, item.body)
        return Action(Verb.CREATE, item, {}, after)
    body = own_rules(found.body, uids) if item.kind is Kind.RULE_GROUP else found.body
    after, before = comparable(item.kind, item.body, body)
    if before == after:
        return Action(Verb.UNCHANGED, item, before, after)
    return Action(Verb.UPDATE, item, before, after, found.locked)


def leftovers(
    items: Sequence[Item],
    dashboards: Iterable[tuple[str, str]],
    rules: Iterable[Body],
    *,
    prune: bool,
) -> Iterator[Action]:
    """Objects that bear our mark in our folders, and that our files have no longer.

    Args:
        items: wanted.
        dashboards: uid and title of those with our tag in our folder.
        rules: every rule of the server.
        prune: whether they are to be deleted.
    """
    verb = Verb.DELETE if prune else Verb.LEFTOVER
    wanted = {item.key for item in items if item.kind is Kind.DASHBOARD}
    for uid, title in dashboards:
        if uid not in wanted:
            yield Action(verb, Item(Kind.DASHBOARD, uid, title, {}), {"title": title}, {})
    folders = {item.key for item in items if item.kind is Kind.FOLDER}
    uids = rule_uids(items)
    for body in rules:
        if is_ours(body, folders) and body.get("uid") not in uids:
            item = Item(Kind.RULE, str(body["uid"]), str(body.get("title")), body)
            locked = "comes from a file" if body.get("provenance") == "file" else ""
            yield Action(verb, item, rule(body), {}, locked)


def is_ours(body: Body, folders: Collection[str]) -> bool:
    """Whether a rule lies in one of our folders and bears our label."""
    labels = body.get("labels")
    marked = is_object(labels) and labels.get(LABEL) == TAG
    return marked and body.get("folderUID") in folders


def refuse_foreign_policies(items: Iterable[Item], read: Read) -> None:
    """Stops before the policies of others would be replaced: there is one tree for all.

    Raises:
        ConfigError: naming a receiver that is not ours.
    """
    listed = list(items)
    for item in listed:
        found = read(item.kind, item.key) if item.kind is Kind.POLICIES else None
        if found is not None and not (is_default(found.body) or leads_to_us(found.body, listed)):
            raise ConfigError(
                f"the notification policies lead to {', '.join(sorted(receivers(found.body)))}, "
                "not to us alone, and there is one tree for all: add ours to it by hand, or "
                "replace it with --replace-policies"
            )


def is_default(tree: Body) -> bool:
    """Whether nobody has said yet who is told."""
    return not tree.get("routes") and receivers(tree) <= DEFAULT_RECEIVERS


def leads_to_us(tree: Body, items: Iterable[Item]) -> bool:
    """Whether a tree of policies is ours: it leads to our contact points, and to no others."""
    ours = {item.title for item in items if item.kind is Kind.CONTACT_POINT}
    found = receivers(tree)
    return bool(found & ours) and found <= ours | DEFAULT_RECEIVERS


def refuse_locked(actions: Iterable[Action]) -> None:
    """Stops before anything is done if something cannot be.

    Raises:
        ConfigError: naming the first, and why.
    """
    for action in actions:
        if action.locked and action.verb in (Verb.CREATE, Verb.UPDATE, Verb.DELETE):
            raise ConfigError(
                f"{action.item.kind} {action.item.title!r} ({action.item.key}) {action.locked}"
            )


def receivers(route: Body) -> set[str]:
    """Every contact point that a policy and those below it lead to."""
    found = {str(route["receiver"])} if route.get("receiver") else set()
    inner: Any = route.get("routes") or ()
    return found.union(*(receivers(each) for each in inner))


def in_order(actions: Iterable[Action]) -> list[Action]:
    """Deletions first, what stands on others before those; then the rest, the other way round."""
    listed = list(actions)
    gone = [action for action in listed if action.verb is Verb.DELETE]
    gone.sort(key=lambda action: ORDER.index(action.item.kind), reverse=True)
    rest = [action for action in listed if action.verb is not Verb.DELETE]
    return [*gone, *sorted(rest, key=lambda action: ORDER.index(action.item.kind))]
