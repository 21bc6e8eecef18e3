"""Names for the array types that kernels work on."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]
Points: TypeAlias = NDArray[np.uint32]
Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Counts: TypeAlias = NDArray[np.uint32]
Words: TypeAlias = NDArray[np.uint64]
