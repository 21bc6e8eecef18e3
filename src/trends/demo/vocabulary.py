"""The words of the synthetic stream: subjects, and the sentences that speak of them.

Written for this project. The titles, results and data sets do not exist; the subjects do, but for
the one that takes off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Subject:
    """What a listing is about, and words that go with it."""

    phrase: str
    tasks: tuple[str, ...]


# Most popular first.
SUBJECTS: Final = (
    Subject("multi-agent systems", ("booking travel", "office automation", "market simulation")),
    Subject("flow matching", ("image editing", "protein design", "weather maps")),
    Subject("preference optimization", ("polite dialogue", "story writing", "essay grading")),
    Subject("retrieval-augmented generation", ("legal questions", "clinical notes", "patents")),
    Subject("mixture of experts", ("translation", "code completion", "multilingual search")),
    Subject("gaussian splatting", ("street scenes", "indoor tours", "aerial surveys")),
    Subject("sparse autoencoders", ("circuit discovery", "concept editing", "bias audits")),
    Subject("speculative decoding", ("chat assistants", "long reports", "edge devices")),
    Subject("world models", ("driving", "board games", "warehouse robots")),
    Subject("theorem proving", ("number theory", "school geometry", "hardware proofs")),
    Subject("speech recognition", ("noisy kitchens", "rare dialects", "call centres")),
    Subject("graph neural networks", ("molecules", "power grids", "fraud rings")),
    Subject("differential privacy", ("census tables", "keyboard input", "hospital records")),
    Subject("time series forecasting", ("bakery sales", "river levels", "electricity prices")),
    Subject("robotic manipulation", ("folding towels", "cable routing", "fruit picking")),
    Subject("linear attention", ("genome reads", "audio streams", "book summaries")),
)
# Known to nobody at first.
RISING: Final = Subject("tidal attention", ("hour-long video", "whole codebases", "live captions"))

ADJECTIVES: Final = tuple(
    "frugal patient stubborn modest lively careful nimble quiet honest curious brisk gentle".split()
)
NAMES: Final = tuple(
    "Heron Bramble Quarry Lantern Juniper Marlin Thimble Cobalt Orchard Pebble Saffron Willow "
    "Anvil Comet Ferry Harbor Kestrel Meadow Nutmeg Otter".split()
)
DATASETS: Final = tuple(
    "TeaCup-9k LongHall PostBox-XL MapleQA NightBus-40 Sundial OpenLadder RainyDay-2M".split()
)
QUALITIES: Final = (
    "accuracy", "latency", "robustness", "calibration", "recall", "memory", "fidelity", "coverage",
)  # fmt: skip
GROUPS: Final = (
    "Northbank Institute",
    "Hollow Tree Labs",
    "University of Lower Saxum",
    "Third Floor Collective",
    "Blue Door Research",
)
FIRST_NAMES: Final = tuple("Ada Bo Chidi Dana Emre Farah Goro Hanna Ines Joon Kofi Lena".split())
LAST_NAMES: Final = tuple(
    "Abara Brandt Castell Dimov Eze Fujita Gruber Haddad Ilves Jansson Kowal Lindqvist".split()
)

# {s} subject, {t} task, {t2} another task, {a} adjective, {n} name, {q} {q2} qualities,
# {d} data set, {x} {y} numbers. A word of its own right after the subject would become part of it.
TITLES: Final = (
    "{n}: {s} for {t}",
    "{n}, or {a} {s}",
    "{a} {s}. And {t}?",
    "{n}: on the {q} of {s}",
    "How much {q} is in {s}?",
    "{q} and {t} by {a} {s}",
    "Trading {q} for {q2} in {s}",
    "On the {q} of {s} in {t}",
    "From {t} to {t2} with {a} {s}",
    "{t} on {d}: {s}, {q} and {q2}",
)
# Between slots and function words stands one word of its own: phrases of the templates would
# otherwise be the most frequent terms.
OPENINGS: Final = (
    "{s} has not been of use for {t} until now.",
    "Is there more to {s} than {t}?",
    "This is {s}, and this time it is for {t}.",
    "Why is it that {s} fails at {t}?",
    "For {t}, {q} is what {s} has not.",
    "We have {s}, and now it does {t}.",
    "{t}: is {s} enough?",
    "With {n}, {s} comes to {t}.",
)
MIDDLES: Final = (
    "{n} has {q} where others have {q2}.",
    "It is {a} and yet simple.",
    "In {x} steps it is done.",
    "{d} is for training, {t2} for tests.",
    "With a {a} schedule it converges in {x} rounds.",
    "For {q} there is a bound, and we prove it.",
    "It needs no labels.",
    "On {d} we find more {q}.",
    "One in {x} is enough for the {a} variant.",
    "All of it fits on {x} machines.",
    "Neither {q} nor {q2} suffers.",
    "{t2}, too, is within reach.",
)
ENDINGS: Final = (
    "On {d}, {q} improves by {x}.{y} percent.",
    "{n} comes with its code.",
    "This holds for {t2} as well.",
    "In {x} of 20 trials {n} wins.",
    "There are {x} failures, and we list them.",
    "What of {t2}? It is next.",
    "On {d} it loses {x} points.",
    "It also works for {t2}.",
)
