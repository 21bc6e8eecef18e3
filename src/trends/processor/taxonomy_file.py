"""The taxonomy that settings name, and the text of any taxonomy file."""

from __future__ import annotations

from pathlib import Path

from trends.analysis.segment import Segmenter
from trends.analysis.taxonomy import DEFAULT_ORIGIN, Taxonomy, default_text, parse_taxonomy
from trends.errors import ConfigError
from trends.settings import Settings


def load_taxonomy(settings: Settings, segmenter: Segmenter | None = None) -> Taxonomy:
    """The user's taxonomy, or the built-in one; ``segmenter`` is that of the texts.

    Raises:
        ConfigError: if the file cannot be read, or has errors: all of them.
    """
    return parse_taxonomy(*taxonomy_text(settings), segmenter)


def taxonomy_text(settings: Settings) -> tuple[str, str]:
    """The YAML of the user's taxonomy, or of the built-in one, and what to call it."""
    if settings.taxonomy is None:
        return default_text(), DEFAULT_ORIGIN
    return read_text(settings.taxonomy), str(settings.taxonomy)


def read_text(path: Path) -> str:
    """What a taxonomy file holds.

    Raises:
        ConfigError: naming the file, if it is not there or is no text.
    """
    try:
        # Editors on Windows put a byte order mark before the first name.
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"taxonomy {path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"taxonomy {path}: is not UTF-8: {error}; save it as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"taxonomy {path}: {error.strerror or error}") from error
