"""One call that asks both analysers, so that every rule is held for the two of them."""

from __future__ import annotations

from trends.analysis.interface import Analyser, Analysis
from trends.analysis.kernel import KernelAnalyser
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.segment import Bigrams, Segmenter
from trends.analysis.taxonomy import Taxonomy, parse_taxonomy

TAXONOMY = parse_taxonomy("Experts: [mixture of experts, moe]\nModels: [moe]", "test")
BIGRAMS = Bigrams()
ANALYSERS: list[Analyser] = [
    KernelAnalyser(TAXONOMY, BIGRAMS),
    ReferenceAnalyser(TAXONOMY, BIGRAMS),
]


_kernels: dict[tuple[Taxonomy, str], KernelAnalyser] = {}


def _kernel(taxonomy: Taxonomy, segmenter: Segmenter) -> KernelAnalyser:
    """One for all tests: to make one takes half a second."""
    key = taxonomy, segmenter.name
    if key not in _kernels:
        _kernels[key] = KernelAnalyser(taxonomy, segmenter)
    return _kernels[key]


def analysed(
    title: str, text: str = "", taxonomy: Taxonomy = TAXONOMY, segmenter: Segmenter = BIGRAMS
) -> Analysis:
    """What a listing mentions, by the reference and by the kernel."""
    (reference,) = ReferenceAnalyser(taxonomy, segmenter).analyse([(title, text)])
    (kernel,) = _kernel(taxonomy, segmenter).analyse([(title, text)])
    assert kernel == reference
    assert set(list(kernel.terms)[: kernel.title_terms]) == in_title(reference)
    return reference


def in_title(analysis: Analysis) -> set[str]:
    """The terms that stand in the title."""
    return set(list(analysis.terms)[: analysis.title_terms])


def terms(title: str, text: str = "") -> dict[str, int]:
    """Terms and their mentions."""
    return analysed(title, text).terms


def phrases(title: str, text: str = "") -> set[str]:
    """The terms of two tokens and more."""
    return {term for term in terms(title, text) if " " in term}
