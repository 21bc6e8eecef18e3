"""The taxonomy that settings name."""

from __future__ import annotations

from trends.analysis.taxonomy import Taxonomy, default_taxonomy, parse_taxonomy
from trends.errors import ConfigError
from trends.settings import Settings


def load_taxonomy(settings: Settings) -> Taxonomy:
    """The user's taxonomy, or the built-in one."""
    path = settings.taxonomy
    if path is None:
        return default_taxonomy()
    try:
        return parse_taxonomy(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"taxonomy {path}: {error}") from error
