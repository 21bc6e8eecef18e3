"""What is wrong with templates of messages, and with where they are used. Pure.

In: files of alerting, and what alerts carry. Out: findings. Where Grafana would send a message with
a hole in it, for a label that no alert has, or none at all, for a field that is not there, it is
told here. Templates are followed from the contact points that use them, so that it is known of what
`.Labels` is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from trends.grafana.alert_fields import Fields
from trends.grafana.finding import Finding, objects, strings
from trends.grafana.gotemplate import Action, Block, Malformed, definitions, parse

Json = Mapping[str, Any]
Documents = Mapping[str, Json]


class Dot(Enum):
    """What `.` is."""

    MESSAGE = "a message"
    ALERTS = "a list of alerts"
    ALERT = "an alert"
    PAIRS = "labels"
    TEXT = "a text"
    UNKNOWN = "unknown"


_MESSAGE: Final = frozenset(
    {"Receiver", "Status", "Alerts", "GroupLabels", "CommonLabels", "CommonAnnotations"}
    | {"ExternalURL", "AppVersion", "GroupKey", "TruncatedAlerts", "Vars"}
)
_ALERT: Final = frozenset(
    {"Status", "Labels", "Annotations", "StartsAt", "EndsAt", "GeneratorURL", "Fingerprint"}
    | {"SilenceURL", "DashboardURL", "PanelURL", "Values", "ValueString", "ImageURL"}
    | {"EmbeddedImage", "OrgID"}
)
_PAIRS_OWN: Final = frozenset({"SortedPairs", "Names", "Values", "Remove", "String"})
_LABELS: Final = frozenset({"Labels", "GroupLabels", "CommonLabels"})
_ANNOTATIONS: Final = frozenset({"Annotations", "CommonAnnotations"})
_CONSTANTS: Final = frozenset({"true", "false", "nil", "break", "continue"})
_FUNCTIONS: Final = frozenset(
    {"and", "or", "not", "len", "index", "slice", "print", "printf", "println", "html", "js"}
    | {"urlquery", "call", "eq", "ne", "lt", "le", "gt", "ge"}
    | {"toUpper", "toLower", "title", "trimSpace", "join", "match", "safeHtml", "safeUrl"}
    | {"urlUnescape", "reReplaceAll", "stringSlice", "date", "tz", "since", "humanizeDuration"}
    | {"toJson", "coll", "data", "tmpl", "time"}
)
_GRAFANAS: Final = ("default.", "slack.default.", "teams.default.", "webhook.default.", "__")


@dataclass
class _Walk:
    """Templates of all files, and which were looked at as what.

    Attributes:
        defined: by name, with the file and path of each.
    """

    fields: Fields | None
    defined: dict[str, tuple[str, str, Block]] = field(default_factory=dict)
    seen: set[tuple[str, Dot]] = field(default_factory=set)
    used: set[str] = field(default_factory=set)


def lint_templates(files: Documents, fields: Fields | None) -> Iterator[tuple[str, Finding]]:
    """What is wrong: the file, and what.

    Args:
        files: by name.
        fields: what alerts carry; None if that is not known.
    """
    walk = _Walk(fields)
    found: dict[tuple[str, Finding], None] = {}
    for file, json in files.items():
        for path, item in objects(json.get("templates"), "templates"):
            at = f"{path}.template"
            for finding in _define(walk, file, at, str(item.get("template") or "")):
                found[file, finding] = None
    for file, json in files.items():
        for path, point in objects(json.get("contactPoints"), "contactPoints"):
            for at, text in strings(point, path):
                if "{{" in text:
                    for each in _used(walk, file, at, text):
                        found[each] = None
    for name in sorted(set(walk.defined) - walk.used):
        for each in _enter(walk, name, Dot.UNKNOWN):
            found[each] = None
    yield from found


def _define(walk: _Walk, file: str, path: str, text: str) -> Iterator[Finding]:
    try:
        blocks = parse(text)
    except Malformed as error:
        yield Finding(path, str(error))
        return
    for block in definitions(blocks):
        name = block.action.name
        if name in walk.defined:
            other, where, _ = walk.defined[name]
            yield Finding(path, f"template {name!r} is in {other}: {where} already")
        walk.defined[name] = (file, path, block)


def _used(walk: _Walk, file: str, path: str, text: str) -> Iterator[tuple[str, Finding]]:
    try:
        blocks = parse(text)
    except Malformed as error:
        yield file, Finding(path, str(error))
        return
    yield from _blocks(walk, file, path, blocks, Dot.MESSAGE, Dot.MESSAGE)


def _enter(walk: _Walk, name: str, dot: Dot) -> Iterator[tuple[str, Finding]]:
    """A template, looked at as called with ``dot``; once."""
    walk.used.add(name)
    if name in walk.defined and (name, dot) not in walk.seen:
        walk.seen.add((name, dot))
        file, path, block = walk.defined[name]
        yield from _blocks(walk, file, path, block.inner, dot, dot)


def _blocks(
    walk: _Walk, file: str, path: str, blocks: list[Block], dot: Dot, root: Dot
) -> Iterator[tuple[str, Finding]]:
    for block in blocks:
        action = block.action
        for message in _action(walk, action, dot, root):
            yield file, Finding(path, f"line {action.line}: {message}")
        subject = _dot_of(action.subject, dot, root)
        inner = dot
        if action.verb == "range":
            inner = Dot.ALERT if subject is Dot.ALERTS else Dot.UNKNOWN
        elif action.verb == "with":
            inner = subject
        elif action.verb in ("template", "block"):
            yield from _enter(walk, action.name, subject)
        if action.verb not in ("define", "block"):
            yield from _blocks(walk, file, path, block.inner, inner, root)
            yield from _blocks(walk, file, path, block.otherwise, dot, root)


def _action(walk: _Walk, action: Action, dot: Dot, root: Dot) -> Iterator[str]:
    if action.verb == "define":
        return
    if (
        action.verb == "template"
        and action.name not in walk.defined
        and not action.name.startswith(_GRAFANAS)
    ):
        yield f"there is no template {action.name!r}"
    for word in action.words:
        if word not in _FUNCTIONS and word not in _CONSTANTS:
            yield f"there is no function {word!r}"
    for of_root, chain in action.fields:
        yield from _chain(walk.fields, chain, root if of_root else dot)
    for names, key in _indexed(action.expression):
        if walk.fields is not None:
            yield from _key(walk.fields, names, key)


def _chain(fields: Fields | None, chain: tuple[str, ...], dot: Dot) -> Iterator[str]:
    first = chain[0]
    known = {
        Dot.MESSAGE: _MESSAGE,
        Dot.ALERT: _ALERT,
        Dot.ALERTS: frozenset({"Firing", "Resolved"}),
        Dot.TEXT: frozenset[str](),
        Dot.UNKNOWN: _MESSAGE | _ALERT | {"Firing", "Resolved", "Name", "Value"},
    }.get(dot)
    if known is not None and first not in known:
        yield f"{dot.value} has no .{first}" if dot is not Dot.UNKNOWN else f"nothing has .{first}"
    elif first == "Alerts" and len(chain) > 1 and chain[1] not in ("Firing", "Resolved"):
        yield f".Alerts is a list and has no .{chain[1]}"
    elif len(chain) > 1 and fields is not None:
        yield from _key(fields, first, chain[1])


def _key(fields: Fields, names: str, key: str) -> Iterator[str]:
    """Whether alerts carry it."""
    if key in _PAIRS_OWN and names != "Values":
        return
    if names in _LABELS and key not in fields.labels:
        yield f".{names}.{key}: no rule gives a label {key!r}"
    elif names in _ANNOTATIONS and key not in fields.annotations:
        yield f".{names}.{key}: no rule gives an annotation {key!r}"
    elif names == "Values" and key not in fields.values:
        yield f".Values.{key}: no rule has a query {key!r}"


def _indexed(expression: str) -> Iterator[tuple[str, str]]:
    """Keys that are asked for as `index .Labels "key"`."""
    words = expression.replace("(", " ").replace(")", " ").replace("|", " ").split()
    for function, of, key in zip(words, words[1:], words[2:], strict=False):
        if function == "index" and key.startswith('"'):
            yield of.rpartition(".")[2], key.strip('"')


def _dot_of(expression: str, dot: Dot, root: Dot) -> Dot:
    """What an expression is, if it is a plain one."""
    if expression in (".", "$"):
        return dot if expression == "." else root
    of = root if expression.startswith("$.") else dot
    chain = expression.removeprefix("$").removeprefix(".").split(".")
    if not expression.startswith((".", "$.")) or not all(part.isidentifier() for part in chain):
        return Dot.UNKNOWN
    if of is Dot.ALERTS:
        return Dot.ALERTS
    match chain:
        case ["Alerts"] | ["Alerts", "Firing" | "Resolved"]:
            return Dot.ALERTS
        case ["Labels" | "Annotations" | "GroupLabels" | "CommonLabels" | "CommonAnnotations"]:
            return Dot.PAIRS
        case [names, key] if names in _LABELS | _ANNOTATIONS and key not in _PAIRS_OWN:
            return Dot.TEXT
    return Dot.UNKNOWN
