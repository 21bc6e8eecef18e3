"""Words and phrases that name no subject by themselves, where no text can show it."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import yaml

from trends.ranking.spelling import joined


def _lists() -> dict[str, frozenset[str]]:
    text = files("trends.ranking").joinpath("generic.yaml").read_text(encoding="utf-8")
    sections = yaml.safe_load(text)
    return {
        "never": frozenset({*sections["never"].split(), *map(joined, sections["never_phrases"])}),
        "common": frozenset(sections["common"].split()),
    }


# Keys of entries.
_LISTS: Final = _lists()
NEVER: Final = _LISTS["never"]
COMMON: Final = _LISTS["common"]
