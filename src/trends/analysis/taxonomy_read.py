"""A taxonomy's YAML to entries: what is written for each topic, and where.

In: the text of the file. Out: one entry per topic, plus a finding for everything that is not built
as a taxonomy is. Never relates one topic to another; `trends.analysis.taxonomy_rules` does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import yaml

from trends.analysis.characters import TOKEN_MAX_CHARS
from trends.analysis.segment import Segmenter
from trends.analysis.taxonomy_finding import Finding, did_you_mean, error
from trends.analysis.tokens import sentence_parts

PARENT: Final = "parent"
PHRASES: Final = "phrases"
EXCLUDE: Final = "exclude"
ALIASES: Final = "aliases"
FIELDS: Final = (PARENT, PHRASES, EXCLUDE, ALIASES)

_TEXT: Final = "tag:yaml.org,2002:str"
_MERGE: Final = "tag:yaml.org,2002:merge"
_NULL: Final = "tag:yaml.org,2002:null"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it stands in the file."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as written, and the normalised tokens that it matches."""

    text: str
    line: int
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the file says of one topic; ``parent`` need not exist, phrases may be repeated."""

    name: str
    line: int
    parent: Written | None = None
    phrases: tuple[Phrase, ...] = ()
    exclusions: tuple[Phrase, ...] = ()
    aliases: tuple[Written, ...] = ()


def read_entries(text: str, segmenter: Segmenter | None) -> tuple[list[Entry], list[Finding]]:
    """All that can be read of a taxonomy, and what is wrong with the rest.

    ``segmenter`` is the one that cuts the texts in which the phrases are to be found.
    """
    findings: list[Finding] = []
    try:
        document = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as problem:
        return [], [error(_line_of(problem), "", "", "", f"is not YAML: {problem}")]
    except RecursionError:
        return [], [error(1, "", "", "", "is nested too deeply to be a taxonomy")]
    if not isinstance(document, yaml.MappingNode):
        line = 1 if document is None else _line(document)
        message = "must map topic names to lists of phrases, such as `Robotics: [robot, grasping]`"
        return [], [error(line, "", "", "", message)]
    entries = []
    # From the nodes: a loaded mapping has forgotten lines, and the first of two equal names.
    for key, value in document.value:
        name = _name(key)
        if name:
            entries.append(_Topic(name, _line(key), segmenter, findings).read(value))
        else:
            message = "a topic's name must be text; put it in quotes"
            findings.append(error(_line(key), "", "", _shown(key), message))
    return entries, findings


class _Topic:
    """Reads one topic; what it cannot use becomes a finding, and the rest is read all the same."""

    def __init__(
        self, name: str, line: int, segmenter: Segmenter | None, findings: list[Finding]
    ) -> None:
        self._name = name
        self._line = line
        self._segmenter = segmenter
        self._findings = findings

    def read(self, node: yaml.Node) -> Entry:
        if isinstance(node, yaml.SequenceNode):
            return Entry(self._name, self._line, phrases=self._list(node, PHRASES, self._phrase))
        if not isinstance(node, yaml.MappingNode):
            self._complain(
                node,
                "",
                "needs a list of phrases, or a mapping with " + ", ".join(FIELDS)
                + "; [] for a topic that has its counts from its children",
            )  # fmt: skip
            return Entry(self._name, self._line)
        fields = self._fields(node)
        return Entry(
            self._name,
            self._line,
            self._parent(fields[PARENT]) if PARENT in fields else None,
            self._list(fields[PHRASES], PHRASES, self._phrase) if PHRASES in fields else (),
            self._list(fields[EXCLUDE], EXCLUDE, self._phrase) if EXCLUDE in fields else (),
            self._list(fields[ALIASES], ALIASES, self._text) if ALIASES in fields else (),
        )

    def _fields(self, node: yaml.MappingNode) -> dict[str, yaml.Node]:
        fields: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = _shown(key)
            if name not in FIELDS:
                known = ", ".join(FIELDS)
                self._complain(
                    key, name, f"is no field of a topic; known: {known}{did_you_mean(name, FIELDS)}"
                )
            elif name in fields:
                self._complain(key, name, "stands there twice; join them")
            else:
                fields[name] = value
        return fields

    def _parent(self, node: yaml.Node) -> Written | None:
        if _is_scalar(node) and node.value.strip():
            return Written(_squeezed(node.value), _line(node))
        self._complain(node, PARENT, "must be the name of one topic; leave it out if there is none")
        return None

    def _list(
        self, node: yaml.Node, field: str, read_item: Callable[[yaml.Node, str], T | None]
    ) -> tuple[T, ...]:
        if not isinstance(node, yaml.SequenceNode):
            self._complain(node, field, "must be a list; put it in brackets: [one, another]")
            return ()
        items = (read_item(item, field) for item in node.value)
        return tuple(item for item in items if item is not None)

    def _text(self, node: yaml.Node, field: str) -> Written | None:
        if node.tag != _TEXT:
            self._complain(node, field, "is not text; put it in quotes")
        elif not node.value.strip():
            self._complain(node, field, "is empty; remove it")
        else:
            return Written(_squeezed(node.value), _line(node))
        return None

    def _phrase(self, node: yaml.Node, field: str) -> Phrase | None:
        written = self._text(node, field)
        if written is None:
            return None
        parts = sentence_parts(written.text, self._segmenter)
        # A word that yields no token breaks the run wherever it stands in a text.
        words = written.text.split()
        if len(parts) == 1 and all(sentence_parts(word, self._segmenter) for word in words):
            return Phrase(written.text, written.line, tuple(parts[0]))
        self._complain(
            node,
            field,
            "can never match: write words without punctuation between them, "
            f"each of at most {TOKEN_MAX_CHARS} characters",
        )
        return None

    def _complain(self, node: yaml.Node, field: str, message: str) -> None:
        self._findings.append(error(_line(node), self._name, field, _shown(node), message))


def _name(node: yaml.Node) -> str:
    """Any scalar as it is written, for `1` and `No` are what was meant; else empty."""
    return _squeezed(node.value) if _is_scalar(node) and node.tag != _MERGE else ""


def _is_scalar(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag != _NULL


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _shown(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _line_of(problem: yaml.YAMLError) -> int:
    mark = getattr(problem, "problem_mark", None)
    return 1 if mark is None else int(mark.line) + 1
