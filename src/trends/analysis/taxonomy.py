"""The taxonomy: which phrases stand for which topic, and which topic lies within which.

In: YAML, as the head of `taxonomy.yaml` describes it. Out: a `Taxonomy` without errors, for
analysis to match and for commands to name topics by. Never matches a text itself.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

from trends.analysis.segment import Segmenter
from trends.analysis.taxonomy_check import examine
from trends.analysis.taxonomy_finding import Finding, Severity
from trends.analysis.taxonomy_rules import name_key
from trends.errors import ConfigError

DEFAULT_ORIGIN: Final = "the built-in taxonomy"
FINGERPRINT_CHARS: Final = 12


@dataclass(frozen=True, slots=True)
class Topic:
    """A named subject.

    Attributes:
        name: as it stands in the counts.
        parent: the topic that a mention of this one counts for as well.
        phrases: runs of normalised tokens; one within a sentence part is a mention.
        exclusions: runs of normalised tokens; a phrase inside one is no mention.
        aliases: other names that people may ask for; never looked for in texts.
    """

    name: str
    parent: str | None = None
    phrases: tuple[tuple[str, ...], ...] = ()
    exclusions: tuple[tuple[str, ...], ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All topics, in the order of the file. Names and aliases are unique, parents exist."""

    topics: tuple[Topic, ...]
    _ancestors: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _names: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parents = {topic.name: topic.parent for topic in self.topics}
        ancestors = {name: tuple(_above(name, parents)) for name in parents}
        names = {name_key(alias): topic.name for topic in self.topics for alias in topic.aliases}
        names |= {name_key(topic.name): topic.name for topic in self.topics}
        object.__setattr__(self, "_ancestors", ancestors)
        object.__setattr__(self, "_names", names)

    def ancestors(self, name: str) -> tuple[str, ...]:
        """The topics that ``name`` lies within, nearest first.

        Raises:
            KeyError: if there is no topic of this name.
        """
        return self._ancestors[name]

    def resolve(self, text: str) -> str | None:
        """The name of the topic that a person calls ``text``, in any case, or None."""
        return self._names.get(name_key(text))

    def fingerprint(self) -> str:
        """Equal for taxonomies that give every text the same topics.

        The order of topics and phrases, aliases and the file's comments do not matter to it.
        """
        content = sorted(
            [topic.name, topic.parent or "", sorted(topic.phrases), sorted(topic.exclusions)]
            for topic in self.topics
        )
        canonical = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:FINGERPRINT_CHARS]


def default_taxonomy() -> Taxonomy:
    """The taxonomy that comes with the project: research on machine learning."""
    return parse_taxonomy(default_text(), DEFAULT_ORIGIN)


def default_text() -> str:
    """The file of `default_taxonomy`."""
    return files("trends.analysis").joinpath("taxonomy.yaml").read_text(encoding="utf-8")


def parse_taxonomy(text: str, origin: str, segmenter: Segmenter | None = None) -> Taxonomy:
    """A taxonomy from YAML.

    Args:
        text: the file's content.
        origin: what messages call it.
        segmenter: the one that cuts the texts to be matched; matters to phrases in scripts without
            spaces alone.

    Raises:
        ConfigError: with all errors, each naming ``origin``, line, topic, field and value, and the
            remedy. What `check_taxonomy` only warns of is accepted.
    """
    entries, findings = examine(text, origin, segmenter)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise ConfigError(_told(errors, origin))
    return Taxonomy(
        tuple(
            Topic(
                entry.name,
                entry.parent.text if entry.parent else None,
                tuple(dict.fromkeys(phrase.tokens for phrase in entry.phrases)),
                tuple(dict.fromkeys(phrase.tokens for phrase in entry.exclusions)),
                tuple(dict.fromkeys(alias.text for alias in entry.aliases)),
            )
            for entry in entries
        )
    )


def _above(name: str, parents: dict[str, str | None]) -> list[str]:
    above: list[str] = []
    parent = parents[name]
    while parent is not None:
        above.append(parent)
        parent = parents[parent]
    return above


def _told(errors: list[Finding], origin: str) -> str:
    """One error as a sentence, several as a list."""
    if len(errors) == 1:
        return str(errors[0])
    return "\n  ".join([f"{origin} has {len(errors)} errors:", *map(str, errors)])
