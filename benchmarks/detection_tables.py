"""Tables in Markdown, aligned so that they can be read as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints one."""
    cells = [list(header), *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    print(f"\n{title}\n")
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(f"| {' | '.join(padded)} |")


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median (least to greatest)."""
    return f"{np.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"
