"""Which listing is this? One id per listing, however and wherever it was seen.

Comes in: what a source says about a listing (an explicit id, a url, a title). Goes out: one stable
text. Never does: look at the source's name, the text or any time, so that one paper seen on three
pages is one listing.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import unquote, urlsplit

ID_MAX_CHARS = 512
"""Longer identifiers are replaced by a digest: they are keys in Kafka and in every table."""

_DIGEST_HEX_CHARS = 32  # 128 bits: no collisions among any number of listings one can store

# Only hosts whose paths are arXiv ids: digits of the same shape mean something else elsewhere.
_ARXIV_HOST = re.compile(
    r"(?:^|\.)(?:arxiv\.org|alphaxiv\.org|ar5iv\.org|huggingface\.co|hf\.co|doi\.org)$"
)
_ARXIV_PATH = re.compile(
    r"""/(?:abs|pdf|html|ps|format|src|e-print|overview|papers?|10\.48550/arxiv[./])/?
        (?:arxiv:)?
        (?: (?P<new>\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})
          | (?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[a-z-]{2,})?/(?P<number>\d{7}) )
        (?:v\d+)? (?:\.pdf)? (?:[/.]|$)""",
    re.VERBOSE | re.IGNORECASE,
)
# Characters that no reader can see; a copy of a page has them, its original does not.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))


def listing_id(explicit: str | None, url: str | None, title: str) -> str:
    """The id under which a listing counts once.

    Args:
        explicit: the id that the source gives, used as it is (without surrounding white space).
        url: where the listing can be read; an arXiv id in it is used without its version.
        title: the last resort, compared without regard to case, punctuation and spacing.

    Returns:
        ``explicit``, else ``arxiv:<id>``, else ``title:<normalised title>``; never empty, and of
        at most `ID_MAX_CHARS` characters.
    """
    explicit = explicit.strip() if explicit else ""
    if explicit:
        return explicit if len(explicit) <= ID_MAX_CHARS else f"sha256:{_digest(explicit)}"
    arxiv = arxiv_id(url) if url else None
    if arxiv is not None:
        return f"arxiv:{arxiv}"
    normalised = normalise_title(title)
    if normalised and len(normalised) <= ID_MAX_CHARS - len("title:"):
        return f"title:{normalised}"
    # Too long, or nothing but punctuation and space: the title as it was still tells it apart.
    return f"title:sha256:{_digest(normalised or title.strip())}"


def arxiv_id(url: str) -> str | None:
    """The arXiv id in the url of arXiv or of a site that shows its papers, without a version.

    Old ids lose their subject class too: ``math.GT/0309136`` and ``math/0309136`` are one paper.
    """
    try:
        parts = urlsplit(url.strip() if "//" in url else f"//{url.strip()}")
        host = parts.hostname or ""
    except ValueError:  # e.g. "http://[": no url, so no id in it
        return None
    if not _ARXIV_HOST.search(host):
        return None
    found = _ARXIV_PATH.match(unquote(parts.path))
    if found is None:
        return None
    if found["new"]:
        return found["new"]
    return f"{found['archive'].lower()}/{found['number']}"


def normalise_title(title: str) -> str:
    """``title`` in NFKC and lower case, its separators collapsed; empty if nothing is left.

    Quotes, dashes, colons and the like vary between copies of one title and become one space.
    Symbols and marks that make another name stay: ``C++``, ``C#`` and ``C`` are three titles.
    """
    text = unicodedata.normalize("NFKC", title.translate(_INVISIBLE)).casefold()
    # NFKC once more: case folding can leave text that is not normalised.
    text = unicodedata.normalize("NFKC", text)
    kept = "".join(c if _tells_apart(c) else " " for c in text)
    return " ".join(kept.split())


def _tells_apart(char: str) -> bool:
    # A joiner is part of an emoji or of an Indic or Persian word; Sk is back-quote and caret.
    category = unicodedata.category(char)
    return category[0] in "LNM" or category in ("Sm", "Sc", "So") or char in "#@%&*\u200c\u200d"


def _digest(text: str) -> str:
    data = text.encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:_DIGEST_HEX_CHARS]
