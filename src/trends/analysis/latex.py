r"""LaTeX in abstracts to plain text: ``$\beta$-VAE`` is "β-VAE"; a longer formula ends the part."""

from __future__ import annotations

import re
from typing import Final

FORMULA_KEPT_MAX_CHARS: Final = 4

_GREEK: Final = dict(
    zip(
        "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi "
        "rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi "
        "Psi Omega ell".split(),
        "αβγδεεζηθικλμνξπρστυφφχψωΓΔΘΛΞΠΣΦΨΩl",
        strict=True,
    )
)
# "text in braces" of \emph{...}, \mathcal{...}; innermost first, so it is applied twice.
_STYLED: Final = re.compile(r"\\(?:text|emph|math|bf|it|rm|sc|tt|underline)[a-z]*\s*\{([^{}]*)\}")
_ACCENT: Final = re.compile(r"""\\(?:['"`^~=.]|[cvuHk](?=[{\s]))\s*\{?\\?([A-Za-z])\}?""")
_COMMAND: Final = re.compile(r"\\([A-Za-z]+)\s*")
# As pandoc reads it: no space inside the dollars, no digit behind; so "$5 to $10" is money.
_FORMULA: Final = re.compile(r"\$\$?(?!\s)((?:[^$\\]|\\.){1,500}?)(?<!\s)\$\$?(?!\d)", re.DOTALL)
_MARKUP: Final = re.compile(r"[{}^_\s]|\\[,;! ]")


def without_latex(text: str) -> str:
    """``text`` with commands, accents and formulas resolved; other text is unchanged."""
    if "\\" not in text and "$" not in text:
        return text
    text = _STYLED.sub(r"\1", _STYLED.sub(r"\1", text))
    text = _ACCENT.sub(r"\1", text)
    text = _FORMULA.sub(_formula, text)
    return _COMMAND.sub(_command, text)


def _formula(match: re.Match[str]) -> str:
    symbol = _MARKUP.sub("", _COMMAND.sub(_command, match[1]))
    short = len(symbol) <= FORMULA_KEPT_MAX_CHARS and symbol.isalnum() and not symbol.isdecimal()
    return symbol if short else " . "


def _command(match: re.Match[str]) -> str:
    return _GREEK.get(match[1], " ")
