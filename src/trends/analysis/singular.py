"""English plural to singular, by the regular rules and their common exceptions.

Applied to every token, so that "language models" and "language model" are one term. It need not
be right about a word, it must treat its two forms alike and never join two words that differ; the
form that people see is the one seen most (see `trends.ranking.display`).
"""

from __future__ import annotations

from typing import Final

# Tokens that end like a plural, by the rules below, and are none.
INVARIANT: Final = frozenset(
    """
    always archimedes atlas bayes besides bias canvas chaos charles corps cosmos diabetes haas
    hercules https james keras kubernetes lens macos means metamaterials news pandas
    perhaps sans series socrates species texas thomas tomatoes
    """.split()
)
# Irregular plurals, and words whose rule would go wrong.
IRREGULAR: Final = {
    "analyses": "analysis",
    "appendices": "appendix",
    "axes": "axis",
    "biases": "bias",
    "buses": "bus",
    "caches": "cache",
    "children": "child",
    "corpora": "corpus",
    "cookies": "cookie",
    "crises": "crisis",
    "criteria": "criterion",
    "diagnoses": "diagnosis",
    "emphases": "emphasis",
    "feet": "foot",
    "focuses": "focus",
    "foci": "focus",
    "formulae": "formula",
    "gases": "gas",
    "halves": "half",
    "hypotheses": "hypothesis",
    "indices": "index",
    "knives": "knife",
    "leaves": "leaf",
    "lenses": "lens",
    "lives": "life",
    "matrices": "matrix",
    "men": "man",
    "mice": "mouse",
    "movies": "movie",
    "nuclei": "nucleus",
    "optima": "optimum",
    "minima": "minimum",
    "maxima": "maximum",
    "parentheses": "parenthesis",
    "phenomena": "phenomenon",
    "prognoses": "prognosis",
    "radii": "radius",
    "selfies": "selfie",
    "shelves": "shelf",
    "simplices": "simplex",
    "spectra": "spectrum",
    "statuses": "status",
    "stimuli": "stimulus",
    "syntheses": "synthesis",
    "taxa": "taxon",
    "teeth": "tooth",
    "theses": "thesis",
    "vertices": "vertex",
    "viruses": "virus",
    "vortices": "vortex",
    "wolves": "wolf",
    "women": "woman",
    "zombies": "zombie",
}
# "metrics" is a plural, "physics" is not: words in -ics count as names of fields but for these.
_PLURALS_IN_ICS: Final = frozenset(
    """
    academics antibiotics arithmetics basics biometrics characteristics classics clinics comics
    critics diagnostics epics fabrics generics heuristics lyrics metrics mosaics
    relics specifics therapeutics tics topics topologics toxics tropics
    """.split()
)


def singular(token: str) -> str:
    """The singular of an English plural; any other token unchanged."""
    irregular = IRREGULAR.get(token)
    if irregular is not None:
        return irregular
    if len(token) < 4 or token in INVARIANT:
        return token
    if token[-1] != "s" or token[-2:] in ("ss", "us", "is") or not token[-2].isalpha():
        return token
    if token.endswith("ics") and token not in _PLURALS_IN_ICS:
        return token
    if token.endswith("ies") and len(token) > 4:
        return token[:-3] + "y"
    if token.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return token[:-2]
    return token[:-1]
