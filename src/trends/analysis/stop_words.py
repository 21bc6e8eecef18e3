"""English function words: no term begins or ends with one."""

from __future__ import annotations

from typing import Final

STOP_WORDS: Final = frozenset(
    """
    a about above across after again against all along already also although always am among an
    and another any anything are around as at away be became because become been before being
    below beside besides between beyond both but by can cannot could despite did do does doing done
    down due during each either else enough etc even ever every everything few for from further
    get gets had has have having he hence her here hers herself him himself his how however i if
    in indeed inside instead into is it its itself just least less let like made mainly make makes
    many may me might mine more moreover most mostly much must my myself namely near nearly
    neither never nevertheless no nor not nothing now of off often on once one only onto or other
    others otherwise our ours ourselves out outside over own per perhaps quite rather really same
    several shall she should show shows since so some something still such than that the their
    theirs them themselves then there thereby therefore these they this those though through
    throughout thus to together too toward towards under unless unlike until up upon us use used
    uses using very via was we well were what whatever when where whereas whether which while who
    whole whom whose why will with within without would yet you your yours yourself
    """.split()
)
