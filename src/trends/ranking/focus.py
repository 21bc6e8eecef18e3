r"""How much more than any term a name is what its listings are about.

A subject stands in titles and is repeated; what belongs to the genre does neither ("extensive
experiment", "state of the art"). Both are measured against what an average term would do in the
same listings, so that the measure needs no list of words and no knowledge of the genre:

    title lift       = (listings with it in the title + a) / (expected by chance + a)
    repetition lift  = (repetitions + 2 a r) / ((docs + 2 a) r)
    focus            = sqrt(title lift * repetition lift)

``r`` is how often any term is repeated per doc. By chance, a term stands in the title of a listing
as often as any of that listing's terms does. ``a`` shrinks what few listings say towards an average
term. 1 is such a term; "reinforcement learning" has 5, "experimental result" 0.02.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from trends.ranking.counted import Totals
from trends.ranking.sample import Sample

SHRINKAGE: Final = 1.0
# Of a name's listings, so many must have a text that is long enough to judge by.
JUDGED_MIN_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Focus:
    """What a sample says about a name.

    Attributes:
        value: 1 for an average term; None where too few of its listings have a text.
        breadth: share of the sample's listings, of those with a text, that mention it.
        followed: share of the listings that mention it in which another word follows it.
    """

    value: float | None
    breadth: float
    followed: float


def focus_of(
    sample: Sample, names: Collection[str], docs: int, mentions: int, totals: Totals
) -> Focus:
    """The focus of an entry.

    Args:
        sample: of listings.
        names: of the entry.
        docs: sum of its names' docs in the window.
        mentions: sum of their mentions.
        totals: of the window.
    """
    present = sample.any_of(sample.present, names)
    listings = int(present.sum())
    if not listings:
        return Focus(None, 0.0, 0.0)
    followed = float((sample.any_of(sample.followed, names) & present).sum() / listings)
    judged = present & sample.long
    share_judged = float(judged.sum() / listings)
    breadth = float(judged.sum() / max(int(sample.long.sum()), 1))
    if share_judged < JUDGED_MIN_SHARE or not docs:
        return Focus(None, breadth, followed)
    in_title = float((sample.any_of(sample.titled, names) & sample.long).sum())
    title_lift = (in_title + SHRINKAGE) / (float(sample.title_share[judged].sum()) + SHRINKAGE)
    # Texts too short to repeat anything are left out of what is expected.
    rate = totals.repetition / max(sample.judged_share, JUDGED_MIN_SHARE)
    docs_judged = docs * share_judged
    repeated = (mentions - docs + 2 * SHRINKAGE * rate) / max(
        (docs_judged + 2 * SHRINKAGE) * rate, 1e-9
    )
    return Focus(float(np.sqrt(title_lift * max(repeated, 0.0))), breadth, followed)
