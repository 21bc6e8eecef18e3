"""Message templates, as Go's `text/template` reads them: actions, blocks and what they name. Pure.

In: the text of a template. Out: its blocks with their actions, each with its line. It is read, not
run: expressions are looked through for the fields, functions and templates that they name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_ACTION: Final = re.compile(
    r"""\{\{-?\s*(?P<comment>/\*.*?\*/)?(?P<body>(?:"(?:\\.|[^"\\\n])*"|`[^`]*`|[^"`{}]|\{(?!\{)|\}(?!\}))*?)\s*-?\}\}""",
    re.DOTALL,
)
_TEXTS: Final = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`')
_NAMED: Final = re.compile(r'\s*"(?P<name>[^"]*)"\s*(?P<rest>.*)', re.DOTALL)
_FIELD: Final = re.compile(r"(?<![\w.)\]])(?P<root>\$?)(?P<chain>(?:\.[A-Za-z_]\w*)+)")
_WORD: Final = re.compile(r"(?<![\w.$])[A-Za-z_]\w*")
_OPENING: Final = frozenset({"if", "range", "with", "define", "block"})
_ASSIGNED: Final = re.compile(r"^\s*\$\w+\s*(?:,\s*\$\w+\s*)?:?=")


class Malformed(ValueError):
    """The text is no template; says why, and in which line."""


@dataclass(frozen=True, slots=True)
class Action:
    """What stands between two braces.

    Attributes:
        verb: ``if``, ``range``, ``with``, ``define``, ``block``, ``template``; empty for a value.
        name: of the template that is defined or used.
        expression: the rest.
        line: of the text, from 1.
    """

    verb: str
    name: str
    expression: str
    line: int

    @property
    def subject(self) -> str:
        """The expression without the variables that it is put into."""
        return _ASSIGNED.sub("", self.expression).strip()

    @property
    def fields(self) -> list[tuple[bool, tuple[str, ...]]]:
        """Chains of fields: whether of the template's own data (`$.A`), and their names."""
        return [
            (bool(found["root"]), tuple(found["chain"].strip(".").split(".")))
            for found in _FIELD.finditer(_TEXTS.sub('""', self.expression))
        ]

    @property
    def words(self) -> list[str]:
        """What must be a function, or a constant."""
        return _WORD.findall(_TEXTS.sub('""', self.expression))


@dataclass(slots=True)
class Block:
    """An action with what it holds up to its ``end``.

    Attributes:
        inner: actions and blocks, until ``else`` if there is one.
        otherwise: after it.
    """

    action: Action
    inner: list[Block] = field(default_factory=list)
    otherwise: list[Block] = field(default_factory=list)


def parse(text: str) -> list[Block]:
    """The blocks of a template.

    Raises:
        Malformed: if braces or blocks are not closed, or stand where they may not.
    """
    root = Block(Action("", "", "", 1))
    open_: list[tuple[Block, list[Block]]] = [(root, root.inner)]
    for action in _actions(text):
        block, inner = open_[-1]
        if action.verb == "end":
            open_.pop()
            if not open_:
                raise Malformed(f"line {action.line}: end of nothing")
        elif action.verb == "else":
            if block.action.verb not in ("if", "range", "with") or inner is block.otherwise:
                raise Malformed(f"line {action.line}: else of nothing")
            if action.expression:
                # `else if x`: a block of its own, which the same `end` closes.
                kind, _, rest = action.expression.partition(" ")
                block.otherwise.append(Block(Action(kind, "", rest, action.line)))
                nested = block.otherwise[-1]
                open_[-1] = (nested, nested.inner)
            else:
                open_[-1] = (block, block.otherwise)
        else:
            found = Block(action)
            inner.append(found)
            if action.verb in _OPENING:
                if action.verb == "define" and len(open_) > 1:
                    raise Malformed(f"line {action.line}: define within {block.action.verb}")
                open_.append((found, found.inner))
    if len(open_) > 1:
        action = open_[-1][0].action
        raise Malformed(f"line {action.line}: no end of {action.verb} {action.name}".rstrip())
    return root.inner


def definitions(blocks: list[Block]) -> Iterator[Block]:
    """Templates that are defined."""
    for block in blocks:
        if block.action.verb in ("define", "block"):
            yield block
        yield from definitions([*block.inner, *block.otherwise])


def _actions(text: str) -> Iterator[Action]:
    position = 0
    while (start := text.find("{{", position)) >= 0:
        line = text.count("\n", 0, start) + 1
        match = _ACTION.match(text, start)
        if match is None:
            raise Malformed(f"line {line}: {text[start : start + 20]!r} is not closed")
        position = match.end()
        if not match["comment"]:
            yield _action(match["body"].strip(), line)


def _action(body: str, line: int) -> Action:
    verb, _, rest = body.partition(" ")
    if verb in ("define", "template", "block"):
        named = _NAMED.fullmatch(rest)
        if named is None:
            raise Malformed(f"line {line}: {verb} of no name")
        return Action(verb, named["name"], named["rest"], line)
    if verb in ("if", "range", "with", "else", "end"):
        if verb in ("if", "range", "with") and not rest.strip():
            raise Malformed(f"line {line}: {verb} of nothing")
        return Action(verb, "", rest.strip(), line)
    if not body:
        raise Malformed(f"line {line}: nothing in braces")
    return Action("", "", body, line)
