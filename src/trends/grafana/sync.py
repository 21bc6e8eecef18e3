"""A Grafana brought in step with our files, compared with them, or cleared of what is ours.

In: items wanted and a Grafana. Out: actions, planned and done. What is not ours stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from trends.errors import ConfigError
from trends.grafana.kinds import Action, Item, Kind, Verb
from trends.grafana.lint_dashboard import TAG
from trends.grafana.model import DATASOURCE_UID
from trends.grafana.plan import (
    in_order,
    is_ours,
    leads_to_us,
    leftovers,
    plan,
    refuse_foreign_policies,
    refuse_locked,
    rule_uids,
)
from trends.grafana.remote import Remote


def planned(
    remote: Remote, items: Sequence[Item], *, prune: bool = False, replace_policies: bool = True
) -> list[Action]:
    """What is to be done, in the order it is done.

    Args:
        items: wanted.
        prune: whether what our files have no longer is deleted.
        replace_policies: whether a tree of policies that is not ours is replaced.

    Raises:
        ConfigError: if something stands in the way that only people can decide.
    """
    _check_folders(remote, items)
    _check_data_source(remote, items)
    if not replace_policies:
        refuse_foreign_policies(items, remote.read)
    actions = plan(items, remote.read)
    left = leftovers(items, _tagged(remote, items), remote.rules(), prune=prune)
    return in_order([*actions, *left])


def apply(
    remote: Remote,
    actions: Iterable[Action],
    items: Sequence[Item],
    done: Callable[[Action], None] = lambda _: None,
) -> None:
    """Does what was planned; each action is told when it is done.

    Raises:
        ConfigError: before anything is done, if something cannot be.
        Unavailable: if the server went away; what was done stays, and doing it all again is right.
    """
    listed = list(actions)
    refuse_locked(listed)
    uids = rule_uids(items)
    for action in listed:
        if action.verb is Verb.DELETE:
            remote.delete(action.item.kind, action.item.key)
        elif action.verb in (Verb.CREATE, Verb.UPDATE):
            remote.write(action.item, uids)
        done(action)


def deletions(remote: Remote, items: Sequence[Item]) -> list[Action]:
    """What of ours is there, to be deleted: what our files name, and what bears our mark.

    The folders are not among it: see `delete_empty_folders`.
    """
    gone: dict[tuple[Kind, str], Action] = {}
    rules = remote.rules()
    folders = {item.key for item in items if item.kind is Kind.FOLDER}
    uids = rule_uids(items)
    for item in items:
        if item.kind in (Kind.FOLDER, Kind.RULE_GROUP):
            continue
        found = remote.read(item.kind, item.key)
        if item.kind is Kind.POLICIES and found and not leads_to_us(found.body, items):
            continue
        if found is not None:
            gone[item.kind, item.key] = Action(Verb.DELETE, item, found.body, {}, found.locked)
    for uid, title in _tagged(remote, items):
        item = Item(Kind.DASHBOARD, uid, title, {})
        gone.setdefault((item.kind, uid), Action(Verb.DELETE, item, {}, {}))
    for rule in rules:
        if rule.get("uid") in uids or is_ours(rule, folders):
            item = Item(Kind.RULE, str(rule["uid"]), str(rule.get("title")), rule)
            locked = "comes from a file" if rule.get("provenance") == "file" else ""
            gone[item.kind, item.key] = Action(Verb.DELETE, item, rule, {}, locked)
    return in_order(gone.values())


def delete_empty_folders(remote: Remote, items: Sequence[Item]) -> Iterator[Action]:
    """Deletes our folders, unless somebody keeps something in them."""
    for item in items:
        if item.kind is not Kind.FOLDER or remote.read(item.kind, item.key) is None:
            continue
        if remote.is_empty(item.key):
            remote.delete(item.kind, item.key)
            yield Action(Verb.DELETE, item, {}, {})
        else:
            yield Action(Verb.UNCHANGED, item, {}, {})


def _tagged(remote: Remote, items: Sequence[Item]) -> list[tuple[str, str]]:
    folders = [item.key for item in items if item.kind is Kind.FOLDER]
    present = [folder for folder in folders if remote.read(Kind.FOLDER, folder) is not None]
    return [found for folder in present for found in remote.dashboards_in(folder, TAG)]


def _check_folders(remote: Remote, items: Sequence[Item]) -> None:
    """Two folders of the same name would leave people wondering which is ours."""
    wanted = {item.title: item.key for item in items if item.kind is Kind.FOLDER}
    for folder in remote.folders():
        uid = wanted.get(str(folder.get("title")))
        if uid is not None and folder.get("uid") != uid:
            raise ConfigError(
                f"there is a folder {folder['title']!r} already, with the uid {folder.get('uid')} "
                f"and not {uid}: rename it, or delete it"
            )


def _check_data_source(remote: Remote, items: Sequence[Item]) -> None:
    if any(item.kind is Kind.DATA_SOURCE for item in items):
        return
    if remote.read(Kind.DATA_SOURCE, DATASOURCE_UID) is None:
        raise ConfigError(
            f"there is no data source with the uid {DATASOURCE_UID}; set "
            "TRENDS_GRAFANA_CLICKHOUSE, and it is made"
        )
