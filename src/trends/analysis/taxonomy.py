"""The taxonomy: which phrases stand for which topic. Read from YAML, checked when read."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import yaml

from trends.analysis.terms import TERM_MAX_TOKENS, is_term
from trends.analysis.tokens import sentence_parts
from trends.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Topic:
    """A named subject and the phrases that mention it, each as a term stands in the counts."""

    name: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All topics; names are unique."""

    topics: tuple[Topic, ...]

    def topics_by_phrase(self) -> dict[str, tuple[str, ...]]:
        """Phrase to the names of the topics it stands for."""
        result: dict[str, tuple[str, ...]] = {}
        for topic in self.topics:
            for phrase in topic.phrases:
                result[phrase] = (*result.get(phrase, ()), topic.name)
        return result


def default_taxonomy() -> Taxonomy:
    """The taxonomy that comes with the project."""
    text = files("trends.analysis").joinpath("taxonomy.yaml").read_text(encoding="utf-8")
    return parse_taxonomy(text, "the built-in taxonomy")


def parse_taxonomy(text: str, origin: str) -> Taxonomy:
    """A mapping of topic name to a list of phrases.

    Raises:
        ConfigError: naming ``origin``, the topic and the phrase at fault.
    """
    loader = yaml.SafeLoader(text)
    try:
        document = loader.get_single_node()
        if not isinstance(document, yaml.MappingNode):
            raise ConfigError(f"{origin} must map topic names to lists of phrases")
        # From the nodes, for a loaded mapping has forgotten the first of two equal names.
        topics = [
            (str(key.value), loader.construct_object(value, deep=True))
            for key, value in document.value
        ]
    except yaml.YAMLError as error:
        raise ConfigError(f"{origin} is not YAML: {error}") from error
    finally:
        loader.dispose()
    names = [name for name, _ in topics]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"{origin}, topic {name!r}: stands there twice; join its phrases")
    return Taxonomy(
        tuple(
            Topic(name, _phrases(phrases, f"{origin}, topic {name!r}")) for name, phrases in topics
        )
    )


def _phrases(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ConfigError(f"{where}: needs a list of phrases")
    phrases = dict.fromkeys(_phrase(item, where) for item in value)
    return tuple(phrases)


def _phrase(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{where}: phrase {value!r} is not text; put it in quotes")
    parts = sentence_parts(value)
    if len(parts) != 1 or not is_term(parts[0]):
        raise ConfigError(
            f"{where}: phrase {value!r} can never match; use one to {TERM_MAX_TOKENS} words "
            "without punctuation, the first and the last no function words"
        )
    return " ".join(parts[0])
