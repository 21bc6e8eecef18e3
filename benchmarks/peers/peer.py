"""What a peer is given, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Windows before the one that is judged, oldest first; those without listings are left out.

    Attributes:
        counts: listings that mention it, per (series, window); possibly rescaled to the exposure
            of the window that is judged.
        phases: day of the week, per window.
    """

    counts: Floats
    phases: NDArray[np.int16]


class Peer(Protocol):
    """A rule that scores each series of one window, and fires above a threshold."""

    @property
    def name(self) -> str:
        """As it stands in the tables."""
        ...

    @property
    def threshold(self) -> float:
        """The customary one."""
        ...

    def score(self, past: Past, docs: Floats, phase: int) -> Floats:
        """How bursty each series is; higher is burstier.

        Args:
            past: what came before.
            docs: of the window, per series.
            phase: of the window.
        """
        ...
