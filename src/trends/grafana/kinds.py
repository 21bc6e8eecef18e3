"""What is kept in step with a Grafana, and its actions. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Body = Mapping[str, Any]


class Kind(StrEnum):
    """Kinds of objects, in the order they are written: what others need comes first."""

    FOLDER = "folder"
    DATA_SOURCE = "data source"
    DASHBOARD = "dashboard"
    TEMPLATE = "template"
    MUTE_TIMING = "mute timing"
    CONTACT_POINT = "contact point"
    POLICIES = "policies"
    RULE_GROUP = "rule group"
    RULE = "rule"


ORDER = tuple(Kind)
OF_POLICIES = frozenset({Kind.TEMPLATE, Kind.MUTE_TIMING, Kind.CONTACT_POINT, Kind.POLICIES})
"""Shared by everybody in a Grafana: touched only if asked for."""


@dataclass(frozen=True, slots=True)
class Item:
    """One object as our files want it.

    Attributes:
        key: what it is found by: a uid, a name, or folder and group.
        title: for people.
        body: as the API takes it.
    """

    kind: Kind
    key: str
    title: str
    body: Body


@dataclass(frozen=True, slots=True)
class Found:
    """One object as the server has it.

    Attributes:
        body: as the API gives it.
        locked: why it cannot be changed through the API; empty if it can.
    """

    body: Body
    locked: str = ""


class Verb(StrEnum):
    """What is to be done with an object."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    DELETE = "delete"
    LEFTOVER = "leftover"


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done with one object.

    Attributes:
        item: as it is wanted; of what is not, as it is.
        before: as the server has it, comparable with ``after``.
        after: as it is wanted; empty if it is not.
        locked: why it cannot be done; empty if it can.
    """

    verb: Verb
    item: Item
    before: Body
    after: Body
    locked: str = ""
