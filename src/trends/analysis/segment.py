"""Words of scripts that put no spaces between them (Chinese, Japanese, Thai ...).

Which segmenter is used decides what is counted, so its name is part of what a store records.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Final, Protocol

from trends.errors import ConfigError


class Segmenter(Protocol):
    """Cuts runs of dense script; depends on the run alone."""

    @property
    def name(self) -> str:
        """What a store records, with the version of what decides."""
        ...

    def cut(self, run: str) -> str:
        """``run`` with white space between words, or a full stop between what joins no phrase."""
        ...


class Bigrams:
    """Every two neighbouring characters: needs no dictionary and misses no word of two."""

    name: Final = "bigrams"

    def cut(self, run: str) -> str:
        pairs = [run[at : at + 2] for at in range(max(len(run) - 1, 1))]
        # No phrases of bigrams: they overlap.
        return f".{'.'.join(pairs)}."


class ChineseWords:
    """Words by jieba's dictionary and model, in its Rust implementation."""

    def __init__(self) -> None:
        try:
            import rjieba  # noqa: F401
        except ImportError as error:
            raise ConfigError(
                "segmenter 'words' needs a package that is not installed; "
                "run: pip install 'trends[words]'"
            ) from error
        self.name = f"words/rjieba-{version('rjieba')}"

    def cut(self, run: str) -> str:
        import rjieba

        return f" {' '.join(rjieba.cut(run))} "


@cache
def segmenter(name: str) -> Segmenter:
    """The segmenter that settings name: ``bigrams`` or ``words``.

    Raises:
        ConfigError: if there is no such segmenter, or its package is not installed.
    """
    if name == "bigrams":
        return Bigrams()
    if name == "words":
        return ChineseWords()
    raise ConfigError(f"segmenter {name!r} is not known; use 'bigrams' or 'words'")
